"""What the public sees: the same, byte for byte, as if all that is internal and unreleased had never been written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import INTERNAL, Visibility, internal_references
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.project import Project
from api_upgrades.releases.public import restrict_to_public, shows_unreleased
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.secrets import UPCOMING, VISIBLE, WHOLE
from tests.shop import FILES, write

ROOT = Path(__file__).parent.parent


def everything(history: History) -> dict[str, str]:
    """All that is made of a history, pages in both forms."""
    made = list(render_pages(history, Addresses()))
    pages = {page.path: page.html for page in made if isinstance(page, Page)}
    twins = {f"{page.path} as Markdown": page.markdown() for page in made if isinstance(page, Page)}
    files = {
        one.path: one.content
        for one in (*made, *render_exports(history, Addresses(), made))
        if not isinstance(one, Page)
    }
    return pages | twins | files


@pytest.mark.parametrize("whole", [pytest.param(WHOLE, id="internal"), pytest.param(UPCOMING, id="unreleased too")])
def test_the_public_sees_what_it_would_if_nothing_else_had_been_written(whole: dict[str, str], tmp_path: Path) -> None:
    seen = everything(restrict_to_public(Project(write(tmp_path / "whole", whole)).load()))
    expected = everything(Project(write(tmp_path / "visible", VISIBLE)).load())
    assert seen.keys() == expected.keys()
    assert {name: text for name, text in seen.items() if text != expected[name]} == {}


@pytest.mark.parametrize("files", [FILES, VISIBLE])
def test_where_nothing_is_hidden_nothing_changes(files: dict[str, str], tmp_path: Path) -> None:
    history = Project(write(tmp_path, files)).load()
    assert everything(restrict_to_public(history)) == everything(history)


def test_what_is_published_is_published_already(tmp_path: Path) -> None:
    once = restrict_to_public(Project(write(tmp_path, UPCOMING)).load())
    assert everything(restrict_to_public(once)) == everything(once)


def test_contracts_that_share_a_part_share_it_afterwards(tmp_path: Path) -> None:
    whole = Project(write(tmp_path, UPCOMING)).load()
    public = restrict_to_public(whole)
    was, now = (history.contract_at("2024-02-01") for history in (whole, public))
    older_was, older_now = (history.contract_at("2024-01-01") for history in (whole, public))
    shared = [part for part in now.parts if was.parts[part] is older_was.parts.get(part)]
    assert shared
    assert all(now.parts[part] is older_now.parts[part] for part in shared)


def contract(schemas: dict[str, Json], operation: dict[str, Json] | None = None, **document: Json) -> Contract:
    body: dict[str, Json] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    used = operation or {"responses": {"200": {"description": "OK", **body}}}
    return Contract.from_openapi(
        {"openapi": "3.1.0", "paths": {"/a": {"get": used}}, "components": {"schemas": schemas}, **document}
    )


SECRET: dict[str, Json] = {"type": "string", "x-internal": True}
OPEN: dict[str, Json] = {"type": "string"}
A_REF = {"$ref": "#/components/schemas/A"}
B_REF = {"$ref": "#/components/schemas/B"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(
            {"properties": {"a": OPEN, "s": SECRET}, "required": ["a", "s"]},
            {"properties": {"a": OPEN}, "required": ["a"]},
            id="property",
        ),
        pytest.param({"properties": {"s": SECRET}, "required": ["s"]}, {"properties": {}}, id="the only one required"),
        pytest.param(
            {"properties": {"a": {"properties": {"s": SECRET, "b": OPEN}}}},
            {"properties": {"a": {"properties": {"b": OPEN}}}},
            id="nested",
        ),
        pytest.param(
            {"properties": {"a": {"type": "array", "items": {"properties": {"s": SECRET}}}}},
            {"properties": {"a": {"type": "array", "items": {"properties": {}}}}},
            id="in a list",
        ),
        pytest.param(
            {"allOf": [{"properties": {"s": SECRET}}, {"required": ["s", "a"]}], "required": ["s"]},
            {"allOf": [{"properties": {}}, {"required": ["s", "a"]}]},
            id="required beside allOf",
        ),
        pytest.param(
            {"allOf": [{"$ref": "#/components/schemas/B"}], "required": ["hidden", "shown"]},
            {"allOf": [{"$ref": "#/components/schemas/B"}], "required": ["shown"]},
            id="required of what it refers to",
        ),
        pytest.param(
            {"allOf": [{"properties": {"s": SECRET}}, {"properties": {"s": OPEN}}], "required": ["s"]},
            {"allOf": [{"properties": {}}, {"properties": {"s": OPEN}}], "required": ["s"]},
            id="public in another branch",
        ),
        pytest.param(
            {"properties": {"properties": OPEN, "required": {"type": "object"}, "s": SECRET}},
            {"properties": {"properties": OPEN, "required": {"type": "object"}}},
            id="properties called like keywords",
        ),
        pytest.param(
            {"properties": {"a": OPEN, "s": SECRET}, "examples": [{"a": "1", "s": "2"}], "default": {"s": "3"}},
            {"properties": {"a": OPEN}, "examples": [{"a": "1"}], "default": {}},
            id="examples and defaults",
        ),
        pytest.param(
            {"properties": {"b": {"type": "array", "items": B_REF, "examples": [[{"hidden": 1, "a": 2}]]}}},
            {"properties": {"b": {"type": "array", "items": B_REF, "examples": [[{"a": 2}]]}}},
            id="an example of what it refers to",
        ),
        pytest.param(
            {"properties": {"c": {"$ref": "#/components/schemas/C"}, "a": OPEN}, "required": ["c"]},
            {"properties": {"a": OPEN}},
            id="nothing but an internal schema",
        ),
        pytest.param({"properties": {"a": {"type": "string", "x-internal": False}}}, None, id="said to be public"),
        pytest.param({"properties": {"a": {"enum": [{"x-internal": True}]}}}, None, id="data of that name"),
        pytest.param(
            {"properties": {"a": {"anyOf": [A_REF, {"type": "null"}]}, "s": SECRET}, "examples": [{"a": {"s": "1"}}]},
            {"properties": {"a": {"anyOf": [A_REF, {"type": "null"}]}}, "examples": [{"a": {}}]},
            id="that holds itself",
        ),
    ],
)  # fmt: skip
def test_a_schema_without_what_is_internal(schema: dict[str, Json], expected: dict[str, Json] | None) -> None:
    others = {"B": {"properties": {"hidden": SECRET, "shown": OPEN}}, "C": {"type": "object", "x-internal": True}}
    public = Visibility().public(contract({"A": schema, **others}))
    assert public.parts[Part("schema", "A")] == (schema if expected is None else expected)


@pytest.mark.parametrize(
    ("operation", "document", "expected"),
    [
        pytest.param(
            {"parameters": [{"name": "s", "in": "query", "x-internal": True}, {"name": "a", "in": "query"}]},
            {},
            {"parameters": [{"name": "a", "in": "query"}]},
            id="parameter",
        ),
        pytest.param(
            {"parameters": [{"$ref": "#/components/parameters/S"}]},
            {"components": {"parameters": {"S": {"name": "s", "in": "query", "x-internal": True}}}},
            {"parameters": []},
            id="shared parameter",
        ),
        pytest.param(
            {"responses": {"200": {"description": "OK"}, "418": {"description": "s", "x-internal": True}}},
            {},
            {"responses": {"200": {"description": "OK"}}},
            id="response",
        ),
        pytest.param(
            {"requestBody": {"content": {"application/json": {
                "schema": {"properties": {"s": SECRET}}, "example": {"s": 1}, "examples": {"one": {"value": {"s": 2}}},
            }}}},
            {},
            {"requestBody": {"content": {"application/json": {
                "schema": {"properties": {}}, "example": {}, "examples": {"one": {"value": {}}},
            }}}},
            id="body and its examples",
        ),
    ],
)  # fmt: skip
def test_an_operation_without_what_is_internal(
    operation: dict[str, Json], document: dict[str, Any], expected: dict[str, Json]
) -> None:
    whole = Contract.from_openapi({"openapi": "3.1.0", "paths": {"/a": {"get": operation}}, **document})
    public = Visibility().public(whole)
    assert public.parts[Part("operation", "GET /a")] == expected
    assert '"s"' not in json.dumps(public.to_openapi())


def test_tags_of_internal_operations_alone_are_internal() -> None:
    hidden = {"tags": ["Hidden", "Both"], "x-internal": True}
    whole = Contract.from_openapi(
        {
            "openapi": "3.1.0",
            "tags": [{"name": name} for name in ("Hidden", "Both", "Nobody's")],
            "paths": {"/a": {"get": {"tags": ["Both"]}, "put": hidden}},
            "webhooks": {"w": {"post": {"tags": ["Hidden"], "x-internal": True}}},
        }
    )
    public = Visibility().public(whole)
    assert public.document["tags"] == [{"name": "Both"}, {"name": "Nobody's"}]
    assert list(public.parts) == [Part("operation", "GET /a")]


def test_a_schema_that_nothing_used_all_along_stays() -> None:
    schemas = {"A": {"properties": {"s": SECRET}}, "Lonely": {"type": "object"}}
    assert Part("schema", "Lonely") in Visibility().public(contract(schemas)).parts


def test_a_contract_without_anything_internal_is_itself() -> None:
    whole = contract({"A": {"properties": {"a": OPEN}}})
    assert Visibility().public(whole) is whole


def test_what_is_public_must_not_refer_to_what_is_not(tmp_path: Path) -> None:
    schemas = {"A": {"properties": {"c": {"type": "array", "items": {"$ref": "#/components/schemas/C"}}}}, "C": SECRET}
    assert list(internal_references(contract(schemas), Visibility())) == [(Part("schema", "A"), Part("schema", "C"))]
    exposed = WHOLE["changes/api/__init__.py"].replace("zz_audit: ZzAudit", "zz_audit: list[ZzAudit]")
    with pytest.raises(
        RegistryErrors, match="Book refers to ZzAudit, which is 'x-internal'; mark Book as 'x-internal' too"
    ):
        Project(write(tmp_path, WHOLE | {"changes/api/__init__.py": exposed})).load()


@pytest.mark.parametrize(
    ("option", "serves", "is_preview", "expected"),
    [
        (None, False, False, False),
        (None, True, False, True),
        (None, False, True, True),
        (False, True, True, False),
        (True, False, False, True),
    ],
)
def test_what_is_unreleased_is_shown_while_it_is_written_or_reviewed(
    option: bool | None, serves: bool, is_preview: bool, expected: bool
) -> None:
    assert shows_unreleased(option, serves=serves, is_preview=is_preview) is expected


def test_what_an_edit_adds_decides_whether_a_derived_contract_stays_public() -> None:
    secret = {"type": "string", INTERNAL: True}
    head = contract({"A": {"type": "object", "properties": {"id": {"type": "string"}}, "allOf": [{"type": "object"}]}})
    part = schema_part("A")
    value = head.parts[part]
    edits: list[tuple[dict[str, Json], bool]] = [
        ({**value, "description": "Reworded"}, True),
        ({**value, "properties": {**value["properties"], "key": secret}}, False),
        ({**value, "allOf": [{"properties": {"key": secret}}, *value["allOf"]]}, False),
        ({**value, INTERNAL: True}, False),
    ]
    for edited, stays_public in edits:
        derived = head.with_part(part, edited)
        later = derived.with_part(part, {**edited, "title": "A"})
        for visibility in (Visibility(), Visibility(head)):
            assert (visibility.public(later) is later) is stays_public
            assert (visibility.public(derived) is derived) is stays_public
