from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.examples.formats import CHECKS
from api_upgrades.examples.json_schema import format_checker
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_part
from api_upgrades.openapi.usage import Direction
from tests.documents import PATHS, contract, every_document


def ref(name: str, **beside: Any) -> dict[str, Any]:
    return {"$ref": SCHEMA_REF + name, **beside}


def shown_in_responses(part: Part) -> tuple[Direction, ...]:
    return ("response",)


def faults(
    schemas: dict[str, Any], direction: Direction = "response", openapi: str = "3.1.0", **rest: Any
) -> list[str]:
    """What is wrong with the examples of a document that has these schemas."""
    whole = Contract.from_openapi({"openapi": openapi, "components": {"schemas": schemas}, **rest})
    return [str(fault) for fault in find_invalid_examples(whole, whole.parts, lambda part: (direction,))]


WORD = {"type": "string", "examples": ["word"]}
PHONE = {"type": "string", "pattern": r"^\+"}
READ_ONLY = {"properties": {"id": {"type": "string", "readOnly": True}}}


def holding(schema: Any, *required: str) -> dict[str, Any]:
    return {"It": {"type": "object", "properties": {"p": schema}, "required": list(required)}}


@pytest.mark.parametrize(
    ("schemas", "expected"),
    [
        pytest.param(holding({**PHONE, "examples": ["+336"]}), [], id="valid"),
        pytest.param(holding({**PHONE, "examples": ["336"]}), [r"It.p: '336' does not match '^\\+'"], id="pattern"),
        pytest.param(
            holding({"anyOf": [PHONE, {"type": "null"}], "examples": ["336"]}),
            [r"It.p: '336' does not match '^\\+'"],
            id="the branch that is meant",
        ),
        pytest.param(
            holding({"type": "string", "format": "date-time", "examples": ["yesterday"]}),
            ["It.p: 'yesterday' is not a 'date-time'"],
            id="format",
        ),
        pytest.param(
            holding({"type": "array", "items": {"enum": ["a"]}, "examples": [["a", "b"]]}),
            ["It.p[]: 'b' is not one of ['a']"],
            id="item",
        ),
        pytest.param(
            holding({"prefixItems": [{"type": "integer", "examples": ["1"]}]}),
            ["It.p[]: '1' is not of type 'integer'"],
            id="tuple",
        ),
        pytest.param(
            holding({"type": "object", "additionalProperties": {"type": "integer"}, "examples": [{"x": "1"}]}),
            ["It.p{}: '1' is not of type 'integer'"],
            id="value of a map",
        ),
        pytest.param(
            holding({"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "examples": [{"x": "1"}]}),
            ["It.p{}: '1' is not of type 'integer'"],
            id="value of a map with patterns",
        ),
        pytest.param(
            holding({"type": "object", "required": ["a"], "examples": [{}]}),
            ["It.p: 'a' is a required property"],
            id="missing",
        ),
        pytest.param(
            holding({"type": "object", "properties": {"a": True}, "required": ["a"], "examples": [{}]}),
            ["It.p: 'a' is a required property"],
            id="missing, whatever it is",
        ),
        pytest.param(
            holding({"additionalProperties": False, "examples": [{"a": 1}]}),
            ["It.p: Additional properties are not allowed ('a' was unexpected)"],
            id="too much",
        ),
        pytest.param(
            {"It": {"type": "object", "properties": {"page[size]": {"type": "integer", "examples": ["1"]}}}},
            ["It.\"page[size]\": '1' is not of type 'integer'"],
            id="name in quotes",
        ),
        pytest.param(
            {
                "A": {"type": "array", "items": ref("It")},
                "B": holding(ref("It"))["It"],
                **holding({**PHONE, "example": "3"}),
            },
            [r"It.p: '3' does not match '^\\+'"],
            id="once, where it stands",
        ),
        pytest.param(
            {"A": {"type": "object", "properties": {"it": ref("It", examples=[{"p": "3"}])}}, **holding(PHONE)},
            [r"A.it.p: '3' does not match '^\\+'"],
            id="an example that overrides",
        ),
        pytest.param(
            holding({"type": "integer", "examples": ["x" * 500]}),
            ["It.p: '" + "x" * 58 + "… is not of type 'integer'"],
            id="long value",
        ),
        pytest.param(
            holding({"type": "string", "pattern": r"\p{L}", "examples": ["x"]}), [], id="a pattern Python can't read"
        ),
        # References
        pytest.param(
            holding(ref("Nothing"), "p"),
            ["It.p: the reference '#/components/schemas/Nothing' cannot be resolved"],
            id="broken reference",
        ),
        pytest.param(holding(ref("Nothing")), [], id="optional, broken reference"),
        pytest.param(
            holding({"$ref": "https://127.0.0.1:1/x.json"}, "p"),
            ["It.p: the reference 'https://127.0.0.1:1/x.json' cannot be resolved"],
            id="never asks the network",
        ),
        pytest.param(
            holding({"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "http://127.0.0.1:1/"}, "p"),
            ["It: cannot be checked, because its schema is invalid: Unresolvable: http://127.0.0.1:1/"],
            id="not even for another dialect",
        ),
        pytest.param(
            {**holding({"$schema": "https://json-schema.org/draft/2020-12/schema", **ref("Word")}), "Word": WORD},
            [],
            id="another dialect, and a reference",
        ),
        pytest.param(holding({"$ref": "#/components/schemas/It/properties/q"}), [], id="broken reference inside"),
        pytest.param({"It": ref("It")}, [], id="only itself"),
        pytest.param(
            {"It": {"allOf": [ref("It")]}, "A": {"type": "object", "properties": {"p": ref("It", examples=[5])}}},
            [],
            id="nothing but itself, for some value",
        ),
        pytest.param(holding(ref("It"), "p"), ["It: null is not of type 'object'"], id="without end"),
        # What is no schema
        pytest.param(
            holding({"type": "datetime"}, "p"),
            ["It: cannot be checked, because its schema is invalid: Unknown type 'datetime'"],
            id="unknown type",
        ),
    ],
)
def test_schemas(schemas: dict[str, Any], expected: list[str]) -> None:
    found = faults(schemas)
    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True)), found


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


WRONG = {"type": "integer", "examples": ["1"]}


def test_places_in_operations_and_webhooks() -> None:
    operation = {
        "parameters": [{"name": "page[size]", "in": "query", "schema": {"type": "integer"}, "example": "1"}],
        "requestBody": answer({"type": "object", "properties": {"p": WRONG}}),
        "responses": {"200": answer({"type": "array", "items": WRONG}), "4XX": answer(WRONG), "500": {}},
    }
    found = faults({}, paths={"/x": {"post": operation}}, webhooks={"x.done": {"post": {"requestBody": answer(WRONG)}}})
    assert [one.removesuffix(": '1' is not of type 'integer'") for one in found] == [
        "POST /x request.p",
        'POST /x query "page[size]"',
        "POST /x response 200[]",
        "POST /x response 4XX",
        "webhook x.done payload",
    ]


def test_schemas_are_checked_in_the_direction_of_their_use() -> None:
    schemas = {
        "New": {"type": "object", "properties": {"p": {**WRONG, "writeOnly": True}}},
        "Made": {"type": "object", "properties": {"p": {**WRONG, "readOnly": True}}},
        "Unused": WRONG,
    }
    operation = {
        "requestBody": answer(ref("New")),
        "responses": {"200": answer({"type": "array", "items": ref("Made")})},
    }
    whole = Contract.from_openapi({"paths": {"/x": {"post": operation}}, "components": {"schemas": schemas}})
    found = find_invalid_examples(whole, [Part("operation", "POST /x")], lambda part: ())
    assert [str(fault.target) for fault in found] == ["New.p", "Made.p"]
    found = find_invalid_examples(whole, [schema_part("Unused")], shown_in_responses)
    assert [str(fault.target) for fault in found] == ["Unused"]


@pytest.mark.parametrize(
    ("mark", "direction", "expected"),
    [
        ("readOnly", "request", []),
        ("writeOnly", "response", []),
        ("writeOnly", "webhook", []),
    ],
)
def test_what_a_direction_leaves_out_is_not_missing(mark: str, direction: Direction, expected: list[str]) -> None:
    assert faults(holding({"type": "string", mark: True}, "p"), direction) == expected


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"allOf": [READ_ONLY, {"required": ["id"]}]}, id="required by another branch"),
        pytest.param({"allOf": [{"allOf": [{"required": ["id"]}]}, ref("Base")]}, id="before a reference"),
        pytest.param({"allOf": [ref("Base")], "required": ["id"]}, id="beside a reference"),
        pytest.param({"allOf": [ref("Needs")], **READ_ONLY}, id="behind a reference"),
    ],
)
def test_what_one_branch_leaves_out_no_other_requires(schema: dict[str, Any]) -> None:
    beside = {"Base": READ_ONLY, "Needs": {"required": ["id"]}}
    assert faults({"It": schema, **beside}, "request") == []
    assert faults({**holding({**schema, "example": {}}), **beside}, "request") == []
    assert faults({**holding({**schema, "example": {}}), **beside}) == ["It.p: 'id' is a required property"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({"type": "string", "nullable": True, "example": None}, [], id="nullable"),
        pytest.param({"type": "string", "nullable": True, "enum": ["a"], "example": None}, [], id="nullable enum"),
        pytest.param({"allOf": [ref("Word")], "nullable": True, "example": None}, [], id="nullable reference"),
        pytest.param({"type": "string", "example": None}, ["It.p: null is not of type 'string'"], id="not nullable"),
        pytest.param({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [], id="exclusive bound"),
        pytest.param(
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "example": 1},
            ["It.p: 1 is less than or equal to the minimum of 1"],
            id="on an exclusive bound",
        ),
        pytest.param({**ref("Word"), "maxLength": 1, "example": "long"}, [], id="nothing counts beside a reference"),
    ],
)
def test_openapi_3_0(schema: dict[str, Any], expected: list[str]) -> None:
    assert faults({**holding(schema), "Word": {"type": "string"}}, openapi="3.0.3") == expected


