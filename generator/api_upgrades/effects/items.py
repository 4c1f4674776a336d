"""The kind of effect on the items of a list, such as the variants of a value, code samples, tags or names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, json_identical, parse_pointer, set_at, unescape_token, value_at
from api_upgrades.effects.base import Clause, Predicate, TargetedEffect, as_code
from api_upgrades.effects.named_values import with_parameter_names
from api_upgrades.effects.pointer_words import describe_change, find_extension
from api_upgrades.effects.replace import NOT_A_POINTER, check_pointer, read_pointer
from api_upgrades.effects.schema_words import describe_nested_change, describe_schema_change
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, part_spot, schema_spot
from api_upgrades.openapi.target import Target

_DIFFERENCE_ADVICE = "give 'added', 'was' or 'before'"

_REQUIRE_A_DIFFERENCE: JsonDict = {
    "anyOf": [{"required": ["added"]}, {"required": ["was"]}, {"required": ["before"]}],
    "errorMessage": _DIFFERENCE_ADVICE,
}
"""What `ChangeItems` requires of its fields together, as JSON Schema for editors."""


class ChangeItems(TargetedEffect):
    """Items of a list were added, removed, changed or moved: variants of a value, code samples, tags or names.

    {kind: change_items, target: Payment.source, pointer: /oneOf, added: [Refund], was: {Tax: {$ref: Tax.json}}}
    """

    model_config = ConfigDict(json_schema_extra=_REQUIRE_A_DIFFERENCE)
    kind: Literal["change_items"] = "change_items"
    must_be_found: ClassVar[bool] = False  # what it changes may also be spelled elsewhere, such as null in an enum
    pointer: Annotated[str, AfterValidator(check_pointer)] = Field(
        description="A JSON Pointer from the target to the list.",
        json_schema_extra={"pattern": "^(?![^/])", "patternErrorMessage": NOT_A_POINTER},
    )
    key: str | None = Field(
        None,
        min_length=1,
        description="The key whose value names an item. By default, that is the schema it refers to, its `name`, its "
        "`type` or its first key. Further items of the same name are numbered: `string`, `string 2`.",
    )
    added: list[str] = Field([], description="The names of the items that were added.")
    was: dict[str, Any] = Field(
        {},
        description="The older items by their names: of an item that changed, only the keys that differ, with null for "
        "one that did not exist; of a removed item, all of it.",
    )
    before: dict[str, str | None] = Field(
        {}, description="Maps each moved or removed item to the item it preceded, or null if last."
    )

    @model_validator(mode="after")
    def _require_a_difference(self) -> ChangeItems:
        if not (self.added or self.was or self.before):
            raise ValueError(_DIFFERENCE_ADVICE)
        return self

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, items = self._find_list(contract, target)
        older = restore_items(items, self, str(target))
        if json_identical(older, items):
            raise ContractMismatch(f"changes nothing at {target}", "target")
        return spot.write(contract, older)

    def find_list(self, contract: Contract, target: Target) -> list[Json]:
        """The list at one of the targets. Raises ContractMismatch if there is none."""
        return self._find_list(contract, target)[1]

    def _find_list(self, contract: Contract, target: Target) -> tuple[Spot, list[Json]]:
        spot = _outer_spot(contract, target)
        outer = spot.read(contract)
        try:
            keys = parse_pointer(outer, self.pointer)
        except KeyError:
            raise ContractMismatch(f"{target} has no list at {self.pointer!r}", "pointer") from None
        found = value_at(outer, keys)
        if not isinstance(found, list):
            raise ContractMismatch(f"{target} has no list at {self.pointer!r}", "pointer")
        return spot.below(*keys), found

    @property
    def pointer_in_part(self) -> str | None:
        return self.pointer if self.place is None else None

    @property
    def extension(self) -> str | None:
        return find_extension(read_pointer(self.pointer))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        if newer is None:
            name = unescape_token(self.pointer.rpartition("/")[2])
            text = "variants" if name in schemas.COMBINATIONS else f"items in {as_code(name)}"
            return Predicate(f"has different {text}", f"have different {text}")
        return describe_schema_change(*self._older_and_newer(newer))

    def headline(self, newer: Contract | None = None) -> str:
        if newer is None or self.place is not None:
            return super().headline(newer)
        subject, predicate = self.clause(newer)
        place = f" in {self.target_names()}" if subject and self.target[0].part else ""
        text = f"{subject or self.target_names()} {predicate.one}{place}"
        return text[0].upper() + text[1:]

    def clause(self, newer: Contract) -> Clause:
        target = self.target[0]
        if self.place is None:
            whole = part_spot(newer, target).read(newer)
            older: Json = restore_items(self.find_list(newer, target), self, str(target))
            pointer = read_pointer(self.pointer, whole)
            if pointer[-1:] == ("parameters",):
                older = with_parameter_names(older, newer)
                whole = set_at(whole, pointer, with_parameter_names(value_at(whole, pointer), newer))
            return describe_change(target.part, pointer, older, whole)
        names, predicate = describe_nested_change(*self._older_and_newer(newer))
        if not names:
            # Where one variant took the place of another, the same happened at places of any name.
            is_swap = bool(self.added and self.was)
            return Clause("", predicate._replace(is_limit=predicate.is_limit or is_swap))
        outer = [step[1:] for step in target.steps if step.startswith(".")][-1:]
        return Clause(as_code(".".join((*outer, *names))), predicate)

    def _older_and_newer(self, newer: Contract) -> tuple[Json, Json]:
        """The value at the first target before and after the effect."""
        target = self.target[0]
        contracts = self.revert_at(newer, target), newer
        older, now = (_outer_spot(contract, target).read(contract) for contract in contracts)
        return older, now

    @property
    def place(self) -> Target | None:
        target = self.target[0]
        return target if target.steps or target.section else None

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


def _outer_spot(contract: Contract, target: Target) -> Spot:
    """Where the pointer starts: at the schema of a place inside a part, or at the whole part."""
    return schema_spot(contract, target) if target.steps or target.section else part_spot(contract, target)


def restore_items(items: Sequence[Json], effect: ChangeItems, where: str) -> list[Json]:
    """The items of a list before an effect. Raises ContractMismatch if the list cannot have come from it."""
    found = dict(zip(item_names(items, effect.key), items, strict=True))
    for name in effect.added:
        if name not in found:
            raise ContractMismatch(f"{where} has no item {name!r}", "added", did_you_mean(name, found))
        del found[name]
    for name, value in effect.was.items():
        if name not in found and effect.key is not None and isinstance(value, dict):
            found[name] = value if effect.key in value else {effect.key: name, **value}
        else:
            found[name] = apply_merge_patch(found[name], value) if name in found else value
    order = list(found)
    for name, before in effect.before.items():
        for one in (name, before):
            if one is not None and one not in order:
                raise ContractMismatch(f"{where} has no item {one!r}", "before", did_you_mean(one, order))
        if name == before:
            raise ContractMismatch(f"{name!r} cannot precede itself", "before")
        order.remove(name)
        order.insert(len(order) if before is None else order.index(before), name)
    return [found[name] for name in order]


def item_names(items: Sequence[Json], key: str | None) -> list[str]:
    """A name for each item of a list. Items of the same name are numbered from the second on."""
    taken: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for index, item in enumerate(items):
        name = item_name(item, index, key)
        counts[name] += 1
        taken[free_name(name, taken, counts[name])] = None
    return list(taken)


def free_name(name: str, taken: Mapping[str, object], start: int = 1) -> str:
    """The name or, if it is taken, the name with the lowest free number from `start` on."""
    numbered = (name if number == 1 else f"{name} {number}" for number in count(start))
    return next(one for one in numbered if one not in taken)


def item_name(item: Json, index: int, key: str | None) -> str:
    """The name of an item of a list, which others may have too."""
    if not isinstance(item, dict):
        return schemas.as_text(item)
    if key is not None and isinstance(item.get(key), str | int | float):
        return schemas.as_text(item[key])
    if isinstance(item.get("$ref"), str):
        return unescape_token(item["$ref"].rpartition("/")[2])
    named = (item[keyword] for keyword in ("name", "type") if isinstance(item.get(keyword), str))
    keywords = (keyword for keyword in item if keyword not in schemas.ANNOTATIONS)
    return next(chain(named, keywords), str(index))


def apply_merge_patch(value: Json, patch: Json) -> Json:
    """A value after a JSON Merge Patch (RFC 7396), in which null removes a key."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for key, one in patch.items():
        if one is None:
            found.pop(key, None)
        else:
            found[key] = apply_merge_patch(found.get(key), one)
    return found


def find_merge_patch(now: JsonObject, older: JsonObject) -> dict[str, Json] | None:
    """The JSON Merge Patch that turns an object into an older one; None if no patch can, because of a null."""
    patch: dict[str, Json] = dict.fromkeys((key for key in now if key not in older), None)
    for key, was in older.items():
        has = now.get(key, schemas.MISSING)
        if json_identical(has, was):
            continue
        inside = find_merge_patch(has, was) if isinstance(has, dict) and isinstance(was, dict) else was
        if inside is None:
            return None
        patch[key] = inside
    return patch if json_identical(apply_merge_patch(now, patch), older) else None
