"""What happened to one place over time: since when it is there, what it was called or typed before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import Severity
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.target import Target


@dataclass(frozen=True)
class Event:
    """One finding about one place, with the change that tells of it. `version` is the one that brought it.

    What an addition brought has its `date` instead, since which it is in every version.
    """

    version: str
    change: JudgedChange
    finding: Finding
    date: str | None = None

    @property
    def severity(self) -> Severity:
        return self.finding.severity


class Timeline:
    """The events of every place of a history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._names = {version: step.names for version, step in history.steps.items()}

    @cached_property
    def _events(self) -> dict[str, dict[Target, list[Event]]]:
        """For each version what it did to which place, by the name the place has in that version."""
        events: dict[str, dict[Target, list[Event]]] = {}
        for version, step in self._history.steps.items():
            found: dict[Target, list[Event]] = {}
            for change in self._history.changes_of(version):
                for target, event in _events(change, step.effects, version):
                    found.setdefault(target, []).append(event)
            events[version] = found
        return events

    def of(self, target: Target, version: str) -> Iterator[Event]:
        """What happened to a place up to a version, the latest first, followed through its older names.

        What additions did comes first. Ends with the change or the addition that brought the place; a place without
        such a one is there since the first version.
        """
        added = self._added.get(version, {}).get(target, ())
        yield from (event for event in added if not _is_origin(event))
        yield from self._of_versions(target, version)
        yield from (event for event in added if _is_origin(event))

    def _of_versions(self, target: Target, version: str) -> Iterator[Event]:
        for step_version, name in self._back(target, version):
            yield from self._events[step_version].get(name, ())
            if self._is_new(name, step_version):
                return

    def of_part(self, part: Part, version: str) -> Iterator[tuple[str, tuple[JudgedChange, ...]]]:
        """The versions up to one that altered something in a part itself, the latest first, with their changes."""
        for step_version, name in self._back(Target(part), version):
            if self._is_new(name, step_version):
                return
            found = self._changes_by_part[step_version].get(name.part)
            if found:
                yield step_version, tuple(found.values())

    def _back(self, target: Target, version: str) -> Iterator[tuple[str, Target]]:
        """The versions up to one that did something about the part of a place, the latest first, each with the name
        that the place had then.
        """
        end = self._order[version]
        while True:
            indexes = self._touched.get(target.part, ())
            position = bisect_right(indexes, end)
            if not position:
                return
            end = indexes[position - 1]
            step_version = self._ids[end]
            yield step_version, target
            target = self._names[step_version].older(target)
            end -= 1

    @cached_property
    def _touched(self) -> Mapping[Part | None, list[int]]:
        """For each part, by the name that it has then, the indexes of the versions that did something about it."""
        found: dict[Part | None, list[int]] = {}
        for version, changes in self._changes_by_part.items():
            moved = {target.part for move in self._names[version].moves for target in move}
            for part in changes.keys() | moved:
                found.setdefault(part, []).append(self._order[version])
        return found

    def _is_new(self, target: Target, version: str) -> bool:
        """Whether a version brought a place."""
        return any(map(_is_origin, self._events[version].get(target, ())))

    @cached_property
    def _added(self) -> dict[str, dict[Target, list[Event]]]:
        """What additions did to which place, the latest first, by the name that the place has in each version."""
        found: dict[str, dict[Target, list[Event]]] = {id: {} for id in self._order}
        additions = zip(self._history.additions, self._history.live_additions, strict=True)
        for change, live in reversed(list(additions)):
            for target, event in _events(change, live.effects, live.version, live.addition.date):
                for version, name in self._known_as(target, live.version):
                    found[version].setdefault(name, []).append(event)
        return found

    def _known_as(self, target: Target, version: str) -> Iterator[tuple[str, Target]]:
        """What a place, by its name at one version, is called in every version."""
        ids = list(self._order)
        at = ids.index(version)
        yield version, target
        name = target
        for newer in ids[at + 1 :]:
            name = self._names[newer].newer(name)
            yield newer, name
        for newer, older in zip(reversed(ids[1 : at + 1]), reversed(ids[:at]), strict=True):
            target = self._names[newer].older(target)
            yield older, target

    @cached_property
    def _changes_by_part(self) -> dict[str, dict[Part | None, dict[str, JudgedChange]]]:
        result: dict[str, dict[Part | None, dict[str, JudgedChange]]] = {}
        for version, places in self._events.items():
            found: dict[Part | None, dict[str, JudgedChange]] = {}
            for target, events in places.items():
                found.setdefault(target.part, {}).update((event.change.change.id, event.change) for event in events)
            for change in self._history.changes_of(version):
                for judged in change.effects:
                    if judged.effect.observation():  # it leaves no finding
                        for target in judged.effect.targets:
                            found.setdefault(target.part, {})[change.change.id] = change
            result[version] = found
        return result

    @cached_property
    def _ids(self) -> list[str]:
        return [version.id for version in self._history.versions]

    @cached_property
    def _order(self) -> dict[str, int]:
        return {id: index for index, id in enumerate(self._ids)}


def _events(
    change: JudgedChange, effects: Sequence[AppliedEffect], version: str, date: str | None = None
) -> Iterator[tuple[Target, Event]]:
    """What a change did to which place, by the names after all of some effects: its own, and those of the same
    version, of which later ones may have moved the names of earlier ones. What several directions say is said once.
    """
    position = {id(applied): index for index, applied in enumerate(effects)}
    for judged in change.effects:
        later = effects[position[id(judged.applied)] + 1 :]
        names = Names.of(move for applied in later for move in applied.moves)
        seen: set[tuple[Target, str, str, str]] = set()
        for finding in judged.findings:
            target = names.newer(finding.target)
            key = (target, finding.facet, finding.rule, str(finding.before))
            if key not in seen:
                seen.add(key)
                yield target, Event(version, change, finding, date)


def _is_origin(event: Event) -> bool:
    """Whether it brought the place."""
    return event.finding.rule.endswith("-added") and event.finding.facet == "existence"
