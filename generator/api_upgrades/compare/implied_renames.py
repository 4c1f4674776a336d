"""Renames that nobody has to tell, because the names are no contract: those of path parameters and schemas."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from api_upgrades.compare.taken_names import find_taken_names
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import Target

_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")


def template(operation: Part) -> str:
    """The method and path of an operation, without the names of its path parameters."""
    return _PATH_PARAMETER.sub("{}", operation.name)


def with_implied_renames(old: Contract, new: Contract, renames: RenameMap) -> RenameMap:
    """The renames, those of operations as `with_operation_renames` finds them, and those of schemas.

    Those of schemas are found where another schema took over the name.
    """
    moves = find_taken_names(old, new, renames)
    found = with_operation_renames(old, new, renames)
    return found + RenameMap.of(moves) if moves else found


def with_operation_renames(old: Contract, new: Contract, renames: RenameMap) -> RenameMap:
    """The renames, and those of operations whose paths differ only in the names of their parameters.

    Names that are swapped move through a name of their own in between, which no contract has.
    """
    gone, come = _unmatched(old, new, renames) if _loses_operations(old, new) else ({}, {})
    moves = [move for name, part in gone.items() if name in come for move in _moves(part, come[name])]
    return renames + RenameMap.of(moves) if moves else renames


def _loses_operations(old: Contract, new: Contract) -> bool:
    edited = find_edited_parts(old, new)
    return any(part.kind == "operation" and part in old.parts and part not in new.parts for part in edited)


def _unmatched(old: Contract, new: Contract, renames: RenameMap) -> tuple[dict[str, Part], dict[str, Part]]:
    """The operations that only one contract has, by their templates. A template of several operations says nothing."""
    newer = {part: renames.to_newer(Target(part)).part for part in old.of_kind("operation")}
    taken = set(newer.values())
    return (
        _by_template([part for part, moved in newer.items() if moved == part and part not in new.parts]),
        _by_template([part for part in new.of_kind("operation") if part not in taken]),
    )


def _by_template(parts: list[Part]) -> dict[str, Part]:
    found: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        found[template(part)].append(part)
    return {name: parts[0] for name, parts in found.items() if len(parts) == 1}


def _moves(old: Part, new: Part) -> Iterator[Move]:
    """The rename of an operation, and those of its path parameters, matched by position."""
    yield Move(Target(old), Target(new))
    names = [_PATH_PARAMETER.findall(part.name) for part in (old, new)]
    pairs = [(was, now) for was, now in zip(*names, strict=True) if was != now]
    are_swapped = not {was for was, _ in pairs}.isdisjoint(now for _, now in pairs)
    between = [f"{was}\0{now}" if are_swapped else now for was, now in pairs]
    for (was, _), name in zip(pairs, between, strict=True):
        yield Move(Target(new, f"path {was}"), Target(new, f"path {name}"))
    for (_, now), name in zip(pairs, between, strict=True):
        if name != now:
            yield Move(Target(new, f"path {name}"), Target(new, f"path {now}"))
