"""One YAML file as plain data, with the place of every node in it.

PyYAML does no more here than cut the text into events. What a scalar means, and how much a file may hold, is settled
below: YAML 1.1 reads `no`, `on`, `12:30` and `2023-06-26` as something else than their authors do, and the loaders of
PyYAML recurse, let a later duplicate of a key win, and write aliases out without end.

    true, false           booleans, so written and not otherwise
    null, ~, nothing      null
    12, -1.5, 1e9         numbers, as JSON writes them
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

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no text holds."""

_MERGE = re.compile(r"^<{7} ", re.MULTILINE)
"""What git writes where two sides differ. In YAML it is no text, wherever it stands at the start of a line."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}

_MISPLACED = "this does not follow from the lines above; look at the indentation, the quotes and the brackets"
_PROBLEMS = (
    ("mapping values are not allowed", "there is a ': ' where no key can be; put text that holds one in quotes"),
    ("cannot start any token", "no text starts with {char}; indent with spaces, and put such text in quotes"),
    ("alphabetic or numeric character", "text that starts with '*' or '&' stands in quotes"),
    ("unexpected end of stream", "a quote opens here and does not close"),
    ("Unicode character escape", "this escape is no character; write the character itself"),
    ("',' or", "a comma is missing before this, or a bracket does not close"),
    ("maximum nesting depth", f"nested more than {MAX_DEPTH} levels deep"),
    ("could not find expected ':'", "this is no 'key: value'; put longer text after '|', indented"),
    *((part, _MISPLACED) for part in ("expected key", "<block end>", "'-' indicator", "content", "<document start>")),
)
"""What PyYAML's scanners say (the C one and the Python one word it differently), and what it means."""


@dataclass(eq=False, slots=True)
class Node:
    """One value and where it stands. What an alias repeats is shared, so `value` must not be edited in place."""

    line: int
    column: int
    value: Json = None
    children: dict[str | int, Node] = field(default_factory=lambda: _NONE)
    keys: dict[str, tuple[int, int]] = field(default_factory=lambda: _NONE)
    size: int = 1
    height: int = 0


_NONE: Any = {}
"""What a scalar has of children and keys: one object for all of them, as a file may hold half a million."""


@dataclass(frozen=True)
class YamlFile:
    """The data of one file; `file` is the name that messages call it by."""

    file: str
    root: Node

    @property
    def data(self) -> Json:
        return self.root.value

    def locate(self, *path: str | int) -> Location:
        """Where the value at a path of keys and indexes stands, or what is nearest above it."""
        node = self.root
        for key in path:
            if key not in node.children:
                break
            node = node.children[key]
        return Location(self.file, node.line, node.column)

    def places(self) -> Iterator[tuple[tuple[str | int, ...], int, int]]:
        """Every value by its path, in order, with the line and column of its key or, without one, of itself."""
        pending: list[tuple[tuple[str | int, ...], Node, tuple[int, int]]] = [
            ((), self.root, (self.root.line, self.root.column))
        ]
        while pending:
            path, node, place = pending.pop()
            yield path, *place
            for key, child in reversed(node.children.items()):
                pending.append(((*path, key), child, node.keys.get(str(key), (child.line, child.column))))

    def locate_key(self, *path: str | int) -> Location:
        """Where the last key of a path stands; for an item of a list, the item."""
        node = self.root
        for key in path[:-1]:
            if key not in node.children:
                return self.locate(*path)
            node = node.children[key]
        place = node.keys.get(str(path[-1]))
        return Location(self.file, *place) if place else self.locate(*path)


def read(path: Path, file: str, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Read one file. Raises RegistryErrors with all that is wrong, under the name `file`."""
    try:
        if not path.is_file():
            _refuse(Location(file), "not a file")
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        _refuse(Location(file), f"cannot be read: {error.strerror}")
    return parse(data, file, max_bytes)


@lru_cache(4096)
def parse(data: bytes, file: str, max_bytes: int = MAX_BYTES) -> YamlFile:
    """Read the bytes of one file. Raises RegistryErrors with all that is wrong, under the name `file`."""
    if len(data) > max_bytes:
        _refuse(Location(file, 1, 1), f"larger than {max_bytes // 1024} KiB; split it")
    text = decoded(data, file)
    if match := CONTROL.search(text):
        start = match.start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        _refuse(
            Location(file, line, column),
            f"not text: it holds the control character U+{ord(match.group()):04X}; take it out, or write an escape",
        )
    if match := _MERGE.search(text):
        place = Location(file, text.count("\n", 0, match.start()) + 1, 1)
        _refuse(place, "the marks of a merge; keep what both sides say, each change in a file of its own")
    builder = _Builder(file, max_bytes)
    loader = _LOADER(text)
    try:
        while loader.check_event():
            builder.take(loader.get_event())
    except yaml.MarkedYAMLError as error:
        builder.refuse(*_explained(error, text))
    finally:
        loader.dispose()
    if builder.errors:
        raise RegistryErrors(builder.errors)
    if builder.root is None or builder.root.value is None:
        _refuse(Location(file, 1, 1), "the file is empty; fill it or take it away")
    return YamlFile(file, builder.root)


def shown(text: str) -> str:
    """Some text of the author's in quotes, short and printable."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def is_text(plain: str) -> bool:
    """Whether a scalar without quotes is read as text, and not as a number or a constant."""
    return plain not in _CONSTANTS and not _NUMBER.fullmatch(plain)


def _refuse(location: Location, message: str) -> NoReturn:
    raise RegistryErrors([RegistryError(location, message)])


def decoded(data: bytes, file: str) -> str:
    """The text of a file's bytes. Raises RegistryErrors where they are no UTF-8."""
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode()) + 1
        _refuse(
            Location(file, line, column), f"not UTF-8 (byte 0x{data[error.start]:02X}); save the file as UTF-8 text"
        )


