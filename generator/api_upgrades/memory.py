"""What a process that reads the same project again and again, as `mkdocs serve` does, need not work out again.

Nothing of it is ever on a disk, and nothing in it goes by a name or a time: a result is found by the very objects that
it was worked out from. These are the same as long as the files they were read from say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Memory:
    """Results by the objects that they follow from. What one reading of the project has no use for is forgotten."""

    def __init__(self) -> None:
        self._before: dict[tuple[object, ...], tuple[Any, tuple[object, ...]]] = {}
        self._now: dict[tuple[object, ...], tuple[Any, tuple[object, ...]]] = {}

    def begin(self) -> None:
        """Another reading of the project begins."""
        self._before, self._now = self._now, {}

    def kept(self, what: str, sources: tuple[object, ...], make: Callable[[], _Result]) -> _Result:
        """What was made of some objects, immutable all of them. They are held, so that their ids stay their own."""
        key = (what, *map(id, sources))
        found = self._now.get(key) or self._before.get(key) or (make(), sources)
        self._now[key] = found
        result: _Result = found[0]
        return result
