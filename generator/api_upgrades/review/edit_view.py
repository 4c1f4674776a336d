"""A change that differs, with what it does to callers: as a reviewer reads of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api_upgrades.compare.rules.table import Severity, rank
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Json
from api_upgrades.history.history import JudgedChange
from api_upgrades.registry.model import NOT_VERSIONS, without_todo
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.change_file_diff import ChangeFileEdit


@dataclass(frozen=True)
class EditView:
    """A change that differs, with what it does to callers where that is known."""

    edit: ChangeFileEdit
    judged_change: JudgedChange | None

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
        return without_todo(self.edit.change.title) is not None

    @property
    def upgrade(self) -> str | None:
        """What callers have to do, if that is written."""
        return without_todo(self.edit.change.upgrade)

    @property
    def severity(self) -> Severity | None:
        return self.judged_change.severity if self.judged_change else None

    @property
    def summary(self) -> str:
        """`edited: why, effects`."""
        before, fields = self.edit.before, ", ".join(self.edit.changed_fields)
        if before is not None and self.edit.kind in ("renamed", "moved"):
            was = f"{self.edit.kind} from {before.version}/{before.id}"
            return f"{was}, edited: {fields}" if fields else was
        if self.edit.kind == "edited" and not self.edit.alters_effects:
            return f"edited, in words alone: {fields}"
        return f"{self.edit.kind}, edited: {fields}".removeprefix("edited, ") if fields else self.edit.kind

    @property
    def is_new_to_callers(self) -> bool:
        """Whether it tells callers of something that was not told of before. What is corrected in a release is not."""
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
        return tuple(
            part.name for part in (self.judged_change.affected_parts if self.judged_change else ()) if part.kind == kind
        )

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
    """Changes with what they do, news first and the worst of them. A state is None where it cannot be derived."""
    then, today = _index_judged_changes(before), _index_judged_changes(now)
    views = (
        EditView(one, (then if one.kind == "removed" else today).get((one.change.version, one.change.id)))
        for one in edits
    )
    return tuple(sorted(views, key=lambda one: (not one.is_new_to_callers, rank(one.severity), one.place)))


def _index_judged_changes(state: ProjectState | None) -> dict[tuple[str, str], JudgedChange]:
    """What each change does, by its folder and id."""
    if state is None:
        return {}
    history = state.history
    try:
        additions = history.additions
    except RegistryErrors:  # which `check` tells
        additions = ()
    changes = (one for version in history.versions for one in history.changes_of(version.id))
    return {(one.change.version, one.change.id): one for one in (*changes, *additions)}
