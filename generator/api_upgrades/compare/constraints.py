"""Decides whether a keyword that limits values became stricter or looser."""

from __future__ import annotations

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.schema import LOWER_BOUNDS, UPPER_BOUNDS
from api_upgrades.openapi.schema_view import means_same

_MAY_BE_BOOLEAN = ("uniqueItems", "unevaluatedProperties", "unevaluatedItems", "additionalItems", "contentSchema")

_NAMED_CONSTRAINTS = ("dependentRequired", "dependentSchemas", "patternProperties")
"""Keywords that map names to constraints. Each added name adds a constraint."""

_DEFAULTS: dict[str, Json] = {"uniqueItems": False, "exclusiveMinimum": False, "exclusiveMaximum": False}
"""Values that mean the same as the absence of their keyword."""


def constraint(schema: JsonObject, keyword: str) -> Json:
    """The value of a keyword; MISSING if it limits nothing."""
    value = schema.get(keyword, schemas.MISSING)
    return schemas.MISSING if value is not schemas.MISSING and value is _DEFAULTS.get(keyword) else value


def constraint_rule(keyword: str, before: Json, after: Json) -> RuleId:
    """The rule for a change of a keyword that limits values. A value is MISSING if the keyword is absent."""
    if keyword.startswith("x-"):
        return "extension-changed"
    if before is schemas.MISSING:
        return "constraint-tightened"
    if after is schemas.MISSING:
        return "constraint-loosened"
    if keyword in LOWER_BOUNDS + UPPER_BOUNDS and _is_number(before) and _is_number(after):
        return "constraint-tightened" if (after > before) == (keyword in LOWER_BOUNDS) else "constraint-loosened"
    if keyword in _NAMED_CONSTRAINTS and isinstance(before, dict) and isinstance(after, dict):
        return _named_constraint_rule(before, after)
    if keyword in _MAY_BE_BOOLEAN:
        is_tighter, is_looser = after is False or before is True, before is False or after is True
        return "constraint-tightened" if is_tighter else "constraint-loosened" if is_looser else "constraint-changed"
    return "constraint-changed"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named_constraint_rule(before: JsonObject, after: JsonObject) -> RuleId:
    removed = {name for name in before if name not in after}
    added = {name for name in after if name not in before}
    for name in before.keys() & after.keys():
        if means_same(before[name], after[name]):
            continue
        if not isinstance(before[name], list) or not isinstance(after[name], list):
            return "constraint-changed"
        removed |= {name} if any(one not in after[name] for one in before[name]) else set()
        added |= {name} if any(one not in before[name] for one in after[name]) else set()
    if removed and added:
        return "constraint-changed"
    return "constraint-tightened" if added else "constraint-loosened"
