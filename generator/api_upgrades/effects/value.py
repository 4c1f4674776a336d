"""Kinds of effects on the type, the constraints and the nullability of a value, and on whether it is required."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, insert_before, json_equal
from api_upgrades.effects.base import Clause, Predicate, TargetedEffect, as_code
from api_upgrades.effects.keyword_words import UNKNOWN, describe_keyword_change
from api_upgrades.effects.named_values import describe_value_change
from api_upgrades.effects.schema_words import NestedChange, as_predicate, describe_type
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, schema_spot, section_spot, value_spot
from api_upgrades.openapi.property_edit import with_requiredness
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target

KIND_OF_KEYWORD = {
    "type": "change_type",
    "anyOf": "change_type",
    "oneOf": "change_type",
    "allOf": "change_type",
    "$ref": "change_type",
    "const": "change_type",
    "items": "change_type",
    "enum": "add_enum_value",
    "required": "make_required",
    "properties": "add_property",
    "nullable": "make_nullable",
    "deprecated": "deprecate",
    "x-replaced-by": "deprecate",
    "example": "change_example",
    "examples": "change_example",
    "title": "wording",
    "description": "wording",
}
"""Keywords that the constraint kinds must not edit, and the kind that does."""


class ChangeType(TargetedEffect):
    """The type or the structure of a value changed.

    {kind: change_type, target: Appointment.note, was: {type: object, properties: {text: {type: string}}}}
    """

    kind: Literal["change_type"] = "change_type"
    was: dict[str, Any]
    partial: bool = Field(
        False,
        description="Whether `was` has only the keywords that differ, with null for one that did not exist, and all "
        "others are kept from the newer schema.",
    )

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        now = spot.read(contract)
        if self.partial:
            return spot.write(contract, self._restore_keywords(now, target))
        kept = {
            key: value
            for key, value in now.items()
            if key in schemas.PROPERTY_KEYWORDS - {"example", "examples", "default"} and key not in self.was
        }
        return spot.write(contract, schema_edit.merge_keywords(self.was, kept))

    def _restore_keywords(self, now: JsonObject, target: Target) -> JsonObject:
        for keyword, value in self.was.items():
            if value is None and keyword not in now:
                raise ContractMismatch(f"{target} has no {keyword!r}", "was")
        left = {key: value for key, value in now.items() if self.was.get(key, value) is not None}
        return schema_edit.merge_keywords(left, {key: one for key, one in self.was.items() if one is not None})

    def predicate(self, newer: Contract | None = None) -> Predicate:
        if newer is not None:
            return as_predicate(self._change(newer))
        if self.partial:
            return Predicate("has a different type", "have different types")
        was = [describe_type(self.was, plural) for plural in (False, True)]
        return Predicate(f"has a different type (it was {was[0]})", f"have different types (they were {was[1]})")

    def clause(self, newer: Contract) -> Clause | None:
        (target,) = self.target
        names, predicate = self._change(newer)
        if not names:
            return super().clause(newer)
        outer = [step[1:] for step in target.steps if step.startswith(".")][-1:]
        return Clause(as_code(".".join((*outer, *names))), predicate)

    def _change(self, newer: Contract) -> NestedChange:
        older = self.revert_at(newer, self.target[0])
        was, now = (schema_spot(contract, self.target[0]).read(contract) for contract in (older, newer))
        return describe_value_change(was, now, newer)

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class _Requiredness(TargetedEffect):
    was_required: ClassVar[bool]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return _with_requiredness(contract, target, self.was_required)

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "required") for target in self.target)


def _with_requiredness(contract: Contract, target: Target, required: bool, branch: str | None = None) -> Contract:
    if target.steps:
        return with_requiredness(contract, target, required, branch)
    if not target.section or target.section.startswith(("response", "payload")):
        raise ContractMismatch(f"{target} is not a property, a parameter or a request body", "target")
    spot = section_spot(contract, target)
    found = spot.read(contract)
    if bool(found.get("required")) == required:
        return contract
    left = {key: value for key, value in found.items() if key != "required"}
    before = next((key for key in ("schema", "content") if key in left), None)
    return spot.write(contract, insert_before(left, "required", True, before) if required else left)


class MakeRequired(_Requiredness):
    """An optional property, parameter or request body became required.

    {kind: make_required, target: ConversationCreate.type}
    """

    kind: Literal["make_required"] = "make_required"
    scope = "resource"
    was_required = False

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is now required", "are now required")


class MakeOptional(_Requiredness):
    """A required property, parameter or request body became optional.

    {kind: make_optional, target: GET /patients query email}
    """

    kind: Literal["make_optional"] = "make_optional"
    scope = "resource"
    was_required = True
    branch: str | None = Field(
        None, description="The branch of an `allOf` that required it, as a JSON Pointer, where another declares it."
    )

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return _with_requiredness(contract, target, self.was_required, self.branch)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is no longer required", "are no longer required")


class ExampleEffect(TargetedEffect):
    """An effect that may carry the older example. An example can be null, so only a missing field means none."""

    example: Any = Field(None, description="Example for the older contract, if the current one is invalid there.")

    @property
    def lacks_example(self) -> bool:
        return "example" not in self.model_fields_set

    def with_older_example(self, schema: JsonObject, dialect: str) -> JsonObject:
        """The schema with the older example, if the effect carries one."""
        if self.lacks_example:
            return schema
        return schema_edit.with_example(schema, self.example, dialect)


class _Nullability(ExampleEffect):
    was_nullable: ClassVar[bool]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        schema = spot.read(contract)
        if schemas.is_nullable(schema) == self.was_nullable:
            raise ContractMismatch(f"changes nothing at {target}", "target")
        # Write null as the same part does, else as another part of the contract does, else as pydantic does.
        parts = sorted(contract.parts, key=lambda part: part != target.part) if self.was_nullable else ()
        forms = (schemas.has_null_branch(contract.parts[part]) for part in parts)
        as_branch = next((form for form in forms if form is not None), True)
        found = schema_edit.with_nullable(schema, self.was_nullable, contract.dialect, as_branch)
        return spot.write(contract, self.with_older_example(found, contract.dialect))

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "nullable") for target in self.target)


class MakeNullable(_Nullability):
    """A value became nullable.

    {kind: make_nullable, target: Patient.email}
    """

    kind: Literal["make_nullable"] = "make_nullable"
    scope = "resource"
    was_nullable = False

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("may be null", "may be null")


class MakeNotNullable(_Nullability):
    """A value is no longer nullable.

    {kind: make_not_nullable, target: Task.due_at}
    """

    kind: Literal["make_not_nullable"] = "make_not_nullable"
    scope = "resource"
    was_nullable = True

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("can no longer be null", "can no longer be null")


class _Constraint(ExampleEffect):
    limits_values = True
    keyword: str

    @property
    def extension(self) -> str | None:
        return self.keyword if self.keyword.startswith("x-") else None

    def find_schema(self, contract: Contract, target: Target) -> tuple[Spot, JsonObject]:
        """The spot and the schema that has or had the keyword. Raises ContractMismatch if another kind edits it."""
        if self.keyword in KIND_OF_KEYWORD:
            raise ContractMismatch(f"use {KIND_OF_KEYWORD[self.keyword]!r} for {self.keyword!r}", "keyword")
        spot = schema_spot(contract, target)
        if self.keyword not in schemas.PROPERTY_KEYWORDS and "$ref" in schemas.value_schema(spot.read(contract)):
            spot = value_spot(contract, spot, target)
        return spot, spot.read(contract)

    def check_presence(self, schema: JsonObject, target: Target, expected: bool) -> None:
        found = schemas.get(schema, self.keyword, MISSING)
        if (found is not MISSING) != expected:
            raise ContractMismatch(f"{target} has {'no' if expected else 'a'} {self.keyword!r}", "keyword")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, schema = self.find_schema(contract, target)
        older = self.restore(schema, target)
        if json_equal(older, schema):
            raise ContractMismatch(f"changes nothing at {target}", "target")
        return spot.write(contract, self.with_older_example(older, contract.dialect))

    def newer_value(self, newer: Contract | None) -> Json:
        """The value of the keyword after the effect; UNKNOWN without the contract."""
        return UNKNOWN if newer is None else schemas.get(self.find_schema(newer, self.target[0])[1], self.keyword)

    @abstractmethod
    def restore(self, schema: JsonObject, target: Target) -> JsonObject:
        """The schema with the keyword as it was."""

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, self.keyword) for target in self.target)


class AddConstraint(_Constraint):
    """A constraint was added to a value: a format, a pattern, a maximum, or any other JSON Schema keyword.

    {kind: add_constraint, target: Patient.locale, keyword: maxLength}
    """

    kind: Literal["add_constraint"] = "add_constraint"

    def restore(self, schema: JsonObject, target: Target) -> JsonObject:
        self.check_presence(schema, target, True)
        return schema_edit.without_keyword(schema, self.keyword)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return describe_keyword_change(self.keyword, MISSING, self.newer_value(newer))


class RemoveConstraint(_Constraint):
    """A constraint of a value was removed.

    {kind: remove_constraint, target: Task.title, keyword: maxLength, was: 80}
    """

    kind: Literal["remove_constraint"] = "remove_constraint"
    was: Json

    def restore(self, schema: JsonObject, target: Target) -> JsonObject:
        self.check_presence(schema, target, False)
        return schema_edit.with_keyword(schema, self.keyword, self.was)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return describe_keyword_change(self.keyword, self.was, MISSING)


class ChangeConstraint(_Constraint):
    """A constraint of a value changed: its format, pattern, minimum or default.

    {kind: change_constraint, target: Patient.phone, keyword: pattern, was: '^[1-9][0-9]+$', example: '33612345678'}
    """

    kind: Literal["change_constraint"] = "change_constraint"
    was: Json

    def restore(self, schema: JsonObject, target: Target) -> JsonObject:
        self.check_presence(schema, target, True)
        return schema_edit.with_keyword(schema, self.keyword, self.was)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return describe_keyword_change(self.keyword, self.was, self.newer_value(newer))
