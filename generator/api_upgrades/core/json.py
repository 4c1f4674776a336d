"""JSON values as Python has them, JSON Pointers into them, and copies that share whatever did not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

# JSON as `json.loads` gives it. A recursive alias would need a cast at every step into a document.
Json: TypeAlias = Any
JsonObject: TypeAlias = Mapping[str, Any]
Pointer: TypeAlias = tuple[str | int, ...]


def insert(mapping: Mapping[Any, Json], key: Any, value: Json, before: Any | None) -> dict[Any, Json]:
    """A copy of `mapping` with `key` added before the key `before`, or at the end where that is None or absent."""
    if before not in mapping:
        return {**mapping, key: value}
    result: dict[Any, Json] = {}
    for other, kept in mapping.items():
        if other == before:
            result[key] = value
        result[other] = kept
    return result


def at(value: Json, pointer: Pointer) -> Json:
    """What stands at a path of keys and indexes. Raises KeyError or IndexError."""
    for key in pointer:
        value = value[key]
    return value


def put(value: Json, pointer: Pointer, new: Json) -> Json:
    """A copy of `value` with `new` at the pointer; what is not on the way there is shared."""
    if not pointer:
        return new
    key, rest = pointer[0], pointer[1:]
    if isinstance(value, dict):
        return {**value, key: put(value[key] if rest else None, rest, new)}
    if isinstance(value, Sequence) and isinstance(key, int):
        return [*value[:key], put(value[key], rest, new), *value[key + 1 :]]
    raise KeyError(key)


def drop(value: Json, pointer: Pointer) -> Json:
    """A copy of `value` without what stands at the pointer."""
    parent = at(value, pointer[:-1])
    if isinstance(parent, dict):
        return put(value, pointer[:-1], {key: kept for key, kept in parent.items() if key != pointer[-1]})
    return put(value, pointer[:-1], [kept for index, kept in enumerate(parent) if index != pointer[-1]])


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON. To Python `True` is 1; in JSON it is not."""
    return one is other or (one == other and _same_booleans(one, other))


def _same_booleans(one: Json, other: Json) -> bool:
    """For values that are equal to Python."""
    if isinstance(one, dict):
        return all(one[key] is other[key] or _same_booleans(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return all(map(_same_booleans, one, other))
    return isinstance(one, bool) == isinstance(other, bool)


def pointer_text(pointer: Pointer) -> str:
    """A path of keys and indexes as a JSON Pointer."""
    return "".join(f"/{escape(str(key))}" for key in pointer)


def pointer_into(value: Json, text: str) -> Pointer:
    """A JSON Pointer as the keys and indexes that lead into some JSON. Raises KeyError where it leads nowhere."""
    found: list[str | int] = []
    for token in text.split("/")[1:]:
        key: str | int = int(token) if isinstance(value, list) and token.isdigit() else unescape(token)
        if not (key < len(value) if isinstance(key, int) else isinstance(value, Mapping) and key in value):
            raise KeyError(key)
        found.append(key)
        value = value[key]
    return tuple(found)


def unescape(token: str) -> str:
    """A JSON Pointer token as the key it stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def escape(key: str) -> str:
    """A key as a JSON Pointer token."""
    return key.replace("~", "~0").replace("/", "~1")
