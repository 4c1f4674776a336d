"""Classes that describe an API in terms of pydantic models, and generate its OpenAPI document.

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

A model becomes a schema of the same name. Its docstring becomes the description, and its fields become the properties,
in the same order. Change files refer to operations and webhooks by the names given here.
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
from api_upgrades.openapi.contract import HEAD
from api_upgrades.openapi.locate import JSON_MEDIA_TYPE
from api_upgrades.openapi.methods import METHODS
from api_upgrades.openapi.schema_edit import with_nullable
from api_upgrades.sources.pydantic_schemas import Inline, Model, ModelError, ModelSchemas, ModelUse

__all__ = ["Api", "Deprecated", "ErrorResponse", "Inline", "ModelError", "Operation", "Resource", "Webhook"]

VERSION_PARAMETER = "ApiVersion"


@dataclass(frozen=True)
class Deprecated:
    """Marks an operation, a webhook or (inside `Annotated`) a property as deprecated, and names its replacement."""

    replaced_by: str | None = None

    def keywords(self) -> dict[str, Json]:
        """The keywords of an OpenAPI object that is deprecated in this way."""
        return {"deprecated": True} | ({"x-replaced-by": self.replaced_by} if self.replaced_by else {})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), **self.keywords()}


@dataclass(frozen=True)
class ErrorResponse:
    """An error response: its status and description, and an example of its body, which also defines the schema."""

    status: int
    description: str
    example: BaseModel


@dataclass(frozen=True)
class Operation:
    """One operation, named like `POST /patients`. The fields of the models `path` and `query` are its parameters.

    An `internal` operation is not part of the public API, and no published page shows it. To make a model or a field
    internal, give it `json_schema_extra={"x-internal": True}`.
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
        responses = {f"responses[{status}]": model for status, model in self.responses.items()}
        _check_models(self.name, {"path": self.path, "query": self.query, "request": self.request, **responses})
        placeholders = set(re.findall(r"{([^}]+)}", path))
        fields = {info.alias or name for name, info in self.path.model_fields.items()} if self.path else set()
        if placeholders != fields:
            names = ", ".join(sorted(placeholders ^ fields))
            raise ApiUpgradesError(f"{self.name}: {names} must be both in the path and a field of the model 'path'")

    def model_uses(self) -> Iterator[ModelUse]:
        """The models that this operation uses: for validation in requests, for serialization in responses."""
        for model in (self.path, self.query, self.request):
            if model is not None:
                yield model, "validation"
        for response in self.responses.values():
            if response is not None:
                yield response, "serialization"
        yield from ((type(error.example), "serialization") for error in self.errors)

    def openapi(self, tag: str, schemas: ModelSchemas) -> dict[str, Json]:
        """The operation as an Operation Object of OpenAPI."""
        parameters = [{"$ref": f"#/components/parameters/{VERSION_PARAMETER}"}]
        parameters += _build_parameters("path", self.path, schemas) + _build_parameters("query", self.query, schemas)
        result: dict[str, Json] = {"tags": [tag], "summary": self.summary}
        result |= {"description": self.description} if self.description else {}
        result |= {"operationId": self.id}
        result |= self.deprecated.keywords() if self.deprecated else {}
        result |= {"x-internal": True} if self.internal else {}
        result["parameters"] = parameters
        if self.request is not None:
            result["requestBody"] = {"required": True, **_json_content(schemas.schema_for(self.request, "validation"))}
        responses: dict[str, Json] = {}
        for status, model in self.responses.items():
            body = _json_content(schemas.schema_for(model, "serialization")) if model else {}
            responses[str(status)] = {"description": HTTPStatus(status).phrase, **body}
        for error in sorted(self.errors, key=lambda error: error.status):
            examples = [error.example.model_dump(mode="json", by_alias=True)]
            body = _json_content({**schemas.schema_for(type(error.example), "serialization"), "examples": examples})
            responses[str(error.status)] = {"description": error.description, **body}
        return {**result, "responses": responses}


