"""Any two contracts compared for a reader: what differs, how names were followed, and in which resource it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import SEVERITIES, RuleTable, Severity, rank
from api_upgrades.core.json import Json
from api_upgrades.draft.rename_detection import (
    MIN_NAME_SIMILARITY,
    Question,
    parse_renames,
    resolve_renames,
    similarity,
)
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.resources import group_into_resources
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage

WHOLE_API = "The API as a whole"
"""What stands beside all parts is of no resource."""


@dataclass(frozen=True)
class Side:
    """One of two contracts, and what it is called: a version, or the file of a document."""

    name: str
    contract: Contract


@dataclass(frozen=True)
class RenameDetection:
    """How names moved, those moves that were recognised and told by nobody, and what may be more than one thing."""

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
        """Whether a finding is a rename that nobody told of."""
        place = finding.target
        if finding.rule == "enum-value-renamed":
            place = place.child(f"={finding.after}")
        elif finding.facet != "name" and finding.rule != "property-became-list":
            return False
        return place in self._detected_targets

    @cached_property
    def _detected_targets(self) -> frozenset[Target]:
        return frozenset(move.new for move in self.rename_detection.detected)

    def has_finding_at_least(self, severity: Severity) -> bool:
        """Whether anything is as bad as that, or worse."""
        return any(rank(finding.severity) <= rank(severity) for finding in self.findings)

    @property
    def summary(self) -> str:
        """How many differences there are of each severity, the worst first. One in two directions is one."""
        found = [difference.severity for difference in merge_directions(self.findings)]
        counted = ", ".join(f"{found.count(one)} {one}" for one in SEVERITIES if one in found)
        return counted or "No difference"

    @cached_property
    def resource_by_part(self) -> Mapping[Part, str]:
        """The resource of each part, by its newer name; of one that is gone, what it was of."""
        older = {
            part: one.name for one in group_into_resources(Usage(self.old.contract, References())) for part in one.parts
        }
        newer = {
            part: one.name for one in group_into_resources(Usage(self.new.contract, References())) for part in one.parts
        }
        return older | newer

    def as_json(self) -> list[dict[str, Json]]:
        """The findings as data, in the order of the newer document."""
        return [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "direction": finding.direction,
                "target": str(finding.target),
                "old_target": str(finding.old_target),
                "facet": finding.facet,
                "before": finding.before,
                "after": finding.after,
                "recognised": self.is_detected_rename(finding),
                "text": finding.text,
            }
            for finding in self.findings
        ]


@dataclass(frozen=True)
class MergedFinding:
    """One difference as it is told: in whichever directions it is found, once. The worst of them comes first."""

    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return self.findings[0].severity

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The directions in which it is so severe, where it isn't so in all of them; none where nothing uses it."""
        found = [one.direction for one in self.findings if one.severity == self.severity and one.direction]
        return () if len(found) == len(self.findings) and len(found) > 1 else tuple(found)


def merge_directions(findings: Iterable[Finding]) -> list[MergedFinding]:
    """The findings of one difference in several directions as one."""
    grouped: dict[tuple[str, Target, Target, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.target, finding.old_target, finding.facet, repr((finding.before, finding.after)))
        grouped.setdefault(key, []).append(finding)
    return [MergedFinding(tuple(sorted(found, key=lambda one: rank(one.severity)))) for found in grouped.values()]


def diff_contracts(old: Side, new: Side, rename_detection: RenameDetection, table: RuleTable) -> ContractDiff:
    """Every difference from one to the other."""
    usages = [Usage(side.contract, References()) for side in (old, new)]

    def directions(part: Part) -> frozenset[Direction]:
        return frozenset().union(*(usage.directions(part) for usage in usages))

    findings = compare(old.contract, new.contract, rename_detection.renames, directions, table)
    return ContractDiff(old, new, rename_detection, findings, table)


def renames_from_history(history: History, start: str, end: str) -> RenameDetection:
    """How names moved between two versions, as the changes between them tell."""
    order = [version.id for version in history.versions]
    first, last = order.index(start), order.index(end)
    between = order[min(first, last) + 1 : max(first, last) + 1]
    names = RenameMap.of(move for version in between for move in history.steps[version].renames.moves)
    return RenameDetection(
        names if first <= last else RenameMap.of(Move(one.new, one.old) for one in reversed(names.moves))
    )


def detect_renames(old: Contract, new: Contract, renames: Iterable[str], detects_renames: bool) -> RenameDetection:
    """How names moved between two documents: as somebody says, else where one similar name alone is likely.

    Raises UsageError for a rename that fits nothing.
    """
    said = parse_renames(old, new, renames)
    if not detects_renames:
        return RenameDetection(said)
    ambiguous: list[Question] = []

    def decide(question: Question) -> Target | None:
        if len(question.candidates) > 1:
            ambiguous.append(question)
            return None
        (only,) = question.candidates
        return only if similarity(question.old, only) >= MIN_NAME_SIMILARITY else None

    names = resolve_renames(old, new, decide, said)
    return RenameDetection(names, names.moves[len(said.moves) :], tuple(ambiguous))


def shorten_values(finding: Finding, max_length: int) -> Finding:
    """The finding with long values cut, for those who read rather than compute."""
    if finding.facet == "existence":
        return finding
    return replace(finding, before=_shorten(finding.before, max_length), after=_shorten(finding.after, max_length))


def _shorten(value: Json, max_length: int) -> Json:
    if value is None or len(as_text(value)) <= max_length:
        return value
    if isinstance(value, list) and all(isinstance(one, str) and len(one) < max_length for one in value):
        return [*value[:4], f"{len(value) - 4} more"] if len(value) > 5 else value
    return f"{as_text(value)[: max_length - 1]}…"
