"""The upgrade guide and a page for each version."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.limits import LONG_PAGE, pieces
from api_upgrades.site.pages.page import Crumb, Found, Heading, Page, searchable
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import ChangeGroup, VersionView, Year, by_year
from api_upgrades.site.text import prose


def upgrade_pages(site: Site) -> Iterator[Page]:
    """`/upgrades/`, its pages of older years, then `/upgrades/<version>/`, newest first."""
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    yield from _guide(site, versions)
    for view in versions:
        yield from _version(site, view)


def _guide(site: Site, versions: tuple[VersionView, ...]) -> Iterator[Page]:
    """All versions with their changes; where these are too many, those of the newest year, and a page for each
    other one.
    """
    path = site.addresses.guide
    newest, *older = by_year(versions)
    contents = (
        Heading("before-you-upgrade", "Before you upgrade"),
        Heading("map-of-change", "What changed when"),
        Heading("versions", "Versions", tuple(Heading(version.id, version.name) for version in versions)),
    )
    view = {"newest": newest, "older": older, "api": api_facts(site)}
    yield Page(
        path,
        "Upgrade guide",
        f"Every version of the {site.title}, what changed in it, and how to move to it safely.",
        lambda: site.html("guide", path, **view, map=tuple(_map(newest.versions))),
        lambda: site.markdown("guide", path, **view, map=tuple(_map(newest.versions)))(),
        contents,
        searchable("Upgrade guide", "How to move to a newer version safely. Every version, newest first.", ()),
        section=path,
        siblings=site.version_crumbs,
    )
    dated = [year for year in older if year.is_dated]
    crumbs = (
        Crumb("Upgrade guide", path),
        *(Crumb(year.label, site.addresses.guide_of(year.label)) for year in dated),
    )
    for year in dated:
        yield _guide_of_year(site, year, crumbs)


def _guide_of_year(site: Site, year: Year, crumbs: tuple[Crumb, ...]) -> Page:
    path = site.addresses.guide_of(year.label)
    view = {"year": year, "map": tuple(_map(year.versions))}
    return Page(
        path,
        f"Upgrade guide, {year.label}",
        f"Every version of the {site.title} of {year.label}, and what changed in it.",
        partial(site.html, "guide_year", path, **view),
        site.markdown("guide_year", path, **view),
        (
            *((Heading("map-of-change", "What changed when"),) if view["map"] else ()),
            Heading("versions", "Versions", tuple(Heading(version.id, version.name) for version in year.versions)),
        ),
        section=site.addresses.guide,
        siblings=crumbs,
    )


class Mark(NamedTuple):
    """What one version did to one resource: how many changes, the worst severity, and where to read about them."""

    changes: int
    severity: Severity
    address: str


def _map(versions: tuple[VersionView, ...]) -> Iterator[tuple[str, tuple[Mark | None, ...]]]:
    """Each resource with its mark in every version, the versions as given but for the first one, which has none."""
    touched: dict[str, dict[str, list[ChangeView]]] = {}
    for version in versions:
        for change in version.told:
            for resource, _ in change.resources:
                touched.setdefault(resource, {}).setdefault(version.id, []).append(change)
    for resource in sorted(touched):
        yield resource, tuple(_mark(touched[resource].get(version.id)) for version in versions if not version.is_first)


def _mark(changes: list[ChangeView] | None) -> Mark | None:
    if not changes:
        return None
    return Mark(len(changes), worst(change.severity for change in changes), changes[0].address)


def _version(site: Site, version: VersionView) -> Iterator[Page]:
    """The version's page, and where its changes are many the pages that hold them, of which it is the list."""
    path = version.address
    leaves = tuple(_leaves(site, version)) if version.is_long else ()
    where = {change.id: f"{leaf.address}#{change.id}" for leaf in leaves for change in leaf.changes}
    view = {"version": version, "where": where}

    def render() -> str:
        html = site.html("version", path, **view, is_brief=False)
        is_long = len(html) > LONG_PAGE and not leaves
        return site.html("version", path, **view, is_brief=True) if is_long else html

    groups = tuple(Heading(group.anchor, group.name) for group in version.groups)
    yield Page(
        path,
        version.title,
        version.description,
        render,
        site.markdown("version", path, **view, is_brief=False),
        groups if leaves else tuple(change.heading for change in version.changes),
        searchable(version.title, prose.to_plain(version.version.summary), map(_found, version.changes)),
        section=site.addresses.guide,
        siblings=site.version_crumbs,
    )
    crumbs = (Crumb(version.title, path), *(Crumb(leaf.name, leaf.address) for leaf in leaves))
    for leaf in leaves:
        yield _leaf(site, version, leaf, crumbs)


class Leaf(NamedTuple):
    """A page of changes to one resource; where they are very many it is one of several."""

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
        of = len(self.addresses)
        return self.group.name if of == 1 else f"{self.group.name}, {self.number} of {of}"


def _leaves(site: Site, version: VersionView) -> Iterator[Leaf]:
    for group in version.groups:
        first = site.addresses.version(version.id, group.slug)
        shown = {"version": version, "is_brief": True}
        sections = [(one, Markup(site.html("change", first, change=one, **shown))) for one in group.changes]
        is_long = sum(len(html) for _, html in sections) > LONG_PAGE
        found = pieces(((change, html), len(html)) for change, html in sections) if is_long else [sections]
        more = (site.addresses.version(version.id, f"{group.slug}.{n}") for n in range(2, len(found) + 1))
        addresses = (first, *more)
        for number, piece in enumerate(found, start=1):
            changes, htmls = zip(*piece, strict=True)
            yield Leaf(group, number, addresses, changes, htmls)


def _leaf(site: Site, version: VersionView, leaf: Leaf, crumbs: tuple[Crumb, ...]) -> Page:
    view = {"version": version, "leaf": leaf}
    return Page(
        leaf.address,
        f"{leaf.name} in {version.name}",
        f"What changed in {leaf.group.name} of the {site.title} in version {version.name}.",
        partial(site.html, "version_leaf", leaf.address, **view),
        site.markdown("version_leaf", leaf.address, **view, is_brief=True),
        tuple(change.heading for change in leaf.changes),
        section=site.addresses.guide,
        siblings=crumbs,
    )


def _found(change: ChangeView) -> Found:
    """A change by its title, by what it asks for, and by the older and the newer names of all that it alters."""
    texts = (change.upgrade or "", *(effect.headline for effect in change.effects), change.why or "")
    return Found(change.id, prose.to_plain(change.title), " ".join(map(prose.to_plain, texts)))


def api_facts(site: Site) -> dict[str, str | None]:
    """How a call names its version: the header and the query parameter, where the API has them."""
    extension = site.document.get("x-api-version", {})
    return {"header": extension.get("header"), "query": extension.get("query"), "latest": site.history.latest.id}
