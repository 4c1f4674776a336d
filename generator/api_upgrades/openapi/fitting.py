"""Decides whether a value is valid against a normal form, as far as the form alone tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.core.patterns import match_if_fast
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


def applies_to(keyword: str, names: Iterable[str]) -> bool:
    """Whether a keyword says something about values of any of some types."""
    limited = _APPLIES_TO.get(keyword)
    return limited is None or not limited.isdisjoint(names)


def has_type(value: Json, names: list[str]) -> bool:
    """Whether a value has one of some types. Each integer is also a number."""
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


Answer = bool | None
"""None if it cannot be seen."""

LIMITING_NOTHING = frozenset({"deprecated", "readOnly", "writeOnly", "default", "discriminator"})
"""Keywords of a normal form that no value violates, like extensions."""


def fits(value: Json, form: JsonObject) -> Answer:
    """Whether a value is valid against a normal form."""
    return all_of(_meets(value, keyword, form) for keyword in form)


def limits_values(keyword: str) -> bool:
    """Whether any value can violate a keyword of a normal form."""
    return keyword not in LIMITING_NOTHING and not keyword.startswith("x-")


def all_of(answers: Iterable[Answer]) -> Answer:
    """False if one of the answers is; else None if one of them is."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        result = None if answer is None else result
    return result


def _meets(value: Json, keyword: str, form: JsonObject) -> Answer:
    """Whether a value meets one keyword of a form."""
    if not limits_values(keyword) or not applies_to(keyword, [type_of(value)]):
        return True
    limit = form[keyword]
    if keyword in _CHECKS:
        return _CHECKS[keyword](value, limit)
    if keyword in _SIZES and is_number(limit):
        size = len(value) if isinstance(value, str | list | dict) else value
        return _SIZES[keyword](size, limit)
    if keyword == "additionalProperties" and "patternProperties" not in form:
        others = [one for name, one in value.items() if name not in form.get("properties", {})]
        return all_of(_fits_or_is_allowed(one, limit) for one in others)
    if keyword == "items" and "prefixItems" not in form:
        return all_of(_fits_or_is_allowed(one, limit) for one in value)
    return None


def _fits_or_is_allowed(value: Json, form: Json) -> Answer:
    return fits(value, form) if isinstance(form, dict) else form is not False


def _negate(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _fits_any(value: Json, branches: list[JsonObject]) -> Answer:
    return _negate(all_of(_negate(fits(value, one)) for one in branches))


def _fits_one(value: Json, branches: list[JsonObject]) -> Answer:
    answers = [fits(value, one) for one in branches]
    if answers.count(True) > 1:
        return False
    return None if None in answers else answers.count(True) == 1


def _is_multiple(value: Json, step: Json) -> Answer:
    return Fraction(value) % Fraction(step) == 0 if is_number(step) and step else None


_CHECKS: Mapping[str, Callable[[Json, Json], Answer]] = {
    "type": has_type,
    "enum": lambda value, values: any(json_equal(value, one) for one in values),
    "pattern": lambda value, pattern: match_if_fast(pattern, value) if isinstance(pattern, str) else None,
    "multipleOf": _is_multiple,
    "required": lambda value, names: all(name in value for name in names),
    "properties": lambda value, forms: all_of(fits(value[name], forms[name]) for name in forms if name in value),
    "not": lambda value, form: _negate(fits(value, form)),
    "anyOf": _fits_any,
    "oneOf": _fits_one,
}
"""The keywords whose value alone decides."""

_SIZES: Mapping[str, Callable[[float, float], bool]] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), lambda size, limit: size >= limit),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), lambda size, limit: size <= limit),
    "exclusiveMinimum": lambda size, limit: size > limit,
    "exclusiveMaximum": lambda size, limit: size < limit,
}
