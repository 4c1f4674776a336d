"""The titles of imported changes: small documents and what the titles say, and what no title of a real series says."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.core.json import Json
from api_upgrades.draft.importing.steps import import_step
from api_upgrades.draft.importing.title_length import MAX_UNCUT_LENGTH, fit_title
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF
from api_upgrades.registry.model import natural_sort_key
from api_upgrades.sources.openapi_file import read_document
from tests.documents import FOLDER

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("titles.yaml").read_text(encoding="utf-8"))
SERIES = sorted({path.parent for path in FOLDER.glob("*/*") if path.suffix in (".json", ".yaml")})


def contract_of(case: dict[str, Any], side: str) -> Contract:
    found = case[side]
    schemas = found.get("schemas", {})
    used = [{"$ref": name} for name in schemas if name not in case.get("unused", ())]
    content = {"application/json": {"schema": {"anyOf": used}}} if used else {}
    paths = {"/all": {"get": {"responses": {"200": {"description": "All", "content": content}}}}} if schemas else {}
    document = {
        "openapi": case.get("openapi", "3.1.0"),
        "info": {"title": "Shop", "version": "1"},
        "paths": {**paths, **with_responses(found.get("paths", {}))},
        "components": {"schemas": schemas},
    }
    extra = found.get("document", {})
    document["components"] |= extra.get("components", {})
    return Contract.from_openapi(with_references(document | {key: extra[key] for key in extra if key != "components"}))


def with_responses(paths: dict[str, Any]) -> dict[str, Any]:
    return {
        path: {key: {"responses": {}} | value if isinstance(value, dict) else value for key, value in item.items()}
        for path, item in paths.items()
    }


def with_references(value: Json) -> Json:
    """JSON in which `$ref` holds the name of a schema, with whole references."""
    if isinstance(value, dict):
        return {key: SCHEMA_REF + one if key == "$ref" else with_references(one) for key, one in value.items()}
    return [with_references(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_the_titles(case: dict[str, Any]) -> None:
    step = import_step(contract_of(case, "older"), contract_of(case, "newer"))
    assert sorted(change.title for change in step.changes) == case["titles"]


def test_names_stay_different_when_they_are_shortened() -> None:
    names = [f"`{'Get' * 9}{word}{'Response' * 9}`" for word in ("Book", "Film")]
    title = fit_title(lambda *_: f"The response is {names[0]} instead of {names[1]}")
    assert len(title) <= MAX_UNCUT_LENGTH
    assert len(set(re.findall("`.+?`", title))) == 2


FAULTS = {
    "a JSON Pointer": re.compile(r"/properties/|/components/|/paths/|~1"),
    "no type": re.compile("another type|different type"),
    "an article": re.compile(r"\b[Aa] `?[aeio]|\b[Aa]n `?[^aeiou`\W]|\b(the|a|an) (the|a|an)\b", re.IGNORECASE),
    "a plural": re.compile(r"\b1 more \w+s\b|\b(?:[2-9]|\d\d+) (?:more )?(?:operation|object|value|change)\b"),
    "two spaces": re.compile("  |^ | $"),
    "a limit called x-": re.compile(r"\ban? `x-"),
}


def faults_of(title: str) -> list[str]:
    found = [name for name, fault in FAULTS.items() if fault.search(title)]
    return [*found, *(["length"] if not 0 < len(title) <= MAX_UNCUT_LENGTH else [])]


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder",
    [pytest.param(path, id=path.name) for path in SERIES]
    or [pytest.param(None, marks=pytest.mark.skip(reason="../shared/data, with documents of real APIs, is absent"))],
)
def test_the_titles_of_a_real_series(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda path: natural_sort_key(path.stem))
    contracts = [Contract.from_openapi(read_document(file).document) for file in files]
    titles = [change.title for older, newer in pairwise(contracts) for change in import_step(older, newer).changes]
    assert titles
    assert {title: found for title in titles if (found := faults_of(title))} == {}
