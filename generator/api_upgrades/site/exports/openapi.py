"""Contracts as text: the one writer of OpenAPI documents and of other JSON that is handed out."""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.core.json_text import JsonWriter, indent_json
from api_upgrades.openapi.contract import Contract


class OpenapiDocuments:
    """The OpenAPI documents of some versions. What versions share, which is most of it, is written once."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts
        self._writer = JsonWriter(part for contract in contracts.values() for part in contract.parts.values())

    def write(self, version: str) -> str:
        """The document of a version. Raises KeyError for one that isn't there."""
        return self._writer.write(self._contracts[version].to_openapi(version)) + "\n"


def openapi_document(contract: Contract, version: str) -> str:
    """One version's OpenAPI document."""
    return indent_json(contract.to_openapi(version))
