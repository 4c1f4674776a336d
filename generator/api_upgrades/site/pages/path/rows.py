"""The places of a part as rows of plain data, which a script compares for any two versions.

A place has the same identity in all versions, also across renames: two rows with the same identity are the same place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.history.history import History
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Body, operation_object, parameters, request_body, resolve_shared, responses
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.openapi.properties import branches, follower, properties
from api_upgrades.openapi.schema import LOWER_BOUNDS, UPPER_BOUNDS
from api_upgrades.openapi.schema_view import STRUCTURE, named_types
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.site.pages.reference.properties import MAX_DEPTH

Row = dict[str, Json]
"""A place as a JSON object. Keys with an empty value are left out.

- `id`: its identity
- `at`: the place inside its part; `name`: its name
- `up`: the index of the row that contains it, -1 for none
- `sort`: the prefix of the rules about it (`request-body` of `request-body-added`); absent for properties
- `status`, `item`: true for a response, and for an item of a list or map
- `in`: the directions of an operation's or webhook's place, by their numbers
- `type`: the type in pieces, texts and schemas; a schema is a list with its identity
- `kinds`: the JSON types
- `ref`: the identity of the schema that it refers to
- `values`: the values of an enum
- `facts`: the values of all other facets
"""

FACET_RULES: Mapping[str, tuple[RuleId, ...]] = {
    "required": ("became-required", "became-optional"),
    "nullable": ("became-nullable", "became-not-nullable"),
    "deprecated": ("deprecated", "no-longer-deprecated"),
    "operation deprecated": ("operation-deprecated", "operation-no-longer-deprecated"),
    "webhook deprecated": ("webhook-deprecated", "webhook-no-longer-deprecated"),
    "readOnly": ("became-read-only", "became-writable"),
    "writeOnly": ("became-write-only", "became-readable"),
    "default": ("default-changed",) * 4,
    "security": ("security-changed",) * 4,
}
"""For each facet, the rules for four cases: it is added, is removed, becomes greater (or just differs), is smaller."""

MEDIA_PREFIX = "media "
"""The prefix of facets that stand for a media type."""


def facet_rules(facet: str) -> tuple[bool, *tuple[RuleId, ...]]:
    """Return (is_constraint, *rules), the rules as in `FACET_RULES`.

    Constraints are compared only if the type is unchanged.
    """
    if facet in FACET_RULES:
        return False, *FACET_RULES[facet]
    if facet.startswith(MEDIA_PREFIX):
        return False, "media-type-added", "media-type-removed"
    if facet.startswith("x-"):
        return True, *("extension-changed",) * 4
    if facet in LOWER_BOUNDS:
        return True, *("constraint-tightened", "constraint-loosened") * 2
    if facet in UPPER_BOUNDS:
        return True, "constraint-tightened", "constraint-loosened", "constraint-loosened", "constraint-tightened"
    return True, "constraint-tightened", "constraint-loosened", *("constraint-changed",) * 2


class Identities:
    """The identity of every place in a history: the name under which it first appeared.

    `relocated` are the identities of places that moved to another object, among those asked for so far.
    """

    def __init__(self, history: History) -> None:
        self._steps = [history.steps.get(version.id) for version in history.versions]
        self._moving_versions: dict[Part | None, list[int]] = defaultdict(list)
        for index, step in enumerate(self._steps):
            moves = step.renames.moves if step else ()
            for part in dict.fromkeys(target.part for move in moves for target in move):
                self._moving_versions[part].append(index)
        self._identities: dict[tuple[Target, int], str] = {}
        self._part_identities: dict[tuple[Part, int], str] = {}
        self.relocated: dict[str, None] = {}

    def identity_of_part(self, part: Part, version: int) -> str:
        """The identity of a part, by its name at a version."""
        key = (part, bisect_right(self._moving_versions.get(part, ()), version))
        if key not in self._part_identities:
            self._part_identities[key] = self.identity_of(Target(part), version)
        return self._part_identities[key]

    def identity_of(self, target: Target, version: int) -> str:
        """The identity of a place, by its name at a version."""
        steps = self._moving_versions.get(target.part, [])
        position = bisect_right(steps, version)
        if not position:
            return str(target)
        key = (target, steps[position - 1])
        if key not in self._identities:
            self._identities[key] = self._derive_identity(*key)
        return self._identities[key]

    def _derive_identity(self, target: Target, index: int) -> str:
        step = self._steps[index]
        assert step is not None, "only versions with renames are recorded"
        older = step.renames.to_older(target)
        if step.renames.to_newer(older) != target:  # the place that had this name before was renamed
            return f"{target} since {index}"
        identity = self.identity_of(older, index - 1)
        if older.steps and target.steps and older.holder != step.renames.to_older(target.holder):
            self.relocated[identity] = None
        return identity


@dataclass
class PartRows:
    """Collects the rows of one part of a contract. Each row follows the one that contains it."""

    contract: Contract
    version: int
    identities: Identities
    part: Part
    rows: list[Row] = field(default_factory=list)

    def collect(self) -> list[Row]:
        """Collect all rows. The first one is about the part as a whole."""
        if self.part.kind == "schema":
            self._value(Target(self.part), self._read(self.contract.parts[self.part]), -1)
            return self.rows
        operation = operation_object(self.contract, self.part)
        facts = {f"{self.part.kind} deprecated": operation.get("deprecated") is True or None}
        self._add_row(Target(self.part), -1, self.part.kind, facts | {"security": operation.get("security")})
        for one in parameters(self.contract, self.part):
            if one.location in PARAMETER_LOCATIONS:
                target = Target(self.part, f"{one.location} {one.name}")
                self._value(target, one.schema, 0, "parameter", {"required": one.required or None})
        if "requestBody" in operation:
            holder = resolve_shared(self.contract, operation["requestBody"])
            self._add_body("request-body", request_body(self.contract, self.part), holder)
        for response in responses(self.contract, self.part) if self.part.kind == "operation" else ():
            holder = resolve_shared(self.contract, operation["responses"].get(response.status, {}))
            kind = "success" if response.status.startswith(("2", "3")) else "error"
            self._add_body(f"{kind}-response", response.body, holder, f"response {response.status}")
        return self.rows

    def _add_body(self, sort: str, body: Body | None, holder: JsonObject, section: str = "request") -> None:
        facts: dict[str, Json] = {}
        if self.part.kind == "webhook":
            section = "payload"
        else:
            facts = {f"{MEDIA_PREFIX}{media}": media for media in holder.get("content", ())}
            facts["required"] = holder.get("required") is True or None
        self._value(Target(self.part, section), body.schema if body else {}, 0, sort, facts)

    def _value(
        self,
        target: Target,
        schema: JsonObject,
        up: int,
        sort: str = "",
        facts: Mapping[str, Json] | None = None,
        depth: int = 0,
    ) -> None:
        """Add a row for a schema, and rows for the places inside it."""
        value = schemas.value_schema(schema)
        name = schemas.ref(schema)
        index = self._add_row(
            target,
            up,
            sort,
            dict(facts or {}) | dict(_facts(schema, value)),
            type=list(self._type_pieces(schema)),
            kinds=_kinds(self.contract, value),
            ref=self._schema_identity(name) if name else None,
            values=None if "$ref" in value or target.steps[-1:] == ("[]",) else _values(schema),
        )
        if depth >= MAX_DEPTH:
            return
        for inner, found in properties(schema).items():
            one = self._read(found.schema) if isinstance(found.schema, dict) else {}
            needs = {"required": found.is_required or None}
            self._value(target.property(inner), one, index, facts=needs, depth=depth + 1)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(value.get(keyword), dict):
                self._value(target.child(step), self._read(value[keyword]), index, depth=depth + 1)

    def _read(self, schema: JsonObject) -> JsonObject:
        """A schema without the keywords that have no effect."""
        return schemas.drop_ignored_siblings(schema, self.contract.dialect)

    def _add_row(self, target: Target, up: int, sort: str, facts: Mapping[str, Json], **keys: Json) -> int:
        """Add a row and return its index."""
        at = str(target).removeprefix(str(Target(self.part))).lstrip(" .")
        # The part itself is no place with a name, and the names of path parameters are not part of the contract.
        is_nameless = not target.steps and (not target.section or target.section.startswith("path "))
        name = "" if is_nameless else target.name
        row: Row = {"id": self.identities.identity_of(target, self.version), "at": at, "name": name, "up": up}
        keys |= {"sort": sort, "in": self._directions(target), "item": target.steps[-1:] in (("[]",), ("{}",))}
        keys["status"] = target.section.startswith("response ") and not target.steps
        keys["facts"] = {facet: one for facet, one in facts.items() if one is not None}
        self.rows.append(row | {key: one for key, one in keys.items() if one not in (None, False, "", [], {})})
        return len(self.rows) - 1

    def _directions(self, target: Target) -> str:
        """The number of the direction of a place; empty for places of schemas, where it depends on the schema's use."""
        if self.part.kind == "schema":
            return ""
        direction: Direction = "response" if target.section.startswith("response") else "request"
        return str(DIRECTIONS.index("webhook" if self.part.kind == "webhook" else direction))

    def _schema_identity(self, name: str) -> str:
        return self.identities.identity_of(Target(schema_part(name)), self.version)

    def _type_pieces(self, schema: JsonObject) -> Iterator[str | list[str]]:
        """Yield the type in words, as `schemas.type_name`, with each named schema as a list with its identity."""
        value = schemas.value_schema(schema)
        name = schemas.ref(schema)
        if name is not None:
            yield [self._schema_identity(name)]
        elif "$ref" not in value and isinstance(value.get("items"), dict):
            yield "array of "
            yield from self._type_pieces(value["items"])
        else:
            yield schemas.type_name(schema)


