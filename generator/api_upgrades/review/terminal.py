"""Text for a terminal: severities in color, and control characters written as escapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from api_upgrades.compare.rules.table import Severity
from api_upgrades.effects.base import join_names

Colorize = Callable[[str, Severity], str]
"""Gives a text the color of a severity."""

MAX_NAMES = 10
"""How many of several names a line lists."""

_CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that a terminal acts upon."""


def escape_controls(text: str) -> str:
    """A text on one line, with the characters that a terminal acts upon written as escapes."""
    return _CONTROL_CHARACTERS.sub(lambda found: ascii(found[0])[1:-1], text)


def severity_label(severity: Severity | None, colorize: Colorize) -> str:
    """A severity as a column of 8 characters; blank if it isn't known."""
    return " " * 8 if severity is None else colorize(f"{severity:<8}", severity)


def list_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return join_names([*names[:MAX_NAMES], *([f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else [])])
