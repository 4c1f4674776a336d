"""The map of the upgrade guide: how many changes each version made to each resource, and how severe they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from api_upgrades.compare.rules.table import SEVERITIES, Severity, worst
from api_upgrades.registry.model import parse_date
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.versions import VersionView

MAX_NEW_COLUMNS = 12
"""The map shows this many versions at first; a checkbox shows the older ones."""


class Cell(NamedTuple):
    """The changes of one version to one resource.

    `severity` is the worst of them, `worst` the number of changes that are as severe, `address` that of the first.
    """

    changes: int
    severity: Severity
    worst: int
    address: str


class Column(NamedTuple):
    """One version. `label` is its name without the year, if the map has a row of years."""

    version: str
    name: str
    label: str
    is_older: bool


class Row(NamedTuple):
    """One resource, with a cell for each column. An older row has no change in the columns that are shown at first."""

    resource: str
    cells: tuple[Cell | None, ...]
    is_older: bool


@dataclass(frozen=True)
class ChangeMap:
    """The map of some versions, newest first, without the first version of the API."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def older_count(self) -> int:
        """The number of columns that a checkbox shows."""
        return sum(column.is_older for column in self.columns)

    @property
    def years(self) -> list[tuple[str, int, bool]]:
        """(year, number of columns, whether they are older) in the order of the columns; empty for undated versions."""
        if any(column.label == column.name for column in self.columns):
            return []
        groups = groupby(self.columns, key=lambda column: (column.version[:4], column.is_older))
        return [(year, len(list(columns)), is_older) for (year, is_older), columns in groups]

    @property
    def severities(self) -> list[Severity]:
        """The severities that the map contains, the worst first."""
        found = {cell.severity for row in self.rows for cell in row.cells if cell}
        return [severity for severity in SEVERITIES if severity in found]


def build_change_map(versions: Sequence[VersionView]) -> ChangeMap:
    """Build the map of some versions, in the given order."""
    shown = [version for version in versions if not version.is_first]
    is_dated = all(parse_date(version.id) for version in shown)
    columns = tuple(
        Column(
            version.id,
            version.name,
            version.id.partition("-")[2] if is_dated else version.name,
            index >= MAX_NEW_COLUMNS,
        )
        for index, version in enumerate(shown)
    )
    return ChangeMap(columns, tuple(_rows(shown)))


def _rows(versions: Sequence[VersionView]) -> Iterator[Row]:
    touched: dict[str, dict[str, list[ChangeView]]] = {}
    for version in versions:
        for change in version.guide_changes:
            for resource, _ in change.resources:
                touched.setdefault(resource, {}).setdefault(version.id, []).append(change)
    for resource in sorted(touched):
        cells = tuple(_cell(touched[resource].get(version.id)) for version in versions)
        yield Row(resource, cells, not any(cells[:MAX_NEW_COLUMNS]))


def _cell(changes: list[ChangeView] | None) -> Cell | None:
    if not changes:
        return None
    severity = worst(change.severity for change in changes)
    count = sum(change.severity == severity for change in changes)
    return Cell(len(changes), severity, count, changes[0].address)
