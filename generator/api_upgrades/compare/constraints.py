"""Whether a keyword that limits values became stricter or looser."""

from __future__ import annotations

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.schema_view import means_same

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")


def constraint_rule(keyword: str, before: Json, after: Json) -> RuleId:
    """The rule for a keyword that limits values, MISSING where it wasn't or isn't there."""
    if keyword.startswith("x-"):
        return "extension-changed"
    if before is schemas.MISSING:
        return "constraint-tightened"
    if after is schemas.MISSING:
        return "constraint-loosened"
    if keyword in LOWER_BOUNDS + UPPER_BOUNDS and _is_number(before) and _is_number(after):
        return "constraint-tightened" if (after > before) == (keyword in LOWER_BOUNDS) else "constraint-loosened"
    if keyword in _NARROWING and isinstance(before, dict) and isinstance(after, dict):
        return _narrowed(before, after)
    if keyword in _MAY_BE_BOOLEAN:
        closes, opens = after is False or before is True, before is False or after is True
        return "constraint-tightened" if closes else "constraint-loosened" if opens else "constraint-changed"
    return "constraint-changed"


_MAY_BE_BOOLEAN = ("uniqueItems", "unevaluatedProperties", "unevaluatedItems", "additionalItems", "contentSchema")
_NARROWING = ("dependentRequired", "dependentSchemas", "patternProperties")
"""Keywords with constraints by name, each of which is one more."""

_SAYS_NOTHING: dict[str, Json] = {"uniqueItems": False, "exclusiveMinimum": False, "exclusiveMaximum": False}
"""What is so as well where the keyword is left out."""


def constraint(schema: JsonObject, keyword: str) -> Json:
    """What a keyword limits a value to; MISSING where it says nothing."""
    value = schema.get(keyword, schemas.MISSING)
    return schemas.MISSING if value is not schemas.MISSING and value is _SAYS_NOTHING.get(keyword) else value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _narrowed(before: JsonObject, after: JsonObject) -> RuleId:
    gone = {name for name in before if name not in after}
    come = {name for name in after if name not in before}
    for name in before.keys() & after.keys():
        if means_same(before[name], after[name]):
            continue
        if not isinstance(before[name], list) or not isinstance(after[name], list):
            return "constraint-changed"
        gone |= {name} if any(one not in after[name] for one in before[name]) else set()
        come |= {name} if any(one not in before[name] for one in after[name]) else set()
    if gone and come:
        return "constraint-changed"
    return "constraint-tightened" if come else "constraint-loosened"
