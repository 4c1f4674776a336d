"""The graph of references in one contract: who uses a schema, in which direction, and what a part refers to.

A read-only property is no part of a request, and a write-only one no part of what comes back. So a schema is not used
in a direction in which all properties that lead to it are hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property, partial
from typing import Literal, NamedTuple, get_args

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract, dialect_of
from api_upgrades.openapi.mentions import Mention, mentions
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.references import resolve

Direction = Literal["request", "response", "webhook"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


HIDING_FLAG: Mapping[Direction, str] = {"request": "readOnly", "response": "writeOnly", "webhook": "writeOnly"}
"""The flag of properties that are no part of what is sent in a direction."""


class References:
    """The schemas to which JSON refers directly, collected once for each object that contracts share."""

    def __init__(self) -> None:
        self._mentions: dict[tuple[int, str], tuple[Json, _Mentions]] = {}
        self._known: dict[tuple[int, int, str | None], tuple[Json, tuple[Part, ...]]] = {}

    def of(self, value: Json, document: Json, direction: Direction | None = None) -> tuple[Part, ...]:
        """The schemas in the order of their first mention, also those behind shared parameters and bodies.

        With a direction, only those to which a property leads that is not hidden in it.
        """
        read = self._read(value, dialect_of(document))
        hiding = HIDING_FLAG[direction] if direction else None
        if read.is_alone:  # most values are, and hide nothing
            key = (id(read), 0, hiding if hiding in read.flags else None)
        else:  # shared components can differ between documents, and can hide something themselves
            key = (id(read), id(document), hiding)
        if key not in self._known:
            self._known[key] = (document, ())  # ends the recursion if shared components refer to each other
            found: dict[Part, None] = {}
            for ref, flags in read.mentions:
                if hiding not in flags:
                    part = schema_of(ref)
                    behind = self._schemas_behind(ref, document, direction) if part is None else (part,)
                    found |= dict.fromkeys(behind)
            self._known[key] = (document, tuple(found))
        return self._known[key][1]

    def _read(self, value: Json, dialect: str) -> _Mentions:
        key = (id(value), dialect)
        if key not in self._mentions:  # keep the value, so that its id is not reused
            found = tuple(one for one in mentions(value, dialect) if one.ref.startswith("#/components/"))
            self._mentions[key] = (value, _Mentions.of(found))
        return self._mentions[key][1]

    def _schemas_behind(self, ref: str, document: Json, direction: Direction | None) -> Iterator[Part]:
        try:
            target = resolve(Contract({}, document), ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return
        yield from self.of(target, document, direction)


class _Mentions(NamedTuple):
    """The references of some JSON to components, whether all of these are schemas, and all their one-way flags."""

    mentions: tuple[Mention, ...]
    is_alone: bool
    flags: frozenset[str]

    @classmethod
    def of(cls, found: tuple[Mention, ...]) -> _Mentions:
        is_alone = all(schema_of(one.ref) for one in found)
        return cls(found, is_alone, frozenset().union(*(one.flags for one in found)))


class Usage:
    """The graph of one contract: which parts refer to which schemas.

    `others` are the usages of similar contracts. If every part that differs has the same references as in one of
    them, both share one graph, which their common `root` holds.
    """

    def __init__(self, contract: Contract, references: References, others: Iterable[Usage] = ()) -> None:
        self.contract = contract
        self._references = references
        self.root: Usage = next((other.root for other in others if self._has_same_graph(other)), self)
        self._closures: dict[Part, list[Part]] = {}
        self._reached: dict[Part, list[Part]] = {}

    def _has_same_graph(self, other: Usage) -> bool:
        parts, others = self.contract.parts, other.contract.parts
        if self.contract.document is not other.contract.document or [*parts] != [*others]:
            return False
        changed = (part for part, value in parts.items() if others[part] is not value)
        return all(self._edges(part) == other._edges(part) for part in changed)

    def _edges(self, part: Part) -> list[tuple[Part, ...]]:
        """The schemas to which a part refers, as a whole and in each direction."""
        value, document = self.contract.parts[part], self.contract.document
        return [
            self._references.of(value, document),
            *(
                self._references.of(body, document, direction)
                for direction in DIRECTIONS
                for body in ([value] if part.kind == "schema" else _values_in_direction(value, part, direction))
            ),
        ]

    def referenced_schemas(self, part: Part, direction: Direction | None = None) -> tuple[Part, ...]:
        """The schemas that a part itself refers to; with a direction, only those that are not hidden in it."""
        return self._references.of(self.contract.parts[part], self.contract.document, direction)

    def referenced_by(self, value: Json) -> tuple[Part, ...]:
        """The schemas to which some JSON of the contract refers."""
        return self._references.of(value, self.contract.document)

    @property
    def referring_parts(self) -> Mapping[Part, list[Part]]:
        """For each schema, the parts that refer to it."""
        return self.root._referring_parts

    @cached_property
    def _referring_parts(self) -> Mapping[Part, list[Part]]:
        users: dict[Part, list[Part]] = defaultdict(list)
        for part in self.contract.parts:
            for schema in self.referenced_schemas(part):
                users[schema].append(part)
        return users

    def closure(self, part: Part) -> list[Part]:
        """The closure of a part: the part with everything it references, nearest first."""
        known = self.root._closures
        if part not in known:
            known[part] = self._search([part], self._find_referenced)
        return known[part]

    def closures(self, parts: Iterable[Part]) -> Set[Part]:
        """The closures of several parts together."""
        return dict.fromkeys(self._search(parts, self._find_referenced)).keys()

    def _find_referenced(self, part: Part, direction: Direction | None = None) -> tuple[Part, ...]:
        return self.referenced_schemas(part, direction) if part in self.contract.parts else ()

    def affected_by(self, parts: Iterable[Part]) -> list[Part]:
        """The parts whose closure contains any of the given parts, these included, nearest first."""
        users = self.referring_parts
        return self._search(parts, lambda one: users.get(one, ()))

    def affected_by_part(self, part: Part) -> list[Part]:
        """The parts whose closure contains one part, itself included, nearest first."""
        known = self.root._reached
        if part not in known:
            known[part] = self.affected_by([part])
        return known[part]

    def _search(self, parts: Iterable[Part], next_of: Callable[[Part], Iterable[Part]]) -> list[Part]:
        found = dict.fromkeys(parts)
        queue = list(found)
        for part in queue:
            for other in next_of(part):
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return queue

    @cached_property
    def _directions(self) -> Mapping[Part, frozenset[Direction]]:
        found: dict[Part, set[Direction]] = defaultdict(set)
        for direction in DIRECTIONS:
            roots: dict[Part, None] = {}
            for part in self.contract.parts:
                for value in _values_in_direction(self.contract.parts[part], part, direction):
                    roots |= dict.fromkeys(self._references.of(value, self.contract.document, direction))
            for schema in self._search(roots, partial(self._find_referenced, direction=direction)):
                found[schema].add(direction)
        return {part: frozenset(directions) for part, directions in found.items()}

    def directions(self, schema: Part) -> frozenset[Direction]:
        """The directions in which operations and webhooks use a schema; empty for an unused schema."""
        return self.root._directions.get(schema, frozenset())


def _values_in_direction(value: Json, part: Part, direction: Direction) -> Iterator[Json]:
    """The JSON of an operation or webhook that belongs to one direction."""
    if part.kind == "operation" and direction == "request":
        yield from value.get("parameters", ())
        if "requestBody" in value:
            yield value["requestBody"]
    elif part.kind == "operation" and direction == "response":
        yield from value.get("responses", {}).values()
    elif part.kind == "operation":  # callbacks are sent to the client
        yield from value.get("callbacks", {}).values()
    elif part.kind == "webhook" and direction == "webhook":
        yield value
