"""Whether an edit of a schema makes a value invalid that was valid, by trying values with `jsonschema`."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from tests.sampling.declared import Declared, without
from tests.sampling.focus import changed_names, changed_schemas
from tests.sampling.values import Drawer, Schema, nearby, pool

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
        root = {"$ref": f"#/components/schemas/{ROOT}", "components": {"schemas": schemas}}
        self.validator = Draft202012Validator(root)

    def is_valid(self, value: Any) -> bool:
        return self.validator.is_valid(value)

    def declared(self, value: Any) -> Declared:
        """What the schemas declare of a value."""
        return Declared(self.schemas, self._fits, self.schemas[ROOT], value)

    def _fits(self, schema: Schema, value: Any) -> bool:
        return self.validator.evolve(schema=schema).is_valid(value)


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


def _opened(value: Any) -> Any:
    """Some JSON whose objects may have properties that they don't declare."""
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if key != "additionalProperties" or one is not False}
        return {key: _opened(one) for key, one in kept.items()}
    return [_opened(one) for one in value] if isinstance(value, list) else value


def find_witness(
    old: dict[str, Any], new: dict[str, Any], direction: str, random: Random, tries: int
) -> Witness | None:
    """A value that is valid in one document and not in the other, None if none is found.

    For requests the value is valid in the older one, for responses in the newer one. A property that only the other
    document declares at its place is not sent: nobody knew it. In a request, one that the newer document doesn't
    declare there any more is ignored or rejected; in a response, clients ignore one that they don't know.
    """
    views = View(old, direction), View(new, direction)
    valid_in, other = views if direction == "request" else views[::-1]
    unclosed = View(_opened(new if direction == "request" else old), direction)
    extra = _pool(valid_in.schemas, other.schemas)
    focus = changed_names(valid_in.schemas, other.schemas)
    drawers = [Drawer(random, view.schemas, extra, focus) for view in (valid_in, other)]
    for _ in range(tries):
        value = random.choice(drawers).draw({"$ref": f"#/{ROOT}"})
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            value = nearby(value, random, extra)
        here, there = valid_in.declared(value), unclosed.declared(value)
        value = without(value, {path for path in there.named if not here.knows(path)})
        if not valid_in.is_valid(value):
            continue
        here, there = valid_in.declared(value), unclosed.declared(value)
        only_here = {path for path in here.named if not there.knows(path)}
        if direction == "request" and only_here:
            return Witness(value, "has a property that is no longer declared")
        seen = without(value, only_here)
        if not other.is_valid(seen):
            error = next(iter(other.validator.iter_errors(seen)))
            return Witness(value, error.message[:200])
    return None


def _pool(*schemas: dict[str, Schema]) -> list[Any]:
    """Values at the bounds of the schemas; half of them at those that differ."""
    everywhere, near = pool(*schemas), pool(*changed_schemas(*schemas))
    return everywhere + near * max(1, len(everywhere) // len(near))
