"""`check`, the gate before a merge: every difference is recorded, and released versions are unchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors, location_key
from api_upgrades.draft.draft import draft
from api_upgrades.history.consistency import find_inconsistencies
from api_upgrades.history.derive import ordered_changes
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.history.shown_messages import find_faults_of_shown_messages
from api_upgrades.history.verify import WORDING_FACETS, UncheckedExample, verify
from api_upgrades.openapi.internal import Visibility, internal_references
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import TODO, Change
from api_upgrades.releases.alterations import find_alterations, find_altered_effect, format_version_runs
from api_upgrades.releases.fault import CheckResult, Fault, FaultKind
from api_upgrades.releases.locking import Difference
from api_upgrades.releases.project_state import RESTORE_LOCK, ProjectState
from api_upgrades.sources.source_map import entry_file, is_document


def check(state: ProjectState, source: str, *, allow_todo: bool = False) -> CheckResult:
    """Find everything that is wrong with a project whose API is declared in `source`.

    `allow_todo` accepts texts that still say TODO.
    """
    try:
        undocumented = tuple(find_undocumented_differences(state, source))
    except RegistryErrors as error:  # the unreleased changes don't fit the source, so nothing else can be checked
        return CheckResult(tuple(_to_faults("misfit", error.errors)), tuple(state.registry.source_map.mistakes))
    faults = list(undocumented)
    faults += _find_lock_faults(state)
    if not undocumented:  # otherwise most misfits follow from the undocumented differences
        faults += _find_misfits(state)
    faults += find_alterations(state)
    if not allow_todo:
        faults += _find_todos(state)
    notes: list[RegistryError] = list(state.registry.source_map.mistakes)
    if not undocumented and not state.errors:
        try:
            faults += _find_history_faults(state.history)
            unsound = list(verify(state.history, entry_file(source)))
            notes += [error for error in unsound if isinstance(error, UncheckedExample)]
            certain = _to_faults("unsound", (error for error in unsound if not isinstance(error, UncheckedExample)))
            # The faults of an OpenAPI document are only notes: the team may not be its author.
            (notes if is_document(source) else faults).extend(
                [*certain, *find_internal_exposure(state.history, source)]
            )
        except RegistryErrors as error:
            faults += _to_faults("misfit", error.errors)
        notes += _find_rewordings(state, source)
    return CheckResult(tuple(sorted(faults, key=location_key)), tuple(sorted(notes, key=location_key)))


def _to_faults(kind: FaultKind, errors: Iterable[RegistryError]) -> Iterator[Fault]:
    return (Fault(kind, error.location, error.problem, fix=error.fix) for error in errors)


def find_undocumented_differences(state: ProjectState, source: str) -> Iterator[Fault]:
    """Find the differences between the source and the latest lock that no change file documents.

    A difference that occurs in several objects under the same name gives one fault. Raises RegistryErrors if the
    unreleased changes don't fit the source.
    """
    same: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for difference in state.undocumented_differences:
        same[difference.target.name, difference.text].append(difference)
    latest = state.registry.latest.id
    fix = f"Run: api-upgrades draft (or amend {latest}, if it was already like this when {latest} was released)"
    for first, *others in same.values():
        also = f" (also {', '.join(other.place for other in others)})" if others else ""
        which = ", which" if first.is_predicate else ""
        location = state.registry.source_map.locate(first.target, source)
        yield Fault("undocumented", location, f"{first}{also}{which} is not documented in any change file", fix=fix)


def _find_lock_faults(state: ProjectState) -> Iterator[Fault]:
    ids = [version.id for version in state.registry.versions]
    if missing := [id for id in ids if id not in state.locks.by_version]:
        location = Location(state.locks.lock_file(missing[-1]))
        message = f"is missing, so {format_version_runs(missing[::-1], ids)} can change unnoticed"
        yield Fault("unlocked", location, message, tuple(missing), RESTORE_LOCK)
    latest = state.registry.latest.id
    if (error := state.latest_lock_error) and not missing:
        yield Fault("unlocked", error.location, error.problem, (latest,), error.fix)
    for addition in state.unlocked_additions:
        yield Fault("unlocked", addition.locate(), "this addition is not in the locks yet. Run: api-upgrades lock")
    known = {addition.id for addition in state.registry.additions}
    for id in state.locks.additions:
        if id not in known:
            message = f"every released version includes the addition {id!r}, but its file is missing; restore it"
            yield Fault("altered", Location(state.locks.lock_file(latest)), message)


def _find_misfits(state: ProjectState) -> Iterator[Fault]:
    """Find effects that cannot be reverted; the fix says how they were released, if they were edited since then."""
    versions = {change.file: version for version in state.registry.versions for change in ordered_changes(version)}
    for error in state.errors:
        version = versions.get(error.location.file)
        altered = find_altered_effect(state, version) if version else None
        yield Fault("misfit", error.location, error.problem, fix=error.fix or (altered[1] if altered else ""))


def _find_todos(state: ProjectState) -> Iterator[Fault]:
    registry = state.registry
    changes: list[Change] = [change for version in registry.all_versions for change in version.changes]
    for change in (*changes, *registry.additions):
        for key in ("title", "why", "upgrade"):
            if TODO.search(getattr(change, key) or ""):
                location = change.source.locate(key) if change.source else Location(change.file)
                yield Fault("prose", location, f"the {key} still says TODO; write it")
    for version in registry.all_versions:
        if TODO.search(version.summary):
            yield Fault("prose", Location(version.file), "the summary still says TODO; write it")


def _find_history_faults(history: History) -> Iterator[Fault]:
    """Find faults that need every contract: inconsistent changes, missing 'upgrade' texts, breaking additions."""
    yield from _to_faults("inconsistent", find_inconsistencies(history))
    yield from _to_faults("unsound", find_faults_of_shown_messages(history))
    for version in history.versions:
        for judged in history.changes_of(version.id):
            if judged.severity == "breaking" and judged.change.upgrade is None:
                message = "is breaking and has no 'upgrade'; describe what callers must do"
                yield Fault("prose", judged.change.locate(), message)
    for judged in history.additions:
        for effect in judged.effects:
            if effect.severity in ("breaking", "risky"):
                worst = next((found for found in effect.findings if found.severity == effect.severity), None)
                where = f", in {worst.direction}s" if worst and worst.direction else ""
                problem = f"an addition must not be {effect.severity} (this one is{where})"
                location = judged.change.locate(effect.applied.index)
                instead = "record it as a change of a version"
                yield Fault("addition", location, f"{effect.effect.kind}: {problem}; {instead}")


def find_internal_exposure(history: History, source: str, memo: Memo | None = None) -> Iterator[Fault]:
    """Find public parts that refer to internal schemas, each at the newest version in which it does."""
    reported: set[tuple[Part, Part]] = set()
    visibility = (memo or Memo()).get_or_compute("visibility", (history.registry.head,), Visibility)
    for version in reversed(history.versions):
        is_head = version is history.versions[-1]
        for part, schema in internal_references(history.contract_at(version.id), visibility):
            if (part, schema) not in reported:
                reported.add((part, schema))
                message = (
                    f"{part} refers to {schema}, which is 'x-internal'{'' if is_head else f', at {version.id}'}; "
                    f"mark {part} as 'x-internal' too, or make {schema} public"
                )
                declared = history.registry.source_map.locate(Target(part), source)
                yield Fault("internal", declared if is_head else Location(version.file), message)


def _find_rewordings(state: ProjectState, source: str) -> Iterator[RegistryError]:
    """Find texts and examples that differ from those of the latest version when it was released."""
    latest = state.registry.latest.id
    released = state.locked_versions.contract_at(latest)
    if released is None:
        return
    for effect in draft(released, state.latest_from_source):
        touches = list(effect.touches())
        if all(touch.facet in (*WORDING_FACETS, "example") for touch in touches):
            change = f"{effect.headline()}, compared with the release of {latest}"
            message = f"{change}; the current text is shown for every version"
            yield RegistryError(state.registry.source_map.locate(touches[0].target, source), message)
