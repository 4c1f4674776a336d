"""Defines a difference, and compares the keywords that no other module compares, such as extensions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction

SUNSET = "x-sunset"
STABILITY = "x-stability-level"
STABILITY_LEVELS = ("draft", "alpha", "beta", "stable")
"""Lowest first."""

NOT_COMPARED = schemas.ANNOTATIONS | {"tags", "x-internal", "x-replaced-by"}
"""Keywords that hold text for people, or decide who sees a part. They are not compared."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Difference(NamedTuple):
    """One difference that isn't judged yet. Its fields mean the same as in `Finding`.

    `hidden_in` are the directions in which it cannot be seen, whatever uses its schema.
    """

    rule: RuleId
    target: Target
    old_target: Target
    facet: str
    before: Json
    after: Json
    hidden_in: frozenset[Direction] = frozenset()

    def only_in(self, directions: frozenset[Direction]) -> Difference:
        """The same difference, which cannot be seen in any other direction."""
        return self._replace(hidden_in=self.hidden_in | (frozenset(DIRECTIONS) - directions))


def with_rule_in(directions: frozenset[Direction], rule: RuleId, difference: Difference) -> Iterator[Difference]:
    """A difference that counts by another rule in some directions."""
    if directions:
        yield difference._replace(rule=rule).only_in(directions)
    if rest := frozenset(DIRECTIONS) - directions:
        yield difference.only_in(rest)


def compare_other_keywords(
    old: JsonObject, new: JsonObject, known: Collection[str], old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare all keywords, except wording and the `known` keywords, which are compared elsewhere."""
    for keyword in dict.fromkeys((*old, *new)):
        if keyword in known or keyword in NOT_COMPARED:
            continue
        before, after = old.get(keyword, schemas.MISSING), new.get(keyword, schemas.MISSING)
        if not means_same(before, after):
            rule = extension_rule(keyword, before, after)
            yield Difference(rule, target, old_target, keyword, none_if_missing(before), none_if_missing(after))


def none_if_missing(value: Json) -> Json:
    """A keyword's value as findings hold it: None if the keyword is missing."""
    return None if value is schemas.MISSING else value


def extension_rule(keyword: str, before: Json, after: Json) -> RuleId:
    """The rule for a changed extension. Sunset dates and stability levels have rules of their own."""
    if keyword == SUNSET:
        return _sunset_rule(before, after)
    if keyword == STABILITY and (before in STABILITY_LEVELS or after in STABILITY_LEVELS):
        # Something that declares no level counts as more stable than any level.
        was, now = (
            STABILITY_LEVELS.index(one) if one in STABILITY_LEVELS else len(STABILITY_LEVELS) for one in (before, after)
        )
        return "stability-decreased" if now < was else "stability-increased"
    return "extension-changed"


def _sunset_rule(before: Json, after: Json) -> RuleId:
    if before is schemas.MISSING:
        return "sunset-set"
    if after is schemas.MISSING:
        return "sunset-lifted"
    dates = [_DATE.match(str(one)) for one in (before, after)]
    is_later = dates[0] is not None and dates[1] is not None and dates[1].group() > dates[0].group()
    return "sunset-later" if is_later else "sunset-earlier"
