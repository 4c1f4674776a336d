"""What two contracts that promise the same say in other words, with other examples, in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from api_upgrades.core.json import Json, Pointer, format_pointer, json_equal
from api_upgrades.draft.draft import draft
from api_upgrades.draft.grouping import with_lists
from api_upgrades.draft.undo import Undone, made
from api_upgrades.effects import Effect
from api_upgrades.effects.reorder import find_key_moves, keys_in_order
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.target import Target

Moves = dict[str, str | None]
"""Keys with those that they stood before, as `Reorder` has them."""


def reworded(older: Contract, newer: Contract) -> tuple[Effect, ...]:
    """The effects, in the order in which they happened, that turn `newer` into `older` to the last comma."""
    undone = Undone(newer)
    _undo_all(undone, _orders(undone.contract, older, _lists))
    _undo_all(undone, draft(older, undone.contract))
    _undo_all(undone, tuple(_holders(undone.contract, older)))
    _undo_all(undone, _orders(undone.contract, older, _keys))
    return tuple(reversed(undone.effects))


def _undo_all(undone: Undone, effects: Sequence[Effect]) -> None:
    """Undo effects, those together that do the same: the order of keys that comes of that is still to be mended."""
    for effect in reversed(with_lists(effects)):
        undone.undo(effect)


Orders = Callable[[Json, Json], Iterator[tuple[Pointer, Moves]]]


def _orders(now: Contract, older: Contract, orders: Orders) -> tuple[Effect, ...]:
    """What was in another order, in the parts and then in what holds them: that makes the contract anew."""
    found: list[tuple[Part | None, tuple[Pointer, Moves]]] = [
        (part, one) for part, value in now.parts.items() for one in orders(value, older.parts[part])
    ]
    found += [(None, one) for one in orders(_skeleton(now), _skeleton(older))]
    effects = (
        made("reorder", target=str(Target(part)), pointer=format_pointer(pointer), before=before)
        for part, (pointer, before) in found
    )
    return tuple(filter(None, effects))[::-1]


def _holders(now: Contract, older: Contract) -> Iterator[Effect]:
    """What would hold parts and holds none in one document, and is not there in the other; the outer last."""
    was, has = _skeleton(older), _skeleton(now)
    for outer, key in (("components", "schemas"), ("", "components"), ("", "paths"), ("", "webhooks")):
        in_was, in_has = (document.get(outer, {}) if outer else document for document in (was, has))
        if (key in in_was) != (key in in_has):
            how: dict[str, Json] = {"was": {}} if key in in_was else {"absent": True}
            effect = made(
                "replace", target="document", pointer=format_pointer((outer, key) if outer else (key,)), **how
            )
            yield from (effect,) if effect else ()


def _skeleton(contract: Contract) -> Json:
    """The document without what is inside its parts, whose order is their own."""
    return Contract({part: {} for part in contract.parts}, contract.document).to_openapi()


def _keys(now: Json, older: Json) -> Iterator[tuple[Pointer, Moves]]:
    """The objects, in JSON that is the same, whose keys are in another order."""
    if isinstance(now, Mapping):
        if list(now) != list(older):
            yield (), find_key_moves(list(now), list(older))
        for key, value in older.items():
            yield from _below(key, _keys(now[key], value))
    elif isinstance(now, list):
        for index, value in enumerate(older):
            yield from _below(index, _keys(now[index], value))


def _lists(now: Json, older: Json) -> Iterator[tuple[Pointer, Moves]]:
    """The lists, in JSON that promises the same, whose items are in another order."""
    if isinstance(now, Mapping) and isinstance(older, Mapping):
        for key, value in older.items():
            if key in now and not json_equal(now[key], value):
                yield from _below(key, _lists(now[key], value))
    elif isinstance(now, list) and isinstance(older, list):
        order = _order(now, older)
        if order is None:
            return
        names = keys_in_order(now)
        if order != sorted(order):
            yield (), find_key_moves(names, [names[index] for index in order])
        for index, value in enumerate(older):
            yield from _below(index, _lists(now[order[index]], value))


def _order(now: list[Json], older: list[Json]) -> list[int] | None:
    """Where the items of an older list stand in a newer one; None where they are others."""
    left = {index: meaning(value) for index, value in enumerate(now)}
    found: list[int] = []
    for value in map(meaning, older):
        index = next((index for index, one in left.items() if json_equal(one, value)), None)
        if index is None:
            return None
        del left[index]
        found.append(index)
    return None if left else found


def _below(key: str | int, found: Iterator[tuple[Pointer, Moves]]) -> Iterator[tuple[Pointer, Moves]]:
    return (((key, *pointer), before) for pointer, before in found)
