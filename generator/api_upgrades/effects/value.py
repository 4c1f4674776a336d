"""Values: the type, requiredness, nullability and constraints of a property, parameter, body or schema."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from api_upgrades.core.errors import DoesNotFit, did_you_mean
from api_upgrades.core.json import Json, JsonObject, insert, same
from api_upgrades.effects.base import TargetedEffect, as_code
from api_upgrades.effects.property import holder_spot, with_required
from api_upgrades.effects.touch import EXISTENCE, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import Spot, schema_spot, section_spot, value_spot
from api_upgrades.openapi.target import Target

OWN_KIND = {
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
"""Keywords that no constraint kind may alter, and the kind that does."""


class ChangeType(TargetedEffect):
    """A value is of another type or shape.

    {kind: change_type, target: Appointment.note, was: {type: object, properties: {text: {type: string}}}}
    """

    kind: Literal["change_type"] = "change_type"
    was: dict[str, Any]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        kept = {
            key: value
            for key, value in spot.read(contract).items()
            if key in schemas.OUTSIDE - {"example", "examples", "default"} and key not in self.was
        }
        return spot.write(contract, schema_edit.merged(self.was, kept))

    def headline(self) -> str:
        return self.says("is of another type", "are of another type")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class _Requiredness(TargetedEffect):
    was_required: ClassVar[bool]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return _set_required(contract, target, self.was_required)

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "required") for target in self.target)


def _set_required(contract: Contract, target: Target, required: bool) -> Contract:
    if target.steps:
        spot = holder_spot(contract, target.holder, target.name)
        holder = spot.read(contract)
        if target.name not in holder.get("properties", {}):
            known = did_you_mean(target.name, holder.get("properties", {}))
            raise DoesNotFit(f"{target.holder} has no property {target.name!r}", "target", known)
        return spot.write(contract, with_required(holder, target.name, required))
    if not target.section or target.section.startswith(("response", "payload")):
        raise DoesNotFit(f"{target} is not a property, a parameter or a request body", "target")
    spot = section_spot(contract, target)
    found = spot.read(contract)
    if bool(found.get("required")) == required:
        return contract
    left = {key: value for key, value in found.items() if key != "required"}
    before = next((key for key in ("schema", "content") if key in left), None)
    return spot.write(contract, insert(left, "required", True, before) if required else left)


class MakeRequired(_Requiredness):
    """A property, parameter or request body that could be left out is required.

    {kind: make_required, target: ConversationCreate.type}
    """

    kind: Literal["make_required"] = "make_required"
    scope = "resource"
    was_required = False

    def headline(self) -> str:
        return self.says("is now required", "are now required")


class MakeOptional(_Requiredness):
    """A property, parameter or request body that was required may be left out.

    {kind: make_optional, target: GET /patients query email}
    """

    kind: Literal["make_optional"] = "make_optional"
    scope = "resource"
    was_required = True

    def headline(self) -> str:
        return self.says("is no longer required", "are no longer required")


class ExampleEffect(TargetedEffect):
    """An effect after which another example may be needed; null may be one, so presence is what counts."""

    example: Any = Field(None, description="The older example, where today's does not hold for the older contract.")

    @property
    def lacks_example(self) -> bool:
        return "example" not in self.model_fields_set

    def with_older_example(self, schema: JsonObject, dialect: str) -> JsonObject:
        """The schema with the example that the effect says it had, if it says one."""
        if self.lacks_example:
            return schema
        return schema_edit.with_example(schema, self.example, dialect)


class _Nullability(ExampleEffect):
    was_nullable: ClassVar[bool]

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        schema = spot.read(contract)
        if schemas.is_nullable(schema) == self.was_nullable:
            raise DoesNotFit(f"alters nothing at {target}", "target")
        # As the rest of the contract writes it, beginning with the same part; where nothing may be null, as models do.
        parts = sorted(contract.parts, key=lambda part: part != target.part) if self.was_nullable else ()
        forms = (schemas.has_null_branch(contract.parts[part]) for part in parts)
        as_branch = next((form for form in forms if form is not None), True)
        found = schema_edit.with_nullable(schema, self.was_nullable, contract.dialect, as_branch)
        return spot.write(contract, self.with_older_example(found, contract.dialect))

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, "nullable") for target in self.target)


class MakeNullable(_Nullability):
    """A value may be null now.

    {kind: make_nullable, target: Patient.email}
    """

    kind: Literal["make_nullable"] = "make_nullable"
    scope = "resource"
    was_nullable = False

    def headline(self) -> str:
        return f"{self.named()} may be null"


class MakeNotNullable(_Nullability):
    """A value that could be null never is.

    {kind: make_not_nullable, target: Task.due_at}
    """

    kind: Literal["make_not_nullable"] = "make_not_nullable"
    scope = "resource"
    was_nullable = True

    def headline(self) -> str:
        return self.says("is never null", "are never null")


class _Constraint(ExampleEffect):
    limits_values = True
    keyword: str

    def spot(self, contract: Contract, target: Target) -> tuple[Spot, JsonObject]:
        """The schema that has or had the keyword, which no other kind may be there for."""
        if self.keyword in OWN_KIND:
            raise DoesNotFit(f"use {OWN_KIND[self.keyword]!r} for {self.keyword!r}", "keyword")
        spot = schema_spot(contract, target)
        if self.keyword not in schemas.OUTSIDE and "$ref" in schemas.value_schema(spot.read(contract)):
            spot = value_spot(contract, spot, target)
        return spot, spot.read(contract)

    def present(self, schema: JsonObject, target: Target, expected: bool) -> None:
        found = schemas.get(schema, self.keyword, schemas.MISSING)
        if (found is not schemas.MISSING) != expected:
            raise DoesNotFit(f"{target} has {'no' if expected else 'a'} {self.keyword!r}", "keyword")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot, schema = self.spot(contract, target)
        older = self.older(schema, target)
        if same(older, schema):
            raise DoesNotFit(f"alters nothing at {target}", "target")
        return spot.write(contract, self.with_older_example(older, contract.dialect))

    @abstractmethod
    def older(self, schema: JsonObject, target: Target) -> JsonObject:
        """The schema with the keyword as it was."""

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, self.keyword) for target in self.target)


class AddConstraint(_Constraint):
    """A value has to meet a constraint that it had not: a format, a pattern, a maximum, any JSON Schema keyword.

    {kind: add_constraint, target: Patient.locale, keyword: maxLength}
    """

    kind: Literal["add_constraint"] = "add_constraint"

    def older(self, schema: JsonObject, target: Target) -> JsonObject:
        self.present(schema, target, True)
        return schema_edit.without_keyword(schema, self.keyword)

    def headline(self) -> str:
        return self.says(f"now has a {as_code(self.keyword)}", f"now have a {as_code(self.keyword)}")


class RemoveConstraint(_Constraint):
    """A constraint of a value is gone.

    {kind: remove_constraint, target: Task.title, keyword: maxLength, was: 80}
    """

    kind: Literal["remove_constraint"] = "remove_constraint"
    was: Json

    def older(self, schema: JsonObject, target: Target) -> JsonObject:
        self.present(schema, target, False)
        return schema_edit.with_keyword(schema, self.keyword, self.was)

    def headline(self) -> str:
        return self.says(
            f"no longer has the {as_code(self.keyword)} {as_code(schemas.as_text(self.was))}",
            f"no longer have the {as_code(self.keyword)} {as_code(schemas.as_text(self.was))}",
        )


class ChangeConstraint(_Constraint):
    """A constraint of a value is another: its format, pattern, minimum, default.

    {kind: change_constraint, target: Patient.phone, keyword: pattern, was: '^[1-9][0-9]+$', example: '33612345678'}
    """

    kind: Literal["change_constraint"] = "change_constraint"
    was: Json

    def older(self, schema: JsonObject, target: Target) -> JsonObject:
        self.present(schema, target, True)
        return schema_edit.with_keyword(schema, self.keyword, self.was)

    def headline(self) -> str:
        return self.says(f"has another {as_code(self.keyword)}", f"have another {as_code(self.keyword)}")
