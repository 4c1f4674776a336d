"""What each change did, whom it reaches and how bad that is, and what became of one place over time."""

from __future__ import annotations

from typing import Any

import pytest

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.timeline import Timeline
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_part
from api_upgrades.openapi.target import Target
from tests.effects import in_words, registry_of


def ref(name: str) -> dict[str, Any]:
    return {"$ref": SCHEMA_REF + name}


def body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


TEXT = {"type": "string"}
HEAD: Any = {
    "schemas": {
        "Task": an_object(title=TEXT, people={"type": "array", "items": ref("Person")}),
        "TaskCreate": an_object(title=TEXT, owner=ref("Owner")),
        "Owner": an_object(id=TEXT),
        "Person": an_object(name=TEXT, place={"anyOf": [ref("Place"), {"type": "null"}]}, boss=ref("Person")),
        "Place": an_object(city=TEXT, size={"type": "string", "enum": ["S", "M"]}),
        "Event": an_object(task=ref("Task")),
        "Unused": an_object(a=TEXT),
    },
    "operations": {
        "GET /tasks": {"responses": {"200": body({"type": "array", "items": ref("Task")})}},
        "POST /tasks": {"requestBody": body(ref("TaskCreate")), "responses": {"201": body(ref("Task"))}},
        "GET /people": {"responses": {"200": body(an_object(data={"items": ref("Person")}))}},
        "GET /ping": {"responses": {"204": {}}},
    },
    "webhooks": {"task.created": {"post": {"requestBody": body(ref("Event"))}}},
}


def history(versions: Any, head: Any = HEAD, table: RuleTable | None = None, **order: str) -> History:
    registry = registry_of(head, {"v1": {}, **versions}, **order)
    steps, errors = derive(registry)
    assert errors == []
    return History(registry, steps, table or RuleTable.with_overrides({}))


def only_change(effects: list[dict[str, Any]], head: Any = HEAD) -> JudgedChange:
    (change,) = history({"v2": {"a": effects}}, head).changes_of("v2")
    return change


def add(target: str) -> dict[str, Any]:
    return {"kind": "add_property", "target": target}


def rename(target: str, old: str, new: str) -> dict[str, Any]:
    return {"kind": "rename_property", "target": target, "old": old, "new": new}


@pytest.mark.parametrize(
    ("effect", "touched", "reached"),
    [
        (add("Place.city"), "Place", {"Place", "Person", "Task", "Event", "GET /tasks", "POST /tasks", "GET /people"}),
        (add("Task.title"), "Task", {"Task", "Event", "GET /tasks", "POST /tasks"}),
        (add("Owner.id"), "Owner", {"Owner", "TaskCreate", "POST /tasks"}),
        (add("Unused.a"), "Unused", {"Unused"}),
        ({"kind": "add_operation", "target": "GET /ping"}, "GET /ping", {"GET /ping"}),
        ({"kind": "add_schema", "target": "Unused"}, "Unused", {"Unused"}),
        (
            {"kind": "behaviour", "target": "Owner", "severity": "risky", "before": "a", "after": "b"},
            "Owner",
            {"Owner", "TaskCreate", "POST /tasks"},
        ),
        (
            {"kind": "rename_schema", "old": "Creator", "new": "Owner"},
            "TaskCreate Owner Creator",
            {"Owner", "Creator", "TaskCreate", "POST /tasks"},
        ),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value),  # a set has another order in each worker
)
def test_whom_a_change_reaches(effect: dict[str, Any], touched: str, reached: set[str]) -> None:
    change = only_change([effect])
    events = {"webhook task.created"} if "Event" in reached else set()
    assert {str(part) for part in change.changed_parts} == ({touched} if " /" in touched else set(touched.split()))
    assert {str(part) for part in change.affected_parts} == reached | events


def required(target: str, **beside: Any) -> dict[str, Any]:
    return {"kind": "make_optional", "target": target, **beside}


@pytest.mark.parametrize(
    ("effects", "severity", "findings"),
    [
        ([required("TaskCreate.title")], "additive", ["became-optional TaskCreate.title (request additive)"]),
        ([required("Task.title")], "breaking", ["became-optional Task.title (response breaking, webhook breaking)"]),
        ([required("Unused.a")], "neutral", ["became-optional Unused.a (nowhere neutral)"]),
        (
            [required("Unused.a", override={"severity": "risky", "reason": "Copied into Task"})],
            "risky",
            ["became-optional Unused.a (nowhere neutral)"],
        ),
        ([{"kind": "behaviour", "target": "Task", "severity": "risky", "before": "a", "after": "b"}], "risky", []),
        ([{"kind": "wording", "target": "Task", "was": {"description": "A"}}], "neutral", []),
        (
            [required("TaskCreate.title"), required("Task.title")],
            "breaking",
            [
                "became-optional TaskCreate.title (request additive)",
                "became-optional Task.title (response breaking, webhook breaking)",
            ],
        ),
    ],
    ids=str,
)
def test_how_bad_a_change_is(effects: list[dict[str, Any]], severity: str, findings: list[str]) -> None:
    change = only_change(effects)
    assert change.severity == severity
    assert [line for effect in change.effects for line in in_words(effect.findings)] == findings


