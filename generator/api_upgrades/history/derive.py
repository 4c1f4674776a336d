"""Derives the contract of every version by reverting all effects, starting at head, the newest effect first.

An effect that does not fit is reported with its location and skipped, so that one run finds all errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations, pairwise

from api_upgrades.core.errors import ContractMismatch, RegistryError, RegistryErrors
from api_upgrades.effects import EXISTENCE, NAME, Effect, Touch
from api_upgrades.effects.base import Clause
from api_upgrades.effects.replace import have_separate_pointers
from api_upgrades.history.memo import Memo
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import find_changed_parts
from api_upgrades.openapi.locate import canonical_target, has_place
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.registry.model import NOT_VERSIONS, UNRELEASED, Addition, Change, Registry, Version


@dataclass(frozen=True)
class AppliedEffect:
    """One effect of a change, with the contracts directly before and after it."""

    change: Change
    index: int
    effect: Effect
    older: Contract
    newer: Contract

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """The renames and moves that the effect makes, with canonical targets, as the comparison reports them."""
        return tuple(
            Move(canonical_target(self.older, move.old), canonical_target(self.newer, move.new))
            for move in self.effect.moves()
        )

    @cached_property
    def clause(self) -> Clause | None:
        """What happened at the place of the effect, which has one target; None if only its headline tells."""
        return self.effect.clause(self.newer)

    @cached_property
    def touches(self) -> tuple[Touch, ...]:
        """What the effect changes, with canonical targets, as the comparison reports them."""
        return tuple(_canonical_touches(self.effect, self.older, self.newer))

    @property
    def changed_parts(self) -> tuple[Part, ...]:
        """The parts that the effect changes, and operations and webhooks to which something applies that it changes."""
        return tuple(find_changed_parts(self.older, self.newer))


def _canonical_touches(effect: Effect, older: Contract, newer: Contract) -> Iterator[Touch]:
    for target, facet in effect.touches():
        of_value = facet == "enum" or facet not in PROPERTY_FACETS
        is_removed = not has_place(newer, target) and has_place(older, target)
        contract = newer if target.part in newer.parts and not is_removed else older
        yield Touch(canonical_target(contract, target, of_value=of_value), facet)


PROPERTY_FACETS = schemas.PROPERTY_KEYWORDS | {EXISTENCE, NAME, "type", "required", "nullable", "behaviour", "security"}
"""Facets that belong to a property itself. All others belong to the schema that it refers to."""


@dataclass(frozen=True)
class Step:
    """A version together with the version before it and the effects between them, oldest first."""

    version: Version
    older_version: str
    older: Contract
    newer: Contract
    effects: tuple[AppliedEffect, ...]

    @cached_property
    def renames(self) -> RenameMap:
        """How names change in this step."""
        return RenameMap.of(move for applied in self.effects for move in applied.moves)

    @property
    def changed_parts(self) -> tuple[Part, ...]:
        """The parts that differ, and operations and webhooks to which something applies that differs."""
        return tuple(find_changed_parts(self.older, self.newer))


def derive(registry: Registry, memo: Memo | None = None) -> tuple[tuple[Step, ...], list[RegistryError]]:
    """The steps to every version except the first, oldest first, and the effects that do not fit.

    Unreleased changes, if there are any, are the last step.
    """
    memo = memo or Memo()
    steps: list[Step] = []
    errors: list[RegistryError] = []
    tainted: set[Part | None] = set()
    contract = registry.head
    for before, version in reversed(list(pairwise(registry.all_versions))):
        applied = _revert_version(version, contract, errors, tainted, memo)
        errors.extend(_find_conflicts(version, applied, contract))
        older = applied[0].older if applied else contract
        steps.append(Step(version, before.id, older, contract, applied))
        contract = older
    return tuple(reversed(steps)), errors


@dataclass(frozen=True)
class LiveAddition:
    """An addition, applied to the newest version that its effects fit. Later versions may have renamed its places."""

    addition: Addition
    version: str
    effects: tuple[AppliedEffect, ...]


def find_live_additions(
    registry: Registry, contracts: Mapping[str, Contract]
) -> tuple[tuple[LiveAddition, ...], list[RegistryError]]:
    """The additions, each at the newest version that it fits, and the errors of those that fit no version.

    The version with the unreleased changes is tried last, because readers do not have it yet. The errors are those of
    the first version that was tried.
    """
    found: list[LiveAddition] = []
    errors: list[RegistryError] = []
    for addition in registry.additions:
        first_errors: list[RegistryError] = []
        newest_first = reversed(list(contracts.items()))
        for version, contract in sorted(newest_first, key=lambda one: one[0] == UNRELEASED):
            try:
                found.append(LiveAddition(addition, version, revert_change(addition, contract)))
                break
            except RegistryErrors as error:
                first_errors = first_errors or list(error.errors)
        else:
            errors.extend(first_errors)
    return tuple(found), errors


def revert_change(change: Change, contract: Contract) -> tuple[AppliedEffect, ...]:
    """Revert one change on a contract. Returns its effects, oldest first. Raises RegistryErrors if one does not fit."""
    applied: list[AppliedEffect] = []
    for index, effect in reversed(list(enumerate(change.effects))):
        try:
            older = effect.revert(contract)
        except ContractMismatch as error:
            raise RegistryErrors([_misfit_error(change, index, effect, error)]) from None
        applied.append(AppliedEffect(change, index, effect, older, contract))
        contract = older
    return tuple(reversed(applied))


def ordered_changes(version: Version) -> tuple[Change, ...]:
    """The changes of a version in the order in which they apply.

    Rewording comes first, then the changes listed in `order`, then the others by their ids.
    """
    position = {id: index for index, id in enumerate(version.order)}
    found = sorted(version.changes, key=lambda change: (position.get(change.id, len(position)), change.id))
    return tuple(found) if version.wording is None else (version.wording, *found)


def _revert_version(
    version: Version,
    contract: Contract,
    errors: list[RegistryError],
    tainted: set[Part | None],
    memo: Memo,
) -> tuple[AppliedEffect, ...]:
    """Revert the changes of a version. Returns the effects that fit, oldest first, and adds the others to `errors`.

    `tainted` collects the parts of effects that did not fit. Later errors about these parts are consequences, so they
    are not reported.
    """
    applied: list[AppliedEffect] = []
    for change in reversed(ordered_changes(version)):
        for index, effect in reversed(list(enumerate(change.effects))):
            try:
                older = memo.get_or_compute(
                    "older", (effect, contract), partial(_revert_effect, effect, contract, memo)
                )
            except ContractMismatch as error:
                parts = {touch.target.part for touch in effect.touches()}
                if not parts & tainted:
                    errors.append(_misfit_error(change, index, effect, error))
                tainted |= parts
                continue
            applied.append(AppliedEffect(change, index, effect, older, contract))
            contract = older
    return tuple(reversed(applied))


def _revert_effect(effect: Effect, contract: Contract, memo: Memo) -> Contract:
    return memo.intern_contract(effect.revert(contract), contract)


def _misfit_error(change: Change, index: int, effect: Effect, error: ContractMismatch) -> RegistryError:
    path = () if error.field is None else (error.field,)
    is_released = change.version not in NOT_VERSIONS
    when = f"at {change.version}" if is_released else "today"
    message = f"{effect.kind}: {error.message} {when}{error.hint}"
    return RegistryError(change.locate(index, *path), message, "" if is_released else _OUTDATED_HINT)


_OUTDATED_HINT = "Fix the effect. If the models changed after it was drafted, delete it and run: api-upgrades draft"


def _find_conflicts(version: Version, applied: Sequence[AppliedEffect], newer: Contract) -> Iterator[RegistryError]:
    """Errors for pairs of changes of one version whose order matters, but is not declared in `version.yaml`."""
    touches_by_effect = {(one.change.id, one.index): one.touches for one in applied}
    changes = [change for change in ordered_changes(version) if not change.is_wording]
    touches = [
        [
            (index, touch)
            for index, effect in enumerate(change.effects)
            for touch in touches_by_effect.get((change.id, index)) or _canonical_touches(effect, newer, newer)
        ]
        for change in changes
    ]
    for earlier, later in _pairs_on_same_part(touches):
        first, second = changes[earlier], changes[later]
        if {first.id, second.id} <= set(version.order):
            continue
        for index, touch in touches[later]:
            if any(
                touch.conflicts_with(first_touch)
                and not have_separate_pointers(first.effects[first_index], second.effects[index])
                for first_index, first_touch in touches[earlier]
            ):
                yield RegistryError(
                    second.locate(index),
                    f"{second.id!r} and {first.id!r} both change {touch.target}; declare which came first: "
                    f"'order: [{first.id}, {second.id}]' in {version.file}",
                )
                break


def _pairs_on_same_part(touches: Sequence[Sequence[tuple[int, Touch]]]) -> list[tuple[int, int]]:
    """Pairs of indexes of changes that touch the same part. Only these can conflict."""
    by_part: dict[Part | None, dict[int, None]] = {}
    for position, found in enumerate(touches):
        for _, touch in found:
            by_part.setdefault(touch.target.part, {})[position] = None
    return sorted({pair for positions in by_part.values() for pair in combinations(positions, 2)})
