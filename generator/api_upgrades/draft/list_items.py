"""Finds how the items of a list changed, as the fields of `change_items`, so that no draft copies the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.effects.items import ChangeItems, find_merge_patch, free_name, item_name, item_names, restore_items
from api_upgrades.effects.reorder import find_key_moves
from api_upgrades.openapi import schema as schemas

SCHEMA_LISTS = frozenset({*schemas.COMBINATIONS, "prefixItems"})
"""Keywords with a list of schemas. What changed inside one of them is an effect of its own."""


MAX_COMPARED = 20
"""How many items of one name are compared to find the one that is most like another."""


class ListEdit(NamedTuple):
    """How the items of a list changed. The fields are those of `ChangeItems`."""

    key: str | None
    added: tuple[str, ...]
    was: dict[str, Json]
    before: dict[str, str | None]

    def fields(self) -> dict[str, Json]:
        """The fields that say something."""
        every = {"key": self.key, "added": list(self.added), "was": self.was, "before": self.before}
        return {name: value for name, value in every.items() if value}

    def restore(self, items: list[Json]) -> list[Json]:
        """The older list."""
        effect = ChangeItems.model_validate({"target": "document", "pointer": "", **self.fields()})
        return restore_items(items, effect, "the list")


def have_same_variants(now: list[Json], older: list[Json], keyword: str) -> bool:
    """Whether two lists are no lists of schemas, or of schemas with the same names in the same order."""
    return keyword not in SCHEMA_LISTS or item_names(now, None) == item_names(older, None)


def find_list_edit(now: list[Json], older: list[Json], keyword: str, *, changes_items: bool = True) -> ListEdit | None:
    """How the list under a keyword changed; None if none of its items is the same.

    Unless it `changes_items`, the edit says only which were added and removed, not what changed inside others.
    """
    key = None if keyword in SCHEMA_LISTS else _find_key(now, older)
    names = item_names(now, key)
    pairs = _match(now, older, key)
    if not pairs:
        return None
    added = tuple(name for index, name in enumerate(names) if index not in pairs)
    taken = dict.fromkeys(names)
    was: dict[str, Json] = {}
    matched = {theirs: own for own, theirs in pairs.items()}
    order: list[str] = []
    for index, item in enumerate(older):
        if index not in matched:
            name = free_name(item_name(item, index, key), taken)
            taken[name] = None
            was[name] = _without_key(item, key, name)
        else:
            name, newer = names[matched[index]], now[matched[index]]
            if changes_items and not json_equal(newer, item):
                patch = find_merge_patch(newer, item) if isinstance(newer, dict) and isinstance(item, dict) else None
                if patch is None:
                    return None
                was[name] = patch
        order.append(name)
    kept = [name for name in names if name not in added]
    known = [*kept, *(name for name in was if name not in kept)]
    edit = ListEdit(key, added, was, find_key_moves(known, order))
    return edit if _restores(edit, now, older, changes_items) else None


def _restores(edit: ListEdit, now: list[Json], older: list[Json], changes_items: bool) -> bool:
    if not (edit.added or edit.was or edit.before):
        return False
    try:
        found = edit.restore(now)
    except (ContractMismatch, ValueError):
        return False
    return json_equal(found, older) if changes_items else len(found) == len(older)


def _find_key(now: Sequence[Json], older: Sequence[Json]) -> str | None:
    """The key by whose values most items of two lists of objects are found again."""
    items = [*now, *older]
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    best, most = None, 0
    for key in now[0] if now else older[0]:
        mine, theirs = (list(_values_of(key, side)) for side in (now, older))
        is_unique = len(set(mine)) == len(now) and len(set(theirs)) == len(older)
        shared = len(set(mine) & set(theirs)) if is_unique else 0
        if shared > most:
            best, most = key, shared
    return best


def _values_of(key: str, items: Sequence[JsonObject]) -> Iterator[str]:
    """The values of a key, as text, of the items that have a plain one."""
    for item in items:
        if isinstance(item.get(key), str | int) and item[key] != "":
            yield schemas.as_text(item[key])


def _match(now: list[Json], older: list[Json], key: str | None) -> dict[int, int]:
    """For each item that is in both lists, its index in the newer list and in the older one.

    Of several with one name, equal ones belong together first, and then those that are most alike.
    """
    by_name: dict[str, list[int]] = {}
    for index, item in enumerate(older):
        by_name.setdefault(item_name(item, index, key), []).append(index)
    pairs: dict[int, int] = {}
    names = [item_name(item, index, key) for index, item in enumerate(now)]
    for index, item in enumerate(now):
        found = next((other for other in by_name.get(names[index], ()) if json_equal(older[other], item)), None)
        if found is not None:
            pairs[index] = found
            by_name[names[index]].remove(found)
    for index, item in enumerate(now):
        alike = by_name.get(names[index], ())
        if index not in pairs and alike and isinstance(item, dict):
            pairs[index] = max(alike[:MAX_COMPARED], key=lambda other: _likeness(older[other], item))
            alike.remove(pairs[index])
    return pairs


def _likeness(one: Json, other: Json) -> tuple[bool, int]:
    """How alike two items of the same name are: whether they have the same title, and how many equal keys."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False, 0
    mine, theirs = one.get("properties"), other.get("properties")
    names = len(mine.keys() & theirs.keys()) if isinstance(mine, dict) and isinstance(theirs, dict) else 0
    equal = sum(json_equal(value, other.get(key)) for key, value in one.items())
    return one.get("title") == other.get("title"), names + equal


def _without_key(item: Json, key: str | None, name: str) -> Json:
    """A removed item without the key that its name already gives."""
    if key is None or not isinstance(item, dict) or item.get(key) != name:
        return item
    return {one: value for one, value in item.items() if one != key}
