"""A contract on its way back: effects undone one by one, and what is left once no kind has a word for it."""

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

STUMBLES = (ContractMismatch, ValidationError, KeyError, IndexError, TypeError, AttributeError, ValueError)
"""How an effect, or what looks for one, fails on JSON that is no sound OpenAPI. Such a place is left to `replace`."""


class Undone:
    """The newer contract with effects undone on it. `effects` holds these, the last that happened first."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.effects: list[Effect] = []

    def undo(self, effect: Effect, fits: Callable[[Contract], bool] | None = None) -> bool:
        """Revert an effect, unless it cannot be or what comes of it does not fit; whether it was reverted."""
        try:
            older = effect.revert(self.contract)
            if fits is not None and not fits(older):
                return False
        except STUMBLES:
            return False
        self.contract = older
        self.effects.append(effect)
        return True

    def undo_at(
        self, kind: str, target: Target, fits: Callable[[Contract], bool] | None = None, **fields: Json
    ) -> bool:
        """The same for a kind at one target; a field that is MISSING is left out."""
        found = made(kind, target=str(target), **fields)
        return found is not None and self.undo(found, fits)


def made(kind: str, **fields: Json) -> Effect | None:
    """An effect of a kind, None where its fields cannot hold what they would have to."""
    try:
        return KINDS[kind].model_validate(
            {"kind": kind} | {key: value for key, value in fields.items() if value is not MISSING}
        )
    except ValidationError:
        return None


class Left(NamedTuple):
    """One place in some JSON that is still different. `was` is MISSING where nothing was there."""

    pointer: Pointer
    was: Json


def left_over(now: Json, older: Json) -> list[Left]:
    """The smallest places to replace, in this order, so that `now` becomes `older`.

    Where replacing the inner places of something that has other keys would copy as much as there is, the outer place
    is one replacement; so it is where the items of a plain list are in another order.
    """
    if json_equal(now, older):
        return []
    if isinstance(now, dict) and isinstance(older, dict):
        found = list(_left_in_object(now, older))
    elif isinstance(now, list) and isinstance(older, list):
        found = _left_in_list(now, older)
    else:
        found = [Left((), older)]
    copied = [one.was for one in found if one.was is not MISSING]
    is_reordered = isinstance(older, list) and copied and not any(isinstance(one, dict | list) for one in older)
    has_same_keys = isinstance(now, dict) and isinstance(older, dict) and now.keys() == older.keys()
    if len(found) > 1 and (is_reordered or (sum(map(size, copied)) >= size(older) and not has_same_keys)):
        return [Left((), older)]
    return found


def _left_in_object(now: JsonObject, older: JsonObject) -> Iterator[Left]:
    for key in now:
        if key not in older:
            yield Left((key,), MISSING)
    for key, was in older.items():
        yield from _below(key, left_over(now[key], was) if key in now else [Left((), was)])


def _left_in_list(now: list[Json], older: list[Json]) -> list[Left]:
    if len(now) == len(older):
        return [left for index, was in enumerate(older) for left in _below(index, left_over(now[index], was))]
    extra: list[int] = []
    matched = 0
    for index, value in enumerate(now):
        if matched < len(older) and json_equal(value, older[matched]):
            matched += 1
        else:
            extra.append(index)
    if matched == len(older):  # from the last to the first, so that the others keep their index
        return [Left((index,), MISSING) for index in reversed(extra)]
    return [Left((), older)]


def _below(key: str | int, found: list[Left]) -> Iterator[Left]:
    return (Left((key, *left.pointer), left.was) for left in found)


def cost(now: Json, older: Json) -> int:
    """How much has to be said to get from `now` to `older`: the leaves put back, and the places taken away."""
    return sum(1 if left.was is MISSING else size(left.was) for left in left_over(now, older))


def size(value: Json) -> int:
    """The leaves of some JSON; an empty object or list is one."""
    if isinstance(value, dict):
        return sum(map(size, value.values())) or 1
    if isinstance(value, list):
        return sum(map(size, value)) or 1
    return 1


def undo_the_rest(undone: Undone, older: Contract) -> None:
    """Replace whatever still differs in the parts that both have, and in the rest of the document."""
    for part in reversed(list(undone.contract.parts)):
        if part in older.parts:
            _replace(undone, part, undone.contract.parts[part], older.parts[part])
    _replace(undone, None, undone.contract.said, older.said)


def _replace(undone: Undone, part: Part | None, now: Json, older: Json) -> None:
    for pointer, was in left_over(now, older):
        how = {"absent": True} if was is MISSING else {"was": was}
        undone.undo_at("replace", Target(part), pointer=format_pointer(pointer), **how)
