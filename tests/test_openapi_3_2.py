"""OpenAPI 3.2: every keyword that it adds is read, kept, compared, imported and shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api_upgrades.openapi.contract import Contract

OPERATION = {"responses": {"204": {"description": "Done."}}}


def document(**sections: Any) -> dict[str, Any]:
    return {"openapi": "3.2.0", "info": {"title": "Kiln", "version": "1"}, **sections}


def names(contract: Contract) -> list[str]:
    return [part.name for part in contract.of_kind("operation")]


PATH_ITEMS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the method QUERY": ({"query": OPERATION}, ["QUERY /p"]),
    "another method": ({"additionalOperations": {"LINK": OPERATION}}, ["LINK /p"]),
    "other methods between": (
        {"summary": "P", "get": OPERATION, "additionalOperations": {"LINK": OPERATION, "M-SEARCH": OPERATION}}
        | {"post": OPERATION, "parameters": []},
        ["GET /p", "LINK /p", "M-SEARCH /p", "POST /p"],
    ),
    "operations apart": (
        {"query": OPERATION, "servers": [], "additionalOperations": {"Notify": OPERATION}, "x-a": 1},
        ["QUERY /p", "Notify /p"],
    ),
    "no other method": ({"get": OPERATION, "additionalOperations": {}}, ["GET /p"]),
    "no operation at all": ({"additionalOperations": {}, "summary": "P"}, []),
    "methods that have a key of their own": (
        {"additionalOperations": {"POST": OPERATION, "get": OPERATION, "LINK": OPERATION, "x-a": None}},
        ["LINK /p"],
    ),
    "names that are no methods": (
        {"get": OPERATION, "additionalOperations": {"a method": OPERATION, "webhook": OPERATION}, "put": OPERATION},
        ["GET /p", "PUT /p"],
    ),
}


@pytest.mark.parametrize("name", PATH_ITEMS)
def test_operations_of_any_method_are_parts_and_stay_in_place(name: str) -> None:
    item, operations = PATH_ITEMS[name]
    whole = document(paths={"/a": {"get": OPERATION}, "/p": item, "/z": {"summary": "Z"}})
    contract = Contract.from_openapi(whole)
    assert names(contract) == ["GET /a", *operations]
    assert json.dumps(contract.to_openapi()) == json.dumps(whole)
    without = contract
    for part in [part for part in contract.of_kind("operation") if part.path == "/p"]:
        without = without.without_part(part)
    assert None not in without.content["paths"].get("/p", {}).values()
