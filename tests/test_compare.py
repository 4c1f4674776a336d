"""Two contracts, and what is found between them: for every rule a tiny before and after, as YAML.

Findings are written as in `tests/effects/__init__.py`; `tests/test_severity.py` sees that every rule is among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from api_upgrades.compare import Finding, compare
from api_upgrades.effects import Move
from api_upgrades.names import Names
from api_upgrades.severity import DIRECTIONS, RuleTable
from api_upgrades.target import Target
from tests.effects import contract_of, in_words


@dataclass(frozen=True)
class Row:
    """Before and after as the sections of contracts, how names move between them, and what is found."""

    id: str
    before: dict[str, Any]
    after: dict[str, Any]
    expected: tuple[str, ...]
    moves: str = ""

    def findings(self) -> tuple[Finding, ...]:
        return found(self.before, self.after, Names.of(moves(self.moves)))

    def mirrored(self) -> tuple[Finding, ...]:
        """What is found the other way round."""
        backwards = [Move(move.new, move.old) for move in reversed(moves(self.moves))]
        return found(self.after, self.before, Names.of(backwards))


def moves(text: str) -> list[Move]:
    """`Task.a > Task.b, Task.b > Task.c`."""
    pairs = [one.split(" > ") for one in text.split(", ") if one]
    return [Move(Target.parse(old), Target.parse(new)) for old, new in pairs]


def found(before: Any, after: Any, names: Names) -> tuple[Finding, ...]:
    """What is found where every schema is used in all three directions."""
    table = RuleTable.with_overrides({})
    return compare(contract_of(before), contract_of(after), names, lambda part: DIRECTIONS, table)


def value(id: str, before: str, after: str, *expected: str) -> Row:
    """Before and after of the property `Task.x`, beside a schema `Person`."""
    person = {"type": "object", "properties": {"id": {"type": "string"}}}
    was, now = (
        {"schemas": {"Task": {"type": "object", "properties": {"x": yaml.safe_load(one)}}, "Person": person}}
        for one in (before.replace("PERSON", REF), after.replace("PERSON", REF))
    )
    return Row(id, was, now, expected)


def schema(id: str, before: str, after: str, *expected: str, moves: str = "") -> Row:
    """Before and after of the schema `Task`."""
    was, now = ({"schemas": {"Task": yaml.safe_load(one)}} for one in (before, after))
    return Row(id, was, now, expected, moves)


def operation(id: str, before: str, after: str, *expected: str, moves: str = "") -> Row:
    """Before and after of `POST /tasks`, which has one response where nothing else is said."""
    was, now = ({"operations": {"POST /tasks": {"responses": {"204": {}}, **yaml.safe_load(one)}}} for one in (before, after))
    return Row(id, was, now, expected, moves)


def parts(id: str, before: str, after: str, *expected: str, moves: str = "") -> Row:
    return Row(id, yaml.safe_load(before), yaml.safe_load(after), expected, moves)


REF = "{$ref: '#/components/schemas/Person'}"
TIGHTENED = "(request breaking, response additive, webhook additive)"
NARROWED = TIGHTENED
LOOSENED = "(request additive, response risky, webhook risky)"
WIDENED = "(request additive, response breaking, webhook breaking)"
REMOVED = "(request breaking, response risky, webhook risky)"

VALUES = [
    value("type", "type: string", "type: integer", "type-changed Task.x (breaking)"),
    value("one type more", "type: string", "type: [string, integer]", f"type-widened Task.x {WIDENED}"),
    value("integer to number", "type: integer", "type: number", f"type-widened Task.x {WIDENED}"),
    value("anything", "type: string", "{}", f"type-widened Task.x {WIDENED}"),
    value("true is anything", "true", "{}"),
    value("to a reference", "type: string", "PERSON", "type-changed Task.x (breaking)"),
    value("to the same by reference", "{type: object, properties: {id: {type: string}}}", "PERSON"),
    value("another reference", "$ref: '#/components/schemas/Task'", "PERSON", "type-changed Task.x (breaking)"),
    value("list of it", "type: string", "{type: array, items: {type: string}}", "property-became-list Task.x (breaking)"),
    value("list of others", "type: string", "{type: array, items: {type: integer}}", "type-changed Task.x (breaking)"),
    value("list of references", "PERSON", "{type: array, items: PERSON}", "property-became-list Task.x (breaking)"),
    value("items", "type: array", "{type: array, items: {type: string}}", f"constraint-tightened Task.x {TIGHTENED}"),
    value("in items", "items: {type: string}", "items: {type: integer}", "type-changed Task.x[] (breaking)"),
    value("in a map", "additionalProperties: {type: string}", "additionalProperties: {type: integer}", "type-changed Task.x{} (breaking)"),
    value("null, in a list of types", "type: string", "type: [string, 'null']", f"became-nullable Task.x {WIDENED}"),
    value("null, in a branch", "type: string", "anyOf: [{type: string}, {type: 'null'}]", f"became-nullable Task.x {WIDENED}"),
    value("null, as in 3.0", "type: string", "{type: string, nullable: true}", f"became-nullable Task.x {WIDENED}"),
    value("null beside a reference", "PERSON", "oneOf: [{type: 'null'}, PERSON]", f"became-nullable Task.x {WIDENED}"),
    value("null beside an enum", "enum: [a]", "anyOf: [{enum: [a]}, {type: 'null'}]", f"became-nullable Task.x {WIDENED}"),
    value("null in another form", "anyOf: [{type: string, format: date}, {type: 'null'}]", "{type: [string, 'null'], format: date}"),
    value("one form more", "oneOf: [{type: string}, PERSON]", "oneOf: [{type: string}, PERSON, {const: 1}]", f"variant-added Task.x {LOOSENED}"),
    value("down to one form", "anyOf: [{type: string}, PERSON]", "type: string", f"type-narrowed Task.x {NARROWED}"),
    value("one more of all", "allOf: [PERSON, {minProperties: 1}]", "allOf: [PERSON]", f"constraint-loosened Task.x {LOOSENED}"),
    value("an enum value", "enum: [a]", "enum: [a, b]", f"enum-value-added Task.x {LOOSENED}"),
    value("an enum value of a list", "items: {enum: [a, b]}", "items: {enum: [a]}", f"enum-value-removed Task.x {REMOVED}"),
    value("enum", "type: string", "{type: string, enum: [a]}", f"enum-introduced Task.x {TIGHTENED}"),
    value("const", "type: string", "{type: string, const: a}", f"enum-introduced Task.x {TIGHTENED}"),
    value("const to enum", "const: a", "enum: [a, b]", f"enum-value-added Task.x {LOOSENED}"),
    value("format", "type: string", "{type: string, format: date}", f"constraint-tightened Task.x {TIGHTENED}"),
    value("another format", "format: date", "format: time", "constraint-changed Task.x (breaking)"),
    value("greater maximum", "maximum: 1", "maximum: 2", f"constraint-loosened Task.x {LOOSENED}"),
    value("greater minimum", "minLength: 1", "minLength: 2", f"constraint-tightened Task.x {TIGHTENED}"),
    value("exclusive, as in 3.0", "exclusiveMinimum: true", "exclusiveMinimum: 1", "constraint-changed Task.x (breaking)"),
    value("closed", "type: object", "{type: object, additionalProperties: false}", f"constraint-tightened Task.x {TIGHTENED}"),
    value("default", "{}", "default: 1", "default-changed Task.x (request risky, response neutral, webhook neutral)"),
    value("default null says nothing", "{}", "default: null"),
    value("extension", "x-unit: cm", "x-unit: mm", "extension-changed Task.x (neutral)"),
    value("deprecated", "{}", "deprecated: true", "deprecated Task.x (neutral)"),
    value("read-only", "{}", "readOnly: true", "became-read-only Task.x (request breaking, response neutral, webhook neutral)"),
    value("write-only", "{}", "writeOnly: true", "became-write-only Task.x (request neutral, response breaking, webhook breaking)"),
    value("wording", "{title: A, description: a, examples: [1]}", "{example: 2, $comment: b, x-example-omit: true}"),
]

OBJECT = "type: object, properties"
SCHEMAS = [
    schema("property", f"{{{OBJECT}: {{}}}}", f"{{{OBJECT}: {{a: {{}}}}}}", "property-added Task.a (additive)"),
    schema("a required one", f"{{{OBJECT}: {{}}}}", f"{{{OBJECT}: {{a: {{}}}}, required: [a]}}", f"required-property-added Task.a {TIGHTENED}"),
    schema("required", "properties: {a: {}}", "{properties: {a: {}}, required: [a]}", f"became-required Task.a {TIGHTENED}"),
    schema("in an allOf", "allOf: [{properties: {a: {}}}]", "allOf: [{properties: {a: {}}, required: [a]}]", f"became-required Task.a {TIGHTENED}"),
    schema("renamed", "properties: {a: {}}", "properties: {b: {}}", "property-renamed Task.b (breaking)", moves="Task.a > Task.b"),
    schema(
        "renamed, of another type, no longer required",
        "{properties: {a: {type: string}}, required: [a]}",
        "properties: {b: {type: integer}}",
        "property-renamed Task.b (breaking)",
        f"became-optional Task.b {WIDENED}",
        "type-changed Task.b (breaking)",
        moves="Task.a > Task.b",
    ),
    schema(
        "a name that another takes over",
        "properties: {a: {type: integer}, b: {type: string}}",
        "properties: {a: {type: string}}",
        "property-renamed Task.a (breaking)",
        "property-removed Task.a (breaking)",
        moves="Task.b > Task.a",
    ),
    schema(
        "names that change places",
        "properties: {a: {type: integer}, b: {type: string}}",
        "properties: {b: {type: integer}, a: {type: string}}",
        "property-renamed Task.b (breaking)",
        "property-renamed Task.a (breaking)",
        moves="Task.a > Task.c, Task.b > Task.a, Task.c > Task.b",
    ),
    schema(
        "moved, and of another type",
        "properties: {a: {type: string}, b: {properties: {}}}",
        "properties: {b: {properties: {c: {type: integer}}}}",
        "property-moved Task.b.c (breaking)",
        "type-changed Task.b.c (breaking)",
        moves="Task.a > Task.b.c",
    ),
    schema(
        "a list by another name",
        "properties: {a: {type: string}}",
        "properties: {b: {type: array, items: {type: string}}}",
        "property-became-list Task.b (breaking)",
        moves="Task.a > Task.b",
    ),
    schema(
        "a discriminator by another name",
        "{properties: {a: {}}, discriminator: {propertyName: a}}",
        "{properties: {b: {}}, discriminator: {propertyName: b}}",
        "property-renamed Task.b (breaking)",
        moves="Task.a > Task.b",
    ),
]

TASKS = "POST /tasks"
OPERATIONS = [
    operation("deprecated", "{}", "deprecated: true", f"operation-deprecated {TASKS} (request neutral)"),
    operation("security", "{}", "security: [{key: []}]", f"security-changed {TASKS} (request breaking)"),
    operation("wording", "{summary: A, tags: [A]}", "{description: B, operationId: b}"),
    operation(
        "parameter",
        "{}",
        "parameters: [{name: a, in: query, schema: {}}]",
        f"parameter-added {TASKS} query a (request additive)",
    ),
    operation(
        "a required one",
        "{}",
        "parameters: [{name: X-A, in: header, required: true, schema: {}}]",
        f"required-parameter-added {TASKS} header X-A (request breaking)",
    ),
    operation(
        "parameter renamed, required and deprecated",
        "parameters: [{name: a, in: query, schema: {}}]",
        "parameters: [{name: 'b[c]', in: query, required: true, deprecated: true, schema: {}}]",
        f'parameter-renamed {TASKS} query "b[c]" (request breaking)',
        f'became-required {TASKS} query "b[c]" (request breaking)',
        f'deprecated {TASKS} query "b[c]" (request neutral)',
        moves=f'{TASKS} query a > {TASKS} query "b[c]"',
    ),
    operation(
        "inside a parameter",
        "parameters: [{name: a, in: query, explode: true, schema: {type: string}}]",
        "parameters: [{name: a, in: query, schema: {type: string, maxLength: 3}}]",
        f"constraint-changed {TASKS} query a (request breaking)",
        f"constraint-tightened {TASKS} query a (request breaking)",
    ),
    operation("body", "{}", "requestBody: {content: {}}", f"request-body-added {TASKS} request (request additive)"),
    operation(
        "a required body",
        "{}",
        "requestBody: {required: true, content: {}}",
        f"required-request-body-added {TASKS} request (request breaking)",
    ),
    operation(
        "body now required, of another media type",
        "requestBody: {content: {text/plain: {schema: {type: string}}}}",
        "requestBody: {required: true, content: {text/html: {schema: {type: string}}}}",
        f"became-required {TASKS} request (request breaking)",
        f"media-type-removed {TASKS} request (request breaking)",
        f"media-type-added {TASKS} request (request additive)",
    ),
    operation(
        "in a body",
        "requestBody: {content: {application/json: {schema: {properties: {a: {}}}}}}",
        "requestBody: {content: {application/json: {schema: {properties: {}}}}}",
        f"property-removed {TASKS} request.a (request breaking)",
    ),
    operation(
        "answers",
        "responses: {200: {}, 404: {}}",
        "responses: {201: {}, 302: {}, 404: {}, default: {}}",
        f"success-response-added {TASKS} response 201 (response risky)",
        f"success-response-added {TASKS} response 302 (response risky)",
        f"error-response-added {TASKS} response default (response additive)",
        f"success-response-removed {TASKS} response 200 (response breaking)",
    ),
    operation(
        "an error less",
        "responses: {204: {}, 404: {}}",
        "responses: {204: {}}",
        f"error-response-removed {TASKS} response 404 (response additive)",
    ),
    operation(
        "another status, and inside of it",
        "responses: {200: {content: {application/json: {schema: {properties: {a: {}}}}}}}",
        "responses: {201: {content: {application/json: {schema: {properties: {b: {}}}}}}}",
        f"status-changed {TASKS} response 201 (response breaking)",
        f"property-renamed {TASKS} response 201.b (response breaking)",
        moves=f"{TASKS} response 200 > {TASKS} response 201, {TASKS} response 201.a > {TASKS} response 201.b",
    ),
]

PARTS = [
    parts("operation", "{}", "operations: {GET /a: {}}", "operation-added GET /a (request additive)"),
    parts(
        "operation moved, its path parameter by another name",
        "operations: {'PUT /a/{x}': {parameters: [{name: x, in: path, required: true, schema: {}}]}}",
        "operations: {'PATCH /a/{y}': {parameters: [{name: y, in: path, required: true, schema: {}}], deprecated: true}}",
        "operation-moved PATCH /a/{y} (request breaking)",
        "operation-deprecated PATCH /a/{y} (request neutral)",
        moves="PUT /a/{x} > PATCH /a/{y}, PATCH /a/{y} path x > PATCH /a/{y} path y",
    ),
    parts(
        "a path that another takes over",
        "operations: {GET /a: {deprecated: true}, GET /b: {}}",
        "operations: {GET /a: {}}",
        "operation-moved GET /a (request breaking)",
        "operation-removed GET /a (request breaking)",
        moves="GET /b > GET /a",
    ),
    parts(
        "security of all",
        "{document: {security: [{a: []}]}, operations: {GET /a: {}, GET /b: {security: [{b: []}]}}}",
        "{document: {security: [{b: []}]}, operations: {GET /a: {}, GET /b: {security: [{b: []}]}}}",
        "security-changed GET /a (request breaking)",
    ),
    parts(
        "a shared response",
        "{document: {components: {responses: {R: {content: {a/b: {schema: {type: string}}}}}}},"
        " operations: {GET /a: {responses: {200: {$ref: '#/components/responses/R'}}}}}",
        "operations: {GET /a: {responses: {200: {content: {a/b: {schema: {type: integer}}}}}}}",
        "type-changed GET /a response 200 (response breaking)",
    ),
    parts("webhook", "{}", "webhooks: {a: {post: {}}}", "webhook-added webhook a (webhook additive)"),
    parts(
        "webhook renamed, deprecated, with a payload of another type",
        "webhooks: {a: {post: {requestBody: {content: {a/b: {schema: {type: string}}}}}}}",
        "webhooks: {b: {post: {deprecated: true, requestBody: {content: {a/b: {schema: {type: integer}}}}}}}",
        "webhook-renamed webhook b (webhook breaking)",
        "webhook-deprecated webhook b (webhook neutral)",
        "type-changed webhook b payload (webhook breaking)",
        moves="webhook a > webhook b",
    ),
    parts("schema", "{}", "schemas: {A: {}}", "schema-added A (nowhere neutral)"),
    parts(
        "schema renamed, those that refer to it stay",
        "schemas: {A: {}, T: {properties: {a: {items: {$ref: '#/components/schemas/A'}}}}}",
        "schemas: {B: {}, T: {properties: {a: {items: {$ref: '#/components/schemas/B'}}}}}",
        "schema-renamed B (nowhere neutral)",
        moves="A > B",
    ),
]

ROWS = [*VALUES, *SCHEMAS, *OPERATIONS, *PARTS]
MIRRORS: dict[str, tuple[str, ...]] = {
    "added": ("removed",),
    "removed": ("added",),
    "renamed": ("renamed",),
    "moved": ("moved",),
    "changed": ("changed",),
    "required": ("optional",),
    "optional": ("required",),
    "nullable": ("not-nullable",),
    "tightened": ("loosened",),
    "loosened": ("tightened",),
    "introduced": ("lifted",),
    "widened": ("narrowed",),
    "narrowed": ("widened",),
    "deprecated": ("no-longer-deprecated",),
}
