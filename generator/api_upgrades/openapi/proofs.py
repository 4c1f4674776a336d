"""What can be shown about the values of normal forms: that none matches several of them, or that one implies another.

A form that refers to other schemas counts as if these could say anything. So what is not shown is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.fitting import applies_to, fits, limits_values
from api_upgrades.openapi.schema import is_number

Forms = Sequence[JsonObject]

_ALL_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_MAX_DEPTH = 6
"""How deep schemas inside schemas are looked at."""

_COST = 3
"""By how much less deep, once all branches of a choice are looked at one by one."""

_LEAST_AND_MOST = (
    ("string", "minLength", "maxLength"),
    ("array", "minItems", "maxItems"),
    ("object", "minProperties", "maxProperties"),
)
_CHOICES = ("anyOf", "oneOf")


def are_disjoint(branches: Forms, around: Forms = ()) -> bool:
    """Whether no value that matches the forms around a choice matches two of its branches."""
    return all(exclude_each_other((one, other, *around)) for one, other in combinations(branches, 2))


def exclude_each_other(forms: Iterable[JsonObject], depth: int = _MAX_DEPTH) -> bool:
    """Whether no value matches all of the forms."""
    if depth < 0:
        return False
    forms = [part for form in forms for part in _conjuncts(form)]
    if any(form.get("not") == {} for form in forms):
        return True
    listed = next((form for form in forms if "enum" in form), None)
    if listed is not None and all(any(fits(value, form) is False for form in forms) for value in listed["enum"]):
        return True
    return (
        all(_exclude_type(name, forms, depth) for name in _common_types(forms))
        or any(_excludes_all_branches(form, keyword, forms, depth) for form in forms for keyword in _CHOICES)
        or any(_forbids(form, forms, depth) for form in forms if "not" in form)
    )


def implies(one: JsonObject, other: JsonObject, depth: int = _MAX_DEPTH) -> bool:
    """Whether every value that matches one form matches another."""
    if depth < 0:
        return False
    parts = _conjuncts(one)
    if listed := next((part for part in parts if "enum" in part), None):
        possible = [value for value in listed["enum"] if not any(fits(value, part) is False for part in parts)]
        return all(fits(value, other) for value in possible)
    return all(_implies_keyword(one, other, keyword, depth) for keyword in other) or any(
        all(implies(_with_branch(one, keyword, branch), other, depth - _COST) for branch in one[keyword])
        for keyword in _CHOICES
        if keyword in one
    )


def required_names(forms: Iterable[JsonObject]) -> frozenset[str]:
    """The properties that a value must have in every direction. Some are only sent, or only received."""
    forms = list(forms)
    names = {name for form in forms for name in form.get("required", ())}
    return frozenset(name for name in names if not any(_is_one_way(form, name) for form in forms))


def _is_one_way(form: JsonObject, name: str) -> bool:
    return not {"readOnly", "writeOnly"}.isdisjoint(form.get("properties", {}).get(name, {}))


def _conjuncts(form: JsonObject) -> list[JsonObject]:
    """A form, and the branches of its `allOf`."""
    return [form, *(part for branch in form.get("allOf", ()) for part in _conjuncts(branch))]


def _without(form: JsonObject, keyword: str) -> JsonObject:
    return {key: value for key, value in form.items() if key != keyword}


def _excludes_all_branches(chosen: JsonObject, keyword: str, forms: Forms, depth: int) -> bool:
    """Whether every branch of a choice in one of some forms excludes the rest of them."""
    rest = [_without(form, keyword) if form is chosen else form for form in forms]
    branches = chosen.get(keyword, ())
    return bool(branches) and all(exclude_each_other((branch, *rest), depth - _COST) for branch in branches)


def _forbids(form: JsonObject, forms: Forms, depth: int) -> bool:
    """Whether a form forbids, by its `not`, all values that match the rest of some forms."""
    rest = [_without(one, "not") if one is form else one for one in forms]
    return implies({"allOf": rest}, form["not"], depth - _COST)


def _with_branch(form: JsonObject, keyword: str, branch: JsonObject) -> JsonObject:
    """A form with one branch of its choice, in an `allOf`."""
    rest = _without(form, keyword)
    return {**rest, "allOf": [*rest.get("allOf", ()), branch]}


def _common_types(forms: Forms) -> frozenset[str]:
    """The types that a value can have that matches all of the forms. Integers have one of their own."""
    found = _ALL_TYPES
    for form in forms:
        if "type" in form:
            found &= frozenset(form["type"]) | ({"integer"} if "number" in form["type"] else set())
    return found


# Why no value of a type matches all of some forms


def _exclude_type(name: str, forms: Forms, depth: int) -> bool:
    applying = [form for form in forms if any(applies_to(keyword, [name]) for keyword in form)]
    for type_name, least, most in _LEAST_AND_MOST:
        if name == type_name and _highest(applying, least) > _lowest(applying, most):
            return True
    if name in ("number", "integer"):
        return _exclude_numbers(forms)
    return name == "object" and any(_exclude_property(one, forms, depth) for one in required_names(forms))


def _exclude_numbers(forms: Forms) -> bool:
    low, above = _highest(forms, "minimum"), _highest(forms, "exclusiveMinimum")
    high, below = _lowest(forms, "maximum"), _lowest(forms, "exclusiveMaximum")
    return low > high or low >= below or above >= high or above >= below


def _exclude_property(name: str, forms: Forms, depth: int) -> bool:
    """Whether no value of a property matches what all of the forms say of it."""
    inner: list[JsonObject] = []
    for form in forms:
        if name in form.get("properties", {}):
            inner.append(form["properties"][name])
        elif "patternProperties" not in form:
            if form.get("additionalProperties") is False:
                return True
            if isinstance(form.get("additionalProperties"), dict):
                inner.append(form["additionalProperties"])
    return exclude_each_other(inner, depth - 1)


def _highest(forms: Forms, keyword: str) -> float:
    return max((form[keyword] for form in forms if is_number(form.get(keyword))), default=float("-inf"))


def _lowest(forms: Forms, keyword: str) -> float:
    return min((form[keyword] for form in forms if is_number(form.get(keyword))), default=float("inf"))


# Why all values of one form meet a keyword of another

_AS_STRICT = {
    **dict.fromkeys(("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"), 1),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"), -1),
}
_PAIRS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_OTHER_BOUND = {**dict(_PAIRS), **{exclusive: inclusive for inclusive, exclusive in _PAIRS}}
_SEES_OTHERS = frozenset(
    {"unevaluatedProperties", "unevaluatedItems", "if", "then", "else", "additionalItems"}
    | {"prefixItems", "contains", "minContains", "maxContains"}
)
"""Keywords whose meaning depends on others beside them."""


def _implies_keyword(one: JsonObject, other: JsonObject, keyword: str, depth: int) -> bool:
    limit = other[keyword]
    parts = _conjuncts(one)
    if not limits_values(keyword) or not applies_to(keyword, _common_types(parts)):
        return True
    if keyword == "type":
        return _common_types(parts) <= _common_types([other])
    if keyword in _AS_STRICT and is_number(limit):
        return _is_as_strict(parts, keyword, limit)
    if keyword == "required":
        return {*limit} <= {name for part in parts for name in part.get("required", ())}
    if keyword == "properties":
        return all(_implies_property(one, parts, name, limit[name], depth) for name in limit)
    if keyword == "additionalProperties":
        return _implies_additional(one, other, depth)
    if keyword == "items":
        item = {} if "prefixItems" in one else one.get("items", {})
        return isinstance(item, dict) and isinstance(limit, dict) and implies(item, limit, depth - 1)
    if keyword == "not":
        return exclude_each_other((one, limit), depth - 1)
    if keyword == "anyOf":
        return any(implies(one, branch, depth - 1) for branch in limit)
    if keyword == "oneOf":
        return _implies_one_branch(one, limit, depth)
    if keyword == "allOf":
        kept = one.get("allOf", ())
        return all(any(json_equal(branch, it) for it in kept) or implies(one, branch, depth - 1) for branch in limit)
    return keyword not in _SEES_OTHERS and any(json_equal(part.get(keyword), limit) for part in parts)


def _is_as_strict(parts: Forms, keyword: str, limit: float) -> bool:
    sign = _AS_STRICT[keyword]
    if keyword == "minProperties" and len(required_names(parts)) >= limit:
        return True
    bounds = [sign * part[keyword] for part in parts if is_number(part.get(keyword))]
    other = _OTHER_BOUND.get(keyword, "")
    others = [sign * part[other] for part in parts if is_number(part.get(other))]
    if other in ("minimum", "maximum"):  # it allows the bound itself
        return any(bound >= sign * limit for bound in bounds) or any(bound > sign * limit for bound in others)
    return any(bound >= sign * limit for bound in (*bounds, *others))


def _implies_property(one: JsonObject, parts: Forms, name: str, limit: JsonObject, depth: int) -> bool:
    declared = [part["properties"][name] for part in parts if name in part.get("properties", {})]
    if any(implies(form, limit, depth - 1) for form in declared or [_additional(one)] if isinstance(form, dict)):
        return True
    return not declared and _additional(one) is False


def _additional(form: JsonObject) -> Json:
    """What a form says of a property that it doesn't declare."""
    return {} if "patternProperties" in form else form.get("additionalProperties", {})


def _implies_additional(one: JsonObject, other: JsonObject, depth: int) -> bool:
    limit, declared, known = other["additionalProperties"], one.get("properties", {}), other.get("properties", {})
    if "patternProperties" in one or "additionalProperties" not in one:
        return False
    others = [form for name, form in declared.items() if name not in known]
    if one["additionalProperties"] is not False:
        others.append(one["additionalProperties"])
    return all(isinstance(limit, dict) and implies(form, limit, depth - 1) for form in others)


def _implies_one_branch(one: JsonObject, branches: Forms, depth: int) -> bool:
    """Whether every value matches one branch, and none of the others."""
    return any(
        implies(one, branch, depth - 1)
        and all(other is branch or exclude_each_other((one, other), depth - 1) for other in branches)
        for branch in branches
    )
