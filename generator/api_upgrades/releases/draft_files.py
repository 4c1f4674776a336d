"""From where a project stands to the change files that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.core.errors import ApiUpgradesError, RegistryError
from api_upgrades.draft.draft import draft
from api_upgrades.draft.grouping import Group, group_into_changes, touches_with_anchors, unique_id
from api_upgrades.draft.yaml_text import TODO, effect_lines, untitled_change_text
from api_upgrades.effects.touch import Touch
from api_upgrades.history.consistency import is_confirmed
from api_upgrades.history.derive import revert_change
from api_upgrades.history.history import JudgedChange, judge_change
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal_merge import with_hidden
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.semantics import settled
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.registry.json_schema import SCHEMA_LINE
from api_upgrades.registry.model import ADDITIONS, UNRELEASED, Change
from api_upgrades.releases.locking import LockBuilder
from api_upgrades.releases.project_state import ProjectState


@dataclass(frozen=True)
class Draft:
    """Files to write, by their names below the registry: new ones, and such as got further effects.

    `severity` is the worst of all that they tell of; None where there is nothing to tell. `reworded` are places that
    say the same in other words, of which no change can tell.
    """

    files: Mapping[str, str]
    severity: Severity | None
    reworded_places: tuple[Target, ...] = ()

    @property
    def is_compatible(self) -> bool:
        return self.severity in ("additive", "neutral")


def draft_files(state: ProjectState, renames: Names, read: Callable[[str], str], date: str | None = None) -> Draft:
    """The change files for all that no change tells of: to be released or, with a `date`, as additions.

    `read` gives the text of a file that an unreleased change stands in, by the name that messages use. Raises
    ApiUpgradesError where an addition would break somebody.
    """
    goal = _find_locked_contract(state, renames)
    effects = draft(*with_hidden(goal, state.latest_from_source_with_internal, state.latest_from_source), renames)
    if not effects:
        return Draft({}, None)
    every = group_into_changes(effects, state.latest_from_source_with_internal)
    by_group = [(group, _judge_group(group, state, goal, every)) for group in every]
    reworded = [
        group
        for group, change in by_group
        if not any(is_confirmed(one.applied, one.findings) for one in change.effects)
    ]
    groups = [group for group in every if group not in reworded]
    severities = [change.severity for group, change in by_group if group not in reworded]
    if date is not None:
        _reject_breaking(groups, severities)
    taken = {change.id.casefold() for change in _list_existing_changes(state, date)}
    files: dict[str, str] = {}
    for group, severity in zip(groups, severities, strict=True):
        asks = severity == "breaking"
        change = _find_overlapping_change(group, state) if date is None else None
        if change is not None:
            name = f"{UNRELEASED}/{change.id}.yaml"
            files[name] = _insert_effects(files.get(name) or read(change.file), change, group, asks)
            continue
        id = unique_id(group.id, taken)
        folder = UNRELEASED if date is None else ADDITIONS
        files[f"{folder}/{id}.yaml"] = untitled_change_text(SCHEMA_LINE, group.effects, asks, date)
    places = dict.fromkeys(touch.target for group in reworded for touch in group.touches)
    return Draft(files, worst(severities) if severities else None, tuple(places))


def _find_locked_contract(state: ProjectState, renames: Names) -> Contract:
    """What was released, in today's words, also for what goes by another name today."""
    if state.latest_from_lock is None:
        assert state.latest_lock_error is not None, "that says why"
        raise state.latest_lock_error
    return settled(state.latest_from_lock, state.latest_from_source, renames)


def _judge_group(group: Group, state: ProjectState, goal: Contract, groups: Sequence[Group]) -> JudgedChange:
    """A group as a change, as the public sees it, judged by the uses that both contracts make of what it alters."""
    references = References()
    usages = [Usage(contract, references) for contract in (state.latest_from_source, goal)]
    every = tuple(effect for one in groups if one is not group for effect in one.effects)
    change = Change(group.id, UNRELEASED, "", "", None, (*every, *group.effects), "")
    public = LockBuilder().to_public
    applied = revert_change(change, state.latest_from_source_with_internal)[len(every) :]
    seen = [replace(one, older=public(one.older), newer=public(one.newer)) for one in applied]
    return judge_change(seen, usages, state.table)


def _reject_breaking(groups: Sequence[Group], severities: Sequence[Severity]) -> None:
    told = [
        f"{'; '.join(effect.headline() for effect in group.effects)}: this is {severity}"
        for group, severity in zip(groups, severities, strict=True)
        if severity in ("breaking", "risky")
    ]
    if told:
        way_out = "an addition breaks nobody, in any version. Run: api-upgrades draft"
        if len(told) < len(groups):
            way_out += f", and move what breaks nobody to {ADDITIONS}/, with a 'date'"
        raise ApiUpgradesError("\n".join([*told, f"{way_out[0].upper()}{way_out[1:]}"]))


def _list_existing_changes(state: ProjectState, date: str | None) -> Iterable[Change]:
    if date is not None:
        return state.registry.additions
    return state.registry.unreleased.changes if state.registry.unreleased else ()


def _find_overlapping_change(group: Group, state: ProjectState) -> Change | None:
    """The first unreleased change that touches what a group touches: then both are one change.

    What a group tells of happened before: it leads to the newest released version as the unreleased changes have it.
    """
    touches: dict[str, list[Touch]] = {}
    changes: dict[str, Change] = {}
    for applied in state.unreleased_step.effects if state.unreleased_step else ():
        changes[applied.change.id] = applied.change
        touches.setdefault(applied.change.id, []).extend(touches_with_anchors(applied))
    return next((changes[id] for id, found in touches.items() if group.conflicts(found)), None)


def _insert_effects(text: str, change: Change, group: Group, needs_upgrade_text: bool) -> str:
    """A change file with further effects before its first one, all else left as it is."""
    lines = text.splitlines()
    at = next((index for index, line in enumerate(lines) if line.partition("#")[0].rstrip() == "effects:"), None)
    if at is None:
        message = "write 'effects:' on a line of its own, and each effect on those below it, so that more can be added"
        raise RegistryError(change.locate(), message)
    first = next((line for line in lines[at + 1 :] if line.lstrip().startswith("- ")), "  - ")
    indent = first[: len(first) - len(first.lstrip())]
    is_told = change.upgrade is not None or any(line.startswith("upgrade:") for line in lines)
    asked = [f"upgrade: {TODO}"] if needs_upgrade_text and not is_told else []
    added = effect_lines(group.effects, indent)
    return "\n".join([*lines[:at], *asked, lines[at], *added, *lines[at + 1 :]]) + "\n"
