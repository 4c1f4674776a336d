"""The parameters, bodies and responses of an operation or a webhook, with shared ones resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import media_type, webhook_operation
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.schema import MISSING, drop_ignored_siblings

SECURITY_SCHEME_REF = "#/components/securitySchemes/"
"""A security requirement names a scheme, or refers to it."""


@dataclass(frozen=True)
class Body:
    """A request or response body in its preferred media type.

    A sequence that only has a schema for its items counts as a list of them. `example` is the example of the media
    type, for schemas without examples; MISSING if there is none.
    """

    media_type: str
    schema: JsonObject
    example: Json


@dataclass(frozen=True)
class Response:
    """One response of an operation; `status` is `201`, `4XX` or `default`."""

    status: str
    description: str
    body: Body | None


@dataclass(frozen=True)
class Parameter:
    """A parameter whose schema can be read like that of a property.

    The schema includes the description, the example and the deprecation of the Parameter Object. `value` is the
    original Parameter Object.
    """

    location: str
    name: str
    required: bool
    schema: JsonObject
    value: JsonObject


def operation_object(contract: Contract, part: Part) -> JsonObject:
    """The Operation Object of an operation or of a webhook."""
    value = contract.parts[part]
    return webhook_operation(value) if part.kind == "webhook" else value


def path_item(contract: Contract, part: Part) -> JsonObject:
    """The Path Item Object of an operation, without its operations."""
    found: JsonObject = contract.document.get("paths", {}).get(part.path, {})
    return found


def request_body(contract: Contract, part: Part) -> Body | None:
    """The body that an operation accepts, or that a webhook sends."""
    return _body(contract, resolve_shared(contract, operation_object(contract, part).get("requestBody", {})))


def responses(contract: Contract, part: Part) -> tuple[Response, ...]:
    """The responses of an operation, in the order of the document."""
    return tuple(
        _response(contract, str(status), value)
        for status, value in operation_object(contract, part).get("responses", {}).items()
    )


def parameters(contract: Contract, part: Part) -> tuple[Parameter, ...]:
    """The parameters of an operation, those of its path first."""
    return tuple(_parameter(contract, *found) for found in parameter_objects(contract, part).items())


def parameter_objects(contract: Contract, part: Part) -> dict[tuple[str, str], JsonObject]:
    """The Parameter Objects of an operation by location and name, those of its path first."""
    found: dict[tuple[str, str], JsonObject] = {}
    for holder in (path_item(contract, part), operation_object(contract, part)):
        for value in holder.get("parameters", ()):
            parameter = resolve_shared(contract, value)
            found[str(parameter.get("in", "")), str(parameter.get("name", ""))] = parameter
    return found


def resolve_shared(contract: Contract, value: JsonObject) -> JsonObject:
    """The shared parameter, response, body or example behind a `$ref`; an empty object if it does not resolve."""
    seen: set[str] = set()
    while isinstance(ref := value.get("$ref"), str):
        if ref in seen:
            return {}
        seen.add(ref)
        try:
            found: Json = resolve(contract, ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return {}
        value = found if isinstance(found, dict) else {}
    return value


def whole_schema(content: JsonObject) -> JsonObject:
    """The schema of a whole body, given its Media Type Object. OpenAPI treats a sequence as a list of its items."""
    if "schema" not in content and "itemSchema" in content:
        return {"type": "array", "items": content["itemSchema"]}
    found: JsonObject = content.get("schema", {})
    return found


def _response(contract: Contract, status: str, value: JsonObject) -> Response:
    response = resolve_shared(contract, value)
    description = response.get("description") or response.get("summary") or ""
    return Response(status, str(description), _body(contract, response))


def _body(contract: Contract, holder: JsonObject) -> Body | None:
    """The body of a Request Body or Response Object."""
    media = media_type(holder)
    if media is None:
        return None
    content = resolve_shared(contract, holder["content"][media])
    schema = drop_ignored_siblings(whole_schema(content), contract.dialect)
    return Body(media, schema, _example(contract, content))


def _parameter(contract: Contract, key: tuple[str, str], value: JsonObject) -> Parameter:
    media = media_type(value)
    holder = value if media is None else resolve_shared(contract, value["content"][media])
    beside = {key: value[key] for key in _PROPERTY_KEYS if key in value}
    example = _example(contract, value)
    if example is MISSING and media is not None:
        example = _example(contract, holder)
    if example is not MISSING:
        beside["examples"] = [example]
    return Parameter(
        *key,
        value.get("required") is True,
        {**drop_ignored_siblings(whole_schema(holder), contract.dialect), **beside},
        value,
    )


_PROPERTY_KEYS = ("description", "deprecated", "x-replaced-by", "x-example-omit", "x-internal")


def _example(contract: Contract, holder: JsonObject) -> Json:
    """The example of a media type or a parameter: `example`, or the first of its named examples."""
    if "example" in holder:
        return holder["example"]
    return next(_named_examples(contract, holder), MISSING)


EXAMPLE_VALUES = ("dataValue", "value")
"""The keys of an Example Object with a value of the schema. A `serializedValue` is text in some format."""


def _named_examples(contract: Contract, holder: JsonObject) -> Iterator[Json]:
    named = holder.get("examples")
    if isinstance(named, Mapping):
        for value in named.values():
            example = resolve_shared(contract, value)
            yield from (example[key] for key in EXAMPLE_VALUES if key in example)
