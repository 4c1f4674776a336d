"""The meaning of a contract's JSON, without its wording.

Wording, examples and the order of keys are not part of the contract: values with the same *meaning* are the same to a
client.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.mentions import LITERALS, NAME_MAPS
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.target import Target

_EXAMPLES = frozenset({"example", "examples", "x-example-omit"})
_WORDING = (schemas.ANNOTATIONS | {"tags", "info"}) - _EXAMPLES
"""Keywords for people. Tags only group pages, and `info` describes the document itself."""

_IGNORED_KEYWORDS = _EXAMPLES | _WORDING

_ALL_NAME_MAPS = frozenset({*NAME_MAPS, "paths", "content", "links", "variables", "encoding", "components"})
"""Keywords with maps whose keys are names. The map of `components` has sections, which are such maps themselves."""

_UNORDERED = frozenset({"required", "enum", "type", "parameters", *schemas.COMBINATIONS})
"""Keywords whose lists have no significant order."""

_REDUNDANT_IF_EMPTY = frozenset({"properties", "required", "parameters", "callbacks", "webhooks", "components"})
"""Keywords that mean nothing if they are empty."""

_REDUNDANT_IF_FALSE = frozenset(
    {"required", "deprecated", "nullable", "readOnly", "writeOnly", "uniqueItems", "allowEmptyValue"}
)
"""Keywords that mean nothing if they are false."""

SERIALIZATION = ("style", "explode", "allowReserved", "allowEmptyValue")
"""Keys of a parameter that determine its serialization."""

DIGEST_LENGTH = 16
"""The number of hexadecimal digits of a digest: 64 bits, short enough for diffs that people read."""


def meaning(value: Json) -> Json:
    """Some JSON without what is not part of the contract. Values with the same meaning give the same JSON."""
    if isinstance(value, list):
        return [meaning(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    taken = _default_serialization(value) if "in" in value and "name" in value else {}
    return {
        key: _meaning_of_keyword(key, item)
        for key, item in value.items()
        if key not in _IGNORED_KEYWORDS
        and not _is_redundant(key, item)
        and not (key in taken and json_equal(taken[key], item))
    }


def serialization(parameter: JsonObject) -> dict[str, Json]:
    """The serialization of a parameter, with the defaults of OpenAPI."""
    style = parameter.get("style", "form" if parameter.get("in") in ("query", "cookie") else "simple")
    found = {keyword: parameter.get(keyword) is True for keyword in SERIALIZATION}
    return found | {"style": style, "explode": parameter.get("explode", style in ("form", "cookie"))}


def _default_serialization(parameter: JsonObject) -> dict[str, Json]:
    """The serialization that OpenAPI prescribes by default."""
    style = serialization({"in": parameter["in"]})["style"]
    return {**serialization({"in": parameter["in"], "style": parameter.get("style", style)}), "style": style}


def _is_redundant(key: str, value: Json) -> bool:
    if key == "components" and isinstance(value, Mapping):
        value = _meaning_of_keyword(key, value)
    return (key in _REDUNDANT_IF_EMPTY and not value) or (value is False and key in _REDUNDANT_IF_FALSE)


def _meaning_of_keyword(key: str, value: Json) -> Json:
    if key == "components" and isinstance(value, Mapping):
        sections = {key: held for key, held in value.items() if key not in _EXAMPLES and (held or key.startswith("x-"))}
        return {
            key: {name: meaning(one) for name, one in held.items()} if isinstance(held, Mapping) else held
            for key, held in sections.items()
        }
    if key in _ALL_NAME_MAPS and isinstance(value, Mapping):
        return {name: meaning(one) for name, one in value.items()}
    if key in _UNORDERED and isinstance(value, list):
        items = value if key == "enum" else [meaning(item) for item in value]
        return sorted(items, key=_canonical_text)
    if key in ("default", "const") or key.startswith("x-"):
        return value
    return meaning(value)


def _canonical_text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value: Json) -> str:
    """The digest of a meaning."""
    return hashlib.sha256(_canonical_text(meaning(value)).encode()).hexdigest()[:DIGEST_LENGTH]


class Digests:
    """The digests of contracts, computed once for each shared part."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Json, str]] = {}

    def of(self, contract: Contract) -> dict[str, str]:
        """The digest of each part by its target, and that of the rest of the document."""
        parts = {str(Target(part)): self._of(value) for part, value in contract.parts.items()}
        document = contract.document
        if id(document) not in self._known:
            self._known[id(document)] = (document, digest({"paths": {}, **contract.content}))
        return parts | {str(Target(None)): self._of(document)}

    def _of(self, value: Json) -> str:
        if id(value) not in self._known:
            self._known[id(value)] = (value, digest(value))  # keep the value, so that its id is not reused
        return self._known[id(value)][1]


