"""Indented JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable

from api_upgrades.core.json import Json


def indent_json(value: Json) -> str:
    """The same text as `json.dumps(value, indent=2, ensure_ascii=False)`, with a line break at its end."""
    return JsonFormatter(()).write(value) + "\n"


class JsonFormatter:
    """Writes indented JSON, and formats each of the `shared` values only once.

    The shared values are recognized by their `id()`, so they must live as long as the writer.
    """

    def __init__(self, shared: Iterable[Json]) -> None:
        self._shared = {id(value) for value in shared}
        self._texts: dict[tuple[int, str], str] = {}

    def write(self, value: Json, line_start: str = "\n") -> str:
        """The text of a value. `line_start` is a line break and the indentation of
        the line on which the value starts.
        """
        if id(value) not in self._shared:
            return self._format(value, line_start)
        key = (id(value), line_start)
        if key not in self._texts:
            self._texts[key] = self._format(value, line_start)
        return self._texts[key]

    def _format(self, value: Json, line_start: str) -> str:
        indented = f"{line_start}  "
        if isinstance(value, dict) and value:
            items = [f"{_encode_key(name)}: {self.write(item, indented)}" for name, item in value.items()]
            return f"{{{indented}{f',{indented}'.join(items)}{line_start}}}"
        if isinstance(value, list | tuple) and value:
            return f"[{indented}{f',{indented}'.join(self.write(item, indented) for item in value)}{line_start}]"
        return _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _encode_key(name: object) -> str:
    """A key of an object. In Python it need not be text: the key of a response may be the number 200."""
    return _encode(name) if isinstance(name, str) else f'"{_encode(name)}"'
