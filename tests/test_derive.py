"""From head to the oldest contract: the order of things, the names they leave, and every error in one run."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from api_upgrades.history.derive import derive, ordered_changes
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target
from tests.effects import effect_of, registry_of

HEAD: Any = {
    "schemas": {
        "Task": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "c": {"type": "string"},
                "place": {"$ref": "#/components/schemas/Place"},
            },
            "required": ["c"],
        },
        "Place": {"type": "object", "properties": {"city": {"type": "string"}}},
        "Room": {"type": "object", "properties": {"size": {"type": "string", "enum": ["S", "M"]}}},
    },
    "operations": {
        "GET /tasks": {
            "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
            "responses": {
                "200": {
                    "description": "All",
                    "content": {
                        "application/json": {"schema": {"type": "object", "properties": {"total": {"type": "integer"}}}}
                    },
                }
            },
        }
    },
}


def rename(old: str, new: str, target: str = "Task") -> dict[str, Any]:
    return {"kind": "rename_property", "target": target, "old": old, "new": new}


def add(target: str) -> dict[str, Any]:
    return {"kind": "add_property", "target": target}


def names_of(schema: Any) -> list[str]:
    return list(schema["properties"])


def test_effects_are_reverted_last_to_first() -> None:
    registry = registry_of(HEAD, {"v1": {}, "v2": {"rename": [rename("a", "b"), rename("b", "c")]}, "v3": {}})
    steps, errors = derive(registry)
    assert errors == []
    assert [(step.older_version, step.version.id) for step in steps] == [("v1", "v2"), ("v2", "v3")]
    second, third = steps
    assert second.newer is third.older is third.newer is registry.head
    assert [applied.effect for applied in second.effects] == list(registry.versions[1].changes[0].effects)
    assert [applied.index for applied in second.effects] == [0, 1]
    assert second.effects[0].older is second.older
    assert second.effects[0].newer is second.effects[1].older
    assert second.effects[1].newer is second.newer
    task = Part("schema", "Task")
    between = [second.older, second.effects[0].newer, second.newer]
    assert [names_of(contract.parts[task]) for contract in between] == [
        ["id", "a", "place"],
        ["id", "b", "place"],
        ["id", "c", "place"],
    ]


def test_names_are_followed_within_and_across_versions() -> None:
    versions = {"v1": {}, "v2": {"one": [rename("a", "x"), rename("x", "b")]}, "v3": {"two": [rename("b", "c")]}}
    steps, errors = derive(registry_of(HEAD, versions))
    assert errors == []
    oldest, newest = Target.parse("Task.a"), Target.parse("Task.c")
    names = sum((step.renames for step in steps), RenameMap())
    assert names.to_newer(oldest) == newest
    assert names.to_older(newest) == oldest
    assert steps[0].renames.to_newer(oldest) == Target.parse("Task.b")


def test_one_version_has_no_steps() -> None:
    assert derive(registry_of(HEAD, {"v1": {}})) == ((), [])


def test_changes_happened_in_the_stated_order_then_by_their_ids() -> None:
    versions: dict[str, dict[str, list[Any]]] = {"v1": {}, "v2": {"d": [], "c": [], "b": [], "a": []}}
    assert [change.id for change in ordered_changes(registry_of(HEAD, versions).versions[1])] == ["a", "b", "c", "d"]
    ordered = registry_of(HEAD, versions, v2="d b").versions[1]
    assert [change.id for change in ordered_changes(ordered)] == ["d", "b", "a", "c"]


def test_the_order_settles_what_does_not_commute() -> None:
    versions = {"v1": {}, "v2": {"z": [rename("a", "b")], "y": [rename("b", "c")]}}
    steps, errors = derive(registry_of(HEAD, versions, v2="z y"))
    assert errors == []
    assert names_of(steps[0].older.parts[Part("schema", "Task")]) == ["id", "a", "place"]


ENUM = {"kind": "add_enum_value", "target": "Room.size", "value": "M"}


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        pytest.param(add("Task.id"), add("Task.c"), None, id="two properties"),
        pytest.param(add("Task.c"), {**ENUM}, None, id="two schemas"),
        pytest.param(
            {"kind": "make_required", "target": "Task.c"},
            {"kind": "remove_constraint", "target": "Task.c", "keyword": "maxLength", "was": 9},
            None,
            id="two facets of a place",
        ),
        pytest.param(ENUM, {**ENUM, "value": "S"}, "Room.size", id="a facet of a place"),
        pytest.param(
            add("Task.c"), {"kind": "make_required", "target": "Task.c"}, "Task.c", id="inside what the other adds"
        ),
        pytest.param(
            rename("a", "c"), {"kind": "make_required", "target": "Task.c"}, "Task.c", id="what the other renames"
        ),
        pytest.param(
            rename("a", "c"),
            {"kind": "remove_property", "target": "Task.a", "was": {"type": "string"}},
            "Task.a",
            id="a name that the other frees",
        ),
        pytest.param(
            {"kind": "rename_schema", "old": "Todo", "new": "Task"}, add("Task.c"), "Task.c", id="a schema renamed"
        ),
        pytest.param(
            {"kind": "behaviour", "target": "Task", "severity": "risky", "before": "a", "after": "b"},
            {"kind": "wording", "target": "Task", "was": {"description": "A"}},
            None,
            id="neither alters the contract",
        ),
        pytest.param(
            {"kind": "move_operation", "target": "GET /tasks", "was_path": "/todo"},
            {"kind": "add_parameter", "target": "GET /tasks query page"},
            "GET /tasks query page",
            id="an operation moved",
        ),
        pytest.param(
            {"kind": "add_response", "target": "GET /tasks response 200"},
            {"kind": "add_parameter", "target": "GET /tasks query page"},
            None,
            id="two sections of an operation",
        ),
        pytest.param(
            add("GET /tasks response.total"),
            {"kind": "add_response", "target": "GET /tasks response 200"},
            "GET /tasks response 200",
            id="an answer",
        ),
        pytest.param(add("Task.place.city"), add("Place.city"), "Place.city", id="by way of a reference"),
    ],
)
def test_changes_that_do_not_commute(first: dict[str, Any], second: dict[str, Any], place: str | None) -> None:
    for one, other in permutations((first, second)):
        _, errors = derive(registry_of(HEAD, {"v1": {}, "v2": {"a": [one], "b": [other]}}))
        conflicts = [str(error) for error in errors if "both change" in str(error)]
        assert len(conflicts) == (place is not None)
        if place is not None:
            say = "declare which came first: 'order: [a, b]' in v2/version.yaml"
            assert conflicts[0].startswith("v2/b.yaml: 'b' and 'a' both change ")
            assert conflicts[0].endswith(f"; {say}")
        _, errors = derive(registry_of(HEAD, {"v1": {}, "v2": {"a": [one], "b": [other]}}, v2="a b"))
        assert [str(error) for error in errors if "both change" in str(error)] == []
    touched = [str(touch.target) for effect in (first, second) for touch in effect_of(effect).touches()]
    assert place is None or place in touched


def test_every_error_is_found_in_one_run() -> None:
    versions = {
        "v1": {},
        "v2": {
            "old": [
                {"kind": "add_schema", "target": "Romo"},
                {"kind": "move_operation", "target": "Room", "was_path": "/"},
            ]
        },
        "v3": {"new": [rename("a", "cc")], "other": [add("Task.id")]},
    }
    steps, errors = derive(registry_of(HEAD, versions))
    assert sorted(map(str, errors)) == [
        "v2/old.yaml: add_schema: schema 'Romo' does not exist at v2 (did you mean 'Room'?)",
        "v2/old.yaml: move_operation: Room is not an operation at v2",
        "v3/new.yaml: rename_property: Task has no property 'cc' at v3 (did you mean 'c'?)",
    ]
    assert len(steps) == 2


def test_what_follows_from_an_error_is_not_told() -> None:
    # Without the renaming taken back, nothing of the older versions fits the schema.
    versions = {"v1": {}, "v2": {"add": [add("Task.a")]}, "v3": {"rename": [rename("a", "cc")]}}
    _, errors = derive(registry_of(HEAD, versions))
    assert [error.location.file for error in errors] == ["v3/rename.yaml"]
