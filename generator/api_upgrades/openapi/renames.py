"""Rename maps: how names change from an older contract to a newer one.

A rename from a to b and a rename from b to c together are one rename from a to c.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target


class Move(NamedTuple):
    """One rename or move of a place."""

    old: Target
    new: Target


@dataclass(frozen=True)
class RenameMap:
    """Renames in the order in which they happened. Adding two maps composes two spans of history."""

    moves: tuple[Move, ...] = ()

    @classmethod
    def of(cls, moves: Iterable[Move]) -> RenameMap:
        return cls(tuple(moves))

    def __add__(self, later: RenameMap) -> RenameMap:
        return RenameMap(self.moves + later.moves)

    def to_newer(self, target: Target, after: int = 0) -> Target:
        """The newer name of an older place, even if the place was removed. `after` so many moves, it had its name."""
        position = after
        while True:
            for index in self._by_older_part.get(target.part, ()):
                if index >= position:
                    moved = target.after_move(*self.moves[index])
                    if moved.part != target.part:  # from here on, moves of the new part apply
                        target, position = moved, index + 1
                        break
                    target = moved
            else:
                return target

    def to_older(self, target: Target) -> Target:
        """The older name of a newer place, even if the place did not exist yet."""
        return self._backwards.to_newer(target)

    @cached_property
    def _backwards(self) -> RenameMap:
        return RenameMap(tuple(Move(new, old) for old, new in reversed(self.moves)))

    @property
    def parts(self) -> Iterable[Part | None]:
        """The parts, by their older names, in which something was renamed or moved."""
        return self._by_older_part.keys()

    def concerns(self, *parts: Part | None) -> bool:
        """Whether anything moves in one of some parts, or a schema to which they may refer gets another name."""
        return self._renames_schemas or not self._all_parts.isdisjoint(parts)

    @cached_property
    def _renames_schemas(self) -> bool:
        return any(
            old.part != new.part and "schema" in {one.part.kind for one in (old, new) if one.part}
            for old, new in self.moves
        )

    @cached_property
    def _all_parts(self) -> frozenset[Part | None]:
        return frozenset(target.part for move in self.moves for target in move)

    @cached_property
    def _by_older_part(self) -> Mapping[Part | None, list[int]]:
        """The indexes of the moves of each part. Most parts have none."""
        found: dict[Part | None, list[int]] = {}
        for index, move in enumerate(self.moves):
            found.setdefault(move.old.part, []).append(index)
        return found


NO_RENAMES = RenameMap()
"""The rename map without renames."""
