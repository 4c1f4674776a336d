"""The upgrade path from each version to the latest, as pages that need no JavaScript.

They contain the steps with their mini diffs, and one row for each place that differs. The references of both versions
show the payloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from api_upgrades.history.place_events import ChangeKey
from api_upgrades.history.upgrade_path import PathPart
from api_upgrades.openapi.part import Part
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.limits import MAX_DIFFERENCES_HEIGHT, split_by_size
from api_upgrades.site.pages.page import Heading, NavLink, Page
from api_upgrades.site.pages.path.checklist import Checklist, estimate_part, make_checklists
from api_upgrades.site.pages.path.view import PathView, ResourcePath, split_places
from api_upgrades.site.pages.site import Site, api_facts
from api_upgrades.site.text import prose


def path_pages(site: Site) -> Iterator[Page]:
    """For every version but the latest, yield `/upgrades/from/<version>/` and a page for each resource that differs."""
    end = site.history.latest.id
    older = site.released_versions[1:]
    nav_links = (
        NavLink("Upgrade guide", site.addresses.guide),
        *(NavLink(f"From {version.id}", site.addresses.path_from(version.id)) for version in older),
    )
    changes: dict[ChangeKey, ChangeView] = {}
    for version in older:
        view = PathView(site, site.upgrade_paths.between(version.id, end), changes)
        yield _overview(view, nav_links)
        siblings = (
            NavLink(f"From {version.id}", site.addresses.path_from(version.id)),
            *(NavLink(one.name, site.addresses.path_from(version.id, one.slug)) for one in view.resources),
        )
        for resource in view.resources:
            yield from _resource_pages(view, resource, siblings)


DIFFERENCES = Heading("combined-changes", "Combined changes by resource")
"""The heading of what differs, on all pages of an upgrade path."""


def _overview(view: PathView, nav_links: tuple[NavLink, ...]) -> Page:
    site, start = view.site, view.path.start
    address = site.addresses.path_from(start)
    checklists = make_checklists(view.items)
    context = {
        "view": view,
        "api": api_facts(site),
        "checklists": checklists,
        "compare_link": _compare_link(view),
        "differences": DIFFERENCES,
    }
    return Page(
        address,
        view.title,
        f"{view.title} of the {site.title}: {view.counts}.",
        partial(site.render_html, "path_from", address, **context),
        site.markdown_renderer("path_from", address, **context),
        (*_group_headings(checklists), DIFFERENCES),
        canonical=site.addresses.path,
        section=site.addresses.guide,
        siblings=nav_links,
        is_indexed=False,
    )


def _compare_link(view: PathView, resource: ResourcePath | None = None) -> str:
    """The query that shows a path on the page that compares any two versions."""
    names = {"from": view.path.start, "to": view.path.end} | ({"resource": resource.name} if resource else {})
    return f"?{urlencode(names)}"


def _group_headings(checklists: Iterable[Checklist]) -> tuple[Heading, ...]:
    """The table of contents of the steps. Those that are folded are not listed."""
    return tuple(
        Heading(
            one.group.id, one.group.title, tuple(Heading(item.id, prose.to_plain(item.title)) for item in one.shown)
        )
        for one in checklists
    )


class PathSubpage(NamedTuple):
    """A page with some of a resource's parts that changed."""

    address: str
    parts: tuple[PathPart, ...]


def _resource_pages(view: PathView, resource: ResourcePath, siblings: tuple[NavLink, ...]) -> Iterator[Page]:
    """Yield the page of a resource. If it would be too long, it lists the parts that changed, and subpages follow."""
    site, start, end = view.site, view.path.start, view.path.end
    address = site.addresses.path_from(start, resource.slug)
    checklists = make_checklists(view.items_of(resource))
    subpages = _split_resource(view, resource)
    homes = {part.part: subpage.address for subpage in subpages for part in subpage.parts}

    def address_of(part: Part) -> str:
        """The address of a part's entry on one of these pages, or on that of another resource."""
        part = view.newest_name(part)
        return f"{homes[part]}#{site.anchor(part)}" if part in homes else view.address(part)

    context = {
        "view": view,
        "resource": resource,
        "subpages": subpages,
        "checklists": checklists,
        "differences": DIFFERENCES,
        "anchor": site.anchor,
        "address_of": address_of,
        "compare_link": _compare_link(view, resource),
        "split_places": split_places,
    }
    contents = replace(DIFFERENCES, children=() if subpages else _headings(site, resource.changed_parts))
    page = Page(
        address,
        f"{resource.name}: {view.title[0].lower()}{view.title[1:]}",
        f"What differs in {resource.name} of the {site.title} between {start} and {end}.",
        partial(site.render_html, "path_resource", address, **context),
        site.markdown_renderer("path_resource", address, **context),
        (*_group_headings(checklists), contents),
        canonical=site.addresses.path,
        section=site.addresses.guide,
        siblings=siblings,
        is_indexed=False,
    )
    yield page
    nav_links = (
        NavLink(resource.name, address),
        *(NavLink(f"{number} of {len(subpages)}", one.address) for number, one in enumerate(subpages, start=1)),
    )
    for number, subpage in enumerate(subpages, start=1):
        own = {**context, "parts": subpage.parts, "number": number}
        yield replace(
            page,
            path=subpage.address,
            title=f"{page.title}, {number} of {len(subpages)}",
            body=partial(site.render_html, "path_subpage", subpage.address, **own),
            contents=(replace(DIFFERENCES, children=_headings(site, subpage.parts)),),
            siblings=nav_links,
        )


def _split_resource(view: PathView, resource: ResourcePath) -> tuple[PathSubpage, ...]:
    """Distribute the changed parts of a resource over subpages; empty if one page holds them all."""
    sizes = [(part, estimate_part(part)) for part in resource.changed_parts]
    if len(sizes) < 2 or sum(size for _, size in sizes) <= MAX_DIFFERENCES_HEIGHT:
        return ()
    addresses = view.site.addresses
    return tuple(
        PathSubpage(addresses.path_from(view.path.start, f"{resource.slug}.{number}"), tuple(parts))
        for number, parts in enumerate(split_by_size(sizes, 2 * MAX_DIFFERENCES_HEIGHT), start=1)
    )


def _headings(site: Site, parts: Iterable[PathPart]) -> tuple[Heading, ...]:
    return tuple(Heading(site.anchor(one.part), one.part.name) for one in parts)
