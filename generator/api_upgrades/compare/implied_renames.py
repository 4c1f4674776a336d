"""Renames that nobody has to tell, because the names are no contract: those of path parameters and swapped schemas."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts
from api_upgrades.openapi.normal_form import NormalForms
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.schema_edit import replace_references
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import Target

_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")


def template(operation: Part) -> str:
    """The method and path of an operation, without the names of its path parameters."""
    return _PATH_PARAMETER.sub("{}", operation.name)


def with_implied_renames(old: Contract, new: Contract, renames: RenameMap) -> RenameMap:
    """The renames, those of operations as `with_operation_renames` finds them, and those of swapped schemas."""
    moves = _swaps(old, new, renames)
    found = with_operation_renames(old, new, renames)
    return found + RenameMap.of(moves) if moves else found


def _shape(form: JsonObject) -> str:
    """The digest of a normal form, whichever schemas it refers to: these may be swapped as well."""
    return digest(replace_references(form, lambda ref: SCHEMA_REF))


def _keys(value: Json) -> frozenset[str]:
    """The keys of all objects inside some JSON."""
    if isinstance(value, dict):
        return frozenset(value).union(*map(_keys, value.values()))
    return frozenset().union(*map(_keys, value)) if isinstance(value, list) else frozenset()


def with_operation_renames(old: Contract, new: Contract, renames: RenameMap) -> RenameMap:
    """The renames, and those of operations whose paths differ only in the names of their parameters.

    Names that are swapped move through a name of their own in between, which no contract has.
    """
    gone, come = _unmatched(old, new, renames) if _loses_operations(old, new) else ({}, {})
    moves = [move for name, part in gone.items() if name in come for move in _moves(part, come[name])]
    return renames + RenameMap.of(moves) if moves else renames


def _swaps(old: Contract, new: Contract, renames: RenameMap) -> list[Move]:
    """The moves of schemas that took over each other's names, and mean the same as before under the new name."""
    edited = (part for part in find_edited_parts(old, new) if part.kind == "schema" and part not in renames.parts)
    both = [part for part in edited if part in old.parts and part in new.parts]
    if len(both) < 2:
        return []
    old_forms, new_forms = NormalForms(old), NormalForms(new)
    forms = {part: (old_forms.of(old.parts[part]), new_forms.of(new.parts[part])) for part in both}
    forms = {part: pair for part, pair in forms.items() if not json_equal(*pair)}
    # Forms of the same shape have the same keys. Most have keys that no other schema has, so their shape isn't needed.
    parts_by_keys: dict[frozenset[str], set[Part]] = defaultdict(set)
    keys = {part: (_keys(was), _keys(now)) for part, (was, now) in forms.items()}
    for part, of_forms in keys.items():
        for one in of_forms:
            parts_by_keys[one].add(part)
    before: dict[str, list[Part]] = defaultdict(list)
    after: dict[str, list[Part]] = defaultdict(list)
    for part, pair in forms.items():
        for form, of_form, found in zip(pair, keys[part], (before, after), strict=True):
            if len(parts_by_keys[of_form]) > 1:
                found[_shape(form)].append(part)
    pairs = [
        (was[0], after[key][0])
        for key, was in before.items()
        if len(was) == len(after.get(key, ())) == 1 and was != after[key]
    ]
    moved = {old for old, _ in pairs}
    swapped = [(old, new) for old, new in pairs if new in moved and old in {newer for _, newer in pairs}]
    between = [Move(Target(old), Target(schema_part(f"{old.name}\0{new.name}"))) for old, new in swapped]
    return between + [Move(move.new, Target(new)) for move, (_, new) in zip(between, swapped, strict=True)]


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
