"""Locks made anew: for what has none yet, for corrections that are meant, for schemas in other words."""

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
"""What must be mended before anything is frozen. What is left to write doesn't matter to a lock."""


def complete_locks(state: ProjectState, result: CheckResult) -> Locks:
    """The locks with the versions and additions that they lack. Raises RegistryErrors where something is in the way."""
    _raise_if_any(fault for fault in result.faults if fault.kind in BLOCKING_KINDS)
    return LockBuilder().build_locks(state.history, state.locks)


def require_ready_for_addition(result: CheckResult) -> None:
    """Raises RegistryErrors where something is in the way of an addition that is still to be drafted."""
    _raise_if_any(fault for fault in result.faults if fault.kind in set(BLOCKING_KINDS) - {"undocumented"})


def rebase_locks(state: ProjectState, result: CheckResult) -> tuple[Locks, tuple[str, ...]]:
    """The locks with schemas as pydantic words them today, and what differs by that.

    Raises RegistryErrors where more than words differ.
    """
    history = state.history_from_source
    others = [fault for fault in result.faults if fault.kind in set(BLOCKING_KINDS) - {"undocumented", "altered"}]
    _raise_if_any(others)
    if history is None:
        raise RegistryErrors(state.errors)
    freezer = LockBuilder()
    found: dict[str, None] = {}
    for version, part in find_altered_parts(state.locked_versions, [history]):
        was = state.locked_versions.contracts.get(version)
        told = (
            []
            if was is None
            else list(find_differences(was, freezer.to_public(history.contract_at(version)), state.table))
        )
        meant = [one for one in told if one.part == part and one.finding]
        if was is None or meant:
            what = "; ".join(map(str, meant)) or f"{part}, of which nobody can tell what it was,"
            raise ApiUpgradesError(
                f"{version}: {what} differs in more than words. Run: api-upgrades check, for the ways out"
            )
        found |= dict.fromkeys(f"{version}: {one}" for one in told if one.part == part)
    return freezer.build_locks(history, state.locks), tuple(found)


def amend_version(state: ProjectState, version: str, why: str, date: str) -> tuple[Locks, tuple[str, ...]]:
    """The locks with one version as it is derived now, and the older ones with it; and which versions these are.

    Raises ApiUpgradesError where the version is as it was released. That it has the amendment already is fine: the
    version is written after the older ones and before the newer one, which that leaves to be done.
    """
    ids = [one.id for one in state.registry.versions]
    if version not in ids:
        hint = did_you_mean(version, ids)
        raise ApiUpgradesError(f"there is no version {version!r}{hint}; there are {', '.join(ids)}")
    if missing := [id for id in ids if id not in state.locks.by_version]:
        raise RegistryError(Location(state.locks.lock_file(missing[-1])), "is not there", RESTORE_LOCK)
    history = state.history_from_source if version == state.registry.latest.id else state.history_from_locks
    if history is None:
        raise RegistryErrors(state.errors)
    found = list(find_altered_parts(state.locked_versions, [history]))
    older = ids[: ids.index(version) + 1]
    moved = [id for id in older if any(id == other for other, _ in found)]
    amendments = state.locks.by_version[version].amendments
    if version not in moved:
        moved = []
    if not moved and why not in [one.why for one in amendments]:
        edited = (
            [ids[-1]] if state.undocumented_differences and version != ids[-1] else []
        )  # by the models, which all follow
        others = dict.fromkeys([*edited, *(other for other, _ in found)])
        hint = f"; these are not: {', '.join(others)}" if others else ""
        raise ApiUpgradesError(f"{version} is as it was released, so there is nothing to amend{hint}")
    fresh = LockBuilder().build_locks(history, state.locks).by_version
    now = {id: LockBuilder().compute_digests(history.contract_at(id)) for id in moved}
    result: dict[str, Lock] = {}
    before: dict[str, str] = {}
    for index, id in enumerate(ids):
        old = state.locks.by_version[id]
        digests = dict(now.get(id) or state.locks.digests[id])
        updates: dict[str, object] = {"parts": diff_digests(before, digests)}
        if 0 < index <= len(older):
            updates["effects"] = fresh[id].effects
        if id in moved:
            amendment = Amendment(date=date, why=why, places=_collect_places(state, history, id, found))
            updates["amendments"] = [*(one for one in old.amendments if one != amendment), amendment]
            updates["contract"] = fresh[id].contract
        result[id] = old.model_copy(update=updates)
        before = digests
    told = [id for id in older if why in [one.why for one in result[id].amendments]]
    return state.locks.with_locks(result), tuple(told)


def _collect_places(state: ProjectState, history: History, version: str, found: Iterable[tuple[str, str]]) -> list[str]:
    """What a correction is about: each place that differs, or the part where nobody can tell."""
    parts = [part for other, part in found if other == version]
    was = state.locked_versions.contracts.get(version)
    if was is None:
        return parts
    now = LockBuilder().to_public(history.contract_at(version))
    return list(dict.fromkeys(one.place for one in find_differences(was, now, state.table) if one.part in parts))


def _raise_if_any(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise RegistryErrors(found)
