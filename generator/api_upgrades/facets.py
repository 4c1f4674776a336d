"""What a schema says, as it is compared: its keywords by what they are about, wherever they stand in it."""

from __future__ import annotations

from api_upgrades import schema as schemas
from api_upgrades.contract import Contract, Json, JsonObject, schema_of
from api_upgrades.errors import DoesNotFit
from api_upgrades.locate import schema_spot
from api_upgrades.target import Target

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FLAGS = {"readOnly": ("became-read-only", "became-writable"), "writeOnly": ("became-write-only", "became-readable")}

STRUCTURE = frozenset(
    {"type", "$ref", "anyOf", "oneOf", "allOf", "items", "properties", "required", "enum", "const", "nullable"}
    | {"deprecated", "x-replaced-by", "x-internal", "default", "additionalProperties"}
    | set(FLAGS)
)
"""Keywords that have a comparison of their own; any other is a constraint."""


def schema_at(contract: Contract, target: Target) -> Json:
    """What stands at a place, or MISSING."""
    try:
        return schema_spot(contract, target).read(contract)
    except DoesNotFit:
        return schemas.MISSING


def as_object(schema: Json) -> JsonObject:
    """`true` allows anything, `false` nothing."""
    if isinstance(schema, dict):
        return schema
    return {} if schema is True else {"not": {}}


def referred(contract: Contract, schema: JsonObject) -> JsonObject:
    """What a schema is, through its references; what doesn't resolve, or only to itself, stays a reference."""
    seen: set[str] = set()
    while isinstance(ref := schema.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        part = schema_of(ref)
        if part is None or part not in contract.parts:
            return schema
        schema = schemas.value_schema(contract.parts[part])
    return schema


def type_set(schema: JsonObject) -> frozenset[str]:
    """The types that a value can have, told by its properties or its values where none are named."""
    names = set(schemas.types(schema))
    if not names and "properties" in schema:
        names = {"object"}
    if not names:
        names = {schemas.type_name({"const": value}) for value in own_values(schema) or ()}
    return frozenset(names)


def covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Whether values of some types are values of others: each integer is a number."""
    return all(name in wide or (name == "integer" and "number" in wide) for name in narrow)


def is_inline_base(keyword: str, branch: JsonObject) -> bool:
    """A null branch, or an inline object of an `allOf`, whose properties are compared as the schema's own."""
    return branch.get("type") == "null" or (keyword == "allOf" and "$ref" not in branch and "properties" in branch)


def own_values(schema: JsonObject) -> list[Json] | None:
    if "enum" in schema:
        return [value for value in schema["enum"] if value is not None]
    return [schema["const"]] if "const" in schema else None


def own_properties(schema: JsonObject) -> dict[str, Json]:
    found: dict[str, Json] = dict(schema.get("properties", {}))
    for branch in schema.get("allOf", ()):
        if "$ref" not in branch:
            found |= own_properties(branch)
    return found


def own_required(schema: JsonObject) -> set[str]:
    names = set(schema.get("required", ()))
    for branch in schema.get("allOf", ()):
        if "$ref" not in branch:
            names |= own_required(branch)
    return names


def constraint_rule(keyword: str, before: Json, after: Json) -> str:
    if keyword.startswith("x-"):
        return "extension-changed"
    if before is schemas.MISSING:
        return "constraint-tightened"
    if after is schemas.MISSING:
        return "constraint-loosened"
    if keyword in LOWER_BOUNDS + UPPER_BOUNDS and not isinstance(before, bool) and not isinstance(after, bool):
        return "constraint-tightened" if (after > before) == (keyword in LOWER_BOUNDS) else "constraint-loosened"
    return "constraint-changed"


def without_annotations(value: Json) -> Json:
    """Some schema's JSON with the wording and the examples left out, however deep."""
    if isinstance(value, dict):
        return {
            key: {name: without_annotations(one) for name, one in item.items()}
            if key == "properties" and isinstance(item, dict)
            else without_annotations(item)
            for key, item in value.items()
            if key not in schemas.ANNOTATIONS
        }
    if isinstance(value, list):
        return [without_annotations(one) for one in value]
    return value
