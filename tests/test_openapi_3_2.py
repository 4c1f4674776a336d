"""OpenAPI 3.2: every keyword that it adds is read, kept, compared, imported and shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.openapi.contract import Contract
from api_upgrades.sources.openapi_file import read_document

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


LOCAL = "#/components/schemas/Book"


@pytest.mark.parametrize(
    ("own", "ref"),
    [
        ("https://example.com/api/openapi", "https://example.com/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi", "//example.com/api/openapi#/components/schemas/Book"),
        ("https://example.com/api/openapi#", "../api/openapi#/components/schemas/Book"),
        ("/api/openapi", "/api/openapi#/components/schemas/Book"),
        ("urn:example:api", "urn:example:api#/components/schemas/Book"),
        (None, "openapi.json#/components/schemas/Book"),
    ],
)
def test_a_reference_by_the_uri_of_the_document_is_a_local_one(tmp_path: Path, own: str | None, ref: str) -> None:
    cat = {"type": "object", "discriminator": {"propertyName": "a", "mapping": {"b": ref}, "defaultMapping": ref}}
    schemas = {"Book": {"type": "object"}, "Shelf": {"items": {"$ref": ref}}, "Cat": cat}
    whole = document(**({"$self": own} if own else {}), paths={}, components={"schemas": schemas})
    (tmp_path / "openapi.json").write_text(json.dumps(whole))
    read = read_document(tmp_path / "openapi.json")
    assert json.dumps(read.document) == json.dumps(whole).replace(json.dumps(ref), json.dumps(LOCAL))


def test_files_refer_to_each_other_by_their_uris(tmp_path: Path) -> None:
    """As in appendix F of the specification: no file is at its URI."""
    first = document(
        **{"$self": "https://example.com/api/openapi"},
        paths={"/foo": {"query": {"requestBody": {"$ref": "shared/foo#/components/requestBodies/Foo"}}}},
        components={"schemas": {"Bar": {"type": "string"}}},
    )
    content = {"application/json": {"schema": {"$ref": "https://example.com/api/openapi#/components/schemas/Bar"}}}
    second = document(
        **{"$self": "https://example.com/api/shared/foo"},
        components={"requestBodies": {"Foo": {"content": content}}},
    )
    (tmp_path / "shared").mkdir()
    (tmp_path / "openapi.json").write_text(json.dumps(first))
    (tmp_path / "shared" / "foo").write_text(json.dumps(second))
    read = read_document(tmp_path / "openapi.json").document
    assert read["paths"]["/foo"]["query"]["requestBody"] == {"$ref": "#/components/requestBodies/Foo"}
    body = read["components"]["requestBodies"]["Foo"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Bar"}


def test_path_items_and_media_types_of_other_files_are_read(tmp_path: Path) -> None:
    item = {"additionalOperations": {"LINK": {"responses": {"200": {"content": {"a/b": {"$ref": "media.json"}}}}}}}
    (tmp_path / "openapi.json").write_text(json.dumps(document(paths={"/p": {"$ref": "item.json"}})))
    (tmp_path / "item.json").write_text(json.dumps(item))
    (tmp_path / "media.json").write_text(json.dumps({"itemSchema": {"$ref": "event.json"}}))
    (tmp_path / "event.json").write_text(json.dumps({"type": "object"}))
    contract = Contract.from_openapi(read_document(tmp_path / "openapi.json").document)
    assert names(contract) == ["LINK /p"]
    (operation,) = (contract.parts[part] for part in contract.of_kind("operation"))
    assert operation["responses"]["200"]["content"] == {"a/b": {"itemSchema": {"$ref": "#/components/schemas/event"}}}


@pytest.mark.parametrize(
    ("own", "ref", "message"),
    [
        ("https://example.com/a", "https://example.org/a#/b", "'https://example.org/a#/b' is not a file"),
        ("https://[a", "https://[a#/b", "'https://[a#/b' is not a file"),
        ("https://example.com/a", "../../../etc/passwd#/b", "is outside the document's folder"),
    ],
)
def test_a_reference_by_another_uri_is_refused(tmp_path: Path, own: str, ref: str, message: str) -> None:
    whole = document(**{"$self": own}, paths={"/p": {"get": {"requestBody": {"$ref": ref}}}})
    (tmp_path / "openapi.json").write_text(json.dumps(whole))
    with pytest.raises(ApiUpgradesError, match=re.escape(message)):
        read_document(tmp_path / "openapi.json")
