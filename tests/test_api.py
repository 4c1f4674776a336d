"""Declaring an API: what the OpenAPI document says of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, Field, RootModel, computed_field, create_model

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.sources.api import Api, Deprecated, ErrorResponse, Inline, ModelError, Operation, Resource, Webhook

Item = TypeVar("Item")


class Address(BaseModel):
    city: str


class Patient(BaseModel):
    """Receives care."""

    phone: Annotated[str, Field(pattern="^[+]")] | None = Field(default=None, description="To call.", examples=["+1"])
    id: UUID
    address: Address = Field(description="Where they live.")


class PatientId(BaseModel):
    id: UUID = Field(description="Which one.", examples=["1"])


class Problem(BaseModel):
    code: str
    message: str = "none"


class Page(Inline, Generic[Item]):
    """One page."""

    data: list[Item]


class Wrapped(Inline):
    patient: Patient


class Happened(Inline):
    type: Literal["patient.created"]
    data: Wrapped = Field(description="Whom it is about.")


def document(*operations: Operation, webhooks: tuple[Webhook, ...] = (), **more: Any) -> dict[str, Any]:
    resource = Resource("Things", "All of them.", operations=operations, webhooks=webhooks)
    api = Api("Clinic", version_header="X-Version", servers={"https://a.example": "Live"}, resources=[resource], **more)
    found = api.openapi()
    validate(found)
    return found


def operation(name: str = "POST /things", **more: Any) -> Operation:
    return Operation(name, "Do it", **{"id": name, "responses": {200: None}} | more)


def schema_of(field_type: Any, **field: Any) -> Any:
    """The schema of a property of some type."""
    holder = create_model("Holder", value=(field_type, Field(**field)))
    return document(operation(request=holder))["components"]["schemas"]["Holder"]["properties"]["value"]


class Titled(BaseModel):
    model_config = ConfigDict(title="Titled")
    name: str = Field(title="Its name")


@pytest.mark.parametrize(
    ("field_type", "field", "expected"),
    [
        pytest.param(str, {}, {"type": "string"}, id="no automatic title"),
        pytest.param(str, {"title": "Value"}, {"type": "string", "title": "Value"}, id="an explicit title stays"),
        pytest.param(
            str | None, {"default": None}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, id="no default: null"
        ),
        pytest.param(int, {"default": 3}, {"type": "integer", "default": 3}, id="a default that says something"),
        pytest.param(
            Address,
            {"description": "Home.", "examples": [{"city": "Lyon"}]},
            {"$ref": "#/components/schemas/Address", "description": "Home.", "examples": [{"city": "Lyon"}]},
            id="siblings of a reference",
        ),
        pytest.param(
            Annotated[str, Deprecated("other")],
            {},
            {"type": "string", "deprecated": True, "x-replaced-by": "other"},
            id="deprecated for another",
        ),
        pytest.param(
            Annotated[Address | None, Deprecated()],
            {},
            {"anyOf": [{"$ref": "#/components/schemas/Address"}, {"type": "null"}], "deprecated": True},
            id="deprecated for nothing",
        ),
        pytest.param(
            Wrapped,
            {"description": "Both."},
            {
                "description": "Both.",
                "type": "object",
                "properties": {"patient": {"$ref": "#/components/schemas/Patient"}},
                "required": ["patient"],
            },
            id="an inline model stands where it is used",
        ),
    ],
)
def test_a_property_is_what_its_field_says(field_type: Any, field: dict[str, Any], expected: Any) -> None:
    assert schema_of(field_type, **field) == expected


def test_a_schema_has_the_classes_order_and_docstring() -> None:
    patient = document(operation(request=Patient))["components"]["schemas"]["Patient"]
    assert list(patient) == ["description", "type", "properties", "required"]
    assert patient["description"] == "Receives care."
    assert list(patient["properties"]) == ["phone", "id", "address"]
    assert patient["required"] == ["id", "address"]
    assert patient["properties"]["phone"] == {
        "anyOf": [{"type": "string", "pattern": "^[+]"}, {"type": "null"}],
        "description": "To call.",
        "examples": ["+1"],
    }


def test_a_title_that_the_class_asks_for_stays() -> None:
    titled = document(operation(request=Titled))["components"]["schemas"]["Titled"]
    assert titled["title"] == "Titled"
    assert titled["properties"]["name"]["title"] == "Its name"


def test_schemas_stand_in_the_order_of_their_first_use() -> None:
    first = operation("GET /a", responses={200: Page[Address]})
    second = operation("GET /b", responses={200: Patient}, errors=[ErrorResponse(404, "Gone.", Problem(code="gone"))])
    assert list(document(first, second)["components"]["schemas"]) == ["Address", "Patient", "Problem"]
    assert list(document(second, first)["components"]["schemas"]) == ["Patient", "Address", "Problem"]


def test_an_operation() -> None:
    class Filters(BaseModel):
        page: int | None = Field(default=None, alias="page[size]", description="How many.", examples=[10])
        old: Annotated[str | None, Deprecated("page[size]")] = None

    declared = Operation(
        "PATCH /patients/{id}",
        "Update a patient",
        id="update_patient",
        description="Only what is sent.",
        path=PatientId,
        query=Filters,
        request=Patient,
        responses={200: Wrapped, 204: None},
        errors=[ErrorResponse(404, "No such patient.", Problem(code="not_found"))],
        deprecated=Deprecated("PUT /patients"),
    )
    found = document(declared, errors=[ErrorResponse(401, "Who are you?", Problem(code="unauthorized"))])
    problem = {"$ref": "#/components/schemas/Problem"}
    assert found["paths"]["/patients/{id}"]["patch"] == {
        "tags": ["Things"],
        "summary": "Update a patient",
        "description": "Only what is sent.",
        "operationId": "update_patient",
        "deprecated": True,
        "x-replaced-by": "PUT /patients",
        "parameters": [
            {"$ref": "#/components/parameters/ApiVersion"},
            {
                "name": "id",
                "in": "path",
                "description": "Which one.",
                "required": True,
                "schema": {"type": "string", "format": "uuid", "examples": ["1"]},
            },
            {
                "name": "page[size]",
                "in": "query",
                "description": "How many.",
                "schema": {"type": "integer", "examples": [10]},
            },
            {
                "name": "old",
                "in": "query",
                "deprecated": True,
                "x-replaced-by": "page[size]",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {"required": True, **json_body({"$ref": "#/components/schemas/Patient"})},
        "responses": {
            "200": {"description": "OK", **json_body(inline(patient={"$ref": "#/components/schemas/Patient"}))},
            "204": {"description": "No Content"},
            "401": {
                "description": "Who are you?",
                **json_body({**problem, "examples": [{"code": "unauthorized", "message": "none"}]}),
            },
            "404": {
                "description": "No such patient.",
                **json_body({**problem, "examples": [{"code": "not_found", "message": "none"}]}),
            },
        },
    }


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def inline(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def test_an_operations_own_error_replaces_the_common_one() -> None:
    own = operation(errors=[ErrorResponse(401, "Its own.", Problem(code="own"))])
    found = document(own, errors=[ErrorResponse(401, "Common.", Problem(code="common"))])
    assert found["paths"]["/things"]["post"]["responses"]["401"]["description"] == "Its own."


def test_a_webhook() -> None:
    old = Webhook("patient.created", "Came", payload=Happened, deprecated=Deprecated("patient.updated"))
    found = document(webhooks=(old,))["webhooks"]["patient.created"]["post"]
    assert found["tags"] == ["Things"]
    assert found["x-replaced-by"] == "patient.updated"
    data = {"description": "Whom it is about.", **inline(patient={"$ref": "#/components/schemas/Patient"})}
    payload = inline(type={"const": "patient.created", "type": "string"}, data=data)
    assert found["requestBody"] == {"required": True, **json_body(payload)}


def test_what_is_internal_says_so() -> None:
    class Secret(BaseModel):
        model_config = ConfigDict(json_schema_extra={"x-internal": True})
        code: str

    class Search(BaseModel):
        name: str | None = Field(None, json_schema_extra={"x-internal": True})

    found = document(
        Operation("POST /secrets", "Tell", id="t", request=Secret, query=Search, responses={204: None}, internal=True),
        Operation("GET /secrets", "Ask", id="ask", responses={200: Secret}),
        webhooks=(
            Webhook("secret.told", "Told", payload=Secret, internal=True),
            Webhook("secret.asked", "Asked", payload=Secret),
        ),
    )
    path = found["paths"]["/secrets"]
    assert [path[method].get("x-internal") for method in ("post", "get")] == [True, None]
    assert path["post"]["parameters"][1] == {
        "name": "name",
        "in": "query",
        "x-internal": True,
        "schema": {"type": "string"},
    }
    webhooks = found["webhooks"]
    assert [webhooks[name]["post"].get("x-internal") for name in ("secret.told", "secret.asked")] == [True, None]
    assert found["components"]["schemas"]["Secret"]["x-internal"] is True


def test_the_document_around_it() -> None:
    found = document(operation(), version_query="version", description="About it.")
    assert found["info"] == {"title": "Clinic", "version": "head", "description": "About it."}
    assert found["x-api-version"] == {"header": "X-Version", "query": "version"}
    assert found["servers"] == [{"url": "https://a.example", "description": "Live"}]
    assert found["tags"] == [{"name": "Things", "description": "All of them."}]
    assert found["components"]["parameters"]["ApiVersion"]["name"] == "X-Version"
    assert found["security"] == [{"bearer": []}]
    assert found["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}


@pytest.mark.parametrize(("method", "version"), [("GET", "3.1.0"), ("QUERY", "3.2.0")])
def test_the_method_query_needs_a_newer_openapi(method: str, version: str) -> None:
    operation = Operation(f"{method} /tasks", "Find tasks", id="find_tasks", responses={204: None})
    document = Api(
        "A", version_header="V", servers={}, resources=[Resource("R", "R.", operations=[operation])]
    ).openapi()
    assert (document["openapi"], [*document["paths"]["/tasks"]]) == (version, [method.lower()])


def test_a_model_may_be_named_in_both_directions_and_inline_in_both() -> None:
    both = operation(request=Wrapped, responses={200: Wrapped})
    assert list(document(both)["components"]["schemas"]) == ["Patient", "Address"]


def another_address() -> type[BaseModel]:
    class Address(BaseModel):
        street: str

    return Address


class Money(BaseModel):
    amount: Decimal


class Purse(BaseModel):
    money: Money


class Sum(BaseModel):
    @computed_field  # type: ignore[prop-decorator]  # mypy has no word for a decorated property
    @property
    def total(self) -> int:
        return 1


class Endless(Inline):
    next: Endless | None = None


class Function(BaseModel):
    call: Callable[[], None]


@pytest.mark.parametrize(
    ("request_model", "response_model", "message"),
    [
        pytest.param(Address, another_address(), "two models are called 'Address', in", id="two classes of one name"),
        pytest.param(Purse, Purse, "Money is used in requests and in responses", id="differs by a Decimal below"),
        pytest.param(Sum, Sum, "Sum is used in requests and in responses", id="differs by a computed field"),
        pytest.param(Endless, None, "Endless is inline and contains itself; derive it from BaseModel", id="endless"),
        pytest.param(Function, None, "Function has no JSON Schema", id="no JSON"),
    ],
)
def test_what_cannot_be_a_schema_is_refused(request_model: Any, response_model: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        document(operation(request=request_model, responses={200: response_model}))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("post /things", "write it as 'POST /patients'", id="small letters"),
        pytest.param("FETCH /things", "is not an operation", id="no such method"),
        pytest.param("POST things", "is not an operation", id="no path"),
        pytest.param("GET /things/{id}", "id must be both in the path and a field", id="a parameter without a field"),
    ],
)
def test_what_is_no_operation_is_refused(name: str, message: str) -> None:
    with pytest.raises(ApiUpgradesError, match=message):
        operation(name)


def test_a_field_without_its_path_parameter_is_refused() -> None:
    with pytest.raises(ApiUpgradesError, match="id must be both in the path and a field"):
        operation("GET /things", path=PatientId)


@pytest.mark.parametrize(
    ("declared", "place"),
    [
        pytest.param({"responses": {200: list[Patient]}}, r"responses\[200\]", id="list"),
        pytest.param({"responses": {200: dict}}, r"responses\[200\]", id="class"),
        pytest.param(
            {"responses": {200: Patient(id=UUID(int=0), address=Address(city="Lyon"))}},
            r"responses\[200\]",
            id="instance",
        ),
        pytest.param({"request": list[Patient], "responses": {204: None}}, "request", id="request"),
        pytest.param({"query": Patient | None, "responses": {204: None}}, "query", id="query"),
    ],
)
def test_what_is_no_model_is_refused(declared: Any, place: str) -> None:
    with pytest.raises(ApiUpgradesError, match=f"POST /things: .* in '{place}.* is not a pydantic model; use a model"):
        operation("POST /things", **declared)


def test_a_webhook_without_a_model_is_refused() -> None:
    with pytest.raises(ApiUpgradesError, match=r"a.b: list\[.*Patient\] in 'payload' is not a pydantic model"):
        Webhook("a.b", "It happened", payload=list[Patient])  # type: ignore[arg-type]  # what is to be refused


class Patients(RootModel[list[Patient]]):
    """Some patients."""


def test_a_list_has_a_model_of_its_own() -> None:
    answer = document(operation(responses={200: Patients}))["paths"]["/things"]["post"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Patients"}


@pytest.mark.parametrize(
    ("operations", "webhooks"),
    [
        pytest.param(["GET /a", "GET /a"], [], id="operation"),
        pytest.param([], ["a.b", "a.b"], id="webhook"),
    ],
)
def test_what_is_declared_twice_is_refused(operations: list[str], webhooks: list[str]) -> None:
    with pytest.raises(ApiUpgradesError, match="is declared twice"):
        document(
            *map(operation, operations), webhooks=tuple(Webhook(name, "Came", payload=Happened) for name in webhooks)
        )