def adopt_wording(was: Contract, now: Contract, names: RenameMap = NO_RENAMES) -> Contract:
    """An older contract in the wording, examples and order of a newer one, wherever nothing else differs.

    Renamed places take over the wording of their newer names.
    """
    parts: dict[Part, JsonObject] = {
        part: adopt_wording_of_value(value, now.parts[part]) if part in now.parts else value
        for part, value in was.parts.items()
    }
    document = adopt_wording_of_value(was.document, now.document)
    if all(now.parts.get(part) is value for part, value in parts.items()) and len(parts) == len(now.parts):
        parts = dict(now.parts)  # in the order of the newer contract
    goal = was.derive(parts, (part for part, value in parts.items() if was.parts[part] is not value), document)
    for move in names.moves:
        # A response keeps its description, which belongs to its status.
        if not move.new.name.startswith("=") and not move.new.section.startswith("response "):
            with suppress(ContractMismatch):  # a place that has the name only between two moves
                old, new = place_spot(goal, names.to_older(move.new)), place_spot(now, move.new)
                goal = old.write(goal, adopt_wording_of_value(old.read(goal), new.read(now)))
    return goal


def adopt_wording_of_value(was: Json, now: Json) -> Json:
    """One older value in the wording of a newer one. Examples stay if the schema differs."""
    if was is now or json_equal(meaning(was), meaning(now)):
        return now
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        found = {}
        for key, value in was.items():
            if key in _EXAMPLES:
                found[key] = value
            elif key not in _WORDING:
                found[key] = _adopt_keyword(key, value, now[key]) if key in now else value
            elif key in now:
                found[key] = now[key]
        return found | {key: value for key, value in now.items() if key in _WORDING}
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [adopt_wording_of_value(one, other) for one, other in zip(was, now, strict=True)]
    return was


def _adopt_keyword(key: str, was: Json, now: Json) -> Json:
    if key in _ALL_NAME_MAPS and isinstance(was, Mapping) and isinstance(now, Mapping):
        return _adopt_names(was, now, key == "components")
    if key == "parameters" and isinstance(was, list) and isinstance(now, list):
        by_identity = {_canonical_text(identity(one)): one for one in now}
        return [adopt_wording_of_value(one, by_identity.get(_canonical_text(identity(one)), one)) for one in was]
    if key in LITERALS or key.startswith("x-"):  # a value holds no keywords, whatever its keys are called
        return now if json_equal(_meaning_of_keyword(key, was), _meaning_of_keyword(key, now)) else was
    return adopt_wording_of_value(was, now)


def _adopt_names(was: JsonObject, now: JsonObject, are_sections: bool) -> JsonObject:
    if are_sections:
        kept = {name: held for name, held in was.items() if name not in _EXAMPLES}
        was = kept | {name: held for name, held in now.items() if name in _EXAMPLES}

    def one(name: str) -> Json:
        if name not in now:
            return was[name]
        if are_sections and isinstance(was[name], Mapping) and isinstance(now[name], Mapping):
            return _adopt_names(was[name], now[name], False)
        return adopt_wording_of_value(was[name], now[name])

    names: Iterable[str] = now if was.keys() == now.keys() else was
    return {name: one(name) for name in names}


def identity(parameter: JsonObject) -> Json:
    """What identifies a parameter among those of its operation."""
    return parameter.get("$ref") or [parameter.get("in"), parameter.get("name")]
