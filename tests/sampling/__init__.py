"""Edits of schemas whose truth is decided by sampling values against both schemas."""

from __future__ import annotations

from tests.sampling import object_edits, value_edits, variant_edits
from tests.sampling.model import EDITS, Edit

__all__ = ["EDITS", "Edit", "object_edits", "value_edits", "variant_edits"]
