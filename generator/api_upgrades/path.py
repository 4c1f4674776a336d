"""From any version to any other: what to do, in order, and what every payload becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api_upgrades.compare import Finding, compare
from api_upgrades.contract import Part
from api_upgrades.effects import Move
from api_upgrades.history import History, JudgedChange
from api_upgrades.names import Names
from api_upgrades.severity import Severity, worst
from api_upgrades.target import Target
from api_upgrades.texts import NOTHING, Language, in_version, part_texts
from api_upgrades.usage import Usage


@dataclass(frozen=True)
class TextPath:
    """One payload or message at both ends; empty where the part isn't there. `key` says which of the part's it is."""

    key: str
    title: str
    language: Language
    before: str
    after: str


@dataclass(frozen=True)
class PartPath:
    """A part that differs between both ends, under its name at each; None where it isn't there.

    It differs by findings of its own, or only in its texts, by something that it refers to.
    """

    before: Part | None
    after: Part | None
    findings: tuple[Finding, ...]
    texts: tuple[TextPath, ...]

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


@dataclass(frozen=True)
class Path:
    """What moving from one version to another takes. Changes are in the order in which to meet them.

    On the way to an older version (`is_downgrade`) they are met backwards, and each is to be taken back.
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


def path(history: History, start: str, end: str) -> Path:
    """The path between two versions of a history. Raises KeyError for a version that it hasn't got."""
    order = [version.id for version in history.versions]
    first, last = order.index(start), order.index(end)
    between = order[min(first, last) + 1 : max(first, last) + 1]
    is_downgrade = first > last
    names = Names.of(move for version in between for move in history.steps[version].names.moves)
    changes = [change for version in between for change in history.changes_of(version)]
    if is_downgrade:
        names = Names.of(Move(move.new, move.old) for move in reversed(names.moves))
        changes = [change for version in reversed(between) for change in history.changes_of(version)]
    older, newer = history.usage_at(start), history.usage_at(end)
    parts = tuple(_parts(history, older, newer, names, (start, end)))
    return Path(start, end, is_downgrade, tuple(changes), parts)


def _parts(history: History, old: Usage, new: Usage, names: Names, versions: tuple[str, str]) -> Iterator[PartPath]:
    findings: dict[Part | None, list[Finding]] = {}
    found = compare(
        old.contract,
        new.contract,
        names,
        lambda schema: old.directions(schema) | new.directions(schema),
        history.table,
    )
    for finding in found:
        findings.setdefault(finding.target.part, []).append(finding)
    renamed = {part: names.newer(Target(part)).part for part in old.contract.parts}
    older = {after: before for before, after in renamed.items()}
    for after in dict.fromkeys((*new.contract.parts, *older)):
        before = older.get(after)
        present = after if after in new.contract.parts else None
        texts = tuple(_texts(old, new, before, present, versions))
        if after is not None and (texts or after in findings):
            yield PartPath(before, present, tuple(findings.get(after, ())), texts)


def _texts(
    old: Usage, new: Usage, before: Part | None, after: Part | None, versions: tuple[str, str]
) -> Iterator[TextPath]:
    """The texts of a part that differ by more than the version that a request names."""
    was, now = dict(part_texts(old, old.contract, before)), dict(part_texts(new, new.contract, after))
    for key in dict.fromkeys((*now, *was)):
        one, other = was.get(key, NOTHING), now.get(key, NOTHING)
        if one.text != other.text:
            shown = other if other.text else one
            texts = (in_version(one.text, versions[0]), in_version(other.text, versions[1]))
            yield TextPath(key, shown.title, shown.language, *texts)
