from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import json_equal
from api_upgrades.draft.draft import draft
from api_upgrades.effects import KINDS, Effect, Touch
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import schema_part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import Target
from tests import documents
from tests.effects import CASES as KIND_CASES
from tests.effects import contract_of, sections_of
from tests.profiles import up_to

ROOT = Path(__file__).parent.parent

CASES = yaml.safe_load(Path(__file__).with_name("draft_cases.yaml").read_text(encoding="utf-8"))


def undone(effects: Sequence[Effect], newer: Contract) -> Contract:
    for effect in reversed(effects):
        newer = effect.revert(newer)
    return newer


def assert_same(found: Contract, expected: Contract) -> None:
    """Equal as JSON, to which `true` is not 1; what would hold parts and holds none says nothing."""
    assert found.parts.keys() == expected.parts.keys()
    for part, value in expected.parts.items():
        assert json_equal(found.parts[part], value), part
    assert found.is_same(expected)


def as_text(contract: Contract) -> str:
    """The contract with the order of everything in it."""
    return json.dumps(sections_of(contract), indent=1)


def as_yaml(effects: Iterable[Effect]) -> list[Any]:
    return [effect.model_dump(mode="json", exclude_unset=True) for effect in effects]


def in_any_order(effects: Iterable[Any]) -> list[str]:
    return sorted(json.dumps(effect, sort_keys=True) for effect in effects)


def place(text: str) -> Target:
    """A target, or one value of an enum, as `Task.size.=S`."""
    target, _, value = text.partition(".=")
    return Target.parse(target).child(f"={value}") if value else Target.parse(target)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_what_is_drafted(case: dict[str, Any]) -> None:
    older, newer = contract_of({**case["newer"], **case["older"]}), contract_of(case["newer"])
    names = RenameMap.of(Move(place(old), place(new)) for old, new in case.get("names", ()))
    effects = draft(older, newer, names)
    assert in_any_order(as_yaml(effects)) == in_any_order(case["effects"])
    assert as_text(undone(effects, newer)) == as_text(older)


@pytest.mark.parametrize("kind", [kind for kind in KIND_CASES if KINDS[kind].changes_contract])
def test_every_kind_is_drafted_where_it_happened(kind: str) -> None:
    found = set()
    for case in KIND_CASES[kind]:
        if case.error is None:
            older, newer = case.older_contract(), case.newer_contract()
            effects = draft(older, newer, RenameMap.of(case.parsed().moves()))
            assert_same(undone(effects, newer), older)
            found.add(tuple(sorted({effect.kind for effect in effects})))
    assert (kind,) in found


# The Server API


NOT_DRAFTED = {"behaviour": "the contract is the same before and after"}


def test_the_steps_of_the_server_api_are_drafted_with_the_kinds_that_people_chose(server_api: History) -> None:
    for version, step in server_api.steps.items():
        effects = draft(step.older, step.newer, step.renames)
        assert_same(undone(effects, step.newer), step.older)
        assert as_text(undone(effects, step.newer)) == as_text(step.older)
        written = {applied.effect.kind for applied in step.effects}
        assert {effect.kind for effect in effects} == written - NOT_DRAFTED.keys(), version


def test_a_draft_needs_no_names(server_api: History) -> None:
    for step in server_api.steps.values():
        assert_same(undone(draft(step.older, step.newer), step.newer), step.older)


def test_a_draft_is_the_same_twice_and_leaves_both_contracts_alone(server_api: History) -> None:
    oldest, latest = next(iter(server_api.contracts.values())), server_api.contract_at(server_api.latest.id)
    texts = as_text(oldest), as_text(latest)
    assert as_yaml(draft(oldest, latest)) == as_yaml(draft(oldest, latest))
    assert (as_text(oldest), as_text(latest)) == texts


# Real documents


def _in_order(path: Path) -> list[Any]:
    return [int(text) if text.isdigit() else text for text in re.split(r"(\d+)", path.stem)]


def _pairs() -> Iterable[Any]:
    series: dict[str, list[Path]] = defaultdict(list)
    for path in documents.PATHS:
        series[path.parent.name].append(path)
    for name, paths in series.items():
        for old, new in pairwise(sorted(paths, key=_in_order)):
            yield pytest.param(old, new, id=f"{name}-{old.stem}-{new.stem}")


