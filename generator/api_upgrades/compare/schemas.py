"""Compares two schemas keyword by keyword, and their properties by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.constraints import constraint, constraint_rule
from api_upgrades.compare.difference import Difference, extension_rule, none_if_missing
from api_upgrades.compare.discriminator import compare_discriminators
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.variants import compare_variants
from api_upgrades.core.json import Json, JsonObject, escape_token, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract, schema_of
from api_upgrades.openapi.properties import Follow, follower, properties, required
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema_view import (
    STRUCTURE,
    as_object,
    covers,
    flatten,
    means_same,
    own_values,
    resolve_references,
    schema_at,
    type_set,
    whole_value,
)
from api_upgrades.openapi.target import Target

_FLAGS: Mapping[str, tuple[RuleId, RuleId]] = {
    "readOnly": ("became-read-only", "became-writable"),
    "writeOnly": ("became-write-only", "became-readable"),
}
"""For each flag the rule if it is set, and the rule if it is removed."""


@dataclass(frozen=True)
class SchemaComparison:
    """Compares schemas of two contracts. `renames` lead from the older contract to the newer one."""

    old: Contract
    new: Contract
    renames: RenameMap

    def compare(self, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """Compare a schema with the one that it became.

        References to the same schema are no difference, because that schema is compared as a part of its own.
        """
        if old is new and not self.renames.moves:
            return
        old, new = as_object(old), as_object(new)
        yield from self._compare_annotations(old, new, old_target, target)
        was, now = self._comparable_values(old, new)
        if len(was) == len(now) == 1 and self._is_same_reference(was, now):
            return
        type_rule = self._type_rule(was, now)
        if type_rule:
            yield Difference(type_rule, target, old_target, "type", schemas.type_name(old), schemas.type_name(new))
            return
        yield from compare_variants(was, now, self.newer_ref, old_target, target)
        yield from self._compare_enums(was, now, old_target, target)
        yield from self._compare_constraints(was, now, old_target, target)
        yield from self._compare_properties(was, now, old_target, target)
        yield from self._compare_undeclared_required(was, now, old_target, target)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            before, after = was.get(keyword, True), now.get(keyword, True)
            if isinstance(was.get(keyword), dict) and isinstance(now.get(keyword), dict):
                yield from self.compare(before, after, old_target.child(step), target.child(step))
            else:
                yield from _compare_open_and_closed(keyword, before, after, old_target, target)

    def _compare_annotations(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare whether a value is nullable, deprecated, read-only or write-only, and its default."""
        was, now = schemas.is_nullable(old), schemas.is_nullable(new)
        if was != now:
            rule: RuleId = "became-nullable" if now else "became-not-nullable"
            yield Difference(rule, target, old_target, "nullable", was, now)
        was, now = schemas.get(old, "deprecated") is True, schemas.get(new, "deprecated") is True
        if was != now:
            rule = "deprecated" if now else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", was, now)
        for keyword, (rule_if_set, rule_if_removed) in _FLAGS.items():
            was, now = schemas.get(old, keyword) is True, schemas.get(new, keyword) is True
            if was != now:
                yield Difference(rule_if_set if now else rule_if_removed, target, old_target, keyword, was, now)
        before, after = self._newer_value(old_target, schemas.get(old, "default")), schemas.get(new, "default")
        if not json_equal(before, after):
            yield Difference("default-changed", target, old_target, "default", before, after)

    def _is_same_reference(self, was: JsonObject, now: JsonObject) -> bool:
        old, new = was.get("$ref"), now.get("$ref")
        return old is not None and new is not None and self.newer_ref(old) == new

    def newer_ref(self, ref: str) -> str:
        """A reference with the newer name of its schema."""
        old = schema_of(ref)
        new = self.renames.to_newer(Target(old)).part if old else None
        return ref.replace(escape_token(old.name), escape_token(new.name), 1) if old and new else ref

    def means_same(self, old: Json, new: Json) -> bool:
        """Whether two values of a keyword mean the same if the older one refers to schemas by their newer names."""
        return means_same(schema_edit.replace_references(old, self.newer_ref), new)

    def _newer_value(self, old_target: Target, value: Json) -> Json:
        """The newer name of an enum value, or of each value in a list."""
        if not self.renames.moves:
            return value
        if isinstance(value, list):
            return [self._newer_value(old_target, one) for one in value]
        text = schemas.as_text(value)
        newer = self.renames.to_newer(old_target.enclosing_list.child(f"={text}")).name.removeprefix("=")
        return value if newer == text else newer

    def _comparable_values(self, old: JsonObject, new: JsonObject) -> tuple[JsonObject, JsonObject]:
        """The schemas of the non-null values, in forms that can be compared keyword by keyword.

        If only one side is a reference, it is resolved: extracting an inline object changes nothing. But if the
        other side has an `allOf`, the reference becomes an `allOf` with one branch. If only one side has an `allOf`,
        its branches are merged.
        """
        was, now = whole_value(old), whole_value(new)
        if self._is_same_reference(was, now):
            return was, now
        if ("$ref" in was) != ("$ref" in now) and ("allOf" in was or "allOf" in now):
            return ({"allOf": [was]}, now) if "$ref" in was else (was, {"allOf": [now]})
        if ("$ref" in was) != ("$ref" in now):
            was, now = resolve_references(self.old, was), resolve_references(self.new, now)
        if ("allOf" in was) != ("allOf" in now):
            was, now = flatten(self.old, was), flatten(self.new, now)
        return was, now

    def _type_rule(self, was: JsonObject, now: JsonObject) -> RuleId | None:
        """The rule for a change of type; None if the type is the same."""
        if ("$ref" in was or "$ref" in now) and not self._is_same_reference(was, now):
            return "type-changed"
        before, after = type_set(was, self._follow_older), type_set(now, self._follow_newer)
        if before == after:
            return None
        if len(after) == 1 and after == {"array"} and before and self._is_item(was, now):
            return "property-became-list"
        if not after or (before and covers(after, before)):
            return "type-widened"
        return "type-narrowed" if not before or covers(before, after) else "type-changed"

    @cached_property
    def _follow_newer(self) -> Follow:
        return follower(self.new)

    @cached_property
    def _follow_older(self) -> Follow:
        """Resolves references of the older contract, in the newer one if the schema is still there.

        A schema whose type changed is reported once, as a part, and not at every schema that refers to it.
        """
        older = follower(self.old)
        return lambda ref: self._follow_newer(self.newer_ref(ref)) or older(ref)

    def _is_item(self, was: JsonObject, now: JsonObject) -> bool:
        """Whether a value has the type of the items of the list that it became."""
        item = now.get("items")
        return isinstance(item, dict) and type_set(resolve_references(self.new, item)) == type_set(was)

    def _compare_enums(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        before, after = own_values(was), own_values(now)
        if before is None and after is None:
            return
        old_target, target = old_target.enclosing_list, target.enclosing_list
        if before is None or after is None:
            rule: RuleId = "enum-introduced" if before is None else "enum-lifted"
            yield Difference(rule, target, old_target, "enum", before, after)
            return
        newer = [self._newer_value(old_target, value) for value in before]
        if "enum" in was and "enum" in now and (None in was["enum"]) != (None in now["enum"]):
            if None in now["enum"]:
                yield Difference("enum-value-added", target, old_target, "enum", None, "null")
            else:
                yield Difference("enum-value-removed", target, old_target, "enum", "null", None)
        for value in after:
            if not _contains(newer, value):
                yield Difference("enum-value-added", target, old_target, "enum", None, value)
        for value, newer_value in zip(before, newer, strict=True):
            if not _contains(after, newer_value):
                yield Difference("enum-value-removed", target, old_target, "enum", value, None)
            elif not json_equal(newer_value, value):
                yield Difference("enum-value-renamed", target, old_target, "enum", value, newer_value)

    def _compare_constraints(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        for keyword in dict.fromkeys((*was, *now)):
            if keyword in STRUCTURE or keyword in schemas.ANNOTATIONS:
                continue
            before, after = constraint(was, keyword), constraint(now, keyword)
            newer = self._use_newer_names(keyword, before, old_target)
            if means_same(newer, after):
                continue
            if keyword == "discriminator":
                values = none_if_missing(newer), none_if_missing(after)
                yield from compare_discriminators(*values, old_target, target)
                continue
            rule = (extension_rule if keyword.startswith("x-") else constraint_rule)(keyword, before, after)
            yield Difference(rule, target, old_target, keyword, none_if_missing(before), none_if_missing(after))

    def _use_newer_names(self, keyword: str, value: Json, old_target: Target) -> Json:
        """A keyword's value with the newer names of the schemas and properties that it refers to."""
        if keyword == "discriminator" and isinstance(value, dict) and "propertyName" in value:
            value = {**value, "propertyName": self.renames.to_newer(old_target.property(value["propertyName"])).name}
        return schema_edit.replace_references({keyword: value}, self.newer_ref)[keyword]

    def _compare_properties(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        before, after = properties(was), properties(now)
        newer = {name: self.renames.to_newer(old_target.property(name)) for name in before}
        # If one property takes over the name of another, the name belongs to the renamed one; the other is removed.
        renamed_last = sorted(newer.items(), key=lambda one: one[1] != target.property(one[0]))
        older = {place.name: name for name, place in renamed_last if place.holder == target and place.steps}
        for name, one in after.items():
            schema, is_required = one.schema, one.is_required
            place = target.property(name)
            old_name = older.get(name)
            if old_name is None:
                yield from self._compare_moved_or_added(schema, place, target, is_required=is_required)
                continue
            old_place = old_target.property(old_name)
            was_required = before[old_name].is_required
            differences = list(self.compare(before[old_name].schema, schema, old_place, place))
            became_list = any(one.rule == "property-became-list" and one.target == place for one in differences)
            if old_name != name and not became_list:
                yield Difference("property-renamed", place, old_place, "name", old_name, name)
            if was_required != is_required:
                rule: RuleId = "became-required" if is_required else "became-optional"
                yield Difference(rule, place, old_place, "required", was_required, is_required)
            yield from differences
        for name, place in newer.items():
            old_place = old_target.property(name)
            if place.holder == target and (place.name not in after or older.get(place.name) != name):
                yield Difference("property-removed", place, old_place, "existence", before[name].schema, None)
            elif place.holder != target and schema_at(self.new, place) is schemas.MISSING:
                # It moved to another object, and was removed there.
                yield Difference(
                    "property-removed", target.property(name), old_place, "existence", before[name].schema, None
                )

    def _compare_moved_or_added(
        self, schema: Json, place: Target, holder: Target, *, is_required: bool
    ) -> Iterator[Difference]:
        """The differences of a property that its object didn't have before."""
        origin = self.renames.to_older(place)
        if origin.holder != self.renames.to_older(holder) and origin != place:
            moved_schema = schema_at(self.old, origin)
            if moved_schema is not schemas.MISSING:
                yield Difference("property-moved", place, origin, "name", str(origin), str(place))
                yield from self.compare(moved_schema, schema, origin, place)
                return
        rule: RuleId = "required-property-added" if is_required else "property-added"
        yield Difference(rule, place, place, "existence", None, schema)

    def _compare_undeclared_required(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare required properties that the schema doesn't declare, for example because a reference does."""
        needed, after = required(was), required(now)
        if needed == after and not self.renames.moves:
            return
        before = {self.renames.to_newer(old_target.property(name)).name: name for name in needed}
        declared = {*properties(was), *properties(now)}
        for name in sorted(before.keys() ^ after):
            if name not in declared and before.get(name) not in declared:
                place, old_place = target.property(name), old_target.property(before.get(name, name))
                rule: RuleId = "became-required" if name in after else "became-optional"
                yield Difference(rule, place, old_place, "required", name in before, name in after)


def _compare_open_and_closed(
    keyword: str, was: Json, now: Json, old_target: Target, target: Target
) -> Iterator[Difference]:
    """Compare items or additional properties if one side allows anything (`true`) or nothing (`false`)."""
    was, now = (True if one == {} else one for one in (was, now))
    if means_same(was, now):
        return
    if was is True:
        yield Difference("constraint-tightened", target, old_target, keyword, was, now)
    elif now is True:
        yield Difference("constraint-loosened", target, old_target, keyword, was, now)
    else:
        yield Difference("constraint-changed", target, old_target, keyword, was, now)


def _contains(values: list[Json], value: Json) -> bool:
    """Whether a list contains a value by the equality of JSON, where `true` is not 1."""
    return any(json_equal(value, one) for one in values)
