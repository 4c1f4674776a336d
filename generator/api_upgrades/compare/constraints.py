"""Compares the keywords that limit values, and decides whether each became stricter or looser."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from api_upgrades.compare.difference import Difference, extension_rule, none_if_missing, with_rule_in
from api_upgrades.compare.discriminator import compare_discriminators
from api_upgrades.compare.one_way import directions_of_limit
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.types import contains, format_rule
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.choices import EXTENSIBLE_ENUM
from api_upgrades.openapi.proofs import implies
from api_upgrades.openapi.schema import LOWER_BOUNDS, MISSING, UPPER_BOUNDS, is_number
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.vacuous import can_limit

if TYPE_CHECKING:  # some constraints hold schemas
    from api_upgrades.compare.schemas import SchemaComparison

COMPARED_ELSEWHERE = frozenset(
    {
        "type",
        "enum",
        "anyOf",
        "oneOf",
        "allOf",
        "properties",
        "required",
        "deprecated",
        "readOnly",
        "writeOnly",
        "default",
    }
)
"""Keywords of a normal form that have a comparison of their own."""

_MAY_BE_BOOLEAN = ("uniqueItems", "unevaluatedProperties", "unevaluatedItems", "additionalItems", "contentSchema")
_NAMED_CONSTRAINTS = ("dependentRequired", "dependentSchemas", "patternProperties")
"""Keywords that map names to constraints. Each added name adds a constraint."""

_ASSERTIONS = frozenset(
    {*LOWER_BOUNDS, *UPPER_BOUNDS, *_MAY_BE_BOOLEAN, *_NAMED_CONSTRAINTS, "multipleOf", "pattern", "format"}
    | {"not", "if", "then", "else", "contains", "prefixItems", "propertyNames", "$dynamicRef"}
    | {"contentEncoding", "contentMediaType"}
)
"""Keywords that limit values. JSON Schema ignores a keyword that it doesn't know."""

_INNER_SCHEMAS = {"items": "[]", "additionalProperties": "{}"}
"""Keywords with the schema of a place, and the step of a target that leads there."""


