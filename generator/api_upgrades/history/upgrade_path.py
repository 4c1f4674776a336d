"""From any version to any other: what to do, in order, and what every payload becomes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from typing import TypeAlias

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import SEVERITIES, Severity, worst
from api_upgrades.examples.samples import NOTHING, Language, in_version
from api_upgrades.history.history import History, JudgedChange, JudgedEffect
from api_upgrades.history.part_texts import PartTexts, closure_json
from api_upgrades.history.path_entries import PlacePath, places
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.renames import Move, Names
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage

Compared: TypeAlias = tuple[Part | None, Part, str | None, str | None, Hashable, tuple[str, str] | None]
"""What the findings of a part depend on: its names and its revisions at both ends, how it is used, and the ends
themselves where something moved between parts.
"""


@dataclass(frozen=True)
class TextPath:
    """One payload or message at both ends; empty where the part isn't there. `key` says which of the part's it is.

    `part` is the one whose message it is: for an object that is only sent, an operation that sends it. `marked` are
    both texts with a mark where they name their version; they are the same for all versions in which the part is.
    """

    key: str
    title: str
    part: Part | None
    language: Language
    marked: tuple[str, str]
    versions: tuple[str, str]

    @property
    def before(self) -> str:
        return in_version(self.marked[0], self.versions[0])

    @property
    def after(self) -> str:
        return in_version(self.marked[1], self.versions[1])


@dataclass(frozen=True)
class PartPath:
    """A part that differs between both ends, under its name at each; None where it isn't there.

    It differs by findings of its own, or only in its texts, by something that it refers to. Two paths with the same
    `revision` are the same but for the versions that their texts name.
    """

    before: Part | None
    after: Part | None
    findings: tuple[Finding, ...]
    texts: tuple[TextPath, ...]
    revision: Hashable

    @property
    def part(self) -> Part:
        """The part by the name that it has at the end, or had last."""
        part = self.after or self.before
        assert part is not None, "a part is at one end at least"
        return part

    @property
    def severity(self) -> Severity:
        """The worst of its own findings."""
        return worst(finding.severity for finding in self.findings)

    @cached_property
    def places(self) -> tuple[PlacePath, ...]:
        """What differs about the part itself, its properties and its parameters: one entry for each place."""
        return places(self.findings)


@dataclass(frozen=True)
class UpgradePath:
    """What moving from one version to another takes. Changes are in the order in which to meet them.

    On the way to an older version (`is_downgrade`) they are met backwards, and each is to be taken back: it is judged
    by what going back does.
    """

    start: str
    end: str
    is_downgrade: bool
    changes: tuple[JudgedChange, ...]
    parts: tuple[PartPath, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All differences between both contracts."""
        return tuple(finding for part in self.parts for finding in part.findings)

    @property
    def steps(self) -> tuple[tuple[str, tuple[JudgedChange, ...]], ...]:
        """The checklist: the changes by the version that brought them, the worst of each version first."""
        grouped = groupby(self.changes, key=lambda change: change.change.version)
        return tuple((version, tuple(changes)) for version, changes in grouped)

    def count(self, severity: Severity) -> int:
        """How many of the changes are as severe as this."""
        return sum(change.severity == severity for change in self.changes)


def path(history: History, start: str, end: str) -> UpgradePath:
    """The path between two versions of a history. Raises KeyError for a version that it hasn't got."""
    return Paths(history).between(start, end)


