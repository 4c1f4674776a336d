"""How much is shown at once: from which length on a list folds, and a page becomes several.

What a small API has is never as long as this, so its pages stay whole and open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

MANY_CHANGES = 20
"""A version with more changes is told by resource, with a page for each."""

MANY_ENTRIES = 150
"""A guide or a changelog with more changes shows the newest year, and has a page for each older one."""

MANY_PARTS = 120
"""A reference of more parts has an index of their names."""

MANY_DIFFERING = 60
"""A way on which more parts of one resource differ may be too much for one page."""

FOLDED = 20
SHOWN = 12
"""A list of more than `FOLDED` items shows `SHOWN` of them, and folds the rest."""

LONG_TEXT = 400
BRIEF_TEXT = 40
"""Lines that are shown of one text, and of one on a page that shows many: beyond is no reading."""

LONG_PAGE = 250_000
PIECE = 120_000
"""A page whose sections have more bytes than `LONG_PAGE` becomes several of about `PIECE` each."""

AROUND, MARKUP = 1_200, 8
"""A section of the reference has no more bytes than these, and so many for each of its part's JSON and of its texts: so
it is in the Server API, in Klaviyo's and Intercom's documents, where it was 7.4 at most, and in made ones.
"""


def head_and_rest(items: list[T] | tuple[T, ...], folded: int = FOLDED) -> tuple[list[T], list[T]]:
    """What is shown of a list, and what is folded away."""
    shown = len(items) if len(items) <= folded else SHOWN
    return list(items[:shown]), list(items[shown:])


def pieces(sized: Iterable[tuple[T, int]]) -> list[list[T]]:
    """Items with their bytes as the pages of about `PIECE` that hold them, in their order, each item whole."""
    found: list[list[T]] = [[]]
    filled = 0
    for item, size in sized:
        if found[-1] and filled + size > PIECE:
            found.append([])
            filled = 0
        found[-1].append(item)
        filled += size
    return found
