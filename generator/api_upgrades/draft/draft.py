"""Drafts the effects between two contracts.

The draft goes back from the newer contract to the older one. It reverts each effect as soon as it is found, so every
drafted effect is known to revert. Differences that no other kind expresses become `replace` effects at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from api_upgrades.core.json import json_equal
from api_upgrades.draft.operations import OperationDraft
from api_upgrades.draft.partial_draft import DRAFT_ERRORS, PartialDraft, build_effect, replace_rest
from api_upgrades.draft.renames import RenameDraft
from api_upgrades.draft.schemas import SchemaDraft
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import adopt_wording
from api_upgrades.openapi.spelling import adopt_spelling
from api_upgrades.openapi.target import Target


def draft(old: Contract, new: Contract, rename_map: RenameMap = NO_RENAMES) -> tuple[Effect, ...]:
    """The effects, in the order in which they happened, that turn `new` into `old` when reverted from last to first.

    Renames are taken from `rename_map`, never guessed. Each effect has one target, by its name in `new`. A target that
    was removed has its name in `old` instead, if something else has taken its name in `new`.
    """
    undone = _revert_known_kinds(old, new, rename_map)
    replace_rest(undone, old)
    return tuple(reversed(undone.effects))


def draft_contract_changes(old: Contract, new: Contract, rename_map: RenameMap = NO_RENAMES) -> tuple[Effect, ...]:
    """The effects since a contract that means the same as `old` but has the spelling, wording and order of `new`."""
    spelled = adopt_spelling(old, new)
    undone = _revert_known_kinds(adopt_wording(spelled, new, rename_map), new, rename_map)
    replace_rest(undone, adopt_wording(spelled, undone.contract))
    return tuple(reversed(undone.effects))


def _revert_known_kinds(old: Contract, new: Contract, rename_map: RenameMap) -> PartialDraft:
    """A partial draft with all effects that specific kinds express."""
    undone = PartialDraft(new)
    renames = RenameDraft(old, undone, rename_map)
    _revert_differences(undone, renames.align(), rename_map)
    renames.revert()
    _revert_differences(undone, old, NO_RENAMES)
    return undone


def _revert_differences(partial: PartialDraft, goal: Contract, rename_map: RenameMap) -> None:
    """Revert what was added, changed and removed, except what no specific kind expresses."""
    schemas = SchemaDraft(partial, goal, rename_map)
    operations = OperationDraft(partial, goal, schemas)
    parts = list(partial.contract.parts)[::-1]
    for part in parts:
        if part not in goal.parts and part.kind != "schema":
            partial.revert_at(f"add_{part.kind}", Target(part))
        elif part in goal.parts and not json_equal(goal.parts[part], partial.contract.parts[part]):
            with suppress(*DRAFT_ERRORS):
                if part.kind == "schema":
                    schemas.draft(Target(part))
                else:
                    operations.revert_part(part)
    for part in parts:  # schemas last: an effect on another part may have extracted one
        if part not in goal.parts and part.kind == "schema":
            partial.revert_at("add_schema", Target(part))
    _revert_components(partial, goal)
    for part, before in _parts_with_successor(goal):
        if part not in partial.contract.parts:
            was = goal.parts[part]
            partial.revert_at(f"remove_{part.kind}", Target(part), was=was, before=before.name if before else MISSING)


def _revert_components(partial: PartialDraft, goal: Contract) -> None:
    """Revert the components, other than schemas, that were added or removed."""
    was, now = (contract.document.get("components", {}) for contract in (goal, partial.contract))
    for section in [key for key in dict.fromkeys((*now, *was)) if key != "schemas"]:
        older, newer = (held if isinstance(held, dict) else {} for held in (was.get(section), now.get(section)))
        effects = [
            *(build_effect("add_component", section=section, name=name) for name in newer if name not in older),
            *(
                build_effect("remove_component", section=section, name=name, was=value)
                for name, value in older.items()
                if name not in newer
            ),
        ]
        for effect in filter(None, effects):
            partial.revert(effect)


def _parts_with_successor(contract: Contract) -> Iterator[tuple[Part, Part | None]]:
    """The parts from last to first, each with the next part of its kind."""
    after: dict[str, Part] = {}
    for part in reversed(list(contract.parts)):
        yield part, after.get(part.kind)
        after[part.kind] = part
