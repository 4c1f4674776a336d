"""A draft in progress: effects reverted one by one, and the differences that are left for `replace`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, Pointer, format_pointer, json_equal
from api_upgrades.draft.list_items import SCHEMA_LISTS, ListEdit, find_list_edit, have_same_variants
from api_upgrades.effects import KINDS
from api_upgrades.effects.base import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import Target

DRAFT_ERRORS = (ContractMismatch, ValidationError, KeyError, IndexError, TypeError, AttributeError, ValueError)
"""How drafting fails on JSON that is not valid OpenAPI. Such a place is left to `replace`."""


class PartialDraft:
    """The newer contract with some effects reverted, and these effects, the latest first."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.effects: list[Effect] = []

    def revert(self, effect: Effect, fits: Callable[[Contract], bool] | None = None) -> bool:
        """Revert an effect if possible and if the result `fits`. Returns whether it was reverted."""
        try:
            older = effect.revert(self.contract)
            if fits is not None and not fits(older):
                return False
        except DRAFT_ERRORS:
            return False
        self.contract = older
        self.effects.append(effect)
        return True

    def revert_at(
        self, kind: str, target: Target, fits: Callable[[Contract], bool] | None = None, **fields: Json
    ) -> bool:
        """Build an effect of a kind at one target and revert it, as `revert` does. MISSING fields are omitted."""
        found = build_effect(kind, target=str(target), **fields)
        return found is not None and self.revert(found, fits)


def build_effect(kind: str, **fields: Json) -> Effect | None:
    """An effect of a kind, or None if its fields cannot hold the values. MISSING fields are omitted."""
    try:
        return KINDS[kind].model_validate(
            {"kind": kind} | {key: value for key, value in fields.items() if value is not MISSING}
        )
    except ValidationError:
        return None


class JsonDifference(NamedTuple):
    """One place in some JSON that differs. `was` is MISSING if nothing was there, and if it is a list with an edit."""

    pointer: Pointer
    was: Json
    edit: ListEdit | None = None

    @property
    def copied(self) -> int:
        """The number of older leaves that an effect copies."""
        if self.edit is not None:
            return sum(map(size, self.edit.was.values()))
        return 0 if self.was is MISSING else size(self.was)

    @property
    def cost(self) -> int:
        """The number of leaves to restore, places to delete and items to move."""
        if self.edit is not None:
            return self.copied + len(self.edit.added) + len(self.edit.before)
        return self.copied or 1


def find_json_differences(now: Json, older: Json, keyword: str = "") -> list[JsonDifference]:
    """The smallest places to replace or to edit, in order, so that `now` becomes `older`.

    A list, or an object with other keys, is replaced as a whole if replacing the places inside it would copy as much.
    A list in which more than one item differs, or in which items came and went, is edited at once. `keyword` is the
    key under which the value stands.
    """
    if json_equal(now, older):
        return []
    whole = JsonDifference((), older)
    if isinstance(now, dict) and isinstance(older, dict):
        if ("$ref" in now) != ("$ref" in older):
            return [whole]  # a reference stands for all that a value was before
        found = list(_differences_in_object(now, older))
    elif isinstance(now, list) and isinstance(older, list):
        found = _differences_in_list(now, older, keyword)
    else:
        return [whole]
    has_same_keys = isinstance(now, dict) and now.keys() == older.keys()
    is_longer = len(found) > 1 or found[0].edit is not None
    return [whole] if is_longer and not has_same_keys and sum(one.copied for one in found) >= size(older) else found


def _differences_in_object(now: JsonObject, older: JsonObject) -> Iterator[JsonDifference]:
    for key in now:
        if key not in older:
            yield JsonDifference((key,), MISSING)
    for key, was in older.items():
        yield from (
            _add_prefix(key, find_json_differences(now[key], was, key)) if key in now else [JsonDifference((key,), was)]
        )


def _differences_in_list(now: list[Json], older: list[Json], keyword: str) -> list[JsonDifference]:
    by_position = list(_differences_by_position(now, older)) if len(now) == len(older) else None
    has_same_variants = have_same_variants(now, older, keyword)
    if by_position is not None and len(by_position) == 1 and has_same_variants:
        return by_position
    edit = find_list_edit(now, older, keyword, changes_items=keyword not in SCHEMA_LISTS)
    if edit is not None:
        edited = [JsonDifference((), MISSING, edit), *_differences_by_position(edit.restore(now), older)]
        if by_position is None or not has_same_variants or _cost(edited) <= _cost(by_position):
            return edited
    if by_position is not None:
        return by_position
    extra = _find_extra_items(now, older)
    if extra is not None:
        return [JsonDifference((index,), MISSING) for index in extra]
    return [JsonDifference((), older)]


def _differences_by_position(now: list[Json], older: list[Json]) -> Iterator[JsonDifference]:
    for index, (has, was) in enumerate(zip(now, older, strict=True)):
        yield from _add_prefix(index, find_json_differences(has, was))


def _find_extra_items(now: list[Json], older: list[Json]) -> list[int] | None:
    """The indexes of the items without which a list is the older one, from last to first; None if others differ too."""
    extra: list[int] = []
    matched = 0
    for index, value in enumerate(now):
        if matched < len(older) and json_equal(value, older[matched]):
            matched += 1
        else:
            extra.append(index)
    return extra[::-1] if matched == len(older) else None


def _add_prefix(key: str | int, found: list[JsonDifference]) -> Iterator[JsonDifference]:
    return (left._replace(pointer=(key, *left.pointer)) for left in found)


def cost(now: Json, older: Json) -> int:
    """The size of the differences from `now` to `older`: leaves to restore plus places to delete."""
    return _cost(find_json_differences(now, older))


def _cost(differences: Iterable[JsonDifference]) -> int:
    return sum(one.cost for one in differences)


def size(value: Json) -> int:
    """The number of leaves in some JSON; an empty object or list counts as one."""
    if isinstance(value, dict):
        return sum(map(size, value.values())) or 1
    if isinstance(value, list):
        return sum(map(size, value)) or 1
    return 1


def replace_rest(partial: PartialDraft, older: Contract) -> None:
    """Draft a `replace` for whatever still differs in common parts and in the rest of the document."""
    for part in reversed(list(partial.contract.parts)):
        if part in older.parts:
            _replace_in_part(partial, part, partial.contract.parts[part], older.parts[part])
    contents: list[JsonObject] = [partial.contract.content, older.content]
    # A container of parts stays even if nothing else is left inside, because it marks where the parts stand.
    shared = [key for key in ("paths", "components") if key in partial.contract.document and key in older.document]
    _replace_in_part(partial, None, *({**{key: {} for key in shared}, **content} for content in contents))


def _replace_in_part(partial: PartialDraft, part: Part | None, now: Json, older: Json) -> None:
    for pointer, was, edit in find_json_differences(now, older):
        if edit is not None:
            partial.revert_at("change_items", Target(part), pointer=format_pointer(pointer), **edit.fields())
        else:
            how = {"absent": True} if was is MISSING else {"was": was}
            partial.revert_at("replace", Target(part), pointer=format_pointer(pointer), **how)
