"""Line-by-line diffs of two texts, tuned for JSON and for HTTP messages with a JSON body.

Lines are compared without their trailing comma: a property that becomes the last one loses its comma, but does not
change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Sign = Literal[" ", "-", "+", "=", "<", ">"]
"""What happened to a line: unchanged, removed, added. `moves.py` adds: only indented, moved from here, moved here."""

MAX_PAIRS = 40_000
"""Bounds the use of `difflib`: a region with more pairs of lines, and no unique line to divide it, isn't aligned."""


class Line(NamedTuple):
    """One line of a diff. An unchanged line ends as in the newer text, with or without a comma."""

    sign: Sign
    text: str


class _Region(NamedTuple):
    """A range of lines in each text, as half-open indexes. Both ranges have the same neighbours."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def diff_lines(old: str, new: str) -> list[Line]:
    """Merge both texts into one list of lines. In each place, removed lines precede added ones."""
    old_lines, new_lines = _split_lines(old), _split_lines(new)
    old_keys, new_keys = [line.removesuffix(",") for line in old_lines], [line.removesuffix(",") for line in new_lines]
    result: list[Line] = []
    position = 0
    for hunk in _move_hunks_to_brackets(_find_hunks(old_keys, new_keys), old_keys, new_keys):
        result += [Line(" ", line) for line in new_lines[position : hunk.new_start]]
        result += [Line("-", line) for line in old_lines[hunk.old_start : hunk.old_end]]
        result += [Line("+", line) for line in new_lines[hunk.new_start : hunk.new_end]]
        position = hunk.new_end
    return result + [Line(" ", line) for line in new_lines[position:]]


def changed_lines(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield (sign, text without trailing comma) for each removed or added line."""
    return (strip_comma(line) for line in diff_lines(old, new) if line.sign != " ")


def _split_lines(text: str) -> list[str]:
    # Not `splitlines`: it also splits at characters that a JSON string may contain.
    return text.split("\n") if text else []


def strip_comma(line: Line) -> tuple[str, str]:
    return line.sign, line.text.removesuffix(",")


def _find_hunks(old: Sequence[str], new: Sequence[str]) -> list[_Region]:
    """Find the regions that differ: those between the matched lines."""
    result: list[_Region] = []
    i = j = 0
    for old_index, new_index in [*match_lines(old, new), (len(old), len(new))]:
        if (i, j) != (old_index, new_index):
            result.append(_Region(i, old_index, j, new_index))
        i, j = old_index + 1, new_index + 1
    return result


def match_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Align two texts by pairs of equal lines, as (index in `old`, index in `new`), in ascending order.

    As in a patience diff, lines that occur exactly once in both texts divide them first: a line such as `}` is no
    reliable anchor. This also bounds the cost, because `difflib` alone takes minutes for a few thousand lines.
    """
    pairs: list[tuple[int, int]] = []
    regions = [_Region(0, len(old), 0, len(new))]
    while regions:
        i, old_end, j, new_end = regions.pop()
        while i < old_end and j < new_end and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < old_end and j < new_end and old[old_end - 1] == new[new_end - 1]:
            old_end, new_end = old_end - 1, new_end - 1
            pairs.append((old_end, new_end))
        if i == old_end or j == new_end:
            continue
        anchors = _find_anchors(old, new, _Region(i, old_end, j, new_end))
        pairs += anchors
        if anchors:
            for old_index, new_index in [*anchors, (old_end, new_end)]:
                regions.append(_Region(i, old_index, j, new_index))
                i, j = old_index + 1, new_index + 1
        elif (old_end - i) * (new_end - j) <= MAX_PAIRS:
            matcher = SequenceMatcher(None, old[i:old_end], new[j:new_end], autojunk=False)
            for a, b, size in matcher.get_matching_blocks():
                pairs += [(i + a + step, j + b + step) for step in range(size)]
    return sorted(pairs)


def _find_anchors(old: Sequence[str], new: Sequence[str], within: _Region) -> list[tuple[int, int]]:
    """Find the longest sequence of lines that occur once on each side of a region, in the same order on both."""
    old_count = Counter(old[within.old_start : within.old_end])
    new_count = Counter(new[within.new_start : within.new_end])
    places = {new[j]: j for j in range(within.new_start, within.new_end) if new_count[new[j]] == 1}
    unique = [i for i in range(within.old_start, within.old_end) if old_count[old[i]] == 1 and old[i] in places]
    # Longest increasing subsequence. For each length: the smallest last index in `new` of any sequence that long,
    # and the index in `old` of that last line.
    smallest: list[int] = []
    ends: list[int] = []
    previous: dict[int, int] = {}
    for i in unique:
        length = bisect_left(smallest, places[old[i]])
        if length:
            previous[i] = ends[length - 1]
        smallest[length : length + 1], ends[length : length + 1] = [places[old[i]]], [i]
    sequence: list[tuple[int, int]] = []
    end = ends[-1] if ends else None
    while end is not None:
        sequence.append((end, places[old[end]]))
        end = previous.get(end)
    return sequence[::-1]


def _move_hunks_to_brackets(hunks: Sequence[_Region], old: Sequence[str], new: Sequence[str]) -> list[_Region]:
    """Shift pure insertions and pure removals so that they start and end at matching brackets.

    An item added before another one then shows as `{ … }`, not as `… }, {`; both describe the same change.
    """
    result: list[_Region] = []
    for number, hunk in enumerate(hunks):
        room_above = hunk.old_start - (result[-1].old_end if result else 0)
        following = hunks[number + 1].old_start if number + 1 < len(hunks) else len(old)
        if hunk.old_start == hunk.old_end:
            shift = _find_balancing_shift(new, hunk.new_start, hunk.new_end, room_above, following - hunk.old_end)
        elif hunk.new_start == hunk.new_end:
            shift = _find_balancing_shift(old, hunk.old_start, hunk.old_end, room_above, following - hunk.old_end)
        else:
            shift = 0
        result.append(_Region(*(index + shift for index in hunk)))
    return result


def _find_balancing_shift(lines: Sequence[str], start: int, end: int, above: int, below: int) -> int:
    """Find the smallest shift that makes a run of lines balanced without changing its text; 0 if there is none.

    `above` and `below` limit the shift to the unchanged lines on either side.
    """
    up = down = 0
    while up < min(above, end - start) and lines[start - up - 1] == lines[end - up - 1]:
        up += 1
    while down < min(below, end - start) and lines[start + down] == lines[end + down]:
        down += 1
    candidates = sorted(range(-up, down + 1), key=abs)
    return next((shift for shift in candidates if is_balanced(lines[start + shift : end + shift])), 0)


def is_balanced(lines: Sequence[str]) -> bool:
    """Whether the brackets that these lines open and close match each other."""
    depth = 0
    for line in lines:
        depth -= line.lstrip()[:1] in ("}", "]")
        if depth < 0:
            return False
        depth += line[-1:] in ("{", "[")
    return depth == 0
