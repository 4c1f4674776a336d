"""What happened inside a schema: its properties, values, enums and words, from the newer contract to the older.

Everything is named by its target, so only places that a target reaches are looked into, and never through a `$ref`:
a schema that is referred to is a part of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, format_pointer, json_equal
from api_upgrades.draft.undo import PartialDraft, cost, find_json_differences, size
from api_upgrades.effects import KINDS
from api_upgrades.effects.schema import merge_references
from api_upgrades.effects.value import KIND_OF_KEYWORD
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract, schema_part
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.properties import Branch, branches, properties, required_names
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target

WORDS = ("title", "summary", "description")

KEPT = schemas.OUTSIDE - {"example", "examples", "default"}
"""What `change_type` and `one_to_list` take over from today."""

SHAPE = frozenset({"type", "$ref", "anyOf", "oneOf", "allOf", "items", "enum", "const"})
"""Keywords that say what a value is; where no finer kind has put them right, it is another type."""

WALKED = {*KIND_OF_KEYWORD, *SHAPE, *WORDS}
"""Keywords that no constraint kind is for, or that are looked into."""

_COMPOSED = {"$ref", "allOf"}

SMALL = 6
"""A schema of so few leaves is told whole, as another type, even if not all of it differs."""


@dataclass(frozen=True)
class SchemaDraft:
    """What drafts the effects inside of schemas. `goal` is the older contract, under the names of the newer."""

    undone: PartialDraft
    goal: Contract
    names: RenameMap

    def draft(self, target: Target) -> None:
        """Undo, on the schema at a target, whatever a kind expresses."""
        try:
            goal, now = self._goal(target), self._now(target)
        except ContractMismatch:
            return
        if not isinstance(goal, dict) or not isinstance(now, dict) or json_equal(goal, now):
            return
        if target.steps or not target.section:  # else the words are those of the parameter or the body
            self._words(target, goal, now)
            self._deprecation(target, goal)
        if is_list(now) and not is_list(goal) and self._became_list(target, goal):
            self.draft(target)
            return
        self._constraints(target, KEPT)
        if json_equal(schemas.value_schema(goal).get("type"), schemas.value_schema(now).get("type")):
            self._nullability(target)
            now = self._now(target)
        if self._extracted(target, goal, now):
            now = self._now(target)
        if self._inlined(target, goal, now):
            return
        if _is_other_type(goal, now) and self._another_type(target):
            return
        self._mapped_values(target)
        self._constraints(target, None)
        self._values(target)
        self._children(target)
        self._nullability(target)
        self._example(target)
        if any(not left.pointer or left.pointer[0] in SHAPE for left in find_json_differences(self._now(target), goal)):
            self._another_type(target)

    def _goal(self, target: Target) -> Json:
        return schema_spot(self.goal, target).read(self.goal)

    def _now(self, target: Target, contract: Contract | None = None) -> Json:
        contract = contract or self.undone.contract
        return schema_spot(contract, target).read(contract)

    def _words(self, target: Target, goal: JsonObject, now: JsonObject) -> None:
        was = {key: goal.get(key) for key in WORDS if goal.get(key) != now.get(key)}
        if was:
            self.undone.revert_at("wording", target, was=was)

    def _deprecation(self, target: Target, goal: JsonObject) -> None:
        now = self._now(target)
        if now.get("deprecated") is True and "deprecated" not in goal and "x-replaced-by" not in goal:
            self.undone.revert_at("deprecate", target, replaced_by=now.get("x-replaced-by", MISSING))

    def _became_list(self, target: Target, goal: JsonObject) -> bool:
        """A list of what was one of them before, under the same name."""

        def fits(older: Contract) -> bool:
            return 2 * cost(self._now(target, older), goal) <= size(goal)

        if not target.steps or not target.steps[-1].startswith("."):
            return False
        return self.undone.revert_at("one_to_list", target.holder, fits, old=target.name, new=target.name)

    def _extracted(self, target: Target, goal: JsonObject, now: JsonObject) -> bool:
        """What refers to a schema now and held it itself before, or nearly so."""
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
        if not has.keys() & _COMPOSED or was.keys() & _COMPOSED:
            return False

        def fits(older: Contract) -> bool:
            return 2 * cost(_inlined(self._now(target, older), goal, older), goal) <= size(goal)

        return self.undone.revert_at("extract_schema", target, fits)

    def _inlined(self, target: Target, goal: JsonObject, now: JsonObject) -> bool:
        """What holds now what it referred to before, or nearly so."""
        name = schemas.ref(goal)
        held = None if name is None else self.goal.parts.get(schema_part(name))
        if held is None or "$ref" in schemas.value_schema(now):
            return False
        if 2 * cost(schemas.value_schema(now), held) > size(held):
            return False
        left = cost(now, goal)
        return self.undone.revert_at(
            "inline_schema", target, lambda older: cost(self._now(target, older), goal) < left, was=name
        )

    def _another_type(self, target: Target) -> bool:
        """The whole schema at once, unless that would copy much more than differs."""
        goal, now = self._goal(target), self._now(target)
        left = cost(now, goal)
        was = {
            key: value for key, value in goal.items() if key not in KEPT or not json_equal(value, now.get(key, MISSING))
        }
        if size(was) > max(SMALL, left + 2):
            return False

        def fits(older: Contract) -> bool:
            return cost(self._now(target, older), goal) < left and self._shows(target, older)

        return self.undone.revert_at("change_type", target, fits, was=was)

    def _shows(self, target: Target, older: Contract) -> bool:
        """Whether a schema differs to a caller from what it was. Branches of an `allOf` may be cut in another way."""
        comparison = SchemaComparison(older, self.undone.contract, NO_RENAMES)
        return any(comparison.compare(self._now(target, older), self._now(target), target, target))

    def _constraints(self, target: Target, only: frozenset[str] | None) -> None:
        goal, now = self._goal(target), self._now(target)
        for keyword in dict.fromkeys((*goal, *schemas.value_schema(goal), *now, *schemas.value_schema(now))):
            if keyword not in WALKED and (only is None or keyword in only):
                self._constraint(target, keyword)

    def _constraint(self, target: Target, keyword: str) -> None:
        goal, now = self._goal(target), self._now(target)
        was, has = schemas.get(goal, keyword, MISSING), schemas.get(now, keyword, MISSING)
        if json_equal(was, has) or _is_shared(keyword, was, has):
            return
        if keyword not in schemas.OUTSIDE and "$ref" in schemas.value_schema(now):
            return  # the constraint kinds would write behind the reference

        def fits(older: Contract) -> bool:
            return json_equal(schemas.get(self._now(target, older), keyword, MISSING), was)

        kind = "remove" if has is MISSING else "add" if was is MISSING else "change"
        example = MISSING if keyword in schemas.OUTSIDE else self._older_example(goal, now)
        self.undone.revert_at(f"{kind}_constraint", target, fits, keyword=keyword, was=was, example=example)

    def _older_example(self, goal: JsonObject, now: JsonObject) -> Json:
        """The older example, where it is another and a kind that takes one can write it; else MISSING."""
        was, has = schemas.example(goal), schemas.example(now)
        if was is MISSING or json_equal(was, has):
            return MISSING
        written = schema_edit.with_example(now, was, self.undone.contract.dialect)
        return was if cost(written, goal) < cost(now, goal) else MISSING

    def _example(self, target: Target) -> None:
        was = self._older_example(self._goal(target), self._now(target))
        if was is not MISSING:
            self.undone.revert_at("change_example", target, was=was)

    def _mapped_values(self, target: Target) -> None:
        """Values that went by other names, as the names say; what is new beside them is undone first."""
        older = [value for value in _values(self._goal(target)) if isinstance(value, str)]
        was = self.names.older(target.of_list)
        newer = {value: self.names.newer(was.child(f"={value}")).steps[-1][1:] for value in older}
        if all(old == new for old, new in newer.items()):
            return
        by_text = {schemas.as_text(value): value for value in _values(self._now(target))}
        values = {old: by_text[new] for old, new in newer.items() if new in by_text}
        for value in by_text.values():
            if value is not None and value not in values.values():
                self._value("add_enum_value", target, value)
        was_example = schemas.example(self._goal(target))

        def fits(older: Contract) -> bool:
            return json_equal(schemas.example(self._now(target, older)), was_example)

        if not self.undone.revert_at("map_enum_values", target, fits, values=values):
            example = self._older_example(self._goal(target), self._now(target))
            self.undone.revert_at("map_enum_values", target, values=values, example=example)

    def _values(self, target: Target) -> None:
        """Values that came and values that went. The older ones are put back first: an enum is never empty."""
        goal, now = self._goal(target), self._now(target)
        if schemas.enum_pointer(goal) is None or schemas.enum_pointer(now) is None:
            return
        older, newer = _values(goal), _values(now)
        before: Json = MISSING
        for value in reversed(older):
            if value not in newer and not self._value("remove_enum_value", target, value, before):
                continue
            before = value
        for value in reversed(newer):
            if value not in older:
                self._value("add_enum_value", target, value)

    def _value(self, kind: str, target: Target, value: Json, before: Json = MISSING) -> bool:
        goal, now = self._goal(target), self._now(target)
        shown = schemas.example(now if kind == "add_enum_value" else goal)
        is_shown = value in shown if isinstance(shown, list) else json_equal(value, shown)
        example = self._older_example(goal, now) if is_shown else MISSING
        return self.undone.revert_at(kind, target, value=value, before=before, example=example)

    def _nullability(self, target: Target) -> None:
        goal, now = self._goal(target), self._now(target)
        was, has = schemas.is_nullable(goal), schemas.is_nullable(now)
        if was == has:
            return
        left = cost(now, goal)
        is_shown = schemas.example(now if has else goal) is None
        self.undone.revert_at(
            "make_nullable" if has else "make_not_nullable",
            target,
            lambda older: cost(self._now(target, older), goal) < left,
            example=self._older_example(goal, now) if is_shown else MISSING,
        )

    def _children(self, target: Target) -> None:
        self._reshaped(target)
        goal, now = self._goal(target), self._now(target)
        older, newer = properties(goal), properties(now)
        for name in reversed(newer):
            if name not in older:
                self.undone.revert_at("add_property", target.property(name))
        for name in reversed(newer):
            if name not in older:
                continue
            if newer[name].is_required and not older[name].is_required:
                self.undone.revert_at("make_required", target.property(name))
            elif older[name].is_required and not newer[name].is_required:
                requiring = [one.pointer for one in branches(goal) if name in required_names(one.schema)]
                branch = MISSING if older[name].branch in requiring else format_pointer(requiring[0])
                self.undone.revert_at("make_optional", target.property(name), branch=branch)
            if not json_equal(older[name].schema, newer[name].schema):
                self.draft(target.property(name))
        for branch in branches(goal):
            self._gone(target, branch, set(newer))
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(was.get(keyword), dict) and isinstance(has.get(keyword), dict):
                self.draft(target.child(step))

    def _reshaped(self, target: Target) -> None:
        """Undo the effects that explain properties removed and added together, as far as their kinds recognize it."""
        goal = self._goal(target)
        older, newer = properties(goal), properties(self._now(target))
        if older.keys() <= newer.keys() or newer.keys() <= older.keys():
            return

        def fits(contract: Contract) -> bool:
            return cost(self._now(target, contract), goal) < cost(self._now(target), goal)

        for kind in KINDS.values():
            for effect in kind.candidates(target, older, newer):
                self.undone.revert(effect, fits)

    def _gone(self, target: Target, branch: Branch, present: set[str]) -> None:
        """The properties of one branch of an object that are no more, put back from the last to the first."""
        before: Json = MISSING
        for name, was in reversed(branch.schema.get("properties", {}).items()):
            if name not in present:
                required = name in required_names(branch.schema) or MISSING
                place = target.property(name)
                where = (MISSING, format_pointer(branch.pointer))  # which is said only where it has to be
                if not any(self._put_back(place, was, required, before, one) for one in where):
                    continue
            before = name

    def _put_back(self, target: Target, was: Json, required: Json, before: Json, branch: Json) -> bool:
        def fits(older: Contract) -> bool:
            return schema_spot(older, target) == schema_spot(self.goal, target)

        fields = {"was": was, "required": required, "before": before, "branch": branch}
        return self.undone.revert_at("remove_property", target, fits, **fields)


def _inlined(now: Json, goal: Json, contract: Contract) -> Json:
    """A newer schema with what it refers to in the place of the references, where the older one has none."""
    if isinstance(now, dict) and isinstance(goal, dict):
        if not goal.keys() & _COMPOSED:
            now = merge_references(contract, now) or now
        return {key: _inlined(value, goal[key], contract) if key in goal else value for key, value in now.items()}
    if isinstance(now, list) and isinstance(goal, list) and len(now) == len(goal):
        return [_inlined(one, other, contract) for one, other in zip(now, goal, strict=True)]
    return now


def _values(schema: JsonObject) -> list[Json]:
    return (schemas.enum_values(schema) or []) if schemas.enum_pointer(schema) is not None else []


def is_list(schema: JsonObject) -> bool:
    return isinstance(schemas.value_schema(schema).get("items"), dict)


def _is_other_type(goal: JsonObject, now: JsonObject) -> bool:
    was, has = goal, now
    if "allOf" not in goal or "allOf" not in now:
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
    if any(not json_equal(was.get(keyword), has.get(keyword)) for keyword in ("$ref", "const")):
        return True
    if any((keyword in was) != (keyword in has) for keyword in ("anyOf", "oneOf", "allOf", "enum")):
        return True
    return _types(goal) != _types(now)


def _types(schema: JsonObject) -> set[str]:
    value = schemas.value_schema(schema)
    is_object = "properties" in value and value.keys().isdisjoint(_COMPOSED)
    return set(schemas.types(schema)) or ({"object"} if is_object else set())


def _is_shared(keyword: str, was: Json, has: Json) -> bool:
    """Whether two values are looked into, or have something in common, which a constraint kind would copy."""
    if keyword == "additionalProperties" and isinstance(was, dict) and isinstance(has, dict):
        return True
    is_plain = isinstance(was, list) and not any(isinstance(item, dict | list) for item in was)
    return not is_plain and cost(has, was) < size(was)
