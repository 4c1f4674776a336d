"""Leaves out of a normal form what limits nothing: keywords of other types, and limits that every value meets."""

from __future__ import annotations

import math
from collections.abc import Hashable
from fractions import Fraction

from api_upgrades.core.json import Json, JsonObject, json_key
from api_upgrades.openapi.fitting import applies_to, fits, limits_values, type_of
from api_upgrades.openapi.proofs import are_disjoint, exclude_each_other, implies
from api_upgrades.openapi.schema import is_number

_COUNTS = ("minLength", "minItems", "minProperties")


def can_limit(keyword: str, form: JsonObject) -> bool:
    """Whether a keyword can limit any value of a normal form, by its type."""
    return "type" not in form or applies_to(keyword, form["type"])


def drop_vacuous(form: JsonObject) -> dict[str, Json]:
    """A normal form without the keywords that limit nothing."""
    found = dict(form)
    if not found.keys().isdisjoint(_WITH_CONDITIONS):
        found = _drop_unmet(found)
    names = found.get("type")
    if isinstance(names, list):
        found = {key: value for key, value in found.items() if applies_to(key, names)}
        if "multipleOf" in found:
            step = found["multipleOf"]
            if is_number(step) and Fraction(step).denominator == 1 and "number" in names:
                found["type"] = names = sorted("integer" if name == "number" else name for name in names)
            if step == 1 and "number" not in names:
                del found["multipleOf"]
        if "integer" in names and {*names} <= {"integer", "null"}:
            found = _with_whole_bounds(found)
    return found


_WITH_CONDITIONS = frozenset({*_COUNTS, "minContains", "maxContains", "then", "else", "enum"})
"""Keywords that limit nothing with some values, or without another keyword beside them."""


def _drop_unmet(found: dict[str, Json]) -> dict[str, Json]:
    """A normal form without those of `_WITH_CONDITIONS` that limit nothing, and with the possible values of an enum."""
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
    return _with_possible_values(found) if isinstance(found.get("enum"), list) else found


def drop_implied(form: JsonObject) -> dict[str, Json]:
    """A normal form without what its other keywords imply, and without branches of choices that they exclude.

    A choice that declares something more stays, because it says what a value can have.
    """
    found = dict(form)
    for keyword in [one for one in _IMPLIED if one in form]:
        rest = {key: value for key, value in found.items() if key != keyword}
        if keyword in ("anyOf", "oneOf"):
            possible = [branch for branch in found[keyword] if not exclude_each_other((branch, rest))]
            if not possible:
                continue  # a contradiction stays as it is written
            found[keyword] = possible
        is_needed = "discriminator" in rest or not _declared_in(found[keyword]) <= _declared_in(rest)
        if (keyword == "not" or not is_needed) and implies(rest, {keyword: found[keyword]}):
            found = _with_default_of(found[keyword], rest)
        elif keyword == "oneOf" and "anyOf" not in rest and are_disjoint(found[keyword], [rest]):
            found = {**rest, "anyOf": found[keyword]}
    return found


def _with_default_of(choice: Json, rest: dict[str, Json]) -> dict[str, Json]:
    """What is left beside a choice that limits nothing, with the default that stands in one of its branches."""
    branches = choice if isinstance(choice, list) else ()
    defaults = [branch["default"] for branch in branches if "default" in branch]
    return {"default": defaults[0], **rest} if len(defaults) == 1 else rest


_IMPLIED = ("not", "anyOf", "oneOf", "minProperties")


def _declared_in(value: Json) -> frozenset[str]:
    """The names of all properties, and the references, in some JSON of a normal form."""
    found: set[str] = set()
    if isinstance(value, dict):
        found |= value.get("properties", {}).keys() if isinstance(value.get("properties"), dict) else set()
        found |= {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        found |= _declared_in(one)
    return frozenset(found)


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
    """A normal form whose enum has only values that meet all else, and whose type is that of these.

    What all of them meet limits nothing. What can't be decided stays.
    """
    others = {key: value for key, value in form.items() if key != "enum"}
    distinct: dict[Hashable, Json] = {}
    for value in form["enum"]:
        if fits(value, others) is not False:
            distinct.setdefault(json_key(value), value)
    if not distinct:
        return {**form}  # a contradiction stays as it is written
    possible = list(distinct.values())
    if not any(isinstance(value, dict | list) for value in possible):
        others = {key: one for key, one in others.items() if not _is_met_by_all(possible, key, one)}
    return {**others, "enum": possible, "type": sorted({type_of(value) for value in possible})}


def _is_met_by_all(values: list[Json], keyword: str, limit: Json) -> bool:
    return limits_values(keyword) and all(fits(value, {keyword: limit}) for value in values)


def plain_number(value: Json) -> Json:
    """Some JSON in which a number without a fraction is written as an integer: `1.0` is `1`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain_number(one) for one in value]
    if isinstance(value, dict):
        return {key: plain_number(one) for key, one in value.items()}
    return value
