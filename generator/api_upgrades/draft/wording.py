"""Drafts the differences between contracts that mean the same: wording, examples and order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from api_upgrades.core.json import Json, Pointer, format_pointer, json_equal
from api_upgrades.draft.draft import draft
from api_upgrades.draft.grouping import combine_targets
from api_upgrades.draft.partial_draft import PartialDraft, build_effect
from api_upgrades.effects import Effect
from api_upgrades.effects.reorder import find_key_moves, keys_in_order
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import is_number
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

Moves = dict[str, str | None]
"""Keys with the key that each preceded, as in `Reorder`."""


def draft_wording(older: Contract, newer: Contract) -> tuple[Effect, ...]:
    """The effects, in the order in which they happened, that turn `newer` into `older` exactly."""
    undone = PartialDraft(newer)
    _revert_all(undone, _draft_reorders(undone.contract, older, _find_reordered_lists))
    _revert_all(undone, draft(older, undone.contract))
    _revert_all(undone, tuple(_draft_empty_containers(undone.contract, older)))
    _revert_all(undone, _draft_reorders(undone.contract, older, _find_reordered_keys))
    _revert_all(undone, tuple(_draft_number_spellings(undone.contract, older)))
    for effect in _draft_whole_parts(undone.contract, older):
        undone.revert(effect)
    return tuple(reversed(undone.effects))


def _revert_all(partial: PartialDraft, effects: Sequence[Effect]) -> None:
    """Revert effects, after combining equal ones. `draft_wording` restores the order of keys later."""
    for effect in reversed(combine_targets(effects)):
        partial.revert(effect)


FindOrders = Callable[[Json, Json], Iterator[tuple[Pointer, Moves]]]


def _draft_reorders(now: Contract, older: Contract, find_orders: FindOrders) -> tuple[Effect, ...]:
    """The `reorder` effects of all parts, and then of the document around them."""
    found: list[tuple[Part | None, tuple[Pointer, Moves]]] = [
        (part, one)
        for part, value in now.parts.items()
        if part in older.parts
        for one in find_orders(value, older.parts[part])
    ]
    found += [(None, one) for one in find_orders(_without_part_content(now), _without_part_content(older))]
    effects = (
        build_effect("reorder", target=str(Target(part)), pointer=format_pointer(pointer), before=before)
        for part, (pointer, before) in found
    )
    return tuple(filter(None, effects))[::-1]


def _draft_empty_containers(now: Contract, older: Contract) -> Iterator[Effect]:
    """Effects for empty containers of parts that only one document has; the outer ones last."""
    was, has = _without_part_content(older), _without_part_content(now)
    for outer, key in (("components", "schemas"), ("", "components"), ("", "paths"), ("", "webhooks")):
        was_around, now_around = (document.get(outer, {}) if outer else document for document in (was, has))
        if (key in was_around) != (key in now_around):
            how: dict[str, Json] = {"was": {}} if key in was_around else {"absent": True}
            effect = build_effect(
                "replace", target="document", pointer=format_pointer((outer, key) if outer else (key,)), **how
            )
            yield from (effect,) if effect else ()


def _draft_number_spellings(now: Contract, older: Contract) -> Iterator[Effect]:
    """Effects for numbers that are equal and spelled differently, such as `1` and `1.0`."""
    pairs: list[tuple[Part | None, Json, Json]] = [
        (part, value, older.parts[part]) for part, value in now.parts.items() if part in older.parts
    ]
    for part, has, was in (*pairs, (None, now.document, older.document)):
        for pointer, number in _find_respelled_numbers(has, was):
            effect = build_effect("replace", target=str(Target(part)), pointer=format_pointer(pointer), was=number)
            yield from (effect,) if effect else ()


def _draft_whole_parts(now: Contract, older: Contract) -> Iterator[Effect]:
    """Effects that replace the parts that still differ from the older document, even if only in the order of keys."""
    for part, value in now.parts.items():
        if part in older.parts and json.dumps(value) != json.dumps(older.parts[part]):
            effect = build_effect("replace", target=str(Target(part)), pointer="", was=older.parts[part])
            yield from (effect,) if effect else ()


def _find_respelled_numbers(now: Json, older: Json) -> Iterator[tuple[Pointer, Json]]:
    if isinstance(now, Mapping) and isinstance(older, Mapping):
        for key in (key for key in now if key in older):
            yield from (((key, *rest), number) for rest, number in _find_respelled_numbers(now[key], older[key]))
    elif isinstance(now, list) and isinstance(older, list):
        for index, (one, other) in enumerate(zip(now, older, strict=False)):
            yield from (((index, *rest), number) for rest, number in _find_respelled_numbers(one, other))
    elif is_number(now) and is_number(older) and now == older and type(now) is not type(older):
        yield (), older


def _without_part_content(contract: Contract) -> Json:
    """The document with empty parts, to compare the order around them."""
    return Contract({part: {} for part in contract.parts}, contract.document).join()


def _find_reordered_keys(now: Json, older: Json) -> Iterator[tuple[Pointer, Moves]]:
    """The objects whose keys are ordered differently, in JSON that is otherwise equal."""
    if isinstance(now, Mapping) and isinstance(older, Mapping) and now.keys() == older.keys():
        if list(now) != list(older):
            yield (), find_key_moves(list(now), list(older))
        for key, value in older.items():
            yield from _add_prefix(key, _find_reordered_keys(now[key], value))
    elif isinstance(now, list) and isinstance(older, list):
        for index, (one, value) in enumerate(zip(now, older, strict=False)):
            yield from _add_prefix(index, _find_reordered_keys(one, value))


def _find_reordered_lists(now: Json, older: Json) -> Iterator[tuple[Pointer, Moves]]:
    """The lists whose items are ordered differently, in JSON that means the same."""
    if isinstance(now, Mapping) and isinstance(older, Mapping):
        for key, value in older.items():
            if key in now and not json_equal(now[key], value):
                yield from _add_prefix(key, _find_reordered_lists(now[key], value))
    elif isinstance(now, list) and isinstance(older, list):
        order = _match_items(now, older)
        if order is None:
            return
        names = keys_in_order(now)
        if order != sorted(order):
            yield (), find_key_moves(names, [names[index] for index in order])
        for index, value in enumerate(older):
            yield from _add_prefix(index, _find_reordered_lists(now[order[index]], value))


def _match_items(now: list[Json], older: list[Json]) -> list[int] | None:
    """For each item of the older list, its index in the newer list; None if the items differ."""
    left = {index: meaning(value) for index, value in enumerate(now)}
    found: list[int] = []
    for value in map(meaning, older):
        index = next((index for index, one in left.items() if json_equal(one, value)), None)
        if index is None:
            return None
        del left[index]
        found.append(index)
    return None if left else found


def _add_prefix(key: str | int, found: Iterator[tuple[Pointer, Moves]]) -> Iterator[tuple[Pointer, Moves]]:
    return (((key, *pointer), before) for pointer, before in found)
