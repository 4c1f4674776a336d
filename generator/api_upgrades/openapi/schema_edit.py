"""Copies of a schema with a keyword, an example or null added, replaced or removed.

The functions keep the form that the schema uses: a keyword inside the branch of a nullable schema stays there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from api_upgrades.core.json import Json, JsonObject, insert_before, remove_at, set_at, value_at
from api_upgrades.openapi.mentions import LITERALS, NAME_MAPS
from api_upgrades.openapi.part import SCHEMA_REF
from api_upgrades.openapi.schema import (
    COMBINATIONS,
    PROPERTY_KEYWORDS,
    is_null,
    is_nullable,
    keyword_pointer,
    value_pointer,
    value_schema,
)

_VALUE_KEYWORDS = (
    *("$ref", *COMBINATIONS, "type", "const", "enum", "format", "pattern"),
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"),
    *("properties", "required", "additionalProperties", "items"),
)


_KEYWORDS_AFTER_VALUE = (
    "title",
    "description",
    "default",
    "nullable",
    "readOnly",
    "writeOnly",
    "deprecated",
    "x-replaced-by",
)


_EXAMPLE_KEYWORDS = ("example", "examples")


_RANKS = {
    keyword: step + rank
    for step, keywords in ((100, _VALUE_KEYWORDS), (300, _KEYWORDS_AFTER_VALUE), (500, _EXAMPLE_KEYWORDS))
    for rank, keyword in enumerate(keywords)
}


def _rank(schema: JsonObject, keyword: str) -> tuple[int, str]:
    """The position of a keyword among others: first what a value is, then its constraints, then its description.

    All schemas that come from models have this order, and a keyword that is added to a schema is inserted by it. So a
    keyword that is removed and added again is back in its old place. The title and description of an object come
    before its properties.
    """
    if keyword in ("title", "description") and "properties" in schema:
        return 0, keyword
    return _RANKS.get(keyword, 400 if keyword.startswith("x-") else 200), keyword


def sort_keywords(schema: JsonObject) -> dict[str, Json]:
    """The schema with its keywords sorted in the order of `_rank`."""
    return dict(sorted(schema.items(), key=lambda item: _rank(schema, item[0])))


def merge_keywords(schema: JsonObject, more: JsonObject) -> dict[str, Json]:
    """The schema with more keywords. A new one is put before the first that ranks after it; others stay in place."""
    found = dict(schema)
    whole = found | dict(more)
    for keyword, value in more.items():
        after = next((key for key in found if _rank(whole, key) > _rank(whole, keyword)), None)
        found = {**found, keyword: value} if keyword in found else insert_before(found, keyword, value, after)
    return found


def with_keyword(schema: JsonObject, keyword: str, value: Json) -> JsonObject:
    pointer = keyword_pointer(schema, keyword)
    result: JsonObject = set_at(schema, pointer[:-1], merge_keywords(value_at(schema, pointer[:-1]), {keyword: value}))
    return result


def without_keyword(schema: JsonObject, keyword: str) -> JsonObject:
    pointer = keyword_pointer(schema, keyword)
    result: JsonObject = remove_at(schema, pointer) if keyword in value_at(schema, pointer[:-1]) else schema
    return result


def with_nullable(schema: JsonObject, nullable: bool, dialect: str, as_branch: bool = False) -> JsonObject:
    """The schema with null accepted, or no longer accepted.

    Null is added in the form that the schema already uses, else in the shortest form of the dialect or, with
    `as_branch`, as a branch of an `anyOf`.
    """
    if nullable == is_nullable(schema):
        return schema
    return _add_null(schema, dialect, as_branch) if nullable else _drop_null(schema)


def _add_null(schema: JsonObject, dialect: str, as_branch: bool) -> JsonObject:
    if dialect == "3.0" and "$ref" in schema:  # OpenAPI 3.0 ignores the siblings of a reference
        beside = {key: kept for key, kept in schema.items() if key != "$ref"}
        return merge_keywords({"allOf": [{"$ref": schema["$ref"]}], **beside}, {"nullable": True})
    if dialect == "3.0":
        return merge_keywords(schema, {"nullable": True})
    is_bare = isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema
    if is_bare and not as_branch:
        return {**schema, "type": [schema["type"], "null"]}
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [*schema["type"], "null"]}
    value = {key: kept for key, kept in schema.items() if key not in PROPERTY_KEYWORDS}
    beside = {key: kept for key, kept in schema.items() if key in PROPERTY_KEYWORDS}
    for keyword in ("anyOf",) if as_branch else ("anyOf", "oneOf"):
        if set(value) == {keyword}:
            return {**schema, keyword: [*value[keyword], {"type": "null"}]}
    return merge_keywords(beside, {"anyOf": [value, {"type": "null"}]})


def _drop_null(schema: JsonObject) -> JsonObject:
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and any(is_null(branch) for branch in branches):
            left = [branch for branch in branches if not is_null(branch)]
            if len(left) > 1:
                return {**schema, keyword: left}
            beside = {key: kept for key, kept in schema.items() if key != keyword}
            return merge_keywords(beside, left[0])
    if isinstance(schema.get("type"), list):
        left = [name for name in schema["type"] if name != "null"]
        return {**schema, "type": left[0] if len(left) == 1 else left}
    if value_pointer(schema) and "nullable" not in schema:
        result: JsonObject = set_at(schema, value_pointer(schema), _drop_null(value_schema(schema)))
        return result
    return {key: kept for key, kept in schema.items() if key != "nullable"}


def with_example(schema: JsonObject, value: Json, dialect: str) -> JsonObject:
    """The schema with its one example replaced where it stands, or given the dialect's keyword for it."""
    for inside in ((), value_pointer(schema)):
        for keyword, new in (("examples", [value]), ("example", value)):
            if keyword in value_at(schema, inside):
                result: JsonObject = set_at(schema, (*inside, keyword), new)
                return result
    return merge_keywords(schema, {"example": value} if dialect == "3.0" else {"examples": [value]})


