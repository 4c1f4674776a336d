"""Placeholder values for schemas without an example. They fit the type, its format, its bounds and its `pattern`.

Some patterns are too complex for that: a schema with one of these needs an example of its own.
"""

from __future__ import annotations

import math
from fractions import Fraction

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.core.patterns import match_if_fast
from api_upgrades.examples.formats import has_format
from api_upgrades.examples.pattern_text import text_matching

FORMATS = {
    "date-time": "2024-01-31T09:30:00Z",
    "date": "2024-01-31",
    "time": "09:30:00Z",
    "duration": "PT30M",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com",
    "uri-reference": "/example",
    "url": "https://example.com",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "byte": "c3RyaW5n",
}

MAX_LENGTH = 1_000
"""The maximum number of characters or items of a placeholder, even if the schema requires more."""


class Cut:
    """Base class of the values that are cut, because a valid one would be too large. They aren't validated."""


class CutObject(Cut, dict[str, Json]):
    """An object without its properties."""


class CutList(Cut, list[Json]):
    """A list with fewer items than it needs."""


class CutText(Cut, str):
    """A text with fewer characters than it needs."""


_KEYWORDS_BY_TYPE = {
    "object": ("properties", "additionalProperties", "patternProperties", "propertyNames", "required"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def type_of(schema: JsonObject) -> str:
    """The type of value to compose: the first type that isn't null, else the type that the other keywords concern.

    It is `null` if the schema allows any JSON.
    """
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared] if declared else []
    if names:
        return str(next((name for name in names if name != "null"), "null"))
    return next((name for name, keywords in _KEYWORDS_BY_TYPE.items() if schema.keys() & set(keywords)), "null")


def placeholder(kind: str, schema: JsonObject) -> Json:
    """A value of a type other than object and array."""
    if kind == "string":
        return _string_placeholder(schema)
    if kind in ("integer", "number"):
        return _number_placeholder(schema, whole=kind == "integer")
    return True if kind == "boolean" else None


def minimum_length(schema: JsonObject, keyword: str) -> int:
    """The minimum number of items or characters, from 0 to MAX_LENGTH."""
    minimum = schema.get(keyword)
    return max(0, min(minimum, MAX_LENGTH)) if isinstance(minimum, int) else 0


def _string_placeholder(schema: JsonObject) -> str:
    text, pattern = _text_of_format(schema), schema.get("pattern")
    if not isinstance(pattern, str) or isinstance(text, Cut) or match_if_fast(pattern, text):
        return text
    max_length = schema.get("maxLength")
    limit = max_length if isinstance(max_length, int) else None
    found = text_matching(pattern, minimum_length(schema, "minLength"), limit)
    return found if found is not None and has_format(found, str(schema.get("format"))) else text


def _text_of_format(schema: JsonObject) -> str:
    """A text of the schema's format, or of its length."""
    of_format = FORMATS.get(str(schema.get("format")))
    if of_format is not None:
        return of_format
    min_length, max_length = minimum_length(schema, "minLength"), schema.get("maxLength")
    text = "string"
    text = (text * (min_length // len(text) + 1))[: max(min_length, len(text))]
    text = text[:max_length] if isinstance(max_length, int) else text
    return CutText(text) if min_length == MAX_LENGTH < schema["minLength"] else text


def _number_placeholder(schema: JsonObject, whole: bool) -> int | float:
    """A valid number near 1, or near the bound that excludes 1. Falls back to 1 if none is found."""
    low, is_low_exclusive = _bound(schema, "minimum", "exclusiveMinimum")
    high, is_high_exclusive = _bound(schema, "maximum", "exclusiveMaximum")
    step = _to_fraction(schema.get("multipleOf"))
    if whole:
        step = Fraction(step.numerator) if step else Fraction(1)
    near = [Fraction(1), *(bound for bound in (low, high) if bound is not None)]
    if step:
        candidates = [step * factor for one in near for factor in _nearest_integers(one / step)]
    else:
        candidates = [*near, *(one + shift for one in near[1:] for shift in (1, -1)), sum(near[1:], Fraction()) / 2]

    def fits(number: Fraction) -> bool:
        return (low is None or number > low or (number == low and not is_low_exclusive)) and (
            high is None or number < high or (number == high and not is_high_exclusive)
        )

    found = next(filter(fits, candidates), Fraction(1))
    try:
        return int(found) if found.denominator == 1 else float(found)
    except OverflowError:  # no floating-point number is that large
        return int(found)


def _nearest_integers(number: Fraction) -> tuple[int, ...]:
    """The integers around a number, nearest first."""
    nearest = round(number)
    return nearest, nearest + 1, nearest - 1


def _bound(schema: JsonObject, keyword: str, exclusive: str) -> tuple[Fraction | None, bool]:
    """A bound, and whether it is exclusive. In OpenAPI 3.0 the exclusive keyword is a boolean."""
    bound, exclusive_bound = _to_fraction(schema.get(keyword)), _to_fraction(schema.get(exclusive))
    if exclusive_bound is not None:
        return exclusive_bound, True
    return bound, schema.get(exclusive) is True


def _to_fraction(number: Json) -> Fraction | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if isinstance(number, int):
        return Fraction(number)
    return Fraction(str(number)) if math.isfinite(number) else None
