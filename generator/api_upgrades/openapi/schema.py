"""One accessor for what a schema says, wherever it says it.

A nullable string is `{"type": ["string", "null"]}`, `{"anyOf": [{"type": "string"}, {"type": "null"}]}` or, in
OpenAPI 3.0, `{"type": "string", "nullable": true}`; pydantic puts `pattern` inside the branch and `examples` beside
it. The functions here read and write a keyword where it sits, and never rewrite one form into another. They look at
one schema; following `$ref` is for those who have the contract.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import Any

from api_upgrades.core.json import Json, JsonObject, Pointer, at, drop, insert, put, unescape
from api_upgrades.openapi.contract import LITERALS, NAME_MAPS, SCHEMA_REF

ANNOTATIONS = frozenset(
    {"title", "description", "summary", "example", "examples", "externalDocs", "$comment", "x-example-omit"}
)
"""Wording: not part of the contract."""

OUTSIDE = ANNOTATIONS | {"deprecated", "readOnly", "writeOnly", "default", "x-replaced-by", "x-internal"}
"""Keywords of the property rather than of its value: beside an `anyOf`, never inside its branch."""

COMBINATIONS = ("anyOf", "oneOf", "allOf")

MISSING: Any = object()


def value_pointer(schema: JsonObject) -> Pointer:
    """Where the schema says what a value is that isn't null: in itself, or in the one branch beside `null`."""
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return ()  # nearly always, and this is asked of every property
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list):
            others = [index for index, branch in enumerate(branches) if not _is_null(branch)]
            if len(others) == 1 and len(branches) == 2 and isinstance(branches[others[0]], dict):
                return (keyword, others[0])
    all_of = schema.get("allOf")
    if (
        isinstance(all_of, list)
        and len(all_of) == 1
        and isinstance(all_of[0], dict)
        and not schema.keys() & {"properties", "type"}
    ):
        return ("allOf", 0)
    return ()


def value_schema(schema: JsonObject) -> JsonObject:
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return schema  # without another call, for the same reason
    found: JsonObject = at(schema, value_pointer(schema))
    return found


def _is_null(schema: Json) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def keyword_pointer(schema: JsonObject, keyword: str) -> Pointer:
    """Where a keyword sits, or where it belongs if the schema hasn't got it."""
    inside = value_pointer(schema)
    if keyword in schema or (keyword in OUTSIDE and keyword not in at(schema, inside)):
        return (keyword,)
    return (*inside, keyword)


def get(schema: JsonObject, keyword: str, default: Json = None) -> Json:
    """A keyword's value, wherever it sits."""
    if keyword in schema:
        return schema[keyword]
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return default
    pointer = keyword_pointer(schema, keyword)
    return at(schema, pointer[:-1]).get(keyword, default)


_ORDER = (
    *("$ref", *COMBINATIONS, "type", "const", "enum", "format", "pattern"),
    *("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"),
    *("properties", "required", "additionalProperties", "items"),
)
_BESIDE = ("title", "description", "default", "nullable", "readOnly", "writeOnly", "deprecated", "x-replaced-by")
_LAST = ("example", "examples")
_RANKS = {
    keyword: step + rank
    for step, keywords in ((100, _ORDER), (300, _BESIDE), (500, _LAST))
    for rank, keyword in enumerate(keywords)
}


def _rank(schema: JsonObject, keyword: str) -> tuple[int, str]:
    """Where a keyword stands among others: what a value is, its constraints, what is said beside it.

    Every schema that comes from models is in this order, and what is put into a schema takes its place in it. So a
    keyword that went and is put back stands where it stood. An object is described before its properties.
    """
    if keyword in ("title", "description") and "properties" in schema:
        return 0, keyword
    return _RANKS.get(keyword, 400 if keyword.startswith("x-") else 200), keyword


def in_order(schema: JsonObject) -> dict[str, Json]:
    """The schema with its keywords in their order."""
    return dict(sorted(schema.items(), key=lambda item: _rank(schema, item[0])))


def merged(schema: JsonObject, more: JsonObject) -> dict[str, Json]:
    """The schema with more keywords, each new one before the first that it precedes; what is there stays in place."""
    found = dict(schema)
    whole = found | dict(more)
    for keyword, value in more.items():
        after = next((key for key in found if _rank(whole, key) > _rank(whole, keyword)), None)
        found = {**found, keyword: value} if keyword in found else insert(found, keyword, value, after)
    return found


