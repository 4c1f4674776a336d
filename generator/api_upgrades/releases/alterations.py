"""Released versions that are no longer what their locks say, and the effect that is the likely reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from textwrap import shorten

from api_upgrades.core.errors import Location
from api_upgrades.draft.yaml_text import in_flow
from api_upgrades.history.derive import in_order
from api_upgrades.registry.model import Version
from api_upgrades.releases.fault import Fault
from api_upgrades.releases.freeze import Freezer, altered, differences
from api_upgrades.releases.project_state import ProjectState


def altered_parts(standing: ProjectState) -> Iterator[Fault]:
    """The parts of released versions that are not what they were, each difference once for all its versions."""
    released = standing.released
    if released is None:
        return
    # While an addition, or an amendment of the latest version, is on its way into the locks, some of them hold it.
    histories = [released]
    if standing.pending and not standing.errors:
        histories.append(standing.history)
    if standing.undocumented and standing.by_models:
        histories.append(standing.by_models)
    # Where a lock is missing, nobody can tell what the newer versions were.
    ids = [version.id for version in standing.registry.versions]
    known = list(takewhile(lambda id: id in standing.locks.by_version, ids))
    found = [one for one in altered(standing.frozen, histories) if one[0] in known]
    versions = tuple(dict.fromkeys(version for version, _ in found))
    by_text: dict[str, list[str]] = defaultdict(list)
    is_named = False
    for version in versions:
        parts = {part for other, part in found if other == version}
        was, now = standing.frozen.contracts.get(version), Freezer().public(released.contract_at(version))
        told = [] if was is None else [one for one in differences(was, now, standing.table) if one.part in parts]
        is_named = is_named or was is None or any(one.finding for one in told)
        for text in [str(one) for one in told] or [f"{part}: differs" for part in sorted(parts)]:
            by_text[text].append(version)
    if not versions:
        return
    way_out = f", or if this corrects the documentation run: api-upgrades amend {versions[0]} --why '…'"
    if not is_named:
        way_out += ", or if only pydantic words it otherwise: api-upgrades lock --rebase"
    order = [version.id for version in standing.registry.versions]
    for text, where in by_text.items():
        also = f" (so too in {version_runs(where[1:], order)})" if where[1:] else ""
        fact = f"{where[0]} is not as it was released: {text}{also}"
        location, remedy = _suspect(standing, where[0])
        yield Fault("altered", location, fact, tuple(where), f"{remedy}{way_out}")


def version_runs(versions: Sequence[str], order: Sequence[str]) -> str:
    """Versions, newest first, neighbours as a run: `2022-05-02 to 2023-05-12`."""
    runs: list[list[str]] = []
    for version in versions:
        if runs and order.index(runs[-1][-1]) == order.index(version) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(run[0] if len(run) == 1 else f"{run[-1]} to {run[0]}" for run in runs)


def _suspect(standing: ProjectState, version: str) -> tuple[Location, str]:
    """Where the effects that lead back to a version are not those that were released, and what makes them so again."""
    ids = [one.id for one in standing.registry.versions]
    newer = standing.registry.versions[ids.index(version) + 1 :]
    found = (unlike_released(standing, one) for one in newer)
    return next((one for one in found if one), (Location(standing.locks.file(version)), "Put it back"))


def unlike_released(standing: ProjectState, version: Version) -> tuple[Location, str] | None:
    """The same for the effects of one version; None where they are those that were released, or nobody can tell."""
    lock = standing.locks.by_version.get(version.id)
    if lock is None:
        return None
    written = [
        (change, index, effect.as_data())
        for change in in_order(version)
        if not change.is_wording
        for index, effect in enumerate(change.effects)
    ]
    now = [data for *_, data in written]
    gone = [in_flow(data) for data in lock.effects if data not in now]
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
