"""Where a project stands: what its models say today, beside what it released and what it has written down since."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.history.derive import Step, derive, ordered_changes, revert_change
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal_merge import with_hidden
from api_upgrades.openapi.semantics import settled
from api_upgrades.registry.model import Addition, Registry
from api_upgrades.releases.lock import Locks
from api_upgrades.releases.locking import Difference, LockBuilder, LockedVersions, find_differences

RESTORE_LOCK = "Take it back from version control or, if there never was one, run: api-upgrades lock"


@dataclass(frozen=True)
class ProjectState:
    """A registry and its locks. Only what is public is compared: what is internal is promised to nobody."""

    registry: Registry
    locks: Locks
    table: RuleTable
    memo: Memo = field(default_factory=Memo, compare=False)

    @cached_property
    def locked_versions(self) -> LockedVersions:
        return LockedVersions(self.locks)

    @cached_property
    def _derived(self) -> tuple[tuple[Step, ...], list[RegistryError]]:
        return derive(self.registry, self.memo)

    @property
    def errors(self) -> list[RegistryError]:
        """What does not fit, from head back to the first version."""
        return self._derived[1]

    @cached_property
    def history(self) -> History:
        """All versions as the models and the changes have them. Raises RegistryErrors where something doesn't fit."""
        if self.errors:
            raise RegistryErrors(self.errors)
        return History(self.registry, self._derived[0], self.table, self.memo)

    @cached_property
    def unreleased_step(self) -> Step | None:
        """The step from the newest released version to head. Raises RegistryErrors where it doesn't fit."""
        if self.registry.unreleased is None:
            return None
        step = self._derived[0][-1]
        files = {change.file for change in ordered_changes(step.version)} | {step.version.file}
        if errors := [error for error in self.errors if error.location.file in files]:
            raise RegistryErrors(errors)
        return step

    @cached_property
    def unlocked_additions(self) -> tuple[Addition, ...]:
        """The additions that no lock holds yet."""
        return tuple(one for one in self.registry.additions if one.id not in self.locks.additions)

    @cached_property
    def latest_from_source_with_internal(self) -> Contract:
        """What the newest released version is by the models, all that is internal included."""
        contract = self.unreleased_step.older if self.unreleased_step else self.registry.head
        for addition in reversed(self.unlocked_additions):
            effects = revert_change(addition, contract)
            contract = effects[0].older if effects else contract
        return contract

    @cached_property
    def latest_from_source(self) -> Contract:
        """What the newest released version is by the models: head, with what is unreleased and pending undone.

        Raises RegistryErrors where that doesn't fit.
        """
        return LockBuilder().to_public(self.latest_from_source_with_internal)

    @cached_property
    def latest_from_lock(self) -> Contract | None:
        """What the newest version was when it was released, in today's words; None where no lock says so."""
        was = self.locked_versions.contracts.get(self.registry.latest.id)
        return None if was is None else settled(was, self.latest_from_source)

    @cached_property
    def latest_lock_error(self) -> RegistryError | None:
        """Why nobody can tell what the newest version was when it was released; None where somebody can."""
        latest = self.registry.latest.id
        if missing := [one.id for one in self.registry.versions if one.id not in self.locks.by_version]:
            message = f"is not there, so nothing says what {latest} was when it was released"
            return RegistryError(Location(self.locks.lock_file(missing[-1])), message, RESTORE_LOCK)
        if latest in self.locked_versions.contracts:
            return None
        message = f"holds no contract of {latest} that agrees with its digests"
        way_out = "Run: api-upgrades lock, or take it back from version control"
        return RegistryError(Location(self.locks.lock_file(latest)), message, way_out)

    @cached_property
    def undocumented_differences(self) -> tuple[Difference, ...]:
        """What the models say that no change tells of."""
        if self.latest_from_lock is None or (
            self.latest_from_lock.parts == self.latest_from_source.parts
            and self.latest_from_lock.document == self.latest_from_source.document
        ):
            return ()
        return tuple(find_differences(self.latest_from_lock, self.latest_from_source, self.table))

    @cached_property
    def history_from_locks(self) -> History | None:
        """The released versions by what was released last, whatever the models say; None where the changes do not
        lead back from there. Additions that are pending are in none of them.
        """
        if not self.undocumented_differences or self.latest_from_lock is None:
            return self.history_from_source
        return self._derive_history(
            with_hidden(self.latest_from_lock, self.latest_from_source_with_internal, self.latest_from_source)[0]
        )

    @cached_property
    def history_from_source(self) -> History | None:
        """The same by what the models say, whether or not that is what was released."""
        return self._derive_history(self.latest_from_source_with_internal)

    def _derive_history(self, contract: Contract) -> History | None:
        registry = Registry(contract, self.registry.versions)
        steps, errors = derive(registry)
        return None if errors else History(registry, steps, self.table)
