"""Operations behind a reference to a path item: pages show them, `diff` finds them, exports keep the reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.path_items import expand_path_items
from tests.effects import in_words
from tests.equality.judge import judge_diff, judge_import
from tests.test_compare import found

SHARED = {
    "get": {"responses": {"204": {"description": "Nothing"}}},
    "delete": {"responses": {"204": {"description": "Gone"}}},
}
REFERRING = {"$ref": "#/components/pathItems/Root"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pots", "version": "1"},
    "paths": {"/root": REFERRING, "/other": {"get": {"responses": {"204": {"description": "Nothing"}}}}},
    "webhooks": {"fired": {"$ref": "#/components/pathItems/Fired"}},
    "components": {"pathItems": {"Root": SHARED, "Fired": {"post": {"responses": {"204": {"description": "Heard"}}}}}},
}


def test_operations_stand_where_they_are_called() -> None:
    contract = Contract.from_openapi(DOCUMENT)
    expanded = expand_path_items(contract)
    assert expanded.parts[Part("operation", "DELETE /root")] == SHARED["delete"]
    assert "post" in expanded.parts[Part("webhook", "fired")]
    assert Part("operation", "DELETE /root") not in contract.parts
    assert json.dumps(expanded.to_openapi()) == json.dumps(DOCUMENT)


def test_a_contract_without_such_references_stays_itself() -> None:
    contract = Contract.from_openapi({**DOCUMENT, "paths": {}, "webhooks": {}})
    assert expand_path_items(contract) is contract


@pytest.mark.parametrize("target", ["#/components/pathItems/Nothing", "#/paths/~1root"])
def test_a_reference_that_leads_nowhere_or_to_itself_has_no_operations(target: str) -> None:
    contract = Contract.from_openapi({**DOCUMENT, "paths": {"/root": {"$ref": target}}})
    assert [part.name for part in expand_path_items(contract).of_kind("operation")] == []


def test_an_operation_that_goes_is_found() -> None:
    before = {"document": {"paths": {"/root": REFERRING}, "components": {"pathItems": {"Root": SHARED}}}}
    kept = {key: value for key, value in SHARED.items() if key != "delete"}
    after = {"document": {"paths": {"/root": REFERRING}, "components": {"pathItems": {"Root": kept}}}}
    assert "operation-removed DELETE /root (request breaking)" in in_words(found(before, after, []))


def test_a_path_that_is_renamed_and_shared_at_once_is_the_same() -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    shared = {"Item": {**SHARED, "parameters": [{**parameter, "name": "key"}]}}
    components = {**DOCUMENT["components"], "pathItems": {**DOCUMENT["components"]["pathItems"], **shared}}
    older = {**DOCUMENT, "paths": {"/pots/{id}": {**SHARED, "parameters": [parameter]}}}
    newer = {**DOCUMENT, "paths": {"/pots/{key}": {"$ref": "#/components/pathItems/Item"}}, "components": components}
    for was, now in ((older, newer), (newer, older)):
        assert judge_diff(was, now) is None
        assert judge_import(was, now) is None


def test_the_reference_shows_them(tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / f"{version}.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    files = [str(tmp_path / f"{version}.json") for version in ("1", "2")]
    project, out = tmp_path / "project", tmp_path / "pages"
    assert CliRunner().invoke(main, ["import", *files, "--out", str(project)]).exit_code == 0
    assert CliRunner().invoke(main, ["--root", str(project), "render", "--out", str(out)]).exit_code == 0
    pages = "\n".join(file.read_text("utf-8") for file in out.rglob("*.md"))
    assert "DELETE /root" in pages
    exported = CliRunner().invoke(main, ["--root", str(project), "export", "2"])
    assert json.loads(exported.stdout) == DOCUMENT


POT = {"responses": {"204": {"description": "Nothing"}}}
INFO = {"openapi": "3.1.0", "info": {"title": "Pots", "version": "1"}}
ROOT = {"$ref": "#/components/pathItems/Root"}
SERIES = {
    "inline": {**INFO, "paths": {"/a": {"get": POT, "post": POT}}},
    "inline, one operation": {**INFO, "paths": {"/a": {"get": POT}}},
    "shared": {**INFO, "paths": {"/a": ROOT}, "components": {"pathItems": {"Root": {"get": POT, "post": POT}}}},
    "both": {**INFO, "paths": {"/a": {**ROOT, "post": POT}}, "components": {"pathItems": {"Root": {"get": POT}}}},
    "nowhere": {
        **INFO,
        "paths": {"/a": {"$ref": "#/components/pathItems/No"}},
        "components": {"pathItems": {"Root": {"get": POT, "post": POT}}},
    },
    "unused": {
        **INFO,
        "paths": {"/a": {"get": POT}},
        "components": {"pathItems": {"Root": {"get": POT, "post": POT}}},
    },
    "webhook": {**INFO, "webhooks": {"a": ROOT}, "components": {"pathItems": {"Root": {"post": POT}}}},
    "nothing": INFO,
    "no path": {**INFO, "paths": {}, "components": {"schemas": {}}},
    "a schema after an extension": {
        **INFO,
        "paths": {"/a": {"get": POT}},
        "components": {"x-a": 1, "schemas": {"A": {}}},
    },
    "a schema first": {"components": {"schemas": {"A": {}}}, **INFO, "paths": {"/a": {"get": POT}}},
}


@pytest.mark.parametrize("first", SERIES)
def test_a_series_is_exact_and_passes_check_wherever_operations_stand(first: str) -> None:
    for second in SERIES:
        if second != first:
            assert judge_import(SERIES[first], SERIES[second], SERIES[first]) is None, second
