"""The difference of two texts, line by line, made for JSON and for HTTP with JSON in it.

Lines are compared without their trailing comma, since a property that becomes the last one loses it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Sign = Literal[" ", "-", "+"]

SHORTEST_FOLD = 3
"""A shorter run of unchanged lines takes no more room than the note that would stand for it."""

MOST_PAIRS = 40_000
"""How many pairs of lines are compared thoroughly, where no line that is unique on both sides divides the texts."""


class Line(NamedTuple):
    """One line of a diff. An unchanged one has the newer text's comma."""

    sign: Sign
    text: str


@dataclass(frozen=True)
class Block:
    """Adjacent lines of a diff, either to be shown or to be folded away."""

    is_folded: bool
    lines: tuple[Line, ...]

    @property
    def note(self) -> str:
        """What stands for the lines where they are folded away."""
        if others := sum(line.sign != " " for line in self.lines):
            return f"{len(self.lines)} lines, {others} of them altered by other changes"
        return f"{len(self.lines)} unchanged lines"


class _Stretch(NamedTuple):
    """Lines of both texts that stand between the same neighbours."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def diff_lines(old: str, new: str) -> list[Line]:
    """Both texts as one list of lines, those that went before those that came in each place."""
    old_lines, new_lines = _lines(old), _lines(new)
    old_keys, new_keys = [line.removesuffix(",") for line in old_lines], [line.removesuffix(",") for line in new_lines]
    result: list[Line] = []
    done = 0
    for hunk in _settled(_hunks(old_keys, new_keys), old_keys, new_keys):
        result += [Line(" ", line) for line in new_lines[done : hunk.new_start]]
        result += [Line("-", line) for line in old_lines[hunk.old_start : hunk.old_end]]
        result += [Line("+", line) for line in new_lines[hunk.new_start : hunk.new_end]]
        done = hunk.new_end
    return result + [Line(" ", line) for line in new_lines[done:]]


def changed_lines(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The sign and the text, without comma, of every line that differs."""
    return (_bare(line) for line in diff_lines(old, new) if line.sign != " ")


def _lines(text: str) -> list[str]:
    """Not `splitlines`, which also divides at characters that a JSON string may hold."""
    return text.split("\n") if text else []


def fold(lines: Sequence[Line], context: int = 1) -> list[Block]:
    """A diff with its unchanged lines folded away, but for `context` lines around a change and the way to it.

    The way is the first line and the lines that open what the change is inside of, told by their indentation. Where
    nothing changed, nothing is folded.
    """
    changed = [line.sign != " " for line in lines]
    if not any(changed):
        return [Block(False, tuple(lines))] if lines else []
    shown = _enclosing(lines)
    shown[0] = True
    for index, is_changed in enumerate(changed):
        if is_changed:
            for near in range(max(index - context, 0), min(index + context + 1, len(lines))):
                shown[near] = True
    return _blocks(lines, shown)


def folded(old: str, new: str, own: frozenset[tuple[str, str]] | None = None) -> Iterator[Block]:
    """What changed between two texts, the other lines folded away.

    With `own`, lines that differ but aren't among these are folded away as well; where they show, they keep their sign.
    """
    lines = diff_lines(old, new)
    done = 0
    for block in fold([line if own is None or _bare(line) in own else Line(" ", line.text) for line in lines]):
        yield Block(block.is_folded, tuple(lines[done : done + len(block.lines)]))
        done += len(block.lines)


def _bare(line: Line) -> tuple[str, str]:
    return line.sign, line.text.removesuffix(",")


def _hunks(old: Sequence[str], new: Sequence[str]) -> list[_Stretch]:
    """What differs: the stretches between the lines that are the same."""
    result: list[_Stretch] = []
    i = j = 0
    for old_index, new_index in [*_same(old, new), (len(old), len(new))]:
        if (i, j) != (old_index, new_index):
            result.append(_Stretch(i, old_index, j, new_index))
        i, j = old_index + 1, new_index + 1
    return result


