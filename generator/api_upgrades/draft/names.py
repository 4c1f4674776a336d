"""Places that went by another name, as the names say: undone as renames and moves, not as things gone and come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from api_upgrades.core.json import Json
from api_upgrades.draft.schemas import KEPT, is_list
from api_upgrades.draft.undo import STUMBLES, Undone, cost, made, size
from api_upgrades.effects import Effect
from api_upgrades.effects.property import holder_spot
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot, section_spot
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target


class Rename(NamedTuple):
    """A place of the newer contract, and the name that it had beside it, all that holds both being as it is now."""

    old: Target
    new: Target

    @property
    def depth(self) -> int:
        return bool(self.new.section) + len(self.new.steps)

    def effect(self) -> Effect | None:
        """The effect that gave the place its newer name; None where no kind does that."""
        old, new = self
        kind = _kind_of_place(new)
        if kind == "property":
            return made("rename_property", target=str(new.holder), old=old.name, new=new.name)
        if kind == "response":
            return made("change_status", target=str(new.holder), old=old.name, new=new.name)
        if kind == "parameter":
            return made("rename_parameter", target=str(new), old=old.name)
        if kind == "operation" and old.part and new.part:
            method = old.part.method if old.part.method != new.part.method else MISSING
            path = old.part.path if old.part.path != new.part.path else MISSING
            return made("move_operation", target=str(new), was_method=method, was_path=path)
        return made(f"rename_{kind}", old=old.name, new=new.name)


class Renames:
    """The renames between two contracts. They are undone after all else, so that all else has the newer names."""

    def __init__(self, old: Contract, undone: Undone, names: Names) -> None:
        self._old = old
        self._undone = undone
        self._names = names
        self._effects: list[Effect] = []

    def align(self) -> Contract:
        """The older contract under the newer names. What went away to make room for such a name is left out.

        Moves from one object to another have no name in both, so these are undone here and now.
        """
        waiting: list[Rename] = []
        for old, new in reversed(list(self._places())):
            if not new.section and not new.steps:
                waiting.append(Rename(old, new))
            elif self._names.newer(old.holder) == new.holder:
                waiting.append(Rename(new.sibling(old.name), new))
            elif new.steps:
                self._undo_move(old, new)
        waiting = [rename for rename in waiting if rename.old != rename.new]
        waiting.sort(key=lambda rename: rename.depth)
        goal = self._old
        while waiting:
            taken = {rename.old for rename in waiting}
            ready = next((rename for rename in waiting if rename.new not in taken), None)
            if ready is None:  # names that went round in a circle, which one rename at a time cannot
                waiting.pop()
                continue
            waiting.remove(ready)
            goal = self._aligned(goal, ready)
        return goal

    def undo(self) -> None:
        """Undo the renames, the innermost first."""
        for effect in reversed(self._effects):
            self._undone.undo(effect)

    def _places(self) -> Iterator[tuple[Target, Target]]:
        """The older and the newer name of all that moved and is in both contracts, by however many moves."""
        seen: set[Target] = set()
        for index, move in enumerate(self._names.moves):
            new = Names(self._names.moves[index + 1 :]).newer(move.new)
            old = self._names.older(new)
            kind = _kind_of_place(new)
            if kind and kind == _kind_of_place(old) and self._names.newer(old) == new and new not in seen:
                seen.add(new)
                if _exists(self._old, old) and _exists(self._undone.contract, new):
                    yield old, new

    def _undo_move(self, old: Target, new: Target) -> None:
        was_in = self._names.newer(old.holder)
        holder = holder_spot(self._old, old.holder, old.name).read(self._old)
        after = list(holder["properties"])
        after = after[after.index(old.name) + 1 :]
        siblings = (self._names.newer(old.holder.property(name)) for name in after)
        now = self._undone.contract
        before = next((one.name for one in siblings if one.holder == was_in and _exists(now, one)), MISSING)
        self._undone.undo_at(
            "move_property",
            new,
            was_in=str(was_in),
            old=old.name if old.name != new.name else MISSING,
            required=old.name in holder.get("required", ()) or MISSING,
            before=before,
        )

    def _aligned(self, goal: Contract, rename: Rename) -> Contract:
        """The older contract with one more newer name; unchanged where no effect would lead back."""
        effect, reverse = rename.effect(), Rename(rename.new, rename.old).effect()
        in_the_way = made(f"add_{_kind_of_place(rename.new)}", target=str(rename.new))
        if effect is None or reverse is None or in_the_way is None:
            return goal
        try:
            free = in_the_way.revert(goal) if _exists(goal, rename.new) else goal
            was = schema_spot(goal, rename.old).read(goal) if rename.new.steps else None
            aligned = reverse.revert(free)
        except STUMBLES:
            return goal
        listed = self._listed(aligned, rename, was)
        if listed is not None:
            effect, aligned = listed
        self._effects.append(effect)
        return aligned

    def _listed(self, aligned: Contract, rename: Rename, was: Json) -> tuple[Effect, Contract] | None:
        """Where one value became a list of them: the effect, and the contract with today's list in its place."""
        contract = self._undone.contract
        now = schema_spot(contract, rename.new).read(contract) if rename.new.steps else None
        if not isinstance(now, dict) or not isinstance(was, dict) or not is_list(now) or is_list(was):
            return None
        effect = made("one_to_list", target=str(rename.new.holder), old=rename.old.name, new=rename.new.name)
        kept = {key: value for key, value in now.items() if key not in KEPT}
        listed = kept | {key: value for key, value in was.items() if key in KEPT}
        older = schema_spot(aligned, rename.new).write(aligned, listed)
        try:
            back = effect.revert(older) if effect else older
            one = schema_spot(back, rename.old).read(back)
        except STUMBLES:
            return None
        return (effect, older) if effect and 2 * cost(one, was) <= size(was) else None


def _kind_of_place(target: Target) -> str:
    """What a place is, as the kinds of effects call it; nothing where it has no name of its own."""
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
    except STUMBLES:
        return False
    return True
