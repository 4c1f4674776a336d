"""Compares two schemas in their normal form: keyword by keyword, properties by name, and variants by likeness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from api_upgrades.compare.constraints import compare_constraints
from api_upgrades.compare.difference import Difference
from api_upgrades.compare.properties import PropertyComparison
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.types import common_types, compare_enums, contains, type_rule, types_of
from api_upgrades.compare.variants import VariantComparison
from api_upgrades.core.json import Json, JsonObject, escape_token, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.normal_form import (
    NormalForms,
    merge,
    references_in,
    split_null,
    without_references,
)
from api_upgrades.openapi.part import schema_of
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from api_upgrades.openapi.vacuous import drop_vacuous

_FLAGS: Mapping[str, tuple[RuleId, RuleId]] = {
    "deprecated": ("deprecated", "no-longer-deprecated"),
    "readOnly": ("became-read-only", "became-writable"),
    "writeOnly": ("became-write-only", "became-readable"),
}
"""For each flag the rule if it is set, and the rule if it is removed."""

_NULL = ["null"]

_MAX_DEPTH = 16
"""How many references in a row are followed from one place."""

_MAX_WRAPPED = 3
"""How often a reference beside null can stand for another choice with null."""

_MAX_TURNS = 4
"""How often a schema that is inside itself is compared with one that is not."""

_MAX_DIFFERENCES = 30
"""How many differences between two schemas that are not the same schema are told one by one."""


@dataclass(frozen=True)
class SchemaComparison:
    """Compares schemas of two contracts. `renames` lead from the older contract to the newer one."""

    old: Contract
    new: Contract
    renames: RenameMap
    _open: list[_Pair] = field(default_factory=list, compare=False, repr=False)

    def compare(self, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """Compare a schema with the one that it became.

        References to the same schema are no difference, because that schema is compared as a part of its own.
        """
        if old is new and not self.renames.moves:
            return
        yield from self.compare_forms(self.old_forms.of(old), self.new_forms.of(new), old_target, target)

    def compare_forms(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare two normal forms."""
        if json_equal(was, now) and not self.renames.concerns(was, old_target, target):
            return
        was, now = self.old_forms.with_null_branches(was), self.new_forms.with_null_branches(now)
        was_nullable = is_nullable = False
        if _NULL not in (was.get("type"), now.get("type")):  # else null is a type like any other
            was_nullable, was = split_null(was)
            is_nullable, now = split_null(now)
        names = schemas.type_name(was), schemas.type_name(now)
        aligned = self._align(was, now)
        if _NULL not in (aligned.was.get("type"), aligned.now.get("type")):
            for _ in range(_MAX_WRAPPED):
                was_too, was = split_null(self.old_forms.with_null_branches(aligned.was))
                is_too, now = split_null(self.new_forms.with_null_branches(aligned.now))
                if was is aligned.was and now is aligned.now:
                    break
                was_nullable, is_nullable = was_nullable or was_too, is_nullable or is_too
                aligned = self._align(was, now).after(aligned)
        yield from self._compare_flags(aligned.was, aligned.now, old_target, target)
        is_limited = bool(aligned.shared) or (_limits_type(aligned.was) and _limits_type(aligned.now))
        if was_nullable != is_nullable and is_limited:
            rule: RuleId = "became-nullable" if is_nullable else "became-not-nullable"
            yield Difference(rule, target, old_target, "nullable", was_nullable, is_nullable)
        compare_what = self._compare_other_schemas if all(aligned.pair) else self._compare_values
        if not any(aligned.pair):
            yield from compare_what(aligned, names, old_target, target)
        # A schema can be inside itself. What differs in it is found further outside.
        elif self._open.count(aligned.pair) < (1 if all(aligned.pair) else _MAX_TURNS):
            self._open.append(aligned.pair)
            yield from list(compare_what(aligned, names, old_target, target))
            self._open.pop()

    def properties_lost(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> frozenset[Direction]:
        """The directions in which values of an older form have properties that a newer one doesn't declare any more."""
        found = (one for one in self.compare_forms(was, now, old_target, target) if one.rule == "property-removed")
        return frozenset(direction for one in found for direction in DIRECTIONS if direction not in one.hidden_in)

    def _compare_other_schemas(
        self, aligned: _Aligned, names: tuple[str, str], old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare schemas behind different references. Schemas with nothing in common are another type."""
        differences = list(self._compare_values(aligned, names, old_target, target))
        before, after = (form.get("properties", {}).keys() for form in (aligned.was, aligned.now))
        is_other = bool(before) and bool(after) and before.isdisjoint(after)
        if differences and (is_other or len(differences) > _MAX_DIFFERENCES):
            yield Difference("type-changed", target, old_target, "type", *names)
        else:
            yield from differences

    def _compare_values(
        self, aligned: _Aligned, names: tuple[str, str], old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare what two schemas say about values other than null."""
        variants = VariantComparison(self)
        was, now = variants.with_same_choices(aligned.was, aligned.now)
        was, now = (self._without_implied_values(form, aligned.shared) for form in (was, now))
        behind = self._types_behind(aligned.shared)
        before, after = (common_types(types_of(form), behind) for form in (was, now))
        has_values = "enum" in was and "enum" in now  # then the values say which types there are
        rule = type_rule(before, after)
        if has_values and common_types(before, after):
            rule = None
        if rule == "type-changed" and after == frozenset({"array"}) and self._is_item(was, now):
            yield Difference("property-became-list", target, old_target, "type", *names)
            return
        if rule:
            yield Difference(rule, target, old_target, "type", *names)
        if common_types(before, after) == frozenset() and rule:
            return
        yield from variants.compare(was, now, old_target, target)
        values = old_target.enclosing_list, target.enclosing_list
        yield from compare_enums(was, now, lambda value: self._newer_value(values[0], value), *values)
        yield from compare_constraints(self, was, now, old_target, target)
        yield from PropertyComparison(self).compare(was, now, old_target, target)

    def _compare_flags(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare whether a value is deprecated, read-only or write-only, and its default."""
        for keyword, (rule_if_set, rule_if_removed) in _FLAGS.items():
            was_set, is_set = keyword in was, keyword in now
            if was_set != is_set:
                rule = rule_if_set if is_set else rule_if_removed
                yield Difference(rule, target, old_target, keyword, was_set, is_set)
        before, after = self._newer_value(old_target, was.get("default")), now.get("default")
        if not json_equal(before, after):
            yield Difference("default-changed", target, old_target, "default", before, after)

    @cached_property
    def old_forms(self) -> NormalForms:
        """The normal forms of the older contract."""
        return NormalForms(self.old)

    @cached_property
    def new_forms(self) -> NormalForms:
        """The normal forms of the newer contract."""
        return NormalForms(self.new)

    def newer_ref(self, ref: str) -> str:
        """A reference with the newer name of its schema."""
        old = schema_of(ref)
        new = self.renames.to_newer(Target(old)).part if old else None
        return ref.replace(escape_token(old.name), escape_token(new.name), 1) if old and new else ref

    def means_same(self, old: Json, new: Json) -> bool:
        """Whether two values of a keyword mean the same if the older one refers to schemas by their newer names."""
        return means_same(self.with_newer_names(old), new)

    def with_newer_names(self, value: Json) -> Json:
        """Some older JSON whose references have the newer names of their schemas."""
        return schema_edit.replace_references(value, self.newer_ref) if self.renames.moves else value

    def _newer_value(self, old_target: Target, value: Json) -> Json:
        """The newer name of an enum value, or of each value in a list."""
        if not self.renames.moves:
            return value
        if isinstance(value, list):
            return [self._newer_value(old_target, one) for one in value]
        text = schemas.as_text(value)
        newer = self.renames.to_newer(old_target.enclosing_list.child(f"={text}")).name.removeprefix("=")
        return value if newer == text else newer

    def _align(self, was: JsonObject, now: JsonObject) -> _Aligned:
        """Two normal forms without the references that both have; what only one refers to is merged into it.

        References to the same schema are the same, whatever that schema is called. So only schemas behind different
        references are compared at the place that refers to them.
        """
        shared: list[str] = []
        entered: tuple[list[str], list[str]] = [], []
        for _ in range(_MAX_DEPTH):
            newer = {self.newer_ref(ref): ref for ref in references_in(was)}
            both = [ref for ref in references_in(now) if ref in newer or ref in shared]
            shared += [ref for ref in both if ref not in shared]
            was = without_references(was, [newer[ref] for ref in newer if ref in shared])
            now = without_references(now, both)
            expanded = _expand(self.old_forms, was, entered[0]), _expand(self.new_forms, now, entered[1])
            if expanded[0] is was and expanded[1] is now:
                break
            was, now = expanded
        return _Aligned(drop_vacuous(was), drop_vacuous(now), tuple(shared), (tuple(entered[0]), tuple(entered[1])))

    def _types_behind(self, refs: tuple[str, ...]) -> frozenset[str] | None:
        """The types that schemas allow to which both sides refer. They are compared as parts of their own."""
        found: frozenset[str] | None = None
        for ref in refs:
            form: JsonObject | None = {"allOf": [{"$ref": ref}]}
            for _ in range(_MAX_DEPTH):
                further = references_in(form or {})
                if not further:
                    break
                form = self.new_forms.of_reference(further[0])
            if form:
                found = common_types(found, types_of(split_null(form)[1]))
        return found

    def _without_implied_values(self, form: JsonObject, refs: tuple[str, ...]) -> JsonObject:
        """A form without an enum that has all values of a schema to which both sides refer, and so limits nothing."""
        for ref in refs if "enum" in form else ():
            behind = self.new_forms.resolved({"allOf": [{"$ref": ref}]})
            if "enum" in behind and all(contains(form["enum"], value) for value in behind["enum"]):
                return {key: value for key, value in form.items() if key != "enum"}
        return form

    def _is_item(self, was: JsonObject, now: JsonObject) -> bool:
        """Whether a value has the type of the items of the list that it became."""
        item = now.get("items")
        if not isinstance(item, dict):
            return False
        aligned = self._align(was, split_null(item)[1])
        return bool(aligned.shared) or types_of(aligned.was) == types_of(aligned.now)


_Pair = tuple[tuple[str, ...], tuple[str, ...]]
"""The references of an older and of a newer schema that were replaced by what they refer to."""


@dataclass(frozen=True)
class _Aligned:
    """Two normal forms whose references are not the same, and the references that they had in common."""

    was: JsonObject
    now: JsonObject
    shared: tuple[str, ...]
    pair: _Pair

    def after(self, outer: _Aligned) -> _Aligned:
        """The same inside other forms, whose references count as well."""
        pair = outer.pair[0] + self.pair[0], outer.pair[1] + self.pair[1]
        return replace(self, shared=outer.shared + self.shared, pair=pair)


def _expand(forms: NormalForms, form: JsonObject, entered: list[str]) -> JsonObject:
    """A normal form with what its references lead to merged into it; the same object if there is nothing to merge."""
    result = form
    for ref in references_in(form):
        if ref in entered:
            continue
        target = forms.of_reference(ref)
        if target is not None:
            entered.append(ref)
            result = merge(target, without_references(result, [ref]))
    return result


def _limits_type(form: JsonObject) -> bool:
    """Whether a normal form says at all what a value is. Any value can be null otherwise."""
    return not form.keys().isdisjoint({"type", "enum", *schemas.COMBINATIONS})