class Paths:
    """The paths of a history, with the texts that they share composed once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._order = {version.id: index for index, version in enumerate(history.versions)}
        self.texts = PartTexts(history)
        self._backwards: dict[tuple[str, str], JudgedChange] = {}
        self._known: dict[Hashable, tuple[Finding, ...]] = {}

    def between(self, start: str, end: str) -> UpgradePath:
        """The path between two versions. Raises KeyError for a version that isn't there."""
        between, is_downgrade = self._between(start, end)
        names = Names.of(move for version in between for move in self._history.steps[version].names.moves)
        if is_downgrade:
            names = _backwards(names)
        return UpgradePath(start, end, is_downgrade, self.changes(start, end), tuple(self._parts(start, end, names)))

    def changes(self, start: str, end: str) -> tuple[JudgedChange, ...]:
        """The changes of a path. Raises KeyError for a version that isn't there."""
        between, is_downgrade = self._between(start, end)
        if is_downgrade:
            return tuple(change for version in reversed(between) for change in self._taken_back(version))
        return tuple(change for version in between for change in self._history.changes_of(version))

    def _between(self, start: str, end: str) -> tuple[tuple[str, ...], bool]:
        """The versions that a path leads through, oldest first, and whether it leads back."""
        first, last = self._order[start], self._order[end]
        return tuple(self._order)[min(first, last) + 1 : max(first, last) + 1], first > last

    def _taken_back(self, version: str) -> list[JudgedChange]:
        changes = [self._judged_backwards(change) for change in self._history.changes_of(version)]
        return sorted(changes, key=lambda one: SEVERITIES.index(one.severity))

    def _judged_backwards(self, change: JudgedChange) -> JudgedChange:
        """A change as it is for who goes from the newer version to the older one."""
        key = (change.change.version, change.change.id)
        if key not in self._backwards:
            effects = tuple(self._effect_backwards(change.change.version, one) for one in change.effects)
            self._backwards[key] = replace(change, effects=effects)
        return self._backwards[key]

    def _effect_backwards(self, version: str, judged: JudgedEffect) -> JudgedEffect:
        step, effect = self._history.steps[version], judged.effect
        older, newer = self._history.usage_at(step.older_version), self._history.usage_at(version)
        findings = compare(
            judged.applied.newer,
            judged.applied.older,
            _backwards(Names.of(judged.applied.moves)),
            lambda schema: older.directions(schema) | newer.directions(schema),
            self._history.table,
        )
        severity = effect.declared_severity or worst(finding.severity for finding in findings)
        return JudgedEffect(judged.applied, findings, severity)

    def _parts(self, start: str, end: str, names: Names) -> Iterator[PartPath]:
        old, new = self._history.usage_at(start), self._history.usage_at(end)
        was, now = self._history.revisions[start], self._history.revisions[end]
        moved = Names.of(move for move in names.moves if move.old == Target(move.old.part))
        older = {(moved.newer(Target(part)).part if part in moved.parts else part): part for part in old.contract.parts}
        # What moved from one part to another is compared with where it was, which is in neither's revision.
        elsewhere = {
            target.part for move in names.moves if move.old.steps for target in move if move.old.part != move.new.part
        }
        keys: dict[Part, Compared] = {}
        for after in dict.fromkeys((*new.contract.parts, *older)):
            before = older.get(after)
            revisions = before and was[before], now.get(after) if after else None
            if after is not None and (before != after or revisions[0] != revisions[1]):
                ends = (start, end) if {before, after} & elsewhere else None
                keys[after] = (before, after, *revisions, _used(old, new, before, after), ends)
        names = self._history.memory.alike(f"names from {start} to {end}", names)
        findings = self._findings(old, new, names, keys)
        for after in keys:
            before, present = older.get(after), after if after in now else None
            shown = self.texts.revision(start, before), self.texts.revision(end, present)
            texts = tuple(self._differing(*shown, start, end))
            if texts or findings[after]:
                yield PartPath(before, present, findings[after], texts, (*shown, _used(old, new, before, after)))

    def _findings(
        self, old: Usage, new: Usage, names: Names, keys: Mapping[Part, Compared]
    ) -> Mapping[Part, tuple[Finding, ...]]:
        """What differs in each of some parts, compared once for all pairs of versions in which they are the same.

        Where a part with all that it references is the same, so is what became of its places.
        """
        memory = self._history.memory
        sources = {part: self._sources(old, new, names, key) for part, key in keys.items() if key not in self._known}
        unknown = {part for part, source in sources.items() if not memory.has(*source)}
        found: dict[Part | None, list[Finding]] = {}
        if unknown:
            for finding in compare(
                old.contract,
                new.contract,
                names,
                lambda schema: old.directions(schema) | new.directions(schema),
                self._history.table,
                unknown,
            ):
                found.setdefault(finding.target.part, []).append(finding)
        for part, source in sources.items():
            self._known[keys[part]] = memory.kept(*source, partial(tuple, found.get(part, ())))
        return {part: self._known[key] for part, key in keys.items()}

    def _sources(self, old: Usage, new: Usage, names: Names, key: Compared) -> tuple[Hashable, tuple[object, ...]]:
        """What the findings of a part follow from, as the memory knows them."""
        before, after, *_, used, ends = key
        said = (
            (*closure_json(old, before and (before,)), *closure_json(new, (after,)))
            if ends is None
            else (old.contract, new.contract)
        )
        around = (old.contract.document, new.contract.document, names, self._history.table)
        return ("findings", before, after, used), (*around, *said)

    def _differing(self, before: Hashable, after: Hashable, start: str, end: str) -> Iterator[TextPath]:
        """The texts of two revisions that differ by more than the version that a request names."""
        if before == after:
            return
        was, now = self.texts.of_revision(before), self.texts.of_revision(after)
        for key in dict.fromkeys((*now, *was)):
            one, other = was.get(key, NOTHING), now.get(key, NOTHING)
            if one.text != other.text:
                shown = other if other.text else one
                yield TextPath(key, shown.title, shown.part, shown.language, (one.text, other.text), (start, end))


def _backwards(names: Names) -> Names:
    return Names.of(Move(move.new, move.old) for move in reversed(names.moves))


def _used(old: Usage, new: Usage, before: Part | None, after: Part) -> Hashable:
    """The directions by which the findings of a schema are judged."""
    used = old.directions(after) | new.directions(after)
    return used if before in (None, after) else used | old.directions(before) | new.directions(before)
