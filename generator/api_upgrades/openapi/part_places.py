"""Takes the operations and other parts out of a document, and puts them back in their places."""

from __future__ import annotations

import re
from collections.abc import Mapping

from api_upgrades.core.json import Json, JsonObject, insert_before
from api_upgrades.openapi.methods import FIXED_METHODS, METHOD_PATTERN, METHODS, OTHER_METHODS
from api_upgrades.openapi.part import PartKind


def operations_of(item: Json) -> dict[str, JsonObject]:
    """The operations of a Path Item Object in its order, by the method as a request sends it."""
    found: dict[str, JsonObject] = {}
    for key, value in item.items() if isinstance(item, Mapping) else ():
        if key in METHODS:
            found[key.upper()] = value
        elif key == OTHER_METHODS and isinstance(value, Mapping):
            found |= {method: operation for method, operation in value.items() if _is_operation(method, operation)}
    return found


def _is_operation(method: str, value: Json) -> bool:
    """Whether an entry of `additionalOperations` is an operation. Methods with a key of their own are not allowed."""
    return _is_other_method(method) and isinstance(value, Mapping)


def _is_other_method(method: str) -> bool:
    return method not in FIXED_METHODS and re.fullmatch(METHOD_PATTERN, method) is not None


def _operation_keys(item: Json) -> list[str]:
    """The keys of a Path Item Object that hold only operations."""
    return [key for key in item if _is_operation_key(key, item[key])] if isinstance(item, Mapping) else []


def _is_operation_key(key: str, value: Json) -> bool:
    if key != OTHER_METHODS:
        return key in METHODS
    return isinstance(value, Mapping) and bool(value) and all(_is_operation(*entry) for entry in value.items())


def path_items_without_operations(paths: Mapping[str, Json]) -> dict[str, Json]:
    """The path items without their operations. If one path has no operation, all are listed, to keep their order."""
    lists_all = not all(map(operations_of, paths.values()))
    found = {path: _without_operations(item) if operations_of(item) else item for path, item in paths.items()}
    return {path: item for path, item in found.items() if item or lists_all}


def _without_operations(item: JsonObject) -> JsonObject:
    held = _operation_keys(item)
    others = item.get(OTHER_METHODS)
    if OTHER_METHODS not in held and isinstance(others, Mapping):
        marked = {key: None if _is_operation(key, value) else value for key, value in others.items()}
        item = {**item, OTHER_METHODS: marked}
    keys = list(item)
    first = keys.index(held[0]) if held else len(keys)
    if keys[first:] == held:
        return {key: item[key] for key in keys[:first]}
    if keys[first : first + len(held)] != held:
        return {key: None if key in held else value for key, value in item.items()}
    before = {key: item[key] for key in keys[:first]} | {_OPERATIONS_MARKER: None}
    return before | {key: item[key] for key in keys[first + len(held) :]}


def with_marker(document: JsonObject, kind: PartKind) -> JsonObject:
    """A document that marks where the parts of a kind stand, as `Contract.split` does, at the place `join` uses."""
    if kind == "operation":
        return document if "paths" in document else {**document, "paths": {}}
    if kind == "webhook":
        return document if "webhooks" in document else insert_before(document, "webhooks", None, "components")
    components = document.get("components", {})
    if "schemas" in components:
        return document
    return {**document, "components": insert_before(components, "schemas", None, next(iter(components), None))}


_OPERATIONS_MARKER = ""
"""Marks the position of the operations in a path item."""


def join_paths(path_items: Mapping[str, Json], operations: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """The paths in the order of their operations. One without operations comes before the path that followed it."""
    order = list(operations)
    following: str | None = None
    for path in reversed(list(path_items)):
        if path not in operations:
            order.insert(len(order) if following is None else order.index(following), path)
        following = path
    return {
        path: join_path_item(path_items.get(path, {}), operations[path]) if path in operations else path_items[path]
        for path in order
    }


def join_path_item(rest: JsonObject, operations: Mapping[str, Json]) -> dict[str, Json]:
    item: dict[str, Json] = {}
    if isinstance(kept := rest.get(OTHER_METHODS), Mapping):
        operations = {**operations, OTHER_METHODS: _join_other_methods(kept, operations.get(OTHER_METHODS, {}))}
    for key, value in rest.items():
        if key == _OPERATIONS_MARKER:
            item |= {held: operations[held] for held in operations if held not in rest}
        elif key in operations:
            item[key] = operations[key]
        elif key not in METHODS and (key != OTHER_METHODS or value is not None):
            item[key] = value
    return {**item, **operations}


def _join_other_methods(kept: JsonObject, operations: JsonObject) -> dict[str, Json]:
    """The `additionalOperations` of a path item that has entries other than operations."""
    found = {
        method: operations.get(method, value)
        for method, value in kept.items()
        if value is not None or method in operations or not _is_other_method(method)
    }
    return {**found, **operations}


def with_parts(
    holder: dict[str, Json], key: str, found: Mapping[str, Json], before: str | None = None
) -> dict[str, Json]:
    """An object with parts at a key: where the key is marked, or else before another key."""
    if found:
        return {**holder, key: found} if key in holder else insert_before(holder, key, found, before)
    return {other: kept for other, kept in holder.items() if other != key or kept is not None}
