"""Any version to any other: one page for all pairs, which a script fills from data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import files

from api_upgrades.compare.rules.table import Severity
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.page import Asset, Page, searchable
from api_upgrades.site.pages.path.data import PathData, box_id
from api_upgrades.site.pages.site import COUNTED, Site
from api_upgrades.site.pages.versions import VersionView

TITLE = "From any version to any other"


def path_page(site: Site) -> Iterator[Page | Asset]:
    """`/upgrades/path/`, its script, its style and its data."""
    path = site.addresses.path
    data = PathData(site)
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    view = {
        "versions": versions,
        "resources": tuple(data.resources),
        "counted": "|".join(COUNTED.values()),
        "resources_of": _resources_of,
        "box_id": box_id,
    }
    yield Page(
        path,
        TITLE,
        f"What to do to move from any version of the {site.title} to any other, and what every call becomes.",
        lambda: site.html("path", path, **view, backwards=_backwards(site)),
        site.markdown("path", path, **view),
        found=searchable(TITLE, "Choose two versions: what to do, and what every call and object becomes.", ()),
        section=site.addresses.guide,
        siblings=site.version_crumbs,
    )
    yield from (Asset(path + name, partial(package_file, name)) for name in ("path.js", "path.css"))
    yield from data.assets(path)


def _backwards(site: Site) -> dict[tuple[str, str], Severity]:
    """How severe it is to take each change back, by its version and id."""
    versions = site.history.versions
    back = site.paths.changes(versions[-1].id, versions[0].id)
    return {(judged.change.version, judged.change.id): judged.severity for judged in back}


def _resources_of(change: ChangeView) -> str:
    """The resources that a change touches, as an attribute holds them."""
    return "|".join(name for name, _ in change.resources)


@cache
def package_file(name: str) -> str:
    """A file that comes with the package, as its templates do, without its indentation and what is said in `//`."""
    lines = files("api_upgrades.site.pages").joinpath("assets", name).read_text("utf-8").splitlines()
    stripped = (line.strip() for line in lines)
    return "".join(f"{line}\n" for line in stripped if not line.startswith("//"))