def compare_constraints(
    comparison: SchemaComparison, was: JsonObject, now: JsonObject, old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare the keywords of two normal forms that have no comparison of their own, then what is in lists and maps."""
    for keyword in dict.fromkeys((*was, *now)):
        if keyword in COMPARED_ELSEWHERE or keyword in _INNER_SCHEMAS:
            continue
        before, after = was.get(keyword, MISSING), now.get(keyword, MISSING)
        if (before is MISSING and not can_limit(keyword, was)) or (after is MISSING and not can_limit(keyword, now)):
            continue  # the values that it limits are new, or gone, with their type
        newer = _with_newer_names(comparison, keyword, before, old_target)
        if json_equal(newer, after) or (keyword != "discriminator" and means_same(newer, after)):
            continue
        if keyword in _WITH_SCHEMAS and _are_same_schemas(comparison, keyword, before, after, target):
            continue
        values = none_if_missing(newer), none_if_missing(after)
        if keyword == "discriminator":
            variants = [one.get("oneOf") or one.get("anyOf") or [] for one in (comparison.with_newer_names(was), now)]
            yield from compare_discriminators(*values, variants, old_target, target)
        elif keyword == EXTENSIBLE_ENUM and isinstance(before, list) and isinstance(after, list):
            yield from _compare_extensible_enums(before, after, old_target, target)
        else:
            rule = constraint_rule(keyword, before, after)
            if before is MISSING and rule == "constraint-tightened" and implies(was, {keyword: after}):
                rule = "constraint-loosened"  # it takes the place of a limit that was stricter
            elif after is MISSING and rule == "constraint-loosened" and implies(now, {keyword: before}):
                rule = "constraint-tightened"
            found = Difference(rule, target, old_target, keyword, *values)
            yield found.only_in(directions_of_limit(keyword, was, now))
    for keyword, step in _INNER_SCHEMAS.items():
        before, after = was.get(keyword, True), now.get(keyword, True)
        if _has_only_extensions(before) or _has_only_extensions(after):  # as if nothing was said
            before, after = ({} if one is True else one for one in (before, after))
        if isinstance(before, dict) and isinstance(after, dict):
            yield from comparison.compare_forms(before, after, old_target.child(step), target.child(step))
        elif not json_equal(before, after):
            found = Difference(_open_or_closed_rule(before, after), target, old_target, keyword, before, after)
            opened = isinstance(before, dict) and after is True
            places = old_target.child(step), target.child(step)
            lost = comparison.properties_lost(before, {}, *places) if opened else frozenset()
            yield from with_rule_in(lost, "property-removed", found)


def _has_only_extensions(form: Json) -> bool:
    return isinstance(form, dict) and all(key.startswith("x-") for key in form)


def _with_newer_names(comparison: SchemaComparison, keyword: str, value: Json, old_target: Target) -> Json:
    """A keyword's value with the newer names of the schemas and properties that it refers to."""
    if keyword == "discriminator" and isinstance(value, dict) and "propertyName" in value:
        name = comparison.renames.to_newer(old_target.property(value["propertyName"])).name
        value = {**value, "propertyName": name}
    return comparison.with_newer_names({keyword: value})[keyword]


_SCHEMA_MAPS = frozenset({"patternProperties", "dependentSchemas"})
"""Keywords with a map of schemas."""

_WITH_SCHEMAS = _SCHEMA_MAPS | frozenset(
    {"not", "if", "then", "else", "contains", "prefixItems", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties", "contentSchema"}
)
"""Keywords whose values are schemas, or lists or maps of schemas."""


_LIMITING_NOTHING: frozenset[RuleId] = frozenset(
    {"extension-changed", "format-hint-changed", "deprecated", "no-longer-deprecated", "default-changed"}
)


def _are_same_schemas(comparison: SchemaComparison, keyword: str, before: Json, after: Json, target: Target) -> bool:
    """Whether the schemas in two values of a keyword mean the same, whatever they refer to."""
    if keyword in _SCHEMA_MAPS:
        if not isinstance(before, dict) or not isinstance(after, dict) or before.keys() != after.keys():
            return False
        pairs = [(before[name], after[name]) for name in before]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = list(zip(before, after, strict=True))
    else:
        pairs = [(before, after)]
    if not all(isinstance(one, dict) for pair in pairs for one in pair):
        return False
    found = (one.rule for pair in pairs for one in comparison.compare_forms(*pair, target, target))
    return all(rule in _LIMITING_NOTHING for rule in found)


def _compare_extensible_enums(
    before: list[Json], after: list[Json], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare the known values of a string. A further one was announced, so it is no more than an extension."""
    for value in before:
        if not contains(after, value):
            yield Difference("enum-value-removed", target, old_target, EXTENSIBLE_ENUM, value, None)
    for value in after:
        if not contains(before, value):
            yield Difference("extension-changed", target, old_target, EXTENSIBLE_ENUM, None, value)


def _open_or_closed_rule(before: Json, after: Json) -> RuleId:
    """The rule for items or additional properties if one side allows anything (true) or nothing (false)."""
    if before is True or after is False:
        return "constraint-tightened"
    return "constraint-loosened"


def constraint_rule(keyword: str, before: Json, after: Json) -> RuleId:
    """The rule for a change of a keyword that limits values. A value is MISSING if the keyword is absent."""
    if keyword not in _ASSERTIONS:
        return extension_rule(keyword, before, after)
    if keyword == "format":
        return format_rule(none_if_missing(before), none_if_missing(after))
    if before is MISSING:
        return "constraint-tightened"
    if after is MISSING:
        return "constraint-loosened"
    if keyword in LOWER_BOUNDS + UPPER_BOUNDS and is_number(before) and is_number(after):
        return "constraint-tightened" if (after > before) == (keyword in LOWER_BOUNDS) else "constraint-loosened"
    if keyword == "multipleOf" and is_number(before) and is_number(after) and before and after:
        ratio = Fraction(after) / Fraction(before)
        is_tighter, is_looser = ratio.denominator == 1, ratio.numerator == 1
        return "constraint-tightened" if is_tighter else "constraint-loosened" if is_looser else "constraint-changed"
    if keyword in _NAMED_CONSTRAINTS and isinstance(before, dict) and isinstance(after, dict):
        return _named_constraint_rule(before, after)
    if keyword in _MAY_BE_BOOLEAN:
        is_tighter, is_looser = after is False or before is True, before is False or after is True
        return "constraint-tightened" if is_tighter else "constraint-loosened" if is_looser else "constraint-changed"
    return "constraint-changed"


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
