"""Compares two contracts for a reader: the findings, how renames were detected, and the resource of each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import SEVERITIES, RuleTable, Severity, rank
from api_upgrades.core.json import Json
from api_upgrades.draft.rename_detection import Question, parse_renames, resolve_renames
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.resources import group_into_resources
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage

WHOLE_API = "The API as a whole"
"""The heading for findings that belong to no part, and so to no resource."""


@dataclass(frozen=True)
class Side:
    """One of the two contracts, and its name: a version, or the file of a document."""

    name: str
    contract: Contract


@dataclass(frozen=True)
class RenameDetection:
    """How names correspond: all renames, those among them that were detected, and those that stayed ambiguous.

    `renames` also has the renames that changes or command options state.
    """

    renames: RenameMap
    detected: tuple[Move, ...] = ()
    ambiguous: tuple[Question, ...] = ()


@dataclass(frozen=True)
class ContractDiff:
    """Two contracts and every difference between them."""

    old: Side
    new: Side
    rename_detection: RenameDetection
    findings: tuple[Finding, ...]
    table: RuleTable

    def is_detected_rename(self, finding: Finding) -> bool:
        """Whether a finding is a rename that was detected by similarity."""
        target = finding.target
        if finding.rule == "enum-value-renamed":
            target = target.child(f"={finding.after}")
        elif finding.facet != "name" and finding.rule != "property-became-list":
            return False
        return target in self._detected_targets

    @cached_property
    def _detected_targets(self) -> frozenset[Target]:
        return frozenset(move.new for move in self.rename_detection.detected)

    def has_finding_at_least(self, severity: Severity) -> bool:
        """Whether a finding has this severity or a worse one."""
        return any(rank(finding.severity) <= rank(severity) for finding in self.findings)

    @property
    def summary(self) -> str:
        """The number of differences of each severity, worst first. A difference in several directions counts once."""
        severities = [difference.severity for difference in merge_directions(self.findings)]
        counts = ", ".join(f"{severities.count(one)} {one}" for one in SEVERITIES if one in severities)
        return counts or "No difference"

    @cached_property
    def resource_by_part(self) -> Mapping[Part, str]:
        """The name of each part's resource in the newer contract; for a removed part, in the older one."""
        names: dict[Part, str] = {}
        for side in (self.old, self.new):
            for resource in group_into_resources(Usage(side.contract, References())):
                names |= dict.fromkeys(resource.parts, resource.name)
        return names


@dataclass(frozen=True)
class MergedFinding:
    """One difference with its findings in all directions, the most severe first."""

    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return self.findings[0].severity

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions that have the worst severity. Empty if all directions have it, or if nothing uses the part."""
        worst = [one.direction for one in self.findings if one.severity == self.severity and one.direction]
        return () if len(worst) == len(self.findings) and len(worst) > 1 else tuple(worst)


def merge_directions(findings: Iterable[Finding]) -> list[MergedFinding]:
    """Merge findings that differ only in their direction."""
    groups: dict[tuple[str, Target, Target, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.target, finding.old_target, finding.facet, repr((finding.before, finding.after)))
        groups.setdefault(key, []).append(finding)
    return [MergedFinding(tuple(sorted(group, key=lambda one: rank(one.severity)))) for group in groups.values()]


class Comparison:
    """Compares two contracts. The severities depend on how either of them uses a part.

    The findings with the last renames are kept: the detection of renames ends with those that the diff shows.
    """

    def __init__(self, old: Side, new: Side, table: RuleTable) -> None:
        self.old, self.new, self._table = old, new, table
        self._usages = [Usage(side.contract, References()) for side in (old, new)]
        self._last: tuple[RenameMap, tuple[Finding, ...]] | None = None

    def find(self, renames: RenameMap) -> tuple[Finding, ...]:
        """The findings with some renames."""
        if self._last is None or self._last[0] != renames:
            old, new = self.old.contract, self.new.contract
            self._last = renames, compare(old, new, renames, self._directions, self._table)
        return self._last[1]

    def diff(self, rename_detection: RenameDetection) -> ContractDiff:
        """The differences with the renames that were detected."""
        findings = self.find(rename_detection.renames)
        return ContractDiff(self.old, self.new, rename_detection, findings, self._table)

    def _directions(self, part: Part) -> frozenset[Direction]:
        return frozenset().union(*(usage.directions(part) for usage in self._usages))


def renames_from_history(history: History, start: str, end: str) -> RenameDetection:
    """Return the renames between two versions, in either order, as the changes between them state."""
    order = [version.id for version in history.versions]
    first, last = order.index(start), order.index(end)
    between = order[min(first, last) + 1 : max(first, last) + 1]
    renames = RenameMap.of(move for version in between for move in history.steps[version].renames.moves)
    if first > last:
        renames = RenameMap.of(Move(move.new, move.old) for move in reversed(renames.moves))
    return RenameDetection(renames)


def detect_renames(comparison: Comparison, options: Iterable[str], uses_similarity: bool) -> RenameDetection:
    """Find the renames between two documents.

    `options` are given renames such as `old=new`. If `uses_similarity`, a removed and an added name are also a rename
    if they are similar enough and there is no other candidate. Raises UsageError for an option that matches nothing.
    """
    old, new = comparison.old.contract, comparison.new.contract
    given = parse_renames(old, new, options)
    if not uses_similarity:
        return RenameDetection(given)
    ambiguous: list[Question] = []

    def decide(question: Question) -> Target | None:
        if len(question.candidates) > 1:
            ambiguous.append(question)
            return None
        return question.likely

    renames = resolve_renames(old, new, decide, given, comparison.find)
    return RenameDetection(renames, renames.moves[len(given.moves) :], tuple(ambiguous))


def shorten_values(finding: Finding, max_length: int) -> Finding:
    """Return the finding with long values shortened, for text that people read."""
    if finding.facet == "existence":
        return finding
    return replace(finding, before=_shorten(finding.before, max_length), after=_shorten(finding.after, max_length))


def _shorten(value: Json, max_length: int) -> Json:
    if value is None or len(as_text(value)) <= max_length:
        return value
    if isinstance(value, list) and all(isinstance(item, str) and len(item) < max_length for item in value):
        return [*value[:4], f"{len(value) - 4} more"] if len(value) > 5 else value
    return f"{as_text(value)[: max_length - 1]}…"
