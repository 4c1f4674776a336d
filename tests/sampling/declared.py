"""Which properties of a value its schema declares, place by place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sampling.values import Schema

Path = tuple[str | int, ...]
Fits = Callable[[Schema, Any], bool]
"""Whether a value is valid against a part of a schema."""


class Declared:
    """The properties of one value that a schema declares by name, and the objects in which it declares all names.

    Of the branches of a choice, those count that the value fits: what another variant declares is unknown in this one.
    If it fits none, all count.
    """

    def __init__(self, components: dict[str, Schema], fits: Fits, schema: Schema, value: Any) -> None:
        self.components = components
        self.fits = fits
        self.named: set[Path] = set()
        self._maps: set[Path] = set()
        self._walk(schema, value, ())

    def knows(self, path: Path) -> bool:
        """Whether a property is declared by its name, or as any entry of a typed map."""
        return path in self.named or path[:-1] in self._maps

    def _walk(self, schema: Schema, value: Any, path: Path) -> None:
        if not isinstance(schema, dict):
            return
        if "$ref" in schema:
            self._walk(self.components[schema["$ref"].rpartition("/")[2]], value, path)
        for branch in schema.get("allOf", ()):
            self._walk(branch, value, path)
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword, ())
            for branch in [one for one in branches if self.fits(one, value)] or branches:
                self._walk(branch, value, path)
        if isinstance(value, dict):
            self._walk_object(schema, value, path)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._walk(schema.get("items"), item, (*path, index))

    def _walk_object(self, schema: Schema, value: dict[str, Any], path: Path) -> None:
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        if isinstance(others, dict) and others:
            self._maps.add(path)
        for name, inner in value.items():
            if name not in properties:
                self._walk(others, inner, (*path, name))
            elif properties[name] is not False:
                self.named.add((*path, name))
                self._walk(properties[name], inner, (*path, name))


def without(value: Any, places: set[Path], path: Path = ()) -> Any:
    """A value without some of its properties."""
    if not places:
        return value
    if isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if (*path, name) not in places}
        return {name: without(inner, places, (*path, name)) for name, inner in kept.items()}
    return (
        [without(item, places, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, list)
        else value
    )
