"""Rename maps: how names change from an older contract to a newer one.

A rename from a to b and a rename from b to c together are one rename from a to c.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from api_upgrades.core.json import Json
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
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

    def concerns(self, value: Json, old: Target, new: Target) -> bool:
        """Whether some JSON that stands at one place in both contracts may mean something else in the newer one.

        That takes a rename or a move inside the place, by any of its names, or a rename of a schema to which it refers.
        """
        places = (place for part in {old.part, new.part} for place in self._inner_places.get(part, ()))
        ends = [replace(one.enclosing_list, part=None) for one in (old, new)] if self._inner_places else []
        if any(place.within(end) or end.within(place) for place in places for end in ends):
            return True
        return bool(self._renamed_schemas) and any(schema_of(ref) in self._renamed_schemas for ref in references(value))

    @cached_property
    def _renamed_schemas(self) -> frozenset[Part | None]:
        return frozenset(old.part for old, new in self.moves if old.part != new.part)

    @cached_property
    def _inner_places(self) -> Mapping[Part | None, list[Target]]:
        """The places that are renamed or moved inside parts, without their parts, by all names of these parts."""
        if not any(target.section or target.steps for move in self.moves for target in move):
            return {}
        found: dict[Part | None, list[Target]] = {}
        for old, new in self.moves:
            known = found.setdefault(old.part, [])
            others = found.setdefault(new.part, known)
            if others is not known:
                known += others
                found |= {part: known for part, places in found.items() if places is others}
            known += [replace(one, part=None) for one in (old, new) if one.section or one.steps]
        return found

    @cached_property
    def _by_older_part(self) -> Mapping[Part | None, list[int]]:
        """The indexes of the moves of each part. Most parts have none."""
        found: dict[Part | None, list[int]] = {}
        for index, move in enumerate(self.moves):
            found.setdefault(move.old.part, []).append(index)
        return found


NO_RENAMES = RenameMap()
"""The rename map without renames."""
