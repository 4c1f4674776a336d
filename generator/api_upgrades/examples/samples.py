"""Samples of a part: payloads and HTTP messages composed from a contract, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from api_upgrades.core.json import Json, escape_token
from api_upgrades.examples import http
from api_upgrades.examples.compose import as_json, compose, compose_body
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Body, request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, Part
from api_upgrades.openapi.usage import Direction, Usage
from api_upgrades.registry.model import UNRELEASED

Language = Literal["json", "http", "text"]

VERSION_PLACEHOLDER = "\ue000"
"""Placeholder for the version in samples that several versions share: a private-use character."""


def fill_version(text: str, version: str) -> str:
    """Replace the placeholder with the version, or with `not-released-yet` if no request can select it yet."""
    return text.replace(VERSION_PLACEHOLDER, "not-released-yet" if version == UNRELEASED else version)


class Sample(NamedTuple):
    """One text that shows a part. The `text` of a request contains a placeholder for the version that it selects.

    `title` is Markdown that names the part; `note` says which of its texts it is, such as `Response 200`.
    """

    title: str
    note: str
    part: Part | None
    language: Language
    text: str


NO_SAMPLE = Sample("", "", None, "text", "")


@dataclass(frozen=True)
class SamplePlan:
    """How to compose one sample of a part.

    `key` does not contain the name of the part, so it is the same after a rename. The sample is composed from the
    `sources`, which are values of its `owner`, from the schemas to which they refer, and from the rest of the document.
    """

    key: str
    owner: Part
    direction: Direction
    sources: tuple[Json, ...]
    compose: Callable[[], Sample]


def compose_samples(usage: Usage, contract: Contract, part: Part | None) -> dict[str, Sample]:
    """The samples of a part by their keys. Empty if the part does not exist in the contract."""
    return {plan.key: plan.compose() for plan in plan_samples(usage, contract, part)}


def plan_samples(usage: Usage, contract: Contract, part: Part | None) -> Iterator[SamplePlan]:
    """Yield the plan of each sample of a part. Yields nothing if the part does not exist in the contract."""
    if part is None or part not in contract.parts:
        return
    value = contract.parts[part]
    if part.kind == "schema":
        owner = find_sample_owner(usage, contract, part)
        if owner != part:
            yield _plan_request(contract, owner)
        else:
            direction: Direction = "request" if is_request_only(usage, part) else "response"
            yield SamplePlan("object", part, direction, (value,), partial(_object_sample, contract, part, direction))
    elif part.kind == "webhook":
        body = request_body(contract, part)
        if body is not None:
            yield SamplePlan("payload", part, "webhook", (value,), partial(_payload_sample, contract, part, body))
    else:
        yield _plan_request(contract, part)
        for source, response in zip(value.get("responses", {}).values(), responses(contract, part), strict=True):
            if response.body is not None:
                compose = partial(_response_sample, contract, part, response.status, response.body)
                yield SamplePlan(response.status, part, "response", (source,), compose)


def _plan_request(contract: Contract, part: Part) -> SamplePlan:
    sources = tuple(value for key, value in contract.parts[part].items() if key not in ("responses", "callbacks"))
    return SamplePlan("request", part, "request", sources, partial(_request_sample, contract, part))


def is_request_only(usage: Usage, part: Part) -> bool:
    """Whether a part is a schema that only requests use."""
    return part.kind == "schema" and usage.directions(part) == {"request"}


def find_sample_owner(usage: Usage, contract: Contract, part: Part) -> Part:
    """The part whose samples show `part`.

    If only requests use `part`, this is the first operation that sends it, else `part` itself.
    """
    for one in usage.affected_by_part(part) if is_request_only(usage, part) else ():
        if one.kind == "operation" and one in contract.parts and request_body(contract, one) is not None:
            return one
    return part


def _request_sample(contract: Contract, part: Part) -> Sample:
    text = http.as_http(http.build_request(contract, part, VERSION_PLACEHOLDER))
    return Sample(f"`{part.name}`", "Request", part, "http", text)


def _response_sample(contract: Contract, part: Part, status: str, body: Body) -> Sample:
    text = http.as_response(status, compose_body(contract, body, "response"), body.media_type)
    return Sample(f"Response {status} of `{part.name}`", f"Response {status}", part, "http", text)


def _payload_sample(contract: Contract, part: Part, body: Body) -> Sample:
    text = as_json(compose_body(contract, body, "webhook"))
    return Sample(f"Payload of `{part.name}`", "Payload", part, "json", text)


def _object_sample(contract: Contract, schema: Part, direction: Direction) -> Sample:
    composed = compose(contract, {"$ref": SCHEMA_REF + escape_token(schema.name)}, direction)
    return Sample(f"`{schema.name}`", "", schema, "json", as_json(composed))
