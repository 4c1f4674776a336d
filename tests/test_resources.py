"""Who uses a schema, in which directions, and the resources that pages group by."""

from __future__ import annotations

from typing import Any

import pytest

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_part
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.resources import Resource, group_into_resources, resource_name
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.review.contract_diff import Comparison, RenameDetection, Side
from tests.effects import contract_of


def of(**sections: Any) -> tuple[Resource, ...]:
    return group_into_resources(Usage(contract_of(sections), References()))


def grouped(**sections: Any) -> dict[str, list[str]]:
    return {resource.name: [str(part) for part in resource.parts] for resource in of(**sections)}


def ref(name: str) -> dict[str, str]:
    return {"$ref": SCHEMA_REF + name}


def body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


USED: Any = {
    "schemas": {
        "Task": {"properties": {"people": {"items": ref("Person")}, "parent": ref("Task")}},
        "Create": {"properties": {"owner": ref("Owner")}},
        "Person": {"additionalProperties": {"anyOf": [ref("Place"), {"type": "null"}]}},
        "Owner": {},
        "Place": {"properties": {"default": ref("City")}},
        "City": {},
        "Event": {"properties": {"task": ref("Task")}},
        "Filter": {},
        "Unused": {"properties": {"a": {"default": ref("Owner")}}},
    },
    "operations": {
        "POST /tasks": {"requestBody": body(ref("Create")), "responses": {"201": body(ref("Task"))}},
        "GET /tasks": {"parameters": [{"name": "filter", "in": "query", "schema": ref("Filter")}], "responses": {}},
    },
    "webhooks": {"task.created": {"post": {"requestBody": body(ref("Event"))}}},
}


@pytest.mark.parametrize(
    ("schema", "directions"),
    [
        ("Task", {"response", "webhook"}),
        ("Create", {"request"}),
        ("Owner", {"request"}),
        ("Person", {"response", "webhook"}),
        ("City", {"response", "webhook"}),
        ("Event", {"webhook"}),
        ("Filter", {"request"}),
        ("Unused", set()),
        ("Nobody", set()),
    ],
)
def test_directions(schema: str, directions: set[str]) -> None:
    assert Usage(contract_of(USED), References()).directions(schema_part(schema)) == directions


ONE_WAY: dict[str, tuple[Any, set[str]]] = {
    "only received": ({"readOnly": True, **ref("Inner")}, {"response", "webhook"}),
    "only sent": ({"writeOnly": True, **ref("Inner")}, {"request"}),
    "around the reference": ({"readOnly": True, "allOf": [ref("Inner")]}, {"response", "webhook"}),
    "beside the reference": ({"allOf": [ref("Inner"), {"writeOnly": True}]}, {"request"}),
    "of a list": ({"writeOnly": True, "items": ref("Inner")}, {"request"}),
    "deep inside": ({"readOnly": True, "properties": {"a": {"items": ref("Inner")}}}, {"response", "webhook"}),
    "one in the other": ({"readOnly": True, "properties": {"a": {"writeOnly": True, **ref("Inner")}}}, set()),
    "neither": ({"readOnly": False, **ref("Inner")}, {"request", "response", "webhook"}),
    "a property of that name": ({"properties": {"readOnly": ref("Inner")}}, {"request", "response", "webhook"}),
}


def used_everywhere(schema: Any, openapi: str = "3.1.0") -> Contract:
    """A contract with an object that is sent, received and called back, and in which a property has a schema."""
    thing = {"properties": {"x": schema}}
    answers = {"200": body(ref("Thing"))}
    return contract_of(
        {
            "document": {"openapi": openapi, "components": {"requestBodies": {"Shared": body(thing)}}},
            "schemas": {"Thing": thing, "Inner": {"items": ref("Innermost")}, "Innermost": {}},
            "operations": {
                "POST /things": {"requestBody": {"$ref": "#/components/requestBodies/Shared"}, "responses": answers},
                "PUT /things": {"requestBody": body(ref("Thing")), "responses": answers},
            },
            "webhooks": {"thing.made": {"post": {"requestBody": body(ref("Thing"))}}},
        }
    )