UUID = "0b9e1f54-6f3c-4a8e-9d42-7c1b5a3e8f60"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "date-time",
            "2023-06-26T08:30:00Z 2023-06-26t08:30:00.123456789+02:00",
            "2023-06-26 2023-06-26T08:30:00 2023-02-30T08:30:00Z 2023-06-26T25:00:00Z 20230626T083000Z",
        ),
        ("date", "2023-06-26 2024-02-29", "2023-02-29 20230626 2023-W01-1 26/06/2023 \uff12023-06-26"),
        ("time", "08:30:00Z 08:30:00.5-01:00", "08:30 8:30:00Z 24:01:00Z"),
        ("duration", "P1D PT30M P1Y2M3DT4H5M6.5S P2W", "P PT 30M P1DT"),
        ("email", "a@b a.b+c@example.com", "a b@ @b a@b@c a@.b a@b."),
        ("hostname", "localhost api.example.com", "-a a..b a_b"),
        ("ipv4", "192.0.2.1", "192.0.2 256.0.0.1"),
        ("ipv6", "::1 2001:db8::1", "1 :::"),
        ("uri", "https://a.example/b?c=%20#d urn:isbn:1 mailto:a@b", "/a a https://a.example/{b} https://é.example"),
        ("uri-reference", "/a?b a https://a.example", "{a} \\"),
        ("uuid", f"{UUID} {UUID.upper()}", f"{UUID[:-1]} {UUID.replace('-', '')} {{{UUID}}}"),
    ],
)
def test_formats(name: str, good: str, bad: str) -> None:
    checker = format_checker()
    assert [one for one in good.split() if not checker.conforms(one, name)] == []
    assert [one for one in bad.split() if checker.conforms(one, name)] == []
    assert not checker.conforms("a b", name)
    assert not checker.conforms("\n", name)
    assert checker.conforms(1_700_000_000, name)
    assert name in CHECKS


@every_document
def test_real_documents(path: Path) -> None:
    whole = contract(path)
    started = time.process_time()
    found = list(find_invalid_examples(whole, whole.parts, shown_in_responses))
    assert time.process_time() - started < 5
    assert len(found) == len(set(found))
    assert all(fault.target.part in whole.parts for fault in found)
    # Some vendors' examples are at fault. What is made up where they give none never is.
    if path.parent.name.startswith(("adyen-", "airflow-")):
        assert found == []


def test_dangling_reference_of_a_real_document_is_reported() -> None:
    path = next((one for one in PATHS if one.parent.name == "intercom" and one.stem == "2.11"), None)
    if path is None:
        pytest.skip("../shared/data, with documents of real APIs, is absent")
    whole = contract(path)
    found = [str(fault) for fault in find_invalid_examples(whole, whole.parts, shown_in_responses)]
    assert (
        "conversation.custom_attributes: the reference '#/components/schemas/custom_attributes' cannot be resolved"
        in found
    )
