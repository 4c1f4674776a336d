"""Reads a JSON file as plain data, and finds the lines and columns of its values.

Python's own parser reads the data. It accepts duplicate keys, `NaN` and lone surrogates; here they are errors.
Positions are computed from the text on request, because a large document has millions of values.
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
from api_upgrades.core.yaml_file import MAX_DEPTH, MAX_DIGITS, quote

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+', re.DOTALL)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_CONSTANTS = ("NaN", "Infinity", "-Infinity")

_PROBLEMS = {
    "Expecting value": "a value is missing here",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing here",
    "Expecting ',' delimiter": "a comma is missing before this, or a bracket is not closed",
    "Expecting ':' delimiter": "a ':' is missing after the key",
    "Illegal trailing comma before end of object": "delete this comma; nothing follows it",
    "Illegal trailing comma before end of array": "delete this comma; nothing follows it",
    "Unterminated string starting at": "the quote that starts here is not closed",
    "Invalid control character at": "there is a line break or control character inside quotes; write an escape",
    "Invalid \\escape": "this is not a valid escape; for a backslash, write two",
    "Extra data": "there is text after the end of the document; delete it",
}
"""Messages of Python's parser, in plain words."""


@dataclass(frozen=True)
class JsonFile:
    """The data of one JSON file. `file` is its name in messages."""

    file: str
    data: Json
    text: str

    def locate_key(self, *path: str | int) -> Location:
        """The location of the last key of a path. If that is an index, this is the location of the list item.

        If the path does not exist, this is the location of its nearest existing parent.
        """
        nearest: tuple[int, Location] = 0, Location(self.file, 1, 1)
        for found, line, column in self.positions():
            if len(found) > nearest[0] and found == path[: len(found)]:
                nearest = len(found), Location(self.file, line, column)
                if found == path:
                    break
        return nearest[1]

    def positions(self) -> Iterator[tuple[Pointer, int, int]]:
        """(path, line, column) of every value in file order. In an object, the position is that of the key."""
        return scan_positions(self.text)


def parse(text: str, file: str) -> JsonFile:
    """Parse the text of a file; `file` is its name in messages. Raises RegistryErrors if it is not valid."""
    try:
        data = json.loads(
            text,
            object_pairs_hook=_build_object,
            parse_int=_parse_integer,
            parse_float=_parse_number,
            parse_constant=_parse_number,
        )
    except json.JSONDecodeError as error:
        _reject(text, file, error.pos, _explain(error, text))
    except _DuplicateKey:
        raise RegistryErrors(list(_find_duplicate_keys(text, file))) from None
    except RecursionError:
        _reject_depth(text, file)
    except ValueError:
        _reject_number(text, file)
    if _measure_depth(data) > MAX_DEPTH:
        _reject_depth(text, file)
    if _ESCAPED_SURROGATE.search(text):
        _check_surrogates(text, file)
    return JsonFile(file, data, text)


def scan_positions(text: str) -> Iterator[tuple[Pointer, int, int]]:
    """(path, line, column) of every value of a valid JSON text, as in `JsonFile.positions`."""
    path: list[str | int | None] = []
    in_object: list[bool] = []  # for each open list or object: whether it is an object
    line, line_start, last_offset = 1, 0, 0
    for match in _TOKEN.finditer(text):
        token, offset = match.group(), match.start()
        if token in "]}":
            in_object.pop()
            path.pop()
        elif token == ",":
            index = path[-1]
            path[-1] = index + 1 if isinstance(index, int) else None
        elif token != ":":
            if breaks := text.count("\n", last_offset, offset):
                line, line_start = line + breaks, text.rfind("\n", last_offset, offset) + 1
            last_offset = offset
            is_key = bool(in_object) and in_object[-1] and path[-1] is None
            if is_key:
                path[-1] = json.loads(token)
            if is_key or not (in_object and in_object[-1]):
                yield tuple(key for key in path if key is not None), line, offset - line_start + 1
            if not is_key and token in "[{":
                in_object.append(token == "{")
                path.append(None if token == "{" else 0)


class _DuplicateKey(ValueError):
    """An object has the same key twice."""


def _build_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _DuplicateKey
    return result


def _parse_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(text)
    return int(text)


def _parse_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or len(text) > MAX_DIGITS:
        raise ValueError(text)
    return number


def _measure_depth(data: Json) -> int:
    """How deep lists and objects are nested. Works without recursion, which could overflow the stack."""
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


def _explain(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "the file is empty; write something into it, or delete it"
    problem = _PROBLEMS.get(error.msg, error.msg)
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return f"not JSON: {problem}; the file ends too early, so it may be truncated: download it again"
    return f"not JSON: {problem}"


def _find_duplicate_keys(text: str, file: str) -> Iterator[RegistryError]:
    levels: list[dict[str | int, tuple[int, int]]] = []
    for path, line, column in scan_positions(text):
        if not path:
            continue
        del levels[len(path) :]
        if len(levels) < len(path):
            levels.append({})
        first = levels[-1].setdefault(path[-1], (line, column))
        if isinstance(path[-1], str) and first != (line, column):
            message = f"duplicate key {quote(path[-1])}; it is also on line {first[0]}"
            yield RegistryError(Location(file, line, column), message)


def _reject(text: str, file: str, offset: int, message: str) -> NoReturn:
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    raise RegistryErrors([RegistryError(Location(file, line, column), message)])


def _reject_depth(text: str, file: str) -> NoReturn:
    depth = offset = 0
    for match in _TOKEN.finditer(text):
        offset = match.start()
        depth += (match.group() in "[{") - (match.group() in "]}")
        if depth > MAX_DEPTH:
            break
    _reject(text, file, offset, f"nested more than {MAX_DEPTH} levels deep")


def _reject_number(text: str, file: str) -> NoReturn:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _CONSTANTS:
            _reject(text, file, match.start(), f"{token} is not valid JSON; write a number, null, or text in quotes")
        if token[0] in "-0123456789" and _is_too_large(token):
            _reject(text, file, match.start(), "this number is too large; if it is text, put it in quotes")
    raise AssertionError("Python rejected a number that the text does not have")


def _is_too_large(number: str) -> bool:
    is_whole = number.removeprefix("-").isdigit()
    return len(number) > MAX_DIGITS or (not is_whole and not math.isfinite(float(number)))


def _check_surrogates(text: str, file: str) -> None:
    """Reject a text with half of a surrogate pair, which UTF-8 cannot encode."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token[0] == '"' and _ESCAPED_SURROGATE.search(token) and _SURROGATE.search(json.loads(token)):
            _reject(
                text, file, match.start(), "not text: this escape is half of a character; write the character itself"
            )
