from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api_upgrades.openapi.methods import METHODS
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import Target

TASK = Part("schema", "Task")
POST = Part("operation", "POST /tasks/{id}")
WEBHOOK = Part("webhook", "task.note.updated")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("document", Target(None)),
        ("Task", Target(TASK)),
        ("Task.place.city", Target(TASK, "", (".place", ".city"))),
        ("Task.tags[].type", Target(TASK, "", (".tags", "[]", ".type"))),
        ("Task.labels{}.text", Target(TASK, "", (".labels", "{}", ".text"))),
        ("Task[][]", Target(TASK, "", ("[]", "[]"))),
        ('Task."due.at"."a \\"b\\""', Target(TASK, "", (".due.at", '.a "b"'))),
        ("Task.$ref.@id.x-y_z", Target(TASK, "", (".$ref", ".@id", ".x-y_z"))),
        ('"com.example.Task".id', Target(Part("schema", "com.example.Task"), "", (".id",))),
        ('"document"', Target(Part("schema", "document"))),
        ("GET", Target(Part("schema", "GET"))),
        ("POST /tasks/{id}", Target(POST)),
        ("POST /tasks/{id} request", Target(POST, "request")),
        ("POST /tasks/{id} request.title", Target(POST, "request", (".title",))),
        ("POST /tasks/{id} request[].title", Target(POST, "request", ("[]", ".title"))),
        ("POST /tasks/{id} response", Target(POST, "response")),
        ("POST /tasks/{id} response.url", Target(POST, "response", (".url",))),
        ("POST /tasks/{id} response 201.url", Target(POST, "response 201", (".url",))),
        ("POST /tasks/{id} response 4XX", Target(POST, "response 4XX")),
        ("POST /tasks/{id} response default", Target(POST, "response default")),
        ("POST /tasks/{id} query email", Target(POST, "query email")),
        ("POST /tasks/{id} path id", Target(POST, "path id")),
        ("POST /tasks/{id} header X-Team", Target(POST, "header X-Team")),
        ("POST /tasks/{id} cookie sid", Target(POST, "cookie sid")),
        ('POST /tasks/{id} query "page[size]"', Target(POST, "query page[size]")),
        ("POST /tasks/{id} query where[].field", Target(POST, "query where", ("[]", ".field"))),
        ("webhook task.note.updated", Target(WEBHOOK)),
        ("webhook task.note.updated payload", Target(WEBHOOK, "payload")),
        ("webhook task.note.updated payload.data", Target(WEBHOOK, "payload", (".data",))),
        ('GET "/a b"', Target(Part("operation", "GET /a b"))),
        ('GET "/a b" query "c d"', Target(Part("operation", "GET /a b"), "query c d")),
        ('GET ""', Target(Part("operation", "GET "))),
        ('GET "\\"/a\\""', Target(Part("operation", 'GET "/a"'))),
        ('GET /a"b" request', Target(Part("operation", 'GET /a"b"'), "request")),
        ('POST /tasks/{id} response "2xx".url', Target(POST, "response 2xx", (".url",))),
        ('webhook "a b" payload', Target(Part("webhook", "a b"), "payload")),
    ],
    ids=lambda cell: cell if isinstance(cell, str) else "",
)
def test_reading_and_writing(text: str, expected: Target) -> None:
    assert Target.parse(text) == expected
    assert str(expected) == text


NAMES = st.text(max_size=8)
STEPS = st.lists(st.sampled_from(["[]", "{}"]) | NAMES.map(".{}".format), max_size=4).map(tuple)
PATHS = st.text(max_size=9) | st.text(max_size=9).map("/{}".format)
OTHER_METHODS = st.sampled_from(["LINK", "M-SEARCH", "Notify"])
OPERATIONS = st.builds("{} {}".format, st.sampled_from(METHODS).map(str.upper), PATHS) | st.builds(
    "{} {}".format, OTHER_METHODS, st.text(max_size=9).map("/{}".format)
)
SECTIONS = st.sampled_from(["request", "response", "response 201", "response default"]) | st.builds(
    "{} {}".format, st.sampled_from(["query", "querystring", "path", "header", "cookie", "response"]), NAMES
)
TARGETS = (
    st.just(Target(None))
    | st.builds(lambda name, steps: Target(Part("schema", name), "", steps), NAMES, STEPS)
    | st.builds(lambda name: Target(Part("operation", name)), OPERATIONS)
    | st.builds(
        lambda name, section, steps: Target(Part("operation", name), section, steps), OPERATIONS, SECTIONS, STEPS
    )
    | st.builds(lambda name: Target(Part("webhook", name)), NAMES)
    | st.builds(lambda name, steps: Target(Part("webhook", name), "payload", steps), NAMES, STEPS)
)


