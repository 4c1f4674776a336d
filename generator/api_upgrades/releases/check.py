"""What must hold before a change is merged: all that changed is told of, and what was released is what it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, by_place
from api_upgrades.draft.draft import draft
from api_upgrades.history.consistency import dishonest
from api_upgrades.history.derive import in_order
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memory
from api_upgrades.history.verify import WORDING, verify
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.internal import Visibility, internal_references
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import TODO, Change
from api_upgrades.releases.alterations import altered_parts, unlike_released, version_runs
from api_upgrades.releases.fault import Checked, Fault, Kind
from api_upgrades.releases.freeze import Difference
from api_upgrades.releases.project_state import TAKE_BACK, ProjectState
from api_upgrades.sources.source_map import first_file, is_document


def check(standing: ProjectState, source: str, *, allow_todo: bool = False) -> Checked:
    """Everything that is wrong with a project whose API is declared in `source`."""
    try:
        untold = tuple(undocumented(standing, source))
    except RegistryErrors as error:  # what is unreleased does not fit the models; nothing else can be told
        return Checked(tuple(_faults("misfit", error.errors)), ())
    faults = list(untold)
    faults += _unfrozen(standing)
    if not untold:  # else much of what doesn't fit follows from that
        faults += _misfits(standing)
    faults += altered_parts(standing)
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


def undocumented(standing: ProjectState, source: str) -> Iterator[Fault]:
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


def _unfrozen(standing: ProjectState) -> Iterator[Fault]:
    ids = [version.id for version in standing.registry.versions]
    if missing := [id for id in ids if id not in standing.locks.by_version]:
        location = Location(standing.locks.file(missing[-1]))
        message = f"is not there, so {version_runs(missing[::-1], ids)} can change unnoticed"
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


def _misfits(standing: ProjectState) -> Iterator[Fault]:
    """What does not fit, and what it was where it fitted when it was released."""
    places = {change.file: version for version in standing.registry.versions for change in in_order(version)}
    for error in standing.errors:
        version = places.get(error.location.file)
        unlike = unlike_released(standing, version) if version else None
        yield Fault("misfit", error.location, error.told, way_out=error.way_out or (unlike[1] if unlike else ""))


def _prose(standing: ProjectState) -> Iterator[Fault]:
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


def _rewordings(standing: ProjectState, source: str) -> Iterator[RegistryError]:
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
