"""Diffs in blocks: what changed and the lines around it are shown, the rest is folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from api_upgrades.site.text.diff_lines import Line, diff_lines, strip_comma
from api_upgrades.site.text.moves import ADDED, REMOVED, SIDE_OF, mark_moves

OwnLines = frozenset[tuple[str, str]]
"""The (sign, line) pairs that a change itself causes; see `changed_lines` for their form."""

MIN_FOLDED_LINES = 3
"""Shorter runs of unchanged lines are not folded: the note that replaces them would take as much room."""

MAX_SHOWN_RUN = 15
LINES_BEFORE_FOLD = 4
"""Of a longer run of lines with the same sign, only the first `LINES_BEFORE_FOLD` and the last one are shown."""


@dataclass(frozen=True)
class Block:
    """Adjacent lines of a diff that are either shown or folded. `others` of them differ because of other changes."""

    is_folded: bool
    lines: tuple[Line, ...]
    others: int = 0

    @property
    def is_moved(self) -> bool:
        """Whether all lines of a folded block only moved, or only their indentation changed."""
        return all(line.sign in "=<>" for line in self.lines)

    @property
    def note(self) -> str:
        """The text that replaces the lines where they are folded."""
        count = f"{len(self.lines)} lines"
        if self.others:
            return (
                f"{count} hidden ({self.others} {'differs' if self.others == 1 else 'differ'} because of other changes)"
            )
        signs = {line.sign for line in self.lines}
        words = {"+": "added", "-": "removed", "<": "moved from here", ">": "moved here"}
        if len(signs) == 1 and (sign := signs.pop()) in words:
            return f"{len(self.lines)} more lines {words[sign]}"
        if "=" in {line.sign for line in self.lines}:
            return f"{count}, only indented differently"
        return f"{len(self.lines)} unchanged lines"


def fold_diff(old: str, new: str, own_lines: OwnLines | None = None) -> Iterator[Block]:
    """Diff two texts, and fold the lines that did not change and those in the middle of a long run.

    If `own_lines` is given, only those lines count as changed. Of the other lines that differ, only the newer ones are
    there, as unchanged.
    """
    lines: list[Line] = []
    others: set[int] = set()  # indexes of the lines that differ because of other changes
    for line in mark_moves(diff_lines(old, new)):
        if own_lines is None or line.sign == " " or _is_own(line, own_lines):
            lines.append(line)
        elif SIDE_OF.get(line.sign) != REMOVED:
            others.add(len(lines))
            lines.append(Line(" ", line.text))
    position = 0
    for block in fold_lines(lines):
        end = position + len(block.lines)
        yield Block(block.is_folded, block.lines, len(others & set(range(position, end))) if block.is_folded else 0)
        position = end


def _is_own(line: Line, own_lines: OwnLines) -> bool:
    sign, text = strip_comma(line)
    return (SIDE_OF.get(sign, ADDED), text) in own_lines


def fold_lines(lines: Sequence[Line], context: int = 1) -> list[Block]:
    """Fold the unchanged lines of a diff, but keep `context` lines around each change and the lines that enclose it.

    The first and the last line are always shown. The enclosing lines open an object or array around the change, judged
    by their indentation. Without any change, nothing is folded. Long runs of changed lines are folded in their middle.
    """
    changed = [line.sign not in " =" for line in lines]
    if not any(changed):
        return [Block(False, tuple(lines))] if lines else []
    is_shown = _find_enclosing(lines)
    is_shown[0] = is_shown[-1] = True
    for index, is_changed in enumerate(changed):
        if is_changed:
            for near in range(max(index - context, 0), min(index + context + 1, len(lines))):
                is_shown[near] = is_shown[near] or lines[near].sign != "="
    _hide_middles(lines, is_shown)
    return _split_into_blocks(lines, is_shown)


def _hide_middles(lines: Sequence[Line], is_shown: list[bool]) -> None:
    """Hide the middle of each long run of lines with the same sign, other than unchanged ones."""
    for sign, run in groupby(range(len(lines)), key=lambda index: lines[index].sign):
        indexes = list(run)
        if sign not in " =" and len(indexes) > MAX_SHOWN_RUN:
            for index in indexes[LINES_BEFORE_FOLD:-1]:
                is_shown[index] = False


def _find_enclosing(lines: Sequence[Line]) -> list[bool]:
    """Tell for each line whether it opens an object or array that contains a changed line."""
    is_enclosing = [False] * len(lines)
    for side in (REMOVED, ADDED):
        open_lines: list[tuple[int, int]] = []  # (indentation, index) of the lines that enclose the current one
        for index, line in enumerate(lines):
            if SIDE_OF.get(line.sign, side) != side or not line.text.strip():
                continue
            indentation = len(line.text) - len(line.text.lstrip())
            while open_lines and open_lines[-1][0] >= indentation:
                open_lines.pop()
            if line.sign not in " =":
                for _, opener in reversed(open_lines):
                    if is_enclosing[opener]:
                        break
                    is_enclosing[opener] = True
            open_lines.append((indentation, index))
    return is_enclosing


def _split_into_blocks(lines: Sequence[Line], is_shown: list[bool]) -> list[Block]:
    """Split lines into shown and folded blocks. Runs too short to be folded join the blocks next to them.

    A hidden run of changed lines is a block of its own, so that its note can say what happened to the lines.
    """
    keys = [
        (shown, " " if shown or line.sign in " =" else line.sign) for shown, line in zip(is_shown, lines, strict=True)
    ]
    starts = [index for index in range(len(lines)) if index == 0 or keys[index] != keys[index - 1]]
    blocks: list[Block] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        is_folded = not is_shown[start] and end - start >= MIN_FOLDED_LINES
        run = tuple(lines[start:end])
        if blocks and not is_folded and not blocks[-1].is_folded:
            blocks[-1] = Block(False, blocks[-1].lines + run)
        else:
            blocks.append(Block(is_folded, run))
    return blocks
