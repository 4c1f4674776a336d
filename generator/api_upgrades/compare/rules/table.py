"""How bad a difference is: the rule table. Data, which a site's options may override.

A rule is about one sort of difference and gives a verdict for each direction in which a schema is used: in what you
send (request), in what you get back (response) and in what is sent to you (webhook). What the versioning page says
is breaking is this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from api_upgrades.compare.rules.calls import CALLS
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.model import MEANINGS, SEVERITIES, Rule, Severity, Verdict, rank, worst
from api_upgrades.compare.rules.values import VALUES
from api_upgrades.core.errors import ApiUpgradesError, did_you_mean
from api_upgrades.openapi.usage import DIRECTIONS, Direction

__all__ = [
    "DIRECTIONS",
    "GROUPS",
    "MEANINGS",
    "RULES",
    "SEVERITIES",
    "Direction",
    "Rule",
    "RuleId",
    "RuleTable",
    "Severity",
    "Verdict",
    "rank",
    "worst",
]

_TABLE: tuple[str | Rule, ...] = (*VALUES, *CALLS)

RULES: tuple[Rule, ...] = tuple(one for one in _TABLE if isinstance(one, Rule))


def _groups() -> Iterator[tuple[str, tuple[RuleId, ...]]]:
    starts = [index for index, one in enumerate(_TABLE) if isinstance(one, str)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield str(_TABLE[start]), tuple(one.id for one in _TABLE[start:end] if isinstance(one, Rule))


GROUPS: Mapping[str, tuple[RuleId, ...]] = dict(_groups())
"""The ids of the rules by what they are about, in the order of the table."""


@dataclass(frozen=True)
class RuleTable:
    """The rules by id, with a site's own severities put in."""

    rules: Mapping[RuleId, Rule]

    @classmethod
    def with_overrides(cls, overrides: Mapping[str, str]) -> RuleTable:
        """The table with other severities: `property-removed: risky`, or `property-removed.request: risky`.

        Raises ApiUpgradesError for a rule, direction or severity that isn't there.
        """
        rules: dict[str, Rule] = {rule.id: rule for rule in RULES}
        for key, severity in overrides.items():
            id, _, direction = key.partition(".")
            if id not in rules:
                raise ApiUpgradesError(f"severity: there is no rule {id!r}{did_you_mean(id, rules)}")
            found = rules[id].verdicts
            if direction and direction not in found:
                raise ApiUpgradesError(f"severity: rule {id!r} has no direction {direction!r}, only {', '.join(found)}")
            if severity not in SEVERITIES:
                raise ApiUpgradesError(f"severity: {key}: {severity!r} is not one of {', '.join(SEVERITIES)}")
            verdicts = {
                one: Verdict(severity, verdict.why) if direction in ("", one) else verdict
                for one, verdict in found.items()
            }
            rules[id] = replace(rules[id], verdicts=verdicts)
        return cls({rule.id: rule for rule in rules.values()})

    def severity(self, id: RuleId, direction: Direction | None) -> Severity:
        """The severity of a rule in a direction; without one, nothing is sent or received, so `neutral`."""
        return "neutral" if direction is None else self.rules[id].verdicts[direction].severity

    def why(self, id: RuleId, direction: Direction | None) -> str:
        """The reason for that severity, as one sentence."""
        verdicts = self.rules[id].verdicts
        if direction is not None:
            return verdicts[direction].why
        is_neutral = all(verdict.severity == "neutral" for verdict in verdicts.values())
        return next(iter(verdicts.values())).why if is_neutral and len(verdicts) == 1 else "Nothing uses it yet."
