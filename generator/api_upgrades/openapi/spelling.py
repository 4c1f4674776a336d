"""Writes the schemas of a contract as another contract spells them, wherever both spellings mean the same."""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.normal_form import NormalForms
from api_upgrades.openapi.part import Part

_SCHEMA_MAPS = frozenset({"properties", "patternProperties"})
_SCHEMAS = frozenset({"schema", "items", "additionalProperties"})

_KEPT = frozenset(
    {
        *("$defs", "definitions", "$id", "$anchor", "$dynamicAnchor", "$schema", "$vocabulary"),
        *("x-internal", "x-replaced-by"),
    }
)
"""Keywords that the normal form leaves out although others refer to them, or pages show them."""


def adopt_spelling(was: Contract, now: Contract) -> Contract:
    """An older contract with the newer spelling of each schema inside its parts that means the same.

    Only contracts of one dialect share spellings.
    """
    if was.dialect != now.dialect:
        return was
    adoption = _Adoption(NormalForms(was), NormalForms(now))
    parts: dict[Part, JsonObject] = dict(was.parts)
    for part, value in was.parts.items():
        if part in now.parts and value is not now.parts[part]:
            parts[part] = adoption.adopt(value, now.parts[part])
    edited = [part for part, value in parts.items() if value is not was.parts[part]]
    return was.derive(parts, edited, was.document) if edited else was


class _Adoption:
    def __init__(self, older: NormalForms, newer: NormalForms) -> None:
        self._older, self._newer = older, newer

    def adopt(self, was: JsonObject, now: JsonObject) -> JsonObject:
        """One older object with the newer spelling of the schemas in it."""
        found = {key: self._adopt_keyword(key, value, now[key]) if key in now else value for key, value in was.items()}
        return found if any(found[key] is not value for key, value in was.items()) else was

    def _adopt_keyword(self, key: str, was: Json, now: Json) -> Json:
        if was is now or key in LITERALS or key.startswith("x-"):
            return was
        if key in _SCHEMAS:
            return self._adopt_schema(was, now)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            if key in _SCHEMA_MAPS:
                found = {name: self._adopt_schema(one, now[name]) if name in now else one for name, one in was.items()}
                return found if any(found[name] is not one for name, one in was.items()) else was
            return self.adopt(was, now)
        if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
            pairs = zip(was, now, strict=True)
            items = [self._adopt_keyword("", one, other) for one, other in pairs]
            return items if any(item is not one for item, one in zip(items, was, strict=True)) else was
        return was

    def _adopt_schema(self, was: Json, now: Json) -> Json:
        if was is now or not isinstance(was, Mapping) or not isinstance(now, Mapping):
            return was
        if json_equal(self._older.of(was), self._newer.of(now)) and not (_keeps(was) or _keeps(now)):
            return now
        return self.adopt(was, now)


def _keeps(value: Json) -> bool:
    """Whether some JSON has a keyword that a spelling has to keep."""
    if isinstance(value, Mapping):
        return not _KEPT.isdisjoint(value) or any(map(_keeps, value.values()))
    return isinstance(value, list) and any(map(_keeps, value))
