"""A memo table for a process that loads the same project repeatedly, as `mkdocs serve` does.

The table exists only in memory. Its keys are the identities of the objects that a result was computed from, never file
names or times. These objects stay the same while their files have the same content: after a model is saved, parts that
did not change are replaced by the equal objects of the previous load (`intern_contract`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import derived_in_one_step, find_edited_parts
from api_upgrades.openapi.part import Part

_Result = TypeVar("_Result")


class Memo:
    """Results, keyed by a name and the objects they were computed from. A result that a load doesn't use is dropped."""

    def __init__(self) -> None:
        self._previous: dict[tuple[Hashable, ...], tuple[Any, tuple[object, ...]]] = {}
        self._current: dict[tuple[Hashable, ...], tuple[Any, tuple[object, ...]]] = {}
        self._json_by_text: dict[tuple[Part | None, str], Json] = {}
        self._previous_by_name: dict[object, Any] = {}

    def begin_load(self) -> None:
        """Start a load of the project: the results of the last load become the previous ones."""
        self._previous, self._current = self._current, {}
        self._json_by_text = {}
        self._previous_by_name = {key[0]: result for key, (result, _) in self._previous.items()}

    def get_or_compute(self, name: Hashable, sources: tuple[object, ...], compute: Callable[[], _Result]) -> _Result:
        """The result that was computed from these objects, or `compute()`. The objects must be immutable.

        The table keeps references to the objects, so that their ids are not reused.
        """
        key = (name, *map(id, sources))
        found = self._current.get(key) or self._previous.get(key) or (compute(), sources)
        self._current[key] = found
        result: _Result = found[0]
        return result

    def get_previous(self, name: str) -> Any:
        """The result that the previous load stored under a name, whatever its sources; None if there is none."""
        return self._previous_by_name.get(name)

    def intern(self, name: Hashable, value: _Result) -> _Result:
        """The object that the previous load stored under a name if it equals `value`, else `value`."""
        previous = self._previous_by_name.get(name)
        value = previous if previous == value else value
        self._current[name,] = value, ()
        return value

    def has_result(self, name: Hashable, sources: tuple[object, ...]) -> bool:
        """Whether the table has a result that was computed from these objects. If so, marks it as used by this load."""
        key = (name, *map(id, sources))
        if key not in self._current and key in self._previous:
            self._current[key] = self._previous[key]
        return key in self._current

    def intern_contract(self, contract: Contract, similar: Contract | None = None) -> Contract:
        """A contract with each part replaced by the equal object of the previous load, where there is one.

        Objects are equal if they serialize to the same JSON, keys in the same order. Parts that are already the same
        object in the contract `similar` are kept as they are.
        """
        if not self._previous:
            return contract
        edited = contract.parts if similar is None else find_edited_parts(similar, contract)
        values = {part: contract.parts[part] for part in edited if part in contract.parts}
        known = {part: self._intern_json(part, value) for part, value in values.items()}
        is_shared = similar is not None and similar.document is contract.document
        document = contract.document if is_shared else self._intern_json(None, contract.document)
        if document is contract.document and all(known[part] is value for part, value in values.items()):
            return contract
        return derived_in_one_step(contract.derive({**contract.parts, **known}, known, document), similar or contract)

    def _intern_json(self, part: Part | None, value: Json) -> Json:
        if not self._json_by_text:
            contracts = [result for result, _ in self._previous.values() if isinstance(result, Contract)]
            values: dict[tuple[Part | None, int], Json] = {}
            for contract in contracts:
                for key, stored in (*contract.parts.items(), (None, contract.document)):
                    values[key, id(stored)] = stored
            self._json_by_text = {(key, json.dumps(stored)): stored for (key, _), stored in values.items()}
        return self._json_by_text.get((part, json.dumps(value)), value)
