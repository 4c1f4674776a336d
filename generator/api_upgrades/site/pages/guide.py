"""The upgrade guide: the reader's version, how to upgrade, the map of changes, and every version."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from api_upgrades.site.pages.change_filter import filter_for_changes
from api_upgrades.site.pages.change_map import build_change_map
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.page import Heading, NavLink, Page, build_search_text
from api_upgrades.site.pages.site import Site, api_facts, format_count
from api_upgrades.site.pages.versions import VersionView, VersionYear, group_by_year

ApiFacts = dict[str, str | None]

MAX_MAP_VERSIONS = 60
"""The map of the guide covers so many versions. That of a year covers the whole year."""

MAP_HEADING = Heading("map-of-change", "Changes by resource and version")


def guide_pages(site: Site, versions: tuple[VersionView, ...]) -> Iterator[Page]:
    """Yield the guide. With too many changes, it shows the newest year, and each older year has its own page."""
    path = site.addresses.guide
    newest, *older = group_by_year(versions)
    released = [version for version in versions if version.is_released]
    map = build_change_map(versions[:MAX_MAP_VERSIONS])
    view = {
        "map": map,
        "newest": newest,
        "older": older,
        "released": released,
        "api": api_facts(site),
        "promise": _promise,
        "steps": _steps,
        "format_count": format_count,
    }

    def render_html() -> str:
        filter = filter_for_changes(_listed_changes(newest))
        return site.render_html("guide", path, **view, filter=filter, picker_counts=_picker_counts(site, released))

    yield Page(
        path,
        "Upgrade guide",
        f"Every version of the {site.title}, what changed in it, and how to upgrade to it.",
        render_html,
        site.markdown_renderer("guide", path, **view),
        (
            *((MAP_HEADING,) if map.rows else ()),
            Heading("versions", "Versions", tuple(Heading(one.id, one.name) for one in versions)),
        ),
        build_search_text("Upgrade guide", "How to upgrade to a newer version. Every version, newest first.", ()),
        section=path,
        siblings=site.version_nav_at(path),
    )
    dated = [year for year in older if year.is_dated]
    nav_links = (
        NavLink("Upgrade guide", path),
        *(NavLink(year.label, site.addresses.guide_year(year.label)) for year in dated),
    )
    for year in dated:
        yield _year_page(site, year, nav_links)


def _year_page(site: Site, year: VersionYear, nav_links: tuple[NavLink, ...]) -> Page:
    path = site.addresses.guide_year(year.label)
    map = build_change_map(year.versions)
    view = {"year": year, "map": map}
    return Page(
        path,
        f"Upgrade guide, {year.label}",
        f"Every version of the {site.title} of {year.label}, and what changed in it.",
        lambda: site.render_html("guide_year", path, **view, filter=filter_for_changes(_listed_changes(year))),
        site.markdown_renderer("guide_year", path, **view),
        (
            *((MAP_HEADING,) if map.rows else ()),
            Heading("versions", "Versions", tuple(Heading(version.id, version.name) for version in year.versions)),
        ),
        section=site.addresses.guide,
        siblings=nav_links,
    )


def _listed_changes(year: VersionYear) -> Iterator[ChangeView]:
    """The changes that the guide lists for a year, or for the newest versions."""
    for version in year.versions:
        if version.is_long:
            yield from (change for group in version.groups for change in group.notable_changes)
        else:
            yield from version.guide_changes


def _promise(api: ApiFacts, title: str) -> str:
    """What readers can rely on, as far as the API's document says it."""
    if api["header"] or api["query"]:
        return "Your API version does not change until you upgrade. Breaking changes always ship in a new version."
    return f"What changed in every version of the {title}, and what to do to upgrade."


def _steps(api: ApiFacts) -> Iterator[tuple[str, str]]:
    """Yield (title, Markdown) for each step of an upgrade, as far as the document says how versions are chosen."""
    yield "Review", "Read the steps between your version and the latest."
    selector = f"{api['header']}: {api['latest']}" if api["header"] else f"?{api['query']}={api['latest']}"
    if api["header"] or api["query"]:
        yield "Test one request", f"Send `{selector}`. Other requests stay on your version."
    if api["header"] or api["query"]:
        yield "Migrate", "Endpoint by endpoint, change your code and send the new version with its requests."
        yield "Switch", "When all endpoints are done, send the new version with every request."
    else:
        yield "Migrate", "Change your code, endpoint by endpoint. Start with the breaking changes."


def _picker_counts(site: Site, released: list[VersionView]) -> str:
    """For each released version, newest first, the steps to the latest by severity, as JSON for a script."""
    rows: list[list[object]] = []
    for version in released:
        steps = site.upgrade_paths.items_between(version.id, released[0].id)
        counts = Counter(step.severity for step in steps)
        rows.append([version.id, counts["breaking"], counts["risky"], counts["additive"]])
    return json.dumps(rows, separators=(",", ":"))