def with_keyword(schema: JsonObject, keyword: str, value: Json) -> JsonObject:
    pointer = keyword_pointer(schema, keyword)
    result: JsonObject = put(schema, pointer[:-1], merged(at(schema, pointer[:-1]), {keyword: value}))
    return result


def without_keyword(schema: JsonObject, keyword: str) -> JsonObject:
    pointer = keyword_pointer(schema, keyword)
    result: JsonObject = drop(schema, pointer) if keyword in at(schema, pointer[:-1]) else schema
    return result


def types(schema: JsonObject) -> tuple[str, ...]:
    """The JSON types a value may have, `null` left out."""
    found = value_schema(schema).get("type", ())
    names = (found,) if isinstance(found, str) else tuple(found)
    return tuple(name for name in names if name != "null")


def is_nullable(schema: JsonObject) -> bool:
    inner = value_schema(schema)
    for keyword in ("anyOf", "oneOf"):
        if any(_is_null(branch) for branch in schema.get(keyword, ())):
            return True
    return any(
        one.get("nullable") is True or (isinstance(one.get("type"), list) and "null" in one["type"])
        for one in (schema, inner)
    )


def with_nullable(schema: JsonObject, nullable: bool, dialect: str, as_branch: bool = False) -> JsonObject:
    """The schema accepting null, or no longer. The form is the one the schema has, else the shortest of the dialect
    or, with `as_branch`, a branch of an `anyOf`.
    """
    if nullable == is_nullable(schema):
        return schema
    return _add_null(schema, dialect, as_branch) if nullable else _drop_null(schema)


def has_null_branch(value: Json) -> bool | None:
    """Whether some JSON writes the first value that may be null as an `anyOf`, as pydantic does; None without one."""
    if isinstance(value, dict):
        if any(_is_null(branch) for branch in value.get("anyOf", ()) if isinstance(branch, dict)):
            return True
        if isinstance(value.get("type"), list) and "null" in value["type"]:
            return False
        value = [item for key, item in value.items() if key not in LITERALS]
    found = (has_null_branch(item) for item in value) if isinstance(value, list) else ()
    return next((one for one in found if one is not None), None)


def _add_null(schema: JsonObject, dialect: str, as_branch: bool) -> JsonObject:
    if dialect == "3.0" and "$ref" in schema:  # beside which nothing counts
        beside = {key: kept for key, kept in schema.items() if key != "$ref"}
        return merged({"allOf": [{"$ref": schema["$ref"]}], **beside}, {"nullable": True})
    if dialect == "3.0":
        return merged(schema, {"nullable": True})
    is_bare = isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema
    if is_bare and not as_branch:
        return {**schema, "type": [schema["type"], "null"]}
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [*schema["type"], "null"]}
    value = {key: kept for key, kept in schema.items() if key not in OUTSIDE}
    beside = {key: kept for key, kept in schema.items() if key in OUTSIDE}
    for keyword in ("anyOf",) if as_branch else ("anyOf", "oneOf"):
        if set(value) == {keyword}:
            return {**schema, keyword: [*value[keyword], {"type": "null"}]}
    return merged(beside, {"anyOf": [value, {"type": "null"}]})


def _drop_null(schema: JsonObject) -> JsonObject:
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and any(_is_null(branch) for branch in branches):
            left = [branch for branch in branches if not _is_null(branch)]
            if len(left) > 1:
                return {**schema, keyword: left}
            beside = {key: kept for key, kept in schema.items() if key != keyword}
            return merged(beside, left[0])
    if isinstance(schema.get("type"), list):
        left = [name for name in schema["type"] if name != "null"]
        return {**schema, "type": left[0] if len(left) == 1 else left}
    if value_pointer(schema) and "nullable" not in schema:
        result: JsonObject = put(schema, value_pointer(schema), _drop_null(value_schema(schema)))
        return result
    return {key: kept for key, kept in schema.items() if key != "nullable"}


def example(schema: JsonObject) -> Json:
    """The schema's own example value, or MISSING."""
    for one in (schema, value_schema(schema)):
        if isinstance(one.get("examples"), list) and one["examples"]:
            return one["examples"][0]
        if "example" in one:
            return one["example"]
    return MISSING


