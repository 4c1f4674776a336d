"""Kinds of effects on the properties of objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, insert_before
from api_upgrades.effects.base import TargetedEffect, as_code
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract, is_internal
from api_upgrades.openapi.locate import Spot, object_spot, place_spot, schema_spot
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


def holder_spot(contract: Contract, holder: Target, name: str | None = None) -> Spot:
    """The object that holds a property, or would hold it."""
    return object_spot(contract, schema_spot(contract, holder), holder, name)


def _require_property(target: Target) -> None:
    if not target.steps or not target.steps[-1].startswith("."):
        raise ContractMismatch(f"{target} is not a property", "target")


def take_property(contract: Contract, target: Target) -> tuple[Contract, JsonObject]:
    """The contract without a property, and the property's schema."""
    _require_property(target)
    spot = holder_spot(contract, target.holder, target.name)
    holder = spot.read(contract)
    properties = holder.get("properties", {})
    if target.name not in properties:
        raise ContractMismatch(
            f"{target.holder} has no property {target.name!r}", "target", did_you_mean(target.name, properties)
        )
    left = {name: kept for name, kept in properties.items() if name != target.name}
    without = with_required({**holder, "properties": left}, target.name, False)
    return spot.write(contract, without), properties[target.name]


def put_property(contract: Contract, target: Target, schema: Json, required: bool, before: str | None) -> Contract:
    """The contract with one more property."""
    _require_property(target)
    spot = holder_spot(contract, target.holder, before)
    holder = spot.read(contract)
    properties = holder.get("properties", {})
    if is_internal(properties.get(target.name)):  # the public view removed it
        return put_property(take_property(contract, target)[0], target, schema, required, before)
    if target.name in properties:
        raise ContractMismatch(f"{target.holder} still has a property {target.name!r}", "target")
    if before is not None and before not in properties:
        raise ContractMismatch(
            f"{target.holder} has no property {before!r}", "before", did_you_mean(before, properties)
        )
    added = {**holder, "properties": insert_before(properties, target.name, schema, before)}
    return spot.write(contract, with_required(added, target.name, required))


def with_required(holder: JsonObject, name: str, required: bool) -> JsonObject:
    """The object with a property required or not. `required` follows the order of the properties."""
    names: list[str] = list(holder.get("required", ()))
    if (name in names) == required:
        return holder
    if not required:
        names.remove(name)
    else:
        order = {other: index for index, other in enumerate(holder.get("properties", {}))}
        here = order.get(name, len(order))
        names.insert(sum(order.get(other, -1) < here for other in names), name)
    if not names:
        return {key: kept for key, kept in holder.items() if key != "required"}
    return schema_edit.merged(holder, {"required": names})


class AddProperty(TargetedEffect):
    """A property was added.

    {kind: add_property, target: Appointment.title}
    """

    kind: Literal["add_property"] = "add_property"
    scope = "holder"
    is_named_by_place = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return take_property(contract, target)[0]

    def headline(self) -> str:
        return self.sentence("is new", "are new")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveProperty(TargetedEffect):
    """A property was removed.

    {kind: remove_property, target: Patient.nickname, was: {type: string, examples: [Cam]}, before: email}
    """

    kind: Literal["remove_property"] = "remove_property"
    scope = "holder"
    was: dict[str, Any] | bool
    required: bool = False
    before: str | None = Field(None, description="The property before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return put_property(contract, target, self.was, self.required, self.before)

    def headline(self) -> str:
        return self.sentence("is gone", "are gone")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RenameProperty(TargetedEffect):
    """A property was renamed.

    {kind: rename_property, target: AppointmentRecording, old: expiresAt, new: expires_at}
    """

    kind: Literal["rename_property"] = "rename_property"
    is_named_by_place = True
    old: str
    new: str

    @property
    def subject(self) -> str:
        return self.new

    @property
    def place(self) -> Target:
        return self.target[0].property(self.new)

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = holder_spot(contract, target, self.new)
        holder = spot.read(contract)
        properties = holder.get("properties", {})
        if self.new not in properties:
            raise ContractMismatch(f"{target} has no property {self.new!r}", "new", did_you_mean(self.new, properties))
        if self.old in properties:
            raise ContractMismatch(f"{target} still has a property {self.old!r}", "old")
        renamed = {
            self.old if name == self.new else name: follow_replacement(kept, self.new, self.old)
            for name, kept in properties.items()
        }
        result = {**holder, "properties": renamed}
        if "required" in holder:
            result["required"] = [self.old if name == self.new else name for name in holder["required"]]
        discriminator = holder.get("discriminator")
        if isinstance(discriminator, dict) and discriminator.get("propertyName") == self.new:
            result["discriminator"] = {**discriminator, "propertyName": self.old}
        return spot.write(contract, result)

    def headline(self) -> str:
        return f"{as_code(self.old)} is now {as_code(self.new)} in {self.target_names()}"

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, NAME)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        return (Move(target.property(self.old), target.property(self.new)) for target in self.target)


def follow_replacement(schema: Json, new: str, old: str) -> Json:
    """A sibling schema whose `x-replaced-by` follows the renamed property."""
    if isinstance(schema, dict) and schema.get("x-replaced-by") == new:
        return {**schema, "x-replaced-by": old}
    return schema


class MoveProperty(TargetedEffect):
    """A property was moved from one object to another.

    {kind: move_property, target: Appointment.url, was_in: POST /appointments response 201}
    """

    kind: Literal["move_property"] = "move_property"
    is_named_by_place = True
    was_in: Target = Field(description="The object that had it.")
    old: str | None = Field(None, description="Its name there, if different.")
    required: bool = Field(False, description="Whether it was required there.")
    before: str | None = Field(None, description="The property before which it stood (last, if omitted).")

    def _old_target(self, target: Target) -> Target:
        return self.was_in.property(self.old or target.name)

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        without, schema = take_property(contract, target)
        try:
            return put_property(without, self._old_target(target), schema, self.required, self.before)
        except ContractMismatch as error:
            raise ContractMismatch(
                error.message, error.field if error.field == "before" else "was_in", error.hint
            ) from None

    def anchors(self) -> Iterator[Target]:
        return iter((self.was_in.property(self.before),) if self.before is not None else ())

    def headline(self) -> str:
        moved = [f"{as_code(old)} has moved to {as_code(new)}" for old, new in self.moves()]
        return "; ".join(moved)

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, NAME)
            yield Touch(old, NAME)
            yield Touch(new, "required")

    def moves(self) -> Iterator[Move]:
        return (Move(self._old_target(target), target) for target in self.target)


class Deprecate(TargetedEffect):
    """A property, parameter, operation or webhook was deprecated. The effect may name a replacement.

    {kind: deprecate, target: Conversation.patient, replaced_by: patients}
    """

    kind: Literal["deprecate"] = "deprecate"
    replaced_by: str | None = None

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = place_spot(contract, target)
        found = spot.read(contract)
        if schemas.get(found, "deprecated") is not True:
            raise ContractMismatch(f"{target} is not deprecated", "target")
        if found.get("x-replaced-by") != self.replaced_by:
            raise ContractMismatch(
                f"{target} is replaced by {found.get('x-replaced-by')!r}, not {self.replaced_by!r}", "replaced_by"
            )
        for keyword in ("deprecated", "x-replaced-by"):
            found = schema_edit.without_keyword(found, keyword)
        return spot.write(contract, found)

    def headline(self) -> str:
        instead = f"; use {as_code(self.replaced_by)}" if self.replaced_by else ""
        return self.sentence(f"is deprecated{instead}", f"are deprecated{instead}")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "deprecated") for target in self.target)
