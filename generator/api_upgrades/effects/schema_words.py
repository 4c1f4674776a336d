"""Puts the difference between two schemas into words: `is an integer instead of a string`, `can also be Refund`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.effects.base import Predicate, as_code, join_some
from api_upgrades.effects.keyword_words import describe_keyword_change, describe_values
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.properties import properties, required_names

CHANGED = Predicate("has changed", "have changed")
"""What a predicate says if no other words describe a difference."""

MAX_ALTERNATIVES = 3
"""How many alternatives a text names; it counts more of them."""

_INNER_KEYWORDS = {"properties", "items", "additionalProperties"}
"""Keywords whose schemas the description looks into."""

_TYPE_KEYWORDS = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "nullable", "required"}
"""Keywords that the description of the type covers."""

_ARTICLES = {"string": "a", "number": "a", "boolean": "a", "integer": "an", "object": "an", "array": "an"}


def describe_type(schema: Json, plural: bool = False) -> str:
    """What a value is: `a string`, `an array of integers`, `` `Refund` or `Charge` ``. In the plural: `strings`."""
    if not isinstance(schema, dict):
        return "no value" if schema is False else "any value"
    alternatives = _alternatives(schema, plural)
    if len(alternatives) > MAX_ALTERNATIVES:
        return f"one of {len(alternatives)} types"
    return " or ".join(alternatives)


def _alternatives(schema: JsonObject, plural: bool = False) -> list[str]:
    """The different types that a value may have, apart from null."""
    value = schemas.value_schema(schema)
    name = schemas.ref(schema)
    if name is not None:
        return [as_code(name)]
    for keyword in ("oneOf", "anyOf"):
        if isinstance(value.get(keyword), list):
            branches = [branch for branch in value[keyword] if not schemas.is_null(branch)]
            if any(branch for branch in branches):
                found = [one for branch in branches for one in _branch_alternatives(branch, plural)]
                return list(dict.fromkeys(found))
    if isinstance(value.get("allOf"), list):
        names = [as_code(name) for name in _included_names(schema)]
        if names:
            return [join_some(names, MAX_ALTERNATIVES)]
    if "$ref" in value:
        return [as_code(str(value["$ref"]).rpartition("/")[2])]
    return [_plain_type(value, kind, plural) for kind in schemas.types(schema)] or [_untyped(value, plural)]


def _branch_alternatives(branch: Json, plural: bool) -> list[str]:
    return _alternatives(branch, plural) if isinstance(branch, dict) else [describe_type(branch)]


def _untyped(value: JsonObject, plural: bool) -> str:
    if "properties" in value:
        return _plain_type(value, "object", plural)
    if "items" in value:
        return _plain_type(value, "array", plural)
    if "const" in value or isinstance(value.get("enum"), list):
        values = [value["const"]] if "const" in value else value["enum"]
        kinds = dict.fromkeys(_TYPE_OF.get(type(one), "") for one in values if one is not None)
        return " or ".join(_plain_type(value, kind, plural) for kind in kinds if kind) or "any value"
    return "any value"


_TYPE_OF: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _plain_type(value: JsonObject, kind: str, plural: bool) -> str:
    words = f"{kind}s" if plural else f"{_ARTICLES.get(kind, 'a')} {kind}"
    inside = value.get("items") if kind == "array" else None
    if kind == "object" and "properties" not in value and isinstance(value.get("additionalProperties"), dict):
        inside, words = value["additionalProperties"], "maps" if plural else "a map"
    if isinstance(inside, dict) and (of := describe_type(inside, plural=True)) != "any value":
        return f"{words} of {of}"
    return words


def _included_names(schema: JsonObject) -> list[str]:
    """The schemas whose content a schema includes: that to which it refers, or those in its `allOf`."""
    value = schemas.value_schema(schema)
    branches = (branch for branch in value.get("allOf", [value]) if isinstance(branch, dict))
    return [name for branch in branches if (name := schemas.ref(branch)) is not None]


class NestedChange(NamedTuple):
    """What happened to a property inside a value, by the names that lead to it; to the value itself without names."""

    names: tuple[str, ...]
    predicate: Predicate


def describe_schema_change(was: Json, now: Json) -> Predicate:
    """What happened to a value, as the predicate of a sentence about it. The most important difference comes first."""
    return as_predicate(describe_nested_change(was, now))


def as_predicate(change: NestedChange) -> Predicate:
    """What is said of a value of which a part changed."""
    names, predicate = change
    if not names:
        return predicate
    return _have(f"has a different {as_code('.'.join(names))}, which {predicate.one}")


def describe_nested_change(was: Json, now: Json) -> NestedChange:
    """What happened to a value or, if only one property inside it changed, to that property."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return NestedChange((), _instead_of(was, now))
    here = (NestedChange((), predicate) for predicate in _differences(was, now))
    inside = (change for change in _nested_changes(was, now))
    return next(chain(here, inside), NestedChange((), CHANGED))


