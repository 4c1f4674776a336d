"""A value that fits a type, its format and its bounds, for a schema that brings no example.

A `pattern` is not followed: what must look like something needs an example of its own.
"""

from __future__ import annotations

import math
from fractions import Fraction

from api_upgrades.core.json import Json, JsonObject

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
"""More characters or items than this are not made up, whatever a schema asks for."""

_KEYWORDS_BY_TYPE = {
    "object": ("properties", "additionalProperties", "patternProperties", "propertyNames", "required"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def type_of(schema: JsonObject) -> str:
    """The one type to compose for: the first that isn't null, else the one that the other keywords are about.

    `null` where nothing tells: any JSON will do.
    """
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared] if declared else []
    if names:
        return str(next((name for name in names if name != "null"), "null"))
    return next((name for name, keywords in _KEYWORDS_BY_TYPE.items() if schema.keys() & set(keywords)), "null")


def placeholder(kind: str, schema: JsonObject) -> Json:
    """A value of a type that is neither object nor list."""
    if kind == "string":
        return _string_placeholder(schema)
    if kind in ("integer", "number"):
        return _number_placeholder(schema, whole=kind == "integer")
    return True if kind == "boolean" else None


def least_items(schema: JsonObject, keyword: str) -> int:
    """How many items or characters there must be at least, within reason."""
    least = schema.get(keyword)
    return min(least, MAX_LENGTH) if isinstance(least, int) else 0


def _string_placeholder(schema: JsonObject) -> str:
    known = FORMATS.get(str(schema.get("format")))
    if known is not None:
        return known
    least, most = least_items(schema, "minLength"), schema.get("maxLength")
    text = "string"
    text = (text * (least // len(text) + 1))[: max(least, len(text))]
    return text[:most] if isinstance(most, int) else text


def _number_placeholder(schema: JsonObject, whole: bool) -> int | float:
    """The fitting number that is nearest to 1, or to the bound that keeps it from 1."""
    low, above = _bound(schema, "minimum", "exclusiveMinimum")
    high, below = _bound(schema, "maximum", "exclusiveMaximum")
    step = _to_fraction(schema.get("multipleOf"))
    if whole:
        step = Fraction(step.numerator) if step else Fraction(1)
    near = [Fraction(1), *(bound for bound in (low, high) if bound is not None)]
    if step:
        candidates = [step * whole_steps for one in near for whole_steps in _nearest_integers(one / step)]
    else:
        candidates = [*near, *(one + shift for one in near[1:] for shift in (1, -1)), sum(near[1:], Fraction()) / 2]

    def fits(number: Fraction) -> bool:
        return (low is None or number > low or (number == low and not above)) and (
            high is None or number < high or (number == high and not below)
        )

    found = next(filter(fits, candidates), Fraction(1))
    return int(found) if found.denominator == 1 else float(found)


def _nearest_integers(number: Fraction) -> tuple[int, ...]:
    """The whole numbers about a number, nearest first."""
    nearest = round(number)
    return nearest, nearest + 1, nearest - 1


def _bound(schema: JsonObject, keyword: str, exclusive: str) -> tuple[Fraction | None, bool]:
    """A bound, and whether the value must differ from it. OpenAPI 3.0 has `exclusiveMinimum: true`."""
    bound, strict = _to_fraction(schema.get(keyword)), _to_fraction(schema.get(exclusive))
    if strict is not None:
        return strict, True
    return bound, schema.get(exclusive) is True


def _to_fraction(number: Json) -> Fraction | None:
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return Fraction(str(number))
