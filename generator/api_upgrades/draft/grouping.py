"""Drafted effects as changes: what belongs together in one file, the way a person would write it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile

from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import JsonObject
from api_upgrades.effects import Effect
from api_upgrades.effects.touch import Touch
from api_upgrades.history.derive import AppliedEffect, undone
from api_upgrades.history.history import changed_parts
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract, Part, references, schema_of
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import UNRELEASED, Change

LONGEST = 60
"""Of an id that is made of words, in characters."""


@dataclass(frozen=True)
class Group:
    """Effects that make one change, in the order in which they happened, and what they touch."""

    effects: tuple[Effect, ...]
    touches: tuple[Touch, ...]

    def conflicts(self, others: Iterable[Touch]) -> bool:
        """Whether the order of this and something else matters."""
        others = list(others)
        return any(one.conflicts(other) for one in self.touches for other in others)

    @property
    def id(self) -> str:
        """A name for the change: what it is about, in the words of the API, and what is done there.

        Two people who alter one place in two ways get two files, which git merges.
        """
        first = self.effects[0]
        return "-".join(filter(None, (slug(_about(first)) or "change", slug(_done(first)))))


def grouped(effects: Sequence[Effect], newer: Contract) -> list[Group]:
    """Effects that led to `newer`, as changes that commute.

    Together stay effects of which the order matters, those that do one thing at several places, and a schema with
    what first refers to it.
    """
    applied = undone(_change(effects), newer)
    touches = [touched(one) for one in applied]
    sets = Sets(len(applied))
    for index in range(len(applied)):
        for other in range(index):
            if any(touch.conflicts(another) for touch in touches[index] for another in touches[other]):
                sets.join(index, other)
    by_intent: dict[Hashable, int] = {}
    for index, one in enumerate(applied):
        for intent in _intents(one):
            sets.join(index, by_intent.setdefault(intent, index))
    for index, schema in ((i, part) for i, one in enumerate(applied) for part in _schemas_come_or_gone(one)):
        for other, one in enumerate(applied):
            if other != index and _first_or_last_refers(one, schema):
                sets.join(index, other)
    groups = _groups(sets, applied, newer, touches)
    if not _commute(groups, applied[0].older, newer):
        # An effect may look at more than it touches; what happened in one part is one change then, or all of it is.
        for index, other in combinations(range(len(applied)), 2):
            if _parts(touches[index]) & _parts(touches[other]):
                sets.join(index, other)
        groups = _groups(sets, applied, newer, touches)
    if not _commute(groups, applied[0].older, newer):
        for index in range(len(applied)):
            sets.join(0, index)
        groups = _groups(sets, applied, newer, touches)
    return groups


def _groups(
    sets: Sets, applied: Sequence[AppliedEffect], newer: Contract, touches: Sequence[tuple[Touch, ...]]
) -> list[Group]:
    return [
        Group(
            _combined([applied[index] for index in members], newer, applied),
            tuple(touch for index in members for touch in touches[index]),
        )
        for members in sets.members().values()
    ]


def _parts(touches: Iterable[Touch]) -> set[Part | None]:
    return {touch.target.part for touch in touches}


def _commute(groups: Sequence[Group], older: Contract, newer: Contract) -> bool:
    """Whether the groups lead back to the same contract in the order of their names, and in the opposite one."""
    by_id = sorted(groups, key=lambda group: group.id)
    try:
        found = [_older([one for group in order for one in group.effects], newer) for order in (by_id, by_id[::-1])]
    except RegistryErrors:
        return False
    return all(one.is_same(older) for one in found)


def touched(applied: AppliedEffect) -> tuple[Touch, ...]:
    """What an effect touches, and what it needs to be there: that beside which something stood."""
    return (*applied.touches, *(Touch(place, "order") for place in applied.effect.anchors()))


def _change(effects: Sequence[Effect]) -> Change:
    return Change("draft", UNRELEASED, "", "", None, tuple(effects), "draft")


class Sets:
    """Numbers that belong together, directly or by way of others."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            index = self._parent[index]
        return index

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low

    def is_one(self, one: int, other: int) -> bool:
        return self.root(one) == self.root(other)

    def members(self) -> dict[int, list[int]]:
        """The numbers that belong together, by the lowest of them."""
        found: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            found.setdefault(self.root(index), []).append(index)
        return found


