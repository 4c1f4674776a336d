"""A fast check for values that are certainly valid, many times faster than `jsonschema`.

It supports the keywords that most schemas consist of. If it does not accept a value, the value may still be valid:
`jsonschema` then decides, and reports the faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.core.patterns import may_match
from api_upgrades.examples.formats import CHECKS
from api_upgrades.examples.placeholder import Cut
from api_upgrades.openapi import schema as schemas

ReferenceResolver = Callable[[str, Json], JsonObject | None]
"""Returns the schema at a reference, or None if the value is known to match it.

Raises KeyError, IndexError, ValueError or TypeError if the reference is broken.
"""

Dialect = Literal["3.0", "3.1"]

MAX_DEPTH = 40
"""Bound on the nesting of schemas and references, because a schema may contain itself."""

_TYPES: Mapping[Json, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}

_KEYWORDS_OF_BOTH = frozenset(
    {
        *("$ref", "type", "enum", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf"),
        *("properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"),
        *("items", "minItems", "maxItems", "uniqueItems", "allOf", "anyOf", "oneOf", "not"),
    }
)
KEYWORDS: Mapping[Dialect, frozenset[str]] = {
    "3.0": _KEYWORDS_OF_BOTH | {"additionalItems", "dependencies"},
    "3.1": _KEYWORDS_OF_BOTH
    | {
        *("const", "exclusiveMinimum", "exclusiveMaximum", "contains", "prefixItems", "propertyNames", "if"),
        *("dependentRequired", "dependentSchemas", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef"),
    },
}
"""All keywords that can make a value invalid for `jsonschema`."""

_NEVER_SUPPORTED = frozenset({"$schema", "$id", "exclusiveMinimum", "exclusiveMaximum"})
"""Keywords that change the meaning of others in one of the dialects."""


class FastValidator:
    """Tells which values are certainly valid.

    A property with the `exempting_keyword` (`readOnly` for requests, `writeOnly` for responses) is never required.
    """

    def __init__(self, dialect: Dialect, exempting_keyword: str, resolve: ReferenceResolver) -> None:
        self._is_openapi_30 = dialect == "3.0"
        self._unsupported = KEYWORDS[dialect] - _SUPPORTED | _NEVER_SUPPORTED
        self._exempting_keyword = exempting_keyword
        self._resolve = resolve
        self._valid_references: set[tuple[str, int]] = set()
        """The references and the values by id that the current check found valid."""

    def is_certainly_valid(self, schema: Json, value: Json) -> bool:
        """Whether a value is certainly valid. Also False for malformed schemas and unsupported keywords."""
        self._valid_references.clear()
        try:
            return self._is_valid(schema, value, 0)
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            return False

    def _is_valid(self, schema: Json, value: Json, depth: int) -> bool:
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return False
        if isinstance(value, Cut):
            return True
        if self._is_openapi_30 and value is None and schema.get("nullable") is True:
            return True
        if "$ref" in schema:
            if not self._is_valid_reference(schema["$ref"], value, depth):
                return False
            if self._is_openapi_30:  # OpenAPI 3.0 ignores the siblings of a reference
                return True
        if not self._unsupported.isdisjoint(schema) or not _is_valid_by_itself(schema, value):
            return False
        if isinstance(value, dict) and not self._is_valid_object(schema, value, depth):
            return False
        if isinstance(value, list) and "items" in schema:
            # An empty list is not certainly valid either: `jsonschema` may be unable to read the schema of its items.
            if not isinstance(schema["items"], dict):
                return False
            if not all(self._is_valid(schema["items"], item, depth + 1) for item in value):
                return False
        return self._is_valid_combination(schema, value, depth)

    def _is_valid_reference(self, ref: Json, value: Json, depth: int) -> bool:
        if (ref, id(value)) in self._valid_references:
            return True
        target = self._resolve(ref, value)
        is_valid = target is None or self._is_valid(target, value, depth + 1)
        if is_valid:
            self._valid_references.add((ref, id(value)))
        return is_valid

    def _is_valid_object(self, schema: JsonObject, value: JsonObject, depth: int) -> bool:
        declared = schema.get("properties", {})
        if not isinstance(schema.get("required", []), list):
            return False
        for name in schema.get("required", ()):
            if name not in value and not (name in declared and schemas.get(declared[name], self._exempting_keyword)):
                return False
        additional = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name in declared:
                if not self._is_valid(declared[name], item, depth + 1):
                    return False
            elif additional is not True and not self._is_valid(additional, item, depth + 1):
                return False
        return True

    def _is_valid_combination(self, schema: JsonObject, value: Json, depth: int) -> bool:
        if not all(self._is_valid(branch, value, depth + 1) for branch in schema.get("allOf", ())):
            return False
        if "anyOf" in schema and not self._is_valid_by_any(schema["anyOf"], value, depth):
            return False
        return "oneOf" not in schema or self._is_valid_by_one(schema["oneOf"], value, depth)

    # The examples of all schemas that `jsonschema` visits are checked too. So these methods visit the same schemas, and
    # give up where it may visit others.

    def _is_valid_by_any(self, branches: Json, value: Json, depth: int) -> bool:
        """Whether the first branch that isn't null allows a value. Null may be allowed by a later branch."""
        if value is None:
            for branch in branches:
                if branch == _NULL or not self._rejects_null(branch, depth):
                    return branch == _NULL or self._is_valid(branch, value, depth + 1)
        first = next((one for one in branches if one != _NULL), None)
        return first is not None and self._is_valid(first, value, depth + 1)

    def _rejects_null(self, schema: Json, depth: int) -> bool:
        """Whether a schema certainly forbids null."""
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return False
        if not self._unsupported.isdisjoint(schema) or not _BRANCHING.isdisjoint(schema):
            return False
        if "$ref" in schema:
            target = self._resolve(schema["$ref"], None)
            return target is not None and self._rejects_null(target, depth + 1)
        if self._is_openapi_30 and schema.get("nullable") is True:
            return False
        return _has_other_type(schema, None)

    def _is_valid_by_one(self, branches: Json, value: Json, depth: int) -> bool:
        """Whether the first branch allows a value, and each of the others forbids it by a type or a tag."""
        first, *others = branches
        return self._is_valid(first, value, depth + 1) and all(self._rejects(one, value, depth) for one in others)

    def _rejects(self, schema: Json, value: Json, depth: int) -> bool:
        """Whether a schema certainly forbids a value by its type, or an object by a tag."""
        if not isinstance(schema, dict) or depth > MAX_DEPTH or isinstance(value, Cut) or value is None:
            return False
        known = [keyword for keyword in schema if keyword in _SUPPORTED or keyword in self._unsupported]
        if "$ref" in schema and (self._is_openapi_30 or known == ["$ref"]):
            target = self._resolve(schema["$ref"], value)
            return target is not None and self._rejects(target, value, depth + 1)
        declared = schema.get("properties", {})
        for keyword in known:  # in their order, because `jsonschema` stops at the first one that forbids the value
            if keyword == "type":
                if _has_other_type(schema, value):
                    return True
            elif keyword == "required":
                if not isinstance(value, dict) or any(name not in value for name in schema["required"]):
                    return False
            elif keyword == "additionalProperties":
                if not isinstance(value, dict) or not value.keys() <= declared.keys():
                    return False
            elif keyword == "properties" and isinstance(value, dict):
                for name in declared:
                    if name in value and self._has_other_tag(declared[name], value[name]):
                        return True
                    if name in value and not self._is_valid(declared[name], value[name], depth + 1):
                        return False
            else:
                return False
        return False

    def _has_other_tag(self, schema: Json, value: Json) -> bool:
        """Whether a schema allows only certain texts, and a text is none of them."""
        if not isinstance(schema, dict) or not isinstance(value, str) or isinstance(value, Cut):
            return False
        if not self._unsupported.isdisjoint(schema) or "$ref" in schema or not _BRANCHING.isdisjoint(schema):
            return False
        has_constant = "const" in schema and not self._is_openapi_30  # no keyword of OpenAPI 3.0
        allowed = [schema["const"]] if has_constant else schema.get("enum")
        return isinstance(allowed, list) and all(isinstance(one, str) and one != value for one in allowed)


_SUPPORTED = frozenset(
    {
        *("$ref", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum"),
        *("properties", "required", "additionalProperties", "items", "allOf", "anyOf", "oneOf"),
    }
)
_BRANCHING = frozenset({"allOf", "anyOf", "oneOf"})
_NULL = {"type": "null"}


def _has_other_type(schema: JsonObject, value: Json) -> bool:
    """Whether a schema has types, all of them known, and a value has none of them."""
    types = schema.get("type")
    names = types if isinstance(types, list) else [types]
    return bool(names) and all(isinstance(name, str) and name in _TYPES and not _TYPES[name](value) for name in names)


def _is_valid_by_itself(schema: JsonObject, value: Json) -> bool:
    """Whether a value is valid by the keywords that concern the value itself and not its items or properties."""
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
    if "pattern" in schema and not may_match(schema["pattern"], value):
        return False
    return schema.get("format") not in CHECKS or bool(CHECKS[schema["format"]](value))
