"""Looks behind the names of components: an enum and the name of a parameter say what changed, a key doesn't."""

from __future__ import annotations

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.effects.base import Predicate, as_code
from api_upgrades.effects.schema_words import CHANGED, NestedChange, describe_nested_change
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part

_OF_OBJECTS = {"properties", "additionalProperties", "items", "allOf", "anyOf", "oneOf", "$ref"}
"""Keywords of schemas that keep their names: readers know them as objects."""


def describe_value_change(was: Json, now: Json, contract: Contract) -> NestedChange:
    """What happened to a value, as `describe_nested_change`, with plain values instead of their schemas' names.

    The names are looked up in `contract`; those that it doesn't have remain. Where only the name differs, it is told.
    """
    found = describe_nested_change(*(with_plain_values(one, contract) for one in (was, now)))
    return found if found.predicate != CHANGED else NestedChange(found.names, describe_name(now) or found.predicate)


def describe_name(now: Json) -> Predicate | None:
    """What is said of a value that has only got a name; None if it hasn't."""
    name = schemas.ref(now) if isinstance(now, dict) else None
    if name is None:
        return None
    return Predicate(
        f"is now described by the object {as_code(name)}", f"are now described by the object {as_code(name)}"
    )


def with_parameter_names(parameters: Json, contract: Contract) -> Json:
    """A list of parameters in which those that are shared are written out, as far as the contract has them."""
    if not isinstance(parameters, list):
        return parameters
    shared = contract.document.get("components", {}).get("parameters")
    held = shared if isinstance(shared, dict) else {}
    refs = (str(one.get("$ref", "")).rpartition("/")[2] if isinstance(one, dict) else "" for one in parameters)
    return [held.get(name, one) for name, one in zip(refs, parameters, strict=True)]


def with_plain_values(schema: Json, contract: Contract) -> Json:
    """A schema with the plain values to which it, its items or its variants refer in place of their names."""
    if not isinstance(schema, dict):
        return schema
    if (named := _plain_value(schema, contract)) is not None:
        return {"anyOf": [named, {"type": "null"}]} if schemas.is_nullable(schema) else named
    found = {**schema}
    if "items" in schema:
        found["items"] = with_plain_values(schema["items"], contract)
    for keyword in ("anyOf", "oneOf"):
        if isinstance(branches := schema.get(keyword), list):
            found[keyword] = [with_plain_values(branch, contract) for branch in branches]
    return found


def _plain_value(schema: JsonObject, contract: Contract) -> JsonObject | None:
    """The schema of a plain value to which a schema refers, with the keywords beside the reference."""
    name = schemas.ref(schema)
    target = contract.parts.get(Part("schema", name)) if name is not None else None
    if not isinstance(target, dict) or _OF_OBJECTS & target.keys() or "object" in schemas.types(target):
        return None
    return {**target, **{key: value for key, value in schema.items() if key in schemas.PROPERTY_KEYWORDS}}
