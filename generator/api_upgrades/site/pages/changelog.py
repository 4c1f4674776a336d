"""The changelog: every change and addition in one list, breaking and not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from api_upgrades.registry.model import find_release_times, parse_date
from api_upgrades.site.pages.change_filter import filter_for_changes
from api_upgrades.site.pages.changes import AdditionView, ChangeView, addition_views
from api_upgrades.site.pages.limits import MAX_CHANGES_PER_YEAR
from api_upgrades.site.pages.page import Heading, NavLink, Page, build_search_text
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.versions import VersionView, VersionYear, group_by_year


@dataclass(frozen=True)
class ChangelogEntry:
    """A version in the changelog. `additions` are those that went live before the next version, by date."""

    version: VersionView
    additions: tuple[tuple[str, tuple[AdditionView, ...]], ...]

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        """All its changes, in the order in which the page lists them."""
        return (*(one for _, views in self.additions for one in views), *self.version.changes)

    @property
    def headings(self) -> Iterator[Heading]:
        for date, _ in self.additions:
            yield Heading(f"since-{date}", f"Since {date}")
        yield Heading(self.version.id, self.version.name)


def changelog_pages(site: Site) -> Iterator[Page]:
    """Yield `/changelog/`, and if it is long, a page for each older year, or for each of its versions.

    Additions of older years keep an entry on the first page, so that links to them keep working.
    """
    path = site.addresses.changelog
    entries = {entry.version.id: entry for entry in _collect_entries(site)}
    newest, *older = _split_long_years(group_by_year([entry.version for entry in entries.values()]))
    newest_entries = tuple(entries[version.id] for version in newest.versions)
    earlier = tuple((year, tuple(entries[version.id] for version in year.versions)) for year in older)
    nav_links = (
        NavLink("Changelog", path),
        *(NavLink(year.label, site.addresses.changelog_year(year.label)) for year in older),
    )
    yield Page(
        path,
        "Changelog",
        f"Every change of the {site.title}, newest first.",
        lambda: site.render_html("changelog", path, **_view(newest_entries), earlier=earlier),
        site.markdown_renderer("changelog", path, entries=newest_entries, earlier=earlier),
        (*_contents(newest_entries), *((Heading("earlier", "Earlier changes"),) if earlier else ())),
        build_search_text("Changelog", "Every change, newest first.", ()),
        section=path,
        siblings=nav_links if older else (),
    )
    for year, of_year in earlier:
        yield _year_page(site, year, of_year, nav_links)


def _split_long_years(years: Sequence[VersionYear]) -> Iterator[VersionYear]:
    """Yield the years, but each version of a year with too many changes by itself.

    Unreleased changes stay with the newest version.
    """
    for year in years:
        if year.change_count <= MAX_CHANGES_PER_YEAR:
            yield year
            continue
        together: tuple[VersionView, ...] = ()
        for version in year.versions:
            together = (*together, version)
            if version.is_released:
                yield VersionYear(version.id, together, is_dated=False)
                together = ()


def _year_page(
    site: Site, year: VersionYear, entries: tuple[ChangelogEntry, ...], nav_links: tuple[NavLink, ...]
) -> Page:
    address = site.addresses.changelog_year(year.label)
    return Page(
        address,
        f"Changelog {year.label}",
        f"Every change of the {site.title} in {year.label}.",
        lambda: site.render_html("changelog_year", address, **_view(entries), year=year),
        site.markdown_renderer("changelog_year", address, entries=entries, year=year),
        _contents(entries),
        section=site.addresses.changelog,
        siblings=nav_links,
    )


def _view(entries: tuple[ChangelogEntry, ...]) -> dict[str, object]:
    """The variables of both HTML templates."""
    return {"entries": entries, "filter": filter_for_changes(one for entry in entries for one in entry.changes)}


def _contents(entries: tuple[ChangelogEntry, ...]) -> tuple[Heading, ...]:
    return tuple(heading for entry in entries for heading in entry.headings)


def _collect_entries(site: Site) -> Iterator[ChangelogEntry]:
    """Yield the unreleased changes, then every version, newest first, with the additions that went live after it."""
    release_times = find_release_times(site.released_versions[::-1])
    remaining = sorted(addition_views(site), key=lambda one: one.date, reverse=True)
    for version in site.newest_first:
        since: list[AdditionView] = []
        if version.is_released:
            released = release_times[version.id]
            is_oldest = version is site.released_versions[-1]
            since = [one for one in remaining if is_oldest or (parse_date(one.date) or released) >= released]
            remaining = [one for one in remaining if one not in since]
        by_date = tuple((date, tuple(group)) for date, group in groupby(since, key=lambda one: one.date))
        yield ChangelogEntry(VersionView(site, version), by_date)
