"""Fold the long objects inside a composed payload, so that its outline can be read at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAX_UNFOLDED_LINES = 30
"""A payload with at most this many lines has no folds."""

MIN_FOLDED_LINES = 6
"""Shorter objects and arrays are not folded."""


class Lines(NamedTuple):
    """Adjacent lines of a text. `note` replaces them where they are folded; it is empty for lines that are shown."""

    lines: Sequence[str]
    note: str = ""


def fold_json(lines: Sequence[str]) -> list[Lines]:
    """Split an HTTP message or a JSON payload, indented by two spaces, into shown and folded lines.

    Long objects and arrays fold, except those that hold nearly the whole payload: of a page of one object, the object's
    own properties are shown.
    """
    if len(lines) <= MAX_UNFOLDED_LINES:
        return [Lines(lines)]
    found: list[Lines] = []
    shown: list[str] = []
    for block in _split(lines):
        if not block.note:
            shown += block.lines
            continue
        if shown:
            found.append(Lines(shown))
        found.append(block)
        shown = []
    return [*found, Lines(shown)] if shown else found


def _split(lines: Sequence[str]) -> Iterator[Lines]:
    """Split lines at the outermost blocks that fold."""
    start = 0
    while start < len(lines):
        end = _find_end(lines, start)
        length = end - start
        if length > len(lines) / 2 and length > MIN_FOLDED_LINES:
            yield Lines(lines[start : start + 1])
            yield from _split(lines[start + 1 : end - 1])
            yield Lines(lines[end - 1 : end])
        elif length >= MIN_FOLDED_LINES:
            yield Lines(lines[start:end], _note(lines[start], length))
        else:
            yield Lines(lines[start:end])
        start = end


def _find_end(lines: Sequence[str], start: int) -> int:
    """The index after the last line of the object or array that begins on a line; that of the next line otherwise."""
    first = lines[start]
    if not first.endswith(("{", "[")):
        return start + 1
    closing = first[: len(first) - len(first.lstrip())] + ("}" if first.endswith("{") else "]")
    for index in range(start + 1, len(lines)):
        if lines[index].startswith(closing):
            return index + 1
    return start + 1


def _note(first: str, length: int) -> str:
    """`"patient": { 33 lines }`, with the indentation of the first line."""
    return f"{first} {length} lines {'}' if first.endswith('{') else ']'}"
