"""What a part says of each of its places, as plain data that a script compares for any two versions.

A place has one identity in all versions, whatever it is called: two rows of one identity are the same place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.history.history import History
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract, Part, schema_part
from api_upgrades.openapi.operation import Body, operation_object, parameters, request_body, resolve_shared, responses
from api_upgrades.openapi.schema_view import LOWER_BOUNDS, STRUCTURE, UPPER_BOUNDS
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.site.pages.reference.properties import MAX_DEPTH

Row = dict[str, Json]
"""`id` identity, `at` the place inside its part, `name`, `up` the index of the row that holds it (-1 for none), `sort`
as rules about it begin (`request-body-added`) unless it is a property, `status` and `item` where it is a response or a
list's item, `in` the directions of an operation's or webhook's places, `type` in pieces (a schema is its identity in a
list), `kinds` the JSON types, `ref` the identity of the schema that it refers to, `values` of an enum, and `facts`: the
values of all other facets.
"""

SAID: Mapping[str, tuple[str, ...]] = {
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
"""The rules about a facet that came, that went, that has a greater or just another value, and that has a lesser one."""

MEDIA = "media "
"""Before a media type, to make it a facet of its own."""


def facet_rules(facet: str) -> tuple[bool, ...] | tuple[str | bool, ...]:
    """Whether a facet is a limit of the value, which counts only while the type is the same; then as in `SAID`."""
    if facet in SAID:
        return False, *SAID[facet]
    if facet.startswith(MEDIA):
        return False, "media-type-added", "media-type-removed"
    if facet.startswith("x-"):
        return True, *("extension-changed",) * 4
    tighter, looser, other = "constraint-tightened", "constraint-loosened", "constraint-changed"
    if facet in LOWER_BOUNDS:
        return True, tighter, looser, tighter, looser
    if facet in UPPER_BOUNDS:
        return True, tighter, looser, looser, tighter
    return True, tighter, looser, other, other


class Identities:
    """The identity of every place of a history: what it was called at first."""

    def __init__(self, history: History) -> None:
        self._steps = [history.steps.get(version.id) for version in history.versions]
        self._moved: dict[Part | None, list[int]] = defaultdict(list)
        for index, step in enumerate(self._steps):
            moves = step.renames.moves if step else ()
            for part in dict.fromkeys(target.part for move in moves for target in move):
                self._moved[part].append(index)
        self._known: dict[tuple[Target, int], str] = {}
        self._parts: dict[tuple[Part, int], str] = {}
        self.relocated: dict[str, None] = {}
        """The identities of all places that went to another object, of those that were asked for."""

    def of_part(self, part: Part, version: int) -> str:
        """The identity of a part, by its name at a version."""
        key = (part, bisect_right(self._moved.get(part, ()), version))
        if key not in self._parts:
            self._parts[key] = self.of(Target(part), version)
        return self._parts[key]

    def of(self, target: Target, version: int) -> str:
        """The identity of a place, by its name at a version."""
        steps = self._moved.get(target.part, [])
        position = bisect_right(steps, version)
        if not position:
            return str(target)
        key = (target, steps[position - 1])
        if key not in self._known:
            self._known[key] = self._before(*key)
        return self._known[key]

    def _before(self, target: Target, index: int) -> str:
        step = self._steps[index]
        assert step is not None, "only versions that move names are kept"
        older = step.renames.older(target)
        if step.renames.newer(older) != target:  # what had this name has another one since
            return f"{target} since {index}"
        identity = self.of(older, index - 1)
        if older.steps and target.steps and older.holder != step.renames.older(target.holder):
            self.relocated[identity] = None
        return identity


@dataclass
class PartRows:
    """The rows of one part of a contract, each after the one that holds it."""

    contract: Contract
    version: int
    identities: Identities
    part: Part
    rows: list[Row] = field(default_factory=list)

    def read(self) -> list[Row]:
        """All rows; the first one is about the part as a whole."""
        if self.part.kind == "schema":
            self._value(Target(self.part), self.contract.parts[self.part], -1)
            return self.rows
        operation = operation_object(self.contract, self.part)
        facts = {f"{self.part.kind} deprecated": operation.get("deprecated") is True or None}
        self._add(Target(self.part), -1, self.part.kind, facts | {"security": operation.get("security")})
        for one in parameters(self.contract, self.part):
            if one.location in PARAMETER_LOCATIONS:
                target = Target(self.part, f"{one.location} {one.name}")
                self._value(target, one.schema, 0, "parameter", {"required": one.required or None})
        if "requestBody" in operation:
            holder = resolve_shared(self.contract, operation["requestBody"])
            self._body("request-body", request_body(self.contract, self.part), holder)
        for response in responses(self.contract, self.part) if self.part.kind == "operation" else ():
            holder = resolve_shared(self.contract, operation["responses"].get(response.status, {}))
            kind = "success" if response.status.startswith(("2", "3")) else "error"
            self._body(f"{kind}-response", response.body, holder, f"response {response.status}")
        return self.rows

    def _body(self, sort: str, body: Body | None, holder: JsonObject, section: str = "request") -> None:
        facts: dict[str, Json] = {}
        if self.part.kind == "webhook":
            section = "payload"
        else:
            facts = {f"{MEDIA}{media}": media for media in holder.get("content", ())}
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
        """A row for a schema, and rows for what is inside of it."""
        value = schemas.value_schema(schema)
        name = schemas.ref(schema)
        index = self._add(
            target,
            up,
            sort,
            dict(facts or {}) | dict(_facts(schema, value)),
            type=list(self._type(schema)),
            kinds=_kinds(self.contract, value),
            ref=self._schema(name) if name else None,
            values=None if "$ref" in value or target.steps[-1:] == ("[]",) else _values(schema),
        )
        if "$ref" in value or depth >= MAX_DEPTH:
            return
        for holder in _objects(value):
            needed = holder.get("required", ())
            for inner, one in holder.get("properties", {}).items():
                one = one if isinstance(one, dict) else {}
                needs = {"required": inner in needed or None}
                self._value(target.property(inner), one, index, facts=needs, depth=depth + 1)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(value.get(keyword), dict):
                self._value(target.child(step), value[keyword], index, depth=depth + 1)

    def _add(self, target: Target, up: int, sort: str, facts: Mapping[str, Json], **said: Json) -> int:
        at = str(target).removeprefix(str(Target(self.part))).lstrip(" .")
        # What a part is called isn't its place's name; and where a path moved, nobody notices its parameters' names.
        is_nameless = not target.steps and (not target.section or target.section.startswith("path "))
        name = "" if is_nameless else target.name
        row: Row = {"id": self.identities.of(target, self.version), "at": at, "name": name, "up": up}
        said |= {"sort": sort, "in": self._directions(target), "item": target.steps[-1:] in (("[]",), ("{}",))}
        said["status"] = target.section.startswith("response ") and not target.steps
        said["facts"] = {facet: one for facet, one in facts.items() if one is not None}
        self.rows.append(row | {key: one for key, one in said.items() if one not in (None, False, "", [], {})})
        return len(self.rows) - 1

    def _directions(self, target: Target) -> str:
        """The directions of an operation's or a webhook's place, by their numbers. Those of a schema are its users'."""
        if self.part.kind == "schema":
            return ""
        direction: Direction = "response" if target.section.startswith("response") else "request"
        return str(DIRECTIONS.index("webhook" if self.part.kind == "webhook" else direction))

    def _schema(self, name: str) -> str:
        return self.identities.of(Target(schema_part(name)), self.version)

    def _type(self, schema: JsonObject) -> Iterator[str | list[str]]:
        """The type in words, as `schemas.type_name` has it, with every schema as its identity in a list."""
        value = schemas.value_schema(schema)
        name = schemas.ref(schema)
        if name is not None:
            yield [self._schema(name)]
        elif "$ref" not in value and isinstance(value.get("items"), dict):
            yield "list of "
            yield from self._type(value["items"])
        else:
            yield schemas.type_name(schema)


def _kinds(contract: Contract, value: JsonObject) -> list[str]:
    """The JSON types, through references."""
    seen: set[str] = set()
    while (name := schemas.ref(value)) is not None and name not in seen and schema_part(name) in contract.parts:
        seen.add(name)
        value = schemas.value_schema(contract.parts[schema_part(name)])
    found = schemas.types(value) or (("object",) if "properties" in value else ())
    return sorted(found or ((schemas.type_name(value),) if "const" in value else ()))


def _facts(schema: JsonObject, value: JsonObject) -> Iterator[tuple[str, Json]]:
    """What is said of a value beside its type; behind a reference, only what is said beside the reference."""
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
    """The values of an enum, or of that of a list's items, which are told of as the list's."""
    values = schemas.enum_values(schema)
    return None if values is None else [schemas.as_text(one) for one in values if one is not None]


def _objects(value: JsonObject) -> Iterator[JsonObject]:
    """What an object has its properties from: itself, and the inline branches of an `allOf`."""
    yield value
    for branch in value.get("allOf", ()):
        if "$ref" not in branch:
            yield from _objects(branch)
