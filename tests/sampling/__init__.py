"""Edits of schemas whose truth is decided by sampling values against both schemas."""

from __future__ import annotations

from tests.sampling.edits import EDITS, Edit

__all__ = ["EDITS", "Edit"]
