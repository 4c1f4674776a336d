"""The upgrade path between any two versions: the changes in order, and how each part and its samples differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeAlias

from api_upgrades.compare.compare import Finding, compare, iterate_findings
from api_upgrades.compare.rules.table import SEVERITIES, Severity, worst, worst_lazily
from api_upgrades.examples.samples import NO_SAMPLE, Language, fill_version
from api_upgrades.history.composition import Composition, PathItem
from api_upgrades.history.history import History, JudgedChange, JudgedEffect
from api_upgrades.history.part_samples import PartSamples, closure_json
from api_upgrades.history.path_entries import PathEntry, group_by_place
from api_upgrades.history.place_events import ChangeKey, collect_places
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage

ComparisonKey: TypeAlias = tuple[Part | None, Part, str | None, str | None, Hashable, tuple[str, str] | None]
"""What the findings of a part depend on: its names and revisions in both versions and the directions of its use.

The last item is both versions if a place moved between this part and another one, else None.
"""


@dataclass(frozen=True)
class PathSample:
    """One sample of a part in both versions. Its text is empty where the part does not exist.

    `key` identifies the sample among those of its part. `part` is the part that owns it: for a schema that only
    requests use, an operation that sends it. `templates` are both texts with a placeholder for the version.
    """

    key: str
    title: str
    part: Part | None
    language: Language
    templates: tuple[str, str]
    versions: tuple[str, str]

    @property
    def before(self) -> str:
        return fill_version(self.templates[0], self.versions[0])

    @property
    def after(self) -> str:
        return fill_version(self.templates[1], self.versions[1])


@dataclass(frozen=True)
class PathPart:
    """A part that differs between the two versions, by its name in each; None where it does not exist.

    It has findings of its own, or only its samples differ because of a part that it references. Two path
    parts with an equal `revision` differ only in the versions that their samples contain.
    """

    before: Part | None
    after: Part | None
    findings: tuple[Finding, ...]
    samples: tuple[PathSample, ...]
    revision: Hashable

    @property
    def part(self) -> Part:
        """The part by its name in the end version or, if it was removed, in the start version."""
        part = self.after or self.before
        assert part is not None, "a part exists in at least one of the two versions"
        return part

    @property
    def severity(self) -> Severity:
        """The worst of its own findings."""
        return worst(finding.severity for finding in self.findings)

    @property
    def entries(self) -> tuple[PathEntry, ...]:
        """The differences of the part itself, its properties and its parameters: one entry for each place."""
        return group_by_place(self.findings)


@dataclass(frozen=True)
class UpgradePath:
    """Everything that changed between two versions. Items are in the order in which readers handle them.

    In a downgrade the newest change comes first and each is undone, so its severity is that of the reverse change.
    """

    start: str
    end: str
    is_downgrade: bool
    items: tuple[PathItem, ...]
    parts: tuple[PathPart, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All differences between the two contracts."""
        return tuple(finding for part in self.parts for finding in part.findings)

    def count(self, severity: Severity) -> int:
        """The number of items with this severity."""
        return sum(item.severity == severity for item in self.items)


def upgrade_path(history: History, start: str, end: str) -> UpgradePath:
    """The path between two versions of a history. Raises KeyError if one does not exist."""
    return UpgradePaths(history).between(start, end)