def _same(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of same lines that two texts are best aligned by.

    Lines that are unique on both sides divide the texts first, as in a patience diff: `}` says little about where one
    is. This also bounds the cost, for `difflib` alone needs minutes for texts of some thousand lines.
    """
    pairs: list[tuple[int, int]] = []
    waiting = [_Stretch(0, len(old), 0, len(new))]
    while waiting:
        i, old_end, j, new_end = waiting.pop()
        while i < old_end and j < new_end and old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        while i < old_end and j < new_end and old[old_end - 1] == new[new_end - 1]:
            old_end, new_end = old_end - 1, new_end - 1
            pairs.append((old_end, new_end))
        if i == old_end or j == new_end:
            continue
        anchors = _anchors(old, new, _Stretch(i, old_end, j, new_end))
        pairs += anchors
        if anchors:
            for old_index, new_index in [*anchors, (old_end, new_end)]:
                waiting.append(_Stretch(i, old_index, j, new_index))
                i, j = old_index + 1, new_index + 1
        elif (old_end - i) * (new_end - j) <= MOST_PAIRS:
            matcher = SequenceMatcher(None, old[i:old_end], new[j:new_end], autojunk=False)
            for a, b, size in matcher.get_matching_blocks():
                pairs += [(i + a + step, j + b + step) for step in range(size)]
    return sorted(pairs)


def _anchors(old: Sequence[str], new: Sequence[str], within: _Stretch) -> list[tuple[int, int]]:
    """The longest rising row of lines that a stretch has exactly once on both sides."""
    old_count = Counter(old[within.old_start : within.old_end])
    new_count = Counter(new[within.new_start : within.new_end])
    places = {new[j]: j for j in range(within.new_start, within.new_end) if new_count[new[j]] == 1}
    unique = [i for i in range(within.old_start, within.old_end) if old_count[old[i]] == 1 and old[i] in places]
    smallest: list[int] = []  # for each length the smallest end that a row of this length has, in `new`
    ends: list[int] = []  # and the line in `old` which that end belongs to
    previous: dict[int, int] = {}
    for i in unique:
        length = bisect_left(smallest, places[old[i]])
        if length:
            previous[i] = ends[length - 1]
        smallest[length : length + 1], ends[length : length + 1] = [places[old[i]]], [i]
    row: list[tuple[int, int]] = []
    end = ends[-1] if ends else None
    while end is not None:
        row.append((end, places[old[end]]))
        end = previous.get(end)
    return row[::-1]


def _settled(hunks: Sequence[_Stretch], old: Sequence[str], new: Sequence[str]) -> list[_Stretch]:
    """The hunks with lines that only came or only went moved to where they open and close what they hold.

    An item added before another one is `{ … }`, not `… } {`, though both describe the same change.
    """
    result: list[_Stretch] = []
    for number, hunk in enumerate(hunks):
        room_above = hunk.old_start - (result[-1].old_end if result else 0)
        following = hunks[number + 1].old_start if number + 1 < len(hunks) else len(old)
        if hunk.old_start == hunk.old_end:
            shift = _shift(new, hunk.new_start, hunk.new_end, room_above, following - hunk.old_end)
        elif hunk.new_start == hunk.new_end:
            shift = _shift(old, hunk.old_start, hunk.old_end, room_above, following - hunk.old_end)
        else:
            shift = 0
        result.append(_Stretch(*(index + shift for index in hunk)))
    return result


def _shift(lines: Sequence[str], start: int, end: int, above: int, below: int) -> int:
    """By how many lines a run can move, its text staying the same, to become balanced; 0 where it cannot."""
    up = down = 0
    while up < min(above, end - start) and lines[start - up - 1] == lines[end - up - 1]:
        up += 1
    while down < min(below, end - start) and lines[start + down] == lines[end + down]:
        down += 1
    candidates = sorted(range(-up, down + 1), key=abs)
    return next((shift for shift in candidates if _is_balanced(lines[start + shift : end + shift])), 0)


def _is_balanced(lines: Sequence[str]) -> bool:
    """Whether each line that closes something closes what one of these opened."""
    depth = 0
    for line in lines:
        depth -= line.lstrip()[:1] in ("}", "]")
        if depth < 0:
            return False
        depth += line[-1:] in ("{", "[")
    return depth == 0


def _enclosing(lines: Sequence[Line]) -> list[bool]:
    """For each line whether a changed one is inside of what it opens."""
    shown = [False] * len(lines)
    for side in ("-", "+"):
        open_lines: list[tuple[int, int]] = []  # indentation and index, of the lines that the present one is inside of
        for index, line in enumerate(lines):
            if line.sign not in (" ", side) or not line.text.strip():
                continue
            indentation = len(line.text) - len(line.text.lstrip())
            while open_lines and open_lines[-1][0] >= indentation:
                open_lines.pop()
            if line.sign != " ":
                for _, opener in reversed(open_lines):
                    if shown[opener]:
                        break
                    shown[opener] = True
            open_lines.append((indentation, index))
    return shown


def _blocks(lines: Sequence[Line], shown: list[bool]) -> list[Block]:
    """Runs of shown and of other lines; what is too short to be folded joins its neighbours."""
    starts = [index for index in range(len(lines)) if index == 0 or shown[index] != shown[index - 1]]
    blocks: list[Block] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        is_folded = not shown[start] and end - start >= SHORTEST_FOLD
        run = tuple(lines[start:end])
        if blocks and not is_folded and not blocks[-1].is_folded:
            blocks[-1] = Block(False, blocks[-1].lines + run)
        else:
            blocks.append(Block(is_folded, run))
    return blocks
