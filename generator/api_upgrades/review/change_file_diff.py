"""What differs between a registry and itself as it was: changes added, edited, moved, removed; versions edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from api_upgrades.core.json import Json
from api_upgrades.registry.model import UNRELEASED, Addition, Change, Registry, Version
from api_upgrades.releases.project_state import ProjectState

What = Literal["added", "edited", "renamed", "moved", "released", "removed", "unreleased"]
"""What became of a change. `unreleased` is said where nothing is known of before."""


@dataclass(frozen=True)
class Edit:
    """One change that is not what it was, or not where it was. `fields` are those that differ, where both are known."""

    what: What
    change: Change
    before: Change | None = None
    fields: tuple[str, ...] = ()

    @property
    def alters_effects(self) -> bool:
        """Whether what happened to the API is told otherwise, and not only why, or in which words."""
        return self.what in ("added", "removed", "unreleased") or "effects" in self.fields


@dataclass(frozen=True)
class VersionEdit:
    """A version whose own file says something else."""

    version: Version
    fields: tuple[str, ...]


def edits(before: Registry, now: Registry) -> tuple[Edit, ...]:
    """The changes that differ, as they are now, then those that were taken away."""
    old, new = _by_place(before), _by_place(now)
    gone = {place: change for place, change in old.items() if place not in new}
    found: list[Edit] = []
    for place, change in new.items():
        was = old.get(place) or _origin(change, gone.values())
        if was is None:
            found.append(Edit("added", change))
            continue
        gone.pop((was.version, was.id), None)
        fields = _differing(_written(was), _written(change))
        what = _became(was, change)
        if fields or what != "edited":
            found.append(Edit(what, change, was, fields))
    return (*found, *(Edit("removed", change) for change in gone.values()))


def unreleased(standing: ProjectState) -> tuple[Edit, ...]:
    """The changes that are in no release yet, for where nothing is known of before."""
    upcoming = standing.registry.unreleased
    changes = (*(upcoming.changes if upcoming else ()), *standing.pending)
    return tuple(Edit("unreleased", change) for change in changes)


def version_edits(before: Registry, now: Registry) -> tuple[VersionEdit, ...]:
    """The versions that were there already, and say something else of themselves."""
    old = {version.id: version for version in before.lineup}
    found = (
        VersionEdit(version, _differing(_said(old[version.id]), _said(version)))
        for version in now.lineup
        if version.id in old
    )
    return tuple(one for one in found if one.fields)


def _by_place(registry: Registry) -> dict[tuple[str, str], Change]:
    changes = (*(change for version in registry.lineup for change in version.changes), *registry.additions)
    return {(change.version, change.id): change for change in changes}


def _origin(change: Change, gone: Iterable[Change]) -> Change | None:
    """The change that this one was before, under another name or in another folder."""
    effects = _written(change)["effects"]
    same_id = (was for was in gone if was.id == change.id)
    same_effects = (was for was in gone if _written(was)["effects"] == effects)
    return next(same_id, None) or next(same_effects, None)


def _became(was: Change, change: Change) -> What:
    if was.version == change.version:
        return "edited" if was.id == change.id else "renamed"
    return "released" if was.version == UNRELEASED and not isinstance(change, Addition) else "moved"


def _written(change: Change) -> Mapping[str, Json]:
    """What a change's file says, by its keys."""
    return {
        "title": change.title,
        "why": change.why,
        "upgrade": change.upgrade,
        "date": change.date if isinstance(change, Addition) else None,
        "effects": [effect.as_data() for effect in change.effects],
    }


def _said(version: Version) -> Mapping[str, Json]:
    """What a version's own file says, by its keys."""
    return {key: getattr(version, key) for key in ("summary", "dating", "sunset", "label", "order")}


def _differing(was: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(key for key, value in now.items() if value != was[key])
