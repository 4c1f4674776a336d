"""Two contracts, and what is found between them: for every rule a tiny before and after.

Findings are written as in `tests/effects/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from api_upgrades.compare import compare
from api_upgrades.contract import Contract
from api_upgrades.effects import Move
from api_upgrades.names import Names
from api_upgrades.severity import DIRECTIONS, RULES, RuleTable
from api_upgrades.target import Target
from tests.effects import contract_of, in_words

Row = tuple[str, dict[str, Any], dict[str, Any], list[str], list[tuple[str, str]]]

TEXT = {"type": "string"}
NULL = {"type": "null"}
PERSON = {"$ref": "#/components/schemas/Person"}
TIGHTENED = "(request breaking, response additive, webhook additive)"
LOOSENED = "(request additive, response risky, webhook risky)"
WIDENED = "(request additive, response breaking, webhook breaking)"
NARROWED = TIGHTENED
DONE = {"responses": {"204": {"description": "Done"}}}


def found(before: Contract, after: Contract, moves: Iterable[tuple[str, str]] = ()) -> list[str]:
    """What is found where every schema is used in all three directions."""
    names = Names.of(Move(Target.parse(old), Target.parse(new)) for old, new in moves)
    return in_words(compare(before, after, names, lambda part: DIRECTIONS, RuleTable.with_overrides({})))


def body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


def an_object(required: str = "", /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split()}


def value(id: str, before: Any, after: Any, *expected: str) -> Row:
    """Before and after of the property `Task.x`; in what is expected `x` stands for it."""
    person = {"Person": an_object(id=TEXT)}
    lines = [line.replace(" x", " Task.x", 1) for line in expected]
    return (
        id,
        {"schemas": {"Task": an_object(x=before), **person}},
        {"schemas": {"Task": an_object(x=after), **person}},
        lines,
        [],
    )


def schema(id: str, before: Any, after: Any, *expected: str, moves: Iterable[tuple[str, str]] = ()) -> Row:
    """Before and after of the schema `Task`."""
    return id, {"schemas": {"Task": before}}, {"schemas": {"Task": after}}, list(expected), list(moves)


def operation(id: str, before: Any, after: Any, *expected: str, moves: Iterable[tuple[str, str]] = ()) -> Row:
    """Before and after of the operation `POST /tasks`, without what both have."""
    was, now = ({"operations": {"POST /tasks": {**DONE, **one}}} for one in (before, after))
    return id, was, now, list(expected), list(moves)


def parts(id: str, before: Any, after: Any, *expected: str, moves: Iterable[tuple[str, str]] = ()) -> Row:
    """Before and after as whole contracts."""
    return id, before, after, list(expected), list(moves)


VALUES = [
    value("type", TEXT, {"type": "integer"}, "type-changed x (breaking)"),
    value("one type more", TEXT, {"type": ["string", "integer"]}, f"type-widened x {WIDENED}"),
    value("any number", {"type": "integer"}, {"type": "number"}, f"type-widened x {WIDENED}"),
    value("anything", TEXT, {}, f"type-widened x {WIDENED}"),
    value("to a reference", TEXT, PERSON, "type-changed x (breaking)"),
    value("to the same by reference", an_object(id=TEXT), PERSON),
    value("to an object of one's own", PERSON, an_object(id=TEXT, name=TEXT), "property-added x.name (additive)"),
    value("list of it", TEXT, {"type": "array", "items": TEXT}, "property-became-list x (breaking)"),
    value("list of others", TEXT, {"type": "array", "items": {"type": "integer"}}, "type-changed x (breaking)"),
    value("list of references", PERSON, {"type": "array", "items": PERSON}, "property-became-list x (breaking)"),
    value("items", {"type": "array"}, {"type": "array", "items": TEXT}, f"constraint-tightened x {TIGHTENED}"),
    value("in items", {"items": TEXT}, {"items": {"type": "integer"}}, "type-changed x[] (breaking)"),
    value(
        "in a map",
        {"additionalProperties": TEXT},
        {"additionalProperties": {"type": "integer"}},
        "type-changed x{} (breaking)",
    ),
    value("null, type list", TEXT, {"type": ["string", "null"]}, f"became-nullable x {WIDENED}"),
    value("null, branch", TEXT, {"anyOf": [TEXT, NULL]}, f"became-nullable x {WIDENED}"),
    value("null, 3.0", TEXT, {**TEXT, "nullable": True}, f"became-nullable x {WIDENED}"),
    value("null, of a reference", PERSON, {"oneOf": [NULL, PERSON]}, f"became-nullable x {WIDENED}"),
    value("null in another form", {"anyOf": [TEXT, NULL]}, {"type": ["string", "null"]}),
    value("null in an enum", {"enum": ["a"]}, {"anyOf": [{"enum": ["a"]}, NULL]}, f"became-nullable x {WIDENED}"),
    value(
        "format in the branch",
        {"anyOf": [{**TEXT, "format": "date"}, NULL]},
        {"type": ["string", "null"], "format": "date"},
    ),
    value(
        "form",
        {"oneOf": [TEXT, PERSON]},
        {"oneOf": [TEXT, PERSON, {"type": "integer"}]},
        f"variant-added x {LOOSENED}",
    ),
    value("down to one form", {"anyOf": [TEXT, PERSON, NULL]}, {"anyOf": [TEXT, NULL]}, f"type-narrowed x {NARROWED}"),
    value(
        "allOf",
        {"allOf": [PERSON, TEXT]},
        {"allOf": [PERSON, TEXT, {"minLength": 1}]},
        f"constraint-tightened x {TIGHTENED}",
    ),
    value("enum value", {"enum": ["a"]}, {"enum": ["a", "b"]}, f"enum-value-added x {LOOSENED}"),
    value(
        "enum value of a list",
        {"type": "array", "items": {"enum": ["a", "b"]}},
        {"type": "array", "items": {"enum": ["a"]}},
        "enum-value-removed x (request breaking, response risky, webhook risky)",
    ),
    value("enum", TEXT, {**TEXT, "enum": ["a"]}, f"enum-introduced x {TIGHTENED}"),
    value("const", TEXT, {**TEXT, "const": "a"}, f"enum-introduced x {TIGHTENED}"),
    value("another const", {"const": "a"}, {"enum": ["a", "b"]}, f"enum-value-added x {LOOSENED}"),
    value("format", TEXT, {**TEXT, "format": "date"}, f"constraint-tightened x {TIGHTENED}"),
    value("format changed", {"format": "date"}, {"format": "time"}, "constraint-changed x (breaking)"),
    value("pattern lifted", {"pattern": "a"}, {}, f"constraint-loosened x {LOOSENED}"),
    value("greater maximum", {"maximum": 1}, {"maximum": 2}, f"constraint-loosened x {LOOSENED}"),
    value("greater minimum", {"minLength": 1}, {"minLength": 2}, f"constraint-tightened x {TIGHTENED}"),
    value(
        "exclusive as in 3.0", {"exclusiveMinimum": True}, {"exclusiveMinimum": 1}, "constraint-changed x (breaking)"
    ),
    value("default", {}, {"default": 1}, "default-changed x (request risky, response neutral, webhook neutral)"),
    value("default null says nothing", {}, {"default": None}),
    value("extension", {"x-unit": "cm"}, {"x-unit": "mm"}, "extension-changed x (neutral)"),
    value("deprecated", {}, {"deprecated": True}, "deprecated x (neutral)"),
    value(
        "no longer",
        {"deprecated": True, "x-replaced-by": "y"},
        {"deprecated": False},
        "no-longer-deprecated x (neutral)",
    ),
    value(
        "read-only", {}, {"readOnly": True}, "became-read-only x (request breaking, response neutral, webhook neutral)"
    ),
    value(
        "write-only",
        {},
        {"writeOnly": True},
        "became-write-only x (request neutral, response breaking, webhook breaking)",
    ),
    value(
        "words",
        {"title": "A", "examples": [1], "description": "a"},
        {"example": 2, "$comment": "b", "externalDocs": {}},
    ),
    value("an example omitted", {}, {"x-example-omit": True}),
    value("boolean schema", True, {}),
]
"""Both ways of each are found to mirror each other, so the table has one."""

SCHEMAS = [
    schema("property", an_object(), an_object(a=TEXT), "property-added Task.a (additive)"),
    schema("required property", an_object(), an_object("a", a=TEXT), f"required-property-added Task.a {TIGHTENED}"),
    schema(
        "property renamed",
        an_object("a", a=TEXT),
        an_object("b", b=TEXT),
        "property-renamed Task.b (breaking)",
        moves=[("Task.a", "Task.b")],
    ),
    schema(
        "property renamed and of another type, no longer required",
        an_object("a", a=TEXT),
        an_object(b={"type": "integer"}),
        "property-renamed Task.b (breaking)",
        f"became-optional Task.b {WIDENED}",
        "type-changed Task.b (breaking)",
        moves=[("Task.a", "Task.b")],
    ),
    schema(
        "a name that another takes over",
        an_object(a={"type": "integer"}, b=TEXT),
        an_object(a=TEXT),
        "property-renamed Task.a (breaking)",
        "property-removed Task.a (breaking)",
        moves=[("Task.b", "Task.a")],
    ),
    schema(
        "names that change places",
        an_object(a={"type": "integer"}, b=TEXT),
        an_object(b={"type": "integer"}, a=TEXT),
        "property-renamed Task.b (breaking)",
        "property-renamed Task.a (breaking)",
        moves=[("Task.a", "Task.c"), ("Task.b", "Task.a"), ("Task.c", "Task.b")],
    ),
    schema(
        "property moved, and of another type",
        an_object(a=TEXT, b=an_object()),
        an_object(b=an_object(c={"type": "integer"})),
        "property-moved Task.b.c (breaking)",
        "type-changed Task.b.c (breaking)",
        moves=[("Task.a", "Task.b.c")],
    ),
    schema(
        "list by another name",
        an_object(a=TEXT),
        an_object(b={"type": "array", "items": TEXT}),
        "property-became-list Task.b (breaking)",
        moves=[("Task.a", "Task.b")],
    ),
    schema(
        "in the branch of an allOf",
        {"allOf": [an_object(a=TEXT)]},
        {"allOf": [an_object("a", a=TEXT)]},
        f"became-required Task.a {TIGHTENED}",
    ),
    schema(
        "closed", an_object(), {**an_object(), "additionalProperties": False}, f"constraint-tightened Task {TIGHTENED}"
    ),
    schema(
        "enum value renamed",
        {"enum": ["a", "c"], "default": "a"},
        {"enum": ["b", "c"], "default": "b"},
        "enum-value-renamed Task (breaking)",
        moves=[("Task", "Task")],
    ),
]
