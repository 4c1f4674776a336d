"""The rule table: how severe each kind of difference is. A project's options can override severities.

A rule gives a verdict for each direction in which a schema is used: in what you send (request), in what you get back
(response), and in what is sent to you (webhook). The Versioning page prints this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api_upgrades.compare.rules.calls import CALL_RULES
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.model import Rule, Verdict
from api_upgrades.compare.rules.severity import SEVERITIES, SEVERITY_MEANINGS, Severity, rank, worst, worst_lazily
from api_upgrades.compare.rules.values import VALUE_RULES
from api_upgrades.core.errors import ApiUpgradesError, did_you_mean
from api_upgrades.openapi.usage import DIRECTIONS, Direction

__all__ = [
    "DIRECTIONS",
    "GROUPS",
    "RULES",
    "SEVERITIES",
    "SEVERITY_MEANINGS",
    "Direction",
    "Rule",
    "RuleTable",
    "Severity",
    "Verdict",
    "rank",
    "worst",
    "worst_lazily",
]

_TABLE: tuple[str | Rule, ...] = (*VALUE_RULES, *CALL_RULES)
"""The rules, each group after its heading."""

RULES: tuple[Rule, ...] = tuple(one for one in _TABLE if isinstance(one, Rule))


def _groups() -> Iterator[tuple[str, tuple[RuleId, ...]]]:
    starts = [index for index, one in enumerate(_TABLE) if isinstance(one, str)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield str(_TABLE[start]), tuple(one.id for one in _TABLE[start:end] if isinstance(one, Rule))


GROUPS: Mapping[str, tuple[RuleId, ...]] = dict(_groups())
"""The ids of the rules by the heading of their group, in the order of the table."""


@dataclass(frozen=True)
class RuleTable:
    """The rules by id, with the severities that a project overrides."""

    rules: Mapping[RuleId, Rule]

    @classmethod
    def with_overrides(cls, overrides: Mapping[str, str]) -> RuleTable:
        """The table with a project's severities: `property-removed: risky`, or `property-removed.request: risky`.

        Raises ApiUpgradesError for a rule, direction or severity that doesn't exist.
        """
        rules: dict[str, Rule] = {rule.id: rule for rule in RULES}
        for key, severity in overrides.items():
            id, _, direction = key.partition(".")
            if id not in rules:
                raise ApiUpgradesError(f"severity: there is no rule {id!r}{did_you_mean(id, rules)}")
            verdicts = rules[id].verdicts
            if direction and direction not in verdicts:
                known = ", ".join(verdicts)
                raise ApiUpgradesError(f"severity: rule {id!r} has no direction {direction!r}, only {known}")
            if severity not in SEVERITIES:
                raise ApiUpgradesError(f"severity: {key}: {severity!r} is not one of {', '.join(SEVERITIES)}")
            overridden = {
                one: Verdict(severity, verdict.reason) if direction in ("", one) else verdict
                for one, verdict in verdicts.items()
            }
            rules[id] = replace(rules[id], verdicts=overridden)
        return cls({rule.id: rule for rule in rules.values()})

    def severity(self, id: RuleId, direction: Direction | None) -> Severity:
        """A rule's severity in a direction; `neutral` without a direction, because nothing is sent or received."""
        return "neutral" if direction is None else self.rules[id].verdicts[direction].severity

    def reason(self, id: RuleId, direction: Direction | None) -> str:
        """The reason for a rule's severity in a direction, as a sentence."""
        verdicts = self.rules[id].verdicts
        if direction is not None:
            return verdicts[direction].reason
        is_neutral = all(verdict.severity == "neutral" for verdict in verdicts.values())
        return next(iter(verdicts.values())).reason if is_neutral and len(verdicts) == 1 else "Nothing uses it yet."
