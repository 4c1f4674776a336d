"""Rules: how severe a kind of difference is in each direction, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.severity import Severity
from api_upgrades.openapi.usage import DIRECTIONS, Direction


class Verdict(NamedTuple):
    """A rule's severity in one direction, and the reason as a sentence."""

    severity: Severity
    reason: str


@dataclass(frozen=True)
class Rule:
    """A kind of difference: what changed, as a phrase, and a verdict for each direction in which it can occur."""

    id: RuleId
    description: str
    verdicts: Mapping[Direction, Verdict]


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
