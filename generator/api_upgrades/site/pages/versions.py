"""A version as every page shows it: its numbers, and its changes, by resource where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.openapi.resources import slugs_of
from api_upgrades.registry.model import Version, moment
from api_upgrades.site.pages.changes import KINDS, ChangeView
from api_upgrades.site.pages.limits import MANY_CHANGES, MANY_ENTRIES
from api_upgrades.site.pages.site import Site, counted, counts
from api_upgrades.site.text import prose


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of a version that touch one resource, the worst first; each change of it is in one group."""

    name: str
    slug: str
    changes: tuple[ChangeView, ...]

    @property
    def anchor(self) -> str:
        """Its id on the version's page; no change's id holds a colon."""
        return f"in:{self.slug}"

    @property
    def counts(self) -> str:
        """`2 breaking changes, 1 addition`."""
        return ", ".join(counts(change.severity for change in self.changes))

    @property
    def weighty(self) -> tuple[ChangeView, ...]:
        """The changes that somebody may have to know, which is all but those that alter nothing for anybody."""
        return tuple(change for change in self.changes if change.severity != "neutral")

    @property
    def weighty_counts(self) -> str:
        """The same in numbers."""
        return ", ".join(counts(change.severity for change in self.weighty))


SEVERAL = "Several resources"
WHOLE = "The API as a whole"


def _groups(version: VersionView) -> Iterator[ChangeGroup]:
    """What touches several resources first, then the resources in the order of the reference, what is gone last."""
    grouped: dict[str, list[ChangeView]] = {SEVERAL: [], WHOLE: []}
    for one in (version.id, *filter(None, (version.older,))):
        grouped |= {resource.name: [] for resource in version.site.resources(one) if resource.name not in grouped}
    for change in version.changes:
        names = [name for name, _ in change.resources] or [WHOLE]
        grouped[names[0] if len(names) == 1 else SEVERAL].append(change)
    found = {name: tuple(changes) for name, changes in grouped.items() if changes}
    slugs = slugs_of(found)
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
    def told(self) -> tuple[ChangeView, ...]:
        """The changes that the guide tells of: of very many none that is neutral."""
        return tuple(change for change in self.changes if not (self.is_long and change.severity == "neutral"))

    @property
    def is_long(self) -> bool:
        """Whether it has more changes than one list can hold: pages then group them by resource."""
        return len(self.changes) > MANY_CHANGES

    @cached_property
    def groups(self) -> tuple[ChangeGroup, ...]:
        """All its changes by resource."""
        return tuple(_groups(self))

    @property
    def name(self) -> str:
        return self.version.name

    @property
    def title(self) -> str:
        """`Version 2023-06-26`."""
        return f"Version {self.id}" if self.is_released else self.name

    @property
    def description(self) -> str:
        """The version in a sentence, as plain text."""
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
    def older(self) -> str | None:
        step = self.site.history.steps.get(self.id)
        return step.older_version if step else None

    @cached_property
    def newer(self) -> str | None:
        ids = [version.id for version in self.site.history.versions]
        index = ids.index(self.id) + 1
        return ids[index] if index < len(ids) else None

    @property
    def breaking(self) -> int:
        """How many of its changes break."""
        return sum(change.severity == "breaking" for change in self.changes)

    @property
    def counts(self) -> str:
        """The numbers up front: `2 breaking changes, 1 addition, 3 operations`."""
        found = counts(change.severity for change in self.changes)
        reached = {link.part for change in self.changes for link in change.reached.get(KINDS["operation"], ())}
        if reached:
            found.append(counted(len(reached), "operation"))
        return ", ".join(found) or "no changes"

    @property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """The resources that its changes touch."""
        return tuple(dict(pair for change in self.changes for pair in change.resources).items())


@dataclass(frozen=True)
class Year:
    """Versions that stand on one page, newest first. `label` is their year, or the version itself if it has no date."""

    label: str
    versions: tuple[VersionView, ...]
    is_dated: bool

    @property
    def count(self) -> int:
        """How many changes they have."""
        return sum(len(version.changes) for version in self.versions)


def by_year(versions: Sequence[VersionView]) -> tuple[Year, ...]:
    """All versions as one, where that is no more than a page holds; else by year, newest first.

    What is not released yet stands with the newest.
    """
    released = [version for version in versions if version.is_released]
    ids = {version.id for version in versions}
    whole = Year("", tuple(versions), is_dated=True)
    if whole.count <= MANY_ENTRIES:
        return (whole,)
    found: dict[str, list[VersionView]] = {}
    for version in released:
        found.setdefault(_year(version) or version.id, []).append(version)
    years = [Year(label, tuple(ones), label not in ids) for label, ones in found.items()]
    upcoming = tuple(version for version in versions if not version.is_released)
    newest = Year(years[0].label, (*upcoming, *years[0].versions), years[0].is_dated)
    return newest, *years[1:]


def _year(version: VersionView) -> str | None:
    came = moment(version.id)
    return str(came.year) if came else None
