"""What a rewrite is: a function that spells a document differently and leaves its meaning alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.rewrites.places import is_30

Document = dict[str, Any]
Edit = Callable[[Document, Random], bool]
"""Rewrites a document in place, and says whether it found anything to rewrite."""


@dataclass(frozen=True)
class Rewrite:
    """A rewrite, the sentence of a specification that justifies it, and the rewrite that leads back, if one does."""

    name: str
    because: str
    edit: Edit
    inverse: str | None = None
    versions: tuple[str, ...] = ("3.0", "3.1")

    def apply(self, document: Document, random: Random) -> Document | None:
        """A rewritten copy; None if there is nothing to rewrite."""
        if ("3.0" if is_30(document) else "3.1") not in self.versions:
            return None
        before = json.dumps(document)
        rewritten: Document = json.loads(before)  # a copy in which no two places are one object
        return rewritten if self.edit(rewritten, random) and json.dumps(rewritten) != before else None


REWRITES: dict[str, Rewrite] = {}


def rewrite(name: str, because: str, *, inverse: str | None = None, only: str | None = None) -> Callable[[Edit], Edit]:
    """Register a function as a rewrite. `only` is the version of OpenAPI that it is for."""

    def register(edit: Edit) -> Edit:
        assert name not in REWRITES, name
        REWRITES[name] = Rewrite(name, because, edit, inverse, (only,) if only else ("3.0", "3.1"))
        return edit

    return register
