"""What a pull request changes, for those who review it: Markdown for a comment, data for a program. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.rules.table import Severity, rank
from api_upgrades.core.errors import RegistryError, RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.registry.model import Version
from api_upgrades.releases.check import check
from api_upgrades.releases.fault import Checked, Fault
from api_upgrades.releases.freeze import Difference
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.change_file_diff import Edit, VersionEdit, edits, unreleased, version_edits
from api_upgrades.review.comparison import Comparison, State
from api_upgrades.review.edit_view import EditView, edit_views
from api_upgrades.review.lock_diff import Refrozen, refrozen
from api_upgrades.review.page_diff import Differing, SitePages, grouped, site_pages
from api_upgrades.site.pages.environment import markdown_environment
from api_upgrades.site.pages.markdown import inert

LIMIT = 20_000
"""In characters, how long Markdown gets. A comment on GitHub takes three times that, and nobody reads it."""

_CUTS = (30, 8, 3, 1)
"""How many entries of a list are shown: fewer, where the Markdown would be too long."""

_AT_ONCE = 5
"""How many operations are shown with a change; all of them are folded."""

_WORDS: Mapping[Severity, str] = {
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
    version_edits: tuple[VersionEdit, ...]
    undocumented: tuple[Difference, ...]
    refrozen: tuple[Refrozen, ...]
    checked: Checked
    reworded: tuple[RegistryError, ...]
    pages: SitePages | None

    @cached_property
    def breaking(self) -> tuple[EditView, ...]:
        """What callers have to look at, the worst first."""
        return tuple(one for one in self.edits if one.is_news and one.severity in ("breaking", "risky"))

    @property
    def wide(self) -> tuple[EditView, ...]:
        """Those that reach more than is shown with them."""
        return tuple(one for one in self.breaking if max(len(one.operations), len(one.webhooks)) > _AT_ONCE)

    @property
    def altered(self) -> tuple[Fault, ...]:
        return self._faults("altered")

    @property
    def todos(self) -> tuple[Fault, ...]:
        return self._faults("prose")

    @property
    def others(self) -> tuple[Fault, ...]:
        own = ("undocumented", "altered", "prose")
        return tuple(fault for fault in self.checked.faults if fault.kind not in own)

    @property
    def way_out(self) -> str:
        """What to do about what is undocumented."""
        return next((fault.way_out for fault in self._faults("undocumented")), "")

    def _faults(self, kind: str) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.checked.faults if fault.kind == kind)

    @cached_property
    def verdict(self) -> str:
        """It all in one line of text."""
        ids = [version.id for version in self.released]
        news = [one for one in self.edits if one.is_news]
        found: list[str] = []
        if ids:
            who = f"{ids[0]} is" if len(ids) == 1 else f"{len(ids)} versions are"
            brought = _counts([one.severity for one in news if one.edit.change.version in ids])
            found.append(f"{who} released with {brought or 'no change'}")
        told = _counts([one.severity for one in news if one.edit.change.version not in ids])
        if told or not found:
            found.append(f"{'beside it ' if ids else ''}{told}" if told else "no change to the API")
        if self.undocumented:
            found.append(f"{_number(len(self.undocumented), 'difference')} in no change yet")
        if self.todos:
            found.append(f"{_number(len(self.todos), 'text')} still to be written")
        if self.others:
            found.append(_number(len(self.others), "other fault" if self.undocumented or self.todos else "fault"))
        found.append(self._on_released)
        return f"{found[0][0].upper()}{'; '.join(found)[1:]}."

    @property
    def _on_released(self) -> str:
        if count := len(self.altered) + len(self.refrozen):
            return f"what was released is altered in {_number(count, 'place')}"
        if any(fault.kind in ("misfit", "unfrozen") for fault in self.checked.faults):
            return "nothing tells whether what was released is altered"
        return "nothing released is altered"

    def as_markdown(self) -> str:
        """It for a comment: the verdict, what asks for a decision, and the rest folded. Nothing in it does anything."""
        template = markdown_environment().get_template("report.md.j2")
        for few in _CUTS:
            made = re.sub(r"\n{3,}", "\n\n", template.render(report=self, few=few, at_once=_AT_ONCE, grouped=grouped))
            text = inert(made.rstrip() + "\n")
            if len(text) <= LIMIT:
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
                "is_at": base and base.is_at,
                "errors": list(self.comparison.errors),
            },
            "released": [version.id for version in self.released],
            "changes": [one.as_json() for one in self.edits],
            "versions": [{"id": one.version.id, "edited": list(one.fields)} for one in self.version_edits],
            "undocumented": [_difference(one) for one in self.undocumented],
            "refrozen": [
                {"versions": list(one.versions), "what": one.text, "why": list(one.why)} for one in self.refrozen
            ],
            **self.checked.as_json(),
            "pages": self.pages and {"merged": _paths(self.pages.merged), "released": _paths(self.pages.released)},
        }


def report(before: ProjectState | None, now: ProjectState, source: str, comparison: Comparison) -> Report:
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
        edit_views(_edits(before, now, comparison.state), before, now if is_sound else None),
        version_edits(before.registry, now.registry) if before else (),
        _undocumented(now),
        refrozen(before, now) if before else (),
        checked,
        tuple(note for note in checked.notes if note.message not in old_notes),
        site_pages(before.history if before else None, now.history) if is_sound and is_compared else None,
    )


def _edits(before: ProjectState | None, now: ProjectState, state: State) -> tuple[Edit, ...]:
    if before is not None:
        return edits(before.registry, now.registry)
    if state == "unreadable":
        return unreleased(now)
    changes = (change for version in now.registry.lineup for change in version.changes)
    return tuple(Edit("added", change) for change in (*changes, *now.registry.additions))


def _undocumented(standing: ProjectState) -> tuple[Difference, ...]:
    try:
        return tuple(sorted(standing.undocumented, key=lambda one: rank(_severity(one))))
    except RegistryErrors:  # which `check` tells
        return ()


def _severity(one: Difference) -> Severity | None:
    return one.finding.severity if one.finding else None


def _counts(severities: Sequence[Severity | None]) -> str:
    """`1 breaking change, 2 additions`; nothing where there are none."""
    words = (*_WORDS.items(), (None, "unjudged change"))
    found = ((severities.count(severity), word) for severity, word in words)
    return ", ".join(_number(count, word) for count, word in found if count)


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _difference(one: Difference) -> dict[str, Json]:
    return {"place": one.place, "what": str(one), "severity": _severity(one)}


def _paths(pages: Differing) -> dict[str, Json]:
    return {"added": list(pages.added), "changed": list(pages.changed), "removed": list(pages.removed)}
