"""Writes the differences between two contracts as text, Markdown and JSON. In the first two, they are listed by
resource and part, the most severe first.

The same difference in many parts is printed once. Names and values come from documents that are not trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import SEVERITIES, Severity, rank
from api_upgrades.core.json import Json
from api_upgrades.effects.base import as_code
from api_upgrades.history.path_entries import PHRASES, PathEntry
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.review.contract_diff import WHOLE_API, ContractDiff, MergedFinding, merge_directions, shorten_values
from api_upgrades.review.terminal import Colorize, escape_controls, list_names, severity_label
from api_upgrades.site.pages import markdown
from api_upgrades.site.text import prose

MIN_PARTS_TO_MERGE = 5
"""A difference is printed once for all parts if it occurs in at least this many."""

WIDTH = 100
MAX_VALUE_LENGTH = 60
"""The maximum length of a printed value, in characters."""

_DIRECTION_PHRASES = {"request": "in requests", "response": "in responses", "webhook": "in webhooks"}


@dataclass(frozen=True)
class DiffLine:
    """One difference: its place inside the part, and a description in Markdown."""

    severity: Severity
    part: Part | None
    name: str
    words: str


@dataclass(frozen=True)
class ResourceGroup:
    """The differences of one resource by part.

    `added` and `removed` are the names of new and removed objects that have no lines in `parts`.
    """

    name: str
    parts: tuple[tuple[Part | None, tuple[DiffLine, ...]], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def object_lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The lists of objects that are not empty, with their titles."""
        yield from (("new objects", self.added),) if self.added else ()
        yield from (("removed objects", self.removed),) if self.removed else ()

    @property
    def rank(self) -> int:
        """The rank of its worst severity, as a sort key."""
        return min((_worst_rank(lines) for _, lines in self.parts), default=len(SEVERITIES))


