"""Groups the effects of a step into changes, one for each intent, in an order that can be reverted."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.draft.grouping import DisjointSets, combination_key
from api_upgrades.draft.importing.dependencies import find_dependencies
from api_upgrades.draft.importing.intents import intent_keys
from api_upgrades.draft.importing.references import find_unused_schemas, join_schemas_with_references
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect, revert_change
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.usage import Usage
from api_upgrades.registry.model import UNRELEASED, Change

Resources = Mapping[Part, str]
"""The resource of each part."""


UNUSED = "unused"
"""The intent of everything that happens to schemas that no operation uses."""


@dataclass(frozen=True)
class Group:
    """The effects of one change, in the order in which they happened, and the resources that it affects.

    `applied` has one item for each effect and target. `older` and `newer` are the contracts around the whole step, and
    `usage` is that of the newer one; `renames` lead from one to the other. A group may be about schemas that no
    operation uses.
    """

    effects: tuple[Effect, ...]
    resources: tuple[str, ...]
    applied: tuple[AppliedEffect, ...]
    older: Contract
    newer: Contract
    usage: Usage
    renames: RenameMap
    is_unused: bool = False


@dataclass(frozen=True)
class Grouping:
    """The changes of a step: first those whose order matters, then the others."""

    ordered: tuple[Group, ...]
    others: tuple[Group, ...]


def group_into_changes(effects: Sequence[Effect], usage: Usage, resources: Resources) -> Grouping:
    """The effects that led to the contract of a usage, grouped into changes. Each effect has one target."""
    if not effects:
        return Grouping((), ())
    newer = usage.contract
    renames = RenameMap.of(move for effect in effects for move in effect.moves())
    applied = revert_change(Change("step", UNRELEASED, "", "", None, tuple(effects), ""), newer)
    older = applied[0].older
    dependencies = find_dependencies(applied)
    sets = DisjointSets(len(applied))
    unused = find_unused_schemas(older, newer)
    first: dict[Hashable, int] = {}
    for index, keys in enumerate(intent_keys(applied, resources)):
        is_unused = bool(unused) and _parts(applied[index]) <= unused
        for key in [UNUSED] if is_unused else keys:
            sets.join(index, first.setdefault(key, index))
    join_schemas_with_references(sets, applied, resources)
    while True:
        order = _order_sets(sets, dependencies)
        dependent = {root for pair in dependencies for root in map(sets.root, pair) if not sets.are_joined(*pair)}
        members = sets.members()
        ordered = [members[root] for root in order if root in dependent]
        others = [members[root] for root in order if root not in dependent]
        mismatched = _find_mismatched_parts(
            applied, [index for group in (*ordered, *others) for index in group], newer, older
        )
        if not mismatched:
            break
        # An effect may read more than it touches. Join the effects that alter these parts; if that isn't enough, all.
        involved = [index for index, one in enumerate(applied) if _alters_any(one, mismatched)]
        if not _join_all(sets, involved):
            _join_all(sets, range(len(applied)))

    def build(indexes: Sequence[int]) -> Group:
        members = [applied[index] for index in indexes]
        is_unused = bool(unused) and all(_parts(one) <= unused for one in members)
        effects = _combine_effects(members, indexes, dependencies)
        return Group(
            effects, _affected_resources(members, resources), tuple(members), older, newer, usage, renames, is_unused
        )

    return Grouping(tuple(map(build, ordered)), tuple(map(build, others)))


def _order_sets(sets: DisjointSets, dependencies: Iterable[tuple[int, int]]) -> list[int]:
    """The sets in a possible order. Sets that depend on each other in a cycle are joined."""
    while True:
        graph: dict[int, set[int]] = {root: set() for root in sets.members()}
        for earlier, later in dependencies:
            if not sets.are_joined(earlier, later):
                graph[sets.root(later)].add(sets.root(earlier))
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            _join_all(sets, error.args[1])


def _join_all(sets: DisjointSets, indexes: Iterable[int]) -> bool:
    """Join all sets of the given numbers. Returns whether any were separate."""
    first, *others = indexes
    apart = [index for index in others if not sets.are_joined(first, index)]
    for index in apart:
        sets.join(first, index)
    return bool(apart)


def _alters_any(applied: AppliedEffect, parts: Set[Part | None]) -> bool:
    older, newer = applied.older, applied.newer
    return bool(_parts(applied) & parts) or (None in parts and older.document is not newer.document)


def _parts(applied: AppliedEffect) -> set[Part | None]:
    return {touch.target.part for touch in applied.effect.touches()}


def _find_mismatched_parts(
    applied: Sequence[AppliedEffect], order: Sequence[int], newer: Contract, older: Contract
) -> set[Part | None]:
    """The parts that differ from `older` after reverting the effects in an order, or those of an effect that fails."""
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


def _combine_effects(
    members: Sequence[AppliedEffect], indexes: Sequence[int], dependencies: Iterable[tuple[int, int]]
) -> tuple[Effect, ...]:
    """The effects of a group, with equal ones combined, unless one of another sort has to come between them."""
    effects = dict(zip(indexes, (one.effect for one in members), strict=True))
    sorts: dict[int, Hashable] = {index: combination_key(effect) for index, effect in effects.items()}
    inside = [pair for pair in dependencies if sorts.keys() >= set(pair)]
    while True:
        # Dicts instead of sets, because the order of a set of texts isn't the same in every run.
        graph: dict[Hashable, dict[Hashable, None]] = {sort: {} for sort in sorts.values()}
        for earlier, later in sorted(inside):
            if sorts[earlier] != sorts[later]:
                graph[sorts[later]][sorts[earlier]] = None
        try:
            order = list(TopologicalSorter(graph).static_order())
            break
        except CycleError as error:
            sorts = {index: index if sort in error.args[1] else sort for index, sort in sorts.items()}
    found: dict[Hashable, list[Effect]] = {sort: [] for sort in order}
    for index, effect in effects.items():
        found[sorts[index]].append(effect)
    return tuple(
        first.at(*(target for one in (first, *others) for target in one.targets)) for first, *others in found.values()
    )


def _affected_resources(members: Iterable[AppliedEffect], resources: Resources) -> tuple[str, ...]:
    parts = (part for one in members for part in sorted(filter(None, _parts(one))))
    return tuple(dict.fromkeys(resources[part] for part in parts if part in resources))
