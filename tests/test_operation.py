from __future__ import annotations

from typing import Any

import pytest

from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import success_status
from api_upgrades.openapi.operation import Body, parameters, request_body, resolve_shared, responses
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import MISSING

JSON = {"application/json": {"schema": {"type": "string"}}}
BODY = Body("application/json", {"type": "string"}, MISSING)
PART = Part("operation", "POST /things")


def contract_of(operation: dict[str, Any], **rest: Any) -> Contract:
    return Contract.from_openapi({"openapi": "3.1.0", "paths": {"/things": {"post": operation, **rest}}, **SHARED})


SHARED: dict[str, Any] = {
    "components": {
        "requestBodies": {"Thing": {"content": JSON}, "Alias": {"$ref": "#/components/requestBodies/Thing"}},
        "responses": {"Gone": {"description": "Gone", "content": JSON}},
        "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}},
        "examples": {"One": {"value": "one"}},
    }
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"content": JSON}, BODY, id="inline"),
        pytest.param({"$ref": "#/components/requestBodies/Thing"}, BODY, id="shared"),
        pytest.param({"$ref": "#/components/requestBodies/Alias"}, BODY, id="shared twice over"),
        pytest.param({"$ref": "#/components/requestBodies/Nothing"}, None, id="leads nowhere"),
        pytest.param({"content": {"text/csv": {}, **JSON}}, BODY, id="JSON before others"),
        pytest.param(
            {"content": {"text/csv": {}, "text/html": {}}}, Body("text/csv", {}, MISSING), id="else the first"
        ),
        pytest.param({"content": {"text/csv": {"example": "a,b"}}}, Body("text/csv", {}, "a,b"), id="own example"),
        pytest.param(
            {"content": {"text/csv": {"examples": {"x": {"$ref": "#/components/examples/One"}}}}},
            Body("text/csv", {}, "one"),
            id="named and shared example",
        ),
        pytest.param({"content": {}}, None, id="no content"),
        pytest.param({}, None, id="none"),
    ],
)
def test_request_body(body: dict[str, Any], expected: Body | None) -> None:
    assert request_body(contract_of({"requestBody": body}), PART) == expected


def test_openapi_3_0_ignores_what_limits_beside_the_reference_of_a_body_or_parameter() -> None:
    tag, limited = {"$ref": "#/components/schemas/Tag"}, {"$ref": "#/components/schemas/Tag", "nullable": True}
    operation = {
        "requestBody": {"content": {"a/b": {"schema": limited}}},
        "parameters": [{"name": "tag", "in": "query", "deprecated": True, "schema": limited}],
    }
    contract = Contract.from_openapi({"openapi": "3.0.3", "paths": {"/things": {"post": operation}}})
    assert request_body(contract, PART) == Body("a/b", tag, MISSING)
    assert [one.schema for one in parameters(contract, PART)] == [{**tag, "deprecated": True}]


def test_payload_of_webhook() -> None:
    item = {"summary": "…", "put": {"requestBody": {"content": JSON}}}
    assert request_body(Contract.from_openapi({"webhooks": {"done": item}}), Part("webhook", "done")) == BODY


def test_responses() -> None:
    answers: dict[Any, Any] = {
        404: {"$ref": "#/components/responses/Gone"},
        "201": {"description": "Created"},
        "default": {"$ref": "#/components/responses/Nothing"},
    }
    contract = contract_of({"responses": answers})
    found = [(one.status, one.description, one.body) for one in responses(contract, PART)]
    assert found == [("404", "Gone", BODY), ("201", "Created", None), ("default", "", None)]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["404", "201", "200"], "201"),
        (["404", "default"], "default"),
        (["4XX", "2XX"], "2XX"),
        ([204], "204"),
        (["302"], None),
        ([], None),
    ],
)
def test_success(statuses: list[Any], expected: str | None) -> None:
    found = str(success_status({"responses": {status: {} for status in statuses}}))
    assert (found if found in map(str, statuses) else None) == expected


def test_parameters_of_path_and_operation() -> None:
    own = {"name": "id", "in": "query", "required": True, "schema": {"type": "string", "minLength": 1}}
    general = [{"name": "id", "in": "query", "schema": {}}, {"$ref": "#/components/parameters/Page"}]
    contract = contract_of({"parameters": [own, {"name": "id", "in": "header", "schema": {}}]}, parameters=general)
    found = [(one.location, one.name, one.required, one.schema) for one in parameters(contract, PART)]
    assert found == [
        ("query", "id", True, {"type": "string", "minLength": 1}),
        ("query", "page", False, {"type": "integer"}),
        ("header", "id", False, {}),
    ]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        pytest.param({"schema": {"examples": ["a"]}}, {"examples": ["a"]}, id="the schema's"),
        pytest.param({"schema": {"examples": ["a"]}, "example": "b"}, {"examples": ["b"]}, id="its own"),
        pytest.param({"schema": {}, "examples": {"x": {"value": "b"}}}, {"examples": ["b"]}, id="named"),
        pytest.param(
            {"schema": {"description": "a"}, "description": "b", "deprecated": True, "x-replaced-by": "c"},
            {"description": "b", "deprecated": True, "x-replaced-by": "c"},
            id="what it says beside its schema",
        ),
        pytest.param(
            {"content": {"application/json": {"schema": {"type": "object"}, "example": {}}}},
            {"type": "object", "examples": [{}]},
            id="content",
        ),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_schema_of_parameter(parameter: dict[str, Any], expected: dict[str, Any]) -> None:
    [found] = parameters(contract_of({"parameters": [{"name": "x", "in": "query", **parameter}]}), PART)
    assert found.schema == expected


def test_reference_to_itself_resolves_to_nothing() -> None:
    circle = {"components": {"responses": {"A": {"$ref": "#/components/responses/A"}}}}
    assert resolve_shared(Contract({}, circle), {"$ref": "#/components/responses/A"}) == {}
