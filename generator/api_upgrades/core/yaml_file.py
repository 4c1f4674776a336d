"""Reads a YAML file as plain data, with the line and column of every value.

PyYAML only splits the text into events. This module builds the data, for two reasons. YAML 1.1 does not read `no`,
`on`, `12:30` and `2023-06-26` as text. PyYAML's own loaders recurse, accept duplicate keys, and expand aliases without
a limit.

    true, false           booleans, in this spelling only
    null, ~, (empty)      null
    12, -1.5, 1e9         numbers, in the syntax of JSON
    anything else         text, and every key of a mapping is text
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from api_upgrades.core.errors import Location, RegistryError, RegistryErrors
from api_upgrades.core.json import Json

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 200
MAX_DIGITS = 4_000
"""The length of the longest number. Python converts integers of up to 4,300 digits from text and to text."""

CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that a file must not contain."""

_CONFLICT_MARKER = re.compile(r"^<{7} ", re.MULTILINE)
"""The first line of a merge conflict that git writes. No valid change file has a line that starts like this."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}

_MISPLACED = "this does not match the lines above; check the indentation, the quotes and the brackets"
_PROBLEMS = (
    ("mapping values are not allowed", "there is a ': ' where no key can be; put text that contains it in quotes"),
    ("cannot start any token", "text cannot start with {char}; put such text in quotes, and indent with spaces"),
    ("alphabetic or numeric character", "put text that starts with '*' or '&' in quotes"),
    ("unexpected end of stream", "the quote that starts here is not closed"),
    ("Unicode character escape", "this escape is not a character; write the character itself"),
    ("',' or", "a comma is missing before this, or a bracket is not closed"),
    ("maximum nesting depth", f"nested more than {MAX_DEPTH} levels deep"),
    ("could not find expected ':'", "this is not 'key: value'; for long text, write '|' and indent the text below it"),
    *((part, _MISPLACED) for part in ("expected key", "<block end>", "'-' indicator", "content", "<document start>")),
)
"""Messages of PyYAML's scanners in plain words. The scanners in C and in Python use different words."""


@dataclass(eq=False, slots=True)
class Node:
    """One value and its position. `value` must not be edited in place, because aliases share it.

    `keys` has the position of each key. `size` counts the value's characters and `height` its levels, with all aliases
    expanded.
    """

    line: int
    column: int
    value: Json = None
    children: dict[str | int, Node] = field(default_factory=lambda: _NO_CHILDREN)
    keys: dict[str, tuple[int, int]] = field(default_factory=lambda: _NO_CHILDREN)
    size: int = 1
    height: int = 0


_NO_CHILDREN: Any = {}
"""The children and keys of every scalar. One shared object saves memory: a file may have half a million scalars."""


@dataclass(frozen=True)
class YamlFile:
    """The data of one YAML file. `file` is its name in messages."""

    file: str
    root: Node

    @property
    def data(self) -> Json:
        return self.root.value

    def locate(self, *path: str | int) -> Location:
        """The location of the value at a path of keys and indexes, or of its nearest existing parent."""
        node = self.root
        for key in path:
            if key not in node.children:
                break
            node = node.children[key]
        return Location(self.file, node.line, node.column)

    def positions(self) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
        """(path, line, column) of every value in file order. In a mapping, the position is that of the key."""
        pending: list[tuple[tuple[str | int, ...], Node, tuple[int, int]]] = [
            ((), self.root, (self.root.line, self.root.column))
        ]
        while pending:
            path, node, position = pending.pop()
            yield path, *position
            for key, child in reversed(node.children.items()):
                pending.append(((*path, key), child, node.keys.get(str(key), (child.line, child.column))))

    def locate_key(self, *path: str | int) -> Location:
        """The location of the last key of a path. If that is an index, this is the location of the list item.

        If the path does not exist, this is the location of its nearest existing parent.
        """
        node = self.root
        for key in path[:-1]:
            if key not in node.children:
                return self.locate(*path)
            node = node.children[key]
        position = node.keys.get(str(path[-1]))
        return Location(self.file, *position) if position else self.locate(*path)


