"""What was released against what is derived now: freezing contracts, and finding those that are not what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json, format_pointer
from api_upgrades.draft.undo import DRAFT_ERRORS, find_json_differences
from api_upgrades.effects import KINDS
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.semantics import Digests, meaning
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage
from api_upgrades.releases.lock import Lock, Locks, diff_digests
from api_upgrades.releases.public import restrict_effects


class LockBuilder:
    """Makes locks of a history. What several versions share is read once."""

    def __init__(self) -> None:
        self._visibility = Visibility()
        self._digests = Digests()

    def compute_digests(self, contract: Contract) -> dict[str, str]:
        """The digests of what is public in a contract."""
        return self._digests.of(self.to_public(contract))

    def to_public(self, contract: Contract) -> Contract:
        return self._visibility.public(contract)

    def collect_effects(self, step: Step) -> list[dict[str, Any]]:
        """The effects that led to a version, as far as the public sees them, without mere wording."""
        effects = [applied for applied in step.effects if not applied.change.is_wording]
        return [applied.effect.as_data() for applied in restrict_effects(effects, self._visibility)]

    def build_locks(self, history: History, before: Locks) -> Locks:
        """The locks of all released versions of a history. Amendments of `before` are kept."""
        found: dict[str, Lock] = {}
        older: dict[str, str] = {}
        newest = history.latest.id
        for version in history.registry.versions:
            contract = history.contract_at(version.id)
            newer = self.compute_digests(contract)
            step = history.steps.get(version.id)
            old = before.by_version.get(version.id)
            found[version.id] = Lock(
                additions=[one.id for one in history.registry.additions] if version.id == newest else None,
                amendments=old.amendments if old else [],
                effects=self.collect_effects(step) if step else [],
                parts=diff_digests(older, newer),
                contract=self.to_public(contract).to_openapi() if version.id == newest else None,
            )
            older = newer
        return before.with_locks(found)


@dataclass(frozen=True)
class LockedVersions:
    """What the locks say of the versions that have one, oldest first."""

    locks: Locks

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts as they were released, for as many versions back as can be derived from the locks alone."""
        freezer = LockBuilder()
        whole = next((lock.contract for lock in list(self.locks.by_version.values())[::-1]), None)
        found: dict[str, Contract] = {}
        if whole is not None:
            with suppress(*_MALFORMED_LOCK_ERRORS):
                led_to = self.derive_contracts(Contract.from_openapi(whole))
                found.update(
                    takewhile(lambda one: freezer.compute_digests(one[1]) == self.locks.digests[one[0]], led_to)
                )
        return found

    def derive_contracts(self, contract: Contract) -> Iterator[tuple[str, Contract]]:
        """A contract as that of the newest version, and those from which the frozen effects led to it, back from there
        for as long as they fit.
        """
        back: Contract | None = contract
        for version, lock in list(self.locks.by_version.items())[::-1]:
            if back is None:
                break
            yield version, back
            back = _revert_lock(back, lock)


def _revert_lock(contract: Contract, lock: Lock) -> Contract | None:
    try:
        for data in reversed(lock.effects):
            contract = KINDS[data["kind"]].model_validate(data).revert(contract)
    except _MALFORMED_LOCK_ERRORS:
        return None
    return contract


_MALFORMED_LOCK_ERRORS = (*DRAFT_ERRORS, RecursionError)
"""How JSON that somebody wrote into a lock fails, if it is no contract or no effect."""


@dataclass(frozen=True)
class Difference:
    """One difference in what two contracts promise, `text` saying which; `finding` is None where no rule names it."""

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
        """Whether the text goes on from the place: `Appointment.note is gone`."""
        return self.finding is None or self.finding.facet == "existence"


def find_differences(was: Contract, now: Contract, table: RuleTable) -> Iterator[Difference]:
    """Every difference in what two contracts promise, names not followed, those first that rules name."""
    references = References()
    usages = [Usage(contract, references) for contract in (was, now)]

    def directions(part: Part) -> Iterable[Direction]:
        return [one for usage in usages for one in usage.directions(part)]

    named: set[Part | None] = set()
    seen: set[str] = set()
    for finding in compare(was, now, Names(), directions, table):
        difference = Difference(finding.target, finding.text, finding)
        named.add(finding.target.part)
        if str(difference) not in seen:
            seen.add(str(difference))
            yield difference
    yield from _find_unruled_differences(was, now, named)


def _find_unruled_differences(was: Contract, now: Contract, named: set[Part | None]) -> Iterator[Difference]:
    """What differs in parts in which no rule found anything."""
    pairs: list[tuple[Part | None, Json, Json]] = [
        (part, value, now.parts[part]) for part, value in was.parts.items() if part in now.parts
    ]
    pairs.append((None, was.said, now.said))
    for part, before, after in pairs:
        if part in named or before is after:
            continue
        for left in find_json_differences(meaning(after), meaning(before)):
            pointer = format_pointer(left.pointer)
            yield Difference(Target(part), f"differs at {pointer or 'its top'}")


def find_altered_parts(locked: LockedVersions, histories: Sequence[History]) -> Iterator[tuple[str, str]]:
    """The versions, newest first, and the parts of each, that are by none of the histories what was released."""
    freezer = LockBuilder()
    for version, was in reversed(list(locked.locks.digests.items())):
        found = [freezer.compute_digests(history.contract_at(version)) for history in histories]
        for part in dict.fromkeys([*was, *found[0]]):
            if all(was.get(part) != now.get(part) for now in found):
                yield version, part
