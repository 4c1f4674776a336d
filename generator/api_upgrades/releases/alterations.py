"""Released versions that are no longer what their locks say, and the effect that is the likely reason."""

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
from api_upgrades.releases.locking import LockBuilder, find_altered_parts, find_differences
from api_upgrades.releases.project_state import ProjectState


def find_altered_faults(state: ProjectState) -> Iterator[Fault]:
    """The parts of released versions that are not what they were, each difference once for all its versions."""
    released = state.history_from_locks
    if released is None:
        return
    # While an addition, or an amendment of the latest version, is on its way into the locks, some of them hold it.
    histories = [released]
    if state.unlocked_additions and not state.errors:
        histories.append(state.history)
    if state.undocumented_differences and state.history_from_source:
        histories.append(state.history_from_source)
    # Where a lock is missing, nobody can tell what the newer versions were.
    ids = [version.id for version in state.registry.versions]
    known = list(takewhile(lambda id: id in state.locks.by_version, ids))
    found = [one for one in find_altered_parts(state.locked_versions, histories) if one[0] in known]
    versions = tuple(dict.fromkeys(version for version, _ in found))
    by_text: dict[str, list[str]] = defaultdict(list)
    is_named = False
    for version in versions:
        parts = {part for other, part in found if other == version}
        was, now = (
            state.locked_versions.contracts.get(version),
            LockBuilder().to_public(released.contract_at(version)),
        )
        told = [] if was is None else [one for one in find_differences(was, now, state.table) if one.part in parts]
        is_named = is_named or was is None or any(one.finding for one in told)
        for text in [str(one) for one in told] or [f"{part}: differs" for part in sorted(parts)]:
            by_text[text].append(version)
    if not versions:
        return
    way_out = f", or if this corrects the documentation run: api-upgrades amend {versions[0]} --why '…'"
    if not is_named:
        way_out += ", or if only pydantic words it otherwise: api-upgrades lock --rebase"
    order = [version.id for version in state.registry.versions]
    for text, where in by_text.items():
        also = f" (so too in {format_version_runs(where[1:], order)})" if where[1:] else ""
        fact = f"{where[0]} is not as it was released: {text}{also}"
        location, remedy = _locate_cause(state, where[0])
        yield Fault("altered", location, fact, tuple(where), f"{remedy}{way_out}")


def format_version_runs(versions: Sequence[str], order: Sequence[str]) -> str:
    """Versions, newest first, neighbours as a run: `2022-05-02 to 2023-05-12`."""
    runs: list[list[str]] = []
    for version in versions:
        if runs and order.index(runs[-1][-1]) == order.index(version) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(run[0] if len(run) == 1 else f"{run[-1]} to {run[0]}" for run in runs)


def _locate_cause(state: ProjectState, version: str) -> tuple[Location, str]:
    """Where the effects that lead back to a version are not those that were released, and what makes them so again."""
    ids = [one.id for one in state.registry.versions]
    newer = state.registry.versions[ids.index(version) + 1 :]
    found = (find_altered_effect(state, one) for one in newer)
    return next((one for one in found if one), (Location(state.locks.lock_file(version)), "Put it back"))


def find_altered_effect(state: ProjectState, version: Version) -> tuple[Location, str] | None:
    """The same for the effects of one version; None where they are those that were released, or nobody can tell."""
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
    gone = [flow_yaml(data) for data in lock.effects if data not in now]
    was = f" {shorten(gone[0], 120, placeholder=' …')}" if gone else ""
    for change, index, data in written:
        if data not in lock.effects:
            added = f"{version.id} was released without this effect. Take it away"
            return change.locate(index), f"This effect was{was}. Put that back" if gone else added
    if gone:
        return Location(version.file), f"{version.id} was released with the effect{was}, which is gone. Put it back"
    if now != lock.effects:
        return Location(version.file), f"{version.id} was released with its effects in another order. Put that back"
    return None
