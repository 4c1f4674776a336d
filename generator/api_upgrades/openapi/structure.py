"""The structure of an OpenAPI document, as far as the generator reads it.

A shape is `text`, `words` (text or null, because an empty `description:` is null in YAML), `texts` (text or a list of
texts), `boolean`, `number`, `bound` (a number, or in OpenAPI 3.0 a boolean), `object`, `any`, the name of an object,
`[shape]` for a list, or `{shape}` for a map with arbitrary keys. The maps in `EXTENSIBLE_MAPS` have names. A `schema`
may be true or false, and so may a `schema object`, which readers meet as an object.

What has another structure is a mistake of the document. `set_aside` hides it from all readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Protocol

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, location_key
from api_upgrades.core.json import Json, Pointer, escape_token
from api_upgrades.openapi.methods import METHODS, OTHER_METHODS

MAX_ERRORS = 5
"""The maximum number of wrong shapes to report at once."""

_BODY = {"$ref": "text", "content": "{media type}", "description": "words", "required": "boolean"}
_ENCODINGS = {"encoding": "{encoding}", "prefixEncoding": "[encoding]", "itemEncoding": "encoding"}
_SCHEMAS = ("items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "not")
_MORE_SCHEMAS = ("contains", "propertyNames", "if", "then", "else", "contentSchema")
_NUMBERS = ("minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties")
_MORE_NUMBERS = ("maxProperties", "minContains", "maxContains")
_FLAGS = ("nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems")
_PARAMETER = {
    "$ref": "text",
    "description": "words",
    "required": "boolean",
    "deprecated": "boolean",
    "schema": "schema object",
    "content": "{media type}",
    "examples": "{example}",
}
_SCHEMA = {
    "$ref": "text",
    "title": "words",
    "description": "words",
    "type": "texts",
    "format": "text",
    "pattern": "text",
    "required": "[text]",
    "enum": "[any]",
    "discriminator": "discriminator",
    "properties": "{schema}",
    "patternProperties": "{schema}",
    "dependentSchemas": "{schema}",
    "$defs": "{schema}",
    "definitions": "{schema}",
    "allOf": "[schema object]",
    "anyOf": "[schema object]",
    "oneOf": "[schema object]",
    "prefixItems": "[schema]",
    **dict.fromkeys((*_SCHEMAS, *_MORE_SCHEMAS), "schema"),
    **dict.fromkeys((*_NUMBERS, *_MORE_NUMBERS), "number"),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), "bound"),
    **dict.fromkeys(_FLAGS, "boolean"),
}

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "document": {
        "info": "info",
        "x-api-version": "{text}",
        "servers": "[server]",
        "security": "[object]",
        "tags": "[tag]",
        "paths": "paths",
        "webhooks": "{path item}",
        "components": "components",
    },
    "info": {"title": "words", "description": "words"},
    "server": {"url": "text", "description": "words", "variables": "{variable}"},
    "variable": {"default": "text", "enum": "[text]"},
    "tag": {"name": "text", "description": "words"},
    "components": {
        "schemas": "{schema object}",
        "responses": "{response}",
        "parameters": "{parameter}",
        "examples": "{example}",
        "requestBodies": "{request body}",
        "headers": "{header}",
        "securitySchemes": "{security scheme}",
        "links": "{link}",
        "callbacks": "{callback}",
        "pathItems": "{path item}",
        "mediaTypes": "{media type}",
    },
    "path item": {
        "$ref": "text",
        "summary": "words",
        "description": "words",
        "parameters": "[parameter]",
        "servers": "[server]",
        **dict.fromkeys(METHODS, "operation"),
        OTHER_METHODS: "other operations",
    },
    "operation": {
        "tags": "[text]",
        "summary": "words",
        "description": "words",
        "operationId": "text",
        "deprecated": "boolean",
        "parameters": "[parameter]",
        "requestBody": "request body",
        "responses": "responses",
        "callbacks": "{callback}",
        "security": "[object]",
        "servers": "[server]",
    },
    "parameter": {"name": "text", "in": "text", **_PARAMETER},
    "header": _PARAMETER,
    "request body": _BODY,
    "response": {**_BODY, "headers": "{header}", "links": "{link}"},
    "media type": {
        "$ref": "text",
        "schema": "schema object",
        "itemSchema": "schema object",
        "examples": "{example}",
        **_ENCODINGS,
    },
    "encoding": {"headers": "{header}", **_ENCODINGS},
    "schema": _SCHEMA,
    "schema object": _SCHEMA,
    "discriminator": {"propertyName": "text", "mapping": "{text}", "defaultMapping": "text"},
    "example": {"$ref": "text"},
    "link": {"$ref": "text"},
    "security scheme": {"$ref": "text", "type": "text"},
}

EXTENSIBLE_MAPS: Mapping[str, str] = {
    "paths": "path item",
    "responses": "response",
    "callback": "path item",
    "other operations": "operation",
}
"""The maps in which a key that starts with `x-` is an extension, each with the shape of its items."""


def inner_values(value: Json, shape: str) -> Iterator[tuple[str | int, str, Json]]:
    """The values inside a value of a shape: key, shape and value, as far as their shape is known."""
    of = inner_shape(shape)
    if of is not None and isinstance(value, list):
        yield from ((index, of, item) for index, item in enumerate(value))
    elif not isinstance(value, dict):
        return
    elif of is not None:
        for key, item in value.items():
            if not is_extension(key, item, shape) and not is_map_reference(key, item, shape):
                yield key, of, item
    elif form := OBJECTS.get(shape):
        yield from ((key, form[key], item) for key, item in value.items() if key in form)


def inner_shape(shape: str) -> str | None:
    """The shape of the items of a list or map; None if a value of this shape is neither."""
    if shape[0] in "[{":
        return shape[1:-1]
    return "text" if shape == "texts" else EXTENSIBLE_MAPS.get(shape)


def is_extension(key: str, item: Json, shape: str) -> bool:
    """Whether an entry of a map is an extension, and not an item.

    Where the specification has no extensions, as in `components.links`, this is so if the entry cannot be an item. In a
    map of properties, every key is the name of a property.
    """
    if not str(key).startswith("x-"):
        return False
    is_map_of_objects = shape[1:-1] in (*OBJECTS, *EXTENSIBLE_MAPS) and shape != "{schema}"
    return shape in EXTENSIBLE_MAPS or (is_map_of_objects and not isinstance(item, dict))


def is_map_reference(key: str, item: Json, shape: str) -> bool:
    """Whether an entry of a map isn't an item, but a reference to a whole map: to a file, or to a shared callback."""
    return key == "$ref" and isinstance(item, str) and (shape == "callback" or not item.startswith("#"))


