"""Drafts change files for the differences that no change file documents yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.core.errors import ApiUpgradesError, RegistryError
from api_upgrades.draft.draft import draft
from api_upgrades.draft.grouping import (
    IndependentChange,
    group_into_independent_changes,
    touches_with_anchors,
    unique_id,
)
from api_upgrades.draft.importing.settling import keep_differences
from api_upgrades.draft.yaml_text import TODO, effect_lines, untitled_change_text
from api_upgrades.effects.touch import Touch
from api_upgrades.history.consistency import parts_with_other_references
from api_upgrades.history.derive import AppliedEffect, revert_change
from api_upgrades.history.history import JudgedChange, judge_change
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal_merge import restore_internal
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.semantics import adopt_wording
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.registry.json_schema import SCHEMA_LINE
from api_upgrades.registry.model import ADDITIONS, UNRELEASED, Change
from api_upgrades.releases.locking import LockBuilder
from api_upgrades.releases.project_state import ProjectState


@dataclass(frozen=True)
class Draft:
    """Change files to write, new ones and extended ones: their texts by their paths below the registry.

    `severity` is the worst of all their changes; None if there are none.
    """

    files: Mapping[str, str]
    severity: Severity | None

    @property
    def is_compatible(self) -> bool:
        """Whether no change is breaking or risky, so that all of them could be additions."""
        return self.severity in ("additive", "neutral")


def draft_files(state: ProjectState, renames: RenameMap, read: Callable[[str], str], date: str | None = None) -> Draft:
    """Draft change files for all undocumented differences, as unreleased changes or, with a `date`, as additions.

    `read` returns the text of an unreleased change's file, given its displayed path. Raises ApiUpgradesError for a
    breaking or risky addition, and RegistryError if the released contract is unknown.
    """
    released = _find_locked_contract(state, renames)
    whole = state.latest_from_source_with_internal
    drafted = draft(*restore_internal(released, whole, state.latest_from_source), renames)
    effects, _ = keep_differences(drafted, whole, with_references=True)
    if not effects:
        return Draft({}, None)
    all_groups = group_into_independent_changes(effects, whole)
    judged = [_judge_group(group, state, released, all_groups) for group in all_groups]
    has_findings = [any(_is_found(one.applied, one.findings) for one in change.effects) for change in judged]
    groups = [group for group, is_kept in zip(all_groups, has_findings, strict=True) if is_kept]
    severities = [change.severity for change, is_kept in zip(judged, has_findings, strict=True) if is_kept]
    if date is not None:
        _reject_breaking(groups, severities)
    taken = {change.id.casefold() for change in _list_existing_changes(state, date)}
    files: dict[str, str] = {}
    for group, severity in zip(groups, severities, strict=True):
        is_breaking = severity == "breaking"
        change = _find_overlapping_change(group, state) if date is None else None
        if change is not None:
            name = f"{UNRELEASED}/{change.id}.yaml"
            files[name] = _insert_effects(files.get(name) or read(change.file), change, group, is_breaking)
            continue
        id = unique_id(group.id, taken)
        folder = UNRELEASED if date is None else ADDITIONS
        files[f"{folder}/{id}.yaml"] = untitled_change_text(SCHEMA_LINE, group.effects, is_breaking, date)
    return Draft(files, worst(severities) if severities else None)


def _is_found(applied: AppliedEffect, findings: Sequence[Finding]) -> bool:
    """Whether an effect makes a difference, or is of a kind that never does."""
    if not applied.effect.changes_contract or findings:
        return True
    return bool(parts_with_other_references(applied.older, applied.newer))


def _find_locked_contract(state: ProjectState, renames: RenameMap) -> Contract:
    """Return the contract that the latest version was released with, in today's wording and under today's names."""
    if state.latest_from_lock is None:
        assert state.latest_lock_error is not None, "without a contract there is an error"
        raise state.latest_lock_error
    return adopt_wording(state.latest_from_lock, state.latest_from_source, renames)


def _judge_group(
    group: IndependentChange, state: ProjectState, released: Contract, groups: Sequence[IndependentChange]
) -> JudgedChange:
    """Judge a group as a public change, considering how both the released and the current contract use its parts."""
    references = References()
    usages = [Usage(contract, references) for contract in (state.latest_from_source, released)]
    others = tuple(effect for other in groups if other is not group for effect in other.effects)
    change = Change(group.id, UNRELEASED, "", "", None, (*others, *group.effects), "")
    to_public = LockBuilder().to_public
    applied = revert_change(change, state.latest_from_source_with_internal)[len(others) :]
    public = [replace(one, older=to_public(one.older), newer=to_public(one.newer)) for one in applied]
    return judge_change(public, usages, state.table)


def _reject_breaking(groups: Sequence[IndependentChange], severities: Sequence[Severity]) -> None:
    breaking = [
        f"{'; '.join(effect.headline() for effect in group.effects)}: this is {severity}"
        for group, severity in zip(groups, severities, strict=True)
        if severity in ("breaking", "risky")
    ]
    if breaking:
        fix = "An addition must not break callers of any version. Run: api-upgrades draft"
        if len(breaking) < len(groups):
            fix += f", and move the non-breaking changes to {ADDITIONS}/, with a 'date'"
        raise ApiUpgradesError("\n".join([*breaking, fix]))


def _list_existing_changes(state: ProjectState, date: str | None) -> Iterable[Change]:
    """Return the changes whose ids new files must not reuse."""
    if date is not None:
        return state.registry.additions
    return state.registry.unreleased.changes if state.registry.unreleased else ()


def _find_overlapping_change(group: IndependentChange, state: ProjectState) -> Change | None:
    """Find the first unreleased change that touches the same places as a group, so that both become one change.

    The drafted effects come before the unreleased ones: they lead from the released contract to the contract that the
    unreleased changes start from.
    """
    touches: dict[str, list[Touch]] = {}
    changes: dict[str, Change] = {}
    for applied in state.unreleased_step.effects if state.unreleased_step else ():
        changes[applied.change.id] = applied.change
        touches.setdefault(applied.change.id, []).extend(touches_with_anchors(applied))
    return next((changes[id] for id, found in touches.items() if group.conflicts(found)), None)


def _insert_effects(text: str, change: Change, group: IndependentChange, needs_upgrade_text: bool) -> str:
    """Insert a group's effects before the first effect in the text of a change file; all else stays unchanged."""
    lines = text.splitlines()
    index = next((index for index, line in enumerate(lines) if line.partition("#")[0].rstrip() == "effects:"), None)
    if index is None:
        message = "write 'effects:' on its own line, and each effect on the lines below it, so that more can be added"
        raise RegistryError(change.locate(), message)
    first = next((line for line in lines[index + 1 :] if line.lstrip().startswith("- ")), "  - ")
    indent = first[: len(first) - len(first.lstrip())]
    has_upgrade = change.upgrade is not None or any(line.startswith("upgrade:") for line in lines)
    upgrade = [f"upgrade: {TODO}"] if needs_upgrade_text and not has_upgrade else []
    added = effect_lines(group.effects, indent)
    return "\n".join([*lines[:index], *upgrade, lines[index], *added, *lines[index + 1 :]]) + "\n"
