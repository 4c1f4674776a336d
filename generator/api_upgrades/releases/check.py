"""What must hold before a change is merged: all that changed is told of, and what was released is what it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, location_key
from api_upgrades.draft.draft import draft
from api_upgrades.history.consistency import find_inconsistencies
from api_upgrades.history.derive import ordered_changes
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.history.verify import WORDING_FACETS, verify
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.internal import Visibility, internal_references
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import TODO, Change
from api_upgrades.releases.alterations import find_altered_effect, find_altered_faults, format_version_runs
from api_upgrades.releases.fault import CheckResult, Fault, FaultKind
from api_upgrades.releases.locking import Difference
from api_upgrades.releases.project_state import RESTORE_LOCK, ProjectState
from api_upgrades.sources.source_map import first_file, is_document


def check(state: ProjectState, source: str, *, allow_todo: bool = False) -> CheckResult:
    """Everything that is wrong with a project whose API is declared in `source`."""
    try:
        untold = tuple(find_undocumented(state, source))
    except RegistryErrors as error:  # what is unreleased does not fit the models; nothing else can be told
        return CheckResult(tuple(_to_faults("misfit", error.errors)), ())
    faults = list(untold)
    faults += _find_lock_faults(state)
    if not untold:  # else much of what doesn't fit follows from that
        faults += _find_misfits(state)
    faults += find_altered_faults(state)
    if not allow_todo:
        faults += _find_todos(state)
    notes: list[RegistryError] = []
    if not untold and not state.errors:
        try:
            faults += _find_history_faults(state.history)
            # What is wrong with a document is kept as it is: somebody else may have written it.
            (notes if is_document(source) else faults).extend(_find_unsound_parts(state.history, source))
        except RegistryErrors as error:
            faults += _to_faults("misfit", error.errors)
        notes += _find_rewordings(state, source)
    return CheckResult(tuple(sorted(faults, key=location_key)), tuple(sorted(notes, key=location_key)))


def _to_faults(kind: FaultKind, errors: Iterable[RegistryError]) -> Iterator[Fault]:
    return (Fault(kind, error.location, error.problem, fix=error.fix) for error in errors)


def find_undocumented(state: ProjectState, source: str) -> Iterator[Fault]:
    """What the models in `source` say and no change tells of. Raises RegistryErrors where the unreleased don't fit.

    What came or went alike under one name in several objects is told once.
    """
    alike: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for difference in state.undocumented_differences:
        alike[difference.target.name, difference.text].append(difference)
    way_out = f"Run: api-upgrades draft (or amend {state.registry.latest.id}, if it was so when that was released)"
    if not any(difference.finding for difference in state.undocumented_differences):
        way_out += ", or if only pydantic words it otherwise: api-upgrades lock --rebase"
    for first, *others in alike.values():
        also = f" (so too {', '.join(one.place for one in others)})" if others else ""
        how = ", which is in no change" if first.is_predicate else " is in no change"
        where = state.registry.declared.locate(first.target, source)
        yield Fault("undocumented", where, f"{first}{also}{how}", fix=way_out)


def _find_lock_faults(state: ProjectState) -> Iterator[Fault]:
    ids = [version.id for version in state.registry.versions]
    if missing := [id for id in ids if id not in state.locks.by_version]:
        location = Location(state.locks.lock_file(missing[-1]))
        message = f"is not there, so {format_version_runs(missing[::-1], ids)} can change unnoticed"
        yield Fault("unlocked", location, message, tuple(missing), RESTORE_LOCK)
    latest = state.registry.latest.id
    if state.latest_lock_error and not missing:
        lost = state.latest_lock_error
        yield Fault("unlocked", lost.location, lost.problem, (latest,), lost.fix)
    for addition in state.unlocked_additions:
        yield Fault("unlocked", addition.locate(), "the locks do not hold this addition yet. Run: api-upgrades lock")
    known = {addition.id for addition in state.registry.additions}
    for id in state.locks.additions:
        if id not in known:
            message = f"every released version holds the addition {id!r}, whose file is gone; put it back"
            yield Fault("altered", Location(state.locks.lock_file(latest)), message)


def _find_misfits(state: ProjectState) -> Iterator[Fault]:
    """What does not fit, and what it was where it fitted when it was released."""
    places = {change.file: version for version in state.registry.versions for change in ordered_changes(version)}
    for error in state.errors:
        version = places.get(error.location.file)
        unlike = find_altered_effect(state, version) if version else None
        yield Fault("misfit", error.location, error.problem, fix=error.fix or (unlike[1] if unlike else ""))


def _find_todos(state: ProjectState) -> Iterator[Fault]:
    registry = state.registry
    changes: list[Change] = [change for version in registry.lineup for change in version.changes]
    for change in (*changes, *registry.additions):
        for key in ("title", "why", "upgrade"):
            if TODO.search(getattr(change, key) or ""):
                location = change.source.locate(key) if change.source else Location(change.file)
                yield Fault("prose", location, f"the {key} is still to be written: it says TODO")
    for version in registry.lineup:
        if TODO.search(version.summary):
            yield Fault("prose", Location(version.file), "the summary is still to be written: it says TODO")


def _find_unsound_parts(history: History, source: str) -> Iterator[Fault]:
    """References that lead nowhere, examples that are invalid, and what is internal but referred to."""
    yield from _to_faults("unsound", verify(history, first_file(source)))
    yield from find_internal_exposure(history, source)


def _find_history_faults(history: History) -> Iterator[Fault]:
    """What shows only once every contract is there."""
    yield from _to_faults("inconsistent", find_inconsistencies(history))
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


def find_internal_exposure(history: History, source: str, memo: Memo | None = None) -> Iterator[Fault]:
    """What is public and refers to what is internal, at the newest version that has it."""
    told: set[tuple[Part, Part]] = set()
    visibility = (memo or Memo()).get_or_compute("visibility", (history.registry.head,), Visibility)
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


def _find_rewordings(state: ProjectState, source: str) -> Iterator[RegistryError]:
    """What is worded, or shown by an example, otherwise than when it was released."""
    latest = state.registry.latest.id
    was = state.locked_versions.contracts.get(latest)
    if was is None:
        return
    for effect in draft(was, state.latest_from_source):
        touches = list(effect.touches())
        if all(touch.facet in (*WORDING_FACETS, "example") for touch in touches):
            message = f"{effect.headline()} than when {latest} was released; today's serves every version"
            yield RegistryError(state.registry.declared.locate(touches[0].target, source), message)
