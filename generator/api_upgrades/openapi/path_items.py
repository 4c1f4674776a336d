"""Path items behind a `$ref`: a view of a contract in which their operations stand where they are called."""

from __future__ import annotations

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import is_reference
from api_upgrades.openapi.methods import METHODS, OTHER_METHODS
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.part_places import operations_of
from api_upgrades.openapi.references import target_of

_MAX_DEPTH = 16
"""How many references in a row are followed."""


def expand_path_items(contract: Contract) -> Contract:
    """The contract with each reference to a path item replaced by that path item; the same contract without any.

    What stands beside such a reference stays, and wins over what stands behind it.
    """
    if not contract.refers_to_path_items:
        return contract
    paths = contract.document.get("paths")
    items = {path: item for path, item in paths.items() if is_reference(item)} if isinstance(paths, dict) else {}
    webhooks = {part: item for part, item in contract.parts.items() if part.kind == "webhook" and is_reference(item)}
    parts: dict[Part, JsonObject] = {**contract.parts}
    for part, item in webhooks.items():
        parts[part] = _expand(contract, item)
    rest: dict[str, Json] = dict(paths or {})
    for path, item in items.items():
        whole = _expand(contract, item)
        rest[path] = {key: value for key, value in whole.items() if key not in (*METHODS, OTHER_METHODS)}
        for method, operation in operations_of(whole).items():
            if isinstance(operation, dict):
                parts.setdefault(Part("operation", f"{method} {path}"), operation)
    document = {**contract.document, "paths": rest} if items else contract.document
    return contract.view(parts, document)


def _expand(contract: Contract, item: JsonObject) -> JsonObject:
    """A path item without its reference. One that leads nowhere, or to itself, is only left out."""
    for _ in range(_MAX_DEPTH):
        if not is_reference(item):
            break
        target = target_of(contract, item["$ref"])
        beside = {key: value for key, value in item.items() if key != "$ref" and value is not None}
        item = {**target, **beside} if isinstance(target, dict) else beside
    return {key: value for key, value in item.items() if key != "$ref"}
