"""Limits for lists, texts and pages: beyond them, lists fold, texts are cut, and pages are split into subpages.

Small APIs stay below all limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

MAX_LISTED_CHANGES = 20
"""A version with more changes groups them by resource, with a subpage for each resource."""

MAX_CHANGES_PER_PAGE = 150
"""A guide or changelog with more changes shows only the newest year, and has a page for each older year."""

MAX_CHANGES_PER_YEAR = 500
"""A changelog has no page for a year with more changes, but one for each of its versions."""

MAX_UNFOLDED_PARTS = 120
"""The overview of a reference with more parts folds those of each resource."""

MAX_STEPS_HEIGHT, MAX_DIFFERENCES_HEIGHT = 8_000, 5_000
"""About how many pixels the steps of an upgrade path, and the differences on a page, may be high at desktop width.

More steps are folded, and more differences get subpages.
"""

MAX_FOLDED_STEPS = 200
"""So many of the steps that are folded are listed. The others are counted."""

MAX_DEPRECATIONS = 200
"""The page about deprecations lists at most this many, and counts the others."""

MAX_PLACES_PER_PART = 200
"""An upgrade path lists at most this many places of a part, and counts the others."""

MAX_NAV_LINKS = 200
"""A section with more pages lists beside each page only the block of so many to which it belongs.

Otherwise 20,000 pages would have 400 million links.
"""

MAX_UNFOLDED_ITEMS = 20
ITEMS_BEFORE_FOLD = 12
"""A list of more than `MAX_UNFOLDED_ITEMS` items shows `ITEMS_BEFORE_FOLD` of them, and folds the rest."""

MAX_TEXT_LINES = 400
MAX_BRIEF_TEXT_LINES = 40
"""The number of lines after which a text is cut; the second limit is for pages that show many texts."""

MAX_PANES = 8
"""The number of panes of an example for which the style sheet has rules."""

MAX_UNFOLD_DEPTH = 3
MAX_UNFOLDED_BYTES = 12_000
SECTION_UNFOLDED_BYTES = 30_000
"""Referenced objects unfold inside each other to this depth. An object is only a link if it has more bytes, or if the
unfolded objects of its section would have more than the second figure.
"""

MAX_PAGE_BYTES = 225_000
SUBPAGE_BYTES = 120_000
"""A page whose sections have more bytes than `MAX_PAGE_BYTES` is split into subpages of about `SUBPAGE_BYTES`."""

SECTION_BYTES, PROPERTY_BYTES, JSON_FACTOR, SAMPLE_FACTOR = 700, 150, 2.3, 4.0
UNFOLDED_PROPERTY_BYTES, UNFOLDED_JSON_FACTOR, UNFOLDED_SHARE = 330, 1.2, 0.6
"""About how many bytes a reference section has: `SECTION_BYTES`, `PROPERTY_BYTES` for each property and parameter, and
factors for each byte of its part's JSON and of its samples. An object to which it refers unfolds with the second line's
bytes for each property and byte of JSON, but only `UNFOLDED_SHARE` of them do. Fitted to sections of Klaviyo's,
Intercom's and Stripe's documents and of the Server API, of which each has 75% to 100% of the estimate in total.
"""


def head_and_rest(items: list[T] | tuple[T, ...], max_items: int = MAX_UNFOLDED_ITEMS) -> tuple[list[T], list[T]]:
    """Split a list into the items to show and the items to fold."""
    count = len(items) if len(items) <= max_items else ITEMS_BEFORE_FOLD
    return list(items[:count]), list(items[count:])


def split_by_size(items: Iterable[tuple[T, int]], max_size: int = SUBPAGE_BYTES) -> list[list[T]]:
    """Distribute (item, size) pairs in order over chunks of about `max_size`. Items are not divided."""
    chunks: list[list[T]] = [[]]
    chunk_size = 0
    for item, size in items:
        if chunks[-1] and chunk_size + size > max_size:
            chunks.append([])
            chunk_size = 0
        chunks[-1].append(item)
        chunk_size += size
    return chunks
