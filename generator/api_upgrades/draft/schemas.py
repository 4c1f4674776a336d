"""Drafts the effects inside a schema: on its properties, values, enums and wording, going back from the newer contract.

Effects name places by targets, so the draft looks only into places that a target can reach, and never through a
`$ref`: a schema that is referred to is a part of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from api_upgrades.compare.schemas import SchemaComparison
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, format_pointer, json_equal
from api_upgrades.draft.list_items import ListEdit, find_list_edit
from api_upgrades.draft.partial_draft import PartialDraft, cost, find_json_differences, size
from api_upgrades.draft.schema_shapes import (
    COMPOSITION_KEYWORDS,
    KEPT_KEYWORDS,
    find_partial_type,
    inline_references,
    is_list,
    is_other_type,
    own_values,
    should_not_copy,
)
from api_upgrades.effects import KINDS
from api_upgrades.effects.value import KIND_OF_KEYWORD
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.part import schema_part
from api_upgrades.openapi.properties import Branch, branches, properties, required_names
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

WORDING_KEYWORDS = ("title", "summary", "description")

SHAPE_KEYWORDS = frozenset({"type", "$ref", "anyOf", "oneOf", "allOf", "items", "enum", "const"})
"""Keywords that say what a value is. If other kinds can't revert a difference in them, `change_type` does."""

NO_CONSTRAINT_KEYWORDS = {*KIND_OF_KEYWORD, *SHAPE_KEYWORDS, *WORDING_KEYWORDS}
"""Keywords that no constraint kind edits, because other kinds do or because the draft looks inside them."""

SMALL_SCHEMA_SIZE = 6
"""A schema with at most this many leaves may become one `change_type`, even if not all of it differs."""


SMALL_PATCH_SIZE = 3
"""Up to how many leaves inside variants are changed by one effect, which can then be the same at many places."""