class ContractDiffText:
    """A comparison of two contracts as text, Markdown and JSON."""

    def __init__(self, diff: ContractDiff) -> None:
        self._diff = diff
        self._title = f"{diff.old.name} to {diff.new.name}"
        lines = [self._make_line(differences) for differences in _merge_enum_values(merge_directions(diff.findings))]
        same: dict[tuple[Severity, str, str], list[DiffLine]] = {}
        for line in lines:
            if line.name:
                same.setdefault((line.severity, line.name, line.words), []).append(line)
        self._merged = sorted((group for group in same.values() if len(group) >= MIN_PARTS_TO_MERGE), key=_worst_rank)
        merged = {line for group in self._merged for line in group}
        groups = self._group_by_resource([line for line in lines if line not in merged])
        self._groups = sorted(groups, key=lambda group: group.rank)

    def _make_line(self, differences: Sequence[MergedFinding]) -> DiffLine:
        """Describe one difference, or several added or removed values of one enum."""
        first = differences[0]
        finding = shorten_values(first.findings[0], MAX_VALUE_LENGTH)
        entry = PathEntry(finding.target, finding.old_target, (finding,))
        words = entry.summary
        if len(differences) > 1:
            values = [one.findings[0].after or one.findings[0].before for one in differences]
            words = _ENUM_VALUES_WORDS[finding.rule].format(list_names([as_code(as_text(value)) for value in values]))
        if self._diff.is_detected_rename(first.findings[0]):
            words += ", detected by similarity"
        if first.directions and len(self._diff.table.rules[finding.rule].verdicts) > 1:
            words += f" ({' and '.join(_DIRECTION_PHRASES[direction] for direction in first.directions)})"
        return DiffLine(first.severity, finding.target.part, entry.name, words)

    def _group_by_resource(self, lines: Iterable[DiffLine]) -> Iterator[ResourceGroup]:
        by_resource: dict[str, dict[Part | None, list[DiffLine]]] = {}
        for line in lines:
            name = self._diff.resource_by_part.get(line.part, WHOLE_API) if line.part else WHOLE_API
            by_resource.setdefault(name, {}).setdefault(line.part, []).append(line)
        for name, parts in by_resource.items():
            objects: dict[str, list[str]] = {}
            described: list[tuple[Part | None, tuple[DiffLine, ...]]] = []
            for part, found in parts.items():
                if (
                    part is not None
                    and part.kind == "schema"
                    and not found[0].name
                    and found[0].words in _EXISTENCE_WORDS
                ):
                    objects.setdefault(found[0].words, []).append(str(Target(part)))
                    continue
                described.append((part, tuple(sorted(found, key=lambda line: rank(line.severity)))))
            described.sort(key=lambda pair: _worst_rank(pair[1]))
            yield ResourceGroup(name, tuple(described), *(tuple(objects.get(words, ())) for words in _EXISTENCE_WORDS))

    def as_text(self, colorize: Colorize) -> str:
        """Return text for a terminal; the summary comes last."""

        def format_line(indent: int, severity: Severity, text: str) -> str:
            return f"{' ' * indent}{severity_label(severity, colorize)}  {escape_controls(text)}"

        return "\n".join(self._text_lines(format_line))

    def _text_lines(self, format_line: Callable[[int, Severity, str], str]) -> Iterator[str]:
        yield escape_controls(self._title)
        if self._merged:
            yield "\nIn many parts"
        for group in self._merged:
            yield format_line(2, group[0].severity, _to_sentence(group[0]))
            parts = list_names([_keep_on_one_line(Target(line.part)) for line in group])
            yield from _wrap_lines(f"in {len(group)}: {parts}", 12)
        for resource in self._groups:
            yield f"\n{escape_controls(resource.name)}"
            for part, lines in resource.parts:
                if len(lines) == 1 and not lines[0].name and part is not None:
                    yield format_line(2, lines[0].severity, f"{Target(part)} {_to_plain(lines[0].words)}")
                    continue
                yield f"  {escape_controls(str(Target(part)))}"
                yield from (format_line(4, line.severity, _to_sentence(line)) for line in lines)
            for words, names in resource.object_lists:
                yield format_line(2, "neutral", f"{words}:")
                yield from _wrap_lines(", ".join(names), 12)
        yield f"\n{self._diff.summary}."
        if count := len(self._diff.rename_detection.detected):
            renames = "1 rename was" if count == 1 else f"{count} renames were"
            yield f"{renames} detected by similarity. To compare without detection, use --no-renames."

    def as_markdown(self) -> str:
        """Return Markdown for a comment or a release note; the summary comes first."""
        lines = "\n".join(self._markdown_lines()).split("\n")
        return markdown.make_inert("".join(f"{escape_controls(line)}\n" for line in lines))

    def _markdown_lines(self) -> Iterator[str]:
        old, new = (as_code(side.name) for side in (self._diff.old, self._diff.new))
        yield f"## From {old} to {new}\n\n{self._diff.summary}."
        if self._merged:
            yield "\n### In many parts\n"
        for group in self._merged:
            where = list_names([as_code(Target(line.part)) for line in group])
            yield f"- **{group[0].severity}** {as_code(group[0].name)} {group[0].words}: in {where}"
        for resource in self._groups:
            yield f"\n### {markdown.escape_text(resource.name)}\n"
            for part, lines in resource.parts:
                for line in lines:
                    place = as_code(f"{Target(part)} {line.name}".strip() if part else line.name or Target(None))
                    yield f"- **{line.severity}** {place} {line.words}"
            for words, names in resource.object_lists:
                yield f"- **neutral** {words}: {', '.join(map(as_code, names))}"

    def as_json(self) -> list[dict[str, Json]]:
        """Return the findings as JSON, in the order of the newer contract."""
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
                "recognised": self._diff.is_detected_rename(finding),
                "text": finding.text,
            }
            for finding in self._diff.findings
        ]


_EXISTENCE_WORDS = (PHRASES["schema-added"], PHRASES["schema-removed"])
"""The descriptions of an added and of a removed object, as `PathEntry.summary` writes them."""


def _worst_rank(lines: Sequence[DiffLine]) -> int:
    return min(rank(line.severity) for line in lines)


def _to_sentence(line: DiffLine) -> str:
    """Return a line as a plain sentence: its place and the description."""
    return f"{line.name}: {_to_plain(line.words)}".lstrip(": ")


def _to_plain(words: str) -> str:
    return prose.to_plain(words)


def _wrap_lines(text: str, indent: int) -> Iterator[str]:
    lines = wrap(escape_controls(text), WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return (f"{' ' * indent}{line}".replace(_NO_BREAK_SPACE, " ") for line in lines)


def _keep_on_one_line(target: Target) -> str:
    """Return a name that `_wrap_lines` doesn't break."""
    return str(target).replace(" ", _NO_BREAK_SPACE)


def _merge_enum_values(differences: Iterable[MergedFinding]) -> Iterator[tuple[MergedFinding, ...]]:
    """Group the differences that add, or that remove, values of one enum; every other difference is its own group."""

    def key(difference: MergedFinding) -> tuple[object, ...]:
        finding = difference.findings[0]
        is_value = finding.rule in _ENUM_VALUES_WORDS
        return (finding.rule, finding.target, difference.directions) if is_value else (id(difference),)

    return (tuple(group) for _, group in groupby(differences, key))


_ENUM_VALUES_WORDS: Mapping[RuleId, str] = {
    "enum-value-added": "has the new values {}",
    "enum-value-removed": "no longer has the values {}",
    "constant-removed": "no longer has the value {}",
}
_NO_BREAK_SPACE = "\xa0"