@given(TARGETS)
def test_what_is_written_reads_as_the_same(target: Target) -> None:
    assert Target.parse(str(target)) == target


@given(st.text(max_size=20) | st.text('ABab.[]{}" =/', max_size=12))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    try:
        target = Target.parse(text)
    except ValueError:
        return
    assert Target.parse(str(target)) == target


SECTION_WORDS = "request, response, query, querystring, path, header, cookie"
STEP = "steps are '.name', '[]' and '{}'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a target; write 'Schema.property', 'POST /path request' or 'webhook name'"),
        (".a", "'.a' is not a target; write 'Schema.property', 'POST /path request' or 'webhook name'"),
        ("Task title", f"'Task title': cannot read ' title'; {STEP}"),
        ("Task.", f"'Task.': cannot read '.'; {STEP}"),
        ("Task..a", f"'Task..a': cannot read '..a'; {STEP}"),
        ("Task[0]", f"'Task[0]': cannot read '[0]'; {STEP}"),
        ('Task."a', f"""'Task."a': cannot read '."a'; {STEP}"""),
        ('"Task', "'\"Task': a quoted name has no closing quote"),
        ("post /tasks", f"'post /tasks': cannot read ' /tasks'; {STEP}"),
        ("POST /a body", f"'POST /a body': after 'POST /a' write one of {SECTION_WORDS}"),
        ("POST /a payload", f"'POST /a payload': after 'POST /a' write one of {SECTION_WORDS}"),
        ("POST /a query", "'POST /a query': say which query parameter"),
        ("POST /a response 99", f"'POST /a response 99': cannot read ' 99'; {STEP}"),
        ("POST /a request title", f"'POST /a request title': cannot read ' title'; {STEP}"),
        ("webhook a request", "'webhook a request': after 'webhook a' write one of payload"),
        ("webhook a.b c", "'webhook a.b c': after 'webhook a.b' write one of payload"),
    ],
)
def test_what_is_no_target(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Target.parse(text)


def test_in_yaml_and_json_a_target_is_its_text() -> None:
    adapter = TypeAdapter(Target)
    assert adapter.validate_python("Task.title") == Target(TASK, "", (".title",))
    assert adapter.dump_json(Target(TASK, "", (".title",))) == b'"Task.title"'
    assert adapter.json_schema()["type"] == "string"


@pytest.mark.parametrize(
    ("text", "holder", "name", "of_list"),
    [
        ("Task", "Task", "Task", "Task"),
        ("Task.place.city", "Task.place", "city", "Task.place.city"),
        ("Task.tags[]", "Task.tags", "[]", "Task.tags"),
        ("Task.tags[][]", "Task.tags[]", "[]", "Task.tags"),
        ("POST /a query b", "POST /a", "b", "POST /a query b"),
        ("POST /a response 201", "POST /a", "201", "POST /a response 201"),
        ("POST /a request", "POST /a", "request", "POST /a request"),
        ("POST /a request.b", "POST /a request", "b", "POST /a request.b"),
        ("document", "document", "document", "document"),
    ],
)
def test_what_is_around(text: str, holder: str, name: str, of_list: str) -> None:
    target = Target.parse(text)
    assert (str(target.holder), target.name, str(target.enclosing_list)) == (holder, name, of_list)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Task.a.b", "c", "Task.a.c"),
        ("POST /a query b", "c", "POST /a query c"),
        ("POST /a request.b", "c", "POST /a request.c"),
    ],
)
def test_siblings(text: str, name: str, expected: str) -> None:
    assert str(Target.parse(text).sibling(name)) == expected


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("Task", "Task", True),
        ("Task.a", "Task", True),
        ("Task.a.b", "Task.a", True),
        ("Task.a", "Task.a.b", False),
        ("Task.ab", "Task.a", False),
        ("Tasks.a", "Task", False),
        ("POST /a request.b", "POST /a", True),
        ("POST /a query b", "POST /a", True),
        ("POST /a request.b", "POST /a response.b", False),
        ("POST /a response 201.b", "POST /a response 201", True),
        ("POST /a", "POST /a request", False),
        ("webhook a payload.b", "webhook a payload", True),
        ("document", "document", True),
        ("Task", "document", False),
    ],
)
def test_within(inner: str, outer: str, expected: bool) -> None:
    assert Target.parse(inner).within(Target.parse(outer)) is expected


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("Task.a", "Task.a", "Task.b", "Task.b"),
        ("Task.a.c[]", "Task.a", "Task.b", "Task.b.c[]"),
        ("Task.a.c", "Task.a", "Room.x.b", "Room.x.b.c"),
        ("Task", "Task.a", "Task.b", "Task"),
        ("Task.ab", "Task.a", "Task.b", "Task.ab"),
        ("Task.a", "Task", "Todo", "Todo.a"),
        ("PUT /a request.b", "PUT /a", "PATCH /b", "PATCH /b request.b"),
        ("PUT /a response 200.b", "PUT /a response 200", "PUT /a response 201", "PUT /a response 201.b"),
        ("PUT /a query b[]", "PUT /a query b", "PUT /a query c", "PUT /a query c[]"),
        ("PUT /a response 201.url", "PUT /a response 201.url", "Task.url", "Task.url"),
        ("webhook a payload.b", "webhook a", "webhook c", "webhook c payload.b"),
    ],
)
def test_moved(text: str, old: str, new: str, expected: str) -> None:
    assert str(Target.parse(text).after_move(Target.parse(old), Target.parse(new))) == expected


