"""Compares the branches of `oneOf`, `anyOf` and `allOf` in normal forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api_upgrades.compare.difference import Difference, with_rule_in
from api_upgrades.compare.one_way import directions_of_limit
from api_upgrades.compare.overlaps import Choice, Variant, find_new_overlaps
from api_upgrades.compare.types import common_types, types_of
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.choices import merge_choice
from api_upgrades.openapi.fitting import type_of
from api_upgrades.openapi.normal_form import NormalForms, merge
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.vacuous import drop_vacuous

if TYPE_CHECKING:  # variants are schemas, which have variants
    from api_upgrades.compare.schemas import SchemaComparison

CHOICES = ("anyOf", "oneOf")

_MIN_LIKENESS = 0.3
"""The least share of common properties by which two variants count as the same one."""

_BESIDE_CHOICE = frozenset({"deprecated", "readOnly", "writeOnly", "default", "discriminator"})
"""Keywords that can stand beside a choice without limiting it."""

Branches = list[JsonObject]


@dataclass(frozen=True)
class VariantComparison:
    """Compares the branches of two normal forms. `schemas` compares two branches that are the same variant."""

    schemas: SchemaComparison

    def with_same_choices(self, was: JsonObject, now: JsonObject) -> tuple[JsonObject, JsonObject]:
        """Both forms as a choice if only one is: a single schema is the same as a choice of one.

        A choice among references to plain values is no choice.
        """
        if bool(_choices(was)) != bool(_choices(now)):
            was = _without_plain_choices(was, self.schemas.old_forms)
            now = _without_plain_choices(now, self.schemas.new_forms)
        keys, newer_keys = _choices(was), _choices(now)
        if len(newer_keys) == 1 and not keys and _is_only_choice(now) and _says_something(was):
            return _as_choice(was, newer_keys[0]), now
        if len(keys) == 1 and not newer_keys and _is_only_choice(was) and _says_something(now):
            return was, _as_choice(now, keys[0])
        return was, now

    def compare(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """Compare the choices of two normal forms, and the branches of `allOf` that cannot be merged."""
        keys, newer_keys = _choices(was), _choices(now)
        pairs = [(keyword, keyword) for keyword in CHOICES if keyword in was or keyword in now]
        if len(keys) == len(newer_keys) == 1:
            pairs = [(keys[0], newer_keys[0])]
        for keyword, newer_keyword in pairs:
            limited_in = directions_of_limit(newer_keyword, was, now)
            before, after = was.get(keyword), now.get(newer_keyword)
            if before is not None and after is not None:
                choices = Choice(keyword, _without(was, keyword)), Choice(newer_keyword, _without(now, newer_keyword))
                variants = list(self._match(*choices, before, after))
                repeated = self._match_repeated(*choices, before, after)
                for one in self._compare_overlaps(*choices, [*variants, *repeated], old_target, target):
                    yield one.only_in(limited_in)
                yield from self._compare_matched(variants, newer_keyword, old_target, target)
            elif before is not None:
                found = Difference("constraint-loosened", target, old_target, keyword, _names(before), None)
                whole = [merge(_without(was, keyword), branch) for branch in before]
                yield from self._lost_or_loosened(found.only_in(limited_in), whole, now)
            elif after is not None:
                found = Difference("constraint-tightened", target, old_target, keyword, None, _names(after))
                yield found.only_in(limited_in)
        yield from self._compare_branches(was, now, old_target, target)

    def _compare_branches(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        before, after = self._with_newer_names(was.get("allOf", [])), list(now.get("allOf", []))
        for branch in _subtract(before, after):
            found = Difference("constraint-loosened", target, old_target, "allOf", _variant_name(branch), None)
            yield from self._lost_or_loosened(found, [branch], now)
        for branch in _subtract(after, before):
            yield Difference("constraint-tightened", target, old_target, "allOf", None, _variant_name(branch))

    def _lost_or_loosened(
        self, found: Difference, branches: Iterable[JsonObject], now: JsonObject
    ) -> Iterator[Difference]:
        """The removal of branches, which counts as that of properties where the newer form lacks some of theirs."""
        lost = [self.schemas.properties_lost(branch, now, found.old_target, found.target) for branch in branches]
        yield from with_rule_in(frozenset().union(*lost), "property-removed", found)

    def _match(self, older: Choice, newer: Choice, before: Branches, after: Branches) -> Iterator[Variant]:
        """The branches of one choice: changed ones with what they became, removed ones, added ones, and equal ones."""
        before, after = _one_by_one(before), _one_by_one(after)
        newer_names = list(zip(before, self._with_newer_names(before), strict=True))
        removed = [one for one, name in newer_names if not _contains(after, name)]
        kept = [(one, name) for one, name in newer_names if _contains(after, name)]
        added = _subtract(after, [name for _, name in newer_names])
        if older.keyword == "anyOf":
            removed = self._without_repeated(removed, before, is_old=True)
        if newer.keyword == "anyOf":
            added = self._without_repeated(added, after, is_old=False)
        for one in list(removed):
            other = self._find_same_variant(one, removed, added)
            if other is not None:
                removed.remove(one)
                added.remove(other)
                yield Variant(one, other, has_changed=True)
        yield from (Variant(one, None, has_changed=True) for one in removed)
        yield from (Variant(None, one, has_changed=True) for one in added)
        yield from (Variant(one, name, has_changed=False) for one, name in kept)

    def _without_repeated(self, some: Branches, branches: Branches, *, is_old: bool) -> Branches:
        """Some branches of an `anyOf`, without those that say the same as another branch."""
        if not some or len(branches) < 2:
            return some
        forms = self.schemas.old_forms if is_old else self.schemas.new_forms
        left = {id(one): without_extensions(forms.without_aliases(forms.resolved(one))) for one in branches}
        found = []
        for one in some:
            form = left.pop(id(one))
            if not _contains([*left.values()], form):
                left[id(one)] = form
                found.append(one)
        return found

    def _match_repeated(self, older: Choice, newer: Choice, before: Branches, after: Branches) -> Iterator[Variant]:
        """The branches of a `oneOf` that equal another one, and did not do so before, or no longer do."""
        was = _repeated(self._with_newer_names(before)) if older.keyword == "oneOf" else []
        now = _repeated(after) if newer.keyword == "oneOf" else []
        yield from (Variant(None, one, has_changed=True) for one in _subtract(now, was))
        yield from (Variant(one, None, has_changed=True) for one in _subtract(was, now))

    def _compare_overlaps(
        self, older: Choice, newer: Choice, variants: Sequence[Variant], old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare which values a choice rejects because they match two variants."""
        resolved = [
            Variant(
                None if one.before is None else self._resolved(one.before, is_old=True),
                None if one.after is None else self._resolved(one.after, is_old=False),
                one.has_changed,
            )
            for one in variants
        ]
        before: str | None
        after: str | None
        back = [one.reversed for one in resolved]
        if (pair := next(find_new_overlaps(older, newer, resolved), None)) is not None:
            names = " and ".join(_variant_name(variants[position].after or {}) for position in pair)
            before, after = (None, names) if older.keyword == newer.keyword else (older.keyword, newer.keyword)
            yield Difference("constraint-tightened", target, old_target, "oneOf", before, after)
        if (pair := next(find_new_overlaps(newer, older, back), None)) is not None:
            names = " and ".join(_variant_name(variants[position].before or {}) for position in pair)
            before, after = (names, None) if older.keyword == newer.keyword else (older.keyword, newer.keyword)
            yield Difference("constraint-loosened", target, old_target, "oneOf", before, after)

    def _compare_matched(
        self, variants: Iterable[Variant], keyword: str, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        for one in variants:
            if one.before is None and one.after is not None:
                yield Difference("variant-added", target, old_target, keyword, None, _variant_name(one.after))
            elif one.before is not None and one.after is None:
                yield Difference("variant-removed", target, old_target, keyword, _variant_name(one.before), None)
            elif one.before is not None and one.after is not None and one.has_changed:
                yield from self.schemas.compare_forms(one.before, one.after, old_target, target)

    def _find_same_variant(self, one: JsonObject, removed: Branches, added: Branches) -> JsonObject | None:
        """The added branch that a removed one became, by its constant property or by likeness; None without any."""
        limits = without_extensions(self.schemas.with_newer_names(one))
        equal = [other for other in added if json_equal(without_extensions(other), limits)]
        if equal:
            return equal[0]
        form = self._resolved(one, is_old=True)
        others = {id(other): self._resolved(other, is_old=False) for other in added}
        tagged = [other for other in added if _tags(form) & _tags(others[id(other)])]
        if tagged:
            return tagged[0]
        same = [other for other in added if types_of(form) == types_of(others[id(other)])]
        rivals = [one for one in removed if types_of(self._resolved(one, is_old=True)) == types_of(form)]
        if len(same) == len(rivals) == 1 and not _properties(form):
            return same[0]
        alike = [other for other in added if _are_alike(form, others[id(other)])]
        if _properties(form) and any(_properties(others[id(other)]) for other in alike):
            alike = [other for other in alike if _likeness(form, others[id(other)]) >= _MIN_LIKENESS]
            alike = [other for other in alike if not _tags(form) or not _tags(others[id(other)])]
            return max(alike, key=lambda other: _likeness(form, others[id(other)]), default=None)
        same_type = [other for other in removed if _are_alike(form, self._resolved(other, is_old=True))]
        return alike[0] if len(alike) == len(same_type) == 1 else None

    def _resolved(self, form: JsonObject, *, is_old: bool) -> JsonObject:
        """A branch, or the normal form of the schema to which it only refers."""
        return (self.schemas.old_forms if is_old else self.schemas.new_forms).resolved(form)

    def _with_newer_names(self, branches: Branches) -> Branches:
        return [self.schemas.with_newer_names(branch) for branch in branches]


def _without_plain_choices(form: JsonObject, forms: NormalForms) -> JsonObject:
    """A normal form with the types and values to which the branches of its choices refer, if they say no more."""
    for keyword in _choices(form):
        branches = [without_extensions(forms.resolved(branch)) for branch in form[keyword]]
        if all(branch.keys() <= {"type", "enum"} for branch in branches):
            form = drop_vacuous(merge(_without(form, keyword), merge_choice(keyword, branches)))
    return form


def without_extensions(form: JsonObject) -> JsonObject:
    """What a normal form says about values."""
    return {key: value for key, value in form.items() if not key.startswith("x-")}


def _repeated(branches: Branches) -> Branches:
    """The branches that equal one before them, each type of several on its own."""
    found = _one_by_one(branches)
    return [branch for position, branch in enumerate(found) if _contains(found[:position], branch)]


def _one_by_one(branches: Branches) -> Branches:
    """The branches, with one for each type instead of one for several plain types, or for values of several types."""
    found: Branches = []
    for branch in branches:
        if branch.keys() == {"type"}:
            found += [{"type": [name]} for name in branch["type"]]
        elif branch.keys() == {"type", "enum"}:
            values = {name: [one for one in branch["enum"] if type_of(one) == name] for name in branch["type"]}
            found += [{"enum": some, "type": [name]} for name, some in values.items()]
        else:
            found.append(branch)
    return found


def _without(form: JsonObject, keyword: str) -> JsonObject:
    return {key: value for key, value in form.items() if key != keyword}


def _choices(form: JsonObject) -> list[str]:
    return [keyword for keyword in CHOICES if keyword in form]


def _is_only_choice(form: JsonObject) -> bool:
    """Whether a normal form says nothing about a value but that it is one of the branches."""
    return form.keys() - _BESIDE_CHOICE <= {*CHOICES}


def _says_something(form: JsonObject) -> bool:
    return bool(form.keys() - _BESIDE_CHOICE)


def _as_choice(form: JsonObject, keyword: str) -> JsonObject:
    beside = {key: value for key, value in form.items() if key in _BESIDE_CHOICE}
    return {**beside, keyword: [{key: value for key, value in form.items() if key not in _BESIDE_CHOICE}]}


def _are_alike(one: JsonObject, other: JsonObject) -> bool:
    """Whether two branches have the same types or, if they are no objects, a type in common."""
    some, others = types_of(one), types_of(other)
    if some == others or _properties(one) or _properties(other):
        return some == others
    return bool(common_types(some, others))


def _tags(form: JsonObject) -> set[tuple[str, str]]:
    """The properties of a variant that have a constant, with their values: they tell it from the others."""
    return {
        (name, schemas.as_text(value))
        for name, one in _properties(form).items()
        if len(one.get("enum", ())) == 1
        for value in one["enum"]
    }


def _properties(form: JsonObject) -> JsonObject:
    found: Json = form.get("properties", {})
    return found if isinstance(found, dict) else {}


def _likeness(one: JsonObject, other: JsonObject) -> float:
    """The share of the properties of two variants that both have."""
    first, second = _properties(one).keys(), _properties(other).keys()
    return len(first & second) / max(len(first | second), 1)


def _contains(values: Branches, value: JsonObject) -> bool:
    return any(json_equal(value, one) for one in values)


def _subtract(values: Branches, others: Branches) -> Branches:
    """The values that are not among the others, by the equality of JSON."""
    return [value for value in values if not _contains(others, value)]


def _names(branches: Iterable[JsonObject]) -> str:
    return " or ".join(map(_variant_name, branches))


def _variant_name(variant: JsonObject) -> str:
    values = variant.get("enum", ())
    return schemas.as_text(values[0]) if len(values) == 1 else schemas.type_name(variant)