SENDS_TASKS = {"requestBody": body(ref("Task")), "responses": {"204": {}}}


@pytest.mark.parametrize("is_new", [True, False], ids=["sent only now", "sent only before"])
def test_uses_are_judged_and_reached_in_both_contracts(is_new: bool) -> None:
    head = {**HEAD, "operations": {**HEAD["operations"], **({"PUT /tasks": SENDS_TASKS} if is_new else {})}}
    operation: dict[str, Any] = {"kind": "remove_operation", "target": "PUT /tasks", "was": SENDS_TASKS}
    if is_new:
        operation = {"kind": "add_operation", "target": "PUT /tasks"}
    versions = {"v2": {"a": [required("Task.title")], "b": [operation]}}
    change = next(one for one in history(versions, head).changes_of("v2") if one.change.id == "a")
    assert in_words(change.effects[0].findings) == [
        "became-optional Task.title (request additive, response breaking, webhook breaking)"
    ]
    assert Part("operation", "PUT /tasks") in change.affected_parts


def test_changes_come_worst_first_then_by_their_ids() -> None:
    changes = {
        "a": [add("Task.title")],
        "b": [add("Unused.a")],
        "c": [required("Owner.id")],
        "d": [required("Person.name")],
    }
    found = history({"v2": changes}).changes_of("v2")
    assert [(one.change.id, one.severity) for one in found] == [
        ("d", "breaking"),
        ("a", "additive"),
        ("c", "additive"),
        ("b", "neutral"),
    ]
    assert history({"v2": changes}).changes_of("v1") == ()


def test_a_site_s_own_severities() -> None:
    table = RuleTable.with_overrides({"property-added.response": "risky"})
    (change,) = history({"v2": {"a": [add("Person.name")]}}, table=table).changes_of("v2")
    assert in_words(change.effects[0].findings) == ["property-added Person.name (response risky, webhook additive)"]


def test_revisions_follow_what_is_behind_a_part() -> None:
    versions = {"v2": {"a": [add("Place.city")]}, "v3": {"a": [add("Owner.id")]}, "v4": {}}
    found = history(versions).revisions
    assert found["v4"] == found["v3"]
    assert {str(part): revision for part, revision in found["v4"].items()} == {
        "Task": "v2",
        "TaskCreate": "v3",
        "Owner": "v3",
        "Person": "v2",
        "Place": "v2",
        "Event": "v2",
        "Unused": "v1",
        "GET /tasks": "v2",
        "POST /tasks": "v3",
        "GET /people": "v2",
        "GET /ping": "v1",
        "webhook task.created": "v2",
    }
    assert set(found["v1"].values()) == {"v1"}


def test_what_is_new_or_shared_is_a_revision() -> None:
    versions = {
        "v2": {"a": [{"kind": "add_operation", "target": "GET /ping"}]},
        "v3": {"a": [{"kind": "replace", "target": "document", "pointer": "/security", "was": []}]},
    }
    found = history(versions, {**HEAD, "document": {"security": [{"key": []}]}}).revisions
    ping = Part("operation", "GET /ping")
    assert (found["v1"].get(ping), found["v2"][ping], found["v3"][ping]) == (None, "v2", "v3")
    assert found["v3"][schema_part("Task")] == "v1"


@pytest.mark.parametrize(
    ("pointer", "was", "altered"),
    [
        pytest.param("/info", {"title": "Tasks"}, set(), id="about the document"),
        pytest.param("/tags", [], set(), id="tags"),
        pytest.param("/components/parameters/Size", {"name": "size", "in": "query"}, set(), id="used by nobody"),
        pytest.param("/components/parameters/Page", {"name": "seite", "in": "query"}, {"GET /tasks"}, id="shared"),
        pytest.param("/paths/~1tasks", {"summary": "All"}, {"GET /tasks"}, id="of its path"),
        pytest.param("/servers", [{"url": "https://a.example"}], {"GET /tasks", "GET /people"}, id="servers"),
    ],
)
def test_what_stands_beside_alters_what_it_holds_for(pointer: str, was: Json, altered: set[str]) -> None:
    shared = {"parameters": {"Page": {"name": "page", "in": "query"}, "Size": {"name": "n", "in": "query"}}}
    head = {
        "document": {"info": {}, "paths": {}, "components": shared},
        "operations": {
            "GET /tasks": {"parameters": [{"$ref": "#/components/parameters/Page"}], "responses": {}},
            "GET /people": {"responses": {}},
        },
    }
    effect = {"kind": "replace", "target": "document", "pointer": pointer, "was": was}
    found = history({"v2": {"a": [effect]}}, head).revisions
    assert {part.name for part, since in found["v2"].items() if since == "v2"} == altered


