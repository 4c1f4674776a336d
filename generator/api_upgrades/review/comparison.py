"""Describes what a project is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from api_upgrades.effects.base import as_code
from api_upgrades.review.git import BaseCommit

ComparisonState = Literal["compared", "new", "unreadable"]


@dataclass(frozen=True)
class Comparison:
    """What a project is compared with, and whether that worked.

    `new` means that the base commit has no registry, and `unreadable` that the base cannot be read because of `errors`.
    `base` is None if git doesn't find the commit.
    """

    state: ComparisonState
    base: BaseCommit | None = None
    errors: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """The comparison in one to three sentences of Markdown."""
        if self.base is None:
            return "Not compared with an earlier state, so this report covers the branch alone."
        if self.state == "unreadable":
            return f"The registry at {self._base_name} cannot be read, so this report covers the branch alone."
        new = " It has no registry, so everything is new." if self.state == "new" else ""
        return f"Compared with {self._base_name}{self._base_note}{new}"

    @property
    def _base_name(self) -> str:
        assert self.base is not None, "description checks this"
        ref, commit = self.base.ref, as_code(self.base.short_commit)
        if self.base.commit.startswith(ref):
            return commit
        ref = as_code(ref[:10] if re.fullmatch("[0-9a-f]{40}", ref) else ref)
        return f"{commit} (merge base with {ref})" if self.base.relation == "fork" else f"{ref} ({commit})"

    @property
    def _base_note(self) -> str:
        relation = self.base and self.base.relation
        if relation == "unrelated":
            return ". This branch has no commit in common with it."
        if relation == "cut":
            return (
                ". This clone is shallow, so the merge base is unknown. "
                "Run: `git fetch --unshallow`, or in a workflow check out with `fetch-depth: 0`."
            )
        return "."
