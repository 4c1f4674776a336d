"""The alphabetical index of a large reference: objects by their first letter, operations by their path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from api_upgrades.openapi.part import Part

OTHER_NAMES = "Others"
"""The title of the objects whose name doesn't begin with a letter from A to Z."""


@lru_cache(16)
def index_by_name(parts: tuple[Part, ...]) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """Return (title, parts) pairs, the parts sorted by name, ignoring case."""
    # Cached, because many versions have the same parts.
    return tuple(_index_by_name(parts))


def _index_by_name(parts: tuple[Part, ...]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    for kind, title in (("operation", "Operations"), ("webhook", "Webhooks")):
        found = sorted((part for part in parts if part.kind == kind), key=_sort_key)
        if found:
            yield title, tuple(found)
    objects: dict[str, list[Part]] = {}
    for part in sorted((part for part in parts if part.kind == "schema"), key=_sort_key):
        first = part.name[:1].upper()
        objects.setdefault(first if first.isascii() and first.isalpha() else OTHER_NAMES, []).append(part)
    for letter in sorted(objects, key=lambda one: (one == OTHER_NAMES, one)):
        yield letter, tuple(objects[letter])


def _sort_key(part: Part) -> tuple[str, str]:
    # Operations sort by path first, so that those of one path are adjacent.
    name = part.path if part.kind == "operation" else part.name
    return name.casefold(), part.name
