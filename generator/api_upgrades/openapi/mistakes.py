"""Finds mistakes in a document that is well-formed: whatever contradicts OpenAPI or itself, and can be kept.

Broken references and invalid examples are found by `history.verify`, because these can differ between versions.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject, Pointer, json_equal
from api_upgrades.openapi.methods import METHODS
from api_upgrades.openapi.structure import has_shape, inner_values

Mistake = tuple[Pointer, str]
"""The place of a mistake in the document, and a message about it."""

_TYPES = {"null": "null", "str": "string", "bool": "boolean", "list": "array", "dict": "object", "int": "integer"}
_SCHEMA_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_LOCATIONS = ("query", "querystring", "header", "path", "cookie")
_COMBINING = frozenset({"$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
_ECMA_SYNTAX = re.compile(r"\\[pP]\{|\(\?<[^=!]|\\u\{|\\c[A-Za-z]|\\/|\(\?<[=!]")
"""Syntax of ECMAScript that Python's regular expressions don't have, or have in a narrower form."""

_WITH_SLASHES = re.compile(r"/\^.*\$/[dgimsuvy]*", re.DOTALL)
"""A pattern as JavaScript writes it."""


def find_mistakes(document: JsonObject) -> Iterator[Mistake]:
    """The mistakes of a document. Values that are not well-formed are skipped, because `structure` reports these."""
    yield from _find_in(document, "document", (), is_branch=False)
    yield from _find_in_operations(document)
    yield from _find_unknown_schemes(document, document, ())


def _find_in(value: Json, shape: str, at: Pointer, *, is_branch: bool) -> Iterator[Mistake]:
    """The mistakes at and below one place. A branch is a schema that others complete, as in `allOf`."""
    if not has_shape(value, shape):
        return
    if isinstance(value, dict):
        if shape.startswith("schema") and shape != "security scheme":
            yield from _find_in_schema(value, at, is_branch=is_branch)
        elif shape == "parameter" and "$ref" not in value:
            yield from _find_in_parameter(value, at)
        elif shape == "tag" and "name" not in value:
            yield at, "has no 'name'"
    for key, of, item in inner_values(value, shape):
        is_inner_branch = key in _COMBINING or (is_branch and isinstance(key, int))
        yield from _find_in(item, of, (*at, key), is_branch=is_inner_branch)


def _find_in_schema(schema: JsonObject, at: Pointer, *, is_branch: bool) -> Iterator[Mistake]:
    names = schema.get("type", ())
    for name in [names] if isinstance(names, str) else names if isinstance(names, list) else ():
        if isinstance(name, str) and name not in _SCHEMA_TYPES:
            yield (*at, "type"), f"{name!r} is not a type of JSON Schema"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and (problem := _find_pattern_problem(pattern)):
        yield (*at, "pattern"), f"is not a regular expression ({problem})"
    if schema.get("enum") == []:
        yield (*at, "enum"), "is empty, so no value is valid"
    yield from _find_undeclared_names(schema, at, is_branch=is_branch)
    if "default" in schema and not _allows(schema, schema["default"]):
        yield (*at, "default"), "does not fit its own schema"


def _find_pattern_problem(pattern: str) -> str:
    """Why a pattern is not a regular expression; empty if it is one, or if Python cannot tell."""
    if _WITH_SLASHES.fullmatch(pattern):
        return "the slashes around it are part of the pattern"
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(pattern)
    except re.error as error:
        return "" if _ECMA_SYNTAX.search(pattern) else str(error)
    except (OverflowError, RecursionError):
        return "it is too large"
    return ""


def _find_undeclared_names(schema: JsonObject, at: Pointer, *, is_branch: bool) -> Iterator[Mistake]:
    """The required names that no property has, in a schema that declares all of its properties itself."""
    declared, required = schema.get("properties"), schema.get("required")
    if is_branch or not isinstance(declared, dict) or not declared or not isinstance(required, list):
        return
    if not schema.keys().isdisjoint({*_COMBINING, "patternProperties", "additionalProperties"}):
        return
    for name in required:
        if isinstance(name, str) and name not in declared:
            yield (*at, "required"), f"requires {name!r}, which is not among the properties"


def _allows(schema: JsonObject, value: Json) -> bool:
    """Whether a value has one of the types of a schema and is one of its enum values. None stands for no default."""
    names, values = schema.get("type"), schema.get("enum")
    names = [names] if isinstance(names, str) else names
    if value is None or not isinstance(names, list | None):
        return True
    found = _TYPES.get(type(value).__name__, "number")
    is_whole = isinstance(value, float) and value.is_integer()
    types = {found, *(["number"] if found == "integer" else ["integer"] if is_whole else [])}
    if names and types.isdisjoint(names):
        return False
    return not isinstance(values, list) or not values or any(json_equal(value, one) for one in values)


def _find_in_parameter(parameter: JsonObject, at: Pointer) -> Iterator[Mistake]:
    for key in ("name", "in"):
        if key not in parameter:
            yield at, f"has no {key!r}"
    location = parameter.get("in")
    if isinstance(location, str) and location not in _LOCATIONS:
        hint = "; OpenAPI 3 has 'requestBody' instead" if location in ("body", "formData") else ""
        yield (*at, "in"), f"must be one of {', '.join(_LOCATIONS)}, but is {location!r}{hint}"


def _find_in_operations(document: JsonObject) -> Iterator[Mistake]:
    """The mistakes that concern whole operations: their paths, ids, parameters, responses and security."""
    paths = document.get("paths")
    first_uses: dict[str, str] = {}
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if path.startswith("x-") or not isinstance(item, dict):
            continue
        if not path.startswith("/"):
            yield ("paths", path), "must start with a slash"
        yield from _find_duplicate_parameters(item, ("paths", path))
        for method in METHODS:
            if isinstance(operation := item.get(method), dict):
                at = ("paths", path, method)
                yield from _find_in_operation(document, operation, at)
                name, here = operation.get("operationId"), f"{method.upper()} {path}"
                if isinstance(name, str) and first_uses.setdefault(name, here) != here:
                    yield (*at, "operationId"), f"{name!r} is also the operationId of {first_uses[name]}"


def _find_in_operation(document: JsonObject, operation: JsonObject, at: Pointer) -> Iterator[Mistake]:
    yield from _find_duplicate_parameters(operation, at)
    if "responses" not in operation and str(document.get("openapi")).startswith("3.0"):
        yield at, "has no 'responses'"
    yield from _find_unknown_schemes(document, operation, at)


def _find_unknown_schemes(document: JsonObject, holder: JsonObject, at: Pointer) -> Iterator[Mistake]:
    """The security requirements that name no security scheme. In OpenAPI 3.2, a name may be the address of a scheme."""
    components = document.get("components")
    schemes = components.get("securitySchemes", {}) if isinstance(components, dict) else {}
    requirements = holder.get("security")
    for index, requirement in enumerate(requirements if isinstance(requirements, list) else ()):
        for name in requirement if isinstance(requirement, dict) else ():
            if isinstance(schemes, dict) and name not in schemes and ":" not in name and "/" not in name:
                yield (*at, "security", index, name), "is not among the security schemes of the components"


def _find_duplicate_parameters(holder: JsonObject, at: Pointer) -> Iterator[Mistake]:
    parameters = holder.get("parameters")
    known: set[tuple[str, str]] = set()
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
        if isinstance(parameter, dict) and "name" in parameter and "in" in parameter:
            key = str(parameter["in"]), str(parameter["name"])
            if key in known:
                yield (*at, "parameters", index), f"is a second {key[0]} parameter {key[1]!r}; the last one counts"
            known.add(key)
