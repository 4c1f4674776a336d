"""Compares an older and a newer schema for a draft: whether their type changed, and which keywords differ."""

from __future__ import annotations

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.draft.partial_draft import cost, size
from api_upgrades.effects.schema import merge_references
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.schema import MISSING

KEPT_KEYWORDS = schemas.PROPERTY_KEYWORDS - {"example", "examples", "default"}
"""Keywords that `change_type` and `one_to_list` leave as they are in the newer contract."""

COMPOSITION_KEYWORDS = {"$ref", "allOf"}


def inline_references(now: Json, goal: Json, contract: Contract) -> Json:
    """A newer schema in which the references that the older one does not have are replaced by what they refer to."""
    if isinstance(now, dict) and isinstance(goal, dict):
        if not goal.keys() & COMPOSITION_KEYWORDS:
            now = merge_references(contract, now) or now
        return {
            key: inline_references(value, goal[key], contract) if key in goal else value for key, value in now.items()
        }
    if isinstance(now, list) and isinstance(goal, list) and len(now) == len(goal):
        return [inline_references(one, other, contract) for one, other in zip(now, goal, strict=True)]
    return now


def own_values(schema: JsonObject) -> list[Json]:
    """The values of an enum; none if it is no enum."""
    return (schemas.enum_values(schema) or []) if schemas.enum_pointer(schema) is not None else []


def find_partial_type(was: JsonObject, now: JsonObject) -> JsonObject | None:
    """The keywords that differ, with null for new ones, if others hold schemas or lists of which something is left.

    These others are as they were, or something inside them differs, which other effects say.
    """
    wrappers = {*schemas.null_wrapper_pointer(was), *schemas.null_wrapper_pointer(now)}
    nested = [key for key, value in was.items() if isinstance(value, dict | list) and key in now]
    kept = [
        key
        for key in nested
        if json_equal(now[key], was[key]) or (key not in wrappers and cost(now[key], was[key]) < size(was[key]))
    ]
    if not kept or None in was.values():
        return None
    added = (key for key in now if key not in was and key not in KEPT_KEYWORDS)
    changed = (key for key in was if key not in kept and not json_equal(was[key], now.get(key, MISSING)))
    return {**dict.fromkeys(added), **{key: was[key] for key in changed}}


def is_list(schema: JsonObject) -> bool:
    """Whether a schema describes the items of a list."""
    return isinstance(schemas.value_schema(schema).get("items"), dict)


def is_other_type(goal: JsonObject, now: JsonObject) -> bool:
    """Whether two schemas describe values of different types, or by different means."""
    was, has = goal, now
    if "allOf" not in goal or "allOf" not in now:
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
    if any(not json_equal(was.get(keyword), has.get(keyword)) for keyword in ("$ref", "const")):
        return True
    if any((keyword in was) != (keyword in has) for keyword in ("anyOf", "oneOf", "allOf", "enum")):
        return True
    return _types(goal) != _types(now)


def _types(schema: JsonObject) -> set[str]:
    value = schemas.value_schema(schema)
    is_object = "properties" in value and value.keys().isdisjoint(COMPOSITION_KEYWORDS)
    return set(schemas.types(schema)) or ({"object"} if is_object else set())


def should_not_copy(keyword: str, was: Json, has: Json) -> bool:
    """Whether the draft looks inside two values, or a constraint kind would copy what they have in common."""
    if keyword == "additionalProperties" and isinstance(was, dict) and isinstance(has, dict):
        return True
    is_plain = isinstance(was, list) and not any(isinstance(item, dict | list) for item in was)
    return not is_plain and cost(has, was) < size(was)
