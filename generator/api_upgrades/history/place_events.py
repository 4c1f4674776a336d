"""What happened to each place of an API, change by change, across renames. Upgrade paths are composed from it.

A place is followed through every effect: it keeps its number when it is renamed or moved, and what happens to the
place that contains it, such as its removal, happens to it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count
from typing import NamedTuple, TypeAlias

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.core.json import Json
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History, JudgedEffect
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target

EXISTENCE, NAME, REQUIRED = "existence", "name", "required"

ChangeKey: TypeAlias = tuple[str, str]
"""A change by its version and its id."""

FindReversed: TypeAlias = Callable[[str, JudgedEffect], Iterable[Finding]]
"""Finds the differences of an effect of a version in the opposite direction."""


@dataclass(frozen=True)
class PlaceEvent:
    """What one effect did to one facet of a place.

    `order` grows from event to event, and `version` is the index of the version. `before` and `after` are the values;
    for the existence of a place, None where it does not exist. `severity` is that of an upgrade; None if the effect
    changed only what contains the place. That of a downgrade is judged when it is asked for.
    """

    order: int
    version: int
    change: ChangeKey
    facet: str
    before: Json
    after: Json
    old_target: Target
    target: Target
    severity: Severity | None
    judge_reversed: Callable[[], Severity] | None
    is_move: bool
    applied: AppliedEffect

    @property
    def reverse_severity(self) -> Severity | None:
        """The severity of a downgrade; None if the effect changed only what contains the place."""
        return self.judge_reversed() if self.judge_reversed else None

    @property
    def is_inherited(self) -> bool:
        """Whether it happened to what contains the place, and not to the place itself."""
        return self.severity is None


@dataclass
class Place:
    """A place, and what happened to it, oldest first."""

    number: int
    events: list[PlaceEvent] = field(default_factory=list)


class _Fact(NamedTuple):
    """The target and the facet of a finding. Items of a list, such as enum values, are places of their own."""

    target: Target
    old_target: Target
    facet: str


def collect_places(history: History, find_reversed: FindReversed) -> tuple[Place, ...]:
    """The places that any change of a history affects, in the order in which changes first affect them."""
    collector = _Collector()
    for version, (id, step) in enumerate(history.steps.items(), start=1):
        effects = {change.change.id: iter(change.effects) for change in history.changes_of(id)}
        for applied in step.effects:
            collector.follow_moves(applied)
            if applied.change.id in effects:
                judged = next(effects[applied.change.id])
                collector.add_effect(version, judged, _Reversed(judged, partial(find_reversed, id, judged)))
    return tuple(collector.places)


class _Reversed:
    """How severe it is to undo an effect at each of its places."""

    def __init__(self, judged: JudgedEffect, find: Callable[[], Iterable[Finding]]) -> None:
        self._declared = judged.effect.declared_severity
        self._find = find

    @cached_property
    def _severities(self) -> dict[tuple[Target, str], Severity]:
        found: dict[tuple[Target, str], list[Severity]] = {}
        for finding in self._find():
            fact = _fact(finding)
            found.setdefault((fact.old_target, fact.facet), []).append(finding.severity)
        return {key: worst(severities) for key, severities in found.items()}

    def at(self, target: Target, facet: str) -> Severity:
        """The severity at a place, by its newer name; if nothing is found there, the worst of all places."""
        return self._declared or self._severities.get((target, facet)) or worst(self._severities.values())


class _Collector:
    def __init__(self) -> None:
        self._order = count()
        self.places: list[Place] = []
        self._known: dict[Part | None, dict[Target, Place]] = {}

    def follow_moves(self, applied: AppliedEffect) -> None:
        for old, new in applied.moves:
            known = self._known.get(old.part, {})
            for target in [one for one in known if one.within(old)]:
                moved = target.after_move(old, new)
                self._known.setdefault(moved.part, {})[moved] = known.pop(target)

    def add_effect(self, version: int, judged: JudgedEffect, reversed: _Reversed) -> None:
        """Record what an effect did. Findings of several directions are one event."""
        applied, declared = judged.applied, judged.effect.declared_severity
        key = (applied.change.version, applied.change.id)
        found: dict[_Fact, list[Finding]] = {}
        for finding in judged.findings:
            found.setdefault(_fact(finding), []).append(finding)
        for fact, findings in found.items():
            severity = declared or worst(one.severity for one in findings)
            judge_reversed = partial(reversed.at, fact.target, fact.facet)
            is_move = findings[0].rule == "property-moved"

            def add(facet: str, before: Json, after: Json) -> None:
                targets = fact.old_target, fact.target  # noqa: B023
                severities = severity, judge_reversed  # noqa: B023
                event = (version, key, facet, before, after, *targets, *severities, is_move, applied)  # noqa: B023
                self._add_event(PlaceEvent(next(self._order), *event))

            if fact.old_target.name != fact.target.name or fact.facet == NAME:
                add(NAME, str(fact.old_target), str(fact.target))
            if fact.facet != NAME:
                add(fact.facet, findings[0].before, findings[0].after)
        if observation := judged.effect.observation():
            for target in judged.effect.targets:
                facet = f"behaviour {applied.index} of {key}"
                severities = judged.severity, partial(reversed.at, target, facet)
                event = (version, key, facet, *observation, target, target, *severities, False, applied)
                self._add_event(PlaceEvent(next(self._order), *event))

    def _add_event(self, event: PlaceEvent) -> None:
        place = self._place_at(event.target)
        place.events.append(event)
        if event.facet == EXISTENCE:
            inherited = _inherited(event)
            for target, other in self._known[event.target.part].items():
                if other is not place and target.within(event.target):
                    other.events.append(inherited)

    def _place_at(self, target: Target) -> Place:
        """The place with this name. A new one shares the history of the places that contain it."""
        known = self._known.setdefault(target.part, {})
        if target not in known:
            place = known[target] = Place(len(self.places))
            self.places.append(place)
            containers = (known[one] for one in _containers(target) if one in known)
            events = {event.order: event for one in containers for event in one.events if event.facet == EXISTENCE}
            place.events += [_inherited(events[order]) for order in sorted(events)]
        return known[target]


def _containers(target: Target) -> Iterator[Target]:
    """The places that contain a place, the innermost first."""
    for length in range(len(target.steps) - 1, -1, -1):
        yield Target(target.part, target.section, target.steps[:length])
    if target.section:
        yield Target(target.part)


def _inherited(event: PlaceEvent) -> PlaceEvent:
    """The event as the places inside its place have it."""
    return replace(event, severity=None, judge_reversed=None)


def _fact(finding: Finding) -> _Fact:
    """The place and the facet that a finding is about. A value, or another item of a list, is a place of its own."""
    target, old_target, facet = finding.target, finding.old_target, finding.facet
    if finding.rule == "enum-value-renamed":
        return _Fact(_item(target, finding.after), _item(old_target, finding.before), NAME)
    is_item = finding.rule.endswith(("-added", "-removed")) and (finding.before is None) != (finding.after is None)
    if facet != EXISTENCE and is_item:
        item = finding.after if finding.before is None else finding.before
        kind = "" if facet == "enum" else f"{facet} "
        return _Fact(_item(target, item, kind), _item(old_target, item, kind), EXISTENCE)
    return _Fact(target, old_target, facet)


def _item(target: Target, value: Json, kind: str = "") -> Target:
    return target.enclosing_list.child(f"={kind}{schemas.as_text(value)}")
