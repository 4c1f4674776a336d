"""JSON as text for people to read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from api_upgrades.core.json import Json


def indented(value: Json) -> str:
    """JSON for people too, as `json.dumps(value, indent=2)` has it."""
    return JsonWriter(()).write(value) + "\n"


class JsonWriter:
    """Writes JSON, each value that is `shared` only once. These must live as long as the writer: it knows their ids."""

    def __init__(self, shared: Iterable[Json]) -> None:
        self._shared = {id(value) for value in shared}
        self._texts: dict[tuple[int, str], str] = {}

    def write(self, value: Json, line: str = "\n") -> str:
        """The text of a value that ends on a line which begins as `line`, a line break included."""
        if id(value) not in self._shared:
            return self._written(value, line)
        key = (id(value), line)
        if key not in self._texts:
            self._texts[key] = self._written(value, line)
        return self._texts[key]

    def _written(self, value: Json, line: str) -> str:
        deeper = f"{line}  "
        if isinstance(value, dict) and value:
            items = [f"{_key(name)}: {self.write(item, deeper)}" for name, item in value.items()]
            return f"{{{deeper}{f',{deeper}'.join(items)}{line}}}"
        if isinstance(value, list | tuple) and value:
            return f"[{deeper}{f',{deeper}'.join(self.write(item, deeper) for item in value)}{line}]"
        return _scalar(value)


_scalar = json.JSONEncoder(ensure_ascii=False).encode


def _key(name: object) -> str:
    """A key of an object, which in YAML need not be text: a status, for one."""
    return _scalar(name) if isinstance(name, str) else f'"{_scalar(name)}"'
