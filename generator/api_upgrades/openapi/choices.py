"""The normal form of `anyOf` and `oneOf`: one schema where a choice says no more than that, else a list of branches."""

from __future__ import annotations

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.fitting import fits
from api_upgrades.openapi.proofs import are_disjoint

EXTENSIBLE_ENUM = "x-extensible-enum"
"""The values of a string that are known so far (Zalando's guidelines, rule 112). Others may follow."""

_NOTHING: JsonObject = {"not": {}}
_ONLY_NULL: JsonObject = {"type": ["null"]}
_KEEPS_NULL_OUT = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "$ref"})


def merge_choice(keyword: str, branches: list[JsonObject]) -> JsonObject:
    """The normal form of a choice between branches in normal form. `keyword` is `anyOf` or `oneOf`."""
    branches = [branch for branch in _flatten(keyword, branches) if branch != _NOTHING]
    if keyword == "oneOf":
        branches = _without_excluded_null(branches)
    if keyword == "oneOf" and are_disjoint(branches):
        keyword, branches = "anyOf", list(_flatten("anyOf", branches))
    if keyword == "anyOf":
        branches = _distinct(branches)
        if any(not branch for branch in branches):
            return {}
    if not branches:
        return _NOTHING
    if keyword == "anyOf":
        branches = _join_null(_join_alike(branches))
    if len(branches) == 1:
        return branches[0]
    return {keyword: branches}


def _flatten(keyword: str, branches: list[JsonObject]) -> list[JsonObject]:
    """The branches, with those of an inner `anyOf` in place of it."""
    if keyword != "anyOf":
        return branches
    return [one for branch in branches for one in (branch["anyOf"] if branch.keys() == {"anyOf"} else [branch])]


def _without_excluded_null(branches: list[JsonObject]) -> list[JsonObject]:
    """The branches of a `oneOf`, none of which allows null if that matches a branch of its own and another one."""
    others = [branch for branch in branches if branch != _ONLY_NULL]
    own = len(branches) - len(others)
    if not own or (own == 1 and not any(fits(None, branch) for branch in others)):
        return branches
    return [_without_null(branch) if fits(None, branch) else branch for branch in others]


def _without_null(branch: JsonObject) -> JsonObject:
    found = dict(branch)
    if "type" not in found and "enum" not in found:
        return {**found, "not": _ONLY_NULL} if "not" not in found else {"allOf": [found, {"not": _ONLY_NULL}]}
    if "type" in found:
        found["type"] = [name for name in found["type"] if name != "null"]
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value is not None]
    return found if found.get("type", [""]) and found.get("enum", [""]) else _NOTHING


def _distinct(branches: list[JsonObject]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for branch in branches:
        if not any(json_equal(branch, one) for one in found):
            found.append(branch)
    return found


def _join_alike(branches: list[JsonObject]) -> list[JsonObject]:
    """The branches, with those that have only a type joined, and those that have only own values joined."""
    plain = [branch for branch in branches if _limits(branch) == {"type"}]
    listed = [branch for branch in branches if _limits(branch) == {"type", "enum"}]
    others = [branch for branch in branches if branch not in plain and branch not in listed]
    found: list[JsonObject] = list(others)
    if listed:
        values: list[Json] = [value for branch in listed for value in branch["enum"]]
        names = {name for branch in listed for name in branch["type"]}
        found.insert(0, {"enum": values, "type": sorted(names)})
    names = {name for branch in plain for name in branch["type"]}
    if "null" in names:  # null stays apart, as what any value can be beside all else
        found.append(_ONLY_NULL)
    if names - {"null"}:
        without = {"null", "integer"} if "number" in names else {"null"}
        found.insert(0, {"type": sorted(names - without)})
    return found


def _limits(branch: JsonObject) -> set[str]:
    """The keywords of a branch without extensions, which limit nothing."""
    return {key for key in branch if not key.startswith("x-") or key == EXTENSIBLE_ENUM}


def _join_null(branches: list[JsonObject]) -> list[JsonObject]:
    """One branch beside null takes null among its own types, where nothing else in it keeps null out."""
    others = [branch for branch in branches if branch != _ONLY_NULL]
    if len(others) == len(branches) or len(others) != 1:
        return branches
    inner = others[0]
    if "type" not in inner or not _KEEPS_NULL_OUT.isdisjoint(inner):
        return branches
    if "null" in inner["type"] and ("enum" not in inner or None in inner["enum"]):
        return others
    found = {**inner, "type": sorted({*inner["type"], "null"})}
    if "enum" in inner:
        found["enum"] = [*inner["enum"], None]
    return [found]
