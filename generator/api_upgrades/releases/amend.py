"""Locks made anew: for what has none yet, for corrections that are meant, for schemas in other words."""

from __future__ import annotations

from collections.abc import Iterable

from api_upgrades.core.errors import ApiUpgradesError, Location, RegistryError, RegistryErrors, did_you_mean
from api_upgrades.history.history import History
from api_upgrades.registry.model import Amendment
from api_upgrades.releases.fault import Checked, Fault, Kind
from api_upgrades.releases.freeze import Freezer, altered, differences
from api_upgrades.releases.lock import Lock, Locks, changed_digests
from api_upgrades.releases.project_state import TAKE_BACK, ProjectState

IN_THE_WAY: tuple[Kind, ...] = ("misfit", "undocumented", "altered", "dishonest", "unsound", "internal", "addition")
"""What must be mended before anything is frozen. What is left to write doesn't matter to a lock."""


def locked(standing: ProjectState, checked: Checked) -> Locks:
    """The locks with the versions and additions that they lack. Raises RegistryErrors where something is in the way."""
    _refuse(fault for fault in checked.faults if fault.kind in IN_THE_WAY)
    return Freezer().locks(standing.history, standing.locks)


def refuse_before_addition(checked: Checked) -> None:
    """Raises RegistryErrors where something is in the way of an addition that is still to be drafted."""
    _refuse(fault for fault in checked.faults if fault.kind in set(IN_THE_WAY) - {"undocumented"})


def rebased(standing: ProjectState, checked: Checked) -> tuple[Locks, tuple[str, ...]]:
    """The locks with schemas as pydantic words them today, and what differs by that.

    Raises RegistryErrors where more than words differ.
    """
    history = standing.by_models
    others = [fault for fault in checked.faults if fault.kind in set(IN_THE_WAY) - {"undocumented", "altered"}]
    _refuse(others)
    if history is None:
        raise RegistryErrors(standing.errors)
    freezer = Freezer()
    found: dict[str, None] = {}
    for version, part in altered(standing.frozen, [history]):
        was = standing.frozen.contracts.get(version)
        told = (
            [] if was is None else list(differences(was, freezer.public(history.contract_at(version)), standing.table))
        )
        meant = [one for one in told if one.part == part and one.finding]
        if was is None or meant:
            what = "; ".join(map(str, meant)) or f"{part}, of which nobody can tell what it was,"
            raise ApiUpgradesError(
                f"{version}: {what} differs in more than words. Run: api-upgrades check, for the ways out"
            )
        found |= dict.fromkeys(f"{version}: {one}" for one in told if one.part == part)
    return freezer.locks(history, standing.locks), tuple(found)


def amended(standing: ProjectState, version: str, why: str, date: str) -> tuple[Locks, tuple[str, ...]]:
    """The locks with one version as it is derived now, and the older ones with it; and which versions these are.

    Raises ApiUpgradesError where the version is as it was released. That it has the amendment already is fine: the
    version is written after the older ones and before the newer one, which that leaves to be done.
    """
    ids = [one.id for one in standing.registry.versions]
    if version not in ids:
        hint = did_you_mean(version, ids)
        raise ApiUpgradesError(f"there is no version {version!r}{hint}; there are {', '.join(ids)}")
    if missing := [id for id in ids if id not in standing.locks.by_version]:
        raise RegistryError(Location(standing.locks.file(missing[-1])), "is not there", TAKE_BACK)
    history = standing.by_models if version == standing.registry.latest.id else standing.released
    if history is None:
        raise RegistryErrors(standing.errors)
    found = list(altered(standing.frozen, [history]))
    older = ids[: ids.index(version) + 1]
    moved = [id for id in older if any(id == other for other, _ in found)]
    amendments = standing.locks.by_version[version].amendments
    if version not in moved:
        moved = []
    if not moved and why not in [one.why for one in amendments]:
        edited = [ids[-1]] if standing.undocumented and version != ids[-1] else []  # by the models, which all follow
        others = dict.fromkeys([*edited, *(other for other, _ in found)])
        hint = f"; these are not: {', '.join(others)}" if others else ""
        raise ApiUpgradesError(f"{version} is as it was released, so there is nothing to amend{hint}")
    fresh = Freezer().locks(history, standing.locks).by_version
    now = {id: Freezer().digests(history.contract_at(id)) for id in moved}
    result: dict[str, Lock] = {}
    before: dict[str, str] = {}
    for index, id in enumerate(ids):
        old = standing.locks.by_version[id]
        digests = dict(now.get(id) or standing.locks.digests[id])
        updates: dict[str, object] = {"parts": changed_digests(before, digests)}
        if 0 < index <= len(older):
            updates["effects"] = fresh[id].effects
        if id in moved:
            amendment = Amendment(date=date, why=why, places=_places(standing, history, id, found))
            updates["amendments"] = [*(one for one in old.amendments if one != amendment), amendment]
            updates["contract"] = fresh[id].contract
        result[id] = old.model_copy(update=updates)
        before = digests
    told = [id for id in older if why in [one.why for one in result[id].amendments]]
    return standing.locks.with_locks(result), tuple(told)


def _places(standing: ProjectState, history: History, version: str, found: Iterable[tuple[str, str]]) -> list[str]:
    """What a correction is about: each place that differs, or the part where nobody can tell."""
    parts = [part for other, part in found if other == version]
    was = standing.frozen.contracts.get(version)
    if was is None:
        return parts
    now = Freezer().public(history.contract_at(version))
    return list(dict.fromkeys(one.place for one in differences(was, now, standing.table) if one.part in parts))


def _refuse(faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise RegistryErrors(found)
