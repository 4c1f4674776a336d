"""Where an operation or a webhook has its parameters and bodies, shared ones resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi.contract import Contract, Part, resolve
from api_upgrades.openapi.locate import media_type, webhook_method
from api_upgrades.openapi.schema import MISSING


@dataclass(frozen=True)
class Body:
    """What is sent or received, as the media type that stands for it has it.

    `example` is the media type's own, which serves where the schema says nothing; MISSING where there is none.
    """

    media_type: str
    schema: JsonObject
    example: Json


@dataclass(frozen=True)
class Response:
    """One answer of an operation; `status` is `201`, `4XX` or `default`."""

    status: str
    description: str
    body: Body | None


@dataclass(frozen=True)
class Parameter:
    """A parameter, as one reads a property: its schema says as well what the Parameter Object says beside it.

    That is its description, its example, whether it is deprecated and what replaces it. `value` is the Parameter
    Object as it stands.
    """

    location: str
    name: str
    required: bool
    schema: JsonObject
    value: JsonObject


def operation_object(contract: Contract, part: Part) -> JsonObject:
    """The Operation Object of an operation, or the one that a webhook's Path Item Object holds."""
    value = contract.parts[part]
    found: JsonObject = value.get(webhook_method(value), {}) if part.kind == "webhook" else value
    return found


def path_item(contract: Contract, part: Part) -> JsonObject:
    """What the path of an operation has beside its operations."""
    found: JsonObject = contract.document.get("paths", {}).get(part.path, {})
    return found


def request_body(contract: Contract, part: Part) -> Body | None:
    """The body that an operation takes, or that a webhook sends."""
    return _body(contract, resolved(contract, operation_object(contract, part).get("requestBody", {})))


def responses(contract: Contract, part: Part) -> tuple[Response, ...]:
    """Every answer of an operation, in the order of the document."""
    return tuple(
        _response(contract, str(status), value)
        for status, value in operation_object(contract, part).get("responses", {}).items()
    )


def parameters(contract: Contract, part: Part) -> tuple[Parameter, ...]:
    """The parameters of an operation, those that its path declares for all its operations first."""
    found: dict[tuple[str, str], Parameter] = {}
    for holder in (path_item(contract, part), operation_object(contract, part)):
        for value in holder.get("parameters", ()):
            parameter = _parameter(contract, resolved(contract, value))
            found[parameter.location, parameter.name] = parameter
    return tuple(found.values())


def resolved(contract: Contract, value: JsonObject) -> JsonObject:
    """A shared parameter, response, body or example for the `$ref` to it; an empty object where nothing is there."""
    seen: set[str] = set()
    while isinstance(ref := value.get("$ref"), str):
        if ref in seen:
            return {}
        seen.add(ref)
        try:
            value = resolve(contract, ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return {}
    return value


def _response(contract: Contract, status: str, value: JsonObject) -> Response:
    response = resolved(contract, value)
    return Response(status, str(response.get("description", "")), _body(contract, response))


def _body(contract: Contract, holder: JsonObject) -> Body | None:
    """The body of a Request Body or Response Object."""
    media = media_type(holder)
    if media is None:
        return None
    content = holder["content"][media]
    return Body(media, content.get("schema", {}), _example(contract, content))


def _parameter(contract: Contract, value: JsonObject) -> Parameter:
    media = media_type(value)
    holder = value if media is None else value["content"][media]
    beside = {key: value[key] for key in _BESIDE if key in value}
    example = _example(contract, value)
    if example is MISSING and media is not None:
        example = _example(contract, holder)
    if example is not MISSING:
        beside["examples"] = [example]
    return Parameter(
        str(value.get("in", "")),
        str(value.get("name", "")),
        value.get("required") is True,
        {**holder.get("schema", {}), **beside},
        value,
    )


_BESIDE = ("description", "deprecated", "x-replaced-by", "x-example-omit", "x-internal")


def _example(contract: Contract, holder: JsonObject) -> Json:
    """The example of a media type or parameter: the one it has, or the first of those it names."""
    if "example" in holder:
        return holder["example"]
    return next(_named_examples(contract, holder), MISSING)


def _named_examples(contract: Contract, holder: JsonObject) -> Iterator[Json]:
    named = holder.get("examples")
    if isinstance(named, Mapping):
        for value in named.values():
            example = resolved(contract, value)
            if "value" in example:
                yield example["value"]
