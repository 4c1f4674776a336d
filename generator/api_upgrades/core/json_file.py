"""One JSON file as plain data, with the places of its values.

Python's own parser reads it. It lets a later duplicate of a key win, and takes `NaN` and lone surrogates; such a file
is refused here. Places are looked for when somebody asks, in the text, since a large document has millions of them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.core.json import Json, Pointer
from api_upgrades.core.yaml_file import MAX_DEPTH, shown

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+', re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CONSTANTS = ("NaN", "Infinity", "-Infinity")
_DIGITS = 4300
"""How many digits of a whole number Python reads."""

_PROBLEMS = {
    "Expecting value": "a value is missing here",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing here",
    "Expecting ',' delimiter": "a comma is missing before this, or a bracket does not close",
    "Expecting ':' delimiter": "a ':' is missing after the key",
    "Illegal trailing comma before end of object": "take this comma away; nothing follows it",
    "Illegal trailing comma before end of array": "take this comma away; nothing follows it",
    "Unterminated string starting at": "a quote opens here and does not close",
    "Invalid control character at": "a line ends, or a control character stands, inside of quotes; write an escape",
    "Invalid \\escape": "this escape means nothing; write two backslashes for one",
    "Extra data": "something follows the end of the document; take it away",
}
"""What Python's parser says, and what it means."""


@dataclass(frozen=True)
class JsonFile:
    """The data of one file; `file` is the name that messages call it by."""

    file: str
    data: Json
    text: str

    def locate_key(self, *path: str | int) -> Location:
        """Where the last key of a path stands, or what is nearest above it; for an item of a list, the item."""
        best: tuple[int, Location] = 0, Location(self.file, 1, 1)
        for found, line, column in self.places():
            if len(found) > best[0] and found == path[: len(found)]:
                best = len(found), Location(self.file, line, column)
                if found == path:
                    break
        return best[1]

    def places(self) -> Iterator[tuple[Pointer, int, int]]:
        """Every value by its path, in order, with the line and column of its key or, without one, of itself."""
        return places(self.text)


def parse(text: str, file: str) -> JsonFile:
    """Read the text of one file. Raises RegistryErrors with what is wrong, under the name `file`."""
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=_number)
    except json.JSONDecodeError as error:
        _refuse(text, file, error.pos, _explained(error, text))
    except _Twice:
        raise RegistryErrors(list(_duplicates(text, file))) from None
    except RecursionError:
        _refuse_depth(text, file)
    except ValueError:
        _refuse_number(text, file)
    if _depth(data) > MAX_DEPTH:
        _refuse_depth(text, file)
    if _ESCAPED_SURROGATE.search(text):
        _check_surrogates(text, file)
    return JsonFile(file, data, text)


def places(text: str) -> Iterator[tuple[Pointer, int, int]]:
    """Every value of a sound JSON text, as `JsonFile.places` has them."""
    path: list[str | int | None] = []
    objects: list[bool] = []
    line, begin, last = 1, 0, 0
    for match in _TOKEN.finditer(text):
        token, offset = match.group(), match.start()
        if token in "]}":
            objects.pop()
            path.pop()
        elif token == ",":
            index = path[-1]
            path[-1] = index + 1 if isinstance(index, int) else None
        elif token != ":":
            if breaks := text.count("\n", last, offset):
                line, begin = line + breaks, text.rfind("\n", last, offset) + 1
            last = offset
            is_key = bool(objects) and objects[-1] and path[-1] is None
            if is_key:
                path[-1] = json.loads(token)
            if is_key or not (objects and objects[-1]):
                yield tuple(key for key in path if key is not None), line, offset - begin + 1
            if not is_key and token in "[{":
                objects.append(token == "{")
                path.append(None if token == "{" else 0)


class _Twice(ValueError):
    """A key stands twice in an object."""


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _depth(data: Json) -> int:
    """How deep lists and objects are nested, without recursion."""
    depth, level = 0, [data] if isinstance(data, dict | list) else []
    while level:
        depth += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return depth


def _explained(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "the file is empty; fill it or take it away"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return (
            f"not JSON: {_PROBLEMS.get(error.msg, error.msg)}, and the file ends; it may be cut off, so fetch it again"
        )
    return f"not JSON: {_PROBLEMS.get(error.msg, error.msg)}"


def _duplicates(text: str, file: str) -> Iterator[RegistryError]:
    levels: list[dict[str | int, tuple[int, int]]] = []
    for path, line, column in places(text):
        if not path:
            continue
        del levels[len(path) :]
        if len(levels) < len(path):
            levels.append({})
        first = levels[-1].setdefault(path[-1], (line, column))
        if isinstance(path[-1], str) and first != (line, column):
            message = f"the key {shown(path[-1])} is here twice; it is also in line {first[0]}"
            yield RegistryError(Location(file, line, column), message)


def _refuse(text: str, file: str, offset: int, message: str) -> NoReturn:
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    raise RegistryErrors([RegistryError(Location(file, line, column), message)])


def _refuse_depth(text: str, file: str) -> NoReturn:
    depth = offset = 0
    for match in _TOKEN.finditer(text):
        offset = match.start()
        depth += (match.group() in "[{") - (match.group() in "]}")
        if depth > MAX_DEPTH:
            break
    _refuse(text, file, offset, f"nested more than {MAX_DEPTH} levels deep")


def _refuse_number(text: str, file: str) -> NoReturn:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _CONSTANTS:
            _refuse(text, file, match.start(), f"{token} is no JSON; write a number, null, or text in quotes")
        if token[0] in "-0123456789" and (len(token) > _DIGITS or not math.isfinite(float(token))):
            _refuse(text, file, match.start(), "this number is too large; put text in quotes")
    raise AssertionError("Python refused a number that isn't there")


def _check_surrogates(text: str, file: str) -> None:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0] == '"' and _ESCAPED_SURROGATE.search(token) and _SURROGATE.search(json.loads(token)):
            _refuse(text, file, match.start(), "not text: this escape is half a character; write the character itself")
