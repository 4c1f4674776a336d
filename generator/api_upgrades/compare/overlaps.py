"""Compares which values match two variants of a choice. A `oneOf` rejects these, an `anyOf` accepts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.common_values import have_common_value
from api_upgrades.openapi.proofs import are_disjoint, exclude_each_other, required_names


class Variant(NamedTuple):
    """A branch of the older choice and what it became in the newer one; None if it was added or removed."""

    before: JsonObject | None
    after: JsonObject | None
    has_changed: bool

    @property
    def reversed(self) -> Variant:
        """The same variant the other way round."""
        return Variant(self.after, self.before, self.has_changed)


@dataclass(frozen=True)
class Choice:
    """One side of a comparison: the keyword of the choice, and the schema around it."""

    keyword: str
    around: JsonObject


def find_new_overlaps(older: Choice, newer: Choice, variants: Sequence[Variant]) -> Iterator[tuple[int, int]]:
    """The pairs of variants that a value matches which was valid, but is rejected because it matches both.

    The variants must not be references. A pair is the positions of both.

    If such a value could be valid before as well because the older choice allows overlaps, a pair counts unless it is
    shown that there is none. Otherwise it counts if such a value is found.
    """
    if newer.keyword != "oneOf":
        return
    olds = [one.before for one in variants if one.before is not None]
    may_have_overlapped = older.keyword == "anyOf" and not are_disjoint(olds, [older.around])
    for (first, one), (second, other) in combinations(enumerate(variants), 2):
        if one.after is None or other.after is None:
            continue
        if older.keyword == "oneOf" and (not (one.has_changed or other.has_changed) or _overlapped(one, other, older)):
            continue
        both = (one.after, other.after, newer.around)
        if may_have_overlapped:
            if not exclude_each_other((*both, older.around)):
                yield first, second
            continue
        origins = [form for form in (one.before, other.before) if form is not None] or olds
        if any(_has_value((*both, origin, older.around), (origin, older.around), both) for origin in origins):
            yield first, second


def _overlapped(one: Variant, other: Variant, choice: Choice) -> bool:
    """Whether values could match both variants before."""
    if one.before is None or other.before is None:
        return False
    return not exclude_each_other((one.before, other.before, choice.around))


def _has_value(forms: Sequence[JsonObject], declaring: Sequence[JsonObject], requiring: Sequence[JsonObject]) -> bool:
    """Whether a value is found that matches all forms, with no property that nobody knew."""
    is_map = any(isinstance(form.get("additionalProperties"), dict) for form in declaring)
    declared = {name for form in declaring for name in form.get("properties", {})}
    return (is_map or required_names(requiring) <= declared) and have_common_value(forms)