every_step = pytest.mark.parametrize(
    ("old_path", "new_path"),
    list(_pairs())
    or [pytest.param(None, None, marks=pytest.mark.skip(reason="../shared/data, with real documents, is absent"))],
)

TOLD_BY_REPLACE = 0.1
"""The share of the findings of a step that may be told by nothing better than a `replace`."""

WITHOUT_KIND = {"style", "explode", "servers"}
"""What a Parameter Object says beside its schema, and where the API is: there is no kind for these."""


@pytest.mark.slow
@every_step
def test_real_documents_are_drafted_exactly_and_told_in_kinds(old_path: Path, new_path: Path) -> None:
    older, newer = documents.contract(old_path), documents.contract(new_path)
    started = time.process_time()
    effects = draft(older, newer)
    assert time.process_time() - started < 10
    assert_same(undone(effects, newer), older)
    findings = compare(older, newer, RenameMap(), lambda schema: (), RuleTable.with_overrides({}))
    assert not untold(findings, effects)
    told = [effect for effect in effects if effect.kind != "replace"]
    opaque = [finding for finding in untold(findings, told) if _has_kind(finding)]
    assert len(opaque) <= TOLD_BY_REPLACE * len(findings)


def _has_kind(finding: Finding) -> bool:
    """Whether there could be a kind that tells of it; there is none for an extension of an operation."""
    of_operation = finding.target.part is not None and finding.target == Target(finding.target.part)
    return finding.facet not in WITHOUT_KIND and not (of_operation and finding.rule == "extension-changed")


def untold(findings: Iterable[Finding], effects: Iterable[Effect]) -> list[Finding]:
    """The findings that no effect predicts."""
    touches: dict[Any, list[Touch]] = defaultdict(list)
    for effect in effects:
        for touch in effect.touches():
            touches[touch.target.part].append(touch)
    return [
        finding
        for finding in findings
        if not any(touch.explains(finding.target, finding.facet) for touch in touches[finding.target.part])
    ]


def _wide(kind: str) -> dict[str, Any]:
    return {f"p{index}": {"type": kind, "description": kind} for index in range(1500)}


def test_what_differs_costs_by_its_number_not_its_square() -> None:
    older = contract_of({"schemas": {"Wide": {"properties": _wide("string")}}})
    newer = contract_of({"schemas": {"Wide": {"properties": _wide("integer")}}})
    started = time.process_time()
    effects = draft(older, newer)
    assert time.process_time() - started < 10
    assert len(effects) == 3000
    assert newer.parts[schema_part("Wide")] != older.parts[schema_part("Wide")]


# Random contracts

WORDS = st.sampled_from(["x", "y"])
SCALARS = st.sampled_from([None, True, False, 0, 1, "a", "b"])
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.fixed_dictionaries({"a": SCALARS})
PROPERTIES = ["a", "b", "c.d", "required"]
REFERENCES = st.sampled_from(["#/components/schemas/A", "#/components/schemas/B%", "#/components/schemas/Gone"])

ANNOTATIONS: dict[str, st.SearchStrategy[Any]] = {
    "description": WORDS,
    "title": WORDS,
    "deprecated": st.booleans(),
    "x-replaced-by": st.sampled_from(["a", "b"]),
    "readOnly": st.booleans(),
    "nullable": st.booleans(),
    "default": SCALARS,
    "example": VALUES,
    "examples": st.lists(VALUES, max_size=2),
    "x-more": VALUES,
}


def some(always: dict[str, Any], perhaps: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: _strategy(value) for key, value in always.items()}, optional=perhaps)


def _strategy(value: Any) -> st.SearchStrategy[Any]:
    return value if isinstance(value, st.SearchStrategy) else st.just(value)


