"""Where a project stands: what its models say today, beside what it released and what it has written down since."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.history.derive import Step, derive, in_order, undone
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memory
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal_merge import with_hidden
from api_upgrades.openapi.semantics import settled
from api_upgrades.registry.model import Addition, Registry
from api_upgrades.releases.freeze import Difference, Freezer, Frozen, differences
from api_upgrades.releases.lock import Locks

TAKE_BACK = "Take it back from version control or, if there never was one, run: api-upgrades lock"


@dataclass(frozen=True)
class ProjectState:
    """A registry and its locks. Only what is public is compared: what is internal is promised to nobody."""

    registry: Registry
    locks: Locks
    table: RuleTable
    memory: Memory = field(default_factory=Memory, compare=False)

    @cached_property
    def frozen(self) -> Frozen:
        return Frozen(self.locks)

    @cached_property
    def _derived(self) -> tuple[tuple[Step, ...], list[RegistryError]]:
        return derive(self.registry, self.memory)

    @property
    def errors(self) -> list[RegistryError]:
        """What does not fit, from head back to the first version."""
        return self._derived[1]

    @cached_property
    def history(self) -> History:
        """All versions as the models and the changes have them. Raises RegistryErrors where something doesn't fit."""
        if self.errors:
            raise RegistryErrors(self.errors)
        return History(self.registry, self._derived[0], self.table, self.memory)

    @cached_property
    def upcoming(self) -> Step | None:
        """The step from the newest released version to head. Raises RegistryErrors where it doesn't fit."""
        if self.registry.unreleased is None:
            return None
        step = self._derived[0][-1]
        files = {change.file for change in in_order(step.version)} | {step.version.file}
        if errors := [error for error in self.errors if error.location.file in files]:
            raise RegistryErrors(errors)
        return step

    @cached_property
    def pending(self) -> tuple[Addition, ...]:
        """The additions that no lock holds yet."""
        return tuple(one for one in self.registry.additions if one.id not in self.locks.additions)

    @cached_property
    def whole(self) -> Contract:
        """What the newest released version is by the models, all that is internal included."""
        contract = self.upcoming.older if self.upcoming else self.registry.head
        for addition in reversed(self.pending):
            effects = undone(addition, contract)
            contract = effects[0].older if effects else contract
        return contract

    @cached_property
    def now(self) -> Contract:
        """What the newest released version is by the models: head, with what is unreleased and pending undone.

        Raises RegistryErrors where that doesn't fit.
        """
        return Freezer().public(self.whole)

    @cached_property
    def goal(self) -> Contract | None:
        """What the newest version was when it was released, in today's words; None where no lock says so."""
        was = self.frozen.contracts.get(self.registry.latest.id)
        return None if was is None else settled(was, self.now)

    @cached_property
    def lost(self) -> RegistryError | None:
        """Why nobody can tell what the newest version was when it was released; None where somebody can."""
        latest = self.registry.latest.id
        if missing := [one.id for one in self.registry.versions if one.id not in self.locks.by_version]:
            message = f"is not there, so nothing says what {latest} was when it was released"
            return RegistryError(Location(self.locks.file(missing[-1])), message, TAKE_BACK)
        if latest in self.frozen.contracts:
            return None
        message = f"holds no contract of {latest} that agrees with its digests"
        way_out = "Run: api-upgrades lock, or take it back from version control"
        return RegistryError(Location(self.locks.file(latest)), message, way_out)

    @cached_property
    def undocumented(self) -> tuple[Difference, ...]:
        """What the models say that no change tells of."""
        if self.goal is None or (self.goal.parts == self.now.parts and self.goal.document == self.now.document):
            return ()
        return tuple(differences(self.goal, self.now, self.table))

    @cached_property
    def released(self) -> History | None:
        """The released versions by what was released last, whatever the models say; None where the changes do not
        lead back from there. Additions that are pending are in none of them.
        """
        if not self.undocumented or self.goal is None:
            return self.by_models
        return self._led_to(with_hidden(self.goal, self.whole, self.now)[0])

    @cached_property
    def by_models(self) -> History | None:
        """The same by what the models say, whether or not that is what was released."""
        return self._led_to(self.whole)

    def _led_to(self, contract: Contract) -> History | None:
        registry = Registry(contract, self.registry.versions)
        steps, errors = derive(registry)
        return None if errors else History(registry, steps, self.table)
