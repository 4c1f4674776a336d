"""The effects of a step as changes: one for each thing that somebody did, in an order that leads back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.draft.grouping import Sets, with_lists
from api_upgrades.draft.importing.dependencies import dependencies
from api_upgrades.draft.importing.intents import intents
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect, undone
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.registry.model import UNRELEASED, Change

Resources = Mapping[Part, str]
"""The resource that each part belongs to."""


@dataclass(frozen=True)
class Group:
    """Effects that make one change, in the order in which they happened, and the resources that it is about."""

    effects: tuple[Effect, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """Changes: those of which the order matters, which happened first, and the others."""

    ordered: tuple[Group, ...]
    others: tuple[Group, ...]


def grouped(effects: Sequence[Effect], newer: Contract, resources: Resources) -> Grouping:
    """The effects that led to a contract, as changes. Each effect has one target."""
    if not effects:
        return Grouping((), ())
    applied = undone(Change("step", UNRELEASED, "", "", None, tuple(effects), ""), newer)
    older = applied[0].older
    follows = dependencies(applied)
    sets = Sets(len(applied))
    first: dict[Hashable, int] = {}
    for index, keys in enumerate(intents(applied, resources)):
        for key in keys:
            sets.join(index, first.setdefault(key, index))
    while True:
        order = _without_circles(sets, follows)
        bound = {set_of for pair in follows for set_of in map(sets.root, pair) if not sets.is_one(*pair)}
        members = sets.members()
        ordered = [members[root] for root in order if root in bound]
        others = [members[root] for root in order if root not in bound]
        stray = _stray(applied, [index for group in (*ordered, *others) for index in group], newer, older)
        if not stray:
            break
        # An effect may look at more than it touches; what happened in these parts is one change then, or all of it is.
        there = [index for index, one in enumerate(applied) if _parts(one) & stray]
        if not _join_all(sets, there):
            _join_all(sets, range(len(applied)))
    return Grouping(
        tuple(_group([applied[index] for index in group], group, follows, resources) for group in ordered),
        tuple(_group([applied[index] for index in group], group, follows, resources) for group in others),
    )


def _without_circles(sets: Sets, follows: Iterable[tuple[int, int]]) -> list[int]:
    """The sets in an order in which they may have happened. Those that went on in turns are made one."""
    while True:
        graph: dict[int, set[int]] = {root: set() for root in sets.members()}
        for earlier, later in follows:
            if not sets.is_one(earlier, later):
                graph[sets.root(later)].add(sets.root(earlier))
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            _join_all(sets, error.args[1])


def _join_all(sets: Sets, indexes: Iterable[int]) -> bool:
    """Make all of them one; whether they were not one yet."""
    first, *others = indexes
    apart = [index for index in others if not sets.is_one(first, index)]
    for index in apart:
        sets.join(first, index)
    return bool(apart)


def _parts(applied: AppliedEffect) -> set[Part | None]:
    return {touch.target.part for touch in applied.effect.touches()}


def _stray(
    applied: Sequence[AppliedEffect], order: Sequence[int], newer: Contract, older: Contract
) -> set[Part | None]:
    """The parts that are not what they were when the effects are undone in an order, or where one doesn't fit then."""
    contract = newer
    for index in reversed(order):
        try:
            contract = applied[index].effect.revert(contract)
        except ContractMismatch:
            return _parts(applied[index])
    differing: set[Part | None] = {
        part for part in contract.parts.keys() | older.parts.keys() if _differs(contract, older, part)
    }
    return differing if contract.is_same(older) or differing else {None}


def _differs(one: Contract, other: Contract, part: Part) -> bool:
    return one.parts.get(part) is not other.parts.get(part) and one.parts.get(part) != other.parts.get(part)


def _group(
    members: Sequence[AppliedEffect], indexes: Sequence[int], follows: Iterable[tuple[int, int]], resources: Resources
) -> Group:
    inside = set(indexes)
    is_free = not any(earlier in inside and later in inside for earlier, later in follows)
    effects = tuple(one.effect for one in members)
    about = dict.fromkeys(
        resources[part] for one in members for part in sorted(filter(None, _parts(one))) if part in resources
    )
    return Group(with_lists(effects) if is_free else effects, tuple(about))
