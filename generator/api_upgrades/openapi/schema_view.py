"""Views of schemas for comparing them: what a schema says about a value, in whichever branch it says it."""

from __future__ import annotations

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal, value_at
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.contract import Contract, schema_of
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.properties import Follow, branches
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

STRUCTURE = frozenset(
    {"type", "$ref", "anyOf", "oneOf", "allOf", "items", "properties", "required", "enum", "const", "nullable"}
    | {"deprecated", "readOnly", "writeOnly", "x-replaced-by", "x-internal", "default", "additionalProperties"}
)
"""Keywords that have a comparison of their own; any other is a constraint."""


_UNCONSTRAINING_KEYWORDS = schemas.PROPERTY_KEYWORDS | {*schemas.COMBINATIONS, "nullable"}
"""Keywords beside a branch that do not constrain the value that the branch describes."""


def schema_at(contract: Contract, target: Target) -> Json:
    """What stands at a place, or MISSING."""
    try:
        return schema_spot(contract, target).read(contract)
    except ContractMismatch:
        return schemas.MISSING


def as_object(schema: Json) -> JsonObject:
    """A schema as an object. `true` becomes one that allows anything, `false` one that allows nothing."""
    if isinstance(schema, dict):
        return schema
    return {} if schema is True else {"not": {}}


def whole_value(schema: JsonObject) -> JsonObject:
    """The schema of the values other than null: the only such branch, with the constraints beside it."""
    inside = schemas.value_pointer(schema)
    if not inside:
        return schema
    inner = whole_value(value_at(schema, inside))
    beside = {key: value for key, value in schema.items() if key not in _UNCONSTRAINING_KEYWORDS}
    if "allOf" in schema and inside[0] != "allOf":
        beside["allOf"] = schema["allOf"]
    found: JsonObject = conjunction(beside, inner) if beside else inner
    return found


def resolve_references(contract: Contract, schema: JsonObject) -> JsonObject:
    """The schema behind a reference, and behind further ones. One that is broken or refers to itself is kept."""
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
    """The keywords beside a `$ref`. In OpenAPI 3.0 they have no effect."""
    return {key: value for key, value in schema.items() if key != "$ref"}


def flatten(contract: Contract, schema: JsonObject, seen: frozenset[str] = frozenset()) -> JsonObject:
    """A schema with the branches of its `allOf` merged into it, if they agree.

    The schema is returned unchanged if a branch is a choice, is a broken reference, refers to itself, or contradicts
    the others.
    """
    if "allOf" not in schema:
        return schema
    found: dict[str, Json] = {key: value for key, value in schema.items() if key != "allOf"}
    for branch in schema["allOf"]:
        ref = branch.get("$ref") if isinstance(branch, dict) else None
        if not isinstance(branch, dict) or ref in seen or len(seen) > _MAX_DEPTH:
            return schema
        value = flatten(contract, resolve_references(contract, branch), seen | ({ref} if ref else set()))
        if not value.keys().isdisjoint({"$ref", *schemas.COMBINATIONS}) or not _is_compatible(found, value):
            return schema
        found = conjunction(found, value)
    return found


_MAX_DEPTH = 8
"""The maximum number of nested references to follow from an `allOf`, since each may lead to several others."""


def _is_compatible(one: JsonObject, other: JsonObject) -> bool:
    """Whether the keywords that two schemas share mean the same, so that they can be merged."""
    shared = one.keys() & other.keys() - schemas.ANNOTATIONS - {"properties", "required"}
    return all(means_same(one[key], other[key]) for key in shared)


def type_set(schema: JsonObject, follow: Follow | None = None) -> frozenset[str]:
    """The types that a value can have: those that the schema names, else those of its enum or `const` values."""
    names = named_types(schema, follow)
    if not names and schema.get("type"):
        return frozenset({"null"})
    return names or frozenset(schemas.type_name({"const": value}) for value in own_values(schema) or ())


def named_types(schema: JsonObject, follow: Follow | None = None) -> frozenset[str]:
    """The types that all branches of a schema allow, without `null`; `object` if only properties are declared."""
    if schema.keys().isdisjoint({"$ref", *schemas.COMBINATIONS}):
        return frozenset(schemas.types(schema) or (("object",) if "properties" in schema else ()))
    found = list(branches(schema, follow))
    names: frozenset[str] = frozenset()
    for some in filter(None, (frozenset(schemas.types(branch.schema)) for branch in found)):
        names = (_common(names, some) | _common(some, names)) or some
    if not names and any("properties" in branch.schema for branch in found):
        return frozenset({"object"})
    return names


def _common(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in some if covers(others, frozenset({name})))


def covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Whether every narrow type is contained in the wide types. Each integer is also a number."""
    return all(name in wide or (name == "integer" and "number" in wide) for name in narrow)


def own_values(schema: JsonObject) -> list[Json] | None:
    if "enum" in schema:
        return [value for value in schema["enum"] if value is not None]
    return [schema["const"]] if "const" in schema else None


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