def find_faults(value: Json, shape: str = "document", at: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """The places with a wrong shape, each with a message."""
    if message := _check_value(value, shape):
        yield at, message
        return
    for key, of, item in inner_values(value, shape):
        yield from find_faults(item, of, (*at, key))


class ParsedFile(Protocol):
    """A parsed file with its name for messages."""

    @property
    def file(self) -> str: ...

    @property
    def data(self) -> Json: ...

    def positions(self) -> Iterator[tuple[Pointer, int, int]]:
        """Every value by its path, in order, with the line and column of its key or, without one, of itself."""

    def locate_key(self, *path: str | int) -> Location:
        """The position of the last key of a path, or of the nearest key above it."""


def check_structure(parsed: ParsedFile, shape: str) -> None:
    """Check the values of a file. Raises RegistryErrors with the first places that have a wrong shape."""
    if found := list(islice(find_faults(parsed.data, shape), MAX_ERRORS)):
        raise RegistryErrors(locate_faults(parsed, found))


def locate_faults(parsed: ParsedFile, faults: Iterable[tuple[Pointer, str]]) -> list[RegistryError]:
    """Faults of a file, each a path and a message, with their locations in the order of the file."""
    found = list(faults)
    paths = {path for path, _ in found}
    places = (
        {path: Location(parsed.file, line, column) for path, line, column in parsed.positions() if path in paths}
        if paths
        else {}
    )
    return sorted(
        (
            RegistryError(places.get(path) or parsed.locate_key(*path), f"{fragment(path)} {message}")
            for path, message in found
        ),
        key=location_key,
    )


def fragment(path: Pointer) -> str:
    """A path as a URI fragment with a JSON Pointer, such as `#/paths/~1books/get`."""
    return "#" + "".join(f"/{escape_token(str(key))}" for key in path)


def has_shape(value: Json, shape: str) -> bool:
    """Whether a value has a shape, whatever is inside it."""
    return not _check_value(value, shape)


def _check_value(value: Json, shape: str) -> str:
    is_boolean_number = shape == "number" and isinstance(value, bool)
    if shape == "any" or (isinstance(value, _types(shape)) and not is_boolean_number):
        return ""
    if isinstance(value, dict | list):
        found = "an object" if isinstance(value, dict) else "a list"
    else:
        found = json.dumps(value, ensure_ascii=False)
    return f"must be {_describe_shape(shape)}, but is {found if len(found) <= 40 else f'{found[:37]}...'}"


def _describe_shape(shape: str) -> str:
    names = {"boolean": "true or false", "text": "text", "words": "text", "texts": "text, or a list of texts"}
    names |= {"number": "a number", "bound": "a number", "schema": "a schema, which is an object"}
    names["schema object"] = "an object; write {} for a schema that accepts anything"
    return names.get(shape) or ("a list" if shape[0] == "[" else "an object")


@cache
def _types(shape: str) -> tuple[type, ...]:
    types: dict[str, tuple[type, ...]] = {
        "schema": (dict, bool),
        "text": (str,),
        "words": (str, type(None)),
        "texts": (str, list),
    }
    types |= {"boolean": (bool,), "number": (int, float), "bound": (int, float), "schema object": (dict, bool)}
    return types.get(shape) or ((list,) if shape[0] == "[" else (dict,))
