"""What a process that reads the same project again and again, as `mkdocs serve` does, need not work out again.

Nothing of it is ever on a disk, and nothing in it goes by a name or a time: a result is found by the very objects that
it was worked out from. These are the same as long as the files they were read from say the same, and what a saved model
leaves as it was is made the same object again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract, Part

_Result = TypeVar("_Result")


class Memory:
    """Results by the objects that they follow from. What one reading of the project has no use for is forgotten."""

    def __init__(self) -> None:
        self._before: dict[tuple[Hashable, ...], tuple[Any, tuple[object, ...]]] = {}
        self._now: dict[tuple[Hashable, ...], tuple[Any, tuple[object, ...]]] = {}
        self._said: dict[tuple[Part | None, str], Json] = {}
        self._last: dict[object, Any] = {}

    def begin(self) -> None:
        """Another reading of the project begins."""
        self._before, self._now = self._now, {}
        self._said = {}
        self._last = {key[0]: result for key, (result, _) in self._before.items()}

    def kept(self, what: Hashable, sources: tuple[object, ...], make: Callable[[], _Result]) -> _Result:
        """What was made of some objects, immutable all of them. They are held, so that their ids stay their own."""
        key = (what, *map(id, sources))
        found = self._now.get(key) or self._before.get(key) or (make(), sources)
        self._now[key] = found
        result: _Result = found[0]
        return result

    def last(self, what: str) -> Any:
        """What the reading before made that goes by a name, whatever it was made of; None if it made nothing."""
        return self._last.get(what)

    def alike(self, what: Hashable, value: _Result) -> _Result:
        """A value, as the equal object that the reading before had by the same name."""
        known = self._last.get(what)
        value = known if known == value else value
        self._now[what,] = value, ()
        return value

    def has(self, what: Hashable, sources: tuple[object, ...]) -> bool:
        """Whether something is known that was made of some objects."""
        key = (what, *map(id, sources))
        if key not in self._now and key in self._before:
            self._now[key] = self._before[key]
        return key in self._now

    def same(self, contract: Contract, like: Contract | None = None) -> Contract:
        """A contract of the objects that the reading before had, wherever parts say what they did, in the same order.

        What is the same object in a contract that it is `like` stays so.
        """
        parts = {
            part: value if like and like.parts.get(part) is value else self._same(part, value)
            for part, value in contract.parts.items()
        }
        is_like = like is not None and like.document is contract.document
        document = contract.document if is_like else self._same(None, contract.document)
        if document is contract.document and all(parts[part] is value for part, value in contract.parts.items()):
            return contract
        return replace(contract, parts=parts, document=document)

    def _same(self, part: Part | None, value: Json) -> Json:
        if not self._before:
            return value
        if not self._said:
            before = [kept for kept, _ in self._before.values() if isinstance(kept, Contract)]
            values: dict[tuple[Part | None, int], Json] = {}
            for contract in before:
                values |= {(one, id(held)): held for one, held in (*contract.parts.items(), (None, contract.document))}
            self._said = {(one, json.dumps(held)): held for (one, _), held in values.items()}
        return self._said.get((part, json.dumps(value)), value)
