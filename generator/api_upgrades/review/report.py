"""The report on a pull request, for its reviewers: as text, as Markdown for a comment, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.rules.table import Severity, rank
from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.registry.model import Version
from api_upgrades.releases.check import check
from api_upgrades.releases.fault import CheckResult, Fault
from api_upgrades.releases.locking import Difference
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.change_file_diff import (
    ChangeFileEdit,
    VersionFileEdit,
    diff_change_files,
    diff_version_files,
    list_unreleased,
)
from api_upgrades.review.comparison import Comparison, ComparisonState
from api_upgrades.review.edit_view import EditView, make_edit_views
from api_upgrades.review.lock_diff import LockChange, diff_locks
from api_upgrades.review.page_diff import PageDiff, SiteDiff, diff_sites, group_pages
from api_upgrades.review.terminal import Colorize, escape_controls, list_names, severity_label
from api_upgrades.site.pages.environment import markdown_environment
from api_upgrades.site.pages.markdown import make_inert
from api_upgrades.site.text import prose

MAX_LENGTH = 20_000
"""The maximum length of the Markdown in characters. GitHub allows three times that, but nobody reads it."""

_LIST_LENGTHS = (30, 8, 3, 1)
"""How many entries of a list the Markdown shows, tried in this order until it is short enough."""

_MAX_AFFECTED = 5
"""How many operations and webhooks are shown with a change; a folded section lists all of them."""

_SEVERITY_NOUNS: Mapping[Severity, str] = {
    "breaking": "breaking change",
    "risky": "risky change",
    "additive": "addition",
    "neutral": "neutral change",
}


@dataclass(frozen=True)
class Report:
    """What a pull request changes, and what is wrong with it. `pages` is None if faults keep pages from being made."""

    api: str
    comparison: Comparison
    released: tuple[Version, ...]
    edits: tuple[EditView, ...]
    version_edits: tuple[VersionFileEdit, ...]
    undocumented: tuple[Difference, ...]
    lock_changes: tuple[LockChange, ...]
    check_result: CheckResult
    reworded: tuple[RegistryError, ...]
    pages: SiteDiff | None

    @cached_property
    def breaking(self) -> tuple[EditView, ...]:
        """The new changes that are breaking or risky for callers, the most severe first."""
        return tuple(view for view in self.edits if view.is_new_to_callers and view.severity in ("breaking", "risky"))

    @property
    def far_reaching(self) -> tuple[EditView, ...]:
        """The breaking and risky changes that affect more operations or webhooks than are shown with them."""
        return tuple(view for view in self.breaking if max(len(view.operations), len(view.webhooks)) > _MAX_AFFECTED)

    @property
    def altered_faults(self) -> tuple[Fault, ...]:
        return self._faults_of("altered")

    @property
    def todos(self) -> tuple[Fault, ...]:
        return self._faults_of("prose")

    @property
    def other_faults(self) -> tuple[Fault, ...]:
        own = ("undocumented", "altered", "prose")
        return tuple(fault for fault in self.check_result.faults if fault.kind not in own)

    @property
    def undocumented_fix(self) -> str:
        """How to fix undocumented differences."""
        return next((fault.fix for fault in self._faults_of("undocumented")), "")

    def _faults_of(self, kind: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.check_result.faults if fault.kind == kind)

    @cached_property
    def verdict(self) -> str:
        """The report in one line of text."""
        ids = [version.id for version in self.released]
        new = [view for view in self.edits if view.is_new_to_callers]
        facts: list[str] = []
        if ids:
            versions = f"{ids[0]} is" if len(ids) == 1 else f"{len(ids)} versions are"
            counts = _format_counts([view.severity for view in new if view.edit.change.version in ids])
            facts.append(f"{versions} released with {counts or 'no changes'}")
        others = _format_counts([view.severity for view in new if view.edit.change.version not in ids])
        if others or not facts:
            facts.append(f"{'also ' if ids else ''}{others}" if others else "no changes to the API")
        if self.undocumented:
            facts.append(_format_count(len(self.undocumented), "undocumented difference"))
        if self.todos:
            facts.append(f"{_format_count(len(self.todos), 'text')} to write")
        if self.other_faults:
            word = "other fault" if self.undocumented or self.todos else "fault"
            facts.append(_format_count(len(self.other_faults), word))
        facts.append(self._released_status)
        return f"{facts[0][0].upper()}{'; '.join(facts)[1:]}."

    @property
    def _released_status(self) -> str:
        if count := len(self.altered_faults) + len(self.lock_changes):
            return f"released versions differ in {_format_count(count, 'place')}"
        if any(fault.kind in ("misfit", "unlocked") for fault in self.check_result.faults):
            return "whether released versions changed is unknown"
        return "released versions are unchanged"

    def as_text(self, colorize: Colorize) -> str:
        """Return text for a terminal: the verdict, then everything that was found. Pages are only counted."""
        return "\n".join(self._text_lines(colorize))

    def _text_lines(self, colorize: Colorize) -> Iterator[str]:
        def format_line(severity: Severity | None, text: str) -> str:
            return f"  {severity_label(severity, colorize)}  {escape_controls(text)}"

        yield escape_controls(self.verdict)
        yield escape_controls(prose.to_plain(self.comparison.description))
        yield from (f"  {escape_controls(error)}" for error in self.comparison.errors)
        if self.breaking:
            yield "\nBreaking and risky changes"
        for view in self.breaking:
            yield format_line(view.severity, prose.to_plain(view.title))
            yield from (format_line(None, line) for line in _list_details(view))
        altered = [*_fault_lines(self.altered_faults), *map(_lock_change_line, self.lock_changes)]
        yield from _section("Changes to released versions", altered)
        if self.undocumented:
            yield "\nUndocumented differences"
            yield from (format_line(_severity_of(difference), str(difference)) for difference in self.undocumented)
            yield f"  {escape_controls(self.undocumented_fix)}"
        yield from _section("Texts to write", _fault_lines(self.todos))
        yield from _section("Other faults", _fault_lines(self.other_faults))
        if self.edits:
            yield "\nAll changes"
        for view in self.edits:
            yield format_line(view.severity, f"{prose.to_plain(view.title)} ({view.place}, {view.summary})")
        edited = [f"{edit.version.id}/version.yaml: {', '.join(edit.changed_fields)}" for edit in self.version_edits]
        yield from _section("Edited versions", edited)
        yield from _section("Descriptions and examples that changed in every version", self.reworded)
        if self.pages:
            merged, released = (len(pages.all) for pages in (self.pages.after_merge, self.pages.after_release))
            yield from _section("Pages that change", [f"{merged} when this is merged", f"{released} on release"])

    def as_markdown(self) -> str:
        """Return Markdown for a comment: the verdict, what needs a decision, and the rest folded.

        GitHub finds no mentions or links in it. Lists are shortened until the whole text is short enough.
        """
        template = markdown_environment().get_template("report.md.j2")
        for few in _LIST_LENGTHS:
            rendered = template.render(report=self, few=few, max_affected=_MAX_AFFECTED, group_pages=group_pages)
            text = make_inert(re.sub(r"\n{3,}", "\n\n", rendered).rstrip() + "\n")
            if len(text) <= MAX_LENGTH:
                break
        return text

    def as_json(self) -> dict[str, Json]:
        """Return the complete report as JSON."""
        base = self.comparison.base
        return {
            "api": self.api,
            "verdict": self.verdict,
            "base": {
                "state": self.comparison.state,
                "ref": base and base.ref,
                "commit": base and base.commit,
                "is_at": base and base.relation,
                "errors": list(self.comparison.errors),
            },
            "released": [version.id for version in self.released],
            "changes": [view.as_json() for view in self.edits],
            "versions": [{"id": edit.version.id, "edited": list(edit.changed_fields)} for edit in self.version_edits],
            "undocumented": [_difference_as_json(difference) for difference in self.undocumented],
            "lock_changes": [
                {"versions": list(change.versions), "what": change.text, "why": list(change.why)}
                for change in self.lock_changes
            ],
            **self.check_result.as_json(),
            "pages": self.pages
            and {
                "merged": _page_diff_as_json(self.pages.after_merge),
                "released": _page_diff_as_json(self.pages.after_release),
            },
        }


def build_report(before: ProjectState | None, now: ProjectState, source: str, comparison: Comparison) -> Report:
    """Compare two states of a project whose API is declared in `source`. `before` is None if there is none."""
    result = check(now, source)
    is_sound = not now.errors and not any(fault.kind in ("misfit", "unsound") for fault in result.faults)
    known = {version.id for version in before.registry.versions} if before else set()
    is_compared = comparison.state != "unreadable"
    old_notes = {note.message for note in check(before, source).notes} if before else set()
    return Report(
        str(now.registry.head.document.get("info", {}).get("title", "API")),
        comparison,
        tuple(version for version in now.registry.versions if is_compared and version.id not in known),
        make_edit_views(_list_edits(before, now, comparison.state), before, now if is_sound else None),
        diff_version_files(before.registry, now.registry) if before else (),
        _list_undocumented(now),
        diff_locks(before, now) if before else (),
        result,
        tuple(note for note in result.notes if note.message not in old_notes),
        diff_sites(before.history if before else None, now.history) if is_sound and is_compared else None,
    )


def _list_details(view: EditView) -> Iterator[str]:
    """Yield what callers have to do about a change, and what it affects."""
    if view.upgrade:
        yield prose.to_plain(view.upgrade)
    if view.operations:
        yield f"Operations: {list_names(view.operations)}"
    if view.webhooks:
        yield f"Webhooks: {list_names(view.webhooks)}"


def _lock_change_line(change: LockChange) -> str:
    why = f"Amended: {' '.join(change.why)}" if change.why else "No amendment says why."
    return f"{', '.join(change.versions)}: {change.text}. {prose.to_plain(why)}"


def _fault_lines(faults: Sequence[Fault]) -> list[str]:
    return str(RegistryErrors(faults)).splitlines()


def _section(title: str, items: Iterable[object]) -> Iterator[str]:
    """Yield a heading and a line for each item; nothing if there are none."""
    lines = [f"  {escape_controls(str(item))}" for item in items]
    if lines:
        yield from (f"\n{title}", *lines)


def _list_edits(before: ProjectState | None, now: ProjectState, state: ComparisonState) -> tuple[ChangeFileEdit, ...]:
    if before is not None:
        return diff_change_files(before.registry, now.registry)
    if state == "unreadable":
        return list_unreleased(now)
    changes = (change for version in now.registry.all_versions for change in version.changes)
    return tuple(ChangeFileEdit("added", change) for change in (*changes, *now.registry.additions))


def _list_undocumented(state: ProjectState) -> tuple[Difference, ...]:
    try:
        return tuple(sorted(state.undocumented_differences, key=lambda difference: rank(_severity_of(difference))))
    except RegistryErrors:  # `check` reports them
        return ()


def _severity_of(difference: Difference) -> Severity | None:
    return difference.finding.severity if difference.finding else None


def _format_counts(severities: Sequence[Severity | None]) -> str:
    """Join the counts of severities: `1 breaking change, 2 additions`. Empty if there are none."""
    nouns = (*_SEVERITY_NOUNS.items(), (None, "unrated change"))
    counts = ((severities.count(severity), noun) for severity, noun in nouns)
    return ", ".join(_format_count(count, noun) for count, noun in counts if count)


def _format_count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _difference_as_json(difference: Difference) -> dict[str, Json]:
    return {"place": difference.place, "what": str(difference), "severity": _severity_of(difference)}


def _page_diff_as_json(pages: PageDiff) -> dict[str, Json]:
    return {"added": list(pages.added), "changed": list(pages.changed), "removed": list(pages.removed)}
