"""The kinds of changes that readers filter by: added, removed, renamed, and so on, from the rules of the findings."""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.history.history import JudgedChange
from api_upgrades.site.pages.site import without_duplicates

CHANGE_KINDS: Mapping[str, str] = {
    "added": "Added",
    "removed": "Removed",
    "renamed": "Renamed",
    "moved": "Moved",
    "enum": "Enum values",
    "type": "Types and constraints",
    "optional": "Optional and nullable",
    "behaviour": "Behaviour",
    "other": "Other",
}
"""The labels of the kinds, in the order of the filter."""

DEPRECATED = "deprecated"
"""What the rules about deprecations and sunset dates are about. The filter has a switch of its own for these."""

_BY_START = {
    "enum-": "enum",
    "variant-": "enum",
    "constant-": "enum",
    "type-": "type",
    "constraint-": "type",
    "format-": "type",
    "property-became-list": "type",
    "became-": "optional",
    "sunset-": DEPRECATED,
}
_BY_END = {
    "-added": "added",
    "-removed": "removed",
    "-renamed": "renamed",
    "-moved": "moved",
    "deprecated": DEPRECATED,
}


def kind_of_rule(rule: RuleId) -> str:
    """The kind of a difference that a rule judges, by the words in its id."""
    by_start = (kind for start, kind in _BY_START.items() if rule.startswith(start))
    by_end = (kind for end, kind in _BY_END.items() if rule.endswith(end))
    return next(by_start, None) or next(by_end, "other")


def change_kinds(change: JudgedChange) -> tuple[str, ...]:
    """The kinds of a change, without duplicates. A change of behaviour has no finding, and a kind of its own."""
    return without_duplicates(
        kind
        for judged in change.effects
        for kind in (
            *(("behaviour",) if judged.effect.observation() else ()),
            *(kind_of_rule(finding.rule) for finding in judged.findings),
        )
    )
