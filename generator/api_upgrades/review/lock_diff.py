"""Compares the locked contracts of two states of a project. They differ after amendments, or if locks were edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.core.errors import RegistryErrors
from api_upgrades.history.derive import revert_change
from api_upgrades.openapi.contract import Contract
from api_upgrades.releases.locking import LockBuilder, find_differences
from api_upgrades.releases.project_state import ProjectState


@dataclass(frozen=True)
class LockChange:
    """One difference, in the locked contracts of one or more versions.

    `versions` has the newest first. `why` has the reasons of their new amendments; it is empty if there are none.
    """

    versions: tuple[str, ...]
    text: str
    why: tuple[str, ...]


def diff_locks(before: ProjectState, now: ProjectState) -> tuple[LockChange, ...]:
    """Find the differences between the locked contracts. A new addition isn't counted, as it is in all versions."""
    versions_by_text: dict[str, list[str]] = {}
    for version, text in _find_differences(before, now):
        versions_by_text.setdefault(text, []).append(version)
    return tuple(
        LockChange(tuple(versions), text, _collect_reasons(before, now, versions))
        for text, versions in versions_by_text.items()
    )


def _collect_reasons(before: ProjectState, now: ProjectState, versions: list[str]) -> tuple[str, ...]:
    reasons: dict[str, None] = {}
    for version in versions:
        lock = now.locks.by_version.get(version)
        known = before.locks.by_version[version].amendments
        new = [amendment for amendment in (lock.amendments if lock else ()) if amendment not in known]
        reasons |= dict.fromkeys(amendment.why for amendment in new)
    return tuple(reasons)


def _find_differences(before: ProjectState, now: ProjectState) -> Iterator[tuple[str, str]]:
    """Yield (version, difference) pairs, the newest version first."""
    builder = LockBuilder()
    contracts = _revert_new_additions(before, now)
    for version, was in list(before.locks.digests.items())[::-1]:
        if version not in now.locks.digests:
            yield version, "is no longer locked"
            continue
        older, newer = before.locked_versions.contract_at(version), contracts.get(version)
        digests = builder.compute_digests(newer) if newer else now.locks.digests[version]
        parts = {part for part in was.keys() | digests.keys() if was.get(part) != digests.get(part)}
        differences = list(find_differences(older, newer, now.table)) if parts and older and newer else []
        yield from ((version, str(difference)) for difference in differences if difference.part in parts)
        described = {difference.part for difference in differences}
        yield from ((version, f"{part} differs") for part in sorted(parts - described))


def _revert_new_additions(before: ProjectState, now: ProjectState) -> Mapping[str, Contract]:
    """Return the locked contracts of the state `now`, without the additions that were not locked before."""
    contracts = now.locked_versions.contracts
    known = before.locks.additions
    added = [
        addition
        for addition in now.registry.additions
        if addition.id in now.locks.additions and addition.id not in known
    ]
    if not contracts or not added:
        return contracts
    contract = next(iter(contracts.values()))
    try:
        for addition in reversed(added):
            contract = revert_change(addition, contract)[0].older
    except RegistryErrors:  # the addition was edited after it was locked; its effect then shows as a difference
        return contracts
    reverted = now.locked_versions.derive_contracts(contract)
    return {version: contract for version, contract in reverted if version in contracts}
