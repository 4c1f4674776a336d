"""Severities: how bad a difference can be for a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

Severity = Literal["breaking", "risky", "additive", "neutral"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""

SEVERITY_MEANINGS: Mapping[Severity, str] = {
    "breaking": "Code that works with the older version can fail with the newer one.",
    "risky": "Most code keeps working; code that relies on known values or old defaults may fail.",
    "additive": "Something is added, or less is required. You don't have to do anything.",
    "neutral": "Nothing that you send or receive changes.",
}


def rank(severity: Severity | None) -> int:
    """A sort key that puts the worst severity first, and an unknown one last."""
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of several severities; `neutral` if there are none."""
    return min(severities, key=SEVERITIES.index, default="neutral")


def worst_lazily(severities: Iterable[Severity]) -> Severity:
    """Like `worst`, but stops at the first severity that no other can exceed, because the others are costly to find."""
    found: Severity = "neutral"
    for severity in severities:
        found = worst((found, severity))
        if found == SEVERITIES[0]:
            break
    return found
