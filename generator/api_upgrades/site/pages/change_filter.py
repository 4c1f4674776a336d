"""The filter of a list of changes: its chips and selects, with the number of changes that each would show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.site.pages.change_kinds import CHANGE_KINDS, DEPRECATED
from api_upgrades.site.pages.changes import ChangeView


class Chip(NamedTuple):
    """A switch that shows only rows with one value, and the number of these rows."""

    name: str
    value: str
    label: str
    rows: int


class Select(NamedTuple):
    """A choice of one value. `all` is the label of its first option; the others are (value, label) pairs."""

    name: str
    label: str
    all: str
    options: tuple[tuple[str, str], ...]


class ChangeFilter(NamedTuple):
    """The arguments of the macro `filter_bar` for a list of changes."""

    total: int
    chips: tuple[Chip, ...]
    selects: tuple[Select, ...]


def filter_for_changes(changes: Iterable[ChangeView]) -> ChangeFilter:
    """The filter of a list of changes. It offers only severities, resources and kinds that the list has."""
    listed = tuple(changes)
    severities = Counter(change.severity for change in listed)
    kinds = Counter(kind for change in listed for kind in change.kinds)
    resources = sorted({name for change in listed for name, _ in change.resources}, key=str.casefold)
    chips = [Chip("severity", one, one.capitalize(), severities[one]) for one in SEVERITIES if severities[one]]
    if kinds[DEPRECATED]:
        chips.append(Chip("only", "deprecations", "With deprecations", kinds[DEPRECATED]))
    selects = (
        Select("resource", "Resource", "All resources", tuple((name, name) for name in resources)),
        Select("kind", "Kind of change", "All kinds", tuple(one for one in CHANGE_KINDS.items() if kinds[one[0]])),
    )
    return ChangeFilter(len(listed), tuple(chips), tuple(select for select in selects if len(select.options) > 1))
