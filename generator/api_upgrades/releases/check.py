"""What must hold before a change is merged: all that changed is told of, and what was released is what it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from textwrap import shorten
from typing import Literal

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, by_place
from api_upgrades.core.json import Json
from api_upgrades.draft.draft import draft
from api_upgrades.draft.yaml_text import in_flow
from api_upgrades.history.consistency import dishonest
from api_upgrades.history.derive import in_order
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memory
from api_upgrades.history.verify import WORDING, verify
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.internal import Visibility, internal_references
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import TODO, Change, Version
from api_upgrades.releases.freeze import Difference, Freezer, altered, differences
from api_upgrades.releases.project_state import TAKE_BACK, Standing
from api_upgrades.sources.source_map import first_file, is_document

Kind = Literal["misfit", "undocumented", "altered", "unfrozen", "dishonest", "unsound", "internal", "addition", "prose"]


class Fault(RegistryError):
    """One thing that `check` finds. `versions` are those that it is about, where it is about released ones."""

    def __init__(
        self, kind: Kind, location: Location, told: str, versions: tuple[str, ...] = (), way_out: str = ""
    ) -> None:
        super().__init__(location, told, way_out)
        self.kind = kind
        self.versions = versions

    def as_json(self) -> dict[str, Json]:
        return {"kind": self.kind, **_place_as_json(self), "versions": list(self.versions)}


@dataclass(frozen=True)
class Checked:
    """What a check found. `notes` are worth a look and no fault."""

    faults: tuple[Fault, ...]
    notes: tuple[RegistryError, ...]

    def as_json(self) -> dict[str, Json]:
        return {
            "faults": [fault.as_json() for fault in self.faults],
            "notes": [_place_as_json(note) for note in self.notes],
        }


def _place_as_json(error: RegistryError) -> dict[str, Json]:
    where = error.location
    return {"file": where.file, "line": where.line, "column": where.column, "message": error.message}


def check(standing: Standing, source: str, *, allow_todo: bool = False) -> Checked:
    """Everything that is wrong with a project whose API is declared in `source`."""
    try:
        untold = tuple(undocumented(standing, source))
    except RegistryErrors as error:  # what is unreleased does not fit the models; nothing else can be told
        return Checked(tuple(_faults("misfit", error.errors)), ())
    faults = list(untold)
    faults += _unfrozen(standing)
    if not untold:  # else much of what doesn't fit follows from that
        faults += _misfits(standing)
    faults += _altered(standing)
    if not allow_todo:
        faults += _prose(standing)
    notes: list[RegistryError] = []
    if not untold and not standing.errors:
        try:
            faults += _of_history(standing.history)
            # What is wrong with a document is kept as it is: somebody else may have written it.
            (notes if is_document(source) else faults).extend(_unsound(standing.history, source))
        except RegistryErrors as error:
            faults += _faults("misfit", error.errors)
        notes += _rewordings(standing, source)
    return Checked(tuple(sorted(faults, key=by_place)), tuple(sorted(notes, key=by_place)))


def _faults(kind: Kind, errors: Iterable[RegistryError]) -> Iterator[Fault]:
    return (Fault(kind, error.location, error.told, way_out=error.way_out) for error in errors)


def undocumented(standing: Standing, source: str) -> Iterator[Fault]:
    """What the models in `source` say and no change tells of. Raises RegistryErrors where the unreleased don't fit.

    What came or went alike under one name in several objects is told once.
    """
    alike: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for difference in standing.undocumented:
        alike[difference.target.name, difference.text].append(difference)
    way_out = f"Run: api-upgrades draft (or amend {standing.registry.latest.id}, if it was so when that was released)"
    if not any(difference.finding for difference in standing.undocumented):
        way_out += ", or if only pydantic words it otherwise: api-upgrades lock --rebase"
    for first, *others in alike.values():
        also = f" (so too {', '.join(one.place for one in others)})" if others else ""
        how = ", which is in no change" if first.is_sentence else " is in no change"
        where = standing.registry.declared.locate(first.target, source)
        yield Fault("undocumented", where, f"{first}{also}{how}", way_out=way_out)


def _unfrozen(standing: Standing) -> Iterator[Fault]:
    ids = [version.id for version in standing.registry.versions]
    if missing := [id for id in ids if id not in standing.locks.by_version]:
        location = Location(standing.locks.file(missing[-1]))
        message = f"is not there, so {_runs(missing[::-1], ids)} can change unnoticed"
        yield Fault("unfrozen", location, message, tuple(missing), TAKE_BACK)
    latest = standing.registry.latest.id
    if standing.lost and not missing:
        lost = standing.lost
        yield Fault("unfrozen", lost.location, lost.told, (latest,), lost.way_out)
    for addition in standing.pending:
        yield Fault("unfrozen", addition.locate(), "the locks do not hold this addition yet. Run: api-upgrades lock")
    known = {addition.id for addition in standing.registry.additions}
    for id in standing.locks.additions:
        if id not in known:
            message = f"every released version holds the addition {id!r}, whose file is gone; put it back"
            yield Fault("altered", Location(standing.locks.file(latest)), message)


def _altered(standing: Standing) -> Iterator[Fault]:
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
        also = f" (so too in {_runs(where[1:], order)})" if where[1:] else ""
        fact = f"{where[0]} is not as it was released: {text}{also}"
        location, remedy = _suspect(standing, where[0])
        yield Fault("altered", location, fact, tuple(where), f"{remedy}{way_out}")


def _runs(versions: Sequence[str], order: Sequence[str]) -> str:
    """Versions, newest first, neighbours as a run: `2022-05-02 to 2023-05-12`."""
    runs: list[list[str]] = []
    for version in versions:
        if runs and order.index(runs[-1][-1]) == order.index(version) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return ", ".join(run[0] if len(run) == 1 else f"{run[-1]} to {run[0]}" for run in runs)


def _suspect(standing: Standing, version: str) -> tuple[Location, str]:
    """Where the effects that lead back to a version are not those that were released, and what makes them so again."""
    ids = [one.id for one in standing.registry.versions]
    newer = standing.registry.versions[ids.index(version) + 1 :]
    found = (_unlike_released(standing, one) for one in newer)
    return next((one for one in found if one), (Location(standing.locks.file(version)), "Put it back"))


def _unlike_released(standing: Standing, version: Version) -> tuple[Location, str] | None:
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


def _misfits(standing: Standing) -> Iterator[Fault]:
    """What does not fit, and what it was where it fitted when it was released."""
    places = {change.file: version for version in standing.registry.versions for change in in_order(version)}
    for error in standing.errors:
        version = places.get(error.location.file)
        unlike = _unlike_released(standing, version) if version else None
        yield Fault("misfit", error.location, error.told, way_out=error.way_out or (unlike[1] if unlike else ""))


def _prose(standing: Standing) -> Iterator[Fault]:
    registry = standing.registry
    changes: list[Change] = [change for version in registry.lineup for change in version.changes]
    for change in (*changes, *registry.additions):
        for key in ("title", "why", "upgrade"):
            if TODO.search(getattr(change, key) or ""):
                location = change.source.locate(key) if change.source else Location(change.file)
                yield Fault("prose", location, f"the {key} is still to be written: it says TODO")
    for version in registry.lineup:
        if TODO.search(version.summary):
            yield Fault("prose", Location(version.file), "the summary is still to be written: it says TODO")


def _unsound(history: History, source: str) -> Iterator[Fault]:
    """References that lead nowhere, examples that are invalid, and what is internal but referred to."""
    yield from _faults("unsound", verify(history, first_file(source)))
    yield from exposed(history, source)


def _of_history(history: History) -> Iterator[Fault]:
    """What shows only once every contract is there."""
    yield from _faults("dishonest", dishonest(history))
    for version in history.versions:
        for judged in history.changes_of(version.id):
            if judged.severity == "breaking" and judged.change.upgrade is None:
                yield Fault(
                    "prose", judged.change.locate(), "breaks callers and has no 'upgrade': say what they must do"
                )
    for judged in history.additions:
        for one in judged.effects:
            if one.severity in ("breaking", "risky"):
                worst = next((found for found in one.findings if found.severity == one.severity), None)
                where = f" in {worst.direction}s" if worst and worst.direction else ""
                message = f"is {one.severity}{where}, and an addition breaks nobody; release it as a change"
                location = judged.change.locate(one.applied.index)
                yield Fault("addition", location, f"{one.effect.kind}: {message}")


def exposed(history: History, source: str, memory: Memory | None = None) -> Iterator[Fault]:
    """What is public and refers to what is internal, at the newest version that has it."""
    told: set[tuple[Part, Part]] = set()
    visibility = (memory or Memory()).kept("visibility", (history.registry.head,), Visibility)
    for version in reversed(history.versions):
        is_head = version is history.versions[-1]
        for part, schema in internal_references(history.contract_at(version.id), visibility):
            if (part, schema) not in told:
                told.add((part, schema))
                message = (
                    f"{part} refers to {schema}, which is 'x-internal'{'' if is_head else f', at {version.id}'}; "
                    f"mark {part} so too, or make {schema} public"
                )
                declared = history.registry.declared.locate(Target(part), source)
                yield Fault("internal", declared if is_head else Location(version.file), message)


def _rewordings(standing: Standing, source: str) -> Iterator[RegistryError]:
    """What is worded, or shown by an example, otherwise than when it was released."""
    latest = standing.registry.latest.id
    was = standing.frozen.contracts.get(latest)
    if was is None:
        return
    for effect in draft(was, standing.now):
        touches = list(effect.touches())
        if all(touch.facet in (*WORDING, "example") for touch in touches):
            message = f"{effect.headline()} than when {latest} was released; today's serves every version"
            yield RegistryError(standing.registry.declared.locate(touches[0].target, source), message)
