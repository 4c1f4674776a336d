"""Kinds of effects on enum values.

The enum is in the schema itself, in its non-null branch, in the items of a list, or behind a `$ref` that only this
place uses.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, json_equal, set_at, value_at
from api_upgrades.effects.base import Predicate, as_code, join_names
from api_upgrades.effects.touch import Touch
from api_upgrades.effects.value import ExampleEffect
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, schema_spot, value_spot
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


def enum_spot(contract: Contract, target: Target) -> Spot:
    """The schema in which `schemas.enum_pointer` finds the enum of a target. Raises ContractMismatch if it has none."""
    spot = schema_spot(contract, target)
    if schemas.enum_pointer(spot.read(contract)) is None:
        spot = value_spot(contract, spot, target)
        items = spot.read(contract).get("items")
        if isinstance(items, dict) and schemas.enum_pointer(spot.read(contract)) is None:
            spot = value_spot(contract, spot.below("items"), target.child("[]"))
    if schemas.enum_pointer(spot.read(contract)) is None:
        raise ContractMismatch(f"{target} is not an enum", "target")
    return spot


class _EnumEffect(ExampleEffect):
    limits_values = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = enum_spot(contract, target)
        schema = spot.read(contract)
        pointer = schemas.enum_pointer(schema)
        assert pointer is not None, "enum_spot has found one"
        values = self.older_values(value_at(schema, pointer), target)
        if json_equal(values, value_at(schema, pointer)):
            raise ContractMismatch(f"changes nothing at {target}", "target")
        contract = spot.write(contract, set_at(schema, pointer, values))
        for one in dict.fromkeys((schema_spot(contract, target), spot)):
            found = one.read(contract)
            older = self._restore_literals(found, target, contract.dialect)
            contract = contract if older is found else one.write(contract, older)
        if "example" in self.model_fields_set:
            outer = schema_spot(contract, target)
            contract = outer.write(contract, self.with_older_example(outer.read(contract), contract.dialect))
        return contract

    def _restore_literals(self, schema: JsonObject, target: Target, dialect: str) -> JsonObject:
        example = schemas.example(schema)
        if example is not schemas.MISSING and example is not None and "example" not in self.model_fields_set:
            older = self._older_literal(example, target)
            schema = schema if older == example else schema_edit.with_example(schema, older, dialect)
        default = schemas.get(schema, "default")
        if default is not None:
            try:
                older = self._older_literal(default, target)
            except ContractMismatch:
                advice = "give the older one with a 'change_constraint' after this effect"
                raise ContractMismatch(f"the default of {target} is {default!r}; {advice}", "target") from None
            schema = schema if older == default else schema_edit.with_keyword(schema, "default", older)
        return schema

    def _older_literal(self, value: Json, target: Target) -> Json:
        if isinstance(value, list):
            return [self.older_value(one, target) for one in value]
        return self.older_value(value, target)

    @abstractmethod
    def older_values(self, values: list[Json], target: Target) -> list[Json]:
        """The values that were valid before."""

    @abstractmethod
    def older_value(self, value: Json, target: Target) -> Json:
        """The older value of an example or a default. Raises ContractMismatch where it is ambiguous."""

    def touches(self) -> Iterator[Touch]:
        return (Touch(target.enclosing_list, "enum") for target in self.target)


class AddEnumValue(_EnumEffect):
    """An enum value was added.

    {kind: add_enum_value, target: Appointment.mode, value: EXTERNAL_VIDEOCALL}
    """

    kind: Literal["add_enum_value"] = "add_enum_value"
    value: Any

    def older_values(self, values: list[Json], target: Target) -> list[Json]:
        if self.value not in values:
            raise ContractMismatch(f"{target} has no value {self.value!r}", "value", _suggest_value(self.value, values))
        if len(values) == 1:
            raise ContractMismatch(f"{target} has only the value {self.value!r}; use 'change_type'", "value")
        return [value for value in values if value != self.value]

    def older_value(self, value: Json, target: Target) -> Json:
        if value == self.value:
            raise ContractMismatch(
                f"the example of {target} is {self.value!r}; give the older one as 'example'", "example"
            )
        return value

    def allowed_value(self) -> tuple[str, Json]:
        return "can also be", self.value

    def predicate(self, newer: Contract | None = None) -> Predicate:
        text = f"can also be {as_code(schemas.as_text(self.value))}"
        return Predicate(text, text)


class RemoveEnumValue(_EnumEffect):
    """An enum value was removed.

    {kind: remove_enum_value, target: Appointment.status, value: DRAFT, before: PENDING}
    """

    kind: Literal["remove_enum_value"] = "remove_enum_value"
    value: Any
    before: Any = Field(None, description="The value before which it stood (last, if omitted).")

    def older_values(self, values: list[Json], target: Target) -> list[Json]:
        if self.value in values:
            raise ContractMismatch(f"{target} still has the value {self.value!r}", "value")
        if "before" not in self.model_fields_set:
            return [*values, self.value]
        if self.before not in values:
            raise ContractMismatch(
                f"{target} has no value {self.before!r}", "before", _suggest_value(self.before, values)
            )
        index = values.index(self.before)
        return [*values[:index], self.value, *values[index:]]

    def older_value(self, value: Json, target: Target) -> Json:
        return value

    def allowed_value(self) -> tuple[str, Json]:
        return "can no longer be", self.value

    def predicate(self, newer: Contract | None = None) -> Predicate:
        text = f"can no longer be {as_code(schemas.as_text(self.value))}"
        return Predicate(text, text)


class MapEnumValues(_EnumEffect):
    """Enum values are renamed; several may map to one.

    {kind: map_enum_values, target: Availability.supported_modes, values: {NABLA_VIDEOCALL: VIDEOCALL}}
    """

    kind: Literal["map_enum_values"] = "map_enum_values"
    values: dict[str, Any] = Field(
        min_length=1, description="Maps each older value to the newer one, in the older order."
    )

    def older_values(self, values: list[Json], target: Target) -> list[Json]:
        for new in self.values.values():
            if new not in values:
                raise ContractMismatch(f"{target} has no value {new!r}", "values", _suggest_value(new, values))
        for value in values:
            if value is not None and value not in self.values.values():
                raise ContractMismatch(f"{target} has the value {value!r}, to which no older value maps", "values")
        return [*self.values, *(value for value in values if value is None)]

    def older_value(self, value: Json, target: Target) -> Json:
        older = [old for old, new in self.values.items() if new == value]
        if len(older) > 1:
            raise ContractMismatch(
                f"the example {value!r} of {target} comes from {' or '.join(older)}; give the older one as 'example'",
                "example",
            )
        return older[0] if older else value

    def moves(self) -> Iterator[Move]:
        renamed = {old: schemas.as_text(new) for old, new in self.values.items() if old != new}
        for target in self.target:
            # Each value moves through a name that no value can have, since values may swap their names.
            for old in renamed:
                yield Move(target.enclosing_list.child(f"={old}"), target.enclosing_list.child(f"=\0{old}"))
            for old, new in renamed.items():
                yield Move(target.enclosing_list.child(f"=\0{old}"), target.enclosing_list.child(f"={new}"))

    def predicate(self, newer: Contract | None = None) -> Predicate:
        renamed: dict[str, list[str]] = {}
        for old, new in self.values.items():
            if old != new:
                renamed.setdefault(as_code(schemas.as_text(new)), []).append(as_code(old))
        text = f"can be {join_names([f'{new} instead of {join_names(old)}' for new, old in renamed.items()])}"
        return Predicate(text, text)


def _suggest_value(value: Json, values: list[Json]) -> str:
    return did_you_mean(str(value), map(str, values))
