"""The versions by year, where a page of all of them would be too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api_upgrades.registry.model import moment
from api_upgrades.site.pages.limits import MANY_ENTRIES
from api_upgrades.site.pages.versions import VersionView


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
