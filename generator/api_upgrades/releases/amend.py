"""Rewrites locks: to add what they lack, to correct a released version, or to accept another wording of schemas."""

from __future__ import annotations

from collections.abc import Iterable

from api_upgrades.core.errors import ApiUpgradesError, Location, RegistryError, RegistryErrors, did_you_mean
from api_upgrades.history.history import History
from api_upgrades.registry.model import Amendment
from api_upgrades.releases.fault import CheckResult, Fault, FaultKind
from api_upgrades.releases.lock import Lock, Locks, diff_digests
from api_upgrades.releases.locking import LockBuilder, find_altered_parts, find_differences
from api_upgrades.releases.project_state import RESTORE_LOCK, ProjectState

BLOCKING_KINDS: tuple[FaultKind, ...] = (
    "misfit",
    "undocumented",
    "altered",
    "inconsistent",
    "unsound",
    "internal",
    "addition",
)
"""The kinds of faults that must be fixed before anything is locked. Missing texts don't matter to a lock."""


def complete_locks(state: ProjectState, result: CheckResult) -> Locks:
    """Return the locks with the missing versions and additions added. Raises RegistryErrors for blocking faults."""
    _raise_if_any(fault for fault in result.faults if fault.kind in BLOCKING_KINDS)
    return LockBuilder().build_locks(state.history, state.locks)


def require_ready_for_addition(result: CheckResult) -> None:
    """Raise RegistryErrors for faults that block an addition, which is yet to be drafted."""
    _raise_if_any(fault for fault in result.faults if fault.kind in set(BLOCKING_KINDS) - {"undocumented"})


def rebase_locks(state: ProjectState, result: CheckResult) -> tuple[Locks, tuple[str, ...]]:
    """Return the locks with schemas as pydantic words them now, and the places whose wording changed.

    Raises RegistryErrors for blocking faults, and ApiUpgradesError if more than wording differs.
    """
    history = state.history_from_source
    accepted = {"undocumented", "altered"}
    _raise_if_any(fault for fault in result.faults if fault.kind in set(BLOCKING_KINDS) - accepted)
    if history is None:
        raise RegistryErrors(state.errors)
    for version, part in find_altered_parts(state.locked_versions, [history]):
        was = state.locked_versions.contract_at(version)
        now = LockBuilder().to_public(history.contract_at(version))
        differences = [] if was is None else find_differences(was, now, state.table)
        found = "; ".join(str(difference) for difference in differences if difference.part == part)
        what = found or f"{part}, whose released contract is unknown"
        message = f"more than wording differs: {what}. To see the possible fixes, run: api-upgrades check"
        raise ApiUpgradesError(f"{version}: {message}")
    locks = rewrite_digests(state, history)
    rewordings = (
        f"{version}: {part}"
        for version, digests in reversed(list(locks.digests.items()))
        for part, digest in digests.items()
        if state.locks.digests[version].get(part) != digest
    )
    return locks, tuple(rewordings)


def rewrite_digests(state: ProjectState, history: History) -> Locks:
    """Return the locks of versions that mean the same as in a history, with the digests that they have in it."""
    return LockBuilder().build_locks(history, state.locks)


def amend_version(state: ProjectState, version: str, why: str, date: str) -> tuple[Locks, tuple[str, ...]]:
    """Return the locks, in which a version and the older ones that change with it are recorded as derived now.

    Also returns the versions that have an amendment with this reason. `date` is the day of the amendment.

    Raises ApiUpgradesError if the version matches its release. It isn't an error if the version already has this
    amendment: an interrupted amend may have written the version and not yet the newer ones.
    """
    ids = [one.id for one in state.registry.versions]
    if version not in ids:
        hint = did_you_mean(version, ids)
        existing = ", ".join(ids)
        raise ApiUpgradesError(f"version {version!r} does not exist{hint}; the versions are: {existing}")
    if missing := [id for id in ids if id not in state.locks.by_version]:
        raise RegistryError(Location(state.locks.lock_file(missing[-1])), "is missing", RESTORE_LOCK)
    history = state.history_from_source if version == state.registry.latest.id else state.history_from_locks
    if history is None:
        raise RegistryErrors(state.errors)
    altered = list(find_altered_parts(state.locked_versions, [history]))
    older = ids[: ids.index(version) + 1]
    amended = [id for id in older if any(id == other for other, _ in altered)]
    amendments = state.locks.by_version[version].amendments
    if version not in amended:
        amended = []
    if not amended and why not in [amendment.why for amendment in amendments]:
        # This history starts from the lock of the latest version, so it doesn't show how the source differs from it.
        latest = [ids[-1]] if state.undocumented_differences and version != ids[-1] else []
        others = dict.fromkeys([*latest, *(other for other, _ in altered)])
        hint = f"; these versions do not: {', '.join(others)}" if others else ""
        raise ApiUpgradesError(f"{version} matches its release, so there is nothing to amend{hint}")
    derived = LockBuilder().build_locks(history, state.locks).by_version
    # All versions are derived from the contract of the newest lock. If that is rewritten, so are all digests.
    rewritten = ids if version == ids[-1] else amended
    now = {id: LockBuilder().compute_digests(history.contract_at(id)) for id in rewritten}
    locks: dict[str, Lock] = {}
    before: dict[str, str] = {}
    for index, id in enumerate(ids):
        old = state.locks.by_version[id]
        digests = dict(now.get(id) or state.locks.digests[id])
        updates: dict[str, object] = {"parts": diff_digests(before, digests)}
        if 0 < index <= len(older):
            updates["effects"] = derived[id].effects
        if id in amended:
            amendment = Amendment(date=date, why=why, places=_collect_places(state, history, id, altered))
            updates["amendments"] = [*(other for other in old.amendments if other != amendment), amendment]
            updates["contract"] = derived[id].contract
        locks[id] = old.model_copy(update=updates)
        before = digests
    versions = [id for id in older if why in [amendment.why for amendment in locks[id].amendments]]
    return state.locks.with_locks(locks), tuple(versions)


def _collect_places(
    state: ProjectState, history: History, version: str, altered: Iterable[tuple[str, str]]
) -> list[str]:
    """Return the places that an amendment corrects, or the parts if the version's released contract is unknown."""
    parts = [part for other, part in altered if other == version]
    was = state.locked_versions.contract_at(version)
    if was is None:
        return parts
    now = LockBuilder().to_public(history.contract_at(version))
    differences = find_differences(was, now, state.table)
    return list(dict.fromkeys(difference.place for difference in differences if difference.part in parts))


def _raise_if_any(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise RegistryErrors(found)