@pytest.mark.parametrize("schema", ["Inner", "Innermost"])
@pytest.mark.parametrize("case", ONE_WAY)
def test_directions_of_what_is_only_sent_or_only_received(case: str, schema: str) -> None:
    value, directions = ONE_WAY[case]
    usage = Usage(used_everywhere(value), References())
    assert usage.directions(schema_part(schema)) == directions
    assert usage.directions(schema_part("Thing")) == {"request", "response", "webhook"}


def test_openapi_3_0_ignores_a_flag_beside_a_reference() -> None:
    everywhere = {"request", "response", "webhook"}
    schema, references = ONE_WAY["only received"][0], References()
    for openapi, directions in (("3.0.3", everywhere), ("3.1.0", {"response", "webhook"}), ("3.0.3", everywhere)):
        contract = used_everywhere(schema, openapi)
        assert Usage(contract, references).directions(schema_part("Inner")) == directions
    around = used_everywhere(ONE_WAY["around the reference"][0], "3.0.3")
    assert Usage(around, references).directions(schema_part("Inner")) == {"response", "webhook"}


def test_a_schema_that_is_also_used_elsewhere_is_used_in_both_directions() -> None:
    parts = {"Inner": {}, "Thing": {"properties": {"a": {"readOnly": True, **ref("Inner")}, "b": ref("Inner")}}}
    contract = contract_of(
        {"schemas": parts, "operations": {"PUT /a": {"requestBody": body(ref("Thing")), "responses": {}}}}
    )
    assert Usage(contract, References()).directions(schema_part("Inner")) == {"request"}


def test_a_property_that_becomes_read_only_changes_the_directions_of_similar_contracts() -> None:
    references = References()
    before = Usage(used_everywhere(ref("Inner")), references)
    document = before.contract.document
    after = Contract(
        {**before.contract.parts, schema_part("Thing"): {"properties": {"x": ONE_WAY["only sent"][0]}}}, document
    )
    again = Contract({**before.contract.parts, schema_part("Thing"): {"properties": {"y": ref("Inner")}}}, document)
    assert Usage(after, references, [before]).directions(schema_part("Inner")) == {"request"}
    assert Usage(again, references, [before]).root is before


def test_what_only_read_only_properties_use_breaks_no_request() -> None:
    old, new = used_everywhere(ONE_WAY["only received"][0]), used_everywhere(ONE_WAY["only received"][0])
    parts = {**new.parts, schema_part("Innermost"): {"type": "string"}}
    table = RuleTable.with_overrides({})
    comparison = Comparison(Side("old", old), Side("new", Contract(parts, new.document)), table)
    found = comparison.diff(RenameDetection(NO_RENAMES)).findings
    assert {(one.direction, one.severity) for one in found} == {("response", "additive"), ("webhook", "additive")}


@pytest.mark.parametrize("status", ["200", "404", "4XX", "default"])
def test_what_any_answer_uses_is_used(status: str) -> None:
    contract = contract_of({"schemas": {"E": {}}, "operations": {"GET /a": {"responses": {status: body(ref("E"))}}}})
    usage = Usage(contract, References())
    operation = Part("operation", "GET /a")
    assert usage.directions(schema_part("E")) == {"response"}
    assert usage.closure(operation) == [operation, schema_part("E")]
    assert usage.affected_by([schema_part("E")]) == [schema_part("E"), operation]


def test_what_is_shared_is_looked_into() -> None:
    shared: Any = {"parameters": {"P": {"schema": ref("A")}}, "responses": {"R": {"$ref": "#/components/responses/S"}}}
    shared["responses"]["S"] = body(ref("B"))
    operation = {
        "parameters": [{"$ref": "#/components/parameters/P"}],
        "responses": {"200": {"$ref": "#/components/responses/R"}},
    }
    contract = contract_of(
        {"document": {"components": shared}, "schemas": {"A": {}, "B": {}}, "operations": {"GET /a": operation}}
    )
    usage = Usage(contract, References())
    assert usage.directions(schema_part("A")) == {"request"}
    assert usage.directions(schema_part("B")) == {"response"}


