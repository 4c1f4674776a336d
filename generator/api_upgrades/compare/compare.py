"""Two contracts, and every difference between them, judged by the rule table.

Wording and examples are not compared: they are not part of the contract. What the names don't lead from the older to
the newer is reported as removed and added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.document import compare_documents
from api_upgrades.compare.operations import PART_DIRECTIONS, Found, OperationComparison
from api_upgrades.compare.rules.table import RuleId, RuleTable, Severity
from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract, Part, PartKind
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction

Directions = Callable[[Part], Iterable[Direction]]


@dataclass(frozen=True)
class Finding:
    """One difference in one direction, with the rule that judged it.

    `target` is the place by its newer name; what was removed has the name it would have. `facet` says what of the
    place differs, as `Touch.facet` does. `direction` is None where nothing that is sent or received uses the place.
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
        """What differs at the target, on one line: `is new`, `type integer -> string`."""
        if self.facet == "existence":
            return "is new" if self.before is None else "is gone"
        return f"{self.facet} {_shown(self.before)} -> {_shown(self.after)}"


LONGEST = 60
"""Characters of a value in a finding's text."""


def _shown(value: Json) -> str:
    """A value as a line shows it; nothing is `none`."""
    if value is MISSING or value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=list)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def compare(
    old: Contract,
    new: Contract,
    names: RenameMap,
    directions: Directions,
    table: RuleTable,
    among: Container[Part | None] | None = None,
) -> tuple[Finding, ...]:
    """Every difference from `old` to `new`, in the order of the newer document, what was removed last.

    `directions` tells for a schema of either contract how it is used. Parts that both share are not looked into, and
    neither are those that are not `among` some, by their newer names.
    """
    return tuple(
        _judged(difference, direction, table)
        for difference, where in _differences(old, new, names, directions, among)
        for direction in (where or (None,))
    )


def _judged(difference: Difference, direction: Direction | None, table: RuleTable) -> Finding:
    severity = table.severity(difference.rule, direction)
    return Finding(difference.rule, severity, direction, *difference[1:])


def _differences(
    old: Contract, new: Contract, names: RenameMap, directions: Directions, among: Container[Part | None] | None
) -> Iterator[Found]:
    moved = {part: names.newer(Target(part)).part for part in old.parts if part in names.parts}
    # Where one takes over the name of another, the name is its, and the other is gone.
    older = {name: part for part, name in moved.items() if name != part}
    comparison = SchemaComparison(old, new, names)
    shared_differs = old.document is not new.document and old.document != new.document
    for part, value in new.parts.items():
        if among is not None and part not in among:
            continue
        before = older.get(part) or (part if part in old.parts and moved.get(part, part) == part else None)
        if before is None:
            yield _existence(part, part, None, value)
        elif before != part or old.parts[before] is not value or (shared_differs and part.kind != "schema"):
            if before != part:
                yield _renamed(before, part)
            if part.kind == "schema":
                where = _sorted({*directions(part), *directions(before)})
                yield from (
                    (found, where)
                    for found in comparison.compare(old.parts[before], value, Target(before), Target(part))
                )
            else:
                yield from OperationComparison(comparison, before, part).compare(old.parts[before], value)
    for part, value in old.parts.items():
        name = moved.get(part, part)
        if name is None or (among is not None and name not in among):
            continue
        if name not in new.parts or older.get(name, part) != part:
            yield _existence(name, part, value, None)
    if shared_differs and among is None:
        yield from compare_documents(comparison)


def _sorted(directions: Iterable[Direction]) -> tuple[Direction, ...]:
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


def _existence(new: Part, old: Part, before: Json, after: Json) -> Found:
    rule = (_ADDED if before is None else _REMOVED)[new.kind]
    return Difference(rule, Target(new), Target(old), "existence", before, after), PART_DIRECTIONS[new.kind]


def _renamed(old: Part, new: Part) -> Found:
    is_elsewhere = new.kind == "operation" and _called(old) != _called(new)
    rule = "operation-moved" if is_elsewhere else _RENAMED[new.kind]
    return Difference(rule, Target(new), Target(old), "name", old.name, new.name), PART_DIRECTIONS[new.kind]


def _called(operation: Part) -> str:
    """What is called, whatever its path parameters are named."""
    return _IN_PATH.sub("{}", operation.name)


_IN_PATH = re.compile(r"\{[^{}]*\}")
