"""`feed.xml`: an Atom feed (RFC 4287) with an entry for each version, newest first, and its changes inside.

A version is what is released, announced and upgraded to, all its changes at once; an entry for each change would
give a reader several of the same date, in no order, for one release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import Markup

from api_upgrades import prose
from api_upgrades.exports.mount import FEED, Mount
from api_upgrades.pages.changes import ChangeView, VersionView
from api_upgrades.pages.site import Site
from api_upgrades.registry import Version
from api_upgrades.severity import SEVERITIES

NAMESPACE = "http://www.w3.org/2005/Atom"

_IDS = UUID("6c0ad1a5-6f4c-5d0e-9a3e-0d7c2f0b8e41")
"""What all ids are made from. Another value would make every entry of every feed new to its readers."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4}-\d{2})(-\d{2})?(?!\d)", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(site: Site, mount: Mount) -> str:
    """The file's text."""
    moments = updated(site.history.versions)
    root = Element("feed", {"xmlns": NAMESPACE})
    _add(root, "id", feed_id(site.title).urn)
    _add(root, "title", site.title)
    _add(root, "subtitle", f"Every version of the {site.title}, and what changed in it")
    _add(root, "updated", _stamp(moments[site.history.latest.id]))
    _add(SubElement(root, "author"), "name", site.title)
    SubElement(root, "link", rel="alternate", type="text/html", href=mount.page(site.addresses.guide))
    if mount.site_url:
        SubElement(root, "link", rel="self", type="application/atom+xml", href=mount.file(FEED))
    for version in site.newest_first:
        _add_entry(root, VersionView(site, version), mount, moments[version.id])
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def feed_id(title: str) -> UUID:
    """A name for good: it depends on what the API is called, and not on where the site is."""
    return uuid5(_IDS, title)


def entry_id(title: str, version: str) -> UUID:
    """A version's name for good."""
    return uuid5(feed_id(title), version)


def updated(versions: Sequence[Version]) -> dict[str, datetime]:
    """When each version came, without a clock: the date that its id begins with, or the first day of its month.

    One that has none, or whose date isn't after the version before, comes a second after that; the first one, if it
    has none, at the beginning of 1970. So readers that sort by date keep the order.
    """
    found: dict[str, datetime] = {}
    before = _EPOCH - timedelta(seconds=1)
    for version in versions:
        before = max(_dated(version.id) or _EPOCH, before + timedelta(seconds=1))
        found[version.id] = before
    return found


def _dated(version: str) -> datetime | None:
    match = _DATE.match(version)
    try:
        day = date.fromisoformat(match[1] + (match[2] or "-01")) if match else None
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _add_entry(root: Element, version: VersionView, mount: Mount, moment: datetime) -> None:
    entry = SubElement(root, "entry")
    page = mount.page(version.address)
    _add(entry, "id", entry_id(version.site.title, version.id).urn)
    _add(entry, "title", f"{version.id}: {prose.to_plain(version.version.summary)}")
    _add(entry, "updated", _stamp(moment))
    SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    found = {change.severity for change in version.changes}
    for severity in SEVERITIES:
        if severity in found:
            SubElement(entry, "category", term=severity)
    # The base is for links in prose, which are relative to the page; our own shall not need it if they can.
    content = _add(entry, "content", _content(version, page if mount.site_url else ""))
    content.attrib |= {"type": "html", "xml:base": page}


def _content(version: VersionView, page: str) -> str:
    return Markup("\n").join(_blocks(version, page))


def _blocks(version: VersionView, page: str) -> Iterator[Markup]:
    yield prose.to_html(version.version.summary)
    if version.version.dating:
        yield Markup("<p><strong>Reconstructed date.</strong> {}</p>").format(prose.inline_html(version.version.dating))
    if version.version.sunset:
        yield Markup("<p>Served until {}.</p>").format(version.version.sunset)
    if version.changes:
        yield Markup("<p><strong>{}</strong></p>").format(version.counts)
    for change in version.changes:
        yield from _change(change, page)


def _change(change: ChangeView, page: str) -> Iterator[Markup]:
    title = prose.inline_html(change.title, links=False)
    yield Markup('<h2><a href="{}#{}">{}</a></h2>').format(page, change.id, title)
    resources = ", ".join(name for name, _ in change.resources)
    where = f" in {resources}" if resources else ""
    yield Markup("<p><strong>{}</strong>{}</p>").format(change.severity.capitalize(), where)
    if change.upgrade:
        yield Markup("<h3>How to upgrade</h3>\n{}").format(prose.to_html(change.upgrade))
    effects = [
        Markup("<li>{}: {}</li>").format(effect.severity, prose.inline_html(effect.headline))
        for effect in change.effects
        if not effect.is_wording
    ]
    if effects:
        yield Markup("<h3>What changes</h3>\n<ul>{}</ul>").format(Markup("").join(effects))
    yield Markup("<h3>Why</h3>\n{}").format(prose.to_html(change.why))


def _add(parent: Element, name: str, text: str) -> Element:
    """An element that holds text and nothing else, without the characters that XML cannot have."""
    element = SubElement(parent, name)
    element.text = _NOT_XML.sub("", text)
    return element
