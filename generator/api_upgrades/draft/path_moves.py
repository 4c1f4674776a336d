"""Finds operations whose paths moved alike: `/sites/{site_id}/plans` to `/plans`, as many others did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from api_upgrades.openapi.part import Part

MIN_MOVED_ALIKE = 3
"""How many operations have to move from the same beginning of a path to the same other one."""

Beginnings = tuple[tuple[str, ...], tuple[str, ...]]
"""The segments with which an older and a newer path begin, before the segments that they have in common."""


def find_path_moves(gone: Iterable[Part], new: Iterable[Part]) -> Mapping[Part, Part]:
    """The newer operation of each one that is gone, where at least `MIN_MOVED_ALIKE` moved in the same way.

    An operation that could have moved in several ways moved in the way of the most.
    """
    by_end: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in new:
        by_end[part.method, part.path.rpartition("/")[2]].append(part)
    pairs = [(old, other) for old in gone for other in by_end.get((old.method, old.path.rpartition("/")[2]), ())]
    moves = Counter(_beginnings(old.path, other.path) for old, other in pairs)
    found: dict[Part, Part] = {}
    taken: set[Part] = set()
    for old, other in sorted(pairs, key=lambda pair: -moves[_beginnings(pair[0].path, pair[1].path)]):
        if moves[_beginnings(old.path, other.path)] >= MIN_MOVED_ALIKE and old not in found and other not in taken:
            found[old] = other
            taken.add(other)
    return found


def _beginnings(old: str, new: str) -> Beginnings:
    older, newer = old.split("/"), new.split("/")
    shared = sum(1 for _ in _common_end(older, newer))
    return tuple(older[: len(older) - shared]), tuple(newer[: len(newer) - shared])


def _common_end(older: list[str], newer: list[str]) -> Iterator[str]:
    for one, other in zip(reversed(older), reversed(newer), strict=False):
        if one != other:
            return
        yield one
