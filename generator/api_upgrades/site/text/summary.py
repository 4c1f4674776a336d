"""Shortens the summary of a place that differs: Markdown on one line, in which values are code."""

from __future__ import annotations

import re

from api_upgrades.effects.base import as_code

MAX_CODE_LENGTH = 120
MAX_SUMMARY_LENGTH = 480

_PIECE = re.compile(r"(`+)(.*?[^`])\1(?!`)|[^`]+|`+")


def brief_summary(text: str) -> str:
    """Cut the long values in a summary, then what follows after `MAX_SUMMARY_LENGTH`."""
    if len(text) <= MAX_CODE_LENGTH:
        return text
    found = ""
    for piece in _PIECE.finditer(text):
        code = (piece[2] or "").strip()
        is_long = len(code) > MAX_CODE_LENGTH
        found += as_code(f"{code[:MAX_CODE_LENGTH].rstrip()}…") if is_long else piece[0]
        if len(found) > MAX_SUMMARY_LENGTH and piece.end() < len(text):
            return f"{found.rstrip(' ,;')} …"
    return found
