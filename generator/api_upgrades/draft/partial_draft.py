"""A draft in progress: effects reverted one by one, and the differences that are left for `replace`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, Pointer, format_pointer, json_equal
from api_upgrades.effects import KINDS
from api_upgrades.effects.base import Effect
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target

DRAFT_ERRORS = (ContractMismatch, ValidationError, KeyError, IndexError, TypeError, AttributeError, ValueError)
"""How drafting fails on JSON that is not valid OpenAPI. Such a place is left to `replace`."""


class PartialDraft:
    """The newer contract with some effects reverted, and these effects, the latest first."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.effects: list[Effect] = []

    def revert(self, effect: Effect, fits: Callable[[Contract], bool] | None = None) -> bool:
        """Revert an effect if possible and if the result `fits`. Returns whether it was reverted."""
        try:
            older = effect.revert(self.contract)
            if fits is not None and not fits(older):
                return False
        except DRAFT_ERRORS:
            return False
        self.contract = older
        self.effects.append(effect)
        return True

    def revert_at(
        self, kind: str, target: Target, fits: Callable[[Contract], bool] | None = None, **fields: Json
    ) -> bool:
        """Build an effect of a kind at one target and revert it, as `revert` does. MISSING fields are omitted."""
        found = build_effect(kind, target=str(target), **fields)
        return found is not None and self.revert(found, fits)


def build_effect(kind: str, **fields: Json) -> Effect | None:
    """An effect of a kind, or None if its fields cannot hold the values. MISSING fields are omitted."""
    try:
        return KINDS[kind].model_validate(
            {"kind": kind} | {key: value for key, value in fields.items() if value is not MISSING}
        )
    except ValidationError:
        return None


class JsonDifference(NamedTuple):
    """One place in some JSON that differs. `was` is MISSING if nothing was there."""

    pointer: Pointer
    was: Json


def find_json_differences(now: Json, older: Json) -> list[JsonDifference]:
    """The smallest places to replace, in order, so that `now` becomes `older`.

    A list, or an object with other keys, is replaced as a whole if replacing the places inside it would copy as much.
    So is a list of plain values, or of references, in which more than one item differs.
    """
    if json_equal(now, older):
        return []
    if isinstance(now, dict) and isinstance(older, dict):
        found = list(_differences_in_object(now, older))
    elif isinstance(now, list) and isinstance(older, list):
        found = _differences_in_list(now, older)
    else:
        found = [JsonDifference((), older)]
    copied = [one.was for one in found if one.was is not MISSING]
    is_plain_list = isinstance(older, list) and copied and _has_small_items(older)
    has_same_keys = isinstance(now, dict) and isinstance(older, dict) and now.keys() == older.keys()
    if len(found) > 1 and (is_plain_list or (sum(map(size, copied)) >= size(older) and not has_same_keys)):
        return [JsonDifference((), older)]
    return found


def _has_small_items(items: list[Json]) -> bool:
    """Whether the items of a list are plain values, or mostly references, as the variants of a value are."""
    references = sum(isinstance(one, dict) and one.keys() == {"$ref"} for one in items)
    return max(map(size, items), default=1) <= (2 if 2 * references >= len(items) else 1)


def _differences_in_object(now: JsonObject, older: JsonObject) -> Iterator[JsonDifference]:
    for key in now:
        if key not in older:
            yield JsonDifference((key,), MISSING)
    for key, was in older.items():
        yield from _add_prefix(key, find_json_differences(now[key], was) if key in now else [JsonDifference((), was)])


def _differences_in_list(now: list[Json], older: list[Json]) -> list[JsonDifference]:
    if len(now) == len(older):
        return [
            left
            for index, was in enumerate(older)
            for left in _add_prefix(index, find_json_differences(now[index], was))
        ]
    extra: list[int] = []
    matched = 0
    for index, value in enumerate(now):
        if matched < len(older) and json_equal(value, older[matched]):
            matched += 1
        else:
            extra.append(index)
    if matched == len(older):  # from last to first, so that indexes stay valid
        return [JsonDifference((index,), MISSING) for index in reversed(extra)]
    return [JsonDifference((), older)]


def _add_prefix(key: str | int, found: list[JsonDifference]) -> Iterator[JsonDifference]:
    return (JsonDifference((key, *left.pointer), left.was) for left in found)


def cost(now: Json, older: Json) -> int:
    """The size of the differences from `now` to `older`: leaves to restore plus places to delete."""
    return sum(1 if left.was is MISSING else size(left.was) for left in find_json_differences(now, older))


def size(value: Json) -> int:
    """The number of leaves in some JSON; an empty object or list counts as one."""
    if isinstance(value, dict):
        return sum(map(size, value.values())) or 1
    if isinstance(value, list):
        return sum(map(size, value)) or 1
    return 1


def replace_rest(partial: PartialDraft, older: Contract) -> None:
    """Draft a `replace` for whatever still differs in common parts and in the rest of the document."""
    for part in reversed(list(partial.contract.parts)):
        if part in older.parts:
            _replace_in_part(partial, part, partial.contract.parts[part], older.parts[part])
    _replace_in_part(partial, None, partial.contract.content, older.content)


def _replace_in_part(partial: PartialDraft, part: Part | None, now: Json, older: Json) -> None:
    for pointer, was in find_json_differences(now, older):
        how = {"absent": True} if was is MISSING else {"was": was}
        partial.revert_at("replace", Target(part), pointer=format_pointer(pointer), **how)