@dataclass(frozen=True)
class Webhook:
    """An event that the API sends, named like `appointment.updated`, and the model of its payload.

    `internal` means the same as for an operation.
    """

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
        """The webhook as a Path Item Object of OpenAPI."""
        result: dict[str, Json] = {"tags": [tag], "summary": self.summary}
        result |= {"description": self.description} if self.description else {}
        result |= self.deprecated.keywords() if self.deprecated else {}
        result |= {"x-internal": True} if self.internal else {}
        result["requestBody"] = {"required": True, **_json_content(schemas.schema_for(self.payload, "serialization"))}
        result["responses"] = {"200": {"description": "Received; it is not sent again."}}
        return {"post": result}


@dataclass(frozen=True)
class Resource:
    """A group of operations and webhooks, by which pages and filters are organized. Its name becomes their tag."""

    name: str
    description: str
    _: KW_ONLY
    operations: Sequence[Operation] = ()
    webhooks: Sequence[Webhook] = ()


@dataclass(frozen=True)
class Api:
    """The current API. `errors` are the error responses of every operation; `servers` maps URLs to descriptions.

    Requests name their version in `version_header` or, if given, in the query parameter `version_query`.
    """

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
            if duplicate := next((name for name in names if names.count(name) > 1), None):
                raise ApiUpgradesError(
                    f"{duplicate!r} is declared twice; resources, operations, ids and webhooks must be unique"
                )

    def openapi(self) -> dict[str, Json]:
        """The OpenAPI document of the API: 3.2 if an operation has the method QUERY, else 3.1.

        Raises ModelError if a model cannot be converted to a schema.
        """
        schemas = ModelSchemas(self._model_uses())
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
            "openapi": "3.2.0" if any("query" in item for item in paths.values()) else "3.1.0",
            "info": {"title": self.title, "version": HEAD}
            | ({"description": self.description} if self.description else {}),
            "x-api-version": version,
            "servers": [{"url": url, "description": text} for url, text in self.servers.items()],
            "security": [{"bearer": []}],
            "tags": [{"name": resource.name, "description": resource.description} for resource in self.resources],
            "paths": paths,
            **({"webhooks": webhooks} if webhooks else {}),
            "components": {
                "schemas": schemas.named_schemas([paths, webhooks]),
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

    def _model_uses(self) -> Iterator[ModelUse]:
        mode: JsonSchemaMode = "serialization"
        for resource in self.resources:
            for operation in map(self._with_errors, resource.operations):
                yield from operation.model_uses()
            yield from ((webhook.payload, mode) for webhook in resource.webhooks)

    def _with_errors(self, operation: Operation) -> Operation:
        """A copy of the operation with the API's error responses, except for statuses that it defines itself."""
        own = {error.status for error in operation.errors}
        common = [error for error in self.errors if error.status not in own]
        return replace(operation, errors=[*operation.errors, *common])


def _json_content(schema: Mapping[str, Json]) -> dict[str, Json]:
    return {"content": {JSON_MEDIA_TYPE: {"schema": schema}}}


_PARAMETER_KEYWORDS = ("description", "deprecated", "x-replaced-by", "x-internal")
"""Keywords that are moved from the schema of a parameter to the parameter itself."""


def _check_models(name: str, models: Mapping[str, object]) -> None:
    """Raise ApiUpgradesError for a value that is neither a pydantic model nor None.

    Python counts `list[Book]` as a class, so it needs a check of its own.
    """
    for argument, value in models.items():
        if value is None or (isinstance(value, type) and not get_args(value) and issubclass(value, BaseModel)):
            continue
        raise ApiUpgradesError(
            f"{name}: {value!r} in {argument!r} is not a pydantic model; use a model. For a list, "
            "use a model with a property for it, or 'class Books(RootModel[list[Book]])'"
        )


def _build_parameters(location: str, model: Model | None, schemas: ModelSchemas) -> list[dict[str, Json]]:
    """The fields of a model as Parameter Objects of OpenAPI.

    Keywords such as `description` and `deprecated` belong to the parameter itself instead of its schema.
    """
    if model is None:
        return []
    model_schema = schemas.parameter_schema(model)
    result = []
    for name, schema in model_schema.get("properties", {}).items():
        keywords = {key: schema[key] for key in _PARAMETER_KEYWORDS if key in schema}
        required = {"required": True} if name in model_schema.get("required", ()) else {}
        # In Python, a missing value is None. A query has no null: the parameter is left out instead.
        value = with_nullable({key: item for key, item in schema.items() if key not in keywords}, False, "3.1")
        result.append({"name": name, "in": location, **keywords, **required, "schema": dict(value)})
    return result
