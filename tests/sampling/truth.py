"""Whether an edit of a schema makes a value invalid that was valid, by trying values with `jsonschema`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from tests.sampling.values import MAP_NAMES, Drawer, Schema, nearby, pool

ROOT = "Thing"
"""The component schema that the document sends and receives."""
HIDDEN = {"request": "readOnly", "response": "writeOnly"}


@dataclass(frozen=True)
class Witness:
    """A value that was valid and is not any more; `why` is what is wrong with it now."""

    value: Any
    why: str


class View:
    """The schemas of a document as one direction sees them: without the properties that it doesn't have."""

    def __init__(self, document: dict[str, Any], direction: str) -> None:
        schemas = copy.deepcopy(document["components"]["schemas"])
        for schema in schemas.values():
            _hide(schema, HIDDEN[direction], frozenset())
        self.schemas: dict[str, Schema] = schemas
        self.names = {name for schema in schemas.values() for name in _names(schema)}
        root = {"$ref": f"#/components/schemas/{ROOT}", "components": {"schemas": schemas}}
        self.validator = Draft202012Validator(root)

    def is_valid(self, value: Any) -> bool:
        return self.validator.is_valid(value)


def _hide(schema: Schema, flag: str, inherited: frozenset[str]) -> None:
    """Take away the properties that have a flag, in all branches of an object."""
    if not isinstance(schema, dict):
        return
    hidden = inherited | frozenset(_flagged(schema, flag))
    properties = schema.get("properties", {})
    for name in hidden & properties.keys():
        del properties[name]
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in hidden]
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            _hide(branch, flag, hidden)
    for inner in (*properties.values(), schema.get("items"), schema.get("additionalProperties"), schema.get("not")):
        _hide(inner, flag, frozenset())


def _flagged(schema: Schema, flag: str) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            if isinstance(inner, dict) and inner.get(flag) is True:
                yield name
        for branch in schema.get("allOf", ()):
            yield from _flagged(branch, flag)


def _subschemas(schema: Schema) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.get("properties", {}).values():
            yield from _subschemas(inner)
        for keyword in ("items", "additionalProperties", "not"):
            yield from _subschemas(schema.get(keyword))
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, ()):
                yield from _subschemas(branch)


def _names(schema: Schema) -> Iterator[str]:
    """The properties that a schema declares and that can be sent."""
    for one in _subschemas(schema):
        yield from (name for name, inner in one.get("properties", {}).items() if inner is not False)


def find_witness(
    old: dict[str, Any], new: dict[str, Any], direction: str, random: Random, tries: int
) -> Witness | None:
    """A value that is valid in one document and not in the other, None if none is found.

    For requests the value is valid in the older one, for responses in the newer one. A property that only the other
    document declares is not sent: nobody knew it. In a request, one that the newer document doesn't declare any more
    is ignored or rejected; in a response, clients ignore one that they don't know. In a typed map all names are known.
    """
    views = View(old, direction), View(new, direction)
    valid_in, other = views if direction == "request" else views[::-1]
    extra = pool(valid_in.schemas, other.schemas)
    drawers = [Drawer(random, view.schemas, extra) for view in (valid_in, other)]
    foreign = other.names - valid_in.names - {*MAP_NAMES}
    only_here = valid_in.names - other.names - {*MAP_NAMES}
    for _ in range(tries):
        value = random.choice(drawers).draw({"$ref": f"#/{ROOT}"})
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            value = nearby(value, random, extra)
        value = _without(value, foreign)
        if not valid_in.is_valid(value):
            continue
        if direction == "request" and only_here & set(_keys(value)):
            return Witness(value, "has a property that is no longer declared")
        seen = _without(value, only_here)
        if not other.is_valid(seen):
            error = next(iter(other.validator.iter_errors(seen)))
            return Witness(value, error.message[:200])
    return None


def _without(value: Any, names: set[str]) -> Any:
    if not names:
        return value
    if isinstance(value, dict):
        return {key: _without(inner, names) for key, inner in value.items() if key not in names}
    return [_without(inner, names) for inner in value] if isinstance(value, list) else value


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(inner)