CHAIN = [("Task.a", "Task.b"), ("Task", "Todo"), ("Todo.b", "Todo.c.d"), ("PUT /a", "PATCH /a")]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Task.a", "Todo.c.d"),
        ("Task.a.x", "Todo.c.d.x"),
        ("Task.other", "Todo.other"),
        ("PUT /a request", "PATCH /a request"),
        ("Room", "Room"),
    ],
)
def test_names_are_followed_through_all_moves(older: str, newer: str) -> None:
    moves = [Move(Target.parse(old), Target.parse(new)) for old, new in CHAIN]
    for names in (RenameMap.of(moves), RenameMap.of(moves[:1]) + RenameMap.of(moves[1:])):
        assert str(names.to_newer(Target.parse(older))) == newer
        assert str(names.to_older(Target.parse(newer))) == older


MOVED = (
    ("Person", "People"),
    ("People.name", "People.title"),
    ("GET /a query q", "GET /a query search"),
    ("GET /a response 200.kind=x", "GET /a response 200.kind=y"),
    ("Pet.tag", "Tag.text"),
)


@pytest.mark.parametrize(
    ("place", "value", "is_concerned"),
    [
        pytest.param("Order.id", {"type": "string"}, False, id="in a part where nothing moves"),
        pytest.param("Order.owner", {"$ref": "#/components/schemas/Person"}, True, id="refers to a renamed schema"),
        pytest.param("Order.owner", {"default": {"$ref": "#/components/schemas/Person"}}, False, id="is only data"),
        pytest.param("Person.name", {}, True, id="is renamed later, when its schema has another name"),
        pytest.param("Person.age", {}, False, id="is beside a renamed property"),
        pytest.param("Person", {}, True, id="is around a renamed property"),
        pytest.param("People.name.first", {}, True, id="is inside a renamed property"),
        pytest.param("GET /a query q", {}, True, id="is a renamed parameter"),
        pytest.param("GET /a query page", {}, False, id="is beside a renamed parameter"),
        pytest.param("GET /a response 200.kind", {}, True, id="is a value of which one is renamed"),
        pytest.param("Tag.text", {}, True, id="moved from another schema"),
        pytest.param("Tag.id", {}, False, id="is beside a moved property"),
    ],
)
def test_renames_concern_what_can_mean_something_else(place: str, value: dict[str, object], is_concerned: bool) -> None:
    names = RenameMap.of(Move(*map(parse_value, move)) for move in MOVED)
    target = Target.parse(place)
    assert names.concerns(value, target, names.to_newer(target)) is is_concerned


def parse_value(text: str) -> Target:
    """A target, which may end with one enum value."""
    place, _, value = text.partition("=")
    return Target.parse(place).child(f"={value}") if value else Target.parse(place)
