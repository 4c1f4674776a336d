"""Leaves out of a normal form what limits nothing: keywords of other types, and limits that every value meets."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from fractions import Fraction

from api_upgrades.core.json import Json, JsonObject, json_key
from api_upgrades.openapi.schema import is_number

_NUMBERS = frozenset({"number", "integer"})
_APPLIES_TO: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"), frozenset({"string"})
    ),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"), frozenset({"array"})),
    **dict.fromkeys(("minContains", "maxContains", "unevaluatedItems", "additionalItems"), frozenset({"array"})),
    **dict.fromkeys(("properties", "required", "additionalProperties", "patternProperties"), frozenset({"object"})),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames", "dependentRequired"), frozenset({"object"})),
    **dict.fromkeys(("dependentSchemas", "unevaluatedProperties"), frozenset({"object"})),
}
"""The types that each keyword limits. It says nothing about values of another type (JSON Schema Validation, 6)."""

_COUNTS = ("minLength", "minItems", "minProperties")
_ALL_DECIDED = frozenset({"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


def can_limit(keyword: str, form: JsonObject) -> bool:
    """Whether a keyword can limit any value of a normal form, by its type."""
    names = form.get("type")
    return names is None or not _APPLIES_TO.get(keyword, frozenset(names)).isdisjoint(names)


def drop_vacuous(form: JsonObject) -> dict[str, Json]:
    """A normal form without the keywords that limit nothing."""
    found = dict(form)
    for keyword in _COUNTS:
        if found.get(keyword) == 0:
            del found[keyword]
    if found.get("minContains") == 1:
        del found["minContains"]
    if "contains" not in found:
        found.pop("minContains", None)
        found.pop("maxContains", None)
    if "if" not in found:
        found.pop("then", None)
        found.pop("else", None)
    if isinstance(found.get("enum"), list):
        found = _with_possible_values(found)
    names = found.get("type")
    if isinstance(names, list):
        found = {
            key: value for key, value in found.items() if not _APPLIES_TO.get(key, frozenset(names)).isdisjoint(names)
        }
        step = found.get("multipleOf")
        if is_number(step) and Fraction(step).denominator == 1 and "number" in names:
            found["type"] = names = sorted("integer" if name == "number" else name for name in names)
        if step == 1 and "number" not in names:
            del found["multipleOf"]
        if "integer" in names and {*names} <= {"integer", "null"}:
            found = _with_whole_bounds(found)
    return found


def _without_impossible_branches(form: dict[str, Json], names: list[str]) -> dict[str, Json]:
    """A normal form without branches of a choice whose types the schema around them excludes."""
    for keyword in ("anyOf", "oneOf"):
        branches = form.get(keyword, [])
        possible = [one for one in branches if "type" not in one or _share_type(one["type"], names)]
        if possible and len(possible) < len(branches):
            form = {**form, keyword: possible}
    return form


def _share_type(some: list[str], others: list[str]) -> bool:
    numbers = {"integer", "number"}
    return bool({*some} & {*others}) or bool(numbers & {*some} and numbers & {*others})


def _with_whole_bounds(form: dict[str, Json]) -> dict[str, Json]:
    """The normal form of an integer, whose bounds are inclusive and whole."""
    found = dict(form)
    low, above = found.pop("minimum", None), found.pop("exclusiveMinimum", None)
    high, below = found.pop("maximum", None), found.pop("exclusiveMaximum", None)
    least = [math.ceil(low)] if is_number(low) else []
    least += [math.floor(above) + 1] if is_number(above) else []
    most = [math.floor(high)] if is_number(high) else []
    most += [math.ceil(below) - 1] if is_number(below) else []
    return found | ({"minimum": max(least)} if least else {}) | ({"maximum": min(most)} if most else {})


def _with_possible_values(form: dict[str, Json]) -> dict[str, Json]:
    """A normal form whose enum has only values of its type and within its bounds, and whose type is that of these."""
    names = form.get("type")
    values = [
        value for value in form["enum"] if (names is None or _has_type(value, names)) and _meets_bounds(value, form)
    ]
    found = {key: value for key, value in form.items() if key not in _ALL_DECIDED}
    if not values:
        return {**form}  # a contradiction stays as it is written
    distinct: dict[Hashable, Json] = {}
    for value in values:
        distinct.setdefault(json_key(value), value)
    possible = list(distinct.values())
    return {**found, "enum": possible, "type": sorted({type_of(value) for value in possible})}


def _has_type(value: Json, names: list[str]) -> bool:
    own = type_of(value)
    return own in names or (own == "integer" and "number" in names)


def type_of(value: Json) -> str:
    """The JSON type of a value; a number without a fraction is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) or value.is_integer() else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _meets_bounds(value: Json, form: JsonObject) -> bool:
    """Whether a value of an enum is within the bounds beside it: those of strings and of numbers."""
    if isinstance(value, str):
        size: float = len(value)
        low, high = "minLength", "maxLength"
    elif is_number(value):
        size, low, high = value, "minimum", "maximum"
        below, above = form.get("exclusiveMinimum"), form.get("exclusiveMaximum")
        if (is_number(below) and size <= below) or (is_number(above) and size >= above):
            return False
    else:
        return True
    least, most = form.get(low, size), form.get(high, size)
    return not (is_number(least) and size < least) and not (is_number(most) and size > most)


def plain_number(value: Json) -> Json:
    """Some JSON in which a number without a fraction is written as an integer: `1.0` is `1`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain_number(one) for one in value]
    if isinstance(value, dict):
        return {key: plain_number(one) for key, one in value.items()}
    return value