class UpgradePaths:
    """The upgrade paths of a history. They share samples and findings, so that these are computed once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._index_of_version = {version.id: index for index, version in enumerate(history.versions)}
        self.samples = PartSamples(history)
        self._reversed_changes: dict[ChangeKey, JudgedChange] = {}
        self._findings_by_key: dict[Hashable, tuple[Finding, ...]] = {}

    def between(self, start: str, end: str) -> UpgradePath:
        """The path between two versions. Raises KeyError if one does not exist."""
        between, is_downgrade = self._versions_between(start, end)
        names = RenameMap.of(move for version in between for move in self._history.steps[version].renames.moves)
        if is_downgrade:
            names = _reverse_renames(names)
        items = self.items_between(start, end)
        return UpgradePath(start, end, is_downgrade, items, tuple(self._compare_parts(start, end, names)))

    def items_between(self, start: str, end: str) -> tuple[PathItem, ...]:
        """The steps of a path. Raises KeyError if a version does not exist."""
        between, is_downgrade = self._versions_between(start, end)
        ends = sorted((self._index_of_version[start], self._index_of_version[end]))
        if is_downgrade:
            changes = [change for version in reversed(between) for change in self._reverse_version(version)]
        else:
            changes = [change for version in between for change in self._history.changes_of(version)]
        return self.composition.compose(changes, *ends, is_downgrade=is_downgrade)

    @cached_property
    def composition(self) -> Composition:
        """What happened to each place, from which the steps of all paths are composed."""
        return Composition(collect_places(self._history, self._iterate_reversed))

    def _versions_between(self, start: str, end: str) -> tuple[tuple[str, ...], bool]:
        """The versions that a path passes, oldest first, and whether it is a downgrade.

        The newer of its two versions is one of them, the older is not.
        """
        first, last = self._index_of_version[start], self._index_of_version[end]
        return tuple(self._index_of_version)[min(first, last) + 1 : max(first, last) + 1], first > last

    def _reverse_version(self, version: str) -> list[JudgedChange]:
        changes = [self._reverse_change(change) for change in self._history.changes_of(version)]
        return sorted(changes, key=lambda one: SEVERITIES.index(one.severity))

    def _reverse_change(self, change: JudgedChange) -> JudgedChange:
        """A change judged in the opposite direction, from the newer version to the older one."""
        key = (change.change.version, change.change.id)
        if key not in self._reversed_changes:
            effects = tuple(self._reverse_effect(change.change.version, one) for one in change.effects)
            self._reversed_changes[key] = replace(change, effects=effects)
        return self._reversed_changes[key]

    def _reverse_effect(self, version: str, judged: JudgedEffect) -> JudgedEffect:
        findings = tuple(self._iterate_reversed(version, judged))
        severity = judged.effect.declared_severity or worst(finding.severity for finding in findings)
        return JudgedEffect(judged.applied, findings, severity)

    def downgrade_severity(self, change: JudgedChange) -> Severity:
        """The severity of undoing a change. Compares only until nothing can be more severe."""
        return worst_lazily(
            one.effect.declared_severity
            or worst_lazily(finding.severity for finding in self._iterate_reversed(change.change.version, one))
            for one in change.effects
        )

    def _iterate_reversed(self, version: str, judged: JudgedEffect) -> Iterator[Finding]:
        """The findings of an effect from its newer contract to the older one."""
        older, newer = (
            self._history.usage_at(self._history.steps[version].older_version),
            self._history.usage_at(version),
        )
        return iterate_findings(
            judged.applied.newer,
            judged.applied.older,
            _reverse_renames(RenameMap.of(judged.applied.moves)),
            lambda schema: older.directions(schema) | newer.directions(schema),
            self._history.table,
        )

    def _compare_parts(self, start: str, end: str, names: RenameMap) -> Iterator[PathPart]:
        old, new = self._history.usage_at(start), self._history.usage_at(end)
        was, now = self._history.revisions[start], self._history.revisions[end]
        moved = RenameMap.of(move for move in names.moves if move.old == Target(move.old.part))
        older = {
            (moved.to_newer(Target(part)).part if part in moved.parts else part): part for part in old.contract.parts
        }
        # A place that moved to another part is compared with its old place. The revisions of its part don't cover that.
        parts_of_moves = {
            target.part for move in names.moves if move.old.steps for target in move if move.old.part != move.new.part
        }
        keys: dict[Part, ComparisonKey] = {}
        for after in dict.fromkeys((*new.contract.parts, *older)):
            before = older.get(after)
            revisions = before and was[before], now.get(after) if after else None
            if after is not None and (before != after or revisions[0] != revisions[1]):
                ends = (start, end) if {before, after} & parts_of_moves else None
                keys[after] = (before, after, *revisions, _directions_of(old, new, before, after), ends)
        names = self._history.memo.intern(f"names from {start} to {end}", names)
        findings = self._find_differences(old, new, names, keys)
        for after in keys:
            before, present = older.get(after), after if after in now else None
            sample_revisions = self.samples.revision_at(start, before), self.samples.revision_at(end, present)
            samples = tuple(self._compare_samples(*sample_revisions, start, end))
            if samples or findings[after]:
                revision = (*sample_revisions, _directions_of(old, new, before, after))
                yield PathPart(before, present, findings[after], samples, revision)

    def _find_differences(
        self, old: Usage, new: Usage, names: RenameMap, keys: Mapping[Part, ComparisonKey]
    ) -> Mapping[Part, tuple[Finding, ...]]:
        """The findings of each part, computed once for all pairs of versions with the same `ComparisonKey`.

        This is correct because versions with the same closure of a part also share the renames of its places.
        """
        memo = self._history.memo
        sources = {
            part: self._memo_key(old, new, names, key) for part, key in keys.items() if key not in self._findings_by_key
        }
        unknown = {part for part, source in sources.items() if not memo.has_result(*source)}
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
            self._findings_by_key[keys[part]] = memo.get_or_compute(*source, partial(tuple, found.get(part, ())))
        return {part: self._findings_by_key[key] for part, key in keys.items()}

    def _memo_key(
        self, old: Usage, new: Usage, names: RenameMap, key: ComparisonKey
    ) -> tuple[Hashable, tuple[object, ...]]:
        """The name and the sources under which the memo table stores the findings of a part."""
        before, after, *_, directions, ends = key
        compared = (
            (*closure_json(old, before and (before,)), *closure_json(new, (after,)))
            if ends is None
            else (old.contract, new.contract)
        )
        context = (old.contract.document, new.contract.document, names, self._history.table)
        return ("findings", before, after, directions), (*context, *compared)

    def _compare_samples(self, before: Hashable, after: Hashable, start: str, end: str) -> Iterator[PathSample]:
        """The samples that differ between two revisions, by more than the version that they contain."""
        if before == after:
            return
        old, new = self.samples.of_revision(before), self.samples.of_revision(after)
        for key in dict.fromkeys((*new, *old)):
            was, now = old.get(key, NO_SAMPLE), new.get(key, NO_SAMPLE)
            if was.text != now.text:
                sample = now if now.text else was
                yield PathSample(key, sample.title, sample.part, sample.language, (was.text, now.text), (start, end))


def _reverse_renames(names: RenameMap) -> RenameMap:
    return RenameMap.of(Move(move.new, move.old) for move in reversed(names.moves))


def _directions_of(old: Usage, new: Usage, before: Part | None, after: Part) -> Hashable:
    """The directions in which either version uses a part."""
    used = old.directions(after) | new.directions(after)
    return used if before in (None, after) else used | old.directions(before) | new.directions(before)