def _explained(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """A scanner's or parser's error as a place and plain words."""
    mark: Any = error.problem_mark or error.context_mark
    for part, words in _PROBLEMS:
        if part in (error.problem or ""):
            if part == "unexpected end of stream":
                mark = error.context_mark or mark
            words = words.format(char=shown(text[mark.index : mark.index + 1]))
            break
    else:
        words = f"{error.problem}; look at the indentation, the quotes and the brackets"
    return mark.line + 1, mark.column + 1, f"not YAML: {words}"


@dataclass(eq=False, slots=True)
class _Open:
    """A list or mapping that has begun, and of a mapping the key whose value is next."""

    node: Node
    anchor: str | None
    key: str | None = None


class _Builder:
    """Makes nodes of events, without recursion. Bounds are checked as the events come in."""

    def __init__(self, file: str, max_bytes: int) -> None:
        self.file = file
        self._max_bytes = max_bytes
        self.errors: list[RegistryError] = []
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._size = 0

    def report(self, line: int, column: int, message: str) -> None:
        """A fault after which the rest of the file can still be read."""
        self.errors.append(RegistryError(Location(self.file, line, column), message))

    def refuse(self, line: int, column: int, message: str) -> NoReturn:
        self.report(line, column, message)
        raise RegistryErrors(self.errors)

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.NodeEvent):
            self._take_node(event, line, column)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._open.pop()
            if done.anchor is not None:
                self._anchors[done.anchor] = done.node
            if self._open:
                self._place(done.node)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.refuse(line, column, "a second document starts; a file holds one, so take the '---' or '...' away")

    def _take_node(self, event: Any, line: int, column: int) -> None:
        within = self._open[-1] if self._open else None
        keyless = within if within and within.key is None and isinstance(within.node.value, dict) else None
        tag = getattr(event, "tag", None)
        if tag is not None:
            name = shown(tag.replace("tag:yaml.org,2002:", "!!", 1))
            self.report(line, column, f"the tag {name} is not allowed; take it away, or put the text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            self._size += 1 + len(event.value)
            if re.search(r"[\ud800-\udfff]", event.value):
                self.report(line, column, "not YAML: this escape is no character; write the character itself")
            if keyless:
                self._take_key(keyless, event, line, column)
                return
            node = Node(line, column, self._meaning(event, line, column), size=1 + len(event.value))
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            self._place(node)
        elif keyless:
            self.refuse(line, column, "a key is text; put text that starts with '{', '[' or '*' in quotes")
        elif isinstance(event, yaml.AliasEvent):
            self._place(self._repeated(str(event.anchor), line, column))
        else:
            self._size += 1
            node = Node(line, column, {} if isinstance(event, yaml.MappingStartEvent) else [], {}, {})
            if len(self._open) == MAX_DEPTH:
                self.refuse(line, column, f"nested more than {MAX_DEPTH} levels deep")
            self.root = self.root or node
            if event.anchor is not None:
                self._anchors[event.anchor] = None
            self._open.append(_Open(node, event.anchor))

    def _take_key(self, within: _Open, event: Any, line: int, column: int) -> None:
        key = event.value
        if key in within.node.keys:
            first = within.node.keys[key]
            self.report(line, column, f"the key {shown(key)} is here twice; it is also in line {first[0]}")
        if key == "<<" and event.implicit[0]:
            self.report(line, column, "merge keys ('<<') are not supported; write the keys out")
        within.key = key
        within.node.keys[key] = (line, column)

    def _place(self, node: Node) -> None:
        """Put a finished node where it belongs. A list or mapping is finished at its end."""
        if not self._open:
            self.root = node
            return
        within = self._open[-1]
        parent = within.node
        if isinstance(parent.value, list):
            parent.children[len(parent.value)] = node
            parent.value.append(node.value)
        elif within.key is not None:
            parent.children[within.key] = node
            parent.value[within.key] = node.value
            parent.size += len(within.key)
            within.key = None
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)

    def _repeated(self, name: str, line: int, column: int) -> Node:
        """What an alias stands for, at the alias's own place."""
        if name not in self._anchors:
            self.report(line, column, f"nothing is anchored as '&{name}'; put text that starts with '*' in quotes")
            return Node(line, column)
        node = self._anchors[name]
        if node is None:
            self.refuse(line, column, f"'*{name}' is inside what it repeats; write it out")
        if len(self._open) + node.height > MAX_DEPTH:
            self.refuse(line, column, f"nested more than {MAX_DEPTH} levels deep, with '*{name}' written out")
        self._size += node.size
        if self._size > self._max_bytes:
            self.refuse(
                line, column, f"larger than {self._max_bytes // 1024} KiB with '*{name}' written out; say it once"
            )
        return Node(line, column, node.value, node.children, node.keys, node.size, node.height)

    def _meaning(self, event: Any, line: int, column: int) -> Json:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if is_text(text):
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        match = _NUMBER.fullmatch(text)
        assert match, "what is no text and no constant is a number"
        number = float(text)
        if math.isinf(number):
            self.report(line, column, "this number is too large; put text in quotes")
            return None
        return number if match.group(1) or match.group(2) else int(text)
