"""Kinds of effects on the properties of objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.effects.base import Predicate, TargetedEffect, as_code
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.properties import properties, with_branches
from api_upgrades.openapi.property_edit import find_property, put_property, take_property, with_old_name
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


class AddProperty(TargetedEffect):
    """A property was added.

    {kind: add_property, target: Appointment.title}
    """

    kind: Literal["add_property"] = "add_property"
    scope = "holder"
    is_named_by_place = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return take_property(contract, target)[0]

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is new", "are new")

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
    branch: str | None = Field(
        None, description="The branch of an `allOf` that held it, as a JSON Pointer, if `before` does not determine it."
    )

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return put_property(contract, target, self.was, self.required, self.before, self.branch)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

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
        spot, whole, _ = find_property(contract, target.property(self.new), "new")
        if self.old in properties(whole):
            raise ContractMismatch(f"{target} still has a property {self.old!r}", "old")
        return spot.write(contract, with_branches(whole, lambda branch: with_old_name(branch, self.new, self.old)))

    def headline(self, newer: Contract | None = None) -> str:
        return f"{as_code(self.old)} is now {as_code(self.new)} in {self.target_names()}"

    def touches(self) -> Iterator[Touch]:
        for old, new in self.moves():
            yield Touch(new, NAME)
            yield Touch(old, NAME)

    def moves(self) -> Iterator[Move]:
        return (Move(target.property(self.old), target.property(self.new)) for target in self.target)


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

    def headline(self, newer: Contract | None = None) -> str:
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

    def predicate(self, newer: Contract | None = None) -> Predicate:
        instead = f"; use {as_code(self.replaced_by)}" if self.replaced_by else ""
        return Predicate(f"is deprecated{instead}", f"are deprecated{instead}")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "deprecated") for target in self.target)
