"""Rules and severities: how severe a kind of difference is in each direction, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.openapi.usage import DIRECTIONS, Direction

Severity = Literal["breaking", "risky", "additive", "neutral"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""


SEVERITY_MEANINGS: Mapping[Severity, str] = {
    "breaking": "Code that works with the older version can fail with the newer one.",
    "risky": "Defensively written code keeps working; other code may fail.",
    "additive": "Something is added, or less is required. You don't have to do anything.",
    "neutral": "Nothing that you send or receive changes.",
}


class Verdict(NamedTuple):
    """A rule's severity in one direction, and the reason as a sentence."""

    severity: Severity
    reason: str


@dataclass(frozen=True)
class Rule:
    """A kind of difference: its description, and a verdict for each direction in which it can occur."""

    id: RuleId
    description: str
    verdicts: Mapping[Direction, Verdict]


def rank(severity: Severity | None) -> int:
    """A sort key that puts the worst severity first, and an unknown one last."""
    return len(SEVERITIES) if severity is None else SEVERITIES.index(severity)


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of several severities; `neutral` if there are none."""
    return min(severities, key=SEVERITIES.index, default="neutral")


def rule(
    id: RuleId,
    description: str,
    request: tuple[Severity, str] | None = None,
    response: tuple[Severity, str] | None = None,
    webhook: tuple[Severity, str] | None = None,
) -> Rule:
    """A row of the table. The verdict for responses applies to webhooks too, unless the row has one for webhooks."""
    given = {"request": request, "response": response, "webhook": webhook or response}
    verdicts = {one: Verdict(*verdict) for one in DIRECTIONS if (verdict := given[one])}
    return Rule(id, description, verdicts)
