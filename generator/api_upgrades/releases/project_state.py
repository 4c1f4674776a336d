"""The state of a project: its source, registry and locks, and what is derived from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.history.derive import Step, derive, ordered_changes, revert_change
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal_merge import restore_internal
from api_upgrades.openapi.semantics import adopt_wording
from api_upgrades.registry.model import Addition, Registry
from api_upgrades.releases.lock import Locks
from api_upgrades.releases.locking import Difference, LockedVersions, find_differences

RESTORE_LOCK = "Restore it from version control or, if it never existed, run: api-upgrades lock"


@dataclass(frozen=True)
class ProjectState:
    """A registry and its locks. Comparisons leave internal parts out, since they are promised to nobody.

    The properties with `from_source` are derived from today's source, those with `from_lock` from the locks alone.
    """

    registry: Registry
    locks: Locks
    table: RuleTable
    memo: Memo = field(default_factory=Memo, compare=False)

    @cached_property
    def locked_versions(self) -> LockedVersions:
        return LockedVersions(self.locks, self.registry.head)

    @cached_property
    def _derived(self) -> tuple[tuple[Step, ...], list[RegistryError]]:
        return derive(self.registry, self.memo)

    @property
    def errors(self) -> list[RegistryError]:
        """The effects that cannot be reverted, from head back to the first version."""
        return self._derived[1]

    @cached_property
    def history(self) -> History:
        """All versions, derived from the source and the changes. Raises RegistryErrors if an effect doesn't fit."""
        if self.errors:
            raise RegistryErrors(self.errors)
        return History(self.registry, self._derived[0], self.table, self.memo)

    @cached_property
    def unreleased_step(self) -> Step | None:
        """The step from the latest version to head, if there are unreleased changes.

        Raises RegistryErrors if one of them doesn't fit.
        """
        if self.registry.unreleased is None:
            return None
        step = self._derived[0][-1]
        files = {change.file for change in ordered_changes(step.version)} | {step.version.file}
        if errors := [error for error in self.errors if error.location.file in files]:
            raise RegistryErrors(errors)
        return step

    @cached_property
    def unlocked_additions(self) -> tuple[Addition, ...]:
        """The additions that are not in the locks yet."""
        return tuple(addition for addition in self.registry.additions if addition.id not in self.locks.additions)

    @cached_property
    def latest_from_source_with_internal(self) -> Contract:
        """The complete contract of the latest version: head, with unreleased changes and unlocked additions reverted.

        Raises RegistryErrors if one of them doesn't fit.
        """
        contract = self.unreleased_step.older if self.unreleased_step else self.registry.head
        for addition in reversed(self.unlocked_additions):
            effects = revert_change(addition, contract)
            contract = effects[0].older if effects else contract
        return contract

    @cached_property
    def latest_from_source(self) -> Contract:
        """The public contract of the latest version. Raises RegistryErrors like `latest_from_source_with_internal`."""
        return self.locked_versions.builder.to_public(self.latest_from_source_with_internal)

    @cached_property
    def latest_from_lock(self) -> Contract | None:
        """The contract that the latest version was released with, in today's wording; None if no lock has it."""
        released = self.locked_versions.contract_at(self.registry.latest.id)
        return None if released is None else adopt_wording(released, self.latest_from_source)

    @cached_property
    def latest_lock_error(self) -> RegistryError | None:
        """Why the contract that the latest version was released with is unknown; None if it is known."""
        latest = self.registry.latest.id
        if missing := [version.id for version in self.registry.versions if version.id not in self.locks.by_version]:
            message = f"is missing, so the contract that {latest} was released with is unknown"
            return RegistryError(Location(self.locks.lock_file(missing[-1])), message, RESTORE_LOCK)
        if self.locked_versions.contract_at(latest) is not None:
            return None
        message = f"contains no contract of {latest} that matches its digests"
        fix = "Run: api-upgrades lock, or restore the file from version control"
        return RegistryError(Location(self.locks.lock_file(latest)), message, fix)

    @cached_property
    def undocumented_differences(self) -> tuple[Difference, ...]:
        """What differs between the latest version's lock and its contract from the source."""
        locked, current = self.latest_from_lock, self.latest_from_source
        if locked is None or (locked.parts == current.parts and locked.document == current.document):
            return ()
        return tuple(find_differences(locked, current, self.table))

    @cached_property
    def history_from_locks(self) -> History | None:
        """The released versions, derived from the latest locked contract, so that edits of the source don't matter.

        Unlocked additions are in none of them. None if an effect doesn't fit.
        """
        if not self.undocumented_differences or self.latest_from_lock is None:
            return self.history_from_source
        whole, public = self.latest_from_source_with_internal, self.latest_from_source
        return self._derive_history(restore_internal(self.latest_from_lock, whole, public)[0])

    @cached_property
    def history_from_source(self) -> History | None:
        """The released versions, derived from the source, whether or not it matches the locks; None if that fails."""
        contract = self.latest_from_source_with_internal
        if self.unlocked_additions or self.errors:
            return self._derive_history(contract)
        steps = [step for step in self._derived[0] if step.version is not self.registry.unreleased]
        return History(Registry(contract, self.registry.versions), steps, self.table)

    def _derive_history(self, contract: Contract) -> History | None:
        registry = Registry(contract, self.registry.versions)
        steps, errors = derive(registry)
        return None if errors else History(registry, steps, self.table)
