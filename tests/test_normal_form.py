"""The normal form of schemas: the rows of `normal_forms.yaml`, in any contract and whichever comes first."""

from __future__ import annotations

import copy
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.compare.compare import compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.normal_form import NormalForms
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.usage import DIRECTIONS

ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("normal_forms.yaml").read_text(encoding="utf-8"))
SAME = [row for row in ROWS if "same" in row]
OTHER = [row for row in ROWS if "other" in row]

TABLEWARE = {
    "Cup": {"type": "object", "properties": {"size": {"type": "integer"}}},
    "Saucer": {"$id": "https://example.com/saucer", "$anchor": "saucer", "type": "object"},
}


def contract_with(row: Json) -> Contract:
    """A contract whose schema `Task` has a property `x` with one of the schemas of a row."""
    version, schema = ("3.1", row)
    if isinstance(row, dict) and row and row.keys() <= {3.0, 3.1}:
        ((version, schema),) = ((str(key), value) for key, value in row.items())
    task = {"type": "object", "properties": {"x": schema}}
    schemas = {**copy.deepcopy(TABLEWARE), "Task": task}
    return Contract.from_openapi({"openapi": f"{version}.0", "components": {"schemas": schemas}})


def form_of(contract: Contract) -> Json:
    part = next(part for part in contract.parts if part.name == "Task")
    return NormalForms(contract).of(contract.parts[part])


def found(old: Contract, new: Contract) -> list[str]:
    """What is found, but for the version of OpenAPI."""
    findings = compare(old, new, NO_RENAMES, lambda part: DIRECTIONS, RuleTable.with_overrides({}))
    return [finding.text for finding in findings if finding.rule != "dialect-changed"]


same = pytest.mark.parametrize("row", SAME, ids=[row["name"] for row in SAME])
other = pytest.mark.parametrize("row", OTHER, ids=[row["name"] for row in OTHER])


@same
def test_what_means_the_same_is_no_difference(row: dict[str, Any]) -> None:
    for one, two in permutations(map(contract_with, row["same"]), 2):
        assert found(one, two) == []


@other
def test_what_means_something_else_is_a_difference(row: dict[str, Any]) -> None:
    for one, two in permutations(map(contract_with, row["other"]), 2):
        assert found(one, two) != []


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_normal_form_is_its_own_normal_form(row: dict[str, Any]) -> None:
    """What the normal form says is valid JSON Schema 2020-12, so reading it again changes nothing."""
    for schema in row.get("same") or row["other"]:
        form = form_of(contract_with(schema))
        again = form_of(contract_with(form["properties"]["x"])) if "properties" in form else form
        assert json_equal(form, again)


@same
def test_the_stored_schema_stays_as_it_is(row: dict[str, Any]) -> None:
    for schema in row["same"]:
        before = copy.deepcopy(schema)
        form_of(contract_with(schema))
        assert schema == before
