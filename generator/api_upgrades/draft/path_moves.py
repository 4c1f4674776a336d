"""Finds operations whose paths moved alike: `/sites/{site_id}/plans` to `/plans`, as many others did."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move
from api_upgrades.openapi.target import Target

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
        by_end[part.method, _segments(part.path)[-1]].append(part)
    pairs = [(old, other) for old in gone for other in by_end.get((old.method, _segments(old.path)[-1]), ())]
    moves = Counter(_beginnings(old.path, other.path) for old, other in pairs)
    found: dict[Part, Part] = {}
    taken: set[Part] = set()
    for old, other in sorted(pairs, key=lambda pair: -moves[_beginnings(pair[0].path, pair[1].path)]):
        if moves[_beginnings(old.path, other.path)] >= MIN_MOVED_ALIKE and old not in found and other not in taken:
            found[old] = other
            taken.add(other)
    return found


def path_parameter_moves(old: Part, new: Part) -> Iterator[Move]:
    """The renames of the path parameters in the end that the paths of a moved operation have in common."""
    shared = sum(1 for _ in _common_end(_segments(old.path), _segments(new.path)))
    ends = ("/".join(part.path.rstrip("/").split("/")[-shared:]) if shared else "" for part in (old, new))
    olds, news = map(_PARAMETER.findall, ends)
    for was, now in zip(olds, news, strict=True):
        if was != now and now not in olds:
            yield Move(Target(new, f"path {was}"), Target(new, f"path {now}"))


_PARAMETER = re.compile(r"\{([^{}]*)\}")


def _segments(path: str) -> list[str]:
    """The segments of a path without the names of its parameters and without a last slash, which tell nothing."""
    return _PARAMETER.sub("{}", path).rstrip("/").split("/")


def _beginnings(old: str, new: str) -> Beginnings:
    older, newer = _segments(old), _segments(new)
    shared = sum(1 for _ in _common_end(older, newer))
    return tuple(older[: len(older) - shared]), tuple(newer[: len(newer) - shared])


def _common_end(older: list[str], newer: list[str]) -> Iterator[str]:
    for one, other in zip(reversed(older), reversed(newer), strict=False):
        if one != other:
            return
        yield one
