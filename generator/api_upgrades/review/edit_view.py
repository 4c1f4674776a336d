"""Presents an edited change to a reviewer, with its severity and the parts that it affects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api_upgrades.compare.rules.table import Severity, rank
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.history.history import JudgedChange
from api_upgrades.registry.model import NOT_VERSIONS, none_if_todo
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.change_file_diff import ChangeFileEdit


@dataclass(frozen=True)
class EditView:
    """An edited change. `judged_change` has its severity and affected parts; None if that cannot be derived."""

    edit: ChangeFileEdit
    judged_change: JudgedChange | None

    @property
    def place(self) -> str:
        """The path of its file in the registry, without `.yaml`."""
        return f"{self.edit.change.version}/{self.edit.change.id}"

    @property
    def title(self) -> str:
        """The change's title or, while that is a TODO, the headlines of its effects."""
        return self.edit.change.title if self.has_title else "; ".join(self.headlines)

    @property
    def has_title(self) -> bool:
        return none_if_todo(self.edit.change.title) is not None

    @property
    def upgrade(self) -> str | None:
        """What callers have to do, unless that is missing or a TODO."""
        return none_if_todo(self.edit.change.upgrade)

    @property
    def severity(self) -> Severity | None:
        return self.judged_change.severity if self.judged_change else None

    @property
    def summary(self) -> str:
        """The kind of edit and the edited fields, as in `edited: why, effects`."""
        before, fields = self.edit.before, ", ".join(self.edit.changed_fields)
        if before is not None and self.edit.kind in ("renamed", "moved"):
            was = f"{self.edit.kind} from {before.version}/{before.id}"
            return f"{was}, edited: {fields}" if fields else was
        if self.edit.kind == "edited" and not self.edit.alters_effects:
            return f"edited, wording only: {fields}"
        return f"{self.edit.kind}, edited: {fields}".removeprefix("edited, ") if fields else self.edit.kind

    @property
    def is_new_to_callers(self) -> bool:
        """Whether callers learn something new. They don't if the change is deleted, or corrected after its release."""
        if self.edit.kind in ("edited", "renamed"):
            return "effects" in self.edit.changed_fields and self.edit.change.version in NOT_VERSIONS
        return self.edit.kind != "removed"

    @property
    def headlines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(effect.headline() for effect in self.edit.change.effects))

    @property
    def operations(self) -> tuple[str, ...]:
        return self._list_affected("operation")

    @property
    def webhooks(self) -> tuple[str, ...]:
        return self._list_affected("webhook")

    def _list_affected(self, kind: str) -> tuple[str, ...]:
        parts = self.judged_change.affected_parts if self.judged_change else ()
        return tuple(part.name for part in parts if part.kind == kind)

    def as_json(self) -> dict[str, Json]:
        edit = self.edit
        return {
            "what": edit.kind,
            "folder": edit.change.version,
            "id": edit.change.id,
            "before": edit.before and {"folder": edit.before.version, "id": edit.before.id},
            "edited": list(edit.changed_fields),
            "file": edit.change.file,
            "title": edit.change.title,
            "severity": self.severity,
            "effects": list(self.headlines),
            "operations": list(self.operations),
            "webhooks": list(self.webhooks),
        }


def make_edit_views(
    edits: Iterable[ChangeFileEdit], before: ProjectState | None, now: ProjectState | None
) -> tuple[EditView, ...]:
    """Make the views of edits, those that are new to callers first, and by severity.

    A state is None if its history cannot be derived.
    """
    old, new = _index_judged_changes(before), _index_judged_changes(now)
    views = (
        EditView(edit, (old if edit.kind == "removed" else new).get((edit.change.version, edit.change.id)))
        for edit in edits
    )
    return tuple(sorted(views, key=lambda view: (not view.is_new_to_callers, rank(view.severity), view.place)))


def _index_judged_changes(state: ProjectState | None) -> dict[tuple[str, str], JudgedChange]:
    """Return all judged changes by folder and id."""
    if state is None:
        return {}
    history = state.history
    try:
        additions = history.additions
    except RegistryErrors:  # `check` reports them
        additions = ()
    changes = (judged for version in history.versions for judged in history.changes_of(version.id))
    return {(judged.change.version, judged.change.id): judged for judged in (*changes, *additions)}
