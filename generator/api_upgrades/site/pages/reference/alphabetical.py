"""The parts of a large reference by their names: objects by their first letter, operations by their path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from api_upgrades.openapi.contract import Part

OTHERS = "Others"
"""Objects whose name begins with no letter of the alphabet."""


@lru_cache(16)
def by_name(parts: tuple[Part, ...]) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """Titles, each with its parts in the order of their names, whatever the case. Many versions have the same parts."""
    return tuple(_by_name(parts))


def _by_name(parts: tuple[Part, ...]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    for kind, title in (("operation", "Operations"), ("webhook", "Webhooks")):
        found = sorted((part for part in parts if part.kind == kind), key=_key)
        if found:
            yield title, tuple(found)
    objects: dict[str, list[Part]] = {}
    for part in sorted((part for part in parts if part.kind == "schema"), key=_key):
        first = part.name[:1].upper()
        objects.setdefault(first if first.isascii() and first.isalpha() else OTHERS, []).append(part)
    for letter in sorted(objects, key=lambda one: (one == OTHERS, one)):
        yield letter, tuple(objects[letter])


def _key(part: Part) -> tuple[str, str]:
    """Of operations first the path, so that those of one path stand together."""
    name = part.path if part.kind == "operation" else part.name
    return name.casefold(), part.name
