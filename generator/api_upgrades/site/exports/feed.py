"""`feed.xml`: an Atom feed (RFC 4287) with an entry for each version, newest first, and its changes inside; and one
for each addition.

A version is what is released, announced and upgraded to, all its changes at once; an entry for each change would
give a reader several of the same date, in no order, for one release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from datetime import datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import Markup

from api_upgrades.compare.rules.table import SEVERITIES, Severity
from api_upgrades.registry.model import moment, moments
from api_upgrades.site.exports.addresses import FEED, Mount
from api_upgrades.site.pages.changes import AdditionView, ChangeView, addition_views
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import VersionView
from api_upgrades.site.text import prose

NAMESPACE = "http://www.w3.org/2005/Atom"

_IDS = UUID("6c0ad1a5-6f4c-5d0e-9a3e-0d7c2f0b8e41")
"""What all ids are made from. Another value would make every entry of every feed new to its readers."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(site: Site, mount: Mount) -> str:
    """The file's text."""
    came = moments(site.released[::-1])
    entries = [(came[version.id], VersionView(site, version)) for version in site.released]
    additions = [(moment(view.date) or came[site.history.latest.id], view) for view in addition_views(site)[::-1]]
    newest = max(when for when, _ in (*entries, *additions))
    root = Element("feed", {"xmlns": NAMESPACE})
    _add(root, "id", feed_id(site.title).urn)
    _add(root, "title", site.title)
    _add(root, "subtitle", f"Every version of the {site.title}, and what changed in it")
    _add(root, "updated", _stamp(newest))
    _add(SubElement(root, "author"), "name", site.title)
    SubElement(root, "link", rel="alternate", type="text/html", href=mount.page(site.addresses.guide))
    if mount.site_url:
        SubElement(root, "link", rel="self", type="application/atom+xml", href=mount.file(FEED))
    added = [(when, _addition_entry(view, mount, when)) for when, view in additions]
    released = [(when, _version_entry(view, mount, when)) for when, view in entries]
    root.extend(entry for _, entry in sorted((*added, *released), key=lambda one: one[0], reverse=True))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def feed_id(title: str) -> UUID:
    """A name for good: it depends on what the API is called, and not on where the site is."""
    return uuid5(_IDS, title)


def entry_id(title: str, version: str) -> UUID:
    """A version's name for good."""
    return uuid5(feed_id(title), version)


def addition_id(title: str, addition: str) -> UUID:
    """An addition's name for good; no version's id holds a slash."""
    return uuid5(feed_id(title), f"additions/{addition}")


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _version_entry(version: VersionView, mount: Mount, when: datetime) -> Element:
    page = mount.page(version.address)
    # The base is for links in prose, which are relative to the page; our own shall not need it if they can.
    content = Markup("\n").join(_blocks(version, page if mount.site_url else ""))
    return _entry(
        entry_id(version.site.title, version.id),
        f"{version.id}: {prose.to_plain(version.version.summary)}",
        when,
        page,
        {change.severity for change in version.changes},
        content,
    )


def _addition_entry(addition: AdditionView, mount: Mount, when: datetime) -> Element:
    page = mount.page(addition.address)
    since = Markup("<p>Since {}, in every version.</p>").format(addition.date)
    content = Markup("\n").join((since, *_told(addition)))
    title = f"{prose.to_plain(addition.title)} (in every version)"
    return _entry(addition_id(addition.site.title, addition.id), title, when, page, {addition.severity}, content)


def _entry(id: UUID, title: str, when: datetime, page: str, severities: Set[Severity], content: str) -> Element:
    entry = Element("entry")
    _add(entry, "id", id.urn)
    _add(entry, "title", title)
    _add(entry, "updated", _stamp(when))
    SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    for severity in SEVERITIES:
        if severity in severities:
            SubElement(entry, "category", term=severity)
    made = _add(entry, "content", content)
    made.attrib |= {"type": "html", "xml:base": page}
    return entry


def _blocks(version: VersionView, page: str) -> Iterator[Markup]:
    yield prose.to_html(version.version.summary)
    if version.version.dating:
        yield Markup("<p><strong>Reconstructed date.</strong> {}</p>").format(
            prose.to_inline_html(version.version.dating)
        )
    if version.version.sunset:
        yield Markup("<p>Served until {}.</p>").format(version.version.sunset)
    if version.changes:
        yield Markup("<p><strong>{}</strong></p>").format(version.counts)
    for change in version.changes:
        yield from _change(change, page)


def _change(change: ChangeView, page: str) -> Iterator[Markup]:
    title = prose.to_inline_html(change.title, links=False)
    yield Markup('<h2><a href="{}#{}">{}</a></h2>').format(page, change.id, title)
    resources = ", ".join(name for name, _ in change.resources)
    where = f" in {resources}" if resources else ""
    yield Markup("<p><strong>{}</strong>{}</p>").format(change.severity.capitalize(), where)
    yield from _told(change)


def _told(change: ChangeView) -> Iterator[Markup]:
    """What a change asks for, does, and is good for."""
    if change.upgrade:
        yield Markup("<h3>How to upgrade</h3>\n{}").format(prose.to_html(change.upgrade))
    effects = [
        Markup("<li>{}: {}</li>").format(effect.severity, prose.to_inline_html(effect.headline))
        for effect in change.effects
        if not effect.is_wording
    ]
    if effects:
        yield Markup("<h3>What changes</h3>\n<ul>{}</ul>").format(Markup("").join(effects))
    if change.why:
        yield Markup("<h3>Why</h3>\n{}").format(prose.to_html(change.why))


def _add(parent: Element, name: str, text: str) -> Element:
    """An element that holds text and nothing else, without the characters that XML cannot have."""
    element = SubElement(parent, name)
    element.text = _NOT_XML.sub("", text)
    return element
