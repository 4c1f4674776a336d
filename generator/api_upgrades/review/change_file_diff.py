"""What differs between a registry and itself as it was: changes added, edited, moved, removed; versions edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from api_upgrades.core.json import Json
from api_upgrades.registry.model import UNRELEASED, Addition, Change, Registry, Version
from api_upgrades.releases.project_state import ProjectState

EditKind = Literal["added", "edited", "renamed", "moved", "released", "removed", "unreleased"]
"""What became of a change. `unreleased` is said where nothing is known of before."""


@dataclass(frozen=True)
class ChangeFileEdit:
    """One change that is not what it was, or not where it was. `fields` are those that differ, where both are known."""

    kind: EditKind
    change: Change
    before: Change | None = None
    changed_fields: tuple[str, ...] = ()

    @property
    def alters_effects(self) -> bool:
        """Whether what happened to the API is told otherwise, and not only why, or in which words."""
        return self.kind in ("added", "removed", "unreleased") or "effects" in self.changed_fields


@dataclass(frozen=True)
class VersionFileEdit:
    """A version whose own file says something else."""

    version: Version
    changed_fields: tuple[str, ...]


def diff_change_files(before: Registry, now: Registry) -> tuple[ChangeFileEdit, ...]:
    """The changes that differ, as they are now, then those that were taken away."""
    old, new = _index_changes(before), _index_changes(now)
    gone = {place: change for place, change in old.items() if place not in new}
    found: list[ChangeFileEdit] = []
    for place, change in new.items():
        was = old.get(place) or _find_previous(change, gone.values())
        if was is None:
            found.append(ChangeFileEdit("added", change))
            continue
        gone.pop((was.version, was.id), None)
        fields = _find_changed_fields(_change_fields(was), _change_fields(change))
        what = _classify_edit(was, change)
        if fields or what != "edited":
            found.append(ChangeFileEdit(what, change, was, fields))
    return (*found, *(ChangeFileEdit("removed", change) for change in gone.values()))


def list_unreleased(state: ProjectState) -> tuple[ChangeFileEdit, ...]:
    """The changes that are in no release yet, for where nothing is known of before."""
    upcoming = state.registry.unreleased
    changes = (*(upcoming.changes if upcoming else ()), *state.unlocked_additions)
    return tuple(ChangeFileEdit("unreleased", change) for change in changes)


def diff_version_files(before: Registry, now: Registry) -> tuple[VersionFileEdit, ...]:
    """The versions that were there already, and say something else of themselves."""
    old = {version.id: version for version in before.all_versions}
    found = (
        VersionFileEdit(version, _find_changed_fields(_version_fields(old[version.id]), _version_fields(version)))
        for version in now.all_versions
        if version.id in old
    )
    return tuple(one for one in found if one.changed_fields)


def _index_changes(registry: Registry) -> dict[tuple[str, str], Change]:
    changes = (*(change for version in registry.all_versions for change in version.changes), *registry.additions)
    return {(change.version, change.id): change for change in changes}


def _find_previous(change: Change, gone: Iterable[Change]) -> Change | None:
    """The change that this one was before, under another name or in another folder."""
    effects = _change_fields(change)["effects"]
    same_id = (was for was in gone if was.id == change.id)
    same_effects = (was for was in gone if _change_fields(was)["effects"] == effects)
    return next(same_id, None) or next(same_effects, None)


def _classify_edit(was: Change, change: Change) -> EditKind:
    if was.version == change.version:
        return "edited" if was.id == change.id else "renamed"
    return "released" if was.version == UNRELEASED and not isinstance(change, Addition) else "moved"


def _change_fields(change: Change) -> Mapping[str, Json]:
    """What a change's file says, by its keys."""
    return {
        "title": change.title,
        "why": change.why,
        "upgrade": change.upgrade,
        "date": change.date if isinstance(change, Addition) else None,
        "effects": [effect.as_data() for effect in change.effects],
    }


def _version_fields(version: Version) -> Mapping[str, Json]:
    """What a version's own file says, by its keys."""
    return {key: getattr(version, key) for key in ("summary", "dating", "sunset", "label", "order")}


def _find_changed_fields(was: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(key for key, value in now.items() if value != was[key])
