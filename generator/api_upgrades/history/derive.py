"""From head to the oldest contract: every effect reverted, last one first.

Whatever does not fit is reported with its place, and deriving goes on with the rest, so that one run finds all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations, pairwise

from api_upgrades.core.errors import DoesNotFit, RegistryError, RegistryErrors
from api_upgrades.effects import EXISTENCE, NAME, Effect, Touch
from api_upgrades.effects.replace import are_apart
from api_upgrades.history.memo import Memory
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import canonical
from api_upgrades.openapi.renames import Move, Names
from api_upgrades.registry.model import NOT_VERSIONS, UNRELEASED, Addition, Change, Registry, Version


@dataclass(frozen=True)
class AppliedEffect:
    """One effect of a change, with the contract just before it and just after it."""

    change: Change
    index: int
    effect: Effect
    older: Contract
    newer: Contract

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """How names move, by the names that comparing gives."""
        return tuple(
            Move(canonical(self.older, move.old), canonical(self.newer, move.new)) for move in self.effect.moves()
        )

    @property
    def touches(self) -> Iterator[Touch]:
        """What it alters, by the names that comparing gives."""
        return _touches(self.effect, self.older, self.newer)


def _touches(effect: Effect, older: Contract, newer: Contract) -> Iterator[Touch]:
    for target, facet in effect.touches():
        of_value = facet == "enum" or facet not in OF_PROPERTY
        contract = newer if target.part in newer.parts else older
        yield Touch(canonical(contract, target, of_value=of_value), facet)


OF_PROPERTY = schemas.OUTSIDE | {EXISTENCE, NAME, "type", "required", "nullable", "behaviour", "security"}
"""Facets of the property itself, and not of the value behind its reference."""


@dataclass(frozen=True)
class Step:
    """What leads to a version from the one before. `effects` are in the order in which they happened."""

    version: Version
    older_version: str
    older: Contract
    newer: Contract
    effects: tuple[AppliedEffect, ...]

    @property
    def names(self) -> Names:
        return Names.of(move for applied in self.effects for move in applied.moves)


def derive(registry: Registry, memory: Memory | None = None) -> tuple[tuple[Step, ...], list[RegistryError]]:
    """The steps to all versions but the first, oldest first, and what is wrong with them.

    What is not released yet is the last step, where there is any.
    """
    memory = memory or Memory()
    steps: list[Step] = []
    errors: list[RegistryError] = []
    tainted: set[Part | None] = set()
    contract = registry.head
    for before, version in reversed(list(pairwise(registry.lineup))):
        applied = _revert(version, contract, errors, tainted, memory)
        errors.extend(_conflicts(version, applied, contract))
        older = applied[0].older if applied else contract
        steps.append(Step(version, before.id, older, contract, applied))
        contract = older
    return tuple(reversed(steps)), errors


@dataclass(frozen=True)
class LiveAddition:
    """An addition, and what it did to the newest version whose contract it fits: later ones may name it otherwise."""

    addition: Addition
    version: str
    effects: tuple[AppliedEffect, ...]


def live_additions(
    registry: Registry, contracts: Mapping[str, Contract]
) -> tuple[tuple[LiveAddition, ...], list[RegistryError]]:
    """Where each addition of a registry fits, and what is wrong with those that fit nowhere."""
    found: list[LiveAddition] = []
    errors: list[RegistryError] = []
    for addition in registry.additions:
        first: list[RegistryError] = []
        newest_first = reversed(list(contracts.items()))
        # What is not released comes last: what it did to the addition is not what readers have today.
        for version, contract in sorted(newest_first, key=lambda one: one[0] == UNRELEASED):
            try:
                found.append(LiveAddition(addition, version, undone(addition, contract)))
                break
            except RegistryErrors as error:
                first = first or list(error.errors)
        else:
            errors.extend(first)
    return tuple(found), errors


def undone(change: Change, contract: Contract) -> tuple[AppliedEffect, ...]:
    """The effects of one change, reverted on a contract. Raises RegistryErrors where one doesn't fit."""
    applied: list[AppliedEffect] = []
    for index, effect in reversed(list(enumerate(change.effects))):
        try:
            older = effect.revert(contract)
        except DoesNotFit as error:
            raise RegistryErrors([_error(change, index, effect, error)]) from None
        applied.append(AppliedEffect(change, index, effect, older, contract))
        contract = older
    return tuple(reversed(applied))


