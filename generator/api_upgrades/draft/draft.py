"""Effects drafted from two contracts: what happened between them, told by the kinds.

The newer contract is walked back to the older one. Each effect that seems to tell of a difference is reverted there
and then, so that what is drafted is known to revert, and what no kind has put right at the end is a `replace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from api_upgrades.core.json import json_equal
from api_upgrades.draft.names import Renames
from api_upgrades.draft.operations import OperationDraft
from api_upgrades.draft.schemas import SchemaDraft
from api_upgrades.draft.undo import STUMBLES, Undone, made, undo_the_rest
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.renames import NO_NAMES, Names
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import settled
from api_upgrades.openapi.target import Target


def draft(old: Contract, new: Contract, names: Names = NO_NAMES) -> tuple[Effect, ...]:
    """The effects, in the order in which they happened, that turn `new` into `old` when reverted last to first.

    Names are followed, never guessed. Each effect has one target, by the name that it has in `new`; what went away
    and left its name to another thing has the name that it had in `old`.
    """
    undone = _undone(old, new, names)
    undo_the_rest(undone, old)
    return tuple(reversed(undone.effects))


def draft_promises(old: Contract, new: Contract, names: Names = NO_NAMES) -> tuple[Effect, ...]:
    """The same, up to a contract that promises what `old` does in the words, examples and order of `new`."""
    undone = _undone(settled(old, new, names), new, names)
    undo_the_rest(undone, settled(old, undone.contract))
    return tuple(reversed(undone.effects))


def _undone(old: Contract, new: Contract, names: Names) -> Undone:
    """What kinds have words for, undone."""
    undone = Undone(new)
    renames = Renames(old, undone, names)
    _undo_differences(undone, renames.align(), names)
    renames.undo()
    _undo_differences(undone, old, NO_NAMES)
    return undone


def _undo_differences(undone: Undone, goal: Contract, names: Names) -> None:
    """Undo what came, what changed and what went, up to what no kind expresses."""
    schemas = SchemaDraft(undone, goal, names)
    operations = OperationDraft(undone, goal, schemas)
    parts = list(undone.contract.parts)[::-1]
    for part in parts:
        if part not in goal.parts and part.kind != "schema":
            undone.undo_at(f"add_{part.kind}", Target(part))
        elif part in goal.parts and not json_equal(goal.parts[part], undone.contract.parts[part]):
            with suppress(*STUMBLES):
                if part.kind == "schema":
                    schemas.draft(Target(part))
                else:
                    operations.draft(part)
    for part in parts:  # a schema goes last, since what others held themselves before may stand there
        if part not in goal.parts and part.kind == "schema":
            undone.undo_at("add_schema", Target(part))
    _undo_components(undone, goal)
    for part, before in _with_next(goal):
        if part not in undone.contract.parts:
            was = goal.parts[part]
            undone.undo_at(f"remove_{part.kind}", Target(part), was=was, before=before.name if before else MISSING)


def _undo_components(undone: Undone, goal: Contract) -> None:
    """Undo what came to `components` beside schemas, and what went from it."""
    was, now = (contract.document.get("components", {}) for contract in (goal, undone.contract))
    for section in [key for key in dict.fromkeys((*now, *was)) if key != "schemas"]:
        older, newer = (held if isinstance(held, dict) else {} for held in (was.get(section), now.get(section)))
        effects = [
            *(made("add_component", section=section, name=name) for name in newer if name not in older),
            *(
                made("remove_component", section=section, name=name, was=value)
                for name, value in older.items()
                if name not in newer
            ),
        ]
        for effect in filter(None, effects):
            undone.undo(effect)


def _with_next(contract: Contract) -> Iterator[tuple[Part, Part | None]]:
    """The parts from the last to the first, each with the one of its kind that comes after it."""
    after: dict[str, Part] = {}
    for part in reversed(list(contract.parts)):
        yield part, after.get(part.kind)
        after[part.kind] = part
