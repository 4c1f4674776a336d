"""Finds a value that matches several normal forms at once, if a simple one does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.fitting import fits
from api_upgrades.openapi.schema import MISSING, is_number

_MAX_DEPTH = 4
_MAX_CANDIDATES = 60
_MAX_LETTERS = 12
_MAX_LENGTH = 1000
"""Longer texts and lists are not tried."""

_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def have_common_value(forms: Sequence[JsonObject]) -> bool:
    """Whether a value is found that matches all of the forms. If not, there may still be one."""
    return _find(forms, _MAX_DEPTH) is not MISSING


def _find(forms: Sequence[JsonObject], depth: int) -> Json:
    """A value that matches all of the forms, or MISSING."""
    together: Json = {}
    for form in forms:
        together = conjunction(together, form)
    candidates = islice(_candidates(together, depth), _MAX_CANDIDATES)
    return next((value for value in candidates if all(fits(value, form) for form in forms)), MISSING)


def _candidates(form: JsonObject, depth: int) -> Iterator[Json]:
    """Values that may match a form, at its bounds among others."""
    if depth < 0:
        return
    if "enum" in form:
        yield from form["enum"]
        return
    for keyword in ("anyOf", "oneOf"):
        rest = {key: value for key, value in form.items() if key != keyword}
        for branch in form.get(keyword, ()):
            yield from _candidates(conjunction(rest, branch), depth - 1)
    names = form.get("type", ("null",))
    yield from (value for name, values in _SIMPLE.items() if name in names for value in values)
    if "number" in names or "integer" in names:
        yield from _numbers(form)
    if "string" in names:
        yield from _texts(form)
    if "array" in names:
        size = min(form.get("minItems", 0), _MAX_LENGTH)
        item = _find([form.get("items", {})], depth - 1) if size and form.get("items") is not False else None
        if item is not MISSING:
            yield [item] * size
    if "object" in names:
        yield from _objects(form, depth)


_SIMPLE: dict[str, tuple[Json, ...]] = {"null": (None,), "boolean": (True, False)}


def _numbers(form: JsonObject) -> Iterator[float]:
    bounds = [form[keyword] for keyword in _BOUNDS if is_number(form.get(keyword))]
    step = form.get("multipleOf")
    step = step if is_number(step) and step > 0 else 1
    for bound in (0, *bounds):
        multiple = math.floor(bound / step) * step
        yield from (bound, multiple, multiple + step, multiple - step)


def _texts(form: JsonObject) -> Iterator[str]:
    """Texts of one character each: of those that patterns often ask for, and of those in a pattern."""
    found = dict.fromkeys((*"aA0-", *filter(str.isalnum, str(form.get("pattern", "")))))
    sizes = (form.get("minLength", 0), form.get("maxLength", 1), 1)
    for letter in islice(found, _MAX_LETTERS):
        yield from (letter * int(size) for size in dict.fromkeys(sizes) if is_number(size) and size <= _MAX_LENGTH)


def _objects(form: JsonObject, depth: int) -> Iterator[JsonObject]:
    """The object that has just the required properties."""
    properties, others = form.get("properties", {}), form.get("additionalProperties", {})
    found: dict[str, Json] = {}
    for name in form.get("required", ()):
        inner = properties.get(name, others)
        found[name] = _find([inner], depth - 1) if isinstance(inner, dict) else MISSING
        if found[name] is MISSING:
            return
    yield found
