"""The graph of references in one contract: who uses a schema, in which direction, and what a part refers to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import Literal, get_args

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.references import resolve

Direction = Literal["request", "response", "webhook"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


class References:
    """The schemas to which JSON refers directly, collected once for each object that contracts share."""

    def __init__(self) -> None:
        self._refs: dict[int, tuple[Json, tuple[str, ...], bool]] = {}
        self._known: dict[tuple[int, int], tuple[Json, tuple[Part, ...]]] = {}

    def of(self, value: Json, document: Json) -> tuple[Part, ...]:
        """The schemas in the order of their first mention, also those behind shared parameters and bodies."""
        _, refs, is_alone = self._read(value)
        key = (id(value), 0 if is_alone else id(document))  # shared components can differ between documents
        if key not in self._known:
            self._known[key] = (document, ())  # ends the recursion if shared components refer to each other
            found: dict[Part, None] = {}
            for ref in refs:
                part = schema_of(ref)
                found |= dict.fromkeys(self._schemas_behind(ref, document) if part is None else (part,))
            self._known[key] = (document, tuple(found))
        return self._known[key][1]

    def _read(self, value: Json) -> tuple[Json, tuple[str, ...], bool]:
        """Some JSON, its references, and whether all of these are to schemas."""
        if id(value) not in self._refs:  # keep the value, so that its id is not reused
            refs = tuple(ref for ref in references(value) if ref.startswith("#/components/"))
            self._refs[id(value)] = (value, refs, all(map(schema_of, refs)))
        return self._refs[id(value)]

    def _schemas_behind(self, ref: str, document: Json) -> Iterator[Part]:
        try:
            target = resolve(Contract({}, document), ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return
        yield from self.of(target, document)


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
        bodies = (body for direction in DIRECTIONS for body in _values_in_direction(value, part, direction))
        return [self._references.of(one, document) for one in (value, *bodies)]

    def referenced_schemas(self, part: Part) -> tuple[Part, ...]:
        """The schemas that a part itself refers to."""
        return self._references.of(self.contract.parts[part], self.contract.document)

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

    def _find_referenced(self, part: Part) -> tuple[Part, ...]:
        return self.referenced_schemas(part) if part in self.contract.parts else ()

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
                    roots |= dict.fromkeys(self._references.of(value, self.contract.document))
            for schema in self._search(roots, self._find_referenced):
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
