"""Finds released versions that differ from their locks, and the effect that is the likely cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from textwrap import shorten

from api_upgrades.core.errors import Location
from api_upgrades.draft.yaml_text import flow_yaml
from api_upgrades.history.derive import ordered_changes
from api_upgrades.registry.model import Version
from api_upgrades.releases.fault import Fault
from api_upgrades.releases.locking import find_altered_parts, find_differences
from api_upgrades.releases.project_state import ProjectState


def find_alterations(state: ProjectState) -> Iterator[Fault]:
    """Find parts of released versions that differ from the locks; a difference in several versions is one fault."""
    history = state.history_from_locks
    if history is None:
        return
    # While an addition or an amendment of the latest version is being locked, some of the locks include it and others
    # do not. So a part is altered only if its lock matches none of these histories.
    histories = [history]
    if state.unlocked_additions and not state.errors:
        histories.append(state.history)
    if state.undocumented_differences and state.history_from_source:
        histories.append(state.history_from_source)
    # If a lock is missing, the digests of the newer versions are unknown.
    ids = [version.id for version in state.registry.versions]
    known = list(takewhile(lambda id: id in state.locks.by_version, ids))
    altered = [pair for pair in find_altered_parts(state.locked_versions, histories) if pair[0] in known]
    versions = tuple(dict.fromkeys(version for version, _ in altered))
    versions_by_text: dict[str, list[str]] = defaultdict(list)
    for version in versions:
        parts = {part for other, part in altered if other == version}
        released = state.locked_versions.contract_at(version)
        derived = state.locked_versions.builder.to_public(history.contract_at(version))
        differences = [] if released is None else list(find_differences(released, derived, state.table))
        differences = [difference for difference in differences if difference.part in parts]
        for text in [*map(str, differences)] or [f"{part}: differs" for part in sorted(parts)]:
            versions_by_text[text].append(version)
    if not versions:
        return
    fix = f", or if this corrects the documentation, run: api-upgrades amend {versions[0]} --why '…'"
    for text, (newest, *older) in versions_by_text.items():
        also = f" (also in {format_version_runs(older, ids)})" if older else ""
        problem = f"{newest} differs from its release: {text}{also}"
        location, restore = _locate_cause(state, newest)
        yield Fault("altered", location, problem, (newest, *older), f"{restore}{fix}")


def format_version_runs(versions: Sequence[str], order: Sequence[str]) -> str:
    """Join versions, newest first, and shorten runs of adjacent ones: `2022-05-02 to 2023-05-12`."""
    runs: list[list[str]] = []
    for version in versions:
        if runs and order.index(runs[-1][-1]) == order.index(version) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(run[0] if len(run) == 1 else f"{run[-1]} to {run[0]}" for run in runs)


def _locate_cause(state: ProjectState, version: str) -> tuple[Location, str]:
    """Find where a newer version was edited since its release, and how to restore it; by default, it is the lock."""
    ids = [one.id for one in state.registry.versions]
    newer = state.registry.versions[ids.index(version) + 1 :]
    causes = (find_altered_effect(state, one) for one in newer)
    return next((cause for cause in causes if cause), (Location(state.locks.lock_file(version)), "Restore this file"))


def find_altered_effect(state: ProjectState, version: Version) -> tuple[Location, str] | None:
    """Find the first effect of a version that differs from its lock: its location, and how to fix it.

    Returns None if no effect differs or the version has no lock.
    """
    lock = state.locks.by_version.get(version.id)
    if lock is None:
        return None
    written = [
        (change, index, effect.as_data())
        for change in ordered_changes(version)
        if not change.is_wording
        for index, effect in enumerate(change.effects)
    ]
    now = [data for *_, data in written]
    missing = [flow_yaml(data) for data in lock.effects if data not in now]
    released = shorten(missing[0], 120, placeholder=" …") if missing else ""
    for change, index, data in written:
        if data not in lock.effects:
            added = f"{version.id} was released without this effect. Delete it"
            return change.locate(index), f"This effect was released as {released}. Restore it" if missing else added
    if missing:
        message = f"{version.id} was released with the effect {released}, which is missing. Restore it"
        return Location(version.file), message
    if now != lock.effects:
        message = f"{version.id} was released with its effects in another order. Restore that order"
        return Location(version.file), message
    return None
