"""Compares two states of a registry: which changes were added, edited, moved or removed; which versions were edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from api_upgrades.core.json import Json
from api_upgrades.registry.model import UNRELEASED, Addition, Change, Registry, Version
from api_upgrades.releases.project_state import ProjectState

EditKind = Literal["added", "edited", "renamed", "moved", "released", "removed", "unreleased"]
"""How a change file differs. `unreleased` is used if there is no earlier state to compare with."""


@dataclass(frozen=True)
class ChangeFileEdit:
    """A change file that differs. `changed_fields` are the keys whose values differ, if both states have the change."""

    kind: EditKind
    change: Change
    before: Change | None = None
    changed_fields: tuple[str, ...] = ()

    @property
    def alters_effects(self) -> bool:
        """Whether the effects differ, and not only the texts."""
        return self.kind in ("added", "removed", "unreleased") or "effects" in self.changed_fields


@dataclass(frozen=True)
class VersionFileEdit:
    """A version whose `version.yaml` differs."""

    version: Version
    changed_fields: tuple[str, ...]


def diff_change_files(before: Registry, now: Registry) -> tuple[ChangeFileEdit, ...]:
    """Find the changes that differ: first those that exist now, then the removed ones."""
    old, new = _index_changes(before), _index_changes(now)
    removed = {place: change for place, change in old.items() if place not in new}
    edits: list[ChangeFileEdit] = []
    for place, change in new.items():
        was = old.get(place) or _find_previous(change, removed.values())
        if was is None:
            edits.append(ChangeFileEdit("added", change))
            continue
        removed.pop((was.version, was.id), None)
        fields = _find_changed_fields(_change_fields(was), _change_fields(change))
        kind = _classify_edit(was, change)
        if fields or kind != "edited":
            edits.append(ChangeFileEdit(kind, change, was, fields))
    return (*edits, *(ChangeFileEdit("removed", change) for change in removed.values()))


def list_unreleased(state: ProjectState) -> tuple[ChangeFileEdit, ...]:
    """List the changes that are not released yet, for when there is no earlier state to compare with."""
    unreleased = state.registry.unreleased
    changes = (*(unreleased.changes if unreleased else ()), *state.unlocked_additions)
    return tuple(ChangeFileEdit("unreleased", change) for change in changes)


def diff_version_files(before: Registry, now: Registry) -> tuple[VersionFileEdit, ...]:
    """Find the versions that both states have, and whose own files differ."""
    old = {version.id: version for version in before.all_versions}
    edits = (
        VersionFileEdit(version, _find_changed_fields(_version_fields(old[version.id]), _version_fields(version)))
        for version in now.all_versions
        if version.id in old
    )
    return tuple(edit for edit in edits if edit.changed_fields)


def _index_changes(registry: Registry) -> dict[tuple[str, str], Change]:
    """Return all changes by folder and id."""
    changes = (*(change for version in registry.all_versions for change in version.changes), *registry.additions)
    return {(change.version, change.id): change for change in changes}


def _find_previous(change: Change, removed: Iterable[Change]) -> Change | None:
    """Find the removed change that became this one when it was renamed or moved to another folder."""
    effects = _change_fields(change)["effects"]
    same_id = (was for was in removed if was.id == change.id)
    same_effects = (was for was in removed if _change_fields(was)["effects"] == effects)
    return next(same_id, None) or next(same_effects, None)


def _classify_edit(before: Change, change: Change) -> EditKind:
    if before.version == change.version:
        return "edited" if before.id == change.id else "renamed"
    return "released" if before.version == UNRELEASED and not isinstance(change, Addition) else "moved"


def _change_fields(change: Change) -> Mapping[str, Json]:
    """Return the content of a change file by key."""
    return {
        "title": change.title,
        "why": change.why,
        "upgrade": change.upgrade,
        "date": change.date if isinstance(change, Addition) else None,
        "effects": [effect.as_data() for effect in change.effects],
    }


def _version_fields(version: Version) -> Mapping[str, Json]:
    """Return the content of a version file by key."""
    return {key: getattr(version, key) for key in ("summary", "dating", "sunset", "label", "order")}


def _find_changed_fields(before: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(key for key, value in now.items() if value != before[key])
