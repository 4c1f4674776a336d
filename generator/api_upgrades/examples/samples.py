"""Samples of a part: payloads and HTTP messages composed from a contract, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from api_upgrades.core.json import escape_token
from api_upgrades.examples import http
from api_upgrades.examples.compose import as_json, compose, compose_body
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import request_body, responses
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

Samples = Iterator[tuple[str, Sample]]
"""Pairs of a key and a sample. The key does not contain the name of the part, so it is the same after a rename."""


def compose_samples(usage: Usage, contract: Contract, part: Part | None) -> Samples:
    """Compose the samples of a part. Yields nothing if the part does not exist in the contract."""
    if part is None or part not in contract.parts:
        return
    if part.kind == "schema":
        owner = find_sample_owner(usage, contract, part)
        if owner != part:
            yield "request", _request_sample(contract, owner)
        else:
            yield "object", _object_sample(contract, part, "request" if is_request_only(usage, part) else "response")
    elif part.kind == "webhook":
        body = request_body(contract, part)
        if body is not None:
            text = as_json(compose_body(contract, body, "webhook"))
            yield "payload", Sample(f"Payload of `{part.name}`", "Payload", part, "json", text)
    else:
        yield "request", _request_sample(contract, part)
        for response in responses(contract, part):
            if response.body is not None:
                body = compose_body(contract, response.body, "response")
                text = http.as_response(response.status, body, response.body.media_type)
                note = f"Response {response.status}"
                yield response.status, Sample(f"{note} of `{part.name}`", note, part, "http", text)


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


def _object_sample(contract: Contract, schema: Part, direction: Direction) -> Sample:
    composed = compose(contract, {"$ref": SCHEMA_REF + escape_token(schema.name)}, direction)
    return Sample(f"`{schema.name}`", "", schema, "json", as_json(composed))
