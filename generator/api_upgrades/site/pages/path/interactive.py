"""The upgrade path between any two versions: one page for all pairs, which a script fills from data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.limits import MAX_PAGE_BYTES
from api_upgrades.site.pages.mini_diff import Excerpt, mini_diff
from api_upgrades.site.pages.page import Asset, Heading, Page, build_search_text
from api_upgrades.site.pages.path.data import PathData
from api_upgrades.site.pages.path.items import GROUPS
from api_upgrades.site.pages.path.static import DIFFERENCES
from api_upgrades.site.pages.site import Site, api_facts
from api_upgrades.site.pages.static_files import read_static_file
from api_upgrades.site.pages.versions import VersionView

TITLE = "Compare two versions"
SUMMARY = "Steps to upgrade between two versions, and the combined changes to every endpoint, object and webhook."

CHANGE_BYTES, LINE_BYTES = 380, 130
"""About how many bytes of HTML a change without its texts has, and a line of a mini diff."""


def path_page_and_data(site: Site) -> Iterator[Page | Asset]:
    """Yield `/upgrades/path/`, its script and its data."""
    path = site.addresses.path
    data = PathData(site)
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    changes = [change for version in reversed(versions) for change in version.changes]
    numbers = {name: number for number, name in enumerate(data.resources)}
    view = {
        "title": TITLE,
        "summary": SUMMARY,
        "versions": versions,
        "resources": tuple(data.resources),
        "groups": GROUPS,
        "differences": DIFFERENCES,
        "api": api_facts(site),
        "changes": changes,
    }

    def resource_numbers(change: ChangeView) -> str:
        """The numbers of the resources that a change touches directly, for an HTML attribute."""
        return " ".join(str(numbers[name]) for name, _ in change.resources)

    yield Page(
        path,
        TITLE,
        f"{SUMMARY[:-1]} of the {site.title}.",
        lambda: site.render_html(
            "path", path, **view, resource_numbers=resource_numbers, mini_diffs=_mini_diffs(site, changes)
        ),
        site.markdown_renderer("path", path, **view),
        (*(Heading(id, title) for id, title, *_ in GROUPS), DIFFERENCES),
        search_text=build_search_text(TITLE, SUMMARY, ()),
        section=site.addresses.guide,
        siblings=site.version_nav_at(path),
    )
    yield Asset(f"{path}path.js", partial(read_static_file, "path.js"))
    yield from data.assets(path)


def _mini_diffs(site: Site, changes: list[ChangeView]) -> dict[tuple[str, str], tuple[Excerpt, ...]]:
    """The mini diff of each change, by version and id. If the page gets too long, milder changes have none."""
    composition = site.upgrade_paths.composition
    room = MAX_PAGE_BYTES - sum(CHANGE_BYTES + 2 * len(one.title) + 2 * len(one.upgrade or "") for one in changes)
    found = {}
    for severity in ("breaking", "risky", "additive"):
        for change in changes:
            if change.severity == severity and room > 0:
                excerpts = mini_diff(composition.outcomes_of((change.version, change.id)))
                room -= sum(LINE_BYTES * (1 + len(one.lines)) for one in excerpts)
                found[change.version, change.id] = excerpts
    return found