def _differences(was: JsonObject, now: JsonObject) -> Iterator[Predicate]:
    """The differences between two schemas, the most important first."""
    yield from _type_differences(was, now)
    yield from _value_differences(was, now)
    if schemas.is_nullable(was) != schemas.is_nullable(now):
        can = "may be null" if schemas.is_nullable(now) else "can no longer be null"
        yield Predicate(can, can)
    older, newer = schemas.value_schema(was), schemas.value_schema(now)
    yield from _property_differences(older, newer)
    for keyword in dict.fromkeys((*was, *older, *now, *newer)):
        if keyword in _TYPE_KEYWORDS | schemas.ANNOTATIONS:
            continue
        before, after = (schemas.get(one, keyword, schemas.MISSING) for one in (was, now))
        if json_equal(before, after):
            continue
        if keyword not in _INNER_KEYWORDS or not (isinstance(before, dict) and isinstance(after, dict)):
            yield describe_keyword_change(keyword, before, after)
        elif keyword != "properties":
            yield _inside("items" if keyword == "items" else "values", describe_schema_change(before, after))
    yield from _branch_differences(older, newer)


def _nested_changes(was: JsonObject, now: JsonObject) -> Iterator[NestedChange]:
    """The changes inside the properties and the branches of a value."""
    was, now = schemas.value_schema(was), schemas.value_schema(now)
    older, newer = properties(was), properties(now)
    pairs = [(name, older[name].schema, newer[name].schema) for name in newer if name in older]
    changed = [(name, *pair) for name, *pair in pairs if not json_equal(*pair)]
    if len(changed) == 1:
        ((name, *pair),) = changed
        names, predicate = describe_nested_change(*pair)
        yield NestedChange((name, *names), predicate)
    elif changed:
        found = join_some([as_code(name) for name, *_ in changed], MAX_ALTERNATIVES)
        yield NestedChange((), _have(f"has a different {found}"))
    for keyword in schemas.COMBINATIONS:
        one, other = was.get(keyword), now.get(keyword)
        if isinstance(one, list) and isinstance(other, list) and not json_equal(one, other):
            lost, gained = _without_equal(one, other), _without_equal(other, one)
            if len(lost) == len(gained):
                yield from (describe_nested_change(*pair) for pair in zip(lost, gained, strict=True))
            if not lost and not gained:
                yield NestedChange((), _have("has its variants in a different order"))


def _without_equal(items: list[Json], others: list[Json]) -> list[Json]:
    return [one for one in items if not any(json_equal(one, other) for other in others)]


def _inside(subject: str, predicate: Predicate) -> Predicate:
    one = predicate.many if subject in ("items", "values") else predicate.one
    return Predicate(f"has different {subject}: they {one}", f"have different {subject}: they {one}")


