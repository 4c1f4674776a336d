"""What a rule says of a difference: how severe it is in each direction in which a schema is used, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.openapi.usage import DIRECTIONS, Direction

Severity = Literal["breaking", "risky", "additive", "neutral"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""


MEANINGS: Mapping[Severity, str] = {
    "breaking": "Code that was right for the older version can fail with the newer one.",
    "risky": "Code that takes nothing for granted goes on working; other code can fail.",
    "additive": "There is more than before, or less is asked for. Nothing has to be done.",
    "neutral": "Nothing that is sent or received changes.",
}


class Verdict(NamedTuple):
    """What a rule says of one direction, and why, as a sentence."""

    severity: Severity
    why: str


@dataclass(frozen=True)
class Rule:
    """One sort of difference, and what it means in each direction in which it can occur."""

    id: RuleId
    what: str
    verdicts: Mapping[Direction, Verdict]


def rank(severity: Severity | None) -> int:
    """What to sort by to have the worst first; where the severity isn't known comes last."""
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of some severities; `neutral` of none."""
    return min(severities, key=SEVERITIES.index, default="neutral")


def rule(
    id: RuleId,
    what: str,
    request: tuple[Severity, str] | None = None,
    response: tuple[Severity, str] | None = None,
    webhook: tuple[Severity, str] | None = None,
) -> Rule:
    """A rule as the table writes it; a webhook is read as a response is, unless it says otherwise."""
    found = {"request": request, "response": response, "webhook": webhook or response}
    return Rule(id, what, {direction: Verdict(*found[direction]) for direction in DIRECTIONS if found[direction]})  # type: ignore[misc]  # None is filtered out
