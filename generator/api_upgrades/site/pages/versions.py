"""The view of a version that all pages use: its counts and its changes, grouped by resource if there are many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.openapi.resources import unique_slugs
from api_upgrades.registry.model import Version, parse_date
from api_upgrades.site.pages.changes import KIND_TITLES, ChangeView
from api_upgrades.site.pages.limits import MAX_CHANGES_PER_PAGE, MAX_LISTED_CHANGES
from api_upgrades.site.pages.site import Site, format_count, severity_counts
from api_upgrades.site.text import prose


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of a version to one resource, the worst first. Each change is in exactly one group."""

    name: str
    slug: str
    changes: tuple[ChangeView, ...]

    @property
    def anchor(self) -> str:
        """Its id on the version's page. Ids of changes contain no colon."""
        return f"in:{self.slug}"

    @property
    def has_several_resources(self) -> bool:
        """Whether its changes are to several resources each, so that a list names them."""
        return self.name == SEVERAL_RESOURCES

    @property
    def counts(self) -> str:
        """`2 breaking changes, 1 addition`."""
        return ", ".join(severity_counts(change.severity for change in self.changes))

    @property
    def notable_changes(self) -> tuple[ChangeView, ...]:
        """The changes that are not neutral."""
        return tuple(change for change in self.changes if change.severity != "neutral")

    @property
    def notable_counts(self) -> str:
        return ", ".join(severity_counts(change.severity for change in self.notable_changes))


SEVERAL_RESOURCES = "Several resources"
WHOLE_API = "The API as a whole"


def _group_by_resource(version: VersionView) -> Iterator[ChangeGroup]:
    """Yield the changes to several resources, then those to the API as a whole, then those to each resource.

    The resources are in the order of the reference, removed ones last.
    """
    grouped: dict[str, list[ChangeView]] = {SEVERAL_RESOURCES: [], WHOLE_API: []}
    for one in (version.id, *filter(None, (version.older_version,))):
        grouped |= {resource.name: [] for resource in version.site.resources(one) if resource.name not in grouped}
    for change in version.changes:
        names = [name for name, _ in change.resources] or [WHOLE_API]
        grouped[names[0] if len(names) == 1 else SEVERAL_RESOURCES].append(change)
    found = {name: tuple(changes) for name, changes in grouped.items() if changes}
    slugs = unique_slugs(found)
    for name, changes in found.items():
        yield ChangeGroup(name, slugs[name], changes)


@dataclass(frozen=True)
class VersionView:
    """A version with its changes, the worst first."""

    site: Site
    version: Version

    @property
    def id(self) -> str:
        return self.version.id

    @cached_property
    def changes(self) -> tuple[ChangeView, ...]:
        return tuple(ChangeView(self.site, judged) for judged in self.site.history.changes_of(self.id))

    @property
    def guide_changes(self) -> tuple[ChangeView, ...]:
        """The changes that the guide lists. It leaves out neutral ones if there are many changes."""
        return tuple(change for change in self.changes if not (self.is_long and change.severity == "neutral"))

    @property
    def is_long(self) -> bool:
        """Whether it has too many changes for one list, so that pages group them by resource."""
        return len(self.changes) > MAX_LISTED_CHANGES

    @property
    def groups(self) -> tuple[ChangeGroup, ...]:
        """All its changes, grouped by resource."""
        return tuple(_group_by_resource(self))

    @property
    def name(self) -> str:
        return self.version.name

    @property
    def title(self) -> str:
        """`Version 2023-06-26`."""
        return f"Version {self.id}" if self.is_released else self.name

    @property
    def description(self) -> str:
        """One sentence about the version, as plain text."""
        if not self.is_released:
            return f"What the next version of the {self.site.title} will change. It is not released yet."
        return f"What changed in version {self.id} of the {self.site.title}: {prose.to_plain(self.version.summary)}"

    @property
    def is_released(self) -> bool:
        return self.version.is_released

    @property
    def is_latest(self) -> bool:
        return self.version is self.site.history.latest

    @property
    def is_first(self) -> bool:
        return self.version is self.site.history.versions[0]

    @property
    def address(self) -> str:
        return self.site.addresses.version(self.id)

    @property
    def older_version(self) -> str | None:
        step = self.site.history.steps.get(self.id)
        return step.older_version if step else None

    @property
    def newer_version(self) -> str | None:
        ids = [version.id for version in self.site.history.versions]
        index = ids.index(self.id) + 1
        return ids[index] if index < len(ids) else None

    @property
    def breaking_count(self) -> int:
        return sum(change.severity == "breaking" for change in self.changes)

    @property
    def counts(self) -> str:
        """The summary in numbers: `2 breaking changes, 1 addition, 3 operations affected`."""
        found = severity_counts(change.severity for change in self.changes)
        affected = {link.part for change in self.changes for link in change.affected.get(KIND_TITLES["operation"], ())}
        if affected:
            found.append(f"{format_count(len(affected), 'operation')} affected")
        return ", ".join(found) or "no changes"

    @property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """The resources that its changes touch directly, as (name, address in the reference)."""
        return tuple(dict(pair for change in self.changes for pair in change.resources).items())


@dataclass(frozen=True)
class VersionYear:
    """The versions on one page, newest first. `label` is their year, or the id of a version without a date."""

    label: str
    versions: tuple[VersionView, ...]
    is_dated: bool

    @property
    def change_count(self) -> int:
        return sum(len(version.changes) for version in self.versions)


def group_by_year(versions: Sequence[VersionView]) -> tuple[VersionYear, ...]:
    """Group versions by year, newest first; into one group without a label if one page can hold all their changes.

    Unreleased changes belong to the newest year.
    """
    released = [version for version in versions if version.is_released]
    ids = {version.id for version in versions}
    whole = VersionYear("", tuple(versions), is_dated=True)
    if whole.change_count <= MAX_CHANGES_PER_PAGE:
        return (whole,)
    found: dict[str, list[VersionView]] = {}
    for version in released:
        found.setdefault(_year_of(version) or version.id, []).append(version)
    years = [VersionYear(label, tuple(members), label not in ids) for label, members in found.items()]
    upcoming = tuple(version for version in versions if not version.is_released)
    newest = VersionYear(years[0].label, (*upcoming, *years[0].versions), years[0].is_dated)
    return newest, *years[1:]


def _year_of(version: VersionView) -> str | None:
    released = parse_date(version.id)
    return str(released.year) if released else None
