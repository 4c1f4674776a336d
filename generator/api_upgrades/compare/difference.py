"""What is said beside all that has a meaning of its own: how long something stays, and extensions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

SUNSET = "x-sunset"
STABILITY = "x-stability-level"
LEVELS = ("draft", "alpha", "beta", "stable")
"""Of stability, the lowest first."""

WORDING = schemas.ANNOTATIONS | {"tags", "x-internal", "x-replaced-by"}
"""What is said for people, and by whom a part is seen."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Difference(NamedTuple):
    """One difference, not yet judged; the fields are those of `Finding`."""

    rule: RuleId
    target: Target
    old_target: Target
    facet: str
    before: Json
    after: Json


def compare_beside(
    old: JsonObject, new: JsonObject, known: Collection[str], old_target: Target, target: Target
) -> Iterator[Difference]:
    """The differences in all keywords but those that are compared elsewhere, and wording."""
    for keyword in dict.fromkeys((*old, *new)):
        if keyword in known or keyword in WORDING:
            continue
        before, after = old.get(keyword, schemas.MISSING), new.get(keyword, schemas.MISSING)
        if not means_same(before, after):
            rule = extension_rule(keyword, before, after)
            yield Difference(rule, target, old_target, keyword, or_none(before), or_none(after))


def or_none(value: Json) -> Json:
    """A value as findings have it."""
    return None if value is schemas.MISSING else value


def extension_rule(keyword: str, before: Json, after: Json) -> RuleId:
    """The rule for an extension: some say how long something stays."""
    if keyword == SUNSET:
        return _sunset(before, after)
    if keyword == STABILITY and (before in LEVELS or after in LEVELS):
        # Without a word, something is as stable as it may be.
        was, now = (LEVELS.index(one) if one in LEVELS else len(LEVELS) for one in (before, after))
        return "stability-decreased" if now < was else "stability-increased"
    return "extension-changed"


def _sunset(before: Json, after: Json) -> RuleId:
    if before is schemas.MISSING:
        return "sunset-set"
    if after is schemas.MISSING:
        return "sunset-lifted"
    days = [_DAY.match(str(one)) for one in (before, after)]
    is_later = days[0] is not None and days[1] is not None and days[1].group() > days[0].group()
    return "sunset-later" if is_later else "sunset-earlier"
