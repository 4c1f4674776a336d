"""The mini diff of a change: at most five lines that show what it does to a payload, with the place as a caption.

It is made from the places that the change affects, whatever the kinds of its effects: a line for the place before and
one for it after, with the values of composed payloads. What doesn't show in a payload, such as wording, has no line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples.compose import compose
from api_upgrades.history.composition import Outcome
from api_upgrades.history.place_events import EXISTENCE, NAME, REQUIRED, PlaceEvent
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target
from api_upgrades.openapi.usage import Direction
from api_upgrades.site.text.diff_lines import Line, Sign

MAX_LINES = 5
MAX_CAPTIONS = 3
"""Equal lines of several places are shown once. So many of the places are named, and the others are counted."""
MAX_PLACES = 40
"""A change that affects more places shows only the first ones."""
MAX_VALUE, MAX_STRING, MAX_INNER_STRING = 110, 56, 40
"""The length from which on a value, a string, and a string inside an object or list are shortened."""

_FACETS_OF_VALUES = {EXISTENCE, NAME, "type", "pattern", "format"}
"""The facets that show in the value of a place. The value may differ with others too, but only as an example."""


class Excerpt(NamedTuple):
    """Lines of a diff, and the place that they belong to, such as `POST /appointments → 201`."""

    caption: str
    lines: tuple[Line, ...]


def mini_diff(outcomes: Iterable[Outcome]) -> tuple[Excerpt, ...]:
    """The mini diff of what one or several changes come to; empty if no payload shows it."""
    groups = groupby(sorted(outcomes, key=lambda one: one.place), key=lambda one: one.place)
    by_place = sorted(([*group] for _, group in groups), key=_rank)
    found: dict[str, list[tuple[Line, ...]]] = {}
    for of_place in by_place[:MAX_PLACES]:
        for caption, lines in _place_lines(of_place):
            if lines not in found.setdefault(caption, []):
                found[caption].append(lines)
    by_lines: dict[tuple[tuple[Line, ...], ...], list[str]] = {}
    for caption, lines_of_places in found.items():
        by_lines.setdefault(tuple(lines_of_places), []).append(caption)
    return tuple(_cut((_join_captions(captions), lines) for lines, captions in by_lines.items()))


def _rank(outcomes: Iterable[Outcome]) -> int:
    """How severe an upgrade is at one place; 0 is the worst."""
    severities = (one.severity(is_downgrade=False) for one in outcomes)
    return min(SEVERITIES.index(severity or "neutral") for severity in severities)


def _cut(excerpts: Iterable[tuple[str, tuple[tuple[Line, ...], ...]]]) -> Iterator[Excerpt]:
    """The first lines of some excerpts. The lines of one place stay together."""
    room = MAX_LINES
    for caption, lines_of_places in excerpts:
        shown: list[Line] = []
        for lines in lines_of_places:
            if len(lines) > room:
                break
            shown += lines
            room -= len(lines)
        if shown:
            yield Excerpt(caption, tuple(shown))


def _join_captions(captions: Sequence[str]) -> str:
    if len(captions) <= MAX_CAPTIONS + 1:
        return ", ".join(captions)
    return f"{', '.join(captions[:MAX_CAPTIONS])}, and {len(captions) - MAX_CAPTIONS} more"


def _place_lines(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Yield the lines of one place with their captions. A place that moved has two; one that no payload shows, none."""
    own = {event.order: event for one in outcomes for event in one.events if not event.is_inherited}
    events = [own[order] for order in sorted(own)]
    first, last = events[0], events[-1]
    if observation := last.applied.effect.observation():
        yield _part_name(last.target), tuple(_observed(*observation))
        return
    facets = {one.last.facet for one in outcomes}
    is_new, is_removed = any(one.is_new for one in outcomes), any(one.is_removed for one in outcomes)
    old = None if is_new else _text_at(first.old_target, first.applied.older, "type" in facets)
    new = None if is_removed else _text_at(last.target, last.applied.newer, "type" in facets)
    if old and new and first.old_target.steps and any(one.is_move for one in events):
        yield _caption(last.target), (Line(">", new),)
        yield _caption(first.old_target), (Line("<", old),)
    elif old != new and facets & _FACETS_OF_VALUES:
        older = _value_lines(events) if old and _is_item(last.target) else [old]
        lines = (*(Line("-", text) for text in older if text), *(Line("+", text) for text in (new,) if text))
        yield _caption(last.target), lines
    elif new and (lines := tuple(_lines_of_facets(outcomes, last.target, new))):
        yield _caption(last.target), lines


