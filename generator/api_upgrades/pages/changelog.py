"""The changelog: every change in one list, breaking and not."""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.pages.changes import VersionView
from api_upgrades.pages.page import Heading, Page, searchable
from api_upgrades.pages.site import Site


def changelog_pages(site: Site) -> Iterator[Page]:
    """`/changelog/`."""
    path = site.addresses.changelog
    versions = tuple(VersionView(site, version) for version in site.newest_first)
    view = {"versions": versions}
    yield Page(
        path,
        "Changelog",
        f"Every change of the {site.title}, newest first.",
        site.html("changelog", path, **view),
        site.markdown("changelog", path, **view),
        tuple(Heading(version.id, version.id) for version in versions),
        searchable("Changelog", "Every change, newest first.", ()),
        section=path,
    )
