"""Where the models declare what: the lines of classes, fields, operations and webhooks, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from api_upgrades.errors import Location
from api_upgrades.target import Target


@dataclass(frozen=True)
class Declared:
    """The files below `root` that say what the API is today."""

    root: Path = Path()
    files: tuple[Path, ...] = ()

    def locate(self, target: Target, otherwise: str) -> Location:
        """The line of a place: of its field or, where there is none, of its class, its operation or its webhook.

        A place that the files don't declare in so many words is said to be in the file `otherwise`.
        """
        holder = replace(target, section="", steps=())
        nearest = replace(holder, steps=() if target.section else target.steps[:1])
        return self._lines.get(str(nearest)) or self._lines.get(str(holder)) or Location(otherwise)

    @cached_property
    def _lines(self) -> dict[str, Location]:
        """The line of each place by its target. What is declared twice has none, as nobody can tell which it is."""
        found: dict[str, Location | None] = {}
        for file in (one for one in self.files if one.suffix == ".py"):
            for name, line in _declarations(file):
                found[name] = None if name in found else Location(file.relative_to(self.root).as_posix(), line)
        return {name: location for name, location in found.items() if location}


def _declarations(file: Path) -> Iterator[tuple[str, int]]:
    """What a file declares, by its target, and on which lines."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # edited since it was read
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
            yield from ((f"{node.name}.{name}", line) for name, line in _fields(node.body))
        elif isinstance(node, ast.Call) and node.args and (name := _constant(node.args[0])):
            callee = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if callee in ("Operation", "Webhook"):
                yield name if callee == "Operation" else f"webhook {name}", node.lineno


def _fields(body: Iterable[ast.stmt]) -> Iterator[tuple[str, int]]:
    """The fields of a class by their names in the API."""
    for one in body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            keywords = one.value.keywords if isinstance(one.value, ast.Call) else []
            aliases = [_constant(keyword.value) for keyword in keywords if keyword.arg == "alias"]
            yield next(filter(None, aliases), one.target.id), one.lineno


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
