"""Renames that nobody has to tell, because the names are no contract: those of path parameters and schemas."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping

from api_upgrades.compare.types import HINT_FORMATS
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_edited_parts
from api_upgrades.openapi.mentions import NAME_MAPS
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
    """The renames, those of operations as `with_operation_renames` finds them, and those of schemas.

    Those of schemas are found where another schema took over the name.
    """
    moves = _take_overs(old, new, renames)
    found = with_operation_renames(old, new, renames)
    return found + RenameMap.of(moves) if moves else found


def _shape(form: JsonObject) -> str:
    """The digest of what a normal form says of values, whichever schemas it refers to: these may be renamed as well."""
    return digest(_without_hints(replace_references(form, lambda ref: SCHEMA_REF)))


def _without_hints(value: Json) -> Json:
    """A normal form without its extensions, and without the formats that are only hints."""
    if isinstance(value, list):
        return [_without_hints(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {name: _without_hints(one) for name, one in held.items()}
        if key in NAME_MAPS and isinstance(held, dict)
        else _without_hints(held)
        for key, held in value.items()
        if not key.startswith("x-") and not (key == "format" and held in HINT_FORMATS)
    }


def with_operation_renames(old: Contract, new: Contract, renames: RenameMap) -> RenameMap:
    """The renames, and those of operations whose paths differ only in the names of their parameters.

    Names that are swapped move through a name of their own in between, which no contract has.
    """
    gone, come = _unmatched(old, new, renames) if _loses_operations(old, new) else ({}, {})
    moves = [move for name, part in gone.items() if name in come for move in _moves(part, come[name])]
    return renames + RenameMap.of(moves) if moves else renames


def _take_overs(old: Contract, new: Contract, renames: RenameMap) -> list[Move]:
    """The moves of schemas whose names others took over, and that mean the same as before under a new name."""
    edited = find_edited_parts(old, new)
    fixed = {*renames.parts, *(renames.to_newer(Target(part)).part for part in renames.parts if part)}
    schemas = [part for part in edited if part.kind == "schema" and part not in fixed]
    contested = {part for part in schemas if part in old.parts and part in new.parts}
    users = [part for part in edited if part in old.parts]
    contested = {part for part in contested if old.count_mentions(part) == _count_in(old, users, part)}
    if not contested:
        return []
    old_forms, new_forms = NormalForms(old), NormalForms(new)
    was = {part: old_forms.of(old.parts[part]) for part in schemas if part in old.parts}
    now = {part: new_forms.of(new.parts[part]) for part in schemas if part in new.parts}
    same = {part for part in contested if json_equal(was[part], now[part])}
    before, after = _by_shape(was, same), _by_shape(now, same)
    pairs: dict[Part, Part] = {}
    for shape, parts in before.items():
        names = after.get(shape, [])
        part = max(parts, key=old.count_mentions)
        if names and set(parts).isdisjoint(names) and (part in contested or not contested.isdisjoint(names)):
            pairs[part] = max(names, key=new.count_mentions)
    return _moves_between(_without_doubtful(pairs, old, new))


def _count_in(contract: Contract, users: list[Part], schema: Part) -> int:
    return contract.count_mentions(schema, *(contract.parts[user] for user in users)) if users else 0


def _without_doubtful(pairs: dict[Part, Part], old: Contract, new: Contract) -> dict[Part, Part]:
    """The old and new names without those of schemas that may have changed instead.

    That is so if something that refers to a schema kept the reference, or if a name belonged to another schema of which
    it is not known what became of it.
    """

    def users() -> Iterator[tuple[JsonObject, JsonObject]]:
        yield old.document, new.document
        for user, value in old.parts.items():
            if (name := pairs.get(user, user)) in new.parts:
                yield value, new.parts[name]

    def is_kept(part: Part) -> bool:
        takers = [other for other, name in pairs.items() if name == part]
        return any(
            old.count_mentions(part, was)
            and new.count_mentions(part, now)
            and not any(old.count_mentions(other, was) for other in takers)
            for was, now in users()
        )

    def is_free(name: Part) -> bool:
        return name not in old.parts or name in pairs or not old.count_mentions(name, old.document, *old.parts.values())

    taken = Counter(pairs.values())
    kept = {part: name for part, name in pairs.items() if taken[name] == 1 and is_free(name) and not is_kept(part)}
    return kept if len(kept) == len(pairs) else _without_doubtful(kept, old, new)


def _moves_between(pairs: Mapping[Part, Part]) -> list[Move]:
    """The moves from old names to new ones, through names in between that no contract has."""
    between = [Move(Target(part), Target(schema_part(f"{part.name}\0{name.name}"))) for part, name in pairs.items()]
    return between + [Move(move.new, Target(name)) for move, name in zip(between, pairs.values(), strict=True)]


def _by_shape(forms: Mapping[Part, JsonObject], same: Container[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for part, form in forms.items():
        if part not in same:
            found[_shape(form)].append(part)
    return found


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
