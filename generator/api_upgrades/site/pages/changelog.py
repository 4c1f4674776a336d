"""The changelog: every change and addition in one list, breaking and not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from api_upgrades.registry.model import moment, moments
from api_upgrades.site.pages.changes import AdditionView, addition_views
from api_upgrades.site.pages.page import Crumb, Heading, Page, searchable
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import VersionView, by_year


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
    """`/changelog/`, and where it is long a page for each older year. An addition's place on the first page stays."""
    path = site.addresses.changelog
    entries = {entry.version.id: entry for entry in _entries(site)}
    newest, *older = by_year([entry.version for entry in entries.values()])
    shown = tuple(entries[version.id] for version in newest.versions)
    earlier = tuple((year, tuple(entries[version.id] for version in year.versions)) for year in older)
    view = {"entries": shown, "earlier": earlier}
    crumbs = (
        Crumb("Changelog", path),
        *(Crumb(year.label, site.addresses.changelog_of(year.label)) for year in older),
    )
    yield Page(
        path,
        "Changelog",
        f"Every change of the {site.title}, newest first.",
        partial(site.html, "changelog", path, **view),
        site.markdown("changelog", path, **view),
        (*_headings(shown), *((Heading("earlier", "Earlier"),) if earlier else ())),
        searchable("Changelog", "Every change, newest first.", ()),
        section=path,
        siblings=crumbs if older else (),
    )
    for year, of_year in earlier:
        address = site.addresses.changelog_of(year.label)
        yield Page(
            address,
            f"Changelog, {year.label}",
            f"Every change of the {site.title} in {year.label}.",
            partial(site.html, "changelog_year", address, entries=of_year, year=year),
            site.markdown("changelog_year", address, entries=of_year, year=year),
            _headings(of_year),
            section=path,
            siblings=crumbs,
        )


def _headings(entries: tuple[LoggedVersion, ...]) -> tuple[Heading, ...]:
    return tuple(heading for entry in entries for heading in entry.headings)


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
