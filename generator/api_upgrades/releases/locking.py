"""Builds locks from a history, and compares the contracts in locks with those that are derived now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.draft.partial_draft import DRAFT_ERRORS
from api_upgrades.effects import KINDS
from api_upgrades.history.consistency import needs_effect, parts_with_other_references
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.semantics import Digests
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage
from api_upgrades.releases.lock import Lock, Locks, diff_digests
from api_upgrades.releases.public import restrict_effects


class LockBuilder:
    """Builds locks from a history. Keeps the digests of parts, which versions share."""

    def __init__(self) -> None:
        self._visibility = Visibility()
        self._digests = Digests()

    def compute_digests(self, contract: Contract) -> dict[str, str]:
        """Return the digest of each public part of a contract."""
        return self._digests.of(self.to_public(contract))

    def to_public(self, contract: Contract) -> Contract:
        """Return a contract without its internal parts."""
        return self._visibility.public(contract)

    def collect_effects(self, step: Step) -> list[dict[str, Any]]:
        """Return the public effects of a step as data, without those that change only wording."""
        effects = [applied for applied in step.effects if not applied.change.is_wording]
        return [applied.effect.as_data() for applied in restrict_effects(effects, self._visibility)]

    def build_locks(self, history: History, before: Locks) -> Locks:
        """Build the locks of all released versions of a history, with the amendments of the locks `before`."""
        by_version: dict[str, Lock] = {}
        older: dict[str, str] = {}
        newest = history.latest.id
        for version in history.registry.versions:
            contract = history.contract_at(version.id)
            newer = self.compute_digests(contract)
            step = history.steps.get(version.id)
            old = before.by_version.get(version.id)
            by_version[version.id] = Lock(
                additions=[addition.id for addition in history.registry.additions] if version.id == newest else None,
                amendments=old.amendments if old else [],
                effects=self.collect_effects(step) if step else [],
                parts=diff_digests(older, newer),
                contract=self.to_public(contract).to_openapi() if version.id == newest else None,
            )
            older = newer
        return before.with_locks(by_version)


@dataclass(frozen=True)
class LockedVersions:
    """The released contracts, as derived from the locks alone.

    `like` is a contract with which they may have much in common, so that both hold it once.
    """

    locks: Locks
    like: Contract | None = None
    builder: LockBuilder = field(default_factory=LockBuilder, compare=False)

    def contract_at(self, version: str) -> Contract | None:
        """The contract of a locked version; None if it is unknown, or doesn't match its digests."""
        if self._newest is not None and self._newest[0] == version:
            return self._newest[1]
        return self.contracts.get(version)

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contract of each locked version, newest first, as long as they match their digests."""
        found: dict[str, Contract] = {}
        if self._newest is not None:
            with suppress(*_MALFORMED_LOCK_ERRORS):
                found.update(takewhile(lambda pair: self._is_locked(*pair), self.derive_contracts(self._newest[1])))
        return found

    @cached_property
    def _newest(self) -> tuple[str, Contract] | None:
        """The newest locked version and its contract, if that matches its digests."""
        version, lock = next(iter(list(self.locks.by_version.items())[::-1]), ("", None))
        document = lock.contract if lock else None
        if document is None:
            return None
        with suppress(*_MALFORMED_LOCK_ERRORS):
            contract = Contract.from_openapi(document)
            if self.like is not None:
                contract = contract.sharing_with(self.like)
            if self._is_locked(version, contract):
                return version, contract
        return None

    def _is_locked(self, version: str, contract: Contract) -> bool:
        return self.builder.compute_digests(contract) == self.locks.digests[version]

    def derive_contracts(self, contract: Contract) -> Iterator[tuple[str, Contract]]:
        """Yield each locked version, newest first, with its contract, given the contract of the newest.

        Older contracts result from reverting the locked effects. Stops at the first lock that cannot be reverted.
        """
        current: Contract | None = contract
        for version, lock in list(self.locks.by_version.items())[::-1]:
            if current is None:
                break
            yield version, current
            current = _revert_lock(current, lock)


def _revert_lock(contract: Contract, lock: Lock) -> Contract | None:
    try:
        for data in reversed(lock.effects):
            contract = KINDS[data["kind"]].model_validate(data).revert(contract)
    except _MALFORMED_LOCK_ERRORS:
        return None
    return contract


_MALFORMED_LOCK_ERRORS = (*DRAFT_ERRORS, RecursionError)
"""Errors that a hand-edited lock raises if its contract or effects are malformed."""


@dataclass(frozen=True)
class Difference:
    """One difference between two contracts.

    `text` describes it. `finding` is None if the parts mean the same and refer to other schemas.
    """

    target: Target
    text: str
    finding: Finding | None = None

    @property
    def place(self) -> str:
        return str(self.target)

    @property
    def part(self) -> str:
        return str(Target(self.target.part))

    def __str__(self) -> str:
        return f"{self.place} {self.text}" if self.is_predicate else f"{self.place}: {self.text}"

    @property
    def is_predicate(self) -> bool:
        """Whether the text is a predicate of the place, as in `Appointment.note was removed`."""
        return self.finding is None or self.finding.facet == "existence"


def find_differences(was: Contract, now: Contract, table: RuleTable) -> Iterator[Difference]:
    """Find every difference between two contracts. Those that a rule describes come first. Renames are not detected."""
    references = References()
    usages = [Usage(contract, references) for contract in (was, now)]

    def directions(part: Part) -> Iterable[Direction]:
        return [one for usage in usages for one in usage.directions(part)]

    described: set[Part | None] = set()
    seen: set[str] = set()
    for finding in compare(was, now, RenameMap(), directions, table):
        if not needs_effect(finding):
            continue
        difference = Difference(finding.target, finding.text, finding)
        described.add(finding.target.part)
        if str(difference) not in seen:
            seen.add(str(difference))
            yield difference
    for part in parts_with_other_references(was, now):
        if part not in described:
            yield Difference(Target(part), "refers to other schemas")


def find_altered_parts(locked: LockedVersions, histories: Sequence[History]) -> Iterator[tuple[str, str]]:
    """Find (version, part) pairs, newest first, that differ from the locked ones in every given history.

    A part whose digest is the locked one is the same. Of the others, the comparison decides which mean the same.
    """
    builder = locked.builder
    for version, was in reversed(list(locked.locks.digests.items())):
        contracts = [builder.to_public(history.contract_at(version)) for history in histories]
        derived = [builder.compute_digests(contract) for contract in contracts]
        altered = [
            part
            for part in dict.fromkeys([*was, *derived[0]])
            if all(was.get(part) != now.get(part) for now in derived)
        ]
        released = locked.contract_at(version) if altered else None
        if released is not None:
            differing = [_differing_parts(released, contract) for contract in contracts]
            altered = [part for part in altered if all(part in found for found in differing)]
        yield from ((version, part) for part in altered)


def _differing_parts(was: Contract, now: Contract) -> set[str]:
    """The parts in which the comparison finds a difference."""
    return {difference.part for difference in find_differences(was, now, RuleTable.with_overrides({}))}