def _kinds(contract: Contract, value: JsonObject) -> list[str]:
    """The JSON types that a schema allows, also those that it has by a reference."""
    fixed = (branch.schema for branch in branches(value, follower(contract)) if "const" in branch.schema)
    return sorted(
        named_types(value, follower(contract)) or {schemas.type_name({"const": one["const"]}) for one in fixed}
    )


def _facts(schema: JsonObject, value: JsonObject) -> Iterator[tuple[str, Json]]:
    """Yield (facet, value) for all facets except the type. For a reference, only the keywords beside `$ref` count."""
    if schemas.is_nullable(schema):
        yield "nullable", True
    for keyword in ("deprecated", "readOnly", "writeOnly"):
        if schemas.get(schema, keyword) is True:
            yield keyword, True
    yield "default", schemas.get(schema, "default")
    if "$ref" in value:
        return
    for keyword, one in value.items():
        if keyword not in STRUCTURE and keyword not in schemas.ANNOTATIONS:
            yield keyword, one
    if value.get("additionalProperties") is False:
        yield "additionalProperties", False


def _values(schema: JsonObject) -> list[str] | None:
    """The values of an enum as text; of a list, those of its items."""
    values = schemas.enum_values(schema)
    return None if values is None else [schemas.as_text(one) for one in values if one is not None]
