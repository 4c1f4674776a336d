"""The upgrade guide and a page for each version."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from api_upgrades import prose
from api_upgrades.pages.changes import ChangeView, VersionView
from api_upgrades.pages.page import Found, Heading, Page, searchable
from api_upgrades.pages.site import Site
from api_upgrades.severity import Severity, worst


def upgrade_pages(site: Site) -> Iterator[Page]:
    """`/upgrades/`, then `/upgrades/<version>/`, newest first."""
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    yield _guide(site, versions)
    for view in versions:
        yield _version(site, view)


def _guide(site: Site, versions: tuple[VersionView, ...]) -> Page:
    path = site.addresses.guide
    contents = (
        Heading("before-you-upgrade", "Before you upgrade"),
        Heading("map-of-change", "What changed when"),
        Heading("versions", "Versions", tuple(Heading(version.id, version.name) for version in versions)),
    )
    view = {"versions": versions, "api": api_facts(site)}
    return Page(
        path,
        "Upgrade guide",
        f"Every version of the {site.title}, what changed in it, and how to move to it safely.",
        lambda: site.html("guide", path, **view, map=tuple(_map(versions))),
        lambda: site.markdown("guide", path, **view, map=tuple(_map(versions)))(),
        contents,
        searchable("Upgrade guide", "How to move to a newer version safely. Every version, newest first.", ()),
        section=path,
        siblings=site.version_crumbs,
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
        for change in version.changes:
            for resource, _ in change.resources:
                touched.setdefault(resource, {}).setdefault(version.id, []).append(change)
    for resource in sorted(touched):
        yield resource, tuple(_mark(touched[resource].get(version.id)) for version in versions if not version.is_first)


def _mark(changes: list[ChangeView] | None) -> Mark | None:
    if not changes:
        return None
    return Mark(len(changes), worst(change.severity for change in changes), changes[0].address)


def _version(site: Site, version: VersionView) -> Page:
    path = version.address
    contents = tuple(change.heading for change in version.changes)
    view = {"version": version}
    return Page(
        path,
        version.title,
        version.description,
        partial(site.html, "version", path, **view),
        site.markdown("version", path, **view),
        contents,
        searchable(version.title, prose.to_plain(version.version.summary), map(_found, version.changes)),
        section=site.addresses.guide,
        siblings=site.version_crumbs,
    )


def _found(change: ChangeView) -> Found:
    """A change by its title, by what it asks for, and by the older and the newer names of all that it alters."""
    texts = (change.upgrade or "", *(effect.headline for effect in change.effects), change.why)
    return Found(change.id, prose.to_plain(change.title), " ".join(map(prose.to_plain, texts)))


def api_facts(site: Site) -> dict[str, str | None]:
    """How a call names its version: the header and the query parameter, where the API has them."""
    extension = site.document.get("x-api-version", {})
    return {"header": extension.get("header"), "query": extension.get("query"), "latest": site.history.latest.id}
