"""Checks that every difference between versions has an effect, and that every effect makes a difference.

The other checks ask whether the registry can be read. This one asks whether it is true. The comparison of two
neighbouring versions serves as an independent witness, because it does not use effects.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from api_upgrades.compare.compare import Finding, compare, iterate_findings
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.core.json import JsonObject
from api_upgrades.effects.touch import Touch
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.path_items import expand_path_items
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage


def find_inconsistencies(history: History) -> Iterator[RegistryError]:
    """Differences between neighbouring versions that no effect records, and effects that make no difference."""
    visibility = Visibility()
    for step in history.steps.values():
        usages = [history.usage_at(step.older_version), history.usage_at(step.version.id)]
        judged = history.changes_of(step.version.id)
        yield from _check_step(
            step.older, step.newer, step.effects, judged, usages, history.table, step.version.file, visibility
        )
    for live, change in zip(history.live_additions, history.additions, strict=True):
        older, newer = live.effects[0].older, live.effects[-1].newer
        usages = [Usage(older, References()), history.usage_at(live.version)]
        file = live.addition.file
        yield from _check_step(older, newer, live.effects, [change], usages, history.table, file, visibility)


def _check_step(
    older: Contract,
    newer: Contract,
    effects: Sequence[AppliedEffect],
    changes: Iterable[JudgedChange],
    usages: Sequence[Usage],
    table: RuleTable,
    file: str,
    visibility: Visibility,
) -> Iterator[RegistryError]:
    def directions(part: Part) -> frozenset[Direction]:
        return frozenset().union(*(usage.directions(part) for usage in usages))

    for text in find_unexplained(older, newer, effects, directions, table).values():
        yield RegistryError(Location(file), f"{text}, which no effect records; add an effect for it")
    wording = [applied for applied in effects if applied.change.is_wording]
    if wording and differs(wording[0].older, wording[-1].newer):
        message = "changes more than descriptions, examples and order; record the rest as a change of its own"
        yield RegistryError(wording[0].change.locate(), message)
    for judged in (effect for change in changes for effect in change.effects):
        if not makes_difference(judged.applied, visibility, judged.findings):
            applied = judged.applied
            yield RegistryError(
                applied.change.locate(applied.index),
                f"{applied.effect.kind}: comparing the contracts before and after it finds no difference; "
                "delete the effect, or use the kind that fits what changed",
            )


FindDirections = Callable[[Part], Iterable[Direction]]


def find_unexplained(
    older: Contract,
    newer: Contract,
    effects: Sequence[AppliedEffect],
    directions: FindDirections,
    table: RuleTable,
) -> dict[tuple[Target, str], str]:
    """The texts of the differences between two contracts that none of the effects between them explains, by place."""
    names = RenameMap.of(move for applied in effects for move in applied.moves)
    touches = _find_touches(effects, names)
    return {
        (finding.target, finding.text): f"{finding.target}: {finding.text}"
        for finding in compare(older, newer, names, directions, table)
        if needs_effect(finding)
        and not any(
            touch.explains(finding.target, finding.facet)
            for part in (finding.target.part, None)  # a touch of something shared can explain any operation
            for touch in touches.get(part, ())
        )
    }


def _find_touches(effects: Sequence[AppliedEffect], names: RenameMap) -> dict[Part | None, dict[Touch, None]]:
    """The touches of some effects in sequence by part, with the names that the places have after the last effect."""
    found: dict[Part | None, dict[Touch, None]] = defaultdict(dict)
    position = 0
    for applied in effects:
        position += len(applied.moves)
        for touch in applied.touches:
            target = names.to_newer(touch.target, after=position)
            found[target.part][Touch(target, touch.facet)] = None
    return found


def makes_difference(applied: AppliedEffect, visibility: Visibility, findings: Iterable[Finding] | None = None) -> bool:
    """Whether an effect makes a difference that the comparison finds, or is of a kind that needs none.

    `findings` are those between the contracts before and after it, if they are known.
    """
    effect = applied.effect
    if effect.only_rewords or not effect.changes_contract or not effect.must_be_found:
        return True
    older, newer = applied.older, applied.newer
    return (
        has_difference(applied, visibility, findings)
        or bool(parts_with_other_references(older, newer))
        or bool(operations_with_another_place(older, newer))
    )


def operations_with_another_place(older: Contract, newer: Contract) -> set[Part]:
    """The operations that stand in their path item in one contract, and behind its reference in the other.

    That is no difference by itself, as with `parts_with_other_references`.
    """
    found: set[Part] = set()
    for here, there in ((older, newer), (newer, older)):
        edited = find_edited_parts(here, there)
        only_here = {part for part in edited if part in here.parts and part not in there.parts}
        found |= only_here & expand_path_items(there).parts.keys() if only_here else set()
    return found


def parts_with_other_references(older: Contract, newer: Contract) -> list[Part]:
    """The parts that refer to other schemas than before.

    A reference can mean the same as what it stands for today, and something else in an older version, where that schema
    was another one, or did not exist.
    """
    common = (part for part in find_edited_parts(older, newer) if part in older.parts and part in newer.parts)
    return [part for part in common if _references(older.parts[part]) != _references(newer.parts[part])]


def _references(value: JsonObject) -> Counter[str]:
    return Counter(references(value))


def has_difference(applied: AppliedEffect, visibility: Visibility, findings: Iterable[Finding] | None = None) -> bool:
    """Whether the comparison finds a difference between the contracts before and after an effect, as `findings` says.

    Marking a part as internal, or making it public, is a difference only in the public view.
    """
    moves = RenameMap.of(applied.moves)
    if differs(applied.older, applied.newer, moves) if findings is None else _have_difference(findings):
        return True
    older, newer = visibility.public(applied.older), visibility.public(applied.newer)
    return (older is not applied.older or newer is not applied.newer) and differs(older, newer, moves)


def differs(older: Contract, newer: Contract, moves: RenameMap = NO_RENAMES) -> bool:
    """Whether two contracts promise anything different. Wording, order, spelling and tags are no difference."""
    return _have_difference(iterate_findings(older, newer, moves, lambda part: (), _TABLE))


def _have_difference(findings: Iterable[Finding]) -> bool:
    return any(map(needs_effect, findings))


def needs_effect(finding: Finding) -> bool:
    """Whether a finding is a difference that a change has to record. Tags only group pages, so nobody promises them."""
    return finding.rule != "tag-changed"


_TABLE = RuleTable.with_overrides({})
