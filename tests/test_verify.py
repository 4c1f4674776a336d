"""What is wrong with an older contract is blamed on the change that brought it there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.history.verify import verify
from api_upgrades.openapi.part import SCHEMA_REF
from tests.effects import registry_of

REF = {"$ref": SCHEMA_REF + "Person"}
TEXT = {"type": "string", "examples": ["Ada"]}
HEAD: Any = {
    "schemas": {
        "Person": {"type": "object", "properties": {"name": TEXT}, "required": ["name"]},
        "Task": {"type": "object", "properties": {"title": TEXT, "owner": REF}, "required": ["title", "owner"]},
    },
    "operations": {
        "GET /tasks": {
            "parameters": [{"name": "owner", "in": "query", "schema": TEXT}],
            "responses": {
                "200": {
                    "description": "All",
                    "content": {"application/json": {"schema": {"$ref": SCHEMA_REF + "Task"}}},
                }
            },
        }
    },
}


def faults(head: Any, source: str = "api/__init__.py", **versions: Any) -> list[str]:
    steps, errors = derive(registry_of(head, {"v1": {}, **versions}))
    assert errors == []
    history = History(registry_of(head, {"v1": {}, **versions}), steps, RuleTable.with_overrides({}))
    return [str(error) for error in verify(history, source)]


def head_with(**properties: Any) -> Any:
    """Head with further properties of `Task`."""
    task = HEAD["schemas"]["Task"]
    found = {**task, "properties": {**task["properties"], **properties}}
    return {**HEAD, "schemas": {**HEAD["schemas"], "Task": found}}


def change_type(target: str, was: Any) -> dict[str, Any]:
    return {"kind": "change_type", "target": target, "was": was}


def test_nothing_is_wrong() -> None:
    assert faults(HEAD, v2={"a": [change_type("Task.title", {"type": "integer", "examples": [1]})]}) == []


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (head_with(size={"type": "integer", "examples": ["S"]}), "Task.size: the example 'S' is not of type 'integer'"),
        (
            head_with(at={"type": "string", "format": "date", "examples": ["today"]}),
            "Task.at: the example 'today' is not a 'date'",
        ),
        (head_with(room={"$ref": SCHEMA_REF + "Room"}), f"Task: refers to '{SCHEMA_REF}Room', which does not exist"),
    ],
    ids=["type", "format", "reference"],
)
def test_what_head_has_is_told_once_and_of_the_models(head: Any, message: str) -> None:
    changes = {"a": [{"kind": "wording", "target": "Task.title", "was": {"description": "A"}}]}
    assert faults(head, v2=changes, v3={}) == [f"api/__init__.py: {message}; fix the model"]


ADD_EXAMPLE = "; add one that is valid there as the effect's 'example'"
INTEGER = {"type": "integer", "examples": ["one"]}


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param(
            {"v2": {"a": [change_type("Person.name", INTEGER)]}},
            ["v2/a.yaml: change_type: Person.name: the example 'one' is not of type 'integer' at v1"],
            id="the example of what it was",
        ),
        pytest.param(
            {"v2": {}, "v3": {"a": [change_type("Person.name", INTEGER)]}, "v4": {}},
            ["v3/a.yaml: change_type: Person.name: the example 'one' is not of type 'integer' at v2"],
            id="once, at the newest version that has it",
        ),
        pytest.param(
            {
                "v2": {
                    "a": [{"kind": "wording", "target": "Task.owner", "was": {"description": "A"}}],
                    "b": [change_type("Person.name", INTEGER)],
                    "c": [{"kind": "wording", "target": "Task.title", "was": {"description": "A"}}],
                },
            },
            ["v2/b.yaml: change_type: Person.name: the example 'one' is not of type 'integer' at v1"],
            id="of several changes the one that touches the place",
        ),
        pytest.param(
            {
                "v2": {
                    "a": [{"kind": "make_not_nullable", "target": "Task.owner"}],
                    "b": [change_type("Task.title", INTEGER)],
                }
            },
            ["v2/b.yaml: change_type: Task.title: the example 'one' is not of type 'integer' at v1"],
            id="not a change beside it",
        ),
        pytest.param(
            {"v2": {"a": [{"kind": "add_constraint", "target": "GET /tasks query owner", "keyword": "maxLength"}]}},
            [],
            id="a constraint less",
        ),
        pytest.param(
            {
                "v2": {
                    "a": [
                        {
                            "kind": "remove_constraint",
                            "target": "GET /tasks query owner",
                            "keyword": "maxLength",
                            "was": 2,
                        }
                    ]
                }
            },
            [f"v2/a.yaml: remove_constraint: GET /tasks query owner: the example 'Ada' is too long at v1{ADD_EXAMPLE}"],
            id="the example of a parameter",
        ),
        pytest.param(
            {"v2": {"a": [{"kind": "remove_property", "target": "Person.age", "was": INTEGER}]}},
            ["v2/a.yaml: remove_property: Person.age: the example 'one' is not of type 'integer' at v1"],
            id="a property that was there",
        ),
        pytest.param(
            {"v2": {"a": [change_type("Task.title", {"$ref": SCHEMA_REF + "Text"})]}},
            [f"v2/a.yaml: change_type: Task: refers to '{SCHEMA_REF}Text', which does not exist at v1"],
            id="a broken reference",
        ),
        pytest.param(
            {"v2": {"a": [{"kind": "add_schema", "target": "Person"}]}},
            [f"v2/a.yaml: add_schema: Task: refers to '{SCHEMA_REF}Person', which does not exist at v1"],
            id="a schema that is still referred to",
        ),
        pytest.param(
            {"v2": {"a": [{"kind": "remove_response", "target": "GET /tasks response 404", "was": {"$ref": "#/x/y"}}]}},
            ["v2/a.yaml: remove_response: GET /tasks: refers to '#/x/y', which does not exist at v1"],
            id="a missing shared response",
        ),
    ],
)
def test_the_change_is_blamed(versions: Any, expected: list[str]) -> None:
    head = HEAD
    if expected == []:
        parameter = {"name": "owner", "in": "query", "schema": {**TEXT, "maxLength": 9}}
        head = {**HEAD, "operations": {"GET /tasks": {**HEAD["operations"]["GET /tasks"], "parameters": [parameter]}}}
    assert faults(head, **versions) == expected


def test_an_effect_is_named_by_its_place_in_the_change() -> None:
    # Of several effects that touch a schema, the one that touches the place.
    effects = [
        {"kind": "wording", "target": "Person", "was": {"description": "A"}},
        change_type("Person.name", INTEGER),
        {"kind": "remove_property", "target": "Person.age", "was": {"type": "integer", "examples": [1]}},
    ]
    (fault,) = faults(HEAD, v2={"a": effects})
    assert fault.startswith("v2/a.yaml: change_type: Person.name: ")


@pytest.mark.parametrize("example", [{}, {"example": None}], ids=["of today", "of then"])
def test_an_example_of_null_is_told_as_json_has_it(example: dict[str, Any]) -> None:
    head = head_with(note={"type": ["string", "null"], "examples": [None]})
    (fault,) = faults(head, v2={"a": [{"kind": "make_nullable", "target": "Task.note"} | example]})
    said = "v2/a.yaml: make_nullable: Task.note: the example null is not of type 'string' at v1"
    assert fault == (said if example else said + ADD_EXAMPLE)


MODE = {"oneOf": [{"type": "object"}, {"properties": {}}]}


@pytest.mark.parametrize(
    ("schema", "is_composed"),
    [
        ({"type": "string", "pattern": "^(?=/v1)"}, True),
        ({"type": "string", "pattern": "^/v1", "examples": ["string"]}, False),
        ({"type": "string", "pattern": "^/v1", "enum": ["string"]}, False),
        (MODE, True),
        ({**MODE, "examples": [{}]}, False),
        (
            {"type": "object", "properties": {"a": {"type": "string", "pattern": "^/v1"}}, "examples": [{"a": "b"}]},
            False,
        ),
        ({"type": "object", "properties": {"a": {**TEXT, "maxLength": 1}}}, False),
    ],
    ids=["placeholder", "example", "enum", "fits both", "example fits both", "in an example", "of a property"],
)
def test_a_composed_value_is_no_fault_of_a_document_and_one_of_models(schema: Any, is_composed: bool) -> None:
    # Strings are recognized by their identity, as those of a parsed document are no other's.
    head = head_with(size=json.loads(json.dumps(schema)))
    assert faults(head) != []
    assert (faults(head, "openapi.yaml") == []) == is_composed
