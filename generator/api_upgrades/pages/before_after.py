"""Before and after: the smallest payloads, composed from both contracts, that show what a change did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from api_upgrades import http
from api_upgrades.compare_schemas import without_annotations
from api_upgrades.contract import SCHEMA_REF, Contract, Json, Part, escape
from api_upgrades.derive import Step
from api_upgrades.effects import TargetedEffect
from api_upgrades.effects.prose import Behaviour
from api_upgrades.errors import DoesNotFit
from api_upgrades.history import History, JudgedChange
from api_upgrades.locate import schema_spot, section_spot
from api_upgrades.names import Names
from api_upgrades.operation import request_body, responses
from api_upgrades.pages.page import VERSION
from api_upgrades.payload import as_json, compose, compose_body
from api_upgrades.severity import Direction
from api_upgrades.target import Target
from api_upgrades.usage import Usage

Language = Literal["json", "http", "text"]


@dataclass(frozen=True)
class BeforeAfter:
    """One text at the older version and at the newer; empty where the part isn't there."""

    title: str
    part: Part | None
    language: Language
    before: str
    after: str

    @property
    def size(self) -> int:
        return len(self.before) + len(self.after)


def before_after(history: History, step: Step, change: JudgedChange) -> list[BeforeAfter]:
    """What shows the change: its behaviour's own texts, else payloads, the smallest first, else schema fragments."""
    shown = [*_behaviours(change)]
    names = step.names
    payloads: list[BeforeAfter] = []
    for part in change.touched:
        payloads.extend(_payloads(history, step, names, part))
    shown += sorted(dict.fromkeys(payloads), key=lambda one: one.size)
    return shown or list(_fragments(step, names, change))


def _behaviours(change: JudgedChange) -> Iterator[BeforeAfter]:
    for judged in change.effects:
        if isinstance(judged.effect, Behaviour):
            title = ", ".join(str(target) for target in judged.effect.target)
            part = judged.effect.target[0].part
            yield BeforeAfter(title, part, "text", judged.effect.before.strip("\n"), judged.effect.after.strip("\n"))


def _payloads(history: History, step: Step, names: Names, part: Part) -> Iterator[BeforeAfter]:
    """The texts of one touched part that differ."""
    new = part if part in step.newer.parts else names.newer(Target(part)).part
    old = part if part in step.older.parts else names.older(Target(part)).part
    older = old if old in step.older.parts else None
    newer = new if new in step.newer.parts else None
    before = dict(_texts(history.usage_at(step.older_version), older))
    after = dict(_texts(history.usage_at(step.version.id), newer))
    for key in dict.fromkeys((*after, *before)):
        was, now = before.get(key, ""), after.get(key, "")
        title, language = key
        if was != now:
            yield BeforeAfter(title, newer or older, language, _in(was, step.older_version), _in(now, step.version.id))


def _in(text: str, version: str) -> str:
    return text.replace(VERSION, version)


Texts = Iterator[tuple[tuple[str, Language], str]]


def _texts(usage: Usage, part: Part | None) -> Texts:
    """What can be shown of a part, by title and language; requests name no version yet."""
    contract = usage.contract
    if part is None:
        return
    if part.kind == "schema":
        if usage.directions(part) == {"request"}:
            yield from _requests(usage, part)
        else:
            yield (f"The {part.name} object", "json"), _composed(contract, _ref(part), "response")
    elif part.kind == "webhook":
        body = request_body(contract, part)
        if body is not None:
            yield (f"The payload of {part.name}", "json"), as_json(compose_body(contract, body, "webhook"))
    else:
        yield from _messages(contract, part)


def _requests(usage: Usage, schema: Part) -> Texts:
    """The first request that carries a schema which is only sent."""
    contract = usage.contract
    for part in usage.reach([schema]):
        if part.kind == "operation" and request_body(contract, part) is not None:
            yield ("The request", "http"), http.as_http(http.request(contract, part, VERSION))
            return
    yield (f"The {schema.name} object", "json"), _composed(contract, _ref(schema), "request")


def _messages(contract: Contract, part: Part) -> Texts:
    yield ("The request", "http"), http.as_http(http.request(contract, part, VERSION))
    for response in responses(contract, part):
        if response.body is not None:
            body = compose_body(contract, response.body, "response")
            yield (f"The response {response.status}", "http"), http.as_response(response.status, body)


def _ref(schema: Part) -> Json:
    return {"$ref": SCHEMA_REF + escape(schema.name)}


def _composed(contract: Contract, schema: Json, direction: Direction) -> str:
    return as_json(compose(contract, schema, direction))


def _fragments(step: Step, names: Names, change: JudgedChange) -> Iterator[BeforeAfter]:
    """For what no payload shows, such as one more enum value: the schema at each target."""
    for judged in change.effects:
        if not isinstance(judged.effect, TargetedEffect):
            continue
        for target in judged.effect.target:
            before = _fragment(step.older, names.older(target))
            after = _fragment(step.newer, target)
            if before != after:
                yield BeforeAfter(f"The schema of {target}", target.part, "json", before, after)


def _fragment(contract: Contract, target: Target) -> str:
    for spot_of in (schema_spot, section_spot):
        try:
            return as_json(without_annotations(spot_of(contract, target).read(contract)))
        except DoesNotFit:
            continue
    return ""
