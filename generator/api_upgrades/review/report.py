"""What a pull request changes, for those who review it: Markdown for a comment, data for a program. Pure."""

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
"""In characters, how long Markdown gets. A comment on GitHub takes three times that, and nobody reads it."""

_LIST_LENGTHS = (30, 8, 3, 1)
"""How many entries of a list are shown: fewer, where the Markdown would be too long."""

_MAX_AFFECTED = 5
"""How many operations are shown with a change; all of them are folded."""

_SEVERITY_NOUNS: Mapping[Severity, str] = {
    "breaking": "breaking change",
    "risky": "risky change",
    "additive": "addition",
    "neutral": "neutral change",
}


@dataclass(frozen=True)
class Report:
    """What differs, and all that is wrong with it. `pages` is None where they cannot be made of what there is."""

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
        """What callers have to look at, the worst first."""
        return tuple(one for one in self.edits if one.is_new_to_callers and one.severity in ("breaking", "risky"))

    @property
    def far_reaching(self) -> tuple[EditView, ...]:
        """Those that reach more than is shown with them."""
        return tuple(one for one in self.breaking if max(len(one.operations), len(one.webhooks)) > _MAX_AFFECTED)

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
        """What to do about what is undocumented."""
        return next((fault.fix for fault in self._faults_of("undocumented")), "")

    def _faults_of(self, kind: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.check_result.faults if fault.kind == kind)

    @cached_property
    def verdict(self) -> str:
        """It all in one line of text."""
        ids = [version.id for version in self.released]
        news = [one for one in self.edits if one.is_new_to_callers]
        found: list[str] = []
        if ids:
            who = f"{ids[0]} is" if len(ids) == 1 else f"{len(ids)} versions are"
            brought = _format_counts([one.severity for one in news if one.edit.change.version in ids])
            found.append(f"{who} released with {brought or 'no change'}")
        told = _format_counts([one.severity for one in news if one.edit.change.version not in ids])
        if told or not found:
            found.append(f"{'beside it ' if ids else ''}{told}" if told else "no change to the API")
        if self.undocumented:
            found.append(f"{_format_count(len(self.undocumented), 'difference')} in no change yet")
        if self.todos:
            found.append(f"{_format_count(len(self.todos), 'text')} still to be written")
        if self.other_faults:
            found.append(
                _format_count(len(self.other_faults), "other fault" if self.undocumented or self.todos else "fault")
            )
        found.append(self._released_status)
        return f"{found[0][0].upper()}{'; '.join(found)[1:]}."

    @property
    def _released_status(self) -> str:
        if count := len(self.altered_faults) + len(self.lock_changes):
            return f"what was released is altered in {_format_count(count, 'place')}"
        if any(fault.kind in ("misfit", "unlocked") for fault in self.check_result.faults):
            return "nothing tells whether what was released is altered"
        return "nothing released is altered"

    def as_text(self, colorize: Colorize) -> str:
        """For a terminal: the verdict, then everything that was found, with pages as counts."""
        return "\n".join(self._text_lines(colorize))

    def _text_lines(self, colorize: Colorize) -> Iterator[str]:
        def judged(severity: Severity | None, text: str) -> str:
            return f"  {severity_label(severity, colorize)}  {escape_controls(text)}"

        yield escape_controls(self.verdict)
        yield escape_controls(prose.to_plain(self.comparison.description))
        yield from (f"  {escape_controls(error)}" for error in self.comparison.errors)
        if self.breaking:
            yield "\nBreaking and risky changes"
        for one in self.breaking:
            yield judged(one.severity, prose.to_plain(one.title))
            yield from (judged(None, line) for line in _details(one))
        altered = [*_fault_lines(self.altered_faults), *map(_lock_change_line, self.lock_changes)]
        yield from _section("Changes to released versions", altered)
        if self.undocumented:
            yield "\nUndocumented differences"
            yield from (judged(_severity_of(one), str(one)) for one in self.undocumented)
            yield f"  {escape_controls(self.undocumented_fix)}"
        yield from _section("Texts to write", _fault_lines(self.todos))
        yield from _section("Other faults", _fault_lines(self.other_faults))
        if self.edits:
            yield "\nAll changes"
        for one in self.edits:
            yield judged(one.severity, f"{prose.to_plain(one.title)} ({one.place}, {one.summary})")
        edited = [f"{one.version.id}/version.yaml: {', '.join(one.changed_fields)}" for one in self.version_edits]
        yield from _section("Edited versions", edited)
        yield from _section("Descriptions and examples that changed in every version", self.reworded)
        if self.pages:
            merged, released = (len(pages.all) for pages in (self.pages.after_merge, self.pages.after_release))
            yield from _section("Pages that change", [f"{merged} when this is merged", f"{released} on release"])

    def as_markdown(self) -> str:
        """It for a comment: the verdict, what asks for a decision, and the rest folded. Nothing in it does anything."""
        template = markdown_environment().get_template("report.md.j2")
        for few in _LIST_LENGTHS:
            made = re.sub(
                r"\n{3,}",
                "\n\n",
                template.render(report=self, few=few, max_affected=_MAX_AFFECTED, group_pages=group_pages),
            )
            text = make_inert(made.rstrip() + "\n")
            if len(text) <= MAX_LENGTH:
                break
        return text

    def as_json(self) -> dict[str, Json]:
        """The same as data, whole."""
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
            "changes": [one.as_json() for one in self.edits],
            "versions": [{"id": one.version.id, "edited": list(one.changed_fields)} for one in self.version_edits],
            "undocumented": [_difference_as_json(one) for one in self.undocumented],
            "lock_changes": [
                {"versions": list(one.versions), "what": one.text, "why": list(one.why)} for one in self.lock_changes
            ],
            **self.check_result.as_json(),
            "pages": self.pages
            and {
                "merged": _page_diff_as_json(self.pages.after_merge),
                "released": _page_diff_as_json(self.pages.after_release),
            },
        }


def build_report(before: ProjectState | None, now: ProjectState, source: str, comparison: Comparison) -> Report:
    """What differs between two states of a project whose models stand in `source`."""
    checked = check(now, source)
    is_sound = not now.errors and not any(fault.kind in ("misfit", "unsound") for fault in checked.faults)
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
        checked,
        tuple(note for note in checked.notes if note.message not in old_notes),
        diff_sites(before.history if before else None, now.history) if is_sound and is_compared else None,
    )


def _details(view: EditView) -> Iterator[str]:
    """What callers have to do about a change, and what it affects."""
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
    """A heading and a line for each item; nothing if there are none."""
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
        return tuple(sorted(state.undocumented_differences, key=lambda one: rank(_severity_of(one))))
    except RegistryErrors:  # which `check` tells
        return ()


def _severity_of(one: Difference) -> Severity | None:
    return one.finding.severity if one.finding else None


def _format_counts(severities: Sequence[Severity | None]) -> str:
    """`1 breaking change, 2 additions`; nothing where there are none."""
    words = (*_SEVERITY_NOUNS.items(), (None, "unjudged change"))
    found = ((severities.count(severity), word) for severity, word in words)
    return ", ".join(_format_count(count, word) for count, word in found if count)


def _format_count(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _difference_as_json(one: Difference) -> dict[str, Json]:
    return {"place": one.place, "what": str(one), "severity": _severity_of(one)}


def _page_diff_as_json(pages: PageDiff) -> dict[str, Json]:
    return {"added": list(pages.added), "changed": list(pages.changed), "removed": list(pages.removed)}
