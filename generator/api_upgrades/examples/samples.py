"""What shows a part: the payloads and messages composed from a contract, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from api_upgrades.core.json import escape
from api_upgrades.examples import http
from api_upgrades.examples.compose import as_json, compose, compose_body
from api_upgrades.openapi.contract import SCHEMA_REF, Contract, Part
from api_upgrades.openapi.operation import request_body, responses
from api_upgrades.openapi.usage import Direction, Usage
from api_upgrades.registry.model import UNRELEASED

Language = Literal["json", "http", "text"]

VERSION = "\ue000"
"""Stands for the version in text that several versions share. A private-use character, so it is nobody's."""


def in_version(text: str, version: str) -> str:
    """A shared text as one version has it. No call can name what is not released yet."""
    return text.replace(VERSION, "not-released-yet" if version == UNRELEASED else version)


class Text(NamedTuple):
    """One text that shows a part; requests have a mark for the version that they name."""

    title: str
    part: Part | None
    language: Language
    text: str


NOTHING = Text("", None, "text", "")

Texts = Iterator[tuple[str, Text]]
"""Texts by what they are of, so that the older one and the newer one find each other whatever their part is called."""


def part_texts(usage: Usage, contract: Contract, part: Part | None) -> Texts:
    """What can be shown of a part; nothing where the contract hasn't got it. `usage` tells how a schema is used."""
    if part is None or part not in contract.parts:
        return
    if part.kind == "schema":
        by = shown_by(usage, contract, part)
        if by != part:
            yield "request", _request(contract, by)
        else:
            yield "object", _object(contract, part, "request" if is_only_sent(usage, part) else "response")
    elif part.kind == "webhook":
        body = request_body(contract, part)
        if body is not None:
            text = as_json(compose_body(contract, body, "webhook"))
            yield "payload", Text(f"Payload of `{part.name}`", part, "json", text)
    else:
        yield "request", _request(contract, part)
        for response in responses(contract, part):
            if response.body is not None:
                text = http.as_response(response.status, compose_body(contract, response.body, "response"))
                yield response.status, Text(f"Response {response.status} of `{part.name}`", part, "http", text)


def is_only_sent(usage: Usage, part: Part) -> bool:
    """Whether a part is an object that requests carry and nothing else does."""
    return part.kind == "schema" and usage.directions(part) == {"request"}


def shown_by(usage: Usage, contract: Contract, part: Part) -> Part:
    """The part whose texts show one: itself, but for an object that is only sent the first request that carries it."""
    for one in usage.reach_of(part) if is_only_sent(usage, part) else ():
        if one.kind == "operation" and one in contract.parts and request_body(contract, one) is not None:
            return one
    return part


def _request(contract: Contract, part: Part) -> Text:
    return Text(f"`{part.name}`", part, "http", http.as_http(http.request(contract, part, VERSION)))


def _object(contract: Contract, schema: Part, direction: Direction) -> Text:
    composed = compose(contract, {"$ref": SCHEMA_REF + escape(schema.name)}, direction)
    return Text(f"`{schema.name}`", schema, "json", as_json(composed))
