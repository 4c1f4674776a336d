"""One message of an operation or webhook with a JSON body: composed, and changed by values that somebody wrote down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples import http
from api_upgrades.examples.compose import as_json, compose_body
from api_upgrades.examples.samples import VERSION_PLACEHOLDER, Sample
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Body, request_body, responses
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction

Path = tuple[str | int, ...]
"""The names and indexes that lead to a value inside a body."""


@dataclass(frozen=True)
class Message:
    """A message at one version: the place of its body, the body's schema and direction, and the body itself."""

    target: Target
    direction: Direction
    media_type: str
    schema: JsonObject
    body: Json


def compose_message(contract: Contract, target: Target) -> Message | None:
    """Compose a request, a response or a webhook payload; None if the contract has none there, or none with a body."""
    if target.part is None or target.part not in contract.parts:
        return None
    body, direction = _find_body(contract, target)
    if body is None:
        return None
    return Message(target, direction, body.media_type, body.schema, compose_body(contract, body, direction))


def _find_body(contract: Contract, target: Target) -> tuple[Body | None, Direction]:
    part = target.part
    assert part is not None, "the caller checks it"
    if part.kind == "webhook":
        return request_body(contract, part), "webhook"
    if target.section in ("", "request"):
        return request_body(contract, part), "request"
    status = target.section.removeprefix("response ")
    return next((one.body for one in responses(contract, part) if one.status == status), None), "response"


def as_sample(contract: Contract, message: Message) -> Sample:
    """The text of a message, and how pages name it. A request has a placeholder for the version that it selects."""
    part = message.target.part
    assert part is not None, "a message belongs to an operation or webhook"
    if message.direction == "webhook":
        return Sample(f"Payload of `{part.name}`", "Payload", part, "json", as_json(message.body))
    if message.direction == "request":
        request = replace(http.build_request(contract, part, VERSION_PLACEHOLDER), body=message.body)
        return Sample(f"`{part.name}`", "Request", part, "http", http.as_http(request))
    status = message.target.section.removeprefix("response ")
    text = http.as_response(status, message.body, message.media_type)
    return Sample(f"Response {status} of `{part.name}`", f"Response {status}", part, "http", text)


def with_values(message: Message, values: Mapping[str, Json]) -> Message:
    """The message with some values of its body replaced. Objects are merged; everything else is replaced."""
    return replace(message, body=_merge(message.body, values))


def without_properties(message: Message, names: Iterable[str]) -> Message:
    """The message without some properties of its body."""
    if not isinstance(message.body, dict):
        return message
    return replace(message, body={key: value for key, value in message.body.items() if key not in set(names)})


def _merge(value: Json, values: Json) -> Json:
    if not isinstance(value, dict) or not isinstance(values, Mapping):
        return values
    return value | {key: _merge(value.get(key), one) for key, one in values.items()}


def with_older_values(message: Message, older: Json, is_valid: Callable[[Json], bool]) -> Message:
    """The message with the values of an older body wherever these are still valid.

    Two contracts can have different examples of a property that did not change. Between two versions, such a
    difference looks like a change. Strings, numbers and the like count, at the same place in both bodies.
    """
    body = message.body
    differing = list(differing_values(older, body))
    whole = reduce(lambda candidate, place: _with_value(candidate, *place), differing, body)
    if is_valid(whole):
        return replace(message, body=whole)
    for path, value in differing:
        candidate = _with_value(body, path, value)
        if is_valid(candidate):
            body = candidate
    return replace(message, body=body)


def differing_values(older: Json, newer: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield (path, older value) for each place where both bodies have a value that is no object or list."""
    if isinstance(older, dict) and isinstance(newer, dict):
        for key in older:
            if key in newer:
                yield from differing_values(older[key], newer[key], (*path, key))
    elif isinstance(older, list) and isinstance(newer, list):
        for index, (one, other) in enumerate(zip(older, newer, strict=False)):
            yield from differing_values(one, other, (*path, index))
    elif path and older != newer and not isinstance(older, dict | list) and not isinstance(newer, dict | list):
        yield path, older


def _with_value(body: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    key, *rest = path
    if isinstance(body, dict):
        return body | {key: _with_value(body[key], tuple(rest), value)}
    return [_with_value(one, tuple(rest), value) if index == key else one for index, one in enumerate(body)]
