"""The history of single places: when a place was added, and which names, types and constraints it had before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import Severity
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target


@dataclass(frozen=True)
class Event:
    """One finding about one place, with the change that caused it and the version of that change.

    `date` is set if the change is an addition: since that date, the place has been in every version.
    """

    version: str
    change: JudgedChange
    finding: Finding
    date: str | None = None

    @property
    def severity(self) -> Severity:
        return self.finding.severity


class Timeline:
    """The events of all places of a history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._renames = {version: step.renames for version, step in history.steps.items()}

    @cached_property
    def _events_by_version(self) -> dict[str, dict[Target, list[Event]]]:
        """The events of each version by place, with the name that the place has in that version."""
        events: dict[str, dict[Target, list[Event]]] = {}
        for version, step in self._history.steps.items():
            found: dict[Target, list[Event]] = {}
            for change in self._history.changes_of(version):
                for target, event in _change_events(change, step.effects, version):
                    found.setdefault(target, []).append(event)
            events[version] = found
        return events

    def events_of(self, target: Target, version: str) -> Iterator[Event]:
        """The events of a place up to a version, newest first, followed through its older names.

        Events of additions precede those of versions. The event that added the place is the last one; if there is none,
        the place has existed since the first version.
        """
        added = self._addition_events.get(version, {}).get(target, ())
        yield from (event for event in added if not _is_introduction(event))
        yield from self._version_events(target, version)
        yield from (event for event in added if _is_introduction(event))

    def _version_events(self, target: Target, version: str) -> Iterator[Event]:
        for step_version, name in self._walk_back(target, version):
            yield from self._events_by_version[step_version].get(name, ())
            if self._is_introduced(name, step_version):
                return

    def changes_of_part(self, part: Part, version: str) -> Iterator[tuple[str, tuple[JudgedChange, ...]]]:
        """The versions up to `version` that changed a part itself, newest first, with their changes.

        The version that added the part, and older ones, are not included.
        """
        for step_version, name in self._walk_back(Target(part), version):
            if self._is_introduced(name, step_version):
                return
            found = self._changes_by_part[step_version].get(name.part)
            if found:
                yield step_version, tuple(found.values())

    def _walk_back(self, target: Target, version: str) -> Iterator[tuple[str, Target]]:
        """The versions up to `version` that changed the part of a place, newest first.

        Each comes with the name that the place has in it.
        """
        end = self._index_of_version[version]
        while True:
            indexes = self._version_indexes.get(target.part, ())
            position = bisect_right(indexes, end)
            if not position:
                return
            end = indexes[position - 1]
            step_version = self._version_ids[end]
            yield step_version, target
            target = self._renames[step_version].to_older(target)
            end -= 1

    @cached_property
    def _version_indexes(self) -> Mapping[Part | None, list[int]]:
        """The ascending indexes of the versions that changed or renamed each part, by its name in the version."""
        found: dict[Part | None, list[int]] = {}
        for version, changes in self._changes_by_part.items():
            moved = {target.part for move in self._renames[version].moves for target in move}
            for part in changes.keys() | moved:
                found.setdefault(part, []).append(self._index_of_version[version])
        return found

    def _is_introduced(self, target: Target, version: str) -> bool:
        """Whether a version added a place."""
        return any(map(_is_introduction, self._events_by_version[version].get(target, ())))

    @cached_property
    def _addition_events(self) -> dict[str, dict[Target, list[Event]]]:
        """The events of additions for each version by place, newest first, with the name that the place has there."""
        found: dict[str, dict[Target, list[Event]]] = {id: {} for id in self._index_of_version}
        additions = zip(self._history.additions, self._history.live_additions, strict=True)
        for change, live in reversed(list(additions)):
            for target, event in _change_events(change, live.effects, live.version, live.addition.date):
                for version, name in self._names_by_version(target, live.version):
                    found[version].setdefault(name, []).append(event)
        return found

    def _names_by_version(self, target: Target, version: str) -> Iterator[tuple[str, Target]]:
        """The name of a place in every version, given its name in one. Yields (version, name)."""
        ids = self._version_ids
        index = self._index_of_version[version]
        yield version, target
        name = target
        for newer in ids[index + 1 :]:
            name = self._renames[newer].to_newer(name)
            yield newer, name
        for newer, older in zip(reversed(ids[1 : index + 1]), reversed(ids[:index]), strict=True):
            target = self._renames[newer].to_older(target)
            yield older, target

    @cached_property
    def _changes_by_part(self) -> dict[str, dict[Part | None, dict[str, JudgedChange]]]:
        result: dict[str, dict[Part | None, dict[str, JudgedChange]]] = {}
        for version, places in self._events_by_version.items():
            found: dict[Part | None, dict[str, JudgedChange]] = {}
            for target, events in places.items():
                found.setdefault(target.part, {}).update((event.change.change.id, event.change) for event in events)
            for change in self._history.changes_of(version):
                for judged in change.effects:
                    if judged.effect.observation():  # a change of behaviour, which has no finding
                        for target in judged.effect.targets:
                            found.setdefault(target.part, {})[change.change.id] = change
            result[version] = found
        return result

    @cached_property
    def _version_ids(self) -> list[str]:
        return [version.id for version in self._history.versions]

    @cached_property
    def _index_of_version(self) -> dict[str, int]:
        return {id: index for index, id in enumerate(self._version_ids)}


def _change_events(
    change: JudgedChange, effects: Sequence[AppliedEffect], version: str, date: str | None = None
) -> Iterator[tuple[Target, Event]]:
    """The events of a change, each with the name that its place has after all `effects`.

    `effects` are all effects of the change's version, oldest first: later ones may rename the places of earlier ones. A
    finding in several directions gives one event.
    """
    position = {id(applied): index for index, applied in enumerate(effects)}
    for judged in change.effects:
        later = effects[position[id(judged.applied)] + 1 :]
        names = RenameMap.of(move for applied in later for move in applied.moves)
        seen: set[tuple[Target, str, str, str]] = set()
        for finding in judged.findings:
            target = names.to_newer(finding.target)
            key = (target, finding.facet, finding.rule, str(finding.before))
            if key not in seen:
                seen.add(key)
                yield target, Event(version, change, finding, date)


def _is_introduction(event: Event) -> bool:
    """Whether an event added its place."""
    return event.finding.facet == "existence" and event.finding.before is None