def using(*names: str, **beside: Any) -> dict[str, Any]:
    """An operation that answers with schemas."""
    content = {f"a/{name}": {"schema": ref(name)} for name in names}
    return {"responses": {"200": {"content": content}}, **beside}


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        (Part("operation", "GET /tasks/{id}"), {"tags": ["Tasks", "More"]}, "Tasks"),
        (Part("operation", "GET /tasks/{id}"), {}, "tasks"),
        (Part("operation", "GET /tasks/{id}"), {"tags": []}, "tasks"),
        (Part("operation", "GET /"), {}, "API"),
        (Part("webhook", "task.note.updated"), {"post": {"tags": ["Tasks"]}}, "Tasks"),
        (Part("webhook", "task.note.updated"), {"post": {}}, "Task"),
        (Part("webhook", "task-updated"), {}, "Task"),
        (Part("webhook", ".updated"), {}, ".updated"),
    ],
    ids=str,
)
def test_resource_name(part: Part, value: dict[str, Any], expected: str) -> None:
    assert resource_name(part, value) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ("/v1/charges /v1/charges/{id} /v1/refunds", "charges charges refunds"),
        ("/v1/users /v2/users /v2beta1/groups", "users users groups"),
        ("/1.1/statuses /2024-01-31/statuses", "statuses statuses"),
        ("/api/v2/users /API/v2/groups", "users groups"),
        ("/platform/users /platform/users/{id} /platform/groups", "users users groups"),
        ("/platform/users /status", "platform status"),
        ("/{tenant}/users /{tenant}/groups/{id}", "users groups"),
        ("/tasks /tasks/{id} /tasks/{id}/notes", "tasks tasks tasks"),
        ("/tasks/{id} /tasks/{id}/notes", "tasks tasks"),
        ("/tasks/{id}/notes /tasks/{id}/people", "notes people"),
        ("/tasks/{id}/notes", "tasks"),
        ("/v1/3d_secure /v1/vat", "3d_secure vat"),
        ("/ /v1 /api/{id}", "API API API"),
    ],
)
def test_a_segment_that_all_paths_share_or_a_version_is_no_resource(paths: str, expected: str) -> None:
    operations = {f"GET {path}": using() for path in paths.split()}
    found = {part: name for name, parts in grouped(operations=operations).items() for part in parts}
    assert [found[operation] for operation in operations] == expected.split()


def test_a_badge_groups_nothing_unless_there_is_no_other_tag() -> None:
    tags = [{"name": "Beta", "kind": "badge"}, {"name": "Tasks", "kind": "nav"}]
    operations = {"GET /a": using(tags=["Beta", "Tasks"]), "GET /b": using(tags=["Beta"])}
    assert grouped(document={"tags": tags}, operations=operations) == {"Beta": ["GET /b"], "Tasks": ["GET /a"]}


@pytest.mark.parametrize(
    ("parents", "order"),
    [
        ({"a": "", "b": "", "c": ""}, "abc"),
        ({"a": "c", "b": "", "c": ""}, "bca"),
        ({"a": "", "b": "d", "c": "a", "d": "a"}, "acdb"),
        ({"a": "nobody", "b": "", "c": "b"}, "abc"),
        ({"a": "b", "b": "a", "c": ""}, "cab"),
        ({"a": "a", "b": ""}, "ba"),
    ],
)
def test_nested_tags_follow_theirs(parents: dict[str, str], order: str) -> None:
    tags = [{"name": name, "summary": name.upper(), "parent": parent} for name, parent in parents.items()]
    operations = {f"GET /{name}": using(tags=[name]) for name in parents}
    found = of(document={"tags": tags}, operations=operations)
    assert "".join(resource.name for resource in found) == order
    for resource in found:
        parent = parents[resource.name]
        assert (resource.title, resource.parent) == (
            resource.name.upper(),
            parent.upper() if len(parent) == 1 else parent,
        )


