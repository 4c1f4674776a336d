"""Groups drafted effects into changes: one file for what a person would describe together."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile

from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import JsonObject
from api_upgrades.effects import Effect
from api_upgrades.effects.touch import Touch
from api_upgrades.history.derive import AppliedEffect, revert_change
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import UNRELEASED, Change

MAX_ID_LENGTH = 60
"""The maximum length of an id made of words, in characters."""


@dataclass(frozen=True)
class IndependentChange:
    """The effects of one change, in the order in which they happened, and what they touch."""

    effects: tuple[Effect, ...]
    touches: tuple[Touch, ...]

    def conflicts(self, others: Iterable[Touch]) -> bool:
        """Whether the order of this group and other touches matters."""
        others = list(others)
        return any(one.conflicts_with(other) for one in self.touches for other in others)

    @property
    def id(self) -> str:
        """The id of the change: the place that changed and what happened to it, made of names of the API.

        Two people who change one place in different ways get two files, which git can merge.
        """
        first = self.effects[0]
        return "-".join(filter(None, (slug(_subject_words(first)) or "change", slug(_action_words(first)))))


def group_into_independent_changes(effects: Sequence[Effect], newer: Contract) -> list[IndependentChange]:
    """The effects that led to `newer`, grouped into changes whose order does not matter.

    Effects stay together if their order matters, if they do the same at several places, or if one adds a schema and
    another its first reference.
    """
    applied = revert_change(_as_change(effects), newer)
    touches = [touches_with_anchors(one) for one in applied]
    sets = DisjointSets(len(applied))
    for index in range(len(applied)):
        for other in range(index):
            if any(touch.conflicts_with(another) for touch in touches[index] for another in touches[other]):
                sets.join(index, other)
    by_intent: dict[Hashable, int] = {}
    for index, one in enumerate(applied):
        for intent in _intent_keys(one):
            sets.join(index, by_intent.setdefault(intent, index))
    for index, schema in ((i, part) for i, one in enumerate(applied) for part in _added_or_removed_schemas(one)):
        for other, one in enumerate(applied):
            if other != index and _changes_references_to(one, schema):
                sets.join(index, other)
    groups = _build_groups(sets, applied, newer, touches)
    if not _commute(groups, applied[0].older, newer):
        # An effect may read more than it touches. Join the effects on the same part; if that isn't enough, join all.
        for index, other in combinations(range(len(applied)), 2):
            if _parts(touches[index]) & _parts(touches[other]):
                sets.join(index, other)
        groups = _build_groups(sets, applied, newer, touches)
    if not _commute(groups, applied[0].older, newer):
        for index in range(len(applied)):
            sets.join(0, index)
        groups = _build_groups(sets, applied, newer, touches)
    return groups


def _build_groups(
    sets: DisjointSets, applied: Sequence[AppliedEffect], newer: Contract, touches: Sequence[tuple[Touch, ...]]
) -> list[IndependentChange]:
    return [
        IndependentChange(
            _combine_if_equal([applied[index] for index in members], newer, applied),
            tuple(touch for index in members for touch in touches[index]),
        )
        for members in sets.members().values()
    ]


def _parts(touches: Iterable[Touch]) -> set[Part | None]:
    return {touch.target.part for touch in touches}


def _commute(groups: Sequence[IndependentChange], older: Contract, newer: Contract) -> bool:
    """Whether reverting the groups gives the same contract in the order of their ids and in reverse."""
    by_id = sorted(groups, key=lambda group: group.id)
    try:
        found = [
            _revert_all([one for group in order for one in group.effects], newer) for order in (by_id, by_id[::-1])
        ]
    except RegistryErrors:
        return False
    return all(one.is_same(older) for one in found)


def touches_with_anchors(applied: AppliedEffect) -> tuple[Touch, ...]:
    """The touches of an effect, and one touch for each place that has to exist when it is reverted."""
    return (*applied.touches, *(Touch(place, "order") for place in applied.effect.anchors()))


def _as_change(effects: Sequence[Effect]) -> Change:
    return Change("draft", UNRELEASED, "", "", None, tuple(effects), "draft")


class DisjointSets:
    """Disjoint sets of the numbers from 0: union-find."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            index = self._parent[index]
        return index

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low

    def are_joined(self, one: int, other: int) -> bool:
        return self.root(one) == self.root(other)

    def members(self) -> dict[int, list[int]]:
        """The sets by their lowest number."""
        found: dict[int, list[int]] = {}
        for index in range(len(self._parent)):
            found.setdefault(self.root(index), []).append(index)
        return found


