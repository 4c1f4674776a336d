"""The references inside some JSON, and the keywords in which there are none."""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.core.json import Json, JsonObject, escape_token
from api_upgrades.openapi.methods import OTHER_METHODS
from api_upgrades.openapi.part import SCHEMA_REF

LITERALS = ("example", "examples", "default", "enum", "const")
"""Keywords whose values are data, not schemas: nothing inside them is a reference."""

NAME_MAPS = (
    *("properties", "patternProperties", "$defs", "dependentSchemas", "responses", "headers", "callbacks"),
    OTHER_METHODS,
)
"""Keywords with maps whose keys are names from the document: there, a property may be called `default`."""


def mapped_schemas(discriminator: JsonObject) -> list[Json]:
    """The references and names of schemas that a Discriminator Object maps to."""
    default = (discriminator[key] for key in ("defaultMapping",) if key in discriminator)
    return [*discriminator.get("mapping", {}).values(), *default]


def references(value: Json) -> Iterator[str]:
    """Every `$ref` inside some JSON, in document order.

    Also reads a discriminator's mapping, whose values are references or bare names of schemas.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            elif key == "discriminator" and isinstance(item, dict):
                for ref in map(str, mapped_schemas(item)):
                    yield ref if "/" in ref else SCHEMA_REF + escape_token(ref)
            elif key in NAME_MAPS and isinstance(item, dict):
                for child in item.values():
                    yield from references(child)
            elif key not in LITERALS:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def is_reference(value: Json) -> bool:
    """Whether some JSON is an object with a `$ref`."""
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)