def with_example(schema: JsonObject, value: Json, dialect: str) -> JsonObject:
    """The schema with its one example replaced where it stands, or given the dialect's keyword for it."""
    for inside in ((), value_pointer(schema)):
        for keyword, new in (("examples", [value]), ("example", value)):
            if keyword in at(schema, inside):
                result: JsonObject = put(schema, (*inside, keyword), new)
                return result
    return merged(schema, {"example": value} if dialect == "3.0" else {"examples": [value]})


def without_example(schema: JsonObject) -> JsonObject:
    """The schema without the keyword that has its example."""
    for inside in ((), value_pointer(schema)):
        for keyword in ("examples", "example"):
            if keyword in at(schema, inside):
                result: JsonObject = drop(schema, (*inside, keyword))
                return result
    return schema


def ref(schema: JsonObject) -> str | None:
    """The schema name that a schema refers to, null left aside."""
    found = value_schema(schema).get("$ref")
    return unescape(found.removeprefix(SCHEMA_REF)) if isinstance(found, str) and found.startswith(SCHEMA_REF) else None


def enum_pointer(schema: JsonObject) -> Pointer | None:
    """Where a schema's enum values stand: its own, its non-null branch's, or its list items'."""
    inside = value_pointer(schema)
    value = at(schema, inside)
    if "enum" in value:
        return (*inside, "enum")
    if isinstance(value.get("items"), dict):
        below = enum_pointer(value["items"])
        return (*inside, "items", *below) if below is not None else None
    return None


def enum_values(schema: JsonObject) -> list[Json] | None:
    """The values a schema allows: an `enum`, or a `const` as the list of one."""
    pointer = enum_pointer(schema)
    if pointer is not None:
        found: list[Json] = at(schema, pointer)
        return found
    value = value_schema(schema)
    return [value["const"]] if "const" in value else None


def type_name(schema: JsonObject) -> str:
    """The type in words, null left aside: `string`, `list of Provider`, `TextContent or AttachmentContent`."""
    value = value_schema(schema)
    if (name := ref(schema)) is not None:
        return name
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if isinstance(value.get("items"), dict):
        return f"list of {type_name(value['items'])}"
    for keyword in ("oneOf", "anyOf"):
        if keyword in value:
            return " or ".join(dict.fromkeys(type_name(branch) for branch in value[keyword] if not _is_null(branch)))
    if "allOf" in value:
        return " and ".join(dict.fromkeys(type_name(branch) for branch in value["allOf"]))
    names = types(schema)
    if (
        isinstance(value.get("additionalProperties"), dict)
        and value["additionalProperties"]
        and "properties" not in value
    ):
        return f"map of {type_name(value['additionalProperties'])}"
    if "const" in value and not names:
        return {str: "string", bool: "boolean", int: "integer", float: "number"}.get(type(value["const"]), "null")
    return " or ".join(names) or ("object" if "properties" in value else "any")


def property_names(schema: JsonObject) -> tuple[str, ...]:
    """The names of an object's own properties, those of inline `allOf` branches included."""
    value = value_schema(schema)
    names = dict.fromkeys(value.get("properties", {}))
    for branch in value.get("allOf", ()):
        names |= dict.fromkeys(property_names(branch))
    return tuple(names)


def repointed(value: Json, other: Callable[[str], str]) -> Json:
    """Some JSON with another reference for each of its own, as `references` finds them; the same object if all stay."""
    if isinstance(value, dict):
        found = {key: _repointed_at(key, item, other) for key, item in value.items()}
        return value if all(found[key] is value[key] for key in value) else found
    if isinstance(value, list):
        items = [repointed(item, other) for item in value]
        return value if all(map(operator.is_, items, value)) else items
    return value


def _repointed_at(key: str, value: Json, other: Callable[[str], str]) -> Json:
    if key == "$ref" and isinstance(value, str):
        return other(value)
    if key == "discriminator" and isinstance(value, dict) and "mapping" in value:
        # A mapping may name a schema without saying where it is.
        to = {name: other(ref) if "/" in ref else other(SCHEMA_REF + ref) for name, ref in value["mapping"].items()}
        bare = {name: to[name].removeprefix(SCHEMA_REF) for name, ref in value["mapping"].items() if "/" not in ref}
        return {**value, "mapping": to | bare}
    if key in NAME_MAPS and isinstance(value, dict):
        found = {name: repointed(item, other) for name, item in value.items()}
        return value if all(found[name] is value[name] for name in value) else found
    return value if key in LITERALS else repointed(value, other)


def as_text(value: Json) -> str:
    """A JSON value in one line: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
