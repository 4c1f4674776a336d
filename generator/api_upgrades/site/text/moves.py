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

MAX_BRACKETS = 3
"""So many unchanged lines of brackets between two changes may be unchanged by chance."""

MAX_LINES_AT_ONCE = 1_000
"""A longer diff is only searched for moves near its changes."""

Pair = tuple[int, int]


def mark_moves(lines: Sequence[Line]) -> list[Line]:
    """Replace the signs of lines that moved: `=` for indentation only, `<` for the old place and `>` for the new one.

    A line with the sign `=` stands for the removed line and for the added one, and has the added one's text.
    """
    found: list[Line] = []
    for hunks in _group_hunks(lines):
        apart = [line for hunk in hunks for line in (_mark_indented(hunk) if hunk[0].sign != " " else hunk)]
        together = _mark_indented([line for hunk in hunks for line in hunk]) if len(hunks) > 1 else apart
        found += together if _count_changes(together) < _count_changes(apart) else apart
    if any(line.sign != " " for line in found) and len(lines) <= MAX_LINES_AT_ONCE:
        whole = _mark_indented(lines)
        found = whole if _count_changes(whole) < _count_changes(found) else found
    return _mark_relocated(found)


def _group_hunks(lines: Sequence[Line]) -> Iterator[list[list[Line]]]:
    """Yield runs of changed and of unchanged lines. Changes with only a few brackets between them are in one group.

    If an object is indented, its closing bracket can equal that of an object inside it. Only together do both changes
    show that the object moved.
    """
    group: list[list[Line]] = []
    for is_changed, found in groupby(lines, key=lambda line: line.sign != " "):
        run = list(found)
        is_joint = len(run) <= MAX_BRACKETS and not _says_something([_key(line) for line in run])
        if group and not is_changed and not is_joint:
            yield from _without_open_end(group)
            group = []
        group.append(run)
        if not is_changed and not is_joint:
            yield group
            group = []
    yield from _without_open_end(group)


def _without_open_end(group: list[list[Line]]) -> Iterator[list[list[Line]]]:
    """Yield a group without the brackets at its start and end, which are groups of their own."""
    start, end = 0, len(group)
    if group and group[0][0].sign == " ":
        yield [group[0]]
        start = 1
    if end - 1 > start and group[-1][0].sign == " ":
        end -= 1
    if group[start:end]:
        yield group[start:end]
    if group[end:]:
        yield group[end:]


def _count_changes(lines: Sequence[Line]) -> int:
    return sum(line.sign in (REMOVED, ADDED) for line in lines)


def _key(line: Line) -> str:
    return line.text.strip().removesuffix(",")


def _indentation(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _says_something(keys: Sequence[str]) -> bool:
    """Whether lines have more than brackets, so that finding them twice is no coincidence."""
    return any(character.isalnum() for key in keys for character in key)


def _mark_indented(hunk: Sequence[Line]) -> list[Line]:
    """Merge the pairs of lines that differ only by indentation, if they are inside something that came or went."""
    removed = [line for line in hunk if line.sign != ADDED]
    added = [line for line in hunk if line.sign != REMOVED]
    pairs = match_lines(list(map(_key, removed)), list(map(_key, added)))
    result: list[Line] = []
    i = j = 0
    for shift, run in _split_into_runs(pairs, removed, added):
        if shift and not _says_something([_key(removed[old]) for old, _ in run]):
            continue
        result += [Line("-", line.text) for line in removed[i : run[0][0]]]
        result += [Line("+", line.text) for line in added[j : run[0][1]]]
        result += [Line("=" if shift else " ", added[new].text) for _, new in run]
        i, j = run[-1][0] + 1, run[-1][1] + 1
    result += [Line("-", line.text) for line in removed[i:]]
    return result + [Line("+", line.text) for line in added[j:]]


def _split_into_runs(
    pairs: Sequence[Pair], removed: Sequence[Line], added: Sequence[Line]
) -> Iterator[tuple[int, list[Pair]]]:
    """Yield runs of adjacent pairs with the same difference in indentation, as (difference, pairs)."""
    run: list[Pair] = []
    shift = 0
    for old, new in pairs:
        difference = _indentation(added[new]) - _indentation(removed[old])
        if run and (old, new) == (run[-1][0] + 1, run[-1][1] + 1) and difference == shift:
            run.append((old, new))
            continue
        if run:
            yield shift, run
        run, shift = [(old, new)], difference
    if run:
        yield shift, run


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
