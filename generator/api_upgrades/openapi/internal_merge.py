"""Adds internal parts to contracts of which only the public view is known.

Locks hold nothing internal, but effects are reverted on contracts that do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api_upgrades.core.json import Json, insert_before, json_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_internal
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.semantics import identity


def restore_internal(was: Contract, whole: Contract, public: Contract) -> tuple[Contract, Contract]:
    """An older public contract and today's, both with everything that is internal today and was not public then.

    `whole` is today's contract, and `public` its public view. A part that became internal stays only in the older
    contract, because the public sees it as removed.
    """
    if whole is public:
        return was, public
    older, newer = (_restore_object(one.parts, whole.parts, public.parts, was.parts) for one in (was, public))
    for part in whole.parts.keys() & was.parts.keys() - public.parts.keys():
        if not is_internal(whole.parts[part]):  # hidden only because nothing but internal parts uses it
            newer = _insert_part(newer, part, whole)
    documents = [_restore_value(one.document, whole.document, public.document, was.document) for one in (was, public)]
    return Contract(older, documents[0]), Contract(newer, documents[1])


def _insert_part(parts: Mapping[Part, Json], part: Part, whole: Contract) -> dict[Part, Json]:
    """The parts with one more part, in its original place."""
    names = list(whole.parts)
    following = next((one for one in names[names.index(part) + 1 :] if one in parts), None)
    return insert_before(parts, part, whole.parts[part], following)


def _restore_value(base: Json, whole: Json, public: Json, was: Json) -> Json:
    if whole is public or json_equal(whole, public):
        return base
    if isinstance(base, Mapping) and isinstance(whole, Mapping) and isinstance(public, Mapping):
        return _restore_object(base, whole, public, was if isinstance(was, Mapping) else {})
    if isinstance(base, list) and isinstance(whole, list) and isinstance(public, list):
        return _restore_list(base, whole, public, was if isinstance(was, list) else [])
    return base


def _restore_object(
    base: Mapping[Any, Json], whole: Mapping[Any, Json], public: Mapping[Any, Json], was: Mapping[Any, Json]
) -> dict[Any, Json]:
    found = {
        key: _restore_value(value, whole[key], public[key], was.get(key)) if key in whole and key in public else value
        for key, value in base.items()
    }
    following = None
    for key in reversed(list(whole)):
        if key not in public and key not in was:
            found = insert_before(found, key, whole[key], following)
        following = key if key in found else following
    return found


def _restore_list(
    base: Sequence[Json], whole: Sequence[Json], public: Sequence[Json], was: Sequence[Json]
) -> list[Json]:
    """Restore hidden items of a list, which are required names or parameters."""
    if len(whole) == len(public):
        if not len(base) == len(whole) == len(was):
            return list(base)
        return [*map(_restore_value, base, whole, public, was)]
    known = [_identify(item) for item in (*public, *was)]
    found = list(base)
    for index, item in enumerate(whole):
        if _identify(item) not in known:
            found.insert(index, item)
    return found


def _identify(item: Json) -> Json:
    return identity(item) if isinstance(item, Mapping) else item
