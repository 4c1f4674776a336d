"""The structure of an OpenAPI document, as far as the generator reads it.

A shape is `text`, `words` (text or null, because an empty `description:` is null in YAML), `texts` (text or a list of
texts), `boolean`, `object`, `any`, the name of an object, `[shape]` for a list, or `{shape}` for a map with arbitrary
keys. A `schema` may be true or false; a `schema object` may not. Documents with another structure are refused, because
they cannot be compared. All other faults are kept and reported by `verify`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Protocol

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.core.json import Json, Pointer, escape_token
from api_upgrades.openapi.contract import METHODS, OTHER_METHODS

MAX_ERRORS = 5
"""The maximum number of wrong shapes to report at once."""

_BODY = {"$ref": "text", "content": "{media type}", "description": "words"}
_ENCODINGS = {"encoding": "{encoding}", "prefixEncoding": "[encoding]", "itemEncoding": "encoding"}
_SCHEMAS = ("items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "not")
_MORE_SCHEMAS = ("contains", "propertyNames", "if", "then", "else", "contentSchema")
_PARAMETER = {
    "$ref": "text",
    "description": "words",
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
}

OBJECTS: Mapping[str, Mapping[str, str]] = {
    "document": {
        "info": "info",
        "x-api-version": "{text}",
        "servers": "[server]",
        "security": "[object]",
        "tags": "[tag]",
        "paths": "{path item}",
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
        OTHER_METHODS: "{operation}",
    },
    "operation": {
        "tags": "[text]",
        "summary": "words",
        "description": "words",
        "operationId": "text",
        "deprecated": "boolean",
        "parameters": "[parameter]",
        "requestBody": "request body",
        "responses": "{response}",
        "callbacks": "{callback}",
        "security": "[object]",
        "servers": "[server]",
    },
    "callback": {"*": "path item"},
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

REQUIRED: Mapping[str, tuple[str, ...]] = {"tag": ("name",)}
"""The required keys of objects."""

_EXTENSIBLE_MAPS = ("{path item}", "{response}", "{callback}", "callback", "{operation}")
"""Maps in which a key that starts with `x-` is an extension."""


def inner_values(value: Json, shape: str) -> Iterator[tuple[str | int, str, Json]]:
    """The values inside a value of a shape: key, shape and value, as far as their shape is known."""
    if shape.startswith("[") and isinstance(value, list):
        yield from ((index, shape[1:-1], item) for index, item in enumerate(value))
    elif shape == "texts" and isinstance(value, list):
        yield from ((index, "text", item) for index, item in enumerate(value))
    elif not isinstance(value, dict):
        return
    elif shape.startswith("{") or shape == "callback":
        of = shape[1:-1] if shape.startswith("{") else "path item"
        for key, item in value.items():
            if not _is_extension_or_file_reference(key, item, shape):
                yield key, of, item
    elif form := OBJECTS.get(shape):
        yield from ((key, form[key], item) for key, item in value.items() if key in form)


def _is_extension_or_file_reference(key: str, item: Json, shape: str) -> bool:
    """Whether an entry of a map isn't an item, but an extension or a reference to a file with the whole map."""
    is_reference = key == "$ref" and isinstance(item, str) and not item.startswith("#")
    return is_reference or (shape in _EXTENSIBLE_MAPS and key.startswith("x-"))


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


def check_structure(parsed: ParsedFile, shape: str, path: Pointer = ()) -> None:
    """Check the values of a file below a path. Raises RegistryErrors with the first places that have a wrong shape."""
    value = parsed.data
    for key in path:
        value = value[int(key)] if isinstance(value, list) else value[key]
    if found := list(islice(find_faults(value, shape, path), MAX_ERRORS)):
        raise RegistryErrors(
            RegistryError(parsed.locate_key(*path), f"{fragment(path)} {message}") for path, message in found
        )


def fragment(path: Pointer) -> str:
    """A path as a URI fragment with a JSON Pointer, such as `#/paths/~1books/get`."""
    return "#" + "".join(f"/{escape_token(str(key))}" for key in path)


def _check_value(value: Json, shape: str) -> str:
    if shape == "any" or isinstance(value, _types(shape)):
        return next((f"has no {name!r}" for name in REQUIRED.get(shape, ()) if name not in value), "")
    if isinstance(value, dict | list):
        found = "an object" if isinstance(value, dict) else "a list"
    else:
        found = json.dumps(value, ensure_ascii=False)
    return f"must be {_describe_shape(shape)}, but is {found if len(found) <= 40 else f'{found[:37]}...'}"


def _describe_shape(shape: str) -> str:
    names = {"boolean": "true or false", "text": "text", "words": "text", "texts": "text, or a list of texts"}
    names["schema"] = "a schema, which is an object"
    names["schema object"] = "an object; write {} for a schema that accepts anything"
    return names.get(shape) or ("a list" if shape[0] == "[" else "an object")


@cache
def _types(shape: str) -> tuple[type, ...]:
    types = {"schema": (dict, bool), "text": (str,), "words": (str, type(None)), "texts": (str, list)}
    types["boolean"] = (bool,)
    return types.get(shape) or ((list,) if shape[0] == "[" else (dict,))
