"""Composes the changes of an upgrade path: what a later change cancelled or superseded is no step of its own.

A reader who upgrades over several versions sees only what differs between the first and the last. So a property that
was renamed twice has one name to learn, and one that came and went does not matter. These rules apply to each place:

- If it exists at neither end, nothing that happened to it counts.
- If it exists at one end only, the last change that added or removed it stands for all that happened to it.
- Otherwise the last change of each facet stands for the earlier ones, unless the value is the same at both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.core.json import json_equal
from api_upgrades.history.history import JudgedChange
from api_upgrades.history.place_events import EXISTENCE, NAME, REQUIRED, ChangeKey, Place, PlaceEvent
from api_upgrades.openapi.target import Target


class Outcome(NamedTuple):
    """What some events of a place come to: the first and the last of those that decide, and all of them.

    `place` is the number of the place.
    """

    place: int
    first: PlaceEvent
    last: PlaceEvent
    events: tuple[PlaceEvent, ...]

    @property
    def is_cancelled(self) -> bool:
        """Whether the place, or its facet, is the same before and after."""
        return json_equal(self.first.before, self.last.after)

    @property
    def is_new(self) -> bool:
        return self.first.facet == EXISTENCE and self.first.before is None

    @property
    def is_removed(self) -> bool:
        return self.last.facet == EXISTENCE and self.last.after is None

    def severity(self, *, is_downgrade: bool) -> Severity | None:
        """The worst of the events that count; None if the place changed only by what contains it.

        Nothing breaks that no single event breaks. What happened to a place that exists at one end only doesn't count,
        but for whether it is required where it is new.
        """
        appears = self.is_removed if is_downgrade else self.is_new
        deciding = (one for one in self.events if one.facet == self.first.facet or (appears and one.facet == REQUIRED))
        found = [one.reverse_severity if is_downgrade else one.severity for one in deciding if not one.is_inherited]
        return None if self.last.is_inherited else worst(one for one in found if one is not None)


def find_outcomes(place: int, events: Sequence[PlaceEvent]) -> Iterator[Outcome]:
    """What the events of one place come to. There is one outcome, or one for each facet."""
    existence = [one for one in events if one.facet == EXISTENCE]
    inherited = [one for one in existence if one.is_inherited]
    if inherited and inherited[0].before is None and inherited[-1].after is not None:
        yield Outcome(place, inherited[0], inherited[-1], tuple(events))  # what contains the place is new
    elif existence:
        outcome = Outcome(place, existence[0], existence[-1], tuple(events))
        if not outcome.is_cancelled or outcome.is_new:
            yield outcome
        else:
            yield from _outcomes_of_facets(place, events)
    else:
        yield from _outcomes_of_facets(place, events)


def _outcomes_of_facets(place: int, events: Sequence[PlaceEvent]) -> Iterator[Outcome]:
    facets: dict[str, list[PlaceEvent]] = {}
    for one in events:
        if not one.is_inherited:
            facets.setdefault(one.facet, []).append(one)
    yield from (Outcome(place, found[0], found[-1], tuple(found)) for found in facets.values())


class NameChange(NamedTuple):
    """What several changes together did to the name of a place. `old` is None if the place is new."""

    old: Target | None
    new: Target
    is_move: bool


@dataclass(frozen=True)
class PathItem:
    """One step of an upgrade path: the change that decides, and those that it stands for, in `merged`.

    `name_changes` are the names that no change alone gives; `only_names` is true if the step does nothing else.
    `outcomes` are what it comes to at each place, in the order in which the changes affect them.
    """

    change: JudgedChange
    severity: Severity
    merged: tuple[JudgedChange, ...]
    name_changes: tuple[NameChange, ...]
    only_names: bool
    outcomes: tuple[Outcome, ...]


@dataclass
class _Step:
    """A change of a path, and what is known of it so far."""

    change: JudgedChange
    severities: list[Severity] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    superseded_by: set[ChangeKey] = field(default_factory=set)
    merged: list[JudgedChange] = field(default_factory=list)
    name_changes: list[NameChange] = field(default_factory=list)

    def item(self) -> PathItem:
        return PathItem(
            self.change,
            worst(self.severities) if self.severities else self.change.severity,
            tuple(self.merged),
            tuple(self.name_changes),
            0 < len(self.name_changes) == len(self.severities),
            tuple(self.outcomes),
        )


class Composition:
    """Composes the changes between any two versions of a history from what happened to each place."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)

    @cached_property
    def places_of(self) -> Mapping[ChangeKey, tuple[Place, ...]]:
        """The places that each change affects itself."""
        found: dict[ChangeKey, dict[int, Place]] = {}
        for place in self.places:
            for event in place.events:
                if not event.is_inherited:
                    found.setdefault(event.change, {})[place.number] = place
        return {key: tuple(places.values()) for key, places in found.items()}

    def outcomes_of(self, change: ChangeKey) -> Iterator[Outcome]:
        """What one change comes to by itself."""
        for place in self.places_of.get(change, ()):
            yield from find_outcomes(place.number, [one for one in place.events if one.change == change])

    def compose(
        self, changes: Iterable[JudgedChange], oldest: int, newest: int, *, is_downgrade: bool = False
    ) -> tuple[PathItem, ...]:
        """The steps between the versions with the indexes `oldest` and `newest`, in the order of `changes`.

        `changes` are all changes after the oldest version, up to the newest.
        """
        steps = {(one.change.version, one.change.id): _Step(one) for one in changes}
        places = {place.number: place for key in steps for place in self.places_of.get(key, ())}
        for number in sorted(places):
            events = [one for one in places[number].events if oldest < one.version <= newest]
            for outcome in find_outcomes(number, events):
                _add_outcome(steps, outcome, is_downgrade)
        shown: list[_Step] = []
        order = {key: number for number, key in enumerate(steps)}
        for key, step in steps.items():
            hosts = sorted((one for one in step.superseded_by if steps[one].severities), key=order.__getitem__)
            if not step.severities and hosts:
                steps[hosts[0]].merged.append(step.change)
            elif step.severities or step.superseded_by or key not in self.places_of:
                shown.append(step)
        return tuple(step.item() for step in shown)


def _add_outcome(steps: Mapping[ChangeKey, _Step], outcome: Outcome, is_downgrade: bool) -> None:
    """Record an outcome at the change that decides it, unless it comes to nothing."""
    if outcome.is_cancelled:
        return
    host = steps[outcome.last.change]
    severity = outcome.severity(is_downgrade=is_downgrade)
    if severity is not None:
        host.severities.append(severity)
        host.outcomes.append(outcome)
        host.name_changes += _name_changes(outcome, is_downgrade)
    for event in outcome.events:
        if event.change != outcome.last.change and not event.is_inherited:
            steps[event.change].superseded_by.add(outcome.last.change)


def _name_changes(outcome: Outcome, is_downgrade: bool) -> Iterator[NameChange]:
    """The name change of an outcome to which several changes contribute."""
    named = [one for one in outcome.events if one.facet == NAME]
    if outcome.is_removed or not any(one.change != outcome.last.change for one in named):
        return
    old, new = named[0].old_target, named[-1].target
    is_move = any(one.is_move for one in named)
    if outcome.is_new:
        yield NameChange(None, new, is_move)
    else:
        yield NameChange(new, old, is_move) if is_downgrade else NameChange(old, new, is_move)
