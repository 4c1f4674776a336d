"""Finds the lines of a diff that only moved: into or out of an object or list, or to another place in the text.

A property that moves into an object differs in nothing but its indentation and place. Shown as removed and added, it
looks like two changes. Lines count as the same if they are equal without indentation and trailing comma.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from api_upgrades.site.text.diff_lines import Line, is_balanced, match_lines

REMOVED, ADDED = "-", "+"

SIDE_OF: dict[str, str] = {"-": "-", "<": "-", "+": "+", ">": "+"}
"""The sign of the text that a changed line belongs to: the older or the newer one. Other lines belong to both."""

Pair = tuple[int, int]


def mark_moves(lines: Sequence[Line]) -> list[Line]:
    """Replace the signs of lines that moved: `=` for indentation only, `<` for the old place and `>` for the new one.

    A line with the sign `=` stands for the removed line and for the added one, and has the added one's text.
    """
    found: list[Line] = []
    for is_changed, group in groupby(lines, key=lambda line: line.sign != " "):
        run = list(group)
        found += _mark_indented(run) if is_changed else run
    return _mark_relocated(found)


def _key(line: Line) -> str:
    return line.text.strip().removesuffix(",")


def _indentation(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _says_something(keys: Sequence[str]) -> bool:
    """Whether lines have more than brackets, so that finding them twice is no coincidence."""
    return any(character.isalnum() for key in keys for character in key)


def _mark_indented(hunk: list[Line]) -> list[Line]:
    """Merge the pairs of lines that differ only by indentation, if they are inside something that came or went."""
    removed = [line for line in hunk if line.sign == "-"]
    added = [line for line in hunk if line.sign == "+"]
    pairs = match_lines(list(map(_key, removed)), list(map(_key, added)))
    result: list[Line] = []
    i = j = 0
    for run in _split_into_runs(pairs, removed, added):
        if not _says_something([_key(removed[old]) for old, _ in run]):
            continue
        result += removed[i : run[0][0]] + added[j : run[0][1]]
        result += [Line("=", added[new].text) for _, new in run]
        i, j = run[-1][0] + 1, run[-1][1] + 1
    return result + removed[i:] + added[j:]


def _split_into_runs(pairs: Sequence[Pair], removed: Sequence[Line], added: Sequence[Line]) -> Iterator[list[Pair]]:
    """Yield runs of adjacent pairs whose indentation differs by the same amount, which isn't 0."""
    run: list[Pair] = []
    shift = 0
    for old, new in pairs:
        difference = _indentation(added[new]) - _indentation(removed[old])
        if run and (old, new) == (run[-1][0] + 1, run[-1][1] + 1) and difference == shift:
            run.append((old, new))
            continue
        if run:
            yield run
        run, shift = ([(old, new)] if difference else []), difference
    if run:
        yield run


def _mark_relocated(lines: list[Line]) -> list[Line]:
    """Mark the lines that were removed in one place and added in another one."""
    removed = [index for index, line in enumerate(lines) if line.sign == "-"]
    added = [index for index, line in enumerate(lines) if line.sign == "+"]
    counts = Counter(_key(lines[index]) for index in removed), Counter(_key(lines[index]) for index in added)
    places = {_key(lines[index]): index for index in added}
    result = list(lines)
    for start in removed:
        key = _key(lines[start])
        is_unique = counts[0][key] == counts[1][key] == 1
        if result[start].sign != "-" or not is_unique or not _is_property(key):
            continue
        length = _count_equal_lines(lines, start, places[key])
        if not is_balanced([_key(lines[start + step]) for step in range(length)]):
            continue
        for step in range(length):
            result[start + step] = Line("<", lines[start + step].text)
            result[places[key] + step] = Line(">", lines[places[key] + step].text)
    return result


def _is_property(key: str) -> bool:
    """Whether a line is a property of a JSON object, with its value or the start of it."""
    return key.startswith('"') and '":' in key


def _count_equal_lines(lines: Sequence[Line], old: int, new: int) -> int:
    """Count the lines of the value that starts in two places and is the same in both."""
    depth = length = 0
    while old + length < len(lines) and new + length < len(lines):
        was, now = lines[old + length], lines[new + length]
        if (was.sign, now.sign) != ("-", "+") or _key(was) != _key(now):
            break
        length += 1
        depth += _key(was)[-1:] in ("{", "[")
        depth -= _key(was)[:1] in ("}", "]")
        if depth <= 0:
            break
    return length
