"""Drafts renames and moves, as given by a rename map, instead of removals and additions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from api_upgrades.core.json import Json, value_at
from api_upgrades.draft.partial_draft import DRAFT_ERRORS, PartialDraft, build_effect, cost, size
from api_upgrades.draft.schema_shapes import KEPT_KEYWORDS, is_list
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot, section_spot
from api_upgrades.openapi.properties import required_names
from api_upgrades.openapi.property_edit import find_property
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target


class Rename(NamedTuple):
    """A renamed place by its older and its newer name. What encloses it has its newer names in both."""

    old: Target
    new: Target

    @property
    def depth(self) -> int:
        return bool(self.new.section) + len(self.new.steps)

    def effect(self) -> Effect | None:
        """The effect that renames the place; None if no kind does."""
        old, new = self
        kind = _kind_of_place(new)
        if kind == "property":
            return build_effect("rename_property", target=str(new.holder), old=old.name, new=new.name)
        if kind == "response":
            return build_effect("change_status", target=str(new.holder), old=old.name, new=new.name)
        if kind == "parameter":
            return build_effect("rename_parameter", target=str(new), old=old.name)
        if kind == "operation" and old.part and new.part:
            method = old.part.method if old.part.method != new.part.method else MISSING
            path = old.part.path if old.part.path != new.part.path else MISSING
            return build_effect("move_operation", target=str(new), was_method=method, was_path=path)
        return build_effect(f"rename_{kind}", old=old.name, new=new.name)


class RenameDraft:
    """The renames between two contracts. They are reverted last, so all other effects use the newer names."""

    def __init__(self, old: Contract, partial: PartialDraft, rename_map: RenameMap) -> None:
        self._old = old
        self._undone = partial
        self._names = rename_map
        self._effects: list[Effect] = []

    def align(self) -> Contract:
        """The older contract under the newer names, without removed places whose names something else took.

        A property that moved to another object can't be named alike in both contracts, so its move is reverted at once.
        """
        waiting: list[Rename] = []
        for old, new in reversed(list(self._renamed_places())):
            if not new.section and not new.steps:
                waiting.append(Rename(old, new))
            elif self._names.to_newer(old.holder) == new.holder:
                waiting.append(Rename(new.sibling(old.name), new))
            elif new.steps:
                self._revert_move(old, new)
        waiting = [rename for rename in waiting if rename.old != rename.new]
        waiting.sort(key=lambda rename: rename.depth)
        goal = self._old
        while waiting:
            taken = {rename.old for rename in waiting}
            ready = next((rename for rename in waiting if rename.new not in taken), None)
            if ready is None:  # names were swapped in a cycle, which single renames cannot express
                waiting.pop()
                continue
            waiting.remove(ready)
            goal = self._align(goal, ready)
        return goal

    def revert(self) -> None:
        """Revert the renames, the innermost first."""
        for effect in reversed(self._effects):
            self._undone.revert(effect)

    def _renamed_places(self) -> Iterator[tuple[Target, Target]]:
        """The older and newer names of all renamed places that exist in both contracts."""
        seen: set[Target] = set()
        for index, move in enumerate(self._names.moves):
            new = RenameMap(self._names.moves[index + 1 :]).to_newer(move.new)
            old = self._names.to_older(new)
            kind = _kind_of_place(new)
            if kind and kind == _kind_of_place(old) and self._names.to_newer(old) == new and new not in seen:
                seen.add(new)
                if _exists(self._old, old) and _exists(self._undone.contract, new):
                    yield old, new

    def _revert_move(self, old: Target, new: Target) -> None:
        was_in = self._names.to_newer(old.holder)
        _, whole, found = find_property(self._old, old)
        holder = value_at(whole, found.branch)
        after = list(holder["properties"])
        after = after[after.index(old.name) + 1 :]
        siblings = (self._names.to_newer(old.holder.property(name)) for name in after)
        now = self._undone.contract
        before = next((one.name for one in siblings if one.holder == was_in and _exists(now, one)), MISSING)
        self._undone.revert_at(
            "move_property",
            new,
            was_in=str(was_in),
            old=old.name if old.name != new.name else MISSING,
            required=old.name in required_names(holder) or MISSING,
            before=before,
        )

    def _align(self, goal: Contract, rename: Rename) -> Contract:
        """The older contract with one more newer name; unchanged if no effect can revert it."""
        effect, reverse = rename.effect(), Rename(rename.new, rename.old).effect()
        addition = build_effect(f"add_{_kind_of_place(rename.new)}", target=str(rename.new))
        if effect is None or reverse is None or addition is None:
            return goal
        try:  # reverting an addition removes what has the newer name already
            cleared = addition.revert(goal) if _exists(goal, rename.new) else goal
            was = schema_spot(goal, rename.old).read(goal) if rename.new.steps else None
            aligned = reverse.revert(cleared)
        except DRAFT_ERRORS:
            return goal
        effect_and_contract = self._align_list(aligned, rename, was)
        if effect_and_contract is not None:
            effect, aligned = effect_and_contract
        self._effects.append(effect)
        return aligned

    def _align_list(self, aligned: Contract, rename: Rename, was: Json) -> tuple[Effect, Contract] | None:
        """The effect for a value that became a list, and the older contract with that list; None if it did not."""
        contract = self._undone.contract
        now = schema_spot(contract, rename.new).read(contract) if rename.new.steps else None
        if not isinstance(now, dict) or not isinstance(was, dict) or not is_list(now) or is_list(was):
            return None
        effect = build_effect("one_to_list", target=str(rename.new.holder), old=rename.old.name, new=rename.new.name)
        kept = {key: value for key, value in now.items() if key not in KEPT_KEYWORDS}
        listed = kept | {key: value for key, value in was.items() if key in KEPT_KEYWORDS}
        older = schema_spot(aligned, rename.new).write(aligned, listed)
        try:
            back = effect.revert(older) if effect else older
            one = schema_spot(back, rename.old).read(back)
        except DRAFT_ERRORS:
            return None
        return (effect, older) if effect and 2 * cost(one, was) <= size(was) else None


def _kind_of_place(target: Target) -> str:
    """What a place is, by the word that the kinds of effects use for it; empty if the place has no name of its own."""
    location = target.section.partition(" ")[0]
    if target.steps:
        return "property" if target.steps[-1].startswith(".") else ""
    if location in PARAMETER_LOCATIONS:
        return "parameter"
    if location:
        return "response" if target.section.startswith("response ") else ""
    return target.part.kind if target.part else ""


def _exists(contract: Contract, target: Target) -> bool:
    if target.part is not None and target.part not in contract.parts:
        return False
    try:
        if target.steps:
            schema_spot(contract, target)
        elif target.section:
            section_spot(contract, target)
    except DRAFT_ERRORS:
        return False
    return True
