"""Draws values for a schema: such that fit it, at its bounds too, and such that nearly do."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

Schema = Any
Pool = list[Any]

PATTERNS: dict[str, tuple[str, ...]] = {
    "^[a-z]+$": ("a", "abc", "zzzzzz"),
    "^x": ("x", "x1", "xyz"),
    "[0-9]$": ("1", "a1", "x99"),
}
"""The patterns that schemas here have, with texts that match. The first is a letter: any number of it matches."""
TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
UNKNOWN = "zz_unknown"
"""A property that no schema declares."""


def pool(*schemas: Schema) -> Pool:
    """Values at the bounds of some schemas: what an edit of one of them can make valid or invalid."""
    return _distinct([None, True, False, 0, 1, -1, 0.5, "", "a", "abc", [], {}, *_at_bounds(*schemas)])


def _distinct(values: Pool) -> Pool:
    return list({repr(value): value for value in values}.values())


def _at_bounds(*schemas: Schema) -> Pool:
    found: Pool = []
    for schema in schemas:
        for key, value in _keywords(schema):
            if key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
                found += [value, value - 1, value + 1, value + 0.5, value * 2, value - 0.5]
            elif key in ("minLength", "maxLength"):
                found += [letter * max(0, value + step) for step in (-1, 0, 1) for letter in "ax1"]
            elif key in ("minItems", "maxItems"):
                found += [["a"] * max(0, value + step) for step in (-1, 0, 1)]
            elif key == "enum":
                found += value
            elif key == "const":
                found.append(value)
            elif key == "pattern":
                found += PATTERNS[value]
    return _distinct(found)


def _keywords(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Every keyword with its value, in whatever schema it stands."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key, value
            yield from _keywords(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keywords(value)


class Drawer:
    """Draws values that fit a schema, as far as it can; whoever uses them validates them.

    Most of the values have the properties in `focus`.
    """

    def __init__(
        self, random: Random, components: dict[str, Schema], extra: Pool, focus: frozenset[str] = frozenset()
    ) -> None:
        self.random = random
        self.components = components
        self.extra = extra
        self.focus = focus

    def draw(self, schema: Schema, depth: int = 10) -> Any:
        random = self.random
        if not isinstance(schema, dict) or depth < 0:
            return random.choice(self.extra)
        if "$ref" in schema:
            return self.draw(self.components[schema["$ref"].rpartition("/")[2]], depth - 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return random.choice(schema["enum"])
        drawn = [self.draw(branch, depth - 1) for branch in schema.get("allOf", ())]
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                near = [branch for branch in schema[keyword] if self._leads_to_focus(branch)]
                branches = near if near and random.random() < 0.5 else schema[keyword]
                drawn.append(self.draw(random.choice(branches), depth - 1))
        own = self._own(schema, depth)
        if own is None and drawn and "type" not in schema:
            own = {} if isinstance(drawn[0], dict) else drawn[0]
        objects = [one for one in (*drawn, own) if isinstance(one, dict)]
        if objects and (isinstance(own, dict) or "type" not in schema):
            return {key: value for one in objects for key, value in one.items()}
        if drawn and ("type" not in schema or random.random() < 0.5):
            return random.choice(drawn)
        return own

    def _leads_to_focus(self, branch: Schema) -> bool:
        names = branch.get("properties", {}).keys() if isinstance(branch, dict) else set()
        return not self.focus.isdisjoint(names)

    def _own(self, schema: dict[str, Any], depth: int) -> Any:
        types = schema.get("type")
        if types is None:
            if {"properties", "required", "additionalProperties"} & schema.keys():
                types = "object"
            else:
                return None if {"oneOf", "anyOf", "allOf"} & schema.keys() else self.random.choice(self.extra)
        name = types if isinstance(types, str) else self.random.choice(types)
        return getattr(self, f"_{name}")(schema, depth)

    def _null(self, schema: dict[str, Any], depth: int) -> None:
        return None

    def _boolean(self, schema: dict[str, Any], depth: int) -> bool:
        return self.random.random() < 0.5

    def _integer(self, schema: dict[str, Any], depth: int) -> int:
        return int(self._number(schema, depth))

    def _number(self, schema: dict[str, Any], depth: int) -> Any:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -20))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 40))
        step = schema.get("multipleOf", 1)
        whole = [low, high, low + 1, low + 2, high - 1, low + 0.5, self.random.uniform(low, max(low, high))]
        chosen = self.random.choice(whole)
        if schema.get("type") == "number" and "multipleOf" not in schema:
            return chosen
        multiple = (chosen // step) * step
        return multiple if multiple >= low else multiple + step

    def _string(self, schema: dict[str, Any], depth: int) -> str:
        fitting = PATTERNS.get(schema.get("pattern", ""), ())
        if fitting and self.random.random() < 0.4:
            return self.random.choice(fitting)
        low: int = schema.get("minLength", 1 if fitting else 0)
        high: int = schema.get("maxLength", low + 12)
        letter: str = fitting[0] if fitting else self.random.choice(("a", "x", "1", "é"))
        return letter * self.random.choice((low, high, min(high, low + 1), max(low, high - 1)))

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        low = schema.get("minItems", 0)
        size = self.random.choice((low, low + 1, schema.get("maxItems", low + 3)))
        items = [self.draw(schema.get("items", True), depth - 1) for _ in range(size)]
        if size > 1 and not schema.get("uniqueItems") and self.random.random() < 0.3:
            items[1] = copy.deepcopy(items[0])
        return items

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        chance = self.random.choice((0.0, 0.5, 1.0, 1.0))
        found: dict[str, Any] = {}
        for name, inner in schema.get("properties", {}).items():
            wanted = name in schema.get("required", ())
            likely = 0.85 if name in self.focus else chance
            if inner is not False and (wanted or (depth > 1 and self.random.random() < likely)):
                found[name] = self.draw(inner, depth - 1)
        more = schema.get("additionalProperties")
        for name in [one for one in schema.get("required", ()) if one not in schema.get("properties", {})]:
            found[name] = self.draw(more, depth - 1)
        if isinstance(more, dict) and more:
            for name in self.random.sample(MAP_NAMES, self.random.randrange(3)):
                found.setdefault(name, self.draw(more, depth - 1))
        elif more is not False and self.random.random() < 0.1:
            found[UNKNOWN] = 1
        return found


NEW_NAMES = ("new_a", "new_b", "new_c")
"""The names of properties that edits add to objects."""
MAP_NAMES = ("key_a", "key_b", "key_c")
"""The names that stand in typed maps, and those of properties that edits add to these."""


def nearby(value: Any, random: Random, extra: Pool) -> Any:
    """A value that differs in one place: a part is another value, is missing, or is one more."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    if not places or random.random() < 0.15:
        return random.choice(extra)
    holder, key = random.choice(places)
    what = random.random()
    if what < 0.25 and isinstance(holder, dict):
        del holder[key]
    elif what < 0.35 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif what < 0.4 and isinstance(holder, dict):
        holder[UNKNOWN] = random.choice(extra)
    else:
        holder[key] = copy.deepcopy(random.choice(extra))
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield value, key
        yield from _places(inner)