def told(history: History, place: str, version: str) -> list[str]:
    events = Timeline(history).events_of(Target.parse(place), version)
    return [f"{event.version} {event.finding.rule} {event.finding.old_target}" for event in events]


PLACES = {
    "schemas": {
        "Owner": an_object(id=TEXT),
        "Place": an_object(size={"type": "string", "enum": ["S", "M"]}, city={"type": "string", "maxLength": 9}),
    }
}
OVER_TIME = {
    "v2": {"a": [add("Owner.town")]},
    "v3": {"a": [rename("Owner", "town", "place"), rename("Owner", "place", "city")]},
    "v4": {"a": [{"kind": "change_type", "target": "Owner.city", "was": {"type": "integer"}}]},
    "v5": {"a": [{"kind": "move_property", "target": "Spot.city", "was_in": "Owner"}]},
    "v6": {"a": [{"kind": "rename_schema", "old": "Spot", "new": "Place"}]},
    "v7": {"a": [{"kind": "add_constraint", "target": "Place.city", "keyword": "maxLength"}]},
    "v8": {"a": [{"kind": "add_enum_value", "target": "Place.size", "value": "M"}]},
}


@pytest.mark.parametrize(
    ("place", "version", "expected"),
    [
        (
            "Place.city",
            "v8",
            [
                "v7 constraint-tightened Place.city",
                "v5 property-moved Owner.city",
                "v4 type-changed Owner.city",
                "v3 property-renamed Owner.town",
                "v3 property-renamed Owner.place",
                "v2 property-added Owner.town",
            ],
        ),
        (
            "Spot.city",
            "v5",
            [
                "v5 property-moved Owner.city",
                *[
                    "v4 type-changed Owner.city",
                    "v3 property-renamed Owner.town",
                    "v3 property-renamed Owner.place",
                    "v2 property-added Owner.town",
                ],
            ],
        ),
        (
            "Owner.city",
            "v3",
            ["v3 property-renamed Owner.town", "v3 property-renamed Owner.place", "v2 property-added Owner.town"],
        ),
        ("Owner.town", "v2", ["v2 property-added Owner.town"]),
        ("Owner.town", "v1", []),
        ("Place.size", "v8", ["v8 enum-value-added Place.size"]),
        ("Place.size", "v7", []),
        ("Owner.id", "v8", []),
        ("Place", "v8", ["v6 schema-renamed Spot"]),
    ],
)
def test_what_became_of_a_place(place: str, version: str, expected: list[str]) -> None:
    assert told(history(OVER_TIME, PLACES), place, version) == expected


def test_what_altered_a_part() -> None:
    found = Timeline(history(OVER_TIME, PLACES)).changes_of_part(schema_part("Place"), "v8")
    assert [(version, [change.change.id for change in changes]) for version, changes in found] == [
        ("v8", ["a"]),
        ("v7", ["a"]),
        ("v6", ["a"]),
        ("v5", ["a"]),
    ]


def test_what_altered_a_part_begins_where_it_is_new() -> None:
    behaviour = {"kind": "behaviour", "target": "Owner.id", "severity": "risky", "before": "a", "after": "b"}
    versions = {
        "v2": {"gone": [{"kind": "remove_schema", "target": "Owner", "was": {"type": "string"}}]},
        "v3": {"new": [{"kind": "add_schema", "target": "Owner"}]},
        "v4": {"wording": [{"kind": "wording", "target": "Owner", "was": {"title": "A"}}]},
        "v5": {"behaviour": [behaviour], "other": [add("Place.size")]},
    }
    found = dict(Timeline(history(versions, PLACES)).changes_of_part(schema_part("Owner"), "v5"))
    assert [change.change.id for change in found["v5"]] == ["behaviour"]
    assert "v2" not in found  # what went then was another one of that name


def test_a_name_that_came_back_is_another_place() -> None:
    gone = {"kind": "remove_property", "target": "Owner.id", "was": {"type": "integer"}}
    versions = {"v2": {"a": [rename("Owner", "key", "id")]}, "v3": {"a": [gone]}, "v4": {"a": [add("Owner.id")]}}
    found = history(versions, PLACES)
    assert told(found, "Owner.id", "v4") == ["v4 property-added Owner.id"]
    assert told(found, "Owner.id", "v2") == ["v2 property-renamed Owner.key"]


def test_every_direction_tells_of_the_same_event_once() -> None:
    found = history({"v2": {"a": [add("Person.name")]}})
    assert told(found, "Person.name", "v2") == ["v2 property-added Person.name"]
