"""Finds what changed within a line of a diff, so that it can be marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from api_upgrades.site.text.diff_lines import Line

MAX_MARKS = 3
"""A line with more changed runs of words is not marked: as a whole, it changed."""

MIN_LIKENESS = 0.5
"""The share of two lines that must be the same for them to count as the old and the new form of one line."""

MAX_MARKED_LENGTH = 1_000
"""A longer line is not marked: comparing it word by word would take long."""

Span = tuple[str, bool]
"""A piece of a line, and whether it changed."""

_WORD = re.compile(r"\\.|[^\W_]+|_|\s+|[^\w\s]")


def mark_changed_words(lines: Sequence[Line]) -> list[tuple[Span, ...]]:
    """Split each line into spans. Lines that have no counterpart, or changed as a whole, are one unmarked span."""
    spans: list[tuple[Span, ...]] = [((line.text, False),) for line in lines]
    for old, new in _find_counterparts(lines):
        marked = _mark(lines[old].text, lines[new].text)
        if marked:
            spans[old], spans[new] = marked
    return spans


def _find_counterparts(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield (index of a removed line, index of the added line that takes its place)."""
    position = 0
    while position < len(lines):
        removed = _run(lines, position, "-")
        added = _run(lines, removed.stop, "+")
        if removed and added:
            yield from _pair_lines(lines, [index for index in removed if _has_words(lines[index])], list(added))
        position = max(added.stop, position + 1)


def _pair_lines(lines: Sequence[Line], removed: list[int], added: list[int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines with the same name, then pairs of the remaining lines in their order."""
    by_name = {_name(lines[new]): new for new in reversed(added)}
    named = {old: by_name.pop(name) for old in removed if (name := _name(lines[old])) in by_name and name is not None}
    yield from named.items()
    taken = set(named.values())
    yield from zip(
        (old for old in removed if old not in named), (new for new in added if new not in taken), strict=False
    )


def _has_words(line: Line) -> bool:
    return any(map(str.isalnum, line.text))


def _run(lines: Sequence[Line], start: int, sign: str) -> range:
    end = start
    while end < len(lines) and lines[end].sign == sign:
        end += 1
    return range(start, end)


def _name(line: Line) -> str | None:
    """The name of the property or header in a line; None if it has none, which equals no other."""
    name, colon, _ = line.text.partition(":")
    return name.strip() if colon else None


def _mark(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]] | None:
    if max(len(old), len(new)) > MAX_MARKED_LENGTH:
        return None
    (old, old_comma), (new, new_comma) = _split_comma(old), _split_comma(new)
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    same = sum(sum(map(len, old_words[i : i + size])) for i, _, size in matcher.get_matching_blocks())
    if same < MIN_LIKENESS * len(old.strip()) or same < MIN_LIKENESS * len(new.strip()):
        return None
    spans: tuple[list[Span], list[Span]] = ([], [])
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        for side, text in zip(spans, ("".join(old_words[i:i_end]), "".join(new_words[j:j_end])), strict=True):
            if text:
                side.append((text, tag != "equal"))
    spans[0].append((old_comma, False))
    spans[1].append((new_comma, False))
    merged = _join_near(spans[0]), _join_near(spans[1])
    return None if max(sum(is_changed for _, is_changed in side) for side in merged) > MAX_MARKS else merged


def _split_comma(line: str) -> tuple[str, str]:
    """Split off the trailing comma, which says nothing about the line."""
    return (line[:-1], ",") if line.endswith(",") else (line, "")


def _join_near(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join marks that only white space or one character separates, so that a phrase has one mark."""
    result: list[Span] = []
    for text, is_changed in spans:
        if is_changed and len(result) > 1 and result[-2][1] and (not result[-1][0].strip() or len(result[-1][0]) == 1):
            between, _ = result.pop()
            before, _ = result.pop()
            result.append((before + between + text, True))
        else:
            result.append((text, is_changed))
    return tuple(result)