def without_example(schema: JsonObject) -> JsonObject:
    """The schema without the keyword that has its example."""
    for inside in ((), value_pointer(schema)):
        for keyword in ("examples", "example"):
            if keyword in value_at(schema, inside):
                result: JsonObject = remove_at(schema, (*inside, keyword))
                return result
    return schema


def replace_references(value: Json, other: Callable[[str], str]) -> Json:
    """Some JSON with each reference that `references` finds in it replaced; the same object if none changes."""
    if isinstance(value, dict):
        found = {key: _replace_references_at(key, item, other) for key, item in value.items()}
        return value if all(found[key] is value[key] for key in value) else found
    if isinstance(value, list):
        items = [replace_references(item, other) for item in value]
        return value if all(map(operator.is_, items, value)) else items
    return value


def _replace_references_at(key: str, value: Json, other: Callable[[str], str]) -> Json:
    if key == "$ref" and isinstance(value, str):
        return other(value)
    if key == "discriminator" and isinstance(value, dict):
        found = dict(value)
        if "mapping" in value:
            found["mapping"] = {name: _replace_mapped(ref, other) for name, ref in value["mapping"].items()}
        if "defaultMapping" in value:
            found["defaultMapping"] = _replace_mapped(value["defaultMapping"], other)
        return found
    if key in NAME_MAPS and isinstance(value, dict):
        found = {name: replace_references(item, other) for name, item in value.items()}
        return value if all(found[name] is value[name] for name in value) else found
    return value if key in LITERALS else replace_references(value, other)


def _replace_mapped(ref: str, other: Callable[[str], str]) -> str:
    """A value of a mapping, which may be a reference, or the bare name of a schema."""
    return other(ref) if "/" in ref else other(SCHEMA_REF + ref).removeprefix(SCHEMA_REF)