def _intents(applied: AppliedEffect) -> Iterator[Hashable]:
    """What tells that two effects belong to one thing that somebody did: its place, and what is done there."""
    effect = applied.effect
    if not effect.targets or effect.existence:  # adding two parts is two changes
        return
    data = effect.as_data()
    (at,) = effect.targets
    if at.steps or at.section:
        yield "place", at
    told = {key: value for key, value in data.items() if key not in ("kind", "target", "before", "example")}
    if effect.limits_values:
        yield effect.kind, repr(told), repr(meaning(schemas.value_schema(_read(applied.newer, at))))
    elif at.steps:  # a property of one name, which may be null in one object and not in another
        yield effect.kind, at.name, repr({key: value for key, value in told.items() if key not in ("was", "required")})
    else:
        yield effect.kind, at.name if at.section else "", repr(told)


def _read(contract: Contract, at: Target) -> JsonObject:
    found: JsonObject = schema_spot(contract, at).read(contract)
    return found


def _schemas_come_or_gone(applied: AppliedEffect) -> list[Part]:
    return sorted(part for part in applied.older.parts.keys() ^ applied.newer.parts.keys() if part.kind == "schema")


def _first_or_last_refers(applied: AppliedEffect, schema: Part) -> bool:
    """Whether an effect brings or takes a reference to a schema."""

    def refers(contract: Contract, part: Part) -> bool:
        return part in contract.parts and any(schema_of(ref) == schema for ref in references(contract.parts[part]))

    changed = changed_parts(applied.older, applied.newer)
    return any(refers(applied.older, part) != refers(applied.newer, part) for part in changed)


def _combined(
    members: Sequence[AppliedEffect], newer: Contract, everything: Sequence[AppliedEffect]
) -> tuple[Effect, ...]:
    """The effects of a group, those that do the same at several targets as one, if that leads to the same contract."""
    separate = tuple(one.effect for one in members)
    together = with_lists(separate)
    if len(together) == len(separate):
        return separate
    # All else being reverted as it was, the group as one must give what it gave one by one.
    rest = [one.effect for one in everything if one not in members]
    try:
        older = _older((*rest, *together), newer)
    except RegistryErrors:
        return separate
    was = everything[0].older
    return together if older.is_same(was) else separate


def _older(effects: Sequence[Effect], newer: Contract) -> Contract:
    return undone(_change(effects), newer)[0].older


def with_lists(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """Effects that differ only in their target as one with a list of targets."""
    found: dict[Hashable, Effect] = {}
    for effect in effects:
        key = (effect.kind, repr(effect.as_data() | {"target": None})) if effect.targets else id(effect)
        other = found.get(key)
        found[key] = other.at(*other.targets, *effect.targets) if other else effect
    return tuple(found.values())


def _about(effect: Effect) -> str:
    """What an effect is about, in words for a name."""
    if not effect.targets:
        return effect.subject
    first = effect.targets[0]
    if len(effect.targets) == 1:
        return f"{first} {effect.subject}".rstrip()
    name = effect.subject or (first.name if first.steps else "")
    parts = [_words(target.part.name if target.part else "document") for target in effect.targets]
    shared = list(takewhile(lambda words: len(set(words)) == 1, zip(*parts, strict=False)))
    return " ".join([*(words[0] for words in shared), name or first.name])


def _done(effect: Effect) -> str:
    """What an effect does to a place; nothing where that came, or came by its name."""
    if effect.is_named_by_place:
        return ""
    data = effect.as_data()
    return str(data["keyword"]) if "keyword" in data else f"{effect.kind} {data.get('value', '')}"


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", text)


def slug(text: str) -> str:
    """A text as a name for a file."""
    found = "-".join(word.lower() for word in _words(text))
    return found if len(found) <= LONGEST else found[: LONGEST + 1].rpartition("-")[0] or found[:LONGEST]


def free_id(id: str, taken: set[str]) -> str:
    """An id that no other change has, whatever the case; `taken` learns it."""
    numbered = (id if number == 1 else f"{id}-{number}" for number in range(1, len(taken) + 2))
    found = next(one for one in numbered if one.casefold() not in taken)
    taken.add(found.casefold())
    return found
