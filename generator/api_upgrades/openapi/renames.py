"""How names move from an older contract to a newer one, so that a to b to c is one rename."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.target import Target


class Move(NamedTuple):
    """A place that goes by another name from the effect on."""

    old: Target
    new: Target


@dataclass(frozen=True)
class Names:
    """Moves in the order in which they happened. Composing two spans of history is adding their moves up."""

    moves: tuple[Move, ...] = ()

    @classmethod
    def of(cls, moves: Iterable[Move]) -> Names:
        return cls(tuple(moves))

    def __add__(self, later: Names) -> Names:
        return Names(self.moves + later.moves)

    def newer(self, target: Target) -> Target:
        """The name that an older place goes by in the newer contract, whether or not it is still there."""
        position = 0
        while True:
            for index in self._by_older_part.get(target.part, ()):
                if index >= position:
                    moved = target.moved(*self.moves[index])
                    if moved.part != target.part:  # from here on, the moves of another part are its
                        target, position = moved, index + 1
                        break
                    target = moved
            else:
                return target

    def older(self, target: Target) -> Target:
        """The name that a newer place went by in the older contract, whether or not it was there yet."""
        return self._backwards.newer(target)

    @cached_property
    def _backwards(self) -> Names:
        return Names(tuple(Move(new, old) for old, new in reversed(self.moves)))

    @property
    def parts(self) -> Iterable[Part | None]:
        """The parts, by their older names, of which something moved."""
        return self._by_older_part.keys()

    @cached_property
    def _by_older_part(self) -> Mapping[Part | None, list[int]]:
        """For each part where the moves of its places stand: of most parts nothing ever moved."""
        found: dict[Part | None, list[int]] = {}
        for index, move in enumerate(self.moves):
            found.setdefault(move.old.part, []).append(index)
        return found


NO_NAMES = Names()
"""Nothing moved."""