def event_lines(event: PlaceEvent) -> tuple[tuple[str, str], tuple[str, str]]:
    """The captions and the lines of a place before and after one event. A line is empty if no payload shows it."""
    old = _text_at(event.old_target, event.applied.older, False)
    new = _text_at(event.target, event.applied.newer, False)
    return (_caption(event.old_target), _caption(event.target)), (old or "", new or "")


def _value_lines(events: Iterable[PlaceEvent]) -> list[str | None]:
    """The older names of an enum value. Several values may have been renamed to one."""
    texts = (_text_at(one.old_target, one.applied.older, False) for one in events if one.facet in (NAME, EXISTENCE))
    return list(dict.fromkeys(texts))


def _observed(before: str, after: str) -> Iterator[Line]:
    """Yield the lines that differ in what a client sees, about as many of each side."""
    was, now = ([line for line in text.split("\n") if line.strip()] for text in (before, after))
    removed, added = [one for one in was if one not in now], [one for one in now if one not in was]
    yield from (Line("-", line) for line in removed[: max(MAX_LINES // 2, MAX_LINES - len(added))])
    yield from (Line("+", line) for line in added[: max(MAX_LINES // 2, MAX_LINES - len(removed))])


def _lines_of_facets(outcomes: Iterable[Outcome], target: Target, text: str) -> Iterator[Line]:
    """The lines of a place whose value is the same: it has to be sent now, or it can be null."""
    for outcome in outcomes:
        facet, after = outcome.last.facet, outcome.last.after
        if facet == REQUIRED and after and outcome.last.severity == "breaking":
            yield Line("+", text)
        elif facet == "nullable" and target.steps:
            yield Line("+" if after else "-", f"{json.dumps(target.name, ensure_ascii=False)}: null")


def _caption(target: Target) -> str:
    """What contains a place: an object, a request, a response with its status, or a webhook."""
    if _is_item(target):
        target = target.holder
    if target.part is None:
        return "API"
    if not target.steps and not target.section:
        return {"operation": "Operations", "webhook": "Webhooks", "schema": "Objects"}[target.part.kind]
    if target.part.kind == "schema":
        return str(target.holder)
    status = f" → {target.section.removeprefix('response ')}" if target.section.startswith("response ") else ""
    inner = str(Target(Part("schema", "_"), "", target.holder.steps)).removeprefix("_").removeprefix(".")
    return f"{_part_name(target)}{status if target.steps else ''}{f' · {inner}' if inner else ''}"


def _part_name(target: Target) -> str:
    return target.part.name if target.part else "API"


def _is_item(target: Target) -> bool:
    """Whether a target is an enum value, or another item of a list that is a place of its own."""
    return bool(target.steps) and target.steps[-1].startswith("=")


def _text_at(target: Target, contract: Contract, is_retyped: bool) -> str | None:
    """A place as a line of a payload; None if payloads don't show it, or it doesn't exist."""
    last = target.steps[-1] if target.steps else ""
    if _is_item(target):
        return _item_text(target, contract)
    if last in ("[]", "{}"):
        return _text_at(target.holder, contract, is_retyped)
    if last or target.section.partition(" ")[0] in PARAMETER_LOCATIONS:
        value = _value(target, contract, is_retyped)
        return None if value is None else _assignment(target, value)
    if target.section.startswith("response "):
        return f"HTTP {target.section.removeprefix('response ')}"
    if target.section in ("request", "payload"):
        return "{ … }"
    is_called = target.part is not None and target.part.kind != "schema" and not target.section
    return _part_name(target) if is_called else None


def _item_text(target: Target, contract: Contract) -> str | None:
    """The line of an enum value. Other items, whose kind comes before their value, show in no payload."""
    holder, value = target.holder, json.dumps(target.steps[-1][1:], ensure_ascii=False)
    if " " in value or not (holder.steps or holder.section.partition(" ")[0] in PARAMETER_LOCATIONS):
        return None
    try:
        schema = schema_spot(contract, holder).read(contract)
    except ContractMismatch:
        return None
    is_list = isinstance(schema, dict) and "array" in schemas.types(schemas.value_schema(schema))
    return _assignment(holder, f"[{value}]" if is_list else value)


def _assignment(target: Target, value: str) -> str:
    """A property or a parameter with its value."""
    if target.steps:
        return f"{json.dumps(target.name, ensure_ascii=False)}: {value}"
    location, _, name = target.section.partition(" ")
    bare = value.strip("[]").replace('"', "")
    forms = {
        "query": f"?{quote(name, safe='[]')}={quote(bare, safe=',:/[]')}",
        "header": f"{name}: {bare}",
        "cookie": f"Cookie: {name}={bare}",
    }
    return forms.get(location, f"{{{name}}}: {value}")


def _value(target: Target, contract: Contract, is_retyped: bool) -> str | None:
    """The composed value at a place, on one line; None if the place does not exist."""
    try:
        schema = schema_spot(contract, target).read(contract)
    except ContractMismatch:
        return None
    if not isinstance(schema, dict):
        return "…"
    if not is_retyped and _is_object(contract, schema):
        return "{ … }"
    direction: Direction = "request" if target.section.startswith("request") else "response"
    value = compose(contract, schema, direction)
    if value is None:  # another example says more
        value = next((one for one in schema.get("examples", ()) if one is not None), None)
    return _short_json(value, is_retyped)


def _is_object(contract: Contract, schema: JsonObject) -> bool:
    value = schemas.value_schema(schema)
    reference = value.get("$ref")
    part = schema_of(reference) if isinstance(reference, str) else None
    found = contract.parts.get(part) if part else value
    return isinstance(found, dict) and ("properties" in found or schemas.types(found) == ("object",))


def _short_json(value: Json, is_whole: bool) -> str:
    """A value on one line. Objects are shortened, unless they are small and `is_whole` is true."""
    text = json.dumps(_shorten(value, MAX_STRING), ensure_ascii=False)
    if isinstance(value, dict):
        return f"{{ {text[1:-1]} }}" if value and is_whole and len(text) <= MAX_VALUE else "{ … }" if value else "{}"
    if isinstance(value, list) and value:
        is_short = len(text) <= MAX_VALUE and (is_whole or not isinstance(value[0], dict | list))
        return text if is_short else "[{ … }]" if isinstance(value[0], dict) else "[ … ]"
    return text


def _shorten(value: Json, most: int) -> Json:
    """The value with strings of at most so many characters, and less inside of it."""
    if isinstance(value, str) and len(value) > most:
        return value[: most - 1].rstrip() + "…"
    if isinstance(value, list):
        return [_shorten(one, MAX_INNER_STRING) for one in value]
    if isinstance(value, dict):
        return {key: _shorten(one, MAX_INNER_STRING) for key, one in value.items()}
    return value


_REVERSED_SIGNS: dict[Sign, Sign] = {"-": "+", "+": "-", "<": ">", ">": "<"}


def reverse_excerpt(excerpt: Excerpt) -> Excerpt:
    """The same for a downgrade: what was added is removed, and the other way round. Removed lines come first again."""
    hunks: list[list[Line]] = [[]]
    for line in excerpt.lines:
        if hunks[-1] and line.sign == "-" != hunks[-1][-1].sign:
            hunks.append([])
        hunks[-1].append(line)
    lines = (line for hunk in hunks for line in sorted(hunk, key=lambda one: one.sign != "+"))
    return Excerpt(excerpt.caption, tuple(Line(_REVERSED_SIGNS.get(line.sign, line.sign), line.text) for line in lines))
