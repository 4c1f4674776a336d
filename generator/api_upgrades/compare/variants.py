"""Compares the branches of `oneOf`, `anyOf` and `allOf`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.properties import branches
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target


def compare_variants(
    was: JsonObject, now: JsonObject, newer_ref: Callable[[str], str], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare the branches of two schemas, by meaning. `newer_ref` gives a reference its newer name."""
    for keyword in schemas.COMBINATIONS:
        if keyword not in was and keyword not in now:
            continue
        before = [meaning(schema_edit.replace_references(one, newer_ref)) for one in _branches(was, keyword)]
        after = [meaning(one) for one in _branches(now, keyword)]
        if keyword == "allOf":
            # A value must match every branch, so a further branch is a further constraint.
            removed_rule: RuleId = "constraint-loosened"
            added_rule: RuleId = "constraint-tightened"
            before, after = ([one for one in found if one != {}] for found in (before, after))
        else:
            removed_rule, added_rule = "variant-removed", "variant-added"
        for one in _subtract(before, after):
            yield Difference(removed_rule, target, old_target, keyword, _variant_name(one), None)
        for one in _subtract(after, before):
            yield Difference(added_rule, target, old_target, keyword, None, _variant_name(one))


def _branches(schema: JsonObject, keyword: str) -> Iterator[Json]:
    """The branches to compare, without null, and without what is compared as if it belonged to the schema itself."""
    if keyword != "allOf":
        return (branch for branch in schema.get(keyword, ()) if not schemas.is_null(branch))
    return (drop_object_keywords(branch.schema) for branch in branches(schema) if branch.pointer)


def drop_object_keywords(branch: JsonObject) -> JsonObject:
    """A branch of an `allOf` without its properties, its type `object` and its own branches.

    These are compared as if they belonged to the schema itself.
    """
    compared = {"properties", "required", "allOf", "nullable", *schemas.null_wrapper_pointer(branch)[:1]}
    if branch.get("type") in ("object", "null", ["object", "null"]):
        compared.add("type")
    rest = {key: value for key, value in branch.items() if key not in compared}
    return {**rest, "nullable": True} if schemas.is_nullable(branch) else rest


def _subtract(values: list[Json], others: list[Json]) -> list[Json]:
    """The values that are not among the others, by the equality of JSON."""
    return [value for value in values if not any(json_equal(value, other) for other in others)]


def _variant_name(variant: Json) -> str:
    if not isinstance(variant, dict):
        return schemas.as_text(variant)
    return str(variant.get("const") or schemas.type_name(variant))
