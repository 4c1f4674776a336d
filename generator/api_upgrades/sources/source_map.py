"""Where the API of today is declared: which files say so, and on which lines they say what.

Of Python, the lines of classes, fields, operations and webhooks, read without running it; of an OpenAPI document, those
of schemas, their properties, operations and webhooks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from api_upgrades.core.errors import Location
from api_upgrades.openapi.contract import METHODS, Part, schema_part
from api_upgrades.openapi.target import Target
from api_upgrades.sources.openapi_file import OpenApiFile

SUFFIXES = (".json", ".yaml", ".yml")
"""How the names of OpenAPI documents end."""


def is_document(source: str) -> bool:
    """Whether a source is an OpenAPI document, by its name."""
    return source.lower().endswith(SUFFIXES)


def is_object(source: str) -> bool:
    """Whether a source is an object of a Python module, `myservice.main:app`."""
    return not is_document(source) and ":" in source


def noun(source: str) -> str:
    """What a source is called in messages."""
    return "the document" if is_document(source) else "the application" if is_object(source) else "the models"


def first_file(source: str) -> str:
    """The file where a source begins, as far as its name tells."""
    if is_document(source):
        return Path(source).as_posix()
    if is_object(source):
        return f"{source.partition(':')[0].replace('.', '/')}.py"
    return f"{Path(source).as_posix()}/__init__.py"


@dataclass(frozen=True)
class Declared:
    """The files below `root` that say what the API is today."""

    root: Path = Path()
    files: tuple[Path, ...] = ()
    document: OpenApiFile | None = None

    def locate(self, target: Target, otherwise: str) -> Location:
        """The line of a place: of its field or, where there is none, of its class, its operation or its webhook.

        A place that the files don't declare in so many words is said to be in the file `otherwise`.
        """
        holder = replace(target, section="", steps=())
        nearest = replace(holder, steps=() if target.section else target.steps[:1])
        for place in (nearest, holder):
            if found := self._lines.get(str(place)) or self._lines.get(str(_of_class(place))):
                return found
        return Location(first_file(otherwise) if is_object(otherwise) else otherwise)

    @cached_property
    def _lines(self) -> dict[str, Location]:
        """The line of each place by its target. What is declared twice has none, as nobody can tell which it is."""
        found: dict[str, Location | None] = {}
        for name, file, line in _of_document(self.document) if self.document else _of_python(self.files):
            found[name] = None if name in found else Location(file.relative_to(self.root).as_posix(), line)
        return {name: location for name, location in found.items() if location}


def _of_document(document: OpenApiFile) -> Iterator[tuple[str, Path, int]]:
    """What an OpenAPI document declares, by its target, and in which files and on which lines."""
    for pointer, file, line in document.positions():
        match pointer:
            case ("components", "schemas", str(name)):
                yield str(Target(schema_part(name))), file, line
            case ("components", "schemas", str(name), "properties", str(property)):
                yield str(Target(schema_part(name)).property(property)), file, line
            case ("paths", str(name), str(method)) if method in METHODS:
                yield str(Target(Part("operation", f"{method.upper()} {name}"))), file, line
            case ("webhooks", str(name)):
                yield str(Target(Part("webhook", name))), file, line


def _of_python(files: Iterable[Path]) -> Iterator[tuple[str, Path, int]]:
    """What files of Python declare, in the same way."""
    for file in files:
        if file.suffix == ".py":
            yield from ((name, file, line) for name, line in _declarations(file))


def _declarations(file: Path) -> Iterator[tuple[str, int]]:
    """What a file of Python declares, by its target, and on which lines."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # edited since it was read
        return
    prefixes = dict(_prefixes(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
            yield from ((f"{node.name}.{name}", line) for name, line in _fields(node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _routes(node, prefixes)
        elif isinstance(node, ast.Call) and node.args and (name := _constant(node.args[0])):
            callee = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if callee in ("Operation", "Webhook"):
                yield name if callee == "Operation" else f"webhook {name}", node.lineno


def _of_class(target: Target) -> Target:
    """The place as its class has it: an application has two schemas of a model that differs by direction."""
    part = target.part
    if part is None or part.kind != "schema":
        return target
    return replace(target, part=schema_part(part.name.removesuffix("-Input").removesuffix("-Output")))


def _prefixes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What the paths of a router begin with, by its name: `router = APIRouter(prefix="/books")`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            prefix = next((_constant(one.value) for one in node.value.keywords if one.arg == "prefix"), None)
            yield from ((one.id, prefix or "") for one in node.targets if isinstance(one, ast.Name))


def _routes(function: ast.FunctionDef | ast.AsyncFunctionDef, prefixes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The operations that a function answers: `@router.get("/{isbn}")`."""
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
            path = _constant(call.args[0]) if call.args else None
            if path is not None and isinstance(call.func.value, ast.Name):
                yield f"{call.func.attr.upper()} {prefixes.get(call.func.value.id, '')}{path}", call.lineno


def _fields(body: Iterable[ast.stmt]) -> Iterator[tuple[str, int]]:
    """The fields of a class by their names in the API."""
    for one in body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            keywords = one.value.keywords if isinstance(one.value, ast.Call) else []
            aliases = [_constant(keyword.value) for keyword in keywords if keyword.arg == "alias"]
            yield next(filter(None, aliases), one.target.id), one.lineno


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