def _intent_keys(applied: AppliedEffect) -> Iterator[Hashable]:
    """Keys that effects with one intent share: their place, or what they do there."""
    effect = applied.effect
    if not effect.targets or effect.existence:  # adding two parts is two changes
        return
    data = effect.as_data()
    (place,) = effect.targets
    if place.steps or place.section:
        yield "place", place
    fields = {key: value for key, value in data.items() if key not in ("kind", "target", "before", "example")}
    if effect.limits_values:
        yield effect.kind, repr(fields), repr(meaning(schemas.value_schema(_read_schema(applied.newer, place))))
    elif place.steps:  # the edit counts: of two properties of one name, only one may have become nullable
        edit = {key: value for key, value in fields.items() if key not in ("was", "required")}
        yield effect.kind, place.name, repr(edit)
    else:
        yield effect.kind, place.name if place.section else "", repr(fields)


def _read_schema(contract: Contract, at: Target) -> JsonObject:
    found: JsonObject = schema_spot(contract, at).read(contract)
    return found


def _added_or_removed_schemas(applied: AppliedEffect) -> list[Part]:
    return sorted(part for part in applied.older.parts.keys() ^ applied.newer.parts.keys() if part.kind == "schema")


def _changes_references_to(applied: AppliedEffect, schema: Part) -> bool:
    """Whether an effect adds the first reference to a schema or removes the last one in a part."""

    def refers(contract: Contract, part: Part) -> bool:
        return part in contract.parts and any(schema_of(ref) == schema for ref in references(contract.parts[part]))

    return any(refers(applied.older, part) != refers(applied.newer, part) for part in applied.changed_parts)


def _combine_if_equal(
    members: Sequence[AppliedEffect], newer: Contract, everything: Sequence[AppliedEffect]
) -> tuple[Effect, ...]:
    """The effects of a group, with equal effects combined into one, unless that would change the result."""
    separate = tuple(one.effect for one in members)
    together = combine_targets(separate)
    if len(together) == len(separate):
        return separate
    # With all other effects unchanged, the combined effects must give the same older contract.
    rest = [one.effect for one in everything if one not in members]
    try:
        older = _revert_all((*rest, *together), newer)
    except RegistryErrors:
        return separate
    was = everything[0].older
    return together if older.is_same(was) else separate


def _revert_all(effects: Sequence[Effect], newer: Contract) -> Contract:
    return revert_change(_as_change(effects), newer)[0].older


def combine_targets(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects, with those that differ only in their target combined into one with a list of targets."""
    found: dict[Hashable, Effect] = {}
    for effect in effects:
        key = combination_key(effect)
        other = found.get(key)
        found[key] = other.at(*other.targets, *effect.targets) if other else effect
    return tuple(found.values())


def combination_key(effect: Effect) -> Hashable:
    """A key that effects share if they differ only in their target; one of its own for an effect without a target."""
    return (effect.kind, repr(effect.as_data() | {"target": None})) if effect.targets else id(effect)


def _subject_words(effect: Effect) -> str:
    """What an effect changes, as words for an id."""
    if not effect.targets:
        return effect.subject
    first = effect.targets[0]
    if len(effect.targets) == 1:
        return f"{first} {effect.subject}".rstrip()
    name = effect.subject or (first.name if first.steps else "")
    parts = [_split_words(target.part.name if target.part else "document") for target in effect.targets]
    shared = list(takewhile(lambda words: len(set(words)) == 1, zip(*parts, strict=False)))
    return " ".join([*(words[0] for words in shared), name or first.name])


def _action_words(effect: Effect) -> str:
    """What an effect does to its place, as words for an id; empty if the place already says it."""
    if effect.is_named_by_place:
        return ""
    data = effect.as_data()
    return str(data["keyword"]) if "keyword" in data else f"{effect.kind} {data.get('value', '')}"


def _split_words(text: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", text)


def slug(text: str) -> str:
    """A text as a file name."""
    found = "-".join(word.lower() for word in _split_words(text))
    return (
        found if len(found) <= MAX_ID_LENGTH else found[: MAX_ID_LENGTH + 1].rpartition("-")[0] or found[:MAX_ID_LENGTH]
    )


def unique_id(id: str, taken: set[str]) -> str:
    """An id that no other change has, ignoring case. Adds it to `taken`."""
    numbered = (id if number == 1 else f"{id}-{number}" for number in range(1, len(taken) + 2))
    found = next(one for one in numbered if one.casefold() not in taken)
    taken.add(found.casefold())
    return found
