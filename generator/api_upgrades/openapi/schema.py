"""Functions that read what a schema says, in whichever form it says it.

A nullable string is `{"type": ["string", "null"]}`, `{"anyOf": [{"type": "string"}, {"type": "null"}]}` or, in
OpenAPI 3.0, `{"type": "string", "nullable": true}`; pydantic puts `pattern` inside the branch and `examples` beside
it. The functions here find a keyword in each of these forms, and never convert one form to another. They look at one
schema and do not follow `$ref`, since that needs the contract.
"""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from api_upgrades.core.json import Json, JsonObject, Pointer, unescape_token, value_at
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.part import SCHEMA_REF

ANNOTATIONS = frozenset(
    {"title", "description", "summary", "example", "examples", "externalDocs", "$comment", "x-example-omit"}
)
"""Wording: not part of the contract."""

PROPERTY_KEYWORDS = ANNOTATIONS | {"deprecated", "readOnly", "writeOnly", "default", "x-replaced-by", "x-internal"}
"""Keywords of the property rather than of its value: beside an `anyOf`, never inside its branch."""

COMBINATIONS = ("anyOf", "oneOf", "allOf")

LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")

MISSING: Any = object()


def drop_ignored_siblings(schema: JsonObject, dialect: str) -> JsonObject:
    """A schema without the keywords beside a `$ref`, its own or one in its `allOf`, that OpenAPI 3.0 ignores.

    Wording and extensions stay, as they limit nothing. Returns the same object if nothing is ignored.
    """
    if dialect != "3.0" or ("$ref" not in schema and "allOf" not in schema):
        return schema
    if isinstance(schema.get("$ref"), str):
        kept = {key: value for key, value in schema.items() if key == "$ref" or is_wording(key)}
        return schema if len(kept) == len(schema) else kept
    branches = schema["allOf"] if isinstance(schema["allOf"], list) else []
    kept_branches = [drop_ignored_siblings(one, dialect) if isinstance(one, dict) else one for one in branches]
    is_same = all(one is other for one, other in zip(kept_branches, branches, strict=True))
    return schema if is_same else {**schema, "allOf": kept_branches}


def is_wording(keyword: str) -> bool:
    """Whether a keyword of a schema is an annotation or an extension, and so limits nothing."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def value_pointer(schema: JsonObject) -> Pointer:
    """Where the schema describes values other than null: in itself, or in its only branch that isn't `null`."""
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return ()  # the usual case comes first, because this runs for every property
    if inside := null_wrapper_pointer(schema):
        return inside
    all_of = schema.get("allOf")
    if (
        isinstance(all_of, list)
        and len(all_of) == 1
        and isinstance(all_of[0], dict)
        and not schema.keys() & {"properties", "type"}
    ):
        return ("allOf", 0)
    return ()


def null_wrapper_pointer(schema: JsonObject) -> Pointer:
    """Where the one branch beside `null` stands in an `anyOf` or `oneOf`; empty where there is no such choice."""
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list):
            others = [index for index, branch in enumerate(branches) if not is_null(branch)]
            if len(others) == 1 and len(branches) == 2 and isinstance(branches[others[0]], dict):
                return (keyword, others[0])
    return ()


def value_schema(schema: JsonObject) -> JsonObject:
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return schema  # the usual case again, without another call
    found: JsonObject = value_at(schema, value_pointer(schema))
    return found


def is_null(schema: Json) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def keyword_pointer(schema: JsonObject, keyword: str) -> Pointer:
    """Where a keyword sits, or where it belongs if the schema hasn't got it."""
    inside = value_pointer(schema)
    if keyword in schema or (keyword in PROPERTY_KEYWORDS and keyword not in value_at(schema, inside)):
        return (keyword,)
    return (*inside, keyword)


def get(schema: JsonObject, keyword: str, default: Json = None) -> Json:
    """A keyword's value, wherever it sits."""
    if keyword in schema:
        return schema[keyword]
    if "anyOf" not in schema and "oneOf" not in schema and "allOf" not in schema:
        return default
    pointer = keyword_pointer(schema, keyword)
    return value_at(schema, pointer[:-1]).get(keyword, default)


def types(schema: JsonObject) -> tuple[str, ...]:
    """The JSON types that a value may have, except `null`."""
    found = value_schema(schema).get("type", ())
    names = (found,) if isinstance(found, str) else tuple(found)
    return tuple(name for name in names if name != "null")


def is_nullable(schema: JsonObject) -> bool:
    if schema.get("nullable") is True or (isinstance(schema.get("type"), list) and "null" in schema["type"]):
        return True
    if any(is_null(branch) for keyword in ("anyOf", "oneOf") for branch in schema.get(keyword, ())):
        return True
    inner = value_schema(schema)
    return inner is not schema and is_nullable(inner)


def has_null_branch(value: Json) -> bool | None:
    """Whether the first nullable schema in some JSON has null in an `anyOf`, as from pydantic; None without any."""
    if isinstance(value, dict):
        if any(is_null(branch) for branch in value.get("anyOf", ()) if isinstance(branch, dict)):
            return True
        if isinstance(value.get("type"), list) and "null" in value["type"]:
            return False
        value = [item for key, item in value.items() if key not in LITERALS]
    found = (has_null_branch(item) for item in value) if isinstance(value, list) else ()
    return next((one for one in found if one is not None), None)


def example(schema: JsonObject) -> Json:
    """The schema's own example value, or MISSING."""
    for one in (schema, value_schema(schema)):
        if isinstance(one.get("examples"), list) and one["examples"]:
            return one["examples"][0]
        if "example" in one:
            return one["example"]
    return MISSING


def ref(schema: JsonObject) -> str | None:
    """The name of the schema that a schema refers to, ignoring null."""
    found = value_schema(schema).get("$ref")
    return (
        unescape_token(found.removeprefix(SCHEMA_REF))
        if isinstance(found, str) and found.startswith(SCHEMA_REF)
        else None
    )


def enum_pointer(schema: JsonObject) -> Pointer | None:
    """Where a schema has its enum values: in itself, in its non-null branch, or in its list items."""
    inside = value_pointer(schema)
    value = value_at(schema, inside)
    if "enum" in value:
        return (*inside, "enum")
    if isinstance(value.get("items"), dict):
        below = enum_pointer(value["items"])
        return (*inside, "items", *below) if below is not None else None
    return None


def enum_values(schema: JsonObject) -> list[Json] | None:
    """The values that a schema allows: an `enum`, or a `const` as a list of one value."""
    pointer = enum_pointer(schema)
    if pointer is not None:
        found: list[Json] = value_at(schema, pointer)
        return found
    value = value_schema(schema)
    return [value["const"]] if "const" in value else None


def type_name(schema: JsonObject) -> str:
    """The type in words, ignoring null: `string`, `array of Provider`, `TextContent or AttachmentContent`."""
    value = value_schema(schema)
    if (name := ref(schema)) is not None:
        return name
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if isinstance(value.get("items"), dict):
        return f"array of {type_name(value['items'])}"
    for keyword in ("oneOf", "anyOf"):
        if keyword in value:
            return " or ".join(dict.fromkeys(type_name(branch) for branch in value[keyword] if not is_null(branch)))
    told = dict.fromkeys(map(type_name, value.get("allOf", ())))
    if named := [name for name in told if name != "any"]:
        return " and ".join(named)
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


def is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_text(value: Json) -> str:
    """A JSON value in one line: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