def _type_differences(was: JsonObject, now: JsonObject) -> Iterator[Predicate]:
    included, includes = _included_names(was), _included_names(now)
    if included and includes and set(included) != set(includes) and not set(included).isdisjoint(includes):
        more = [as_code(name) for name in includes if name not in included]
        fewer = [as_code(name) for name in included if name not in includes]
        if more:
            names = join_some(more, MAX_ALTERNATIVES)
            yield Predicate(f"also includes {names}", f"also include {names}")
        if fewer:
            names = join_some(fewer, MAX_ALTERNATIVES)
            yield Predicate(f"no longer includes {names}", f"no longer include {names}")
        return
    older, newer = _alternatives(was), _alternatives(now)
    lost, gained = [one for one in older if one not in newer], [one for one in newer if one not in older]
    if (lost and gained and len(lost) == len(older)) or older == ["any value"] or newer == ["any value"]:
        if older != newer:
            yield _instead_of(was, now)
    elif lost and gained:
        yield _can(f"can be {join_some(gained, MAX_ALTERNATIVES)} instead of {join_some(lost, MAX_ALTERNATIVES)}")
    elif gained:
        yield _can(f"can also be {join_some(gained, MAX_ALTERNATIVES)}")
    elif lost:
        yield _can(f"can no longer be {join_some(lost, MAX_ALTERNATIVES, last='or')}")


def _instead_of(was: Json, now: Json) -> Predicate:
    one, many = (f"{describe_type(now, plural)} instead of {describe_type(was, plural)}" for plural in (False, True))
    return Predicate(f"is {one}", f"are {many}")


def _can(text: str) -> Predicate:
    return Predicate(text, text)


def _value_differences(was: JsonObject, now: JsonObject) -> Iterator[Predicate]:
    """How the allowed values differ, if one of the schemas is an enum or a constant."""
    older, newer = schemas.enum_values(was), schemas.enum_values(now)
    if older is None or newer is None:
        for values, how in ((newer, "now"), (older, "no longer")):
            if values is not None:
                limited = f"{how} limited to {describe_values(values)}"
                yield Predicate(f"is {limited}", f"are {limited}")
        return
    lost = [one for one in older if one is not None and one not in newer]
    gained = [one for one in newer if one is not None and one not in older]
    if gained and lost:
        words = f"{describe_values(gained)} instead of {describe_values(lost)}"
        yield _can(f"can be {words}")
    elif gained or lost:
        yield _can(
            f"can also be {describe_values(gained)}" if gained else f"can no longer be {describe_values(lost, 'or')}"
        )


def _property_differences(was: JsonObject, now: JsonObject) -> Iterator[Predicate]:
    older, newer = properties(was), properties(now)
    if gained := [as_code(name) for name in newer if name not in older]:
        names = join_some(gained, MAX_ALTERNATIVES)
        yield Predicate(f"now has {names}", f"now have {names}")
    if lost := [as_code(name) for name in older if name not in newer]:
        names = join_some(lost, MAX_ALTERNATIVES)
        yield Predicate(f"no longer has {names}", f"no longer have {names}")
    must = [as_code(name) for name in required_names(now) if name not in required_names(was)]
    need = [as_code(name) for name in required_names(was) if name not in required_names(now)]
    if must:
        names = join_some(must, MAX_ALTERNATIVES)
        yield Predicate(f"now requires {names}", f"now require {names}")
    if need:
        names = join_some(need, MAX_ALTERNATIVES)
        yield Predicate(f"no longer requires {names}", f"no longer require {names}")


def _branch_differences(was: JsonObject, now: JsonObject) -> Iterator[Predicate]:
    """Differences in the number of branches, and in a type that both name differently."""
    for keyword in ("oneOf", "anyOf"):
        older, newer = ([one] if one.get(keyword) is None else one[keyword] for one in (was, now))
        if isinstance(older, list) and isinstance(newer, list) and len(older) != len(newer):
            yield _have(f"has {len(newer)} variants instead of {len(older)}")
    if not json_equal(was.get("type"), now.get("type")):
        yield describe_keyword_change("type", was.get("type", schemas.MISSING), now.get("type", schemas.MISSING))


def _have(text: str) -> Predicate:
    return Predicate(text, text.replace("has ", "have ", 1))
