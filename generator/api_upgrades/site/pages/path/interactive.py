"""The upgrade path between any two versions: one page for all pairs, which a script fills from data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from api_upgrades.compare.rules.table import Severity
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.page import Asset, Page, build_search_text
from api_upgrades.site.pages.path.data import PathData, checkbox_id
from api_upgrades.site.pages.site import SEVERITY_NOUNS, Site
from api_upgrades.site.pages.static_files import read_static_file
from api_upgrades.site.pages.versions import VersionView

TITLE = "From any version to any other"


def path_page_and_data(site: Site) -> Iterator[Page | Asset]:
    """Yield `/upgrades/path/`, its script and its data."""
    path = site.addresses.path
    data = PathData(site)
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    view = {
        "versions": versions,
        "resources": tuple(data.resources),
        "severity_nouns": "|".join(SEVERITY_NOUNS.values()),
        "resource_names": _resource_names,
        "checkbox_id": checkbox_id,
    }
    yield Page(
        path,
        TITLE,
        f"What to do to move from any version of the {site.title} to any other, and what every call becomes.",
        lambda: site.render_html("path", path, **view, downgrade_severities=_downgrade_severities(site)),
        site.markdown_renderer("path", path, **view),
        search_text=build_search_text(
            TITLE, "Choose two versions: what to do, and what every call and object becomes.", ()
        ),
        section=site.addresses.guide,
        siblings=site.version_nav,
    )
    yield Asset(f"{path}path.js", partial(read_static_file, "path.js"))
    yield from data.assets(path)


def _downgrade_severities(site: Site) -> dict[tuple[str, str], Severity]:
    """The severity of undoing each change, by its version and id."""
    return {
        (version.id, judged.change.id): site.upgrade_paths.downgrade_severity(judged)
        for version in site.history.versions
        for judged in site.history.changes_of(version.id)
    }


def _resource_names(change: ChangeView) -> str:
    """The names of the resources that a change touches directly, separated by `|` for an HTML attribute."""
    return "|".join(name for name, _ in change.resources)
