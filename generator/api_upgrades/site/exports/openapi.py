"""Renders contracts as the text of OpenAPI documents."""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.core.json_text import JsonFormatter, indent_json
from api_upgrades.openapi.contract import Contract


class OpenapiRenderer:
    """Renders the OpenAPI documents of several versions. Parts that versions share are rendered once."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = contracts
        self._writer = JsonFormatter(part for contract in contracts.values() for part in contract.parts.values())

    def render(self, version: str) -> str:
        """Render the document of a version. Raises KeyError if the version does not exist."""
        return self._writer.write(self._contracts[version].to_openapi(version)) + "\n"


def render_openapi(contract: Contract, version: str) -> str:
    """Render a single OpenAPI document."""
    return indent_json(contract.to_openapi(version))
