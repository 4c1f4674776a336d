"""JSON values as Python objects: JSON Pointers, comparison, and edits that return copies.

Values are never edited in place. A copy shares all unchanged parts with the original.
"""

from __future__ import annotations

import operator
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeAlias

# What `json.loads` returns. A recursive type alias would need a cast at every step into a document.
Json: TypeAlias = Any
JsonObject: TypeAlias = Mapping[str, Any]
Pointer: TypeAlias = tuple[str | int, ...]


def insert_before(mapping: Mapping[Any, Json], key: Any, value: Json, before: Any | None) -> dict[Any, Json]:
    """A copy of `mapping` with `key` added before the key `before`, or at the end if that is None or missing."""
    if before not in mapping:
        return {**mapping, key: value}
    result: dict[Any, Json] = {}
    for other_key, other_value in mapping.items():
        if other_key == before:
            result[key] = value
        result[other_key] = other_value
    return result


def value_at(value: Json, pointer: Pointer) -> Json:
    """The value at a pointer. Raises KeyError or IndexError if it does not exist."""
    for key in pointer:
        value = value[key]
    return value


def set_at(value: Json, pointer: Pointer, new: Json) -> Json:
    """A copy of `value` in which the value at the pointer is `new`. An object may lack the pointer's last key.

    Raises KeyError or IndexError if the pointer leads through a value that does not exist.
    """
    if not pointer:
        return new
    key, rest = pointer[0], pointer[1:]
    if isinstance(value, dict):
        return {**value, key: set_at(value[key] if rest else None, rest, new)}
    if isinstance(value, Sequence) and isinstance(key, int):
        return [*value[:key], set_at(value[key], rest, new), *value[key + 1 :]]
    raise KeyError(key)


def remove_at(value: Json, pointer: Pointer) -> Json:
    """A copy of `value` without the value at the pointer. Raises KeyError or IndexError if the parent is missing."""
    parent = value_at(value, pointer[:-1])
    if isinstance(parent, dict):
        return set_at(value, pointer[:-1], {key: item for key, item in parent.items() if key != pointer[-1]})
    return set_at(value, pointer[:-1], [item for index, item in enumerate(parent) if index != pointer[-1]])


def json_equal(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON. Unlike in Python, `true` does not equal 1."""
    return one is other or (one == other and _have_same_types(one, other, (bool,)))


def json_key(value: Json) -> Hashable:
    """A key that is the same for two values exactly if they are equal as JSON."""
    if isinstance(value, dict):
        return "object", frozenset((key, json_key(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "array", tuple(map(json_key, value))
    return isinstance(value, bool), value


def json_identical(one: Json, other: Json) -> bool:
    """Whether two values are equal as JSON and have their numbers in the same spelling: `1` is not `1.0`."""
    return one is other or (one == other and _have_same_types(one, other, (bool, int)))


def _have_same_types(one: Json, other: Json, types: tuple[type, ...]) -> bool:
    """Whether two values that are equal in Python have values of each of the types at the same places."""
    if isinstance(one, dict):
        return all(one[key] is other[key] or _have_same_types(one[key], other[key], types) for key in one)
    if isinstance(one, list | tuple):
        return all(_have_same_types(*pair, types) for pair in zip(one, other, strict=True))
    return all(isinstance(one, of) == isinstance(other, of) for of in types)


def share_equal(value: Json, like: Json) -> Json:
    """The same JSON, in which whatever is identical to what another value has at the same place is that very object.

    Identical means the same keys in the same order, and the same spelling of numbers.
    """
    if value is like or type(value) is not type(like):
        return value
    if isinstance(value, dict):
        found = {key: share_equal(item, like[key]) if key in like else item for key, item in value.items()}
        is_same = len(found) == len(like) and all(map(operator.is_, found.values(), like.values()))
        return like if is_same and list(found) == list(like) else found
    if isinstance(value, list):
        items = [share_equal(*pair) for pair in zip(value, like, strict=False)] + value[len(like) :]
        return like if len(items) == len(like) and all(map(operator.is_, items, like)) else items
    return like if value == like else value


def format_pointer(pointer: Pointer) -> str:
    """Keys and indexes as the text of a JSON Pointer."""
    return "".join(f"/{escape_token(str(key))}" for key in pointer)


def parse_pointer(value: Json, text: str) -> Pointer:
    """The text of a JSON Pointer as keys and indexes. Raises KeyError if `value` has nothing there."""
    pointer: list[str | int] = []
    for token in text.split("/")[1:]:
        key: str | int = int(token) if isinstance(value, list) and token.isdigit() else unescape_token(token)
        if not (key < len(value) if isinstance(key, int) else isinstance(value, Mapping) and key in value):
            raise KeyError(key)
        pointer.append(key)
        value = value[key]
    return tuple(pointer)


def unescape_token(token: str) -> str:
    """The key that a token of a JSON Pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def escape_token(key: str) -> str:
    """A key as a token of a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1")
