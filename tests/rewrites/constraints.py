"""Rewrites of the equal spellings of types, values and bounds."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.rewrites.composition import ANY_OF, is_annotation, is_free, part
from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import discriminated, is_30, of_kind, pick, walk

ENUM = "JSON Schema 2020-12 validation, 6.1.2: an instance is valid if it equals one of the elements of `enum`."
TYPE = "JSON Schema 2020-12 validation, 6.1.1: a string and an array of one string name the same type."
NUMBER = "JSON Schema 2020-12 core, 4.2.2: numbers are equal if they have the same mathematical value."


def schemas(document: Document) -> list[dict[str, Any]]:
    return [place.value for place in of_kind(document, "schema")]


@rewrite("reorder-enum", ENUM)
def reorder_enum(document: Document, random: Random) -> bool:
    found = [one["enum"] for one in schemas(document) if isinstance(one.get("enum"), list) and len(one["enum"]) > 1]
    for values in pick(random, found):
        random.shuffle(values)
    return bool(found)


@rewrite(
    "reorder-required", "JSON Schema 2020-12 validation, 6.5.3: every item of `required` must be a property's name."
)
def reorder_required(document: Document, random: Random) -> bool:
    found = [one["required"] for one in schemas(document) if len(one.get("required") or ()) > 1]
    for names in pick(random, found):
        random.shuffle(names)
    return bool(found)


@rewrite(
    "reorder-types",
    "JSON Schema 2020-12 validation, 6.1.1: an instance is valid if its type is any of those in the array.",
    only="3.1",
)
def reorder_types(document: Document, random: Random) -> bool:
    found = [one["type"] for one in schemas(document) if isinstance(one.get("type"), list) and len(one["type"]) > 1]
    for types in pick(random, found):
        types.reverse()
    return bool(found)


@rewrite("type-as-list", TYPE, inverse="list-as-type", only="3.1")
def type_as_list(document: Document, random: Random) -> bool:
    found = [one for one in schemas(document) if isinstance(one.get("type"), str)]
    for schema in pick(random, found):
        schema["type"] = [schema["type"]]
    return bool(found)


@rewrite("list-as-type", TYPE, inverse="type-as-list", only="3.1")
def list_as_type(document: Document, random: Random) -> bool:
    found = [one for one in schemas(document) if isinstance(one.get("type"), list) and len(one["type"]) == 1]
    for schema in pick(random, found):
        (schema["type"],) = schema["type"]
    return bool(found)


@rewrite(
    "const-as-enum",
    "JSON Schema 2020-12 validation, 6.1.3: `const` is an `enum` with a single value.",
    inverse="enum-as-const",
    only="3.1",
)
def const_as_enum(document: Document, random: Random) -> bool:
    found = [one for one in schemas(document) if "const" in one and "enum" not in one]
    for schema in pick(random, found):
        schema["enum"] = [schema.pop("const")]
    return bool(found)


@rewrite(
    "enum-as-const",
    "JSON Schema 2020-12 validation, 6.1.3: `const` is an `enum` with a single value.",
    inverse="const-as-enum",
    only="3.1",
)
def enum_as_const(document: Document, random: Random) -> bool:
    found = [
        one
        for one in schemas(document)
        if isinstance(one.get("enum"), list) and len(one["enum"]) == 1 and "const" not in one
    ]
    for schema in pick(random, found):
        (schema["const"],) = schema.pop("enum")
    return bool(found)


@rewrite("enum-as-oneOf", ENUM + " So is one that equals exactly one of several different constants.", only="3.1")
def enum_as_one_of(document: Document, random: Random) -> bool:
    found = [
        one
        for one in schemas(document)
        if isinstance(one.get("enum"), list)
        and 1 < len(one["enum"]) < 20
        and not {"oneOf", "anyOf", "allOf"} & one.keys()
        and all(isinstance(value, str) for value in one["enum"])
        and len(set(one["enum"])) == len(one["enum"])
    ]
    for schema in pick(random, found)[:5]:
        schema["oneOf"] = [{"const": value} for value in schema.pop("enum")]
    return bool(found)


@rewrite("types-as-anyOf", ANY_OF, inverse="anyOf-as-types", only="3.1")
def types_as_any_of(document: Document, random: Random) -> bool:
    named = discriminated(document)
    found = [
        place.value
        for place in of_kind(document, "schema")
        if isinstance(place.value.get("type"), list) and "anyOf" not in place.value and is_free(place, named)
    ]
    for schema in pick(random, found):
        schema["anyOf"] = [{"type": one} for one in schema.pop("type")]
    return bool(found)


@rewrite("anyOf-as-types", ANY_OF, inverse="types-as-anyOf", only="3.1")
def any_of_as_types(document: Document, random: Random) -> bool:
    found = [
        one
        for one in schemas(document)
        if isinstance(one.get("anyOf"), list)
        and "type" not in one
        and all(isinstance(branch, dict) and branch.keys() == {"type"} for branch in one["anyOf"])
        and all(isinstance(branch["type"], str) for branch in one["anyOf"])
        and len({branch["type"] for branch in one["anyOf"]}) == len(one["anyOf"])
    ]
    for schema in pick(random, found):
        schema["type"] = [branch["type"] for branch in schema.pop("anyOf")]
    return bool(found)


TYPED = {"properties", "required", "items", "additionalProperties", "minLength", "maxLength", "pattern", "format"} | {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
}
"""Keywords that say nothing about null."""


@rewrite("null-as-branch", ANY_OF, inverse="branch-as-null", only="3.1")
def null_as_branch(document: Document, random: Random) -> bool:
    """As pydantic writes what may be null."""
    named = discriminated(document)
    found = [
        place
        for place in of_kind(document, "schema")
        if isinstance(place.value.get("type"), list)
        and len(place.value["type"]) == 2
        and "null" in place.value["type"]
        and part(place.value)[0].keys() <= TYPED | {"type"}
        and is_free(place, named)
    ]
    for place in pick(random, found):
        asserted, said = part(place.value)
        (asserted["type"],) = (one for one in asserted["type"] if one != "null")
        place.put({"anyOf": [asserted, {"type": "null"}], **said})
    return bool(found)


@rewrite("branch-as-null", ANY_OF, inverse="null-as-branch", only="3.1")
def branch_as_null(document: Document, random: Random) -> bool:
    found = []
    for place in of_kind(document, "schema"):
        branches = place.value.get("anyOf")
        if part(place.value)[0].keys() == {"anyOf"} and isinstance(branches, list) and len(branches) == 2:
            others = [one for one in branches if one != {"type": "null"}]
            if len(others) == 1 and isinstance(others[0], dict) and isinstance(others[0].get("type"), str):
                (inner,) = others
                if inner.keys() <= TYPED | {"type"} and not any(is_annotation(key) for key in inner):
                    found.append((place, inner))
    for place, inner in pick(random, found):
        said = part(place.value)[1]
        place.put({**inner, "type": [inner["type"], "null"], **said})
    return bool(found)


NUMBERS = ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")
SIZES = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")


@rewrite("number-as-float", NUMBER)
def number_as_float(document: Document, random: Random) -> bool:
    """Not the sizes of OpenAPI 3.0, for whose draft 1.0 is no integer."""
    keywords = NUMBERS if is_30(document) else (*NUMBERS, *SIZES)
    found = [
        (one, key)
        for one in schemas(document)
        for key in (*keywords, *(("default",) if one.get("type") == "number" else ()))
        if type(one.get(key)) is int and abs(one[key]) < 2**53
    ]
    for schema, key in pick(random, found):
        schema[key] = float(schema[key])
    return bool(found)


@rewrite("exclusive-integer-bound", "JSON Schema 2020-12 validation, 6.2: an integer above 0 is one of at least 1.")
def exclusive_integer_bound(document: Document, random: Random) -> bool:
    found = [
        (one, bound, step)
        for one in schemas(document)
        for bound, step in (("minimum", -1), ("maximum", 1))
        if one.get("type") == "integer" and type(one.get(bound)) is int
        if f"exclusive{bound.title()}" not in one
    ]
    for schema, bound, step in pick(random, found):
        exclusive = f"exclusive{bound.title()}"
        if is_30(document):
            schema[bound] += step
            schema[exclusive] = True
        else:
            schema[exclusive] = schema.pop(bound) + step
    return bool(found)


@rewrite(
    "integer-as-multiple-of-1", "JSON Schema 2020-12 validation, 6.1.1: an integer is a number without a fraction."
)
def integer_as_multiple(document: Document, random: Random) -> bool:
    found = [
        one for one in schemas(document) if one.get("type") == "integer" and not {"multipleOf", "format"} & one.keys()
    ]
    for schema in pick(random, found):
        schema |= {"type": "number", "multipleOf": 1}
    return bool(found)


@rewrite(
    "boolean-schema-as-object",
    'JSON Schema 2020-12 core, 4.3.2: true is {}, and false is {"not": {}}.',
    inverse="object-as-boolean-schema",
)
def boolean_as_object(document: Document, random: Random) -> bool:
    found = [place for place in walk(document) if place.kind == "schema" and isinstance(place.value, bool)]
    for place in pick(random, found):
        place.put({} if place.value else {"not": {}})
    return bool(found)


@rewrite(
    "object-as-boolean-schema",
    'JSON Schema 2020-12 core, 4.3.2: true is {}, and false is {"not": {}}.',
    inverse="boolean-schema-as-object",
)
def object_as_boolean(document: Document, random: Random) -> bool:
    """OpenAPI 3.0 has a boolean only as `additionalProperties`."""
    found = [
        place
        for place in of_kind(document, "schema")
        if place.value in ({}, {"not": {}}) and (not is_30(document) or place.slot == "additionalProperties")
    ]
    for place in pick(random, found):
        place.put(place.value == {})
    return bool(found)


@rewrite("password-hint", "OpenAPI, Data Types: the format `password` is a hint to obscure the value.")
def password_hint(document: Document, random: Random) -> bool:
    found = [one for one in schemas(document) if one.get("type") == "string" and not {"format", "enum"} & one.keys()]
    for schema in pick(random, found):
        schema["format"] = "password"
    return bool(found)


@rewrite(
    "require-read-only-in-request",
    "OpenAPI 3.0, Schema Object, `readOnly`: if the property is in the `required` list, that takes effect on the "
    "response only.",
)
def require_read_only(document: Document, random: Random) -> bool:
    """In bodies of requests that nothing else uses."""
    return _toggle_required(document, random, "request body", "readOnly")


@rewrite(
    "require-write-only-in-response",
    "OpenAPI 3.0, Schema Object, `writeOnly`: if the property is in the `required` list, that takes effect on the "
    "request only.",
)
def require_write_only(document: Document, random: Random) -> bool:
    return _toggle_required(document, random, "response", "writeOnly")


def _toggle_required(document: Document, random: Random, kind: str, flag: str) -> bool:
    found = []
    for place in of_kind(document, "schema"):
        above = [one.kind for one in place.parents()]
        inside = (
            kind in above and "callback" not in above and not any(one.slot == "webhooks" for one in place.parents())
        )
        for name, schema in (place.value.get("properties") or {}).items() if inside else ():
            if isinstance(schema, dict) and schema.get(flag) is True:
                found.append((place.value, name))
    for holder, name in pick(random, found):
        required = holder.setdefault("required", [])
        (required.remove if name in required else required.append)(name)
        if not required:
            del holder["required"]
    return bool(found)
