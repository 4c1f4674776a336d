"""Where two documents differ: what values must contain to show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.sampling.values import Schema

Components = dict[str, Schema]


def changed_names(old: Components, new: Components) -> frozenset[str]:
    """The names of the properties in which something differs, or in something that they refer to."""
    before, after = _texts(old), _texts(new)
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def changed_schemas(old: Any, new: Any) -> Iterator[Schema]:
    """The smallest parts of some JSON that differ, from both sides."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        differing = [key for key in old.keys() | new.keys() if old.get(key, _NONE) != new.get(key, _NONE)]
        if all(isinstance(one.get(key), dict | list) for key in differing for one in (old, new)):
            for key in differing:
                yield from changed_schemas(old[key], new[key])
            return
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for one, other in zip(old, new, strict=True):
            yield from changed_schemas(one, other)
        return
    yield from (old, new)


_NONE = object()


def _texts(components: Components) -> dict[str, str]:
    """Each property that the components declare, by its name, with all that it refers to."""
    found: dict[str, list[str]] = {}
    for schema in components.values():
        for name, inner in _properties(schema):
            found.setdefault(name, []).append(json.dumps(_inlined(inner, components, 8), sort_keys=True))
    return {name: json.dumps(sorted(texts)) for name, texts in found.items()}


def _properties(value: Any) -> Iterator[tuple[str, Schema]]:
    if isinstance(value, dict):
        yield from value.get("properties", {}).items()
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _properties(inner)


def _inlined(value: Any, components: Components, depth: int) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and depth:
            return _inlined(components.get(value["$ref"].rpartition("/")[2]), components, depth - 1)
        return {key: _inlined(inner, components, depth) for key, inner in value.items()}
    return [_inlined(inner, components, depth) for inner in value] if isinstance(value, list) else value
