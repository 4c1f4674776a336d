"""Two schemas, keyword by keyword, along the names of their properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.compare.constraints import constraint, constraint_rule
from api_upgrades.compare.difference import Difference, extension_rule, or_none
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, escape_token, json_equal
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import SCHEMA_REF, Contract, schema_of
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema_view import (
    STRUCTURE,
    as_object,
    covers,
    flattened,
    is_inline_base,
    means_same,
    own_properties,
    own_required,
    own_values,
    referred,
    schema_at,
    type_set,
    whole_value,
    without_reference,
)
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

_FLAGS: Mapping[str, tuple[RuleId, RuleId]] = {
    "readOnly": ("became-read-only", "became-writable"),
    "writeOnly": ("became-write-only", "became-readable"),
}
"""The rules where a flag is set, and where it is lifted."""


@dataclass(frozen=True)
class SchemaComparison:
    """What compares the schemas of two contracts."""

    old: Contract
    new: Contract
    names: RenameMap

    def compare(self, old: Json, new: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """The differences between a schema and what it became. A reference to the same schema is no difference:
        that schema is compared as a part of its own.
        """
        if old is new and not self.names.moves:
            return
        old, new = as_object(old), as_object(new)
        yield from self._annotations(old, new, old_target, target)
        was, now = self._value(old, new)
        became = self._type(was, now)
        if became:
            yield Difference(became, target, old_target, "type", schemas.type_name(old), schemas.type_name(new))
            return
        yield from self._variants(was, now, old_target, target)
        yield from self._values(was, now, old_target, target)
        yield from self._constraints(was, now, old_target, target)
        yield from self._properties(was, now, old_target, target)
        yield from self._required(was, now, old_target, target)
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
            rule: RuleId = "became-nullable" if now else "became-not-nullable"
            yield Difference(rule, target, old_target, "nullable", was, now)
        was, now = schemas.get(old, "deprecated") is True, schemas.get(new, "deprecated") is True
        if was != now:
            rule = "deprecated" if now else "no-longer-deprecated"
            yield Difference(rule, target, old_target, "deprecated", was, now)
        for keyword, (set_rule, lifted_rule) in _FLAGS.items():
            was, now = schemas.get(old, keyword) is True, schemas.get(new, keyword) is True
            if was != now:
                yield Difference(set_rule if now else lifted_rule, target, old_target, keyword, was, now)
        before, after = self._newer_value(old_target, schemas.get(old, "default")), schemas.get(new, "default")
        if not json_equal(before, after):
            yield Difference("default-changed", target, old_target, "default", before, after)

    def _same_reference(self, was: JsonObject, now: JsonObject) -> bool:
        old, new = was.get("$ref"), now.get("$ref")
        return old is not None and new is not None and self.newer_ref(old) == new

    def newer_ref(self, ref: str) -> str:
        """A reference by the newer name of what it refers to."""
        old = schema_of(ref)
        new = self.names.newer(Target(old)).part if old else None
        return ref.replace(escape_token(old.name), escape_token(new.name), 1) if old and new else ref

    def means_same(self, old: Json, new: Json) -> bool:
        """Whether two values of a keyword promise the same, what they refer to by its newer name."""
        return means_same(schema_edit.repointed(old, self.newer_ref), new)

    def _newer_value(self, old_target: Target, value: Json) -> Json:
        """A value of an enum, or a list of them, by its newer name."""
        if not self.names.moves:
            return value
        if isinstance(value, list):
            return [self._newer_value(old_target, one) for one in value]
        text = schemas.as_text(value)
        newer = self.names.newer(old_target.of_list.child(f"={text}")).name.removeprefix("=")
        return value if newer == text else newer

    def _value(self, old: JsonObject, new: JsonObject) -> tuple[JsonObject, JsonObject]:
        """The non-null schemas; where only one side refers to a schema, what it refers to: moving an object into a
        schema of its own changes nothing. Beside an `allOf`, a reference is an `allOf` of one; and beside none, an
        `allOf` is what all of its branches say.
        """
        was, now = whole_value(old), whole_value(new)
        if self._same_reference(was, now):
            return without_reference(was), without_reference(now)
        if ("$ref" in was) != ("$ref" in now) and ("allOf" in was or "allOf" in now):
            return ({"allOf": [was]}, now) if "$ref" in was else (was, {"allOf": [now]})
        if ("$ref" in was) != ("$ref" in now):
            was, now = referred(self.old, was), referred(self.new, now)
        if ("allOf" in was) != ("allOf" in now):
            was, now = flattened(self.old, was), flattened(self.new, now)
        return was, now

    def _type(self, was: JsonObject, now: JsonObject) -> RuleId | None:
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
        for keyword in schemas.COMBINATIONS:
            if keyword not in was and keyword not in now:
                continue
            before, after = self._branches(was, keyword, True), self._branches(now, keyword, False)
            gone = [one for one in before if not any(json_equal(one, other) for other in after)]
            come = [one for one in after if not any(json_equal(one, other) for other in before)]
            # An allOf asks for all of its branches, so one more of them is a constraint more.
            rules: tuple[RuleId, RuleId] = (
                ("constraint-loosened", "constraint-tightened")
                if keyword == "allOf"
                else ("variant-removed", "variant-added")
            )
            for one in gone:
                yield Difference(rules[0], target, old_target, keyword, _variant_name(one), None)
            for one in come:
                yield Difference(rules[1], target, old_target, keyword, None, _variant_name(one))

    def _branches(self, schema: JsonObject, keyword: str, is_old: bool) -> list[Json]:
        """The branches by which two schemas can differ, null and what is compared as the schema's own left out."""
        found = []
        for branch in schema.get(keyword, ()):
            if not isinstance(branch, dict) or not is_inline_base(keyword, branch):
                found.append(self._variant(branch, is_old))
            elif rest := without_object(branch):
                found.append(self._variant(rest, is_old))
        return [one for one in found if one != {}] if keyword == "allOf" else found

    def _variant(self, branch: Json, is_old: bool) -> Json:
        return meaning(schema_edit.repointed(branch, self.newer_ref) if is_old else branch)

    def _values(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        before, after = own_values(was), own_values(now)
        if before is None and after is None:
            return
        old_target, target = old_target.of_list, target.of_list
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
            if not _is_among(value, newer):
                yield Difference("enum-value-added", target, old_target, "enum", None, value)
        for value, name in zip(before, newer, strict=True):
            if not _is_among(name, after):
                yield Difference("enum-value-removed", target, old_target, "enum", value, None)
            elif not json_equal(name, value):
                yield Difference("enum-value-renamed", target, old_target, "enum", value, name)

    def _constraints(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        for keyword in dict.fromkeys((*was, *now)):
            if keyword in STRUCTURE or keyword in schemas.ANNOTATIONS:
                continue
            before, after = constraint(was, keyword), constraint(now, keyword)
            newer = self._newer_keyword(keyword, before, old_target)
            if means_same(newer, after):
                continue
            if keyword == "discriminator":
                yield from self._discriminator(or_none(newer), or_none(after), old_target, target)
                continue
            is_extension = keyword.startswith("x-")
            rule = (extension_rule if is_extension else constraint_rule)(keyword, before, after)
            yield Difference(rule, target, old_target, keyword, or_none(before), or_none(after))

    def _discriminator(self, was: Json, now: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """The property that tells the form of a value, and the forms that its values tell."""

        def found(rule: RuleId, before: Json, after: Json) -> Difference:
            return Difference(rule, target, old_target, "discriminator", before, after)

        if not isinstance(was, dict) or not isinstance(now, dict):
            if was is None:
                yield found("discriminator-added", was, now)
            elif now is None:
                yield found("discriminator-removed", was, now)
            else:
                yield found("discriminator-changed", was, now)
            return
        if was.get("propertyName") != now.get("propertyName"):
            yield found("discriminator-changed", was.get("propertyName"), now.get("propertyName"))
        before, after = (one.get("mapping") or {} for one in (was, now))
        for name in dict.fromkeys((*before, *after)):
            one, other = (schema_name(mapping[name]) if name in mapping else None for mapping in (before, after))
            if one != other:
                values = (None if form is None else f"{name}: {form}" for form in (one, other))
                if one is None:
                    yield found("discriminator-value-added", *values)
                elif other is None:
                    yield found("discriminator-value-removed", *values)
                else:
                    yield found("discriminator-value-changed", *values)
        rest = [{key: value for key, value in one.items() if key not in _TOLD} for one in (was, now)]
        if not means_same(*rest):
            yield Difference("extension-changed", target, old_target, "discriminator", *rest)

    def _newer_keyword(self, keyword: str, value: Json, old_target: Target) -> Json:
        """A keyword's value with the newer names of what it refers to."""
        if keyword == "discriminator" and isinstance(value, dict) and "propertyName" in value:
            value = {**value, "propertyName": self.names.newer(old_target.property(value["propertyName"])).name}
        return schema_edit.repointed({keyword: value}, self.newer_ref)[keyword]

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
                rule: RuleId = "required-property-added" if name in required["new"] else "property-added"
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

    def _required(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """What is required without being declared, as where a reference beside declares it."""
        required, after = own_required(was), own_required(now)
        if required == after and not self.names.moves:
            return
        before = {self.names.newer(old_target.property(name)).name: name for name in required}
        declared = {*own_properties(was), *own_properties(now)}
        for name in sorted(before.keys() ^ after):
            if name not in declared and before.get(name) not in declared:
                place, old_place = target.property(name), old_target.property(before.get(name, name))
                rule: RuleId = "became-required" if name in after else "became-optional"
                yield Difference(rule, place, old_place, "required", name in before, name in after)

    def _closed(self, keyword: str, was: Json, now: Json, old_target: Target, target: Target) -> Iterator[Difference]:
        """Items, or properties without a name of their own, where they may be anything (`true`) or there are none."""
        was, now = (True if one == {} else one for one in (was, now))
        if means_same(was, now):
            return
        if was is True:
            yield Difference("constraint-tightened", target, old_target, keyword, was, now)
        elif now is True:
            yield Difference("constraint-loosened", target, old_target, keyword, was, now)
        else:
            yield Difference("constraint-changed", target, old_target, keyword, was, now)


def _variant_name(variant: Json) -> str:
    if not isinstance(variant, dict):
        return schemas.as_text(variant)
    return str(variant.get("const") or schemas.type_name(variant))


def _is_among(value: Json, values: list[Json]) -> bool:
    """As JSON has it, where `true` is not 1."""
    return any(json_equal(value, one) for one in values)


def schema_name(ref: Json) -> str:
    """What a discriminator's mapping names, with or without where it is."""
    return str(ref).removeprefix(SCHEMA_REF)


_TOLD = ("propertyName", "mapping")


def without_object(branch: JsonObject) -> JsonObject:
    """An inline branch without what is compared as the schema's own: that it is an object, and its properties."""
    told = {"properties", "required"} | ({"type"} if branch.get("type") in ("object", "null") else set())
    return {key: value for key, value in branch.items() if key not in told}
