"""What is frozen otherwise than it was before: by an amendment, or because somebody wrote to a lock."""

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
    """One difference in what is frozen of some versions, newest first.

    `why` are the reasons that new amendments give; there are none where the locks were written without one.
    """

    versions: tuple[str, ...]
    text: str
    why: tuple[str, ...]


def diff_locks(before: ProjectState, now: ProjectState) -> tuple[LockChange, ...]:
    """What is frozen otherwise than before. A new addition is in all versions, and alters none."""
    found: dict[str, list[str]] = {}
    for version, text in _find_differences(before, now):
        found.setdefault(text, []).append(version)
    return tuple(
        LockChange(tuple(versions), text, _collect_reasons(before, now, versions)) for text, versions in found.items()
    )


def _collect_reasons(before: ProjectState, now: ProjectState, versions: list[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for version in versions:
        lock = now.locks.by_version.get(version)
        known = before.locks.by_version[version].amendments
        found |= {one.why: None for one in (lock.amendments if lock else ()) if one not in known}
    return tuple(found)


def _find_differences(before: ProjectState, now: ProjectState) -> Iterator[tuple[str, str]]:
    """Each version, newest first, with each difference that it has."""
    freezer = LockBuilder()
    contracts = _revert_new_additions(before, now)
    for version, was in list(before.locks.digests.items())[::-1]:
        if version not in now.locks.digests:
            yield version, "is not frozen any more"
            continue
        older, newer = before.locked_versions.contracts.get(version), contracts.get(version)
        digests = freezer.compute_digests(newer) if newer else now.locks.digests[version]
        parts = {part for part in was.keys() | digests.keys() if was.get(part) != digests.get(part)}
        told = list(find_differences(older, newer, now.table)) if parts and older and newer else []
        yield from ((version, str(one)) for one in told if one.part in parts)
        yield from ((version, f"{part} differs") for part in sorted(parts - {one.part for one in told}))


def _revert_new_additions(before: ProjectState, now: ProjectState) -> Mapping[str, Contract]:
    """The frozen contracts, with the additions undone that were not frozen before."""
    contracts = now.locked_versions.contracts
    known = before.locks.additions
    added = [one for one in now.registry.additions if one.id in now.locks.additions and one.id not in known]
    if not contracts or not added:
        return contracts
    contract = next(iter(contracts.values()))
    try:
        for addition in reversed(added):
            contract = revert_change(addition, contract)[0].older
    except RegistryErrors:  # it is edited since it was frozen, which then shows as what it altered
        return contracts
    return {version: led for version, led in now.locked_versions.derive_contracts(contract) if version in contracts}
