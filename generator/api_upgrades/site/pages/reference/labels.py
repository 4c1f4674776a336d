"""How lists show operations and webhooks, beside their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import operation_object
from api_upgrades.openapi.part import Part
from api_upgrades.site.pages.site import Site


class PartLabel(NamedTuple):
    """What an operation or a webhook does, and whether it is deprecated."""

    summary: str
    is_deprecated: bool


class PartLabels:
    """The labels of a site's operations and webhooks. Versions share those that they have in common."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cache: dict[int, PartLabel] = {}

    def of(self, version: str, parts: Iterable[Part]) -> dict[Part, PartLabel]:
        """The labels of the operations and webhooks among some parts of a version."""
        contract = self._site.history.contract_at(version)
        return {part: self._label(contract, part) for part in parts if part.kind != "schema"}

    def _label(self, contract: Contract, part: Part) -> PartLabel:
        value = contract.parts[part]
        if id(value) not in self._cache:  # ids stay unique, because the history keeps the contracts
            operation = operation_object(contract, part)
            label = PartLabel(str(operation.get("summary") or ""), operation.get("deprecated") is True)
            self._cache[id(value)] = label
        return self._cache[id(value)]
