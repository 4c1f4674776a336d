"""What a pull request changes, for those who review it: Markdown for a comment, data for a program. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from api_upgrades.check import TODO, Checked, Fault, check
from api_upgrades.contract import Json
from api_upgrades.differing import Differing, SitePages, grouped, site_pages
from api_upgrades.edits import Edit, VersionEdit, edits, unreleased, version_edits
from api_upgrades.effects.base import as_code
from api_upgrades.errors import RegistryError, RegistryErrors
from api_upgrades.freeze import Difference
from api_upgrades.git import Base
from api_upgrades.history import JudgedChange
from api_upgrades.pages.environment import markdown_environment
from api_upgrades.pages.markdown import inert
from api_upgrades.refrozen import Refrozen, refrozen
from api_upgrades.registry import Version
from api_upgrades.severity import SEVERITIES, Severity
from api_upgrades.standing import Standing

LIMIT = 20_000
"""In characters, how long Markdown gets. A comment on GitHub takes three times that, and nobody reads it."""

_CUTS = (30, 8, 3)
"""How many entries of a list are shown: fewer, where the Markdown would be too long."""

_WORDS: Mapping[Severity, str] = {
    "breaking": "breaking change",
    "risky": "risky change",
    "additive": "addition",
    "neutral": "neutral change",
}

State = Literal["compared", "new", "unreadable"]


@dataclass(frozen=True)
class Comparison:
    """What a project is compared with: something, nothing since it is `new`, or what is `unreadable`, and why."""

    state: State
    base: Base | None = None
    errors: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """It in a sentence or two, as Markdown."""
        if self.base is None:
            return "Compared with nothing, so this is what the branch alone tells."
        if self.state == "unreadable":
            return f"The registry at {self._named} cannot be read, so this is what the branch alone tells."
        then = " There was no registry then: everything is new." if self.state == "new" else ""
        return f"Compared with {self._named}{self._how}{then}"

    @property
    def _named(self) -> str:
        assert self.base is not None, "there is something to name"
        ref, commit = as_code(self.base.ref), as_code(self.base.short)
        if self.base.commit.startswith(self.base.ref):
            return commit
        return f"{commit}, where this branch left {ref}" if self.base.is_at == "fork" else f"{ref} ({commit})"

    @property
    def _how(self) -> str:
        how = self.base and self.base.is_at
        if how == "unrelated":
            return ". It and this branch have no commit in common."
        if how == "cut":
            return (
                ". This clone is shallow, so nothing tells where the branch left it. "
                "Run: `git fetch --unshallow`, or in a workflow check out with `fetch-depth: 0`."
            )
        return "."


@dataclass(frozen=True)
class EditView:
    """A change that differs, with what it does to callers where that is known."""

    edit: Edit
    judged: JudgedChange | None

    @property
    def place(self) -> str:
        """Its file, from the registry on, without its ending."""
        return f"{self.edit.change.version}/{self.edit.change.id}"

    @property
    def title(self) -> str:
        """What changed, in the words of its author, or of its effects as long as there are none."""
        return self.edit.change.title if self.has_title else "; ".join(self.headlines)

    @property
    def has_title(self) -> bool:
        return not TODO.search(self.edit.change.title)

    @property
    def upgrade(self) -> str | None:
        """What callers have to do, if that is written."""
        written = self.edit.change.upgrade
        return None if written is None or TODO.search(written) else written

    @property
    def severity(self) -> Severity | None:
        return self.judged.severity if self.judged else None

    @property
    def what(self) -> str:
        """`edited: why, effects`."""
        before, fields = self.edit.before, ", ".join(self.edit.fields)
        if before is not None and self.edit.what in ("renamed", "moved"):
            was = f"{self.edit.what} from {before.version}/{before.id}"
            return f"{was}, edited: {fields}" if fields else was
        if self.edit.what == "edited" and not self.edit.alters_effects:
            return f"edited, in words alone: {fields}"
        return f"{self.edit.what}, edited: {fields}".removeprefix("edited, ") if fields else self.edit.what

    @property
    def is_news(self) -> bool:
        """Whether it tells callers of something that was not told of before."""
        return self.edit.what in ("added", "moved", "released", "unreleased") or (
            self.edit.what != "removed" and self.edit.alters_effects
        )

    @property
    def headlines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(effect.headline() for effect in self.edit.change.effects))

    @property
    def operations(self) -> tuple[str, ...]:
        return self._reached("operation")

    @property
    def webhooks(self) -> tuple[str, ...]:
        return self._reached("webhook")

    def _reached(self, kind: str) -> tuple[str, ...]:
        return tuple(part.name for part in (self.judged.reached if self.judged else ()) if part.kind == kind)

    def as_json(self) -> dict[str, Json]:
        edit = self.edit
        return {
            "what": edit.what,
            "folder": edit.change.version,
            "id": edit.change.id,
            "before": edit.before and {"folder": edit.before.version, "id": edit.before.id},
            "edited": list(edit.fields),
            "file": edit.change.file,
            "title": edit.change.title,
            "severity": self.severity,
            "effects": list(self.headlines),
            "operations": list(self.operations),
            "webhooks": list(self.webhooks),
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
            found.append(told or "no change to the API")
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
            made = re.sub(r"\n{3,}", "\n\n", template.render(report=self, few=few, grouped=grouped))
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


def report(before: Standing | None, now: Standing, source: str, comparison: Comparison) -> Report:
    """What differs between two states of a project whose models stand in `source`."""
    checked = check(now, source)
    is_sound = not now.errors and not any(fault.kind in ("misfit", "unsound") for fault in checked.faults)
    found = _edits(before, now, comparison.state)
    judge = _Judge(before, now, is_sound)
    views = (EditView(edit, judge(edit)) for edit in found)
    known = {version.id for version in before.registry.versions} if before else set()
    is_compared = comparison.state != "unreadable"
    old_notes = {note.message for note in check(before, source).notes} if before else set()
    return Report(
        str(now.registry.head.document.get("info", {}).get("title", "API")),
        comparison,
        tuple(version for version in now.registry.versions if is_compared and version.id not in known),
        tuple(sorted(views, key=_order)),
        version_edits(before.registry, now.registry) if before else (),
        _undocumented(now),
        refrozen(before, now) if before else (),
        checked,
        tuple(note for note in checked.notes if note.message not in old_notes),
        site_pages(before.history if before else None, now.history) if is_sound and is_compared else None,
    )


def _edits(before: Standing | None, now: Standing, state: State) -> tuple[Edit, ...]:
    if before is not None:
        return edits(before.registry, now.registry)
    if state == "unreadable":
        return unreleased(now)
    changes = (change for version in now.registry.lineup for change in version.changes)
    return tuple(Edit("added", change) for change in (*changes, *now.registry.additions))


class _Judge:
    """Tells what a change does to callers, where the history that it is part of can be derived."""

    def __init__(self, before: Standing | None, now: Standing, is_sound: bool) -> None:
        self._now = self._judged(now) if is_sound else {}
        self._before = self._judged(before) if before else {}

    def __call__(self, edit: Edit) -> JudgedChange | None:
        known = self._before if edit.what == "removed" else self._now
        return known.get((edit.change.version, edit.change.id))

    @staticmethod
    def _judged(standing: Standing) -> dict[tuple[str, str], JudgedChange]:
        history = standing.history
        try:
            additions = history.additions
        except RegistryErrors:  # which `check` tells
            additions = ()
        changes = (one for version in history.versions for one in history.changes_of(version.id))
        return {(one.change.version, one.change.id): one for one in (*changes, *additions)}


def _undocumented(standing: Standing) -> tuple[Difference, ...]:
    try:
        return tuple(sorted(standing.undocumented, key=lambda one: _rank(_severity(one))))
    except RegistryErrors:  # which `check` tells
        return ()


def _order(view: EditView) -> tuple[bool, int, str]:
    return not view.is_news, _rank(view.severity), view.place


def _severity(one: Difference) -> Severity | None:
    return one.finding.severity if one.finding else None


def _rank(severity: Severity | None) -> int:
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


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
