"""Views of schemas for comparing them: what a schema says about a value, in whichever branch it says it."""

from __future__ import annotations

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.properties import Follow, branches
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

STRUCTURE = frozenset(
    {"type", "$ref", "anyOf", "oneOf", "allOf", "items", "properties", "required", "enum", "const", "nullable"}
    | {"deprecated", "readOnly", "writeOnly", "x-replaced-by", "x-internal", "default", "additionalProperties"}
)
"""Keywords that have a comparison of their own; any other is a constraint."""


def schema_at(contract: Contract, target: Target) -> Json:
    """What stands at a place, or MISSING."""
    try:
        return schema_spot(contract, target).read(contract)
    except ContractMismatch:
        return schemas.MISSING


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
