"""The kind of effect on the order of keys. Order is not part of a contract, but imported documents keep theirs."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, parse_pointer, set_at, value_at
from api_upgrades.effects.base import Predicate, TargetedEffect
from api_upgrades.effects.replace import NOT_A_POINTER, check_pointer
from api_upgrades.effects.touch import Touch
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import part_spot
from api_upgrades.openapi.target import Target


class Reorder(TargetedEffect):
    """The keys of an object, or the items of a list, were reordered.

    {kind: reorder, target: Patient, pointer: /properties, before: {phone: email, id: null}}
    """

    kind: Literal["reorder"] = "reorder"
    changes_contract: ClassVar[bool] = False
    pointer: Annotated[str, AfterValidator(check_pointer)] = Field(
        "",
        description="A JSON Pointer inside the part.",
        json_schema_extra={"pattern": "^(?![^/])", "patternErrorMessage": NOT_A_POINTER},
    )
    before: dict[str, str | None] = Field(
        min_length=1,
        description="Maps each key to the key it preceded, or null if last. Items that are not text are numbered "
        "from 0.",
    )

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        if target.section or target.steps:
            raise ContractMismatch(
                f"{target} is inside a part; give the part as 'target' and the rest as 'pointer'", "target"
            )
        spot = part_spot(contract, target)
        whole = contract.join() if spot.part is None else spot.read(contract)
        try:
            keys = parse_pointer(whole, self.pointer)
            older = self._restore_order(value_at(whole, keys), target)
        except KeyError:
            raise ContractMismatch(f"{target} has no object at {self.pointer!r}", "pointer") from None
        result = set_at(whole, keys, older)
        if spot.part is not None:
            return spot.write(contract, result)
        found = Contract.split(result)
        only_parts_moved = json.dumps(found.document) == json.dumps(contract.document)
        edited = (part for part, value in found.parts.items() if contract.parts.get(part) is not value)
        return contract.derive(found.parts, edited, contract.document if only_parts_moved else found.document)

    def _restore_order(self, value: Json, target: Target) -> Json:
        names = keys_in_order(value)
        order = list(names)
        for key, before in self.before.items():
            if missing := [one for one in (key, before) if one is not None and one not in order]:
                raise ContractMismatch(f"{target} has no {missing[0]!r} at {self.pointer!r}", "before")
            order.remove(key)
            order.insert(len(order) if before is None else order.index(before), key)
        if order == names:
            raise ContractMismatch(f"changes nothing at {target}", "target")
        if isinstance(value, Mapping):
            return {key: value[key] for key in order}
        return [value[names.index(key)] for key in order]

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is in a different order", "are in a different order")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "order") for target in self.target)


def keys_in_order(value: Json) -> list[str]:
    """The keys of an object, or names for the items of a list, in their order. Raises KeyError for a scalar."""
    if isinstance(value, Mapping):
        return list(value)
    if not isinstance(value, list):
        raise KeyError(value)
    has_names = all(isinstance(item, str) for item in value) and len(set(value)) == len(value)
    return value if has_names else [str(index) for index in range(len(value))]


def find_key_moves(newer: list[str], older: list[str]) -> dict[str, str | None]:
    """The fewest keys to move from one order to another, each with the key that it then precedes."""
    position = {key: index for index, key in enumerate(newer)}
    stay = set(_longest_increasing_subsequence([position[key] for key in older]))
    following = [*older[1:], None]
    return {
        key: after for key, after in reversed(list(zip(older, following, strict=True))) if position[key] not in stay
    }


def _longest_increasing_subsequence(numbers: list[int]) -> list[int]:
    """A longest increasing subsequence of distinct numbers."""
    ends: list[int] = []  # for each length, the index at which the subsequence with the smallest last number ends
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number, key=lambda one: numbers[one])
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    found: list[int] = []
    at_end = ends[-1] if ends else None
    while at_end is not None:
        found.append(numbers[at_end])
        at_end = before[at_end]
    return found
