"""Compares two contracts, and judges each difference by the rule table.

Wording and examples are not compared, because they are not part of the contract. If no
rename connects a place of the older contract with one of the newer, they are reported as removed and added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.document import compare_documents
from api_upgrades.compare.implied_renames import template, with_implied_renames
from api_upgrades.compare.operations import PART_DIRECTIONS, DirectedDifference, OperationComparison
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import RuleTable, Severity
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts, find_parts_in_other_context, in_order_of
from api_upgrades.openapi.part import Part, PartKind
from api_upgrades.openapi.path_items import expand_path_items
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction

FindDirections = Callable[[Part], Iterable[Direction]]
"""Gives the directions in which a schema is used."""


@dataclass(frozen=True)
class Finding:
    """One difference in one direction, and the rule that judged it.

    `target` is the place by its name in the newer contract; a removed place has the name that it would have there.
    `facet` is the aspect of the place that differs, such as `type`. `direction` is None if nothing that is sent
    or received uses the place.
    """

    rule: RuleId
    severity: Severity
    direction: Direction | None
    target: Target
    old_target: Target
    facet: str
    before: Json
    after: Json

    @property
    def text(self) -> str:
        """The difference on one line, without the target: `is new`, `type integer -> string`."""
        if self.facet == "existence":
            return "is new" if self.before is None else "was removed"
        return f"{self.facet} {_format_value(self.before)} -> {_format_value(self.after)}"


MAX_VALUE_LENGTH = 60
"""How many characters of a value a finding's text shows."""


def _format_value(value: Json) -> str:
    """A value on one line; `none` if there is none."""
    if value is MISSING or value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=list)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[: MAX_VALUE_LENGTH - 1]}…"


def compare(
    old: Contract,
    new: Contract,
    renames: RenameMap,
    find_directions: FindDirections,
    table: RuleTable,
    only: Container[Part | None] | None = None,
) -> tuple[Finding, ...]:
    """Find every difference from `old` to `new`, in the order of the newer document; removed parts come last.

    `find_directions` is called with schemas of both contracts. Parts that both contracts share are skipped. `only`
    limits the comparison to some parts, by their newer names.
    """
    return tuple(iterate_findings(old, new, renames, find_directions, table, only))


def iterate_findings(
    old: Contract,
    new: Contract,
    renames: RenameMap,
    find_directions: FindDirections,
    table: RuleTable,
    only: Container[Part | None] | None = None,
) -> Iterator[Finding]:
    """Like `compare`, but finds each difference when it is asked for, so that a caller can stop early."""
    old, new = expand_path_items(old), expand_path_items(new)
    renames = with_implied_renames(old, new, renames)
    return (
        _judge(difference, direction, table)
        for difference, where in _find_differences(old, new, renames, find_directions, only)
        for direction in (tuple(one for one in where if one not in difference.hidden_in) or (None,))
    )


def _judge(difference: Difference, direction: Direction | None, table: RuleTable) -> Finding:
    severity = table.severity(difference.rule, direction)
    return Finding(difference.rule, severity, direction, *difference[1:-1])


def _find_differences(
    old: Contract,
    new: Contract,
    renames: RenameMap,
    find_directions: FindDirections,
    only: Container[Part | None] | None,
) -> Iterator[DirectedDifference]:
    edited = find_edited_parts(old, new)
    newer_names = {part: renames.to_newer(Target(part)).part for part in in_order_of(old, set(renames.parts))}
    # If one part takes over the name of another, the name belongs to the renamed part, and the other one is removed.
    renamed = {name: part for part, name in newer_names.items() if name != part}
    in_other_context = set(find_parts_in_other_context(old, new))
    comparison = SchemaComparison(old, new, renames)
    renamed_parts = {*newer_names, *newer_names.values()}
    for part in in_order_of(new, {*edited, *in_other_context, *renamed_parts}):
        if only is not None and part not in only:
            continue
        value = new.parts[part]
        before = renamed.get(part) or (part if part in old.parts and newer_names.get(part, part) == part else None)
        if before is None:
            yield _make_existence_difference(part, part, None, value)
        elif before != part or old.parts[before] is not value or part in in_other_context:
            if before != part:
                yield _make_rename_difference(before, part)
            if part.kind == "schema":
                where = _sort_directions({*find_directions(part), *find_directions(before)})
                yield from (
                    (difference, where)
                    for difference in comparison.compare(old.parts[before], value, Target(before), Target(part))
                )
            else:
                yield from OperationComparison(comparison, before, part, part in in_other_context).compare(
                    old.parts[before], value
                )
    for part in in_order_of(old, {*edited, *renamed_parts}):
        name = newer_names.get(part, part)
        if name is None or (only is not None and name not in only):
            continue
        if name not in new.parts or renamed.get(name, part) != part:
            yield _make_existence_difference(name, part, old.parts[part], None)
    if only is None and old.document is not new.document and old.document != new.document:
        yield from compare_documents(comparison)


def _sort_directions(directions: Iterable[Direction]) -> tuple[Direction, ...]:
    return tuple(sorted(directions, key=DIRECTIONS.index))


_ADDED: Mapping[PartKind, RuleId] = {
    "schema": "schema-added",
    "operation": "operation-added",
    "webhook": "webhook-added",
}
_REMOVED: Mapping[PartKind, RuleId] = {
    "schema": "schema-removed",
    "operation": "operation-removed",
    "webhook": "webhook-removed",
}
_RENAMED: Mapping[PartKind, RuleId] = {
    "schema": "schema-renamed",
    "operation": "operation-renamed",
    "webhook": "webhook-renamed",
}


def _make_existence_difference(new: Part, old: Part, before: Json, after: Json) -> DirectedDifference:
    rule = (_ADDED if before is None else _REMOVED)[new.kind]
    return Difference(rule, Target(new), Target(old), "existence", before, after), PART_DIRECTIONS[new.kind]


def _make_rename_difference(old: Part, new: Part) -> DirectedDifference:
    has_moved = new.kind == "operation" and template(old) != template(new)
    rule = "operation-moved" if has_moved else _RENAMED[new.kind]
    return Difference(rule, Target(new), Target(old), "name", old.name, new.name), PART_DIRECTIONS[new.kind]
