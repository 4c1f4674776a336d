"""Two contracts, and what is found between them: the rows of `compare.yaml`, both ways round."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.openapi.part import schema_part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, References, Usage
from tests.effects import as_text, contract_of, in_words

REF = "#/components/schemas/Paid"
PERSON = {"type": "object", "properties": {"id": {"type": "string"}}}


@dataclass(frozen=True)
class Row:
    """One row of the table: before and after, in one of four forms."""

    name: str
    found: list[str]
    value: list[Any] | None = None
    schema: list[Any] | None = None
    operation: list[Any] | None = None
    parts: list[Any] | None = None
    moves: list[tuple[str, str]] = field(default_factory=list)
    one_way: str = ""
    openapi: str = "3.1.0"

    @property
    def contracts(self) -> list[dict[str, Any]]:
        """Before and after, as sections of contracts."""
        return [{"document": {"openapi": self.openapi}, **one} for one in self._contents]

    @property
    def _contents(self) -> list[dict[str, Any]]:
        if self.value is not None:
            tasks = ({"type": "object", "properties": {"x": one}} for one in self.value)
            return [{"schemas": {"Task": task, "Person": PERSON}} for task in tasks]
        if self.schema is not None:
            return [{"schemas": {"Task": one}} for one in self.schema]
        if self.operation is not None:
            return [{"operations": {"POST /tasks": {"responses": {"204": {}}, **one}}} for one in self.operation]
        return self.parts or []

    def findings(self) -> tuple[Finding, ...]:
        before, after = self.contracts
        return found(before, after, [Move(target(old), target(new)) for old, new in self.moves])

    def mirrored(self) -> tuple[Finding, ...]:
        """What is found the other way round."""
        before, after = self.contracts
        return found(after, before, [Move(target(new), target(old)) for old, new in reversed(self.moves)])


def target(text: str) -> Target:
    """A target, or a value of its enum: `Task.size =S`."""
    place, equals, value = text.partition(" =")
    return Target.parse(place).child(f"={value}") if equals else Target.parse(text)


def found(before: dict[str, Any], after: dict[str, Any], moves: list[Move]) -> tuple[Finding, ...]:
    """What is found where every schema is used in all three directions."""
    table = RuleTable.with_overrides({})
    return compare(contract_of(before), contract_of(after), RenameMap.of(moves), lambda part: DIRECTIONS, table)


ROWS = [Row(**row) for row in yaml.safe_load(Path(__file__).with_name("compare.yaml").read_text(encoding="utf-8"))]

PAIRS: list[tuple[RuleId, RuleId]] = [
    ("property-added", "property-removed"),
    ("required-property-added", "property-removed"),  # what is gone is gone, whether it was required or not
    ("became-required", "became-optional"),
    ("became-nullable", "became-not-nullable"),
    ("became-read-only", "became-writable"),
    ("became-write-only", "became-readable"),
    ("deprecated", "no-longer-deprecated"),
    ("type-widened", "type-narrowed"),
    ("variant-added", "variant-removed"),
    ("enum-value-added", "enum-value-removed"),
    ("enum-introduced", "enum-lifted"),
    ("enum-introduced", "constant-lifted"),
    ("constant-removed", "enum-value-added"),
    ("format-hint-changed", "format-hint-changed"),
    ("constraint-tightened", "constraint-loosened"),
    ("constraint-tightened", "property-removed"),  # the only variants, or items, that declare a property
    ("operation-added", "operation-removed"),
    ("operation-deprecated", "operation-no-longer-deprecated"),
    ("parameter-added", "parameter-removed"),
    ("required-parameter-added", "parameter-removed"),  # as with properties
    ("request-body-added", "request-body-removed"),
    ("required-request-body-added", "request-body-removed"),  # as with properties
    ("media-type-added", "media-type-removed"),
    ("success-response-added", "success-response-removed"),
    ("error-response-added", "error-response-removed"),
    ("webhook-added", "webhook-removed"),
    ("webhook-deprecated", "webhook-no-longer-deprecated"),
    ("schema-added", "schema-removed"),
    ("property-became-list", "type-changed"),  # a list that becomes one value is to callers but another type
    *((rule, rule) for rule in ("property-renamed", "property-moved", "enum-value-renamed", "parameter-renamed")),
    *((rule, rule) for rule in ("operation-renamed", "querystring-renamed")),
    *((rule, rule) for rule in ("operation-moved", "status-changed", "webhook-renamed", "schema-renamed")),
    *((rule, rule) for rule in ("type-changed", "constraint-changed", "default-changed", "extension-changed")),
    ("security-changed", "security-changed"),
    ("security-changed", "security-lifted"),
    ("security-alternative-added", "security-alternative-removed"),
    ("security-scope-added", "security-scope-removed"),
    ("security-scheme-added", "security-scheme-removed"),
    ("security-scheme-extended", "security-scheme-reduced"),
    ("security-scheme-deprecated", "security-scheme-no-longer-deprecated"),
    ("oauth-scope-added", "oauth-scope-removed"),
    ("server-added", "server-removed"),
    ("sunset-set", "sunset-lifted"),
    ("sunset-later", "sunset-earlier"),
    ("sunset-earlier", "sunset-earlier"),  # where a day cannot be read, nobody knows that there is more time
    ("stability-increased", "stability-decreased"),
    ("discriminator-added", "discriminator-removed"),
    ("discriminator-value-added", "discriminator-value-removed"),
    *((rule, rule) for rule in ("discriminator-changed", "discriminator-value-changed", "operation-id-changed")),
    *((rule, rule) for rule in ("security-scheme-changed", "server-changed", "serialization-changed", "link-changed")),
    *((rule, rule) for rule in ("callback-moved", "webhook-method-changed", "answer-changed", "shared-changed")),
    *((rule, rule) for rule in ("dialect-changed", "tag-changed")),
    ("header-added", "header-removed"),
    ("link-added", "link-removed"),
    ("callback-added", "callback-removed"),
    ("shared-added", "shared-removed"),
]
"""Each rule with the one that the same difference gives the other way round."""

rows = pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])


@rows
def test_what_is_found(row: Row) -> None:
    assert in_words(row.findings()) == row.found


@rows
def test_nothing_is_found_between_the_same(row: Row) -> None:
    for one in row.contracts:
        assert found(one, copy.deepcopy(one), []) == ()


@rows
def test_the_other_way_round(row: Row) -> None:
    back = {(one.direction, one.facet, as_text([one.after, one.before])): one.rule for one in row.mirrored()}
    there = {(one.direction, one.facet, as_text([one.before, one.after])): one.rule for one in row.findings()}
    assert (back.keys() == there.keys()) != bool(row.one_way)
    pairs = {frozenset((rule, back[key])) for key, rule in there.items() if key in back}
    assert pairs <= {frozenset(pair) for pair in PAIRS}


def test_names_are_unique() -> None:
    names = [row.name for row in ROWS]
    assert sorted(names) == sorted(set(names))


CALLED_BACK = {
    "schemas": {"Paid": {"properties": {"at": {"type": "string"}}}},
    "operations": {
        "POST /orders": {
            "callbacks": {"paid": {"u": {"post": {"requestBody": {"content": {"a/b": {"schema": {"$ref": REF}}}}}}}}
        }
    },
}


def test_what_is_called_back_is_sent_to_whoever_called() -> None:
    assert Usage(contract_of(CALLED_BACK), References()).directions(schema_part("Paid")) == {"webhook"}