ENUMS = some({"enum": st.lists(st.sampled_from(["a", "b", "c", None, 1, True]), min_size=1, max_size=4)}, ANNOTATIONS)
STRINGS = some({"type": st.sampled_from(["string", ["string", "null"]])}, {**ANNOTATIONS, "pattern": WORDS})
ODD = some({}, {"const": SCALARS, "type": st.just("integer"), "minimum": st.sampled_from([0, 1, False])})
VALUE_SCHEMAS = ENUMS | STRINGS | ODD | st.builds(lambda ref: {"$ref": ref}, REFERENCES)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return some(
        {"properties": st.dictionaries(st.sampled_from(PROPERTIES), inner, max_size=4)},
        {
            "type": st.sampled_from(["object", ["object", "null"]]),
            "required": st.lists(st.sampled_from(PROPERTIES), unique=True, max_size=4),
            "additionalProperties": inner | st.booleans(),
            "allOf": st.lists(inner, max_size=2),
            "description": WORDS,
            "discriminator": st.just({"propertyName": "a", "mapping": {"b": "#/components/schemas/A"}}),
        },
    )


def _nesting(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = some({"type": "array", "items": inner}, {"example": VALUES, "maxItems": st.sampled_from([1, True])})
    branches = st.lists(inner | st.just({"type": "null"}), min_size=1, max_size=3)
    combined = some({}, {"anyOf": branches, "oneOf": branches, "allOf": branches, "description": WORDS})
    return _objects(inner) | lists | combined | inner


SCHEMAS = _nesting(_nesting(VALUE_SCHEMAS))
CONTENT = st.dictionaries(
    st.sampled_from(["application/json", "text/plain"]), some({"schema": SCHEMAS}, {"example": VALUES}), max_size=2
)
BODIES = some({"content": CONTENT}, {"required": st.booleans(), "description": WORDS}) | st.just({"$ref": "#/x"})
PARAMETERS = st.lists(
    some(
        {"name": st.sampled_from(["a", "b[c]"]), "in": st.sampled_from(["query", "path"])},
        {"schema": SCHEMAS, "required": st.booleans(), "deprecated": st.booleans(), "style": WORDS},
    )
    | st.just({"$ref": "#/components/parameters/P"}),
    max_size=4,
)
OPERATIONS = some(
    {"responses": st.dictionaries(st.sampled_from(["200", "201", "4XX", "odd"]), BODIES, max_size=3)},
    {
        "parameters": PARAMETERS,
        "requestBody": BODIES,
        "deprecated": st.booleans(),
        "summary": WORDS,
        "tags": st.lists(WORDS, max_size=3),
        "security": st.lists(st.just({"key": []}), max_size=1),
    },
)
ITEMS = some({}, {"parameters": PARAMETERS, "get": OPERATIONS, "put": OPERATIONS})
CONTRACTS = some(
    {
        "openapi": st.sampled_from(["3.0.3", "3.1.0"]),
        "paths": some({}, {"/a/{id}": ITEMS, "/b/{key}": ITEMS}),
        "components": some(
            {"schemas": some({"A": _objects(SCHEMAS)}, {"B%": SCHEMAS, "C d": SCHEMAS, "document": SCHEMAS})},
            {"parameters": st.just({"P": {"name": "p", "in": "query"}})},
        ),
    },
    {
        "tags": st.lists(st.builds(lambda name: {"name": name}, WORDS), max_size=3),
        "webhooks": some({}, {"w": some({}, {"post": OPERATIONS, "get": OPERATIONS}), "v w": ITEMS}),
    },
).map(Contract.from_openapi)

NAMED = [
    ["A", '"B%"', '"C d"', "webhook w", 'webhook "v w"', "GET /a/{id}", "PUT /b/{key}", "document"],
    ["A.a", "A.b", 'A."c.d"', "A.a.b", '"B%".a', "GET /a/{id} response 200.a", "GET /a/{id} request.a", "A.a[]"],
    [f"GET /a/{{id}} {section}" for section in ("query a", "path a", 'query "b[c]"', "response 200", "response 201")],
    ["A.a.=a", "A.a.=b", "A.a.=c", "A.b.=a"],
]
MOVES = st.sampled_from(NAMED).flatmap(
    lambda texts: st.builds(Move, *[st.sampled_from([place(text) for text in texts])] * 2)
)


@pytest.mark.slow
@settings(max_examples=up_to(150))
@given(CONTRACTS, CONTRACTS, st.lists(MOVES, max_size=3))
def test_a_draft_is_exact_whatever_the_contracts_and_the_names(
    older: Contract, newer: Contract, moves: list[Move]
) -> None:
    assert_same(undone(draft(older, newer, RenameMap.of(moves)), newer), older)
