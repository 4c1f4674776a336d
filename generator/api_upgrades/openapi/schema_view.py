"""What a schema says, as it is compared: its keywords by what they are about, wherever they stand in it."""

from __future__ import annotations

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract, schema_of
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

STRUCTURE = frozenset(
    {"type", "$ref", "anyOf", "oneOf", "allOf", "items", "properties", "required", "enum", "const", "nullable"}
    | {"deprecated", "readOnly", "writeOnly", "x-replaced-by", "x-internal", "default", "additionalProperties"}
)
"""Keywords that have a comparison of their own; any other is a constraint."""


_OF_PROPERTY = schemas.OUTSIDE | {*schemas.COMBINATIONS, "nullable"}
"""What beside a branch is not about the value in it."""


def schema_at(contract: Contract, target: Target) -> Json:
    """What stands at a place, or MISSING."""
    try:
        return schema_spot(contract, target).read(contract)
    except ContractMismatch:
        return schemas.MISSING


def as_object(schema: Json) -> JsonObject:
    """`true` allows anything, `false` nothing."""
    if isinstance(schema, dict):
        return schema
    return {} if schema is True else {"not": {}}


def whole_value(schema: JsonObject) -> JsonObject:
    """What a schema says of a value that isn't null, with the constraints that stand beside its one branch."""
    inner = schemas.value_schema(schema)
    if inner is schema:
        return schema
    beside = {key: value for key, value in schema.items() if key not in _OF_PROPERTY}
    return {**beside, **inner} if beside else inner


def referred(contract: Contract, schema: JsonObject) -> JsonObject:
    """What a schema is, through its references; what doesn't resolve, or only to itself, stays a reference."""
    seen: set[str] = set()
    while isinstance(ref := schema.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        part = schema_of(ref)
        if part is None or part not in contract.parts:
            return schema
        beside = without_reference(schema)
        schema = whole_value(as_object(contract.parts[part]))
        schema = {**schema, **beside} if beside else schema
    return schema


def without_reference(schema: JsonObject) -> JsonObject:
    """What stands beside a `$ref`; in OpenAPI 3.0 it says nothing."""
    return {key: value for key, value in schema.items() if key != "$ref"}


def flattened(contract: Contract, schema: JsonObject, seen: frozenset[str] = frozenset()) -> JsonObject:
    """A schema with all that it is by its `allOf` put into one, where what the branches say goes together.

    The schema itself where it doesn't: where a branch is a choice, leads nowhere or to itself, or says otherwise.
    """
    if "allOf" not in schema:
        return schema
    found: dict[str, Json] = {key: value for key, value in schema.items() if key != "allOf"}
    for branch in schema["allOf"]:
        ref = branch.get("$ref") if isinstance(branch, dict) else None
        if not isinstance(branch, dict) or ref in seen or len(seen) > _DEEPEST:
            return schema
        value = flattened(contract, referred(contract, branch), seen | ({ref} if ref else set()))
        if not value.keys().isdisjoint({"$ref", *schemas.COMBINATIONS}) or not _goes_with(found, value):
            return schema
        properties = {**found.get("properties", {}), **value.get("properties", {})}
        required = list(dict.fromkeys((*found.get("required", ()), *value.get("required", ()))))
        found |= value
        found |= ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
    return found


_DEEPEST = 8
"""Through how many references an `allOf` is followed; it may fan out at each of them."""


def _goes_with(one: JsonObject, other: JsonObject) -> bool:
    """Whether two schemas put into one say the same of what both speak of."""
    shared = one.keys() & other.keys() - schemas.ANNOTATIONS - {"properties", "required"}
    names = one.get("properties", {}).keys() & other.get("properties", {}).keys()
    return all(means_same(one[key], other[key]) for key in shared) and not names


def type_set(schema: JsonObject) -> frozenset[str]:
    """The types that a value can have, told by its properties or its values where none are named."""
    names = set(schemas.types(schema)) or ({"null"} if schema.get("type") else set())
    if not names and "properties" in schema:
        names = {"object"}
    if not names:
        names = {schemas.type_name({"const": value}) for value in own_values(schema) or ()}
    return frozenset(names)


def covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Whether values of some types are values of others: each integer is a number."""
    return all(name in wide or (name == "integer" and "number" in wide) for name in narrow)


def is_inline_base(keyword: str, branch: JsonObject) -> bool:
    """A null branch, or an inline one of an `allOf`, whose properties are compared as the schema's own."""
    return branch.get("type") == "null" or (keyword == "allOf" and "$ref" not in branch)


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


def means_same(one: Json, other: Json) -> bool:
    """Whether two values of a keyword promise the same."""
    if isinstance(one, dict | list) and isinstance(other, dict | list):
        return json_equal(one, other) or json_equal(meaning(one), meaning(other))
    return json_equal(one, other)


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