def read(path: Path, file: str, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Read one file; `file` is its name in messages. Raises RegistryErrors with all problems found."""
    try:
        if not path.is_file():
            _reject(Location(file), "not a file")
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        _reject(Location(file), f"cannot be read: {error.strerror}")
    return parse(data, file, max_bytes)


@lru_cache(4096)
def parse(data: bytes, file: str, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Parse the bytes of a file; `file` is its name in messages. Raises RegistryErrors with all problems found."""
    if len(data) > max_bytes:
        _reject(Location(file, 1, 1), f"larger than {max_bytes // 1024} KiB; split it")
    text = decode(data, file)
    if match := CONTROL_CHARACTER.search(text):
        start = match.start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        _reject(
            Location(file, line, column),
            f"not text: it contains the control character U+{ord(match.group()):04X}; delete it, or write an escape",
        )
    if match := _CONFLICT_MARKER.search(text):
        start_of_line = Location(file, text.count("\n", 0, match.start()) + 1, 1)
        _reject(start_of_line, "merge conflict; keep the changes of both sides, each in a file of its own")
    builder = _NodeBuilder(file, max_bytes)
    loader = _LOADER(text)
    try:
        while loader.check_event():
            builder.handle(loader.get_event())
    except yaml.MarkedYAMLError as error:
        builder.reject(*_explain(error, text))
    finally:
        loader.dispose()
    if builder.errors:
        raise RegistryErrors(builder.errors)
    if builder.root is None or builder.root.value is None:
        _reject(Location(file, 1, 1), "the file is empty; write something into it, or delete it")
    return YamlFile(file, builder.root)


def quote(text: str) -> str:
    """A text that the user wrote, for a message: in quotes, escaped, and at most 60 characters."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def is_read_as_text(scalar: str) -> bool:
    """Whether a scalar without quotes is read as text rather than as a number or a constant."""
    return scalar not in _CONSTANTS and not _NUMBER.fullmatch(scalar)


def _reject(location: Location, message: str) -> NoReturn:
    raise RegistryErrors([RegistryError(location, message)])


def decode(data: bytes, file: str) -> str:
    """The text of a file's bytes, without a byte order mark. Raises RegistryErrors if they are not UTF-8."""
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        _reject(
            Location(file, line, column), f"not UTF-8 (byte 0x{data[error.start]:02X}); save the file as UTF-8 text"
        )


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """The line, column and message of an error of PyYAML's scanner or parser, in plain words."""
    mark: Any = error.problem_mark or error.context_mark
    for part, message in _PROBLEMS:
        if part in (error.problem or ""):
            if part == "unexpected end of stream":
                mark = error.context_mark or mark
            message = message.format(char=quote(text[mark.index : mark.index + 1]))
            break
    else:
        message = f"{error.problem}; check the indentation, the quotes and the brackets"
    return mark.line + 1, mark.column + 1, f"not YAML: {message}"


@dataclass(eq=False, slots=True)
class _OpenCollection:
    """A list or mapping whose end has not been reached. `key` is the key of the next value of a mapping."""

    node: Node
    anchor: str | None
    key: str | None = None


class _NodeBuilder:
    """Builds nodes from PyYAML's events without recursion, and checks the limits at every event."""

    def __init__(self, file: str, max_bytes: int) -> None:
        self.file = file
        self._max_bytes = max_bytes
        self.errors: list[RegistryError] = []
        self.root: Node | None = None
        self._open_collections: list[_OpenCollection] = []
        self._anchors: dict[str, Node | None] = {}
        self._size = 0

    def add_error(self, line: int, column: int, message: str) -> None:
        """Record an error after which the rest of the file can still be read."""
        self.errors.append(RegistryError(Location(self.file, line, column), message))

    def reject(self, line: int, column: int, message: str) -> NoReturn:
        """Raise an error after which the rest of the file cannot be read, together with those recorded before."""
        self.add_error(line, column, message)
        raise RegistryErrors(self.errors)

    def handle(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.NodeEvent):
            self._handle_node(event, line, column)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self._open_collections.pop()
            if closed.anchor is not None:
                self._anchors[closed.anchor] = closed.node
            if self._open_collections:
                self._attach(closed.node)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.reject(line, column, "a second document starts; a file has only one, so delete the '---' or '...'")

    def _handle_node(self, event: Any, line: int, column: int) -> None:
        innermost = self._open_collections[-1] if self._open_collections else None
        # The innermost mapping, if this event is its next key.
        mapping = innermost if innermost and innermost.key is None and isinstance(innermost.node.value, dict) else None
        tag = getattr(event, "tag", None)
        if tag is not None:
            name = quote(tag.replace("tag:yaml.org,2002:", "!!", 1))
            self.add_error(line, column, f"the tag {name} is not allowed; delete it, or put the text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            self._size += 1 + len(event.value)
            if re.search(r"[\ud800-\udfff]", event.value):
                self.add_error(line, column, "not YAML: this escape is not a character; write the character itself")
            if mapping:
                self._handle_key(mapping, event, line, column)
                return
            node = Node(line, column, self._resolve_scalar(event, line, column), size=1 + len(event.value))
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            self._attach(node)
        elif mapping:
            self.reject(line, column, "a key must be text; put text that starts with '{', '[' or '*' in quotes")
        elif isinstance(event, yaml.AliasEvent):
            self._attach(self._resolve_alias(str(event.anchor), line, column))
        else:
            self._size += 1
            node = Node(line, column, {} if isinstance(event, yaml.MappingStartEvent) else [], {}, {})
            if len(self._open_collections) == MAX_DEPTH:
                self.reject(line, column, f"nested more than {MAX_DEPTH} levels deep")
            self.root = self.root or node
            if event.anchor is not None:
                self._anchors[event.anchor] = None
            self._open_collections.append(_OpenCollection(node, event.anchor))

    def _handle_key(self, mapping: _OpenCollection, event: Any, line: int, column: int) -> None:
        key = event.value
        if key in mapping.node.keys:
            first = mapping.node.keys[key]
            self.add_error(line, column, f"duplicate key {quote(key)}; it is also on line {first[0]}")
        if key == "<<" and event.implicit[0]:
            self.add_error(line, column, "merge keys ('<<') are not supported; write out the keys")
        mapping.key = key
        mapping.node.keys[key] = (line, column)

    def _attach(self, node: Node) -> None:
        """Add a complete node to its parent. A list or mapping is complete when its end is reached."""
        if not self._open_collections:
            self.root = node
            return
        collection = self._open_collections[-1]
        parent = collection.node
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.value.append(node.value)
        elif collection.key is not None:
            parent.children[collection.key] = node
            parent.value[collection.key] = node.value
            parent.size += len(collection.key)
            collection.key = None
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)

    def _resolve_alias(self, name: str, line: int, column: int) -> Node:
        """The node that an alias repeats, at the position of the alias."""
        if name not in self._anchors:
            self.add_error(line, column, f"there is no anchor '&{name}'; put text that starts with '*' in quotes")
            return Node(line, column)
        node = self._anchors[name]
        if node is None:
            self.reject(line, column, f"'*{name}' repeats a value that contains it; write out the value")
        if len(self._open_collections) + node.height > MAX_DEPTH:
            self.reject(line, column, f"nested more than {MAX_DEPTH} levels deep, with '*{name}' expanded")
        self._size += node.size
        if self._size > self._max_bytes:
            self.reject(
                line, column, f"larger than {self._max_bytes // 1024} KiB with '*{name}' expanded; repeat it less often"
            )
        return Node(line, column, node.value, node.children, node.keys, node.size, node.height)

    def _resolve_scalar(self, event: Any, line: int, column: int) -> Json:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if is_read_as_text(text):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        match = _NUMBER.fullmatch(text)
        assert match, "a scalar that is neither text nor a constant is a number"
        is_whole = not match.group(1) and not match.group(2)
        if len(text) > MAX_DIGITS or (not is_whole and math.isinf(float(text))):
            self.add_error(line, column, "this number is too large; if it is text, put it in quotes")
            return None
        return int(text) if is_whole else float(text)
