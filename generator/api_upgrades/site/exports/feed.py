"""`feed.xml`: an Atom feed (RFC 4287) with an entry for each version and each addition, newest first.

An entry of a version contains all its changes, because a version is announced as a whole, and people upgrade to it as
a whole. An entry for each change would show readers several entries of the same date, in no useful order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from datetime import datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import Markup

from api_upgrades.compare.rules.table import SEVERITIES, Severity
from api_upgrades.registry.model import find_release_times, parse_date
from api_upgrades.site.exports.addresses import FEED, Mount
from api_upgrades.site.pages.changes import AdditionView, ChangeView, addition_views
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import VersionView
from api_upgrades.site.text import prose

NAMESPACE = "http://www.w3.org/2005/Atom"

_NAMESPACE_ID = UUID("6c0ad1a5-6f4c-5d0e-9a3e-0d7c2f0b8e41")
"""The UUID namespace of all ids. Never change it: every entry of every feed would appear as new to its readers."""

_INVALID_XML_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_feed(site: Site, mount: Mount) -> str:
    """Render the file as text."""
    release_times = find_release_times(site.released_versions[::-1])
    versions = [(release_times[version.id], VersionView(site, version)) for version in site.released_versions]
    latest_time = release_times[site.history.latest.id]
    additions = [(parse_date(view.date) or latest_time, view) for view in addition_views(site)[::-1]]
    newest = max(when for when, _ in (*versions, *additions))
    root = Element("feed", {"xmlns": NAMESPACE})
    _add_text(root, "id", feed_id(site.title).urn)
    _add_text(root, "title", site.title)
    _add_text(root, "subtitle", f"Every version of the {site.title}, and what changed in it")
    _add_text(root, "updated", _format_time(newest))
    _add_text(SubElement(root, "author"), "name", site.title)
    SubElement(root, "link", rel="alternate", type="text/html", href=mount.page_url(site.addresses.guide))
    if mount.site_url:
        SubElement(root, "link", rel="self", type="application/atom+xml", href=mount.file_url(FEED))
    entries = [
        *((when, _addition_entry(view, mount, when)) for when, view in additions),
        *((when, _version_entry(view, mount, when)) for when, view in versions),
    ]
    root.extend(entry for _, entry in sorted(entries, key=lambda one: one[0], reverse=True))
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def feed_id(title: str) -> UUID:
    """The permanent id of an API's feed. It depends on the title of the API, not on the site's URL."""
    return uuid5(_NAMESPACE_ID, title)


def entry_id(title: str, version: str) -> UUID:
    """The permanent id of a version's entry."""
    return uuid5(feed_id(title), version)


def addition_id(title: str, addition: str) -> UUID:
    """The permanent id of an addition's entry. The slash keeps it apart from version ids, which contain none."""
    return uuid5(feed_id(title), f"additions/{addition}")


def _format_time(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _version_entry(version: VersionView, mount: Mount, when: datetime) -> Element:
    page = mount.page_url(version.address)
    # `xml:base` resolves links in prose, which are relative to the page. Our own links are absolute if possible, for
    # readers that ignore it.
    content = Markup("\n").join(_version_content(version, page if mount.site_url else ""))
    return _entry(
        entry_id(version.site.title, version.id),
        f"{version.id}: {prose.to_plain(version.version.summary)}",
        when,
        page,
        {change.severity for change in version.changes},
        content,
    )


def _addition_entry(addition: AdditionView, mount: Mount, when: datetime) -> Element:
    page = mount.page_url(addition.address)
    since = Markup("<p>Since {}, in every version.</p>").format(addition.date)
    content = Markup("\n").join((since, *_change_details(addition)))
    title = f"{prose.to_plain(addition.title)} (in every version)"
    return _entry(addition_id(addition.site.title, addition.id), title, when, page, {addition.severity}, content)


def _entry(id: UUID, title: str, when: datetime, page: str, severities: Set[Severity], content: str) -> Element:
    entry = Element("entry")
    _add_text(entry, "id", id.urn)
    _add_text(entry, "title", title)
    _add_text(entry, "updated", _format_time(when))
    SubElement(entry, "link", rel="alternate", type="text/html", href=page)
    for severity in SEVERITIES:
        if severity in severities:
            SubElement(entry, "category", term=severity)
    element = _add_text(entry, "content", content)
    element.attrib |= {"type": "html", "xml:base": page}
    return entry


def _version_content(version: VersionView, page: str) -> Iterator[Markup]:
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
        yield from _change_content(change, page)


def _change_content(change: ChangeView, page: str) -> Iterator[Markup]:
    title = prose.to_inline_html(change.title, links=False)
    yield Markup('<h2><a href="{}#{}">{}</a></h2>').format(page, change.id, title)
    resources = ", ".join(name for name, _ in change.resources)
    where = f" in {resources}" if resources else ""
    yield Markup("<p><strong>{}</strong>{}</p>").format(change.severity.capitalize(), where)
    yield from _change_details(change)


def _change_details(change: ChangeView) -> Iterator[Markup]:
    """Yield what a change requires, its effects and its reason."""
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


def _add_text(parent: Element, name: str, text: str) -> Element:
    """Add an element with text. Characters that XML doesn't allow are removed."""
    element = SubElement(parent, name)
    element.text = _INVALID_XML_CHARACTERS.sub("", text)
    return element
