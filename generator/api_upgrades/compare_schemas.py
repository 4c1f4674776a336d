"""Two schemas, keyword by keyword, along the names of their properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from api_upgrades import schema as schemas
from api_upgrades.contract import Contract, Json, JsonObject, escape, same, schema_of
from api_upgrades.facets import (
    FLAGS,
    STRUCTURE,
    as_object,
    constraint_rule,
    covers,
    is_inline_base,
    own_properties,
    own_required,
    own_values,
    referred,
    schema_at,
    type_set,
    without_annotations,
)
from api_upgrades.names import Names
from api_upgrades.target import Target


class Difference(NamedTuple):
    """One difference, not yet judged; the fields are those of `Finding`."""

    rule: str
    target: Target
    old_target: Target
    facet: str
    before: Json
    after: Json


@dataclass(frozen=True)
class SchemaComparison:
    """What compares the schemas of two contracts."""

    old: Contract
    new: Contract
    names: Names

    def compare(self, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """The differences between a schema and what it became. A reference to the same schema is no difference:
        that schema is compared as a part of its own.
        """
        if old is new and not self.names.moves:
            return
        old, new = as_object(old), as_object(new)
        yield from self._annotations(old, new, old_target, target)
        if self._same_reference(old, new):
            return
        was, now = self._value(old, new)
        became = self._type(was, now)
        if became:
            yield Difference(became, target, old_target, "type", schemas.type_name(old), schemas.type_name(new))
            return
        yield from self._variants(was, now, old_target, target)
        yield from self._values(was, now, old_target, target)
        yield from self._constraints(was, now, old_target, target)
        yield from self._properties(was, now, old_target, target)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(was.get(keyword), dict) and isinstance(now.get(keyword), dict):
                yield from self.compare(was[keyword], now[keyword], old_target.child(step), target.child(step))
            else:
                yield from self._closed(keyword, was.get(keyword, True), now.get(keyword, True), old_target, target)

    def _annotations(
        self, old: JsonObject, new: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """What is said of a value beside what it is: null, deprecated, read-only, default."""
        was, now = schemas.is_nullable(old), schemas.is_nullable(new)
        if was != now:
            rule = "became-nullable" if now else "became-not-nullable"
            yield Difference(rule, target, old_target, "nullable", was, now)
        was, now = schemas.get(old, "deprecated") is True, schemas.get(new, "deprecated") is True
        if was != now:
            rule = "deprecated" if now else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", was, now)
        for keyword, (rule, reverse) in FLAGS.items():
            was, now = schemas.get(old, keyword) is True, schemas.get(new, keyword) is True
            if was != now:
                yield Difference(rule if now else reverse, target, old_target, keyword, was, now)
        before, after = self._newer_value(old_target, schemas.get(old, "default")), schemas.get(new, "default")
        if not same(before, after):
            yield Difference("default-changed", target, old_target, "default", before, after)

    def _same_reference(self, old: JsonObject, new: JsonObject) -> bool:
        was, now = schemas.value_schema(old).get("$ref"), schemas.value_schema(new).get("$ref")
        return was is not None and now is not None and self._newer_ref(was) == now

    def _newer_ref(self, ref: str) -> str:
        old = schema_of(ref)
        new = self.names.newer(Target(old)).part if old else None
        return ref.replace(escape(old.name), escape(new.name), 1) if old and new else ref

    def _newer_value(self, old_target: Target, value: Json) -> Json:
        """A value of an enum, or a list of them, by its newer name."""
        if isinstance(value, list):
            return [self._newer_value(old_target, one) for one in value]
        text = schemas.as_text(value)
        newer = self.names.newer(old_target.of_list.child(f"={text}")).name.removeprefix("=")
        return value if newer == text else newer

    def _value(self, old: JsonObject, new: JsonObject) -> tuple[JsonObject, JsonObject]:
        """The non-null schemas; where only one side refers to a schema, what it refers to: moving an object into a
        schema of its own changes nothing. Beside an `allOf`, a reference is an `allOf` of one.
        """
        was, now = schemas.value_schema(old), schemas.value_schema(new)
        if ("$ref" in was) != ("$ref" in now) and ("allOf" in was or "allOf" in now):
            return ({"allOf": [was]}, now) if "$ref" in was else (was, {"allOf": [now]})
        if ("$ref" in was) != ("$ref" in now):
            was, now = referred(self.old, was), referred(self.new, now)
        return was, now

    def _type(self, was: JsonObject, now: JsonObject) -> str | None:
        """The rule for another type, None where the type is the same."""
        if "$ref" in was or "$ref" in now:
            return "type-changed"
        before, after = type_set(was), type_set(now)
        if before == after:
            return None
        if len(after) == 1 and after == {"array"} and before and self._is_item(was, now):
            return "property-became-list"
        if not after or (before and covers(after, before)):
            return "type-widened"
        return "type-narrowed" if not before or covers(before, after) else "type-changed"

    def _is_item(self, was: JsonObject, now: JsonObject) -> bool:
        item = now.get("items")
        return isinstance(item, dict) and type_set(referred(self.new, item)) == type_set(was)

    def _variants(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        for keyword in ("oneOf", "anyOf", "allOf"):
            before = [
                self._variant(branch, True) for branch in was.get(keyword, ()) if not is_inline_base(keyword, branch)
            ]
            after = [
                self._variant(branch, False) for branch in now.get(keyword, ()) if not is_inline_base(keyword, branch)
            ]
            gone = [one for one in before if one not in after]
            come = [one for one in after if one not in before]
            # An allOf asks for all of its branches, so one more of them is a constraint more.
            rules = (
                ("constraint-loosened", "constraint-tightened")
                if keyword == "allOf"
                else ("variant-removed", "variant-added")
            )
            for one in gone:
                yield Difference(rules[0], target, old_target, keyword, _variant_name(one), None)
            for one in come:
                yield Difference(rules[1], target, old_target, keyword, None, _variant_name(one))

    def _variant(self, branch: JsonObject, is_old: bool) -> Json:
        ref = schemas.value_schema(branch).get("$ref")
        if ref is not None:
            return {"$ref": self._newer_ref(ref) if is_old else ref}
        return without_annotations(schemas.repointed(branch, self._newer_ref) if is_old else branch)

    def _values(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        before, after = own_values(was), own_values(now)
        if before is None and after is None:
            return
        old_target, target = old_target.of_list, target.of_list
        if before is None or after is None:
            rule = "enum-introduced" if before is None else "enum-lifted"
            yield Difference(rule, target, old_target, "enum", before, after)
            return
        newer = [self._newer_value(old_target, value) for value in before]
        for value in after:
            if value not in newer:
                yield Difference("enum-value-added", target, old_target, "enum", None, value)
        for value, name in zip(before, newer, strict=True):
            if name not in after:
                yield Difference("enum-value-removed", target, old_target, "enum", value, None)
            elif name != value:
                yield Difference("enum-value-renamed", target, old_target, "enum", value, name)

    def _constraints(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        for keyword in dict.fromkeys((*was, *now)):
            if keyword in STRUCTURE or keyword in schemas.ANNOTATIONS:
                continue
            before, after = was.get(keyword, schemas.MISSING), now.get(keyword, schemas.MISSING)
            if same(self._newer_keyword(keyword, before, old_target), after):
                continue
            gone, come = before is schemas.MISSING, after is schemas.MISSING
            rule = constraint_rule(keyword, before, after)
            yield Difference(rule, target, old_target, keyword, None if gone else before, None if come else after)

    def _newer_keyword(self, keyword: str, value: Json, old_target: Target) -> Json:
        """A keyword's value with the newer names of what it refers to."""
        if keyword == "discriminator" and isinstance(value, dict) and "propertyName" in value:
            value = {**value, "propertyName": self.names.newer(old_target.property(value["propertyName"])).name}
        return schemas.repointed({keyword: value}, self._newer_ref)[keyword]

    def _properties(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        before, after = own_properties(was), own_properties(now)
        required = {"old": own_required(was), "new": own_required(now)}
        newer = {name: self.names.newer(old_target.property(name)) for name in before}
        # Where one takes over the name of another, the name is its, and the other is gone.
        by_moved = sorted(newer.items(), key=lambda one: one[1] != target.property(one[0]))
        older = {moved.name: name for name, moved in by_moved if moved.holder == target and moved.steps}
        for name, schema in after.items():
            place = target.property(name)
            old_name = older.get(name)
            if old_name is None:
                came_from = self.names.older(place)
                if came_from.holder != self.names.older(target) and came_from != place:
                    moved_schema = schema_at(self.old, came_from)
                    if moved_schema is not schemas.MISSING:
                        yield Difference("property-moved", place, came_from, "name", str(came_from), str(place))
                        yield from self.compare(moved_schema, schema, came_from, place)
                        continue
                rule = "required-property-added" if name in required["new"] else "property-added"
                yield Difference(rule, place, place, "existence", None, schema)
                continue
            old_place = old_target.property(old_name)
            differences = list(self.compare(before[old_name], schema, old_place, place))
            became_list = any(one.rule == "property-became-list" and one.target == place for one in differences)
            if old_name != name and not became_list:
                yield Difference("property-renamed", place, old_place, "name", old_name, name)
            if (old_name in required["old"]) != (name in required["new"]):
                rule = "became-required" if name in required["new"] else "became-optional"
                yield Difference(
                    rule, place, old_place, "required", old_name in required["old"], name in required["new"]
                )
            yield from differences
        for name, moved in newer.items():
            old_place = old_target.property(name)
            if moved.holder == target and (moved.name not in after or older.get(moved.name) != name):
                yield Difference("property-removed", moved, old_place, "existence", before[name], None)
            elif moved.holder != target and schema_at(self.new, moved) is schemas.MISSING:
                # it moved elsewhere, and is gone from there
                yield Difference("property-removed", target.property(name), old_place, "existence", before[name], None)

    def _closed(self, keyword: str, was: Json, now: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """Items, or properties without a name of their own, where they may be anything (`true`) or there are none."""
        if was == now:
            return
        rule = "constraint-tightened" if was is True else "constraint-loosened" if now is True else "constraint-changed"
        yield Difference(rule, target, old_target, keyword, was, now)


def _variant_name(variant: Json) -> str:
    return str(variant.get("const") or schemas.type_name(variant))
