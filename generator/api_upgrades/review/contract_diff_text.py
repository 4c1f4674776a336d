"""What differs between two contracts, for a terminal and as Markdown: by resource and part, the worst first.

What differs alike in many parts is told once. Names and values are those of documents that nobody vouches for.
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
from api_upgrades.history.path_entries import PathEntry
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.review.contract_diff import WHOLE_API, ContractDiff, MergedFinding, merge_directions, shorten_values
from api_upgrades.review.terminal import Colorize, escape_controls, list_names, severity_label
from api_upgrades.site.pages import markdown
from api_upgrades.site.text import prose

MIN_PARTS_TO_MERGE = 5
"""In how many parts something differs alike to be told once for all of them."""

WIDTH = 100
MAX_VALUE_LENGTH = 60
"""Characters of a value."""

_DIRECTION_PHRASES = {
    "request": "in what is sent",
    "response": "in what comes back",
    "webhook": "in what is sent to you",
}


@dataclass(frozen=True)
class DiffLine:
    """One difference in words: the place inside its part and what became of it, as Markdown."""

    severity: Severity
    part: Part | None
    name: str
    words: str


@dataclass(frozen=True)
class ResourceGroup:
    """What differs in a resource, part by part; the names of objects that only came, or only went."""

    name: str
    parts: tuple[tuple[Part | None, tuple[DiffLine, ...]], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def object_lists(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What to call such objects, and their names."""
        yield from (("new objects", self.added),) if self.added else ()
        yield from (("objects that are gone", self.removed),) if self.removed else ()

    @property
    def rank(self) -> int:
        """What to sort by to have the worst first."""
        return min((_best_rank(lines) for _, lines in self.parts), default=len(SEVERITIES))


