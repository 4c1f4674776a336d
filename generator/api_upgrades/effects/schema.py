"""Kinds of effects on whole schemas. The kinds in `property.py` and `value.py` edit what is inside them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import takewhile
from typing import Any, ClassVar, Literal

from pydantic import Field

from api_upgrades.core.errors import ContractMismatch, did_you_mean
from api_upgrades.core.json import Json, JsonObject, escape_token, set_at, value_at
from api_upgrades.effects.base import Effect, Predicate, TargetedEffect, as_code
from api_upgrades.effects.schema_words import describe_type
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_internal
from api_upgrades.openapi.locate import part_spot, schema_spot
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of, schema_part
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target


def require_whole_part(target: Target, kind: str) -> Part:
    """The part that a target names. Raises ContractMismatch if the target is not a whole part of that kind."""
    if target.part is None or target.part.kind != kind or target.section or target.steps:
        raise ContractMismatch(f"{target} is not {'an' if kind == 'operation' else 'a'} {kind}", "target")
    return target.part


def without_whole_part(contract: Contract, target: Target, kind: str) -> Contract:
    part = require_whole_part(target, kind)
    part_spot(contract, target)
    return contract.without_part(part)


def with_whole_part(contract: Contract, target: Target, kind: str, was: Json, before: str | None) -> Contract:
    part = require_whole_part(target, kind)
    if is_internal(contract.parts.get(part)):  # it is missing only in the public view
        contract = contract.without_part(part)
    if part in contract.parts:
        raise ContractMismatch(f"{target} still exists", "target")
    other = None if before is None else Part(part.kind, before)
    if other is not None and other not in contract.parts:
        known = [one.name for one in contract.of_kind(part.kind)]
        raise ContractMismatch(f"{kind} {before!r} does not exist", "before", did_you_mean(other.name, known))
    return contract.with_part_before(part, was, other)


class AddSchema(TargetedEffect):
    """A schema was added.

    {kind: add_schema, target: TextContent}
    """

    kind: Literal["add_schema"] = "add_schema"
    is_named_by_place = True
    existence = "added"

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return without_whole_part(contract, target, "schema")

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("is a new object", "are new objects")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RemoveSchema(TargetedEffect):
    """A schema was removed.

    {kind: remove_schema, target: PatientNote, was: {type: object, properties: {text: {type: string}}}}
    """

    kind: Literal["remove_schema"] = "remove_schema"
    existence = "removed"
    was: dict[str, Any]
    before: str | None = Field(None, description="The schema before which it stood (last, if omitted).")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        return with_whole_part(contract, target, "schema", self.was, self.before)

    def predicate(self, newer: Contract | None = None) -> Predicate:
        return Predicate("was removed", "were removed")

    def headline(self, newer: Contract | None = None) -> str:
        return f"The object{'s' * (len(self.target) > 1)} {super().headline(newer)}"

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


def merge_references(contract: Contract, schema: JsonObject) -> JsonObject | None:
    """A reference or an `allOf` of references, resolved into one schema; None for any other schema."""
    beside = {key: kept for key, kept in schema.items() if key not in ("$ref", "allOf")}
    if "$ref" in schema:
        part = schema_of(schema["$ref"])
        return {**contract.parts[part], **beside} if part is not None and part in contract.parts else None
    branches = schema.get("allOf", ())
    if not any("$ref" in branch for branch in branches):
        return None
    whole: dict[str, Json] = {}
    for branch in (*branches, beside):
        found = merge_references(contract, branch) if "$ref" in branch else branch
        if found is None or "allOf" in found:
            return None
        for key, value in found.items():
            if key == "properties":
                value = {**whole.get(key, {}), **value}
            elif key == "required":
                value = [*whole.get(key, ()), *(name for name in value if name not in whole.get(key, ()))]
            whole[key] = value
    return whole


class ExtractSchema(TargetedEffect):
    """An inline schema was extracted into a named schema, to which the place now refers.

    {kind: extract_schema, target: [Patient.address, Clinic.address]}
    """

    kind: Literal["extract_schema"] = "extract_schema"
    must_be_found: ClassVar[bool] = False
    restructures: ClassVar[bool] = True

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        schema = spot.read(contract)
        inside = schemas.value_pointer(schema)
        whole = merge_references(contract, value_at(schema, inside))
        if whole is None:
            raise ContractMismatch(f"{target} refers to no schema", "target")
        return spot.write(contract, set_at(schema, inside, whole))

    def copied_schemas(self, newer: Contract) -> Iterator[Part]:
        return filter(None, map(schema_of, references(schema_spot(newer, self.target[0]).read(newer))))

    def intent(self, resource: str) -> Hashable:
        return self.kind, resource

    def predicate(self, newer: Contract | None = None) -> Predicate:
        if newer is None:
            return Predicate("is now described by a named object", "are now described by named objects")
        name = describe_type(schema_spot(newer, self.target[0]).read(newer))
        return Predicate(f"is now described by the object {name}", f"are now described by the object {name}")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class InlineSchema(TargetedEffect):
    """A reference to a schema was replaced by the schema itself.

    {kind: inline_schema, target: Patient.address, was: Address}
    """

    kind: Literal["inline_schema"] = "inline_schema"
    must_be_found: ClassVar[bool] = False
    restructures: ClassVar[bool] = True
    was: str = Field(description="The schema that it referred to.")

    def revert_at(self, contract: Contract, target: Target) -> Contract:
        spot = schema_spot(contract, target)
        schema = spot.read(contract)
        inside = schemas.value_pointer(schema)
        value = value_at(schema, inside)
        ref = {"$ref": SCHEMA_REF + escape_token(self.was)}
        if "$ref" in value:
            raise ContractMismatch(f"{target} still refers to a schema", "target")
        beside = {} if inside else {key: kept for key, kept in value.items() if key in schemas.PROPERTY_KEYWORDS}
        return spot.write(contract, set_at(schema, inside, {**ref, **beside}))

    def named_schemas(self) -> Iterator[Part]:
        yield schema_part(self.was)

    def intent(self, resource: str) -> Hashable:
        return self.kind, resource

    def predicate(self, newer: Contract | None = None) -> Predicate:
        text = f"no longer described by the object {as_code(self.was)}"
        return Predicate(f"is {text}", f"are {text}")

    def touches(self) -> Iterator[Touch]:
        return (Touch(target, EXISTENCE) for target in self.target)


class RenameSchema(Effect):
    """A schema was renamed; references follow. Nothing on the wire changes.

    {kind: rename_schema, old: Doctor, new: Provider}
    """

    kind: Literal["rename_schema"] = "rename_schema"
    is_named_by_place = True
    old: str
    new: str

    @property
    def subject(self) -> str:
        return self.new

    def revert(self, contract: Contract) -> Contract:
        old, new = schema_part(self.old), schema_part(self.new)
        if new not in contract.parts:
            known = [part.name for part in contract.of_kind("schema")]
            raise ContractMismatch(f"schema {self.new!r} does not exist", "new", did_you_mean(self.new, known))
        if old in contract.parts:
            raise ContractMismatch(f"schema {self.old!r} still exists", "old")

        def older_reference(ref: str) -> str:
            if schema_of(ref) != new:
                return ref
            return SCHEMA_REF + escape_token(old.name) + ref.removeprefix(SCHEMA_REF + escape_token(new.name))

        parts = {
            old if part == new else part: schema_edit.replace_references(value, older_reference)
            if contract.count_mentions(new, value)
            else value
            for part, value in contract.parts.items()
        }
        users = (part for part, value in parts.items() if contract.parts.get(part) is not value)
        document = schema_edit.replace_references(contract.document, older_reference)
        return contract.derive(parts, [new, *users], document)

    def headline(self, newer: Contract | None = None) -> str:
        return f"The object {as_code(self.old)} was renamed to {as_code(self.new)}"

    def touches(self) -> Iterator[Touch]:
        for move in self.moves():
            yield Touch(move.new, NAME)
            yield Touch(move.old, NAME)

    def moves(self) -> Iterator[Move]:
        yield Move(Target(schema_part(self.old)), Target(schema_part(self.new)))

    def intent(self, resource: str) -> Hashable:
        return self.kind, name_difference(self.old, self.new)


def name_difference(old: str, new: str) -> tuple[str, str]:
    """Which text in a name was replaced by which: both names without their common beginning and end."""
    start = _common_length(old, new)
    old, new = old[start:], new[start:]
    end = _common_length(old[::-1], new[::-1])
    return old[: len(old) - end], new[: len(new) - end]


def _common_length(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
