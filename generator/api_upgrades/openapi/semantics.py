"""What some JSON of a contract promises, apart from how it is worded.

Wording, examples, and the order of keys are no promise: two values of one *meaning* are the same to a caller.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import NAME_MAPS, Contract, Part
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.renames import NO_NAMES, Names
from api_upgrades.openapi.target import Target

_EXAMPLES = frozenset({"example", "examples", "x-example-omit"})
_WORDS = (schemas.ANNOTATIONS | {"tags", "info"}) - _EXAMPLES
"""What is said for people. Tags are how pages group, `info` is about the document itself."""

_UNPROMISED = _EXAMPLES | _WORDS

_NAMES = frozenset({*NAME_MAPS, "paths", "content", "links", "variables", "encoding", "components"})
"""Keywords whose keys are names. The sections of `components` are treated as names that hold names."""

_SETS = frozenset({"required", "enum", "type", "parameters", *schemas.COMBINATIONS})
"""Keywords whose lists have no order."""

_EMPTY = frozenset({"properties", "required", "parameters", "callbacks", "webhooks", "components"})
"""Keywords that say nothing where there is nothing in them."""

_FLAGS = frozenset({"required", "deprecated", "nullable", "readOnly", "writeOnly", "uniqueItems", "allowEmptyValue"})
"""Keywords that say nothing where they are false."""

SERIALIZATION = ("style", "explode", "allowReserved", "allowEmptyValue")
"""Keys of a parameter that say how its value is written."""

DIGITS = 16
"""Of a digest: 64 bits, for a diff that people read."""


def meaning(value: Json) -> Json:
    """Some keyword's JSON without what is no promise. Two values of one meaning give the same JSON."""
    if isinstance(value, list):
        return [meaning(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    taken = _taken_for_granted(value) if "in" in value and "name" in value else {}
    return {
        key: _of_keyword(key, item)
        for key, item in value.items()
        if key not in _UNPROMISED
        and not _says_nothing(key, item)
        and not (key in taken and json_equal(taken[key], item))
    }


def serialization(parameter: JsonObject) -> dict[str, Json]:
    """How a parameter's value is written, with what OpenAPI takes for granted."""
    style = parameter.get("style", "form" if parameter.get("in") in ("query", "cookie") else "simple")
    found = {keyword: parameter.get(keyword) is True for keyword in SERIALIZATION}
    return found | {"style": style, "explode": parameter.get("explode", style == "form")}


def _taken_for_granted(parameter: JsonObject) -> dict[str, Json]:
    """How a parameter would be written if it didn't say so."""
    style = serialization({"in": parameter["in"]})["style"]
    return {**serialization({"in": parameter["in"], "style": parameter.get("style", style)}), "style": style}


def _says_nothing(key: str, value: Json) -> bool:
    if key == "components" and isinstance(value, Mapping):
        value = _of_keyword(key, value)
    return (key in _EMPTY and not value) or (value is False and key in _FLAGS)


def _of_keyword(key: str, value: Json) -> Json:
    if key == "components":
        sections = {key: held for key, held in value.items() if key not in _EXAMPLES and isinstance(held, Mapping)}
        return {key: {name: meaning(one) for name, one in held.items()} for key, held in sections.items() if held}
    if key in _NAMES and isinstance(value, Mapping):
        return {name: meaning(one) for name, one in value.items()}
    if key in _SETS and isinstance(value, list):
        items = value if key == "enum" else [meaning(item) for item in value]
        return sorted(items, key=_text)
    if key in ("default", "const") or key.startswith("x-"):
        return value
    return meaning(value)


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value: Json) -> str:
    """The digest of a meaning."""
    return hashlib.sha256(_text(meaning(value)).encode()).hexdigest()[:DIGITS]


class Digests:
    """The digests of contracts, made once for all contracts that share a part."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Json, str]] = {}

    def of(self, contract: Contract) -> dict[str, str]:
        """The digest of each part by its target, and that of the rest of the document."""
        parts = {str(Target(part)): self._of(value) for part, value in contract.parts.items()}
        document = contract.document
        if id(document) not in self._known:
            self._known[id(document)] = (document, digest({"paths": {}, **contract.said}))
        return parts | {str(Target(None)): self._of(document)}

    def _of(self, value: Json) -> str:
        if id(value) not in self._known:
            self._known[id(value)] = (value, digest(value))  # the value is kept, so that its id stays its own
        return self._known[id(value)][1]


def settled(was: Contract, now: Contract, names: Names = NO_NAMES) -> Contract:
    """An older contract in a newer one's words, examples and order, wherever these are all that differs, also in what
    went by another name.
    """
    parts: dict[Part, JsonObject] = {
        part: settled_value(value, now.parts[part]) if part in now.parts else value for part, value in was.parts.items()
    }
    document = settled_value(was.document, now.document)
    if all(now.parts.get(part) is value for part, value in parts.items()) and len(parts) == len(now.parts):
        parts = dict(now.parts)  # in today's order
    goal = replace(was, parts=parts, document=document)
    for move in names.moves:
        # The words of an answer are those of its status.
        if not move.new.name.startswith("=") and not move.new.section.startswith("response "):
            old, new = place_spot(goal, names.older(move.new)), place_spot(now, move.new)
            goal = old.write(goal, settled_value(old.read(goal), new.read(now)))
    return goal


def settled_value(was: Json, now: Json) -> Json:
    """The same for one value; an example stays where what it is an example of is another."""
    if was is now or json_equal(meaning(was), meaning(now)):
        return now
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        found = {}
        for key, value in was.items():
            if key in _EXAMPLES:
                found[key] = value
            elif key not in _WORDS:
                found[key] = _settled_keyword(key, value, now[key]) if key in now else value
            elif key in now:
                found[key] = now[key]
        return found | {key: value for key, value in now.items() if key in _WORDS}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [settled_value(one, other) for one, other in zip(was, now, strict=True)]
    return was


def _settled_keyword(key: str, was: Json, now: Json) -> Json:
    if key in _NAMES and isinstance(was, Mapping) and isinstance(now, Mapping):
        return _settled_names(was, now, key == "components")
    if key == "parameters" and isinstance(was, list) and isinstance(now, list):
        by_identity = {_text(identity(one)): one for one in now}
        return [settled_value(one, by_identity.get(_text(identity(one)), one)) for one in was]
    return settled_value(was, now)


def _settled_names(was: JsonObject, now: JsonObject, are_sections: bool) -> JsonObject:
    if are_sections:
        kept = {name: held for name, held in was.items() if name not in _EXAMPLES}
        was = kept | {name: held for name, held in now.items() if name in _EXAMPLES}

    def one(name: str) -> Json:
        if name not in now:
            return was[name]
        if are_sections and isinstance(was[name], Mapping) and isinstance(now[name], Mapping):
            return _settled_names(was[name], now[name], False)
        return settled_value(was[name], now[name])

    names: Iterable[str] = now if was.keys() == now.keys() else was
    return {name: one(name) for name in names}


def identity(parameter: JsonObject) -> Json:
    """What tells a parameter from the others of its operation."""
    return parameter.get("$ref") or [parameter.get("in"), parameter.get("name")]