class ContractDiffText:
    """A comparison as text, Markdown and JSON."""

    def __init__(self, compared: ContractDiff) -> None:
        self._diff = compared
        self._title = f"{compared.old.name} to {compared.new.name}"
        lines = [self._make_line(found) for found in _merge_enum_values(merge_directions(compared.findings))]
        alike: dict[tuple[Severity, str, str], list[DiffLine]] = {}
        for line in lines:
            if line.name:
                alike.setdefault((line.severity, line.name, line.words), []).append(line)
        many = [found for found in alike.values() if len(found) >= MIN_PARTS_TO_MERGE]
        self._merged = sorted(many, key=_best_rank)
        told = {line for found in many for line in found}
        self._groups = sorted(
            self._group_by_resource([line for line in lines if line not in told]), key=lambda one: one.rank
        )

    def _make_line(self, told: Sequence[MergedFinding]) -> DiffLine:
        """Differences in words: one, or several values of one enum."""
        finding = shorten_values(told[0].findings[0], MAX_VALUE_LENGTH)
        place = PathEntry(finding.target, finding.old_target, (finding,))
        words = place.summary
        if len(told) > 1:
            values = [one.findings[0].after or one.findings[0].before for one in told]
            words = _ENUM_VALUES_WORDS[finding.rule].format(list_names([as_code(as_text(value)) for value in values]))
        if self._diff.is_detected_rename(told[0].findings[0]):
            words += ", by its likeness"
        if told[0].directions and len(self._diff.table.rules[finding.rule].verdicts) > 1:
            words += f" ({' and '.join(_DIRECTION_PHRASES[one] for one in told[0].directions)})"
        return DiffLine(told[0].severity, finding.target.part, place.name, words)

    def _group_by_resource(self, lines: Iterable[DiffLine]) -> Iterator[ResourceGroup]:
        by_resource: dict[str, dict[Part | None, list[DiffLine]]] = {}
        for line in lines:
            name = self._diff.resource_by_part.get(line.part, WHOLE_API) if line.part else WHOLE_API
            by_resource.setdefault(name, {}).setdefault(line.part, []).append(line)
        for name, parts in by_resource.items():
            objects: dict[str, list[str]] = {}
            told: list[tuple[Part | None, tuple[DiffLine, ...]]] = []
            for part, found in parts.items():
                if part is not None and part.kind == "schema" and not found[0].name and found[0].words in _EXISTENCE:
                    objects.setdefault(found[0].words, []).append(str(Target(part)))
                    continue
                told.append((part, tuple(sorted(found, key=lambda line: rank(line.severity)))))
            told.sort(key=lambda one: _best_rank(one[1]))
            yield ResourceGroup(name, tuple(told), *(tuple(objects.get(words, ())) for words in _EXISTENCE))

    def as_text(self, colorize: Colorize) -> str:
        """For a terminal, the counts last."""

        def marked(indent: int, severity: Severity, text: str) -> str:
            return f"{' ' * indent}{severity_label(severity, colorize)}  {escape_controls(text)}"

        return "\n".join(self._text_lines(marked))

    def _text_lines(self, marked: Callable[[int, Severity, str], str]) -> Iterator[str]:
        yield escape_controls(self._title)
        if self._merged:
            yield "\nIn many parts"
        for found in self._merged:
            yield marked(2, found[0].severity, _to_sentence(found[0]))
            yield from _wrap_lines(
                f"in {len(found)}: {list_names([_keep_on_one_line(Target(line.part)) for line in found])}", 12
            )
        for group in self._groups:
            yield f"\n{escape_controls(group.name)}"
            for part, lines in group.parts:
                if len(lines) == 1 and not lines[0].name and part is not None:
                    yield marked(2, lines[0].severity, f"{Target(part)} {_to_plain(lines[0].words)}")
                    continue
                yield f"  {escape_controls(str(Target(part)))}"
                yield from (marked(4, line.severity, _to_sentence(line)) for line in lines)
            for words, names in group.object_lists:
                yield marked(2, "neutral", f"{words}:")
                yield from _wrap_lines(", ".join(names), 12)
        yield f"\n{self._diff.summary}."
        if count := len(self._diff.rename_detection.detected):
            followed = "1 name is" if count == 1 else f"{count} names are"
            yield f"{followed} followed by likeness, as nobody tells of renames. Without: --no-renames."

    def as_markdown(self) -> str:
        """For a comment or a release note, the counts first."""
        lines = "\n".join(self._markdown_lines()).split("\n")
        return markdown.make_inert("".join(f"{escape_controls(line)}\n" for line in lines))

    def _markdown_lines(self) -> Iterator[str]:
        old, new = (as_code(side.name) for side in (self._diff.old, self._diff.new))
        yield f"## From {old} to {new}\n\n{self._diff.summary}."
        if self._merged:
            yield "\n### In many parts\n"
        for found in self._merged:
            where = list_names([as_code(Target(line.part)) for line in found])
            yield f"- **{found[0].severity}** {as_code(found[0].name)} {found[0].words}: in {where}"
        for group in self._groups:
            yield f"\n### {markdown.escape_text(group.name)}\n"
            for part, lines in group.parts:
                for line in lines:
                    place = as_code(f"{Target(part)} {line.name}".strip() if part else line.name or Target(None))
                    yield f"- **{line.severity}** {place} {line.words}"
            for words, names in group.object_lists:
                yield f"- **neutral** {words}: {', '.join(map(as_code, names))}"

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
                "recognised": self._diff.is_detected_rename(finding),
                "text": finding.text,
            }
            for finding in self._diff.findings
        ]


_EXISTENCE = ("is new", "is gone")


def _best_rank(lines: Sequence[DiffLine]) -> int:
    return min(rank(line.severity) for line in lines)


def _to_sentence(line: DiffLine) -> str:
    """A line as text: its place, and what became of it."""
    words = _to_plain(line.words)
    return (
        f"{line.name} {words}" if line.name and words.startswith(_EXISTENCE) else f"{line.name}: {words}".lstrip(": ")
    )


def _to_plain(words: str) -> str:
    return prose.to_plain(words)


def _wrap_lines(text: str, indent: int) -> Iterator[str]:
    found = wrap(escape_controls(text), WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return (f"{' ' * indent}{line}".replace(_NO_BREAK_SPACE, " ") for line in found)


def _keep_on_one_line(target: Target) -> str:
    """A name that stays on one line."""
    return str(target).replace(" ", _NO_BREAK_SPACE)


def _merge_enum_values(found: Iterable[MergedFinding]) -> Iterator[tuple[MergedFinding, ...]]:
    """Differences, those of several values of one enum in one."""

    def key(told: MergedFinding) -> tuple[object, ...]:
        finding = told.findings[0]
        return (finding.rule, finding.target, told.directions) if finding.rule in _ENUM_VALUES_WORDS else (id(told),)

    return (tuple(group) for _, group in groupby(found, key))


_ENUM_VALUES_WORDS: Mapping[RuleId, str] = {
    "enum-value-added": "{} are more of its values",
    "enum-value-removed": "{} are none of its values any more",
}
_NO_BREAK_SPACE = "\xa0"