def in_order(version: Version) -> tuple[Change, ...]:
    """The changes of a version in the order in which they happened: what it put in other words, then those that
    `order` names, as it says, then the others.
    """
    position = {id: index for index, id in enumerate(version.order)}
    found = sorted(version.changes, key=lambda change: (position.get(change.id, len(position)), change.id))
    return tuple(found) if version.wording is None else (version.wording, *found)


def _revert(
    version: Version,
    contract: Contract,
    errors: list[RegistryError],
    tainted: set[Part | None],
    memory: Memory,
) -> tuple[AppliedEffect, ...]:
    """The effects of a version that could be reverted, with the contracts around each."""
    applied: list[AppliedEffect] = []
    for change in reversed(in_order(version)):
        for index, effect in reversed(list(enumerate(change.effects))):
            try:
                older = memory.kept("older", (effect, contract), partial(_reverted, effect, contract, memory))
            except DoesNotFit as error:
                parts = {touch.target.part for touch in effect.touches()}
                if not parts & tainted:
                    errors.append(_error(change, index, effect, error))
                # What goes wrong with these parts from here on follows from this.
                tainted |= parts
                continue
            applied.append(AppliedEffect(change, index, effect, older, contract))
            contract = older
    return tuple(reversed(applied))


def _reverted(effect: Effect, contract: Contract, memory: Memory) -> Contract:
    return memory.same(effect.revert(contract), contract)


def _error(change: Change, index: int, effect: Effect, error: DoesNotFit) -> RegistryError:
    path = () if error.field is None else (error.field,)
    is_released = change.version not in NOT_VERSIONS
    when = f"at {change.version}" if is_released else "today"
    message = f"{effect.kind}: {error.message} {when}{error.hint}"
    return RegistryError(change.locate(index, *path), message, "" if is_released else _GONE_ON)


_GONE_ON = "Correct the effect or, if the models went on since it was drafted, take it away and run: api-upgrades draft"


def _conflicts(version: Version, applied: Sequence[AppliedEffect], newer: Contract) -> Iterator[RegistryError]:
    """Changes of one version commute, or `version.yaml` says in which order they happened."""
    known = {(one.change.id, one.index): tuple(one.touches) for one in applied}
    changes = [change for change in in_order(version) if not change.is_wording]
    touches = [
        [
            (index, touch)
            for index, effect in enumerate(change.effects)
            for touch in known.get((change.id, index)) or _touches(effect, newer, newer)
        ]
        for change in changes
    ]
    for one, other in _of_one_part(touches):
        first, second = changes[one], changes[other]
        if {first.id, second.id} <= set(version.order):
            continue
        for index, touch in touches[other]:
            if any(
                touch.conflicts(another) and not are_apart(first.effects[before], second.effects[index])
                for before, another in touches[one]
            ):
                yield RegistryError(
                    second.locate(index),
                    f"{second.id!r} and {first.id!r} both alter {touch.target}; say which came first: "
                    f"'order: [{first.id}, {second.id}]' in {version.file}",
                )
                break


def _of_one_part(touches: Sequence[Sequence[tuple[int, Touch]]]) -> list[tuple[int, int]]:
    """The pairs of changes, by their positions, that touch a part both: no others can be in each other's way."""
    by_part: dict[Part | None, dict[int, None]] = {}
    for position, found in enumerate(touches):
        for _, touch in found:
            by_part.setdefault(touch.target.part, {})[position] = None
    return sorted({pair for positions in by_part.values() for pair in combinations(positions, 2)})
