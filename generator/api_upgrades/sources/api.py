"""How a team declares today's API around its pydantic models, and the OpenAPI 3.1 document that comes of it.

    patients = Resource(
        "Patients",
        "The people who receive care.",
        operations=[
            Operation(
                "POST /patients",
                "Create a patient",
                id="create_patient",
                request=PatientCreate,
                responses={201: Patient},
                errors=[INVALID, CONFLICT],
            ),
        ],
    )
    api = Api(
        "Server API",
        version_header="X-Api-Version",
        servers={"https://api.example.com": "Production"},
        resources=[patients],
        errors=[UNAUTHORIZED],
    )

A model's name is its schema's name, its docstring the schema's description, its fields are the properties in their
order. Operations and webhooks are named as targets in change files name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from http import HTTPStatus
from typing import get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import HEAD, METHODS
from api_upgrades.openapi.locate import JSON_MEDIA_TYPE
from api_upgrades.openapi.schema_edit import with_nullable
from api_upgrades.sources.pydantic_schemas import Inline, Model, ModelError, ModelSchemas, Use

__all__ = ["Api", "Deprecated", "ErrorResponse", "Inline", "ModelError", "Operation", "Resource", "Webhook"]

VERSION_PARAMETER = "ApiVersion"


@dataclass(frozen=True)
class Deprecated:
    """Says that an operation, a webhook or (inside `Annotated`) a property is deprecated, and what replaces it."""

    replaced_by: str | None = None

    def keywords(self) -> dict[str, Json]:
        """What this is in OpenAPI."""
        return {"deprecated": True} | ({"x-replaced-by": self.replaced_by} if self.replaced_by else {})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **self.keywords()}


@dataclass(frozen=True)
class ErrorResponse:
    """An answer that says what went wrong: its status, and an instance of a model as the example of its body."""

    status: int
    description: str
    example: BaseModel


@dataclass(frozen=True)
class Operation:
    """One operation, `POST /patients`. The fields of the models `path` and `query` are its parameters.

    One that is `internal` is promised to nobody, and no published page shows it; the same goes for a model or a field
    with `json_schema_extra={"x-internal": True}`.
    """

    name: str
    summary: str
    _: KW_ONLY
    id: str
    description: str | None = None
    path: Model | None = None
    query: Model | None = None
    request: Model | None = None
    responses: Mapping[int, Model | None]
    errors: Sequence[ErrorResponse] = ()
    deprecated: Deprecated | None = None
    internal: bool = False

    def __post_init__(self) -> None:
        method, _, path = self.name.partition(" ")
        if method.lower() not in METHODS or method != method.upper() or not path.startswith("/"):
            raise ApiUpgradesError(f"{self.name!r} is not an operation; write it as 'POST /patients'")
        answers = {f"responses[{status}]": model for status, model in self.responses.items()}
        _check_models(self.name, {"path": self.path, "query": self.query, "request": self.request, **answers})
        in_path = set(re.findall(r"{([^}]+)}", path))
        declared = {info.alias or name for name, info in self.path.model_fields.items()} if self.path else set()
        if in_path != declared:
            names = ", ".join(sorted(in_path ^ declared))
            raise ApiUpgradesError(f"{self.name}: {names} must be both in the path and a field of the model 'path'")

    def uses(self) -> Iterator[Use]:
        """The models it uses, each in the mode that its direction asks for."""
        for model in (self.path, self.query, self.request):
            if model is not None:
                yield model, "validation"
        for answer in self.responses.values():
            if answer is not None:
                yield answer, "serialization"
        yield from ((type(error.example), "serialization") for error in self.errors)

    def openapi(self, tag: str, schemas: ModelSchemas) -> dict[str, Json]:
        """The Operation Object."""
        parameters = [{"$ref": f"#/components/parameters/{VERSION_PARAMETER}"}]
        parameters += _parameters("path", self.path, schemas) + _parameters("query", self.query, schemas)
        result: dict[str, Json] = {"tags": [tag], "summary": self.summary}
        result |= {"description": self.description} if self.description else {}
        result |= {"operationId": self.id}
        result |= self.deprecated.keywords() if self.deprecated else {}
        result |= {"x-internal": True} if self.internal else {}
        result["parameters"] = parameters
        if self.request is not None:
            result["requestBody"] = {"required": True, **_body(schemas.of(self.request, "validation"))}
        answers: dict[str, Json] = {}
        for status, model in self.responses.items():
            body = _body(schemas.of(model, "serialization")) if model else {}
            answers[str(status)] = {"description": HTTPStatus(status).phrase, **body}
        for error in sorted(self.errors, key=lambda error: error.status):
            examples = [error.example.model_dump(mode="json", by_alias=True)]
            body = _body({**schemas.of(type(error.example), "serialization"), "examples": examples})
            answers[str(error.status)] = {"description": error.description, **body}
        return {**result, "responses": answers}


@dataclass(frozen=True)
class Webhook:
    """An event that the API sends, `appointment.updated`, and the model of what it sends; `internal` as operations."""

    name: str
    summary: str
    _: KW_ONLY
    payload: Model
    description: str | None = None
    deprecated: Deprecated | None = None
    internal: bool = False

    def __post_init__(self) -> None:
        _check_models(self.name, {"payload": self.payload})

    def openapi(self, tag: str, schemas: ModelSchemas) -> dict[str, Json]:
        """The Path Item Object."""
        result: dict[str, Json] = {"tags": [tag], "summary": self.summary}
        result |= {"description": self.description} if self.description else {}
        result |= self.deprecated.keywords() if self.deprecated else {}
        result |= {"x-internal": True} if self.internal else {}
        result["requestBody"] = {"required": True, **_body(schemas.of(self.payload, "serialization"))}
        result["responses"] = {"200": {"description": "Received; it is not sent again."}}
        return {"post": result}


@dataclass(frozen=True)
class Resource:
    """What pages and filters group by: some operations and webhooks under one name, which is their tag."""

    name: str
    description: str
    _: KW_ONLY
    operations: Sequence[Operation] = ()
    webhooks: Sequence[Webhook] = ()


@dataclass(frozen=True)
class Api:
    """Today's API. `errors` are those that any operation may answer with; `servers` maps addresses to descriptions."""

    title: str
    _: KW_ONLY
    version_header: str
    version_query: str | None = None
    description: str | None = None
    servers: Mapping[str, str]
    resources: Sequence[Resource]
    errors: Sequence[ErrorResponse] = ()

    def __post_init__(self) -> None:
        operations = [operation for resource in self.resources for operation in resource.operations]
        webhooks = [webhook for resource in self.resources for webhook in resource.webhooks]
        for names in (
            [resource.name for resource in self.resources],
            [operation.name for operation in operations],
            [operation.id for operation in operations],
            [webhook.name for webhook in webhooks],
        ):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ApiUpgradesError(f"{twice!r} is declared twice; each resource, operation, id and webhook is once")

    def openapi(self) -> dict[str, Json]:
        """The OpenAPI 3.1 document of it all. Raises ModelError where a model cannot be a schema."""
        schemas = ModelSchemas(self._uses())
        paths: dict[str, dict[str, Json]] = {}
        webhooks: dict[str, Json] = {}
        for resource in self.resources:
            for operation in map(self._with_errors, resource.operations):
                method, _, path = operation.name.partition(" ")
                paths.setdefault(path, {})[method.lower()] = operation.openapi(resource.name, schemas)
            for webhook in resource.webhooks:
                webhooks[webhook.name] = webhook.openapi(resource.name, schemas)
        version = {"header": self.version_header} | ({"query": self.version_query} if self.version_query else {})
        return {
            "openapi": "3.1.0",
            "info": {"title": self.title, "version": HEAD}
            | ({"description": self.description} if self.description else {}),
            "x-api-version": version,
            "servers": [{"url": url, "description": text} for url, text in self.servers.items()],
            "security": [{"bearer": []}],
            "tags": [{"name": resource.name, "description": resource.description} for resource in self.resources],
            "paths": paths,
            **({"webhooks": webhooks} if webhooks else {}),
            "components": {
                "schemas": schemas.named([paths, webhooks]),
                "parameters": {
                    VERSION_PARAMETER: {
                        "name": self.version_header,
                        "in": "header",
                        "description": "The version of the API that this call is written for.",
                        "schema": {"type": "string"},
                    }
                },
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
        }

    def _uses(self) -> Iterator[Use]:
        mode: JsonSchemaMode = "serialization"
        for resource in self.resources:
            for operation in map(self._with_errors, resource.operations):
                yield from operation.uses()
            yield from ((webhook.payload, mode) for webhook in resource.webhooks)

    def _with_errors(self, operation: Operation) -> Operation:
        own = {error.status for error in operation.errors}
        common = [error for error in self.errors if error.status not in own]
        return replace(operation, errors=[*operation.errors, *common])


def _body(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {"content": {JSON_MEDIA_TYPE: {"schema": schema}}}


_OUTSIDE = ("description", "deprecated", "x-replaced-by", "x-internal")


def _check_models(name: str, declared: Mapping[str, object]) -> None:
    """Raises ApiUpgradesError for what is neither a model nor left out; `list[Book]` calls itself a class, too."""
    for place, value in declared.items():
        if value is None or (isinstance(value, type) and not get_args(value) and issubclass(value, BaseModel)):
            continue
        raise ApiUpgradesError(
            f"{name}: {value!r} in {place!r} is not a pydantic model; declare one, "
            "for a list one that holds it in a property, or 'class Books(RootModel[list[Book]])'"
        )


def _parameters(location: str, model: Model | None, schemas: ModelSchemas) -> list[dict[str, Json]]:
    """The fields of a model as Parameter Objects, which say themselves what the parameter is, and whether it's
    deprecated or internal.
    """
    if model is None:
        return []
    fields = schemas.fields(model)
    result = []
    for name, schema in fields.get("properties", {}).items():
        outside = {key: schema[key] for key in _OUTSIDE if key in schema}
        required = {"required": True} if name in fields.get("required", ()) else {}
        # A field without a value is None in Python; in a query there is no null, the parameter is left out.
        value = with_nullable({key: kept for key, kept in schema.items() if key not in outside}, False, "3.1")
        result.append({"name": name, "in": location, **outside, **required, "schema": dict(value)})
    return result
