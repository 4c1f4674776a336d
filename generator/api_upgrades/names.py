"""How names move from an older contract to a newer one, so that a to b to c is one rename."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api_upgrades.effects.base import Move
from api_upgrades.target import Target


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
        for old, new in self.moves:
            target = target.moved(old, new)
        return target

    def older(self, target: Target) -> Target:
        """The name that a newer place went by in the older contract, whether or not it was there yet."""
        for old, new in reversed(self.moves):
            target = target.moved(new, old)
        return target


NO_NAMES = Names()
"""Nothing moved."""
