"""The references inside some JSON, and the keywords in which there are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

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


ONE_WAY_FLAGS = frozenset({"readOnly", "writeOnly"})
"""Keywords of properties that are only received, or only sent."""

_FLAGGING = ONE_WAY_FLAGS | {"allOf"}
_NO_FLAGS: frozenset[str] = frozenset()


class Mention(NamedTuple):
    """A reference inside some JSON. `flags` are the one-way flags of the properties around it."""

    ref: str
    flags: frozenset[str]


def references(value: Json) -> Iterator[str]:
    """Every `$ref` inside some JSON, in document order.

    Also reads a discriminator's mapping, whose values are references or bare names of schemas.
    """
    return (ref for ref, _ in mentions(value))


def mentions(value: Json, dialect: str = "3.1", flags: frozenset[str] = _NO_FLAGS) -> Iterator[Mention]:
    """The same references, each with the one-way flags of the properties around it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield Mention(item, flags)
            elif key == "discriminator" and isinstance(item, dict):
                for ref in map(str, mapped_schemas(item)):
                    yield Mention(ref if "/" in ref else SCHEMA_REF + escape_token(ref), flags)
            elif key in NAME_MAPS and isinstance(item, dict):
                for child in item.values():
                    inner = flags | one_way_flags(child, dialect) if key == "properties" else flags
                    yield from mentions(child, dialect, inner)
            elif key not in LITERALS:
                yield from mentions(item, dialect, flags)
    elif isinstance(value, list):
        for item in value:
            yield from mentions(item, dialect, flags)


def one_way_flags(schema: Json, dialect: str) -> frozenset[str]:
    """The one-way flags of a property with this schema, also those in a branch of its `allOf`."""
    if not isinstance(schema, dict) or schema.keys().isdisjoint(_FLAGGING):
        return _NO_FLAGS
    if dialect == "3.0" and "$ref" in schema:  # OpenAPI 3.0 ignores the siblings of a reference
        return _NO_FLAGS
    found = frozenset(flag for flag in ONE_WAY_FLAGS if schema.get(flag) is True)
    branches = schema.get("allOf")
    return found.union(*(one_way_flags(one, dialect) for one in branches)) if isinstance(branches, list) else found


def is_reference(value: Json) -> bool:
    """Whether some JSON is an object with a `$ref`."""
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)