@dataclass(frozen=True)
class SchemaDraft:
    """Drafts the effects inside schemas. `goal` is the older contract under the newer names."""

    undone: PartialDraft
    goal: Contract
    names: RenameMap
    _read: dict[str, tuple[Contract, dict[Target, Json]]] = field(default_factory=dict, compare=False, repr=False)
    """What was read of the goal, and of the contract as it is now. Most places are read several times."""

    def draft(self, target: Target) -> None:
        """Revert all differences in the schema at a target that a specific kind expresses."""
        try:
            goal, now = self._read_goal(target), self._read_now(target)
        except ContractMismatch:
            return
        if not isinstance(goal, dict) or not isinstance(now, dict) or json_equal(goal, now):
            return
        if target.steps or not target.section:  # else the words are those of the parameter or the body
            self._revert_wording(target, goal, now)
            self._revert_deprecation(target, goal)
        if is_list(now) and not is_list(goal) and self._revert_list(target, goal):
            self.draft(target)
            return
        self._revert_constraints(target, KEPT_KEYWORDS)
        if json_equal(schemas.value_schema(goal).get("type"), schemas.value_schema(now).get("type")):
            self._revert_nullability(target)
            now = self._read_now(target)
        if self._revert_extraction(target, goal, now):
            now = self._read_now(target)
        if self._revert_inlining(target, goal, now):
            return
        self._revert_variants(target)
        if is_other_type(goal, self._read_now(target)):
            self._revert_type(target)
        if json_equal(goal, self._read_now(target)):
            return
        self._revert_mapped_values(target)
        self._revert_constraints(target, None)
        self._revert_enum_values(target)
        self._revert_children(target)
        self._revert_nullability(target)
        self._revert_example(target)
        if any(
            not left.pointer or left.pointer[0] in SHAPE_KEYWORDS
            for left in find_json_differences(self._read_now(target), goal)
        ):
            self._revert_type(target)

    def _read_goal(self, target: Target) -> Json:
        return self._read_at("goal", self.goal, target)

    def _read_now(self, target: Target, contract: Contract | None = None) -> Json:
        if contract is not None:
            return schema_spot(contract, target).read(contract)
        return self._read_at("now", self.undone.contract, target)

    def _read_at(self, name: str, contract: Contract, target: Target) -> Json:
        of, known = self._read.get(name, (None, {}))
        if of is not contract:
            known = {}
            self._read[name] = contract, known
        if target not in known:
            known[target] = schema_spot(contract, target).read(contract)
        return known[target]

    def _revert_wording(self, target: Target, goal: JsonObject, now: JsonObject) -> None:
        was = {key: goal.get(key) for key in WORDING_KEYWORDS if goal.get(key) != now.get(key)}
        if was:
            self.undone.revert_at("wording", target, was=was)

    def _revert_deprecation(self, target: Target, goal: JsonObject) -> None:
        now = self._read_now(target)
        if now.get("deprecated") is True and "deprecated" not in goal and "x-replaced-by" not in goal:
            self.undone.revert_at("deprecate", target, replaced_by=now.get("x-replaced-by", MISSING))

    def _revert_list(self, target: Target, goal: JsonObject) -> bool:
        """Revert a property that became a list of its older values, under the same name."""

        def fits(older: Contract) -> bool:
            return 2 * cost(self._read_now(target, older), goal) <= size(goal)

        if not target.steps or not target.steps[-1].startswith("."):
            return False
        return self.undone.revert_at("one_to_list", target.holder, fits, old=target.name, new=target.name)

    def _revert_extraction(self, target: Target, goal: JsonObject, now: JsonObject) -> bool:
        """Revert a schema that moved out of this place, which now refers to it, even if it also changed slightly."""
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
        if not has.keys() & COMPOSITION_KEYWORDS or was.keys() & COMPOSITION_KEYWORDS:
            return False

        def fits(older: Contract) -> bool:
            return 2 * cost(inline_references(self._read_now(target, older), goal, older), goal) <= size(goal)

        return self.undone.revert_at("extract_schema", target, fits)

    def _revert_inlining(self, target: Target, goal: JsonObject, now: JsonObject) -> bool:
        """Revert a schema that moved into this place, which used to refer to it, even if it also changed slightly."""
        name = schemas.ref(goal)
        held = None if name is None else self.goal.parts.get(schema_part(name))
        if held is None or "$ref" in schemas.value_schema(now):
            return False
        if 2 * cost(schemas.value_schema(now), held) > size(held):
            return False
        left = cost(now, goal)
        return self.undone.revert_at(
            "inline_schema", target, lambda older: cost(self._read_now(target, older), goal) < left, was=name
        )

    def _revert_variants(self, target: Target) -> None:
        """Revert variants, or branches of an `allOf`, that were added or removed beside others, or changed slightly."""
        goal, now = self._read_goal(target), self._read_now(target)
        if schemas.value_schema(goal) is not goal and schemas.value_schema(now) is not now:
            return  # the only variant beside null is a type
        for keyword in schemas.COMBINATIONS:
            for changes_items in (False, True):
                was, has = goal.get(keyword), self._read_now(target).get(keyword)
                if isinstance(was, list) and isinstance(has, list) and not json_equal(meaning(was), meaning(has)):
                    edit = find_list_edit(has, was, keyword, changes_items=changes_items)
                    if edit is not None and _is_fine_edit(edit, keyword, was, changes_items):
                        self.undone.revert_at("change_items", target, pointer=f"/{keyword}", **edit.fields())

    def _revert_type(self, target: Target) -> bool:
        """Revert the whole schema as one `change_type`, unless that would copy much more than differs."""
        goal, now = self._read_goal(target), self._read_now(target)
        if json_equal(meaning(goal), meaning(now)):
            return False  # such as the order of an enum
        left = cost(now, goal)
        was: JsonObject = {
            key: value
            for key, value in goal.items()
            if key not in KEPT_KEYWORDS or not json_equal(value, now.get(key, MISSING))
        }
        partial = find_partial_type(was, now)
        was = was if partial is None else partial
        if (partial is not None and partial.keys().isdisjoint(SHAPE_KEYWORDS)) or size(was) > max(
            SMALL_SCHEMA_SIZE, left + 2
        ):
            return False

        # The branches of an `allOf` can be divided differently without a difference to a client.
        is_composed = any("allOf" in branch.schema for one in (goal, now) for branch in branches(one))

        def fits(older: Contract) -> bool:
            costs_less = cost(self._read_now(target, older), goal) < left
            return costs_less and (not is_composed or self._is_found(target, older))

        return self.undone.revert_at("change_type", target, fits, was=was, partial=MISSING if partial is None else True)

    def _is_found(self, target: Target, older: Contract) -> bool:
        """Whether the comparison finds a difference between a schema and the older one."""
        comparison = SchemaComparison(older, self.undone.contract, NO_RENAMES)
        return any(comparison.compare(self._read_now(target, older), self._read_now(target), target, target))

    def _revert_constraints(self, target: Target, only: frozenset[str] | None) -> None:
        goal, now = self._read_goal(target), self._read_now(target)
        for keyword in dict.fromkeys((*goal, *schemas.value_schema(goal), *now, *schemas.value_schema(now))):
            if keyword not in NO_CONSTRAINT_KEYWORDS and (only is None or keyword in only):
                self._revert_constraint(target, keyword)

    def _revert_constraint(self, target: Target, keyword: str) -> None:
        goal, now = self._read_goal(target), self._read_now(target)
        was, has = schemas.get(goal, keyword, MISSING), schemas.get(now, keyword, MISSING)
        if json_equal(was, has) or should_not_copy(keyword, was, has):
            return
        if keyword not in schemas.PROPERTY_KEYWORDS and "$ref" in schemas.value_schema(now):
            return  # the constraint kinds would write behind the reference

        def fits(older: Contract) -> bool:
            return json_equal(schemas.get(self._read_now(target, older), keyword, MISSING), was)

        kind = "remove" if has is MISSING else "add" if was is MISSING else "change"
        example = MISSING if keyword in schemas.PROPERTY_KEYWORDS else self._older_example(goal, now)
        self.undone.revert_at(f"{kind}_constraint", target, fits, keyword=keyword, was=was, example=example)

    def _older_example(self, goal: JsonObject, now: JsonObject) -> Json:
        """The older example, if it differs and an effect that carries it would restore it; else MISSING."""
        was, has = schemas.example(goal), schemas.example(now)
        if was is MISSING or json_equal(was, has):
            return MISSING
        written = schema_edit.with_example(now, was, self.undone.contract.dialect)
        return was if cost(written, goal) < cost(now, goal) else MISSING

    def _revert_example(self, target: Target) -> None:
        was = self._older_example(self._read_goal(target), self._read_now(target))
        if was is not MISSING:
            self.undone.revert_at("change_example", target, was=was)

    def _revert_mapped_values(self, target: Target) -> None:
        """Revert renames of enum values, as the rename map gives them, after reverting all added values."""
        older = [value for value in own_values(self._read_goal(target)) if isinstance(value, str)]
        was = self.names.to_older(target.enclosing_list)
        newer = {value: self.names.to_newer(was.child(f"={value}")).steps[-1][1:] for value in older}
        if all(old == new for old, new in newer.items()):
            return
        by_text = {schemas.as_text(value): value for value in own_values(self._read_now(target))}
        values = {old: by_text[new] for old, new in newer.items() if new in by_text}
        for value in by_text.values():
            if value is not None and value not in values.values():
                self._revert_enum_value("add_enum_value", target, value)
        was_example = schemas.example(self._read_goal(target))

        def fits(older: Contract) -> bool:
            return json_equal(schemas.example(self._read_now(target, older)), was_example)

        if not self.undone.revert_at("map_enum_values", target, fits, values=values):
            example = self._older_example(self._read_goal(target), self._read_now(target))
            self.undone.revert_at("map_enum_values", target, values=values, example=example)

    def _revert_enum_values(self, target: Target) -> None:
        """Revert removed and then added enum values. The older ones come first, so that the enum is never empty."""
        goal, now = self._read_goal(target), self._read_now(target)
        if schemas.enum_pointer(goal) is None or schemas.enum_pointer(now) is None:
            return
        older, newer = own_values(goal), own_values(now)
        before: Json = MISSING
        for value in reversed(older):
            if value not in newer and not self._revert_enum_value("remove_enum_value", target, value, before):
                continue
            before = value
        for value in reversed(newer):
            if value not in older:
                self._revert_enum_value("add_enum_value", target, value)

    def _revert_enum_value(self, kind: str, target: Target, value: Json, before: Json = MISSING) -> bool:
        goal, now = self._read_goal(target), self._read_now(target)
        shown = schemas.example(now if kind == "add_enum_value" else goal)
        is_shown = value in shown if isinstance(shown, list) else json_equal(value, shown)
        example = self._older_example(goal, now) if is_shown else MISSING
        return self.undone.revert_at(kind, target, value=value, before=before, example=example)

    def _revert_nullability(self, target: Target) -> None:
        goal, now = self._read_goal(target), self._read_now(target)
        was, has = schemas.is_nullable(goal), schemas.is_nullable(now)
        if was == has:
            return
        left = cost(now, goal)
        is_shown = schemas.example(now if has else goal) is None
        self.undone.revert_at(
            "make_nullable" if has else "make_not_nullable",
            target,
            lambda older: cost(self._read_now(target, older), goal) < left,
            example=self._older_example(goal, now) if is_shown else MISSING,
        )

    def _revert_children(self, target: Target) -> None:
        self._revert_reshaped_properties(target)
        goal, now = self._read_goal(target), self._read_now(target)
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
            self._restore_removed_properties(target, branch, set(newer))
        was, has = schemas.value_schema(goal), schemas.value_schema(now)
        for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(was.get(keyword), dict) and isinstance(has.get(keyword), dict):
                self.draft(target.child(step))

    def _revert_reshaped_properties(self, target: Target) -> None:
        """Revert the effects that explain removed properties together with added ones, if their kinds recognize any."""
        goal = self._read_goal(target)
        older, newer = properties(goal), properties(self._read_now(target))
        if older.keys() <= newer.keys() or newer.keys() <= older.keys():
            return

        def fits(contract: Contract) -> bool:
            return cost(self._read_now(target, contract), goal) < cost(self._read_now(target), goal)

        for kind in KINDS.values():
            for effect in kind.candidates(target, older, newer):
                self.undone.revert(effect, fits)

    def _restore_removed_properties(self, target: Target, branch: Branch, present: set[str]) -> None:
        """Put back the removed properties of one branch of an object, from the last to the first."""
        before: Json = MISSING
        for name, was in reversed(branch.schema.get("properties", {}).items()):
            if name not in present:
                required = name in required_names(branch.schema) or MISSING
                place = target.property(name)
                where = (MISSING, format_pointer(branch.pointer))  # the branch is given only if necessary
                if not any(self._put_back(place, was, required, before, one) for one in where):
                    continue
            before = name

    def _put_back(self, target: Target, was: Json, required: Json, before: Json, branch: Json) -> bool:
        def fits(older: Contract) -> bool:
            return schema_spot(older, target) == schema_spot(self.goal, target)

        fields = {"was": was, "required": required, "before": before, "branch": branch}
        return self.undone.revert_at("remove_property", target, fits, **fields)


def _is_fine_edit(edit: ListEdit, keyword: str, was: list[Json], changes_items: bool) -> bool:
    """Whether an edit of variants says what happened better than other kinds could."""
    if keyword == "allOf":  # what is inside its branches are properties, which have kinds of their own
        return not changes_items and all(isinstance(one, dict) and "$ref" in one for one in edit.was.values())
    copied = sum(map(size, edit.was.values()))
    return copied <= SMALL_PATCH_SIZE if changes_items else copied < size(was)