def test_tags_come_first_in_the_order_of_the_document_then_what_is_met() -> None:
    found = grouped(
        document={"tags": [{"name": "Rooms"}, {"name": "Nobody's"}, {"name": "Tasks"}]},
        operations={"GET /x": using(), "GET /tasks": using(tags=["Tasks"]), "GET /rooms": using(tags=["Rooms"])},
        webhooks={"task.created": {"post": {"tags": ["Tasks"]}}, "x.created": {"post": {}}},
    )
    assert list(found.items()) == [
        ("Rooms", ["GET /rooms"]),
        ("Tasks", ["GET /tasks", "webhook task.created"]),
        ("x", ["GET /x"]),
        ("X", ["webhook x.created"]),
    ]


def test_a_schema_belongs_to_what_reaches_it_first() -> None:
    found = grouped(
        schemas={
            "Unused": {},
            "Deep": {},
            "Task": {"properties": {"person": ref("Person"), "deep": ref("Deep")}},
            "Person": {"properties": {"tasks": {"items": ref("Task")}}},
            "Event": {},
        },
        operations={
            "GET /tasks": using("Task", tags=["Tasks"]),
            "GET /people": using("Person", "Deep", tags=["People"]),
        },
        webhooks={"a.b": {"post": {"requestBody": {"content": {"a/b": {"schema": ref("Event")}}}}}},
    )
    assert found == {
        "Tasks": ["GET /tasks", "Deep", "Task", "Person"],
        "People": ["GET /people"],
        "A": ["webhook a.b", "Event"],
        "Other objects": ["Unused"],
    }
    assert list(found)[-1] == "Other objects"


def test_a_schema_in_a_shared_response_is_reached() -> None:
    shared = {"components": {"responses": {"Wrong": {"content": {"a/b": {"schema": ref("Error")}}}}}}
    wrong = {"responses": {"404": {"$ref": "#/components/responses/Wrong"}}}
    found = grouped(document=shared, schemas={"Error": {}}, operations={"GET /tasks": wrong})
    assert found == {"tasks": ["GET /tasks", "Error"]}


def test_slugs_are_unique_whatever_the_case() -> None:
    names = ["Task lists", "task-lists", "TASK LISTS!", "日本", "Café", "task-lists-2"]
    operations = {f"GET /{index}": using(tags=[name]) for index, name in enumerate(names)}
    found = [(resource.name, resource.slug) for resource in of(operations=operations)]
    assert found == [
        ("Task lists", "task-lists"),
        ("task-lists", "task-lists-2"),
        ("TASK LISTS!", "task-lists-3"),
        ("日本", "resource"),
        ("Café", "caf"),
        ("task-lists-2", "task-lists-2-2"),
    ]


def test_a_description_is_the_tag_s() -> None:
    tags = [{"name": "Tasks", "description": "What is to be done"}]
    tasks, rooms = of(document={"tags": tags}, operations={"GET /t": using(tags=["Tasks"]), "GET /rooms": using()})
    assert (tasks.description, rooms.description) == ("What is to be done", "")
    assert tasks.of_kind("operation") == tasks.parts
    assert tasks.of_kind("schema") == ()


def test_what_is_shared_may_be_another_thing_in_another_document() -> None:
    operation = {"responses": {"404": {"$ref": "#/components/responses/R"}}}
    part, references = Part("operation", "GET /a"), References()
    for schema in ("A", "B"):
        document = {"components": {"responses": {"R": body(ref(schema))}}}
        contract = Contract({part: operation, schema_part("A"): {}, schema_part("B"): {}}, document)
        assert Usage(contract, references).referenced_schemas(part) == (schema_part(schema),)


def test_what_is_shared_may_lead_back_to_itself() -> None:
    shared: Any = {"responses": {"R": {"$ref": "#/components/responses/S"}, "S": {"$ref": "#/components/responses/R"}}}
    operation = Part("operation", "GET /a")
    contract = contract_of(
        {
            "document": {"components": shared},
            "operations": {operation.name: {"responses": {"404": {"$ref": "#/components/responses/R"}}}},
        }
    )
    assert Usage(contract, References()).closure(operation) == [operation]
