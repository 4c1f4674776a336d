"""Compares the properties of two objects, each in the directions in which it can be sent.

A read-only property is never part of a request, and a write-only one never part of what comes back. There it counts as
absent, its `required` included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api_upgrades.compare.difference import Difference
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.mentions import ONE_WAY_FLAGS
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.schema_view import schema_at
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, HIDING_FLAG, Direction

if TYPE_CHECKING:  # properties have schemas, which have properties
    from api_upgrades.compare.schemas import SchemaComparison

Directions = frozenset[Direction]


@dataclass(frozen=True)
class PropertyComparison:
    """Compares the properties of normal forms. `schemas` compares the schema of each."""

    schemas: SchemaComparison

    def compare(self, was: JsonObject, now: JsonObject, old_target: Target, target: Target) -> Iterator[Difference]:
        """Compare the properties that two objects declare or require."""
        renames = self.schemas.renames
        before, after = _declared(was), _declared(now)
        was_needed, is_needed = _required(was), _required(now)
        common = (name for name in before if name in after and (name in was_needed) == (name in is_needed))
        same = {
            name
            for name in common
            if json_equal(before[name], after[name])
            and not renames.concerns(before[name], old_target.property(name), target.property(name))
        }
        newer = {name: renames.to_newer(old_target.property(name)) for name in before if name not in same}
        # If one property takes over the name of another, the name belongs to the renamed one; the other is removed.
        renamed_last = sorted(newer.items(), key=lambda one: one[1] != target.property(one[0]))
        older = {place.name: name for name, place in renamed_last if place.holder == target and place.steps}
        for name, form in after.items():
            old_name = older.get(name)
            if name in same:
                continue
            if old_name is None:
                yield from self._compare_moved_or_added(form, was, target.property(name), target, name in is_needed)
            else:
                was_required, is_required = old_name in was_needed, name in is_needed
                places = old_target.property(old_name), target.property(name)
                yield from self._compare_property(before[old_name], form, was_required, is_required, *places)
        for name, place in newer.items():
            old_place = old_target.property(name)
            if place.holder == target and (place.name not in after or older.get(place.name) != name):
                yield from self._compare_removed(before[name], old_place, place)
            elif place.holder != target and schema_at(self.schemas.new, place) is MISSING:
                # It moved to another object, and was removed there.
                yield from self._compare_removed(before[name], old_place, target.property(name))
        yield from self._compare_undeclared(was, now, old_target, target)

    def _compare_property(
        self, old: JsonObject, new: JsonObject, was_required: bool, is_required: bool, old_place: Target, place: Target
    ) -> Iterator[Difference]:
        """Compare a property that both objects have."""
        was_in, is_in = _directions(old), _directions(new)
        differences = list(self.schemas.compare_forms(old, new, old_place, place))
        became_list = any(one.rule == "property-became-list" and one.target == place for one in differences)
        if old_place.name != place.name and not became_list:
            found = Difference("property-renamed", place, old_place, "name", old_place.name, place.name)
            yield found.only_in(was_in & is_in)
        must_be_sent = frozenset(one for one in is_in if is_required and not (was_required and one in was_in))
        if must_be_sent or (is_required and not was_required):
            yield Difference(_REQUIRED, place, old_place, "required", False, True).only_in(must_be_sent)
        elif was_required and not is_required:
            yield Difference(_OPTIONAL, place, old_place, "required", True, False).only_in(was_in & is_in)
        for one in differences:
            is_flag = one.target == place and one.facet in ONE_WAY_FLAGS
            yield one if is_flag else one.only_in(was_in & is_in)

    def _compare_moved_or_added(
        self, form: JsonObject, was: JsonObject, place: Target, holder: Target, is_required: bool
    ) -> Iterator[Difference]:
        """Compare a property that the object didn't have before with where it was, or with what could be there."""
        renames = self.schemas.renames
        origin = renames.to_older(place)
        if origin.holder != renames.to_older(holder) and origin != place:
            moved = schema_at(self.schemas.old, origin)
            if moved is not MISSING:
                yield Difference("property-moved", place, origin, "name", str(origin), str(place))
                yield from self.schemas.compare_forms(self.schemas.old_forms.of(moved), form, origin, place)
                return
        rule: RuleId = "required-property-added" if is_required else "property-added"
        stored = schema_at(self.schemas.new, place)
        found = Difference(rule, place, place, "existence", None, form if stored is MISSING else stored)
        yield found.only_in(_directions(form))
        if isinstance(was.get("additionalProperties"), dict):  # so far a value of the map
            for one in self.schemas.compare_forms(was["additionalProperties"], form, place, place):
                yield one.only_in(_directions(form))

    def _compare_removed(self, form: JsonObject, old_place: Target, place: Target) -> Iterator[Difference]:
        stored = schema_at(self.schemas.old, old_place)
        found = Difference(
            "property-removed", place, old_place, "existence", form if stored is MISSING else stored, None
        )
        yield found.only_in(_directions(form))

    def _compare_undeclared(
        self, was: JsonObject, now: JsonObject, old_target: Target, target: Target
    ) -> Iterator[Difference]:
        """Compare required properties that neither object declares, for example because a reference does."""
        needed, after = _required(was), _required(now)
        if needed == after and not self.schemas.renames.concerns(None, old_target, target):
            return
        before = {self.schemas.renames.to_newer(old_target.property(name)).name: name for name in needed}
        declared = {*_declared(was), *_declared(now)}
        for name in sorted(before.keys() ^ after):
            if name not in declared and before.get(name) not in declared:
                place, old_place = target.property(name), old_target.property(before.get(name, name))
                rule: RuleId = _REQUIRED if name in after else _OPTIONAL
                yield Difference(rule, place, old_place, "required", name in before, name in after)


_REQUIRED: RuleId = "became-required"
_OPTIONAL: RuleId = "became-optional"


def _declared(form: JsonObject) -> JsonObject:
    found: Json = form.get("properties", {})
    return found if isinstance(found, dict) else {}


def _required(form: JsonObject) -> frozenset[str]:
    return frozenset(form.get("required", ()))


def _directions(form: JsonObject) -> Directions:
    """The directions in which a property can be sent."""
    return frozenset(direction for direction in DIRECTIONS if HIDING_FLAG[direction] not in form)
