"""Rewrites of OpenAPI documents that leave their meaning alone, each with the sentence that justifies it.

A rewrite draws its places from a `random.Random`, looks for those where it holds, and leaves all others alone.
"""

from __future__ import annotations

from tests.rewrites import composition, constraints, defaults, dialect, names, operations, references, wording
from tests.rewrites.model import REWRITES, Rewrite

__all__ = [
    "REWRITES",
    "Rewrite",
    "composition",
    "constraints",
    "defaults",
    "dialect",
    "names",
    "operations",
    "references",
    "wording",
]
