"""What a project is compared with, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from api_upgrades.effects.base import as_code
from api_upgrades.review.git import BaseCommit

ComparisonState = Literal["compared", "new", "unreadable"]


@dataclass(frozen=True)
class Comparison:
    """What a project is compared with: something, nothing since it is `new`, or what is `unreadable`, and why."""

    state: ComparisonState
    base: BaseCommit | None = None
    errors: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """It in a sentence or two, as Markdown."""
        if self.base is None:
            return "Compared with nothing, so this is what the branch alone tells."
        if self.state == "unreadable":
            return f"The registry at {self._base_name} cannot be read, so this is what the branch alone tells."
        then = " There was no registry then: everything is new." if self.state == "new" else ""
        return f"Compared with {self._base_name}{self._base_note}{then}"

    @property
    def _base_name(self) -> str:
        assert self.base is not None, "there is something to name"
        ref, commit = self.base.ref, as_code(self.base.short_commit)
        if self.base.commit.startswith(ref):
            return commit
        ref = as_code(ref[:10] if re.fullmatch("[0-9a-f]{40}", ref) else ref)
        return f"{commit} (where this branch left {ref})" if self.base.relation == "fork" else f"{ref} ({commit})"

    @property
    def _base_note(self) -> str:
        how = self.base and self.base.relation
        if how == "unrelated":
            return ". It and this branch have no commit in common."
        if how == "cut":
            return (
                ". This clone is shallow, so nothing tells where the branch left it. "
                "Run: `git fetch --unshallow`, or in a workflow check out with `fetch-depth: 0`."
            )
        return "."
