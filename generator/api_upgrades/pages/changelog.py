"""The changelog: every change and addition in one list, breaking and not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from api_upgrades.dates import moment, moments
from api_upgrades.pages.changes import AdditionView, VersionView, addition_views
from api_upgrades.pages.page import Heading, Page, searchable
from api_upgrades.pages.site import Site


@dataclass(frozen=True)
class LoggedVersion:
    """A version as an entry of the changelog. `additions` are those that went live before the next version."""

    version: VersionView
    additions: tuple[tuple[str, tuple[AdditionView, ...]], ...]

    @property
    def headings(self) -> Iterator[Heading]:
        for date, _ in self.additions:
            yield Heading(f"since-{date}", f"Since {date}")
        yield Heading(self.version.id, self.version.name)


def changelog_pages(site: Site) -> Iterator[Page]:
    """`/changelog/`."""
    path = site.addresses.changelog
    entries = tuple(_entries(site))
    yield Page(
        path,
        "Changelog",
        f"Every change of the {site.title}, newest first.",
        partial(site.html, "changelog", path, entries=entries),
        site.markdown("changelog", path, entries=entries),
        tuple(heading for entry in entries for heading in entry.headings),
        searchable("Changelog", "Every change, newest first.", ()),
        section=path,
    )


def _entries(site: Site) -> Iterator[LoggedVersion]:
    """What is not released yet, then every version, newest first; each with the additions since its day."""
    came = moments(site.released[::-1])
    left = sorted(addition_views(site), key=lambda one: one.date, reverse=True)
    for version in site.newest_first:
        since = []
        if version.is_released:
            is_oldest = version is site.released[-1]
            since = [one for one in left if is_oldest or (moment(one.date) or came[version.id]) >= came[version.id]]
            left = [one for one in left if one not in since]
        dated = tuple((date, tuple(group)) for date, group in groupby(since, key=lambda one: one.date))
        yield LoggedVersion(VersionView(site, version), dated)
