"""Whether a value is plainly valid, by the keywords that most schemas are made of: many times faster than `jsonschema`.

What isn't plainly valid may be valid all the same: that is for `jsonschema` to say, which also knows what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples.formats import CHECKS
from api_upgrades.openapi import schema as schemas

ReferenceResolver = Callable[[str, Json], JsonObject | None]
"""Gives the schema at a reference, None where the value is known to be valid by it. Raises KeyError for none there."""

MAX_DEPTH = 40
"""Schemas and references inside each other: beyond that a schema may be its own, and have no end."""

_TYPES: Mapping[Json, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}

_NEVER_SUPPORTED = frozenset({"$schema", "$id", "exclusiveMinimum", "exclusiveMaximum"})
"""Keywords that alter what others mean, in one dialect or another."""


class FastValidator:
    """Judges values by schemas. `asserting` are the keywords that say something of a value, `absent` is the one of
    properties that are not required in the direction that is judged.
    """

    def __init__(
        self, dialect: str, known_keywords: Collection[str], exempting_keyword: str, resolve: ReferenceResolver
    ) -> None:
        self._is_openapi_30 = dialect == "3.0"
        self._unsupported = frozenset(known_keywords) - _SUPPORTED | _NEVER_SUPPORTED
        self._exempting_keyword = exempting_keyword
        self._resolve = resolve

    def is_certainly_valid(self, schema: Json, value: Json) -> bool:
        """Whether a value is plainly valid; by what cannot be read none is."""
        try:
            return self._is_valid(schema, value, 0)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            return False

    def _is_valid(self, schema: Json, value: Json, depth: int) -> bool:
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return False
        if self._is_openapi_30 and value is None and schema.get("nullable") is True:
            return True
        if "$ref" in schema:
            if not self._is_valid_reference(schema["$ref"], value, depth):
                return False
            if self._is_openapi_30:  # what stands beside a reference says nothing
                return True
        if not self._unsupported.isdisjoint(schema) or not _is_valid_alone(schema, value):
            return False
        if isinstance(value, dict) and not self._is_valid_object(schema, value, depth):
            return False
        items = value if isinstance(value, list) and "items" in schema else ()
        if not all(self._is_valid(schema["items"], item, depth + 1) for item in items):
            return False
        return self._is_valid_combination(schema, value, depth)

    def _is_valid_reference(self, ref: Json, value: Json, depth: int) -> bool:
        found = self._resolve(ref, value)
        return found is None or self._is_valid(found, value, depth + 1)

    def _is_valid_object(self, schema: JsonObject, value: JsonObject, depth: int) -> bool:
        declared = schema.get("properties", {})
        if not isinstance(schema.get("required", []), list):
            return False
        for name in schema.get("required", ()):
            if name not in value and not (name in declared and schemas.get(declared[name], self._exempting_keyword)):
                return False
        more = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name in declared:
                if not self._is_valid(declared[name], item, depth + 1):
                    return False
            elif more is not True and not self._is_valid(more, item, depth + 1):
                return False
        return True

    def _is_valid_combination(self, schema: JsonObject, value: Json, depth: int) -> bool:
        if not all(self._is_valid(branch, value, depth + 1) for branch in schema.get("allOf", ())):
            return False
        # The first branch that isn't just null has to do: whether another would is not looked at here.
        branches = [one for one in schema.get("anyOf", ()) if value is None or one != {"type": "null"}]
        return "anyOf" not in schema or (bool(branches) and self._is_valid(branches[0], value, depth + 1))


_SUPPORTED = frozenset(
    {
        *("$ref", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum"),
        *("properties", "required", "additionalProperties", "items", "allOf", "anyOf"),
    }
)


def _is_valid_alone(schema: JsonObject, value: Json) -> bool:
    """Whether a value is valid by the keywords that look at nothing inside of it."""
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(isinstance(name, str) and name in _TYPES and _TYPES[name](value) for name in names):
            return False
    if "enum" in schema and not (
        isinstance(value, str) and isinstance(schema["enum"], list) and value in schema["enum"]
    ):
        return False
    if "const" in schema and not (isinstance(value, str) and value == schema["const"]):
        return False
    if isinstance(value, str):
        return _is_valid_string(schema, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _is_valid_string(schema: JsonObject, value: str) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    try:
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return False
    except re.error:
        return False
    return schema.get("format") not in CHECKS or bool(CHECKS[schema["format"]](value))
