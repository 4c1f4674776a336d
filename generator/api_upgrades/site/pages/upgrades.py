"""The upgrade guide, and a page for each version."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.guide import guide_pages
from api_upgrades.site.pages.limits import MAX_PAGE_BYTES, split_by_size
from api_upgrades.site.pages.page import Heading, NavLink, Page, SearchSection, build_search_text
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import ChangeGroup, VersionView
from api_upgrades.site.text import prose


def upgrade_pages(site: Site) -> Iterator[Page]:
    """Yield `/upgrades/`, its pages for older years, then `/upgrades/<version>/`, newest first."""
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    yield from guide_pages(site, versions)
    for view in versions:
        yield from _version_pages(site, view)


def _version_pages(site: Site, version: VersionView) -> Iterator[Page]:
    """Yield a version's page. If it has many changes, the page lists them, and subpages follow that show them."""
    path = version.address
    subpages = tuple(_changes_subpages(site, version)) if version.is_long else ()
    change_addresses = {
        change.id: f"{subpage.address}#{change.id}" for subpage in subpages for change in subpage.changes
    }
    view = {"version": version, "change_addresses": change_addresses}

    def render() -> str:
        html = site.render_html("version", path, **view, is_brief=False)
        is_long = len(html) > MAX_PAGE_BYTES and not subpages
        return site.render_html("version", path, **view, is_brief=True) if is_long else html

    groups = tuple(Heading(group.anchor, group.name) for group in version.groups)
    yield Page(
        path,
        version.title,
        version.description,
        render,
        site.markdown_renderer("version", path, **view, is_brief=False),
        groups if subpages else tuple(change.heading for change in version.changes),
        build_search_text(
            version.title, prose.to_plain(version.version.summary), map(_search_section, version.changes)
        ),
        section=site.addresses.guide,
        siblings=site.version_nav_at(path),
    )
    nav_links = (NavLink(version.title, path), *(NavLink(subpage.name, subpage.address) for subpage in subpages))
    for subpage in subpages:
        yield _subpage(site, version, subpage, nav_links)


class ChangesSubpage(NamedTuple):
    """A page of a version's changes to one resource, or one of several such pages. `number` counts from 1.

    `addresses` are those of all such pages for the resource; `sections` are the rendered `changes`.
    """

    group: ChangeGroup
    number: int
    addresses: tuple[str, ...]
    changes: tuple[ChangeView, ...]
    sections: tuple[Markup, ...]

    @property
    def address(self) -> str:
        return self.addresses[self.number - 1]

    @property
    def name(self) -> str:
        total = len(self.addresses)
        return self.group.name if total == 1 else f"{self.group.name}, {self.number} of {total}"


def _changes_subpages(site: Site, version: VersionView) -> Iterator[ChangesSubpage]:
    for group in version.groups:
        first = site.addresses.version(version.id, group.slug)
        view = {"version": version, "is_brief": True}
        sections = [(one, Markup(site.render_html("change", first, change=one, **view))) for one in group.changes]
        is_long = sum(len(html) for _, html in sections) > MAX_PAGE_BYTES
        chunks = split_by_size(((change, html), len(html)) for change, html in sections) if is_long else [sections]
        more = (site.addresses.version(version.id, f"{group.slug}.{n}") for n in range(2, len(chunks) + 1))
        addresses = (first, *more)
        for number, chunk in enumerate(chunks, start=1):
            changes, htmls = zip(*chunk, strict=True)
            yield ChangesSubpage(group, number, addresses, changes, htmls)


def _subpage(site: Site, version: VersionView, subpage: ChangesSubpage, nav_links: tuple[NavLink, ...]) -> Page:
    view = {"version": version, "subpage": subpage}
    return Page(
        subpage.address,
        f"{subpage.name} in {version.name}",
        f"What changed in {subpage.group.name} of the {site.title} in version {version.name}.",
        partial(site.render_html, "version_subpage", subpage.address, **view),
        site.markdown_renderer("version_subpage", subpage.address, **view, is_brief=True),
        tuple(change.heading for change in subpage.changes),
        section=site.addresses.guide,
        siblings=nav_links,
    )


def _search_section(change: ChangeView) -> SearchSection:
    """Make a change searchable by its title, its texts, and the old and new names in the headlines of its effects."""
    texts = (change.upgrade or "", *(effect.headline for effect in change.effects), change.why or "")
    return SearchSection(change.id, prose.to_plain(change.title), " ".join(map(prose.to_plain, texts)))
