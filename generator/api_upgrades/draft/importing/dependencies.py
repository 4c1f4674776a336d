"""Finds the effects of a step whose order matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from api_upgrades.draft.grouping import touches_with_anchors
from api_upgrades.effects.replace import have_separate_pointers
from api_upgrades.effects.touch import Touch
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target

Pairs = set[tuple[int, int]]
"""Pairs of effects by their index, the earlier one first."""


def find_dependencies(applied: Sequence[AppliedEffect]) -> Pairs:
    """The pairs of effects whose order matters."""
    by_part: dict[Part | None, list[tuple[int, Touch]]] = defaultdict(list)
    for index, effect in enumerate(applied):
        for touch in touches_with_anchors(effect):
            by_part[touch.target.part].append((index, touch))
    found: Pairs = set()
    for touches in by_part.values():
        for (one, touch), (other, another) in combinations(touches, 2):
            if (
                one != other
                and touch.conflicts_with(another)
                and not have_separate_pointers(applied[one].effect, applied[other].effect)
            ):
                found.add(_pair(one, other))
    for index, effect in enumerate(applied):
        for part in effect.effect.copied_schemas(effect.newer):
            found |= {_pair(index, other) for other, _ in by_part[part] if other != index}
    return found | set(_schema_rename_pairs(applied)) | set(_path_pairs(applied)) | set(_security_pairs(applied))


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _schema_rename_pairs(applied: Sequence[AppliedEffect]) -> Iterator[tuple[int, int]]:
    """Pairs of a schema's rename and an effect that refers to the schema by name."""
    renames: dict[Part, list[int]] = defaultdict(list)
    for index, one in enumerate(applied):
        for target in (target for move in one.effect.moves() for target in move):
            if target == Target(target.part) and target.part and target.part.kind == "schema":
                renames[target.part].append(index)
    for index, one in enumerate(applied) if renames else ():
        for part in one.effect.named_schemas():
            yield from (_pair(index, other) for other in renames[part] if other != index)


def _path_pairs(applied: Sequence[AppliedEffect]) -> Iterator[tuple[int, int]]:
    """Pairs of a move from or to a path, and another effect by which the path gains or loses an operation.

    The rest of the path item follows the move only if no operation stays at the path.
    """
    by_path: dict[str, dict[int, bool]] = defaultdict(dict)
    for index, one in enumerate(applied):
        parts = {touch.target.part for touch in one.effect.touches() if touch.target == Target(touch.target.part)}
        is_move = any(True for _ in one.effect.moves())
        for part in parts:
            if part is not None and part.kind == "operation" and (is_move or one.effect.existence):
                by_path[part.path][index] = is_move
    for effects in by_path.values():
        moves = [index for index, is_move in effects.items() if is_move]
        yield from (_pair(move, index) for move in moves for index in effects if index != move)


def _security_pairs(applied: Sequence[AppliedEffect]) -> Iterator[tuple[int, int]]:
    """Pairs of a change to the security of the whole API, and of an operation that may have followed it before."""
    whole = [
        index
        for index, one in enumerate(applied)
        if one.older.document.get("security") != one.newer.document.get("security")
    ]
    for index, one in enumerate(applied) if whole else ():
        if any(touch.facet == "security" for touch in one.effect.touches()):
            yield from (_pair(index, other) for other in whole if other != index)
