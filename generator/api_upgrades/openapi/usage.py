"""Who uses a schema, in which direction, and what is behind a part: the references of one contract as a graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import Literal, get_args

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract, Part, references, resolve, schema_of

Direction = Literal["request", "response", "webhook"]

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


class References:
    """The schemas to which each JSON of some contracts refers directly, read once per object that they share."""

    def __init__(self) -> None:
        self._refs: dict[int, tuple[Json, tuple[str, ...], bool]] = {}
        self._known: dict[tuple[int, int], tuple[Json, tuple[Part, ...]]] = {}

    def of(self, value: Json, document: Json) -> tuple[Part, ...]:
        """Schemas in the order of their first mention; shared parameters, responses and bodies are looked into."""
        _, refs, is_alone = self._read(value)
        key = (id(value), 0 if is_alone else id(document))  # what is shared may be another thing in another document
        if key not in self._known:
            self._known[key] = (document, ())  # until it is known, should something shared lead back here
            found: dict[Part, None] = {}
            for ref in refs:
                part = schema_of(ref)
                found |= dict.fromkeys(self._shared(ref, document) if part is None else (part,))
            self._known[key] = (document, tuple(found))
        return self._known[key][1]

    def _read(self, value: Json) -> tuple[Json, tuple[str, ...], bool]:
        """Some JSON, its references, and whether these lead to schemas alone."""
        if id(value) not in self._refs:  # the value is kept, so that its id stays its own
            refs = tuple(ref for ref in references(value) if ref.startswith("#/components/"))
            self._refs[id(value)] = (value, refs, all(map(schema_of, refs)))
        return self._refs[id(value)]

    def _shared(self, ref: str, document: Json) -> Iterator[Part]:
        try:
            target = resolve(Contract({}, document), ref)
        except (KeyError, IndexError, ValueError, TypeError):
            return
        yield from self.of(target, document)


class Usage:
    """The graph of one contract: which parts refer to which schemas.

    `others` are the usages of contracts that differ little. Where what differs from one of these refers to what it did,
    both are the same graph, whose `root` is that of the one read first.
    """

    def __init__(self, contract: Contract, references: References, others: Iterable[Usage] = ()) -> None:
        self.contract = contract
        self._references = references
        self.root: Usage = next((other.root for other in others if self._is_like(other)), self)
        self._closures: dict[Part, list[Part]] = {}
        self._reached: dict[Part, list[Part]] = {}

    def _is_like(self, other: Usage) -> bool:
        parts, others = self.contract.parts, other.contract.parts
        if self.contract.document is not other.contract.document or [*parts] != [*others]:
            return False
        changed = (part for part, value in parts.items() if others[part] is not value)
        return all(self._ends(part) == other._ends(part) for part in changed)

    def _ends(self, part: Part) -> list[tuple[Part, ...]]:
        """What a part refers to, as a whole and in each direction."""
        value, document = self.contract.parts[part], self.contract.document
        bodies = (body for direction in DIRECTIONS for body in _bodies(value, part, direction))
        return [self._references.of(one, document) for one in (value, *bodies)]

    def direct(self, part: Part) -> tuple[Part, ...]:
        """The schemas that a part names itself."""
        return self._references.of(self.contract.parts[part], self.contract.document)

    @property
    def users(self) -> Mapping[Part, list[Part]]:
        """For each schema the parts that name it."""
        return self.root._users

    @cached_property
    def _users(self) -> Mapping[Part, list[Part]]:
        users: dict[Part, list[Part]] = defaultdict(list)
        for part in self.contract.parts:
            for schema in self.direct(part):
                users[schema].append(part)
        return users

    def closure(self, part: Part) -> list[Part]:
        """A part with all that it references, nearest first."""
        known = self.root._closures
        if part not in known:
            known[part] = self._spread([part], self._named)
        return known[part]

    def behind(self, parts: Iterable[Part]) -> Set[Part]:
        """Some parts with all that they reference."""
        return dict.fromkeys(self._spread(parts, self._named)).keys()

    def _named(self, part: Part) -> tuple[Part, ...]:
        return self.direct(part) if part in self.contract.parts else ()

    def reach(self, parts: Iterable[Part]) -> list[Part]:
        """The parts whose closure holds any of the given ones, these included, nearest first."""
        users = self.users
        return self._spread(parts, lambda one: users.get(one, ()))

    def reach_of(self, part: Part) -> list[Part]:
        """The parts whose closure holds one, itself included, nearest first."""
        known = self.root._reached
        if part not in known:
            known[part] = self.reach([part])
        return known[part]

    def _spread(self, parts: Iterable[Part], next_of: Callable[[Part], Iterable[Part]]) -> list[Part]:
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
                for value in _bodies(self.contract.parts[part], part, direction):
                    roots |= dict.fromkeys(self._references.of(value, self.contract.document))
            for schema in self._spread(roots, self._named):
                found[schema].add(direction)
        return {part: frozenset(directions) for part, directions in found.items()}

    def directions(self, schema: Part) -> frozenset[Direction]:
        """The directions in which a schema is used by any operation or webhook; none where nobody uses it."""
        return self.root._directions.get(schema, frozenset())


def _bodies(value: Json, part: Part, direction: Direction) -> Iterator[Json]:
    """The JSON of an operation or webhook in which schemas of one direction are named."""
    if part.kind == "operation" and direction == "request":
        yield from value.get("parameters", ())
        if "requestBody" in value:
            yield value["requestBody"]
    elif part.kind == "operation" and direction == "response":
        yield from value.get("responses", {}).values()
    elif part.kind == "operation":  # what calls back is sent to whoever called
        yield from value.get("callbacks", {}).values()
    elif part.kind == "webhook" and direction == "webhook":
        yield value
