"""The conjunction of two schemas: one schema for values that both accept, as for branches of an `allOf`."""

from __future__ import annotations

from api_upgrades.core.json import Json, json_equal
from api_upgrades.openapi.schema import ANNOTATIONS, LOWER_BOUNDS, MISSING, PROPERTY_KEYWORDS, UPPER_BOUNDS, is_number

_FLAGS = frozenset({"deprecated", "readOnly", "writeOnly", "uniqueItems"})
"""Keywords that apply if either schema sets them."""


def conjunction(one: Json, other: Json) -> Json:
    """The schema of all values that are valid against both.

    Keywords stay at the top of the schema, where other code looks for them. Of two wordings, defaults or examples, the
    second wins. If one keyword cannot express both (two patterns), the first moves into a branch of `allOf`.
    """
    if not isinstance(one, dict) or not isinstance(other, dict):
        return _combine_booleans(one, other)
    found: dict[str, Json] = {**one, **other}
    apart: dict[str, Json] = {}
    for keyword in one:
        if keyword not in other or json_equal(one[keyword], other[keyword]):
            continue
        together = _combine_values(keyword, one[keyword], other[keyword])
        if together is MISSING:
            apart[keyword] = one[keyword]
        else:
            found[keyword] = together
    if apart:
        found["allOf"] = [*found.get("allOf", ()), apart]
    return found


def _combine_booleans(one: Json, other: Json) -> Json:
    """The conjunction if a schema is `true`, which allows anything, or `false`, which allows nothing."""
    if one is False or other is False:
        return False
    return one if other is True else other


def _combine_values(keyword: str, one: Json, other: Json) -> Json:
    """One value for a keyword that has different values in two schemas; MISSING if none expresses both."""
    if keyword in _FLAGS:
        return one is True or other is True
    if keyword in ANNOTATIONS | PROPERTY_KEYWORDS or keyword.startswith("x-"):
        return other
    if keyword == "properties" and isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{name: conjunction(one[name], it) if name in one else it for name, it in other.items()}}
    if keyword in ("items", "additionalProperties"):
        return conjunction(one, other)
    if keyword == "type":
        return _common_types(one, other)
    if keyword in LOWER_BOUNDS + UPPER_BOUNDS and is_number(one) and is_number(other):
        return max(one, other) if keyword in LOWER_BOUNDS else min(one, other)
    if isinstance(one, list) and isinstance(other, list):
        return _combine_lists(keyword, one, other)
    return MISSING


def _combine_lists(keyword: str, one: list[Json], other: list[Json]) -> Json:
    if keyword == "required":
        return list(dict.fromkeys((*one, *other)))
    if keyword == "allOf":
        return [*one, *other]
    if keyword == "enum":
        return [value for value in one if any(json_equal(value, kept) for kept in other)] or MISSING
    return MISSING


def _common_types(one: Json, other: Json) -> Json:
    """The types that two schemas have in common. Integers are numbers."""
    first, second = ([names] if isinstance(names, str) else names for names in (one, other))
    found = [name for name in first if name in second or (name == "integer" and "number" in second)]
    found += [name for name in second if name == "integer" and "number" in first and name not in found]
    is_text = isinstance(one, str) or isinstance(other, str)
    return (found[0] if len(found) == 1 and is_text else found) if found else MISSING
