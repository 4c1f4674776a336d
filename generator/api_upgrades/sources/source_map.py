"""Maps the parts of the current API to the files and lines that declare them.

In Python files, these are the lines of classes, fields, operations and webhooks, found without running the code. In an
OpenAPI document, these are the lines of schemas, their properties, operations and webhooks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.openapi.methods import METHODS
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.openapi.target import Target
from api_upgrades.sources.openapi_file import OpenApiFile

DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")
"""The suffixes of OpenAPI documents."""


def is_document(source: str) -> bool:
    """Whether a source is an OpenAPI document. Its suffix decides."""
    return source.lower().endswith(DOCUMENT_SUFFIXES)


def is_python_object(source: str) -> bool:
    """Whether a source is an object of a Python module, like `myservice.main:app`."""
    return not is_document(source) and ":" in source


def describe_source(source: str) -> str:
    """A noun for a source in messages."""
    return "the document" if is_document(source) else "the application" if is_python_object(source) else "the models"


def entry_file(source: str) -> str:
    """The file where reading a source starts. It is derived from the source's name, and may not exist."""
    if is_document(source):
        return Path(source).as_posix()
    if is_python_object(source):
        return f"{source.partition(':')[0].replace('.', '/')}.py"
    return f"{Path(source).as_posix()}/__init__.py"


@dataclass(frozen=True)
class SourceMap:
    """The files that declare the current API, all of them below `root`."""

    root: Path = Path()
    files: tuple[Path, ...] = ()
    document: OpenApiFile | None = None

    def locate(self, target: Target, source: str) -> Location:
        """The line that declares a target: its field or, if there is none, its class, operation or webhook.

        If the files do not declare any of these literally, the location is the file where `source` starts.
        """
        part = replace(target, section="", steps=())
        field = replace(part, steps=() if target.section else target.steps[:1])
        for candidate in (field, _model_target(field), part, _model_target(part)):
            if location := self._location_by_target.get(str(candidate)):
                return location
        return Location(entry_file(source) if is_python_object(source) else source)

    @property
    def mistakes(self) -> tuple[RegistryError, ...]:
        """Notes about the mistakes of a document, which is kept as it is."""
        return self.document.mistakes if self.document else ()

    @cached_property
    def _location_by_target(self) -> dict[str, Location]:
        """The location of each target. Targets that are declared twice are left out, because they are ambiguous."""
        locations: dict[str, Location | None] = {}
        names = {file: file.relative_to(self.root).as_posix() for file in self.files}
        for name, file, line in _find_in_document(self.document) if self.document else _find_in_python(self.files):
            locations[name] = None if name in locations else Location(names[file], line)
        return {name: location for name, location in locations.items() if location}


def _find_in_document(document: OpenApiFile) -> Iterator[tuple[str, Path, int]]:
    """(target, file, line) of everything that an OpenAPI document declares."""
    for pointer, file, line in document.positions():
        match pointer:
            case ("components", "schemas", str(name)):
                yield str(Target(schema_part(name))), file, line
            case ("components", "schemas", str(name), "properties", str(property)):
                yield str(Target(schema_part(name)).property(property)), file, line
            case ("paths", str(name), str(method)) if method in METHODS:
                yield str(Target(Part("operation", f"{method.upper()} {name}"))), file, line
            case ("paths", str(name), "additionalOperations", str(method)):
                yield str(Target(Part("operation", f"{method} {name}"))), file, line
            case ("webhooks", str(name)):
                yield str(Target(Part("webhook", name))), file, line


def _find_in_python(files: Iterable[Path]) -> Iterator[tuple[str, Path, int]]:
    """(target, file, line) of everything that Python files declare."""
    for file in files:
        if file.suffix == ".py":
            yield from ((name, file, line) for name, line in _find_declarations(file))


def _find_declarations(file: Path) -> Iterator[tuple[str, int]]:
    """(target, line) of everything that a Python file declares."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):  # the file was edited after it was imported
        return
    prefixes = dict(_find_router_prefixes(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
            yield from ((f"{node.name}.{name}", line) for name, line in _find_fields(node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _find_routes(node, prefixes)
        elif isinstance(node, ast.Call) and node.args and (name := _string_value(node.args[0])):
            callee = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if callee in ("Operation", "Webhook"):
                yield name if callee == "Operation" else f"webhook {name}", node.lineno


def _model_target(target: Target) -> Target:
    """The target in the model behind a schema. A model may have two schemas in an application, for input and output."""
    part = target.part
    if part is None or part.kind != "schema":
        return target
    return replace(target, part=schema_part(part.name.removesuffix("-Input").removesuffix("-Output")))


def _find_router_prefixes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The name and path prefix of each router: `router = APIRouter(prefix="/books")`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            prefix = next((_string_value(item.value) for item in node.value.keywords if item.arg == "prefix"), None)
            yield from ((name.id, prefix or "") for name in node.targets if isinstance(name, ast.Name))


def _find_routes(
    function: ast.FunctionDef | ast.AsyncFunctionDef, prefixes: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """(operation, line) of each decorator of a function that makes it an endpoint: `@router.get("/{isbn}")`."""
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
            path = _string_value(call.args[0]) if call.args else None
            if path is not None and isinstance(call.func.value, ast.Name):
                yield f"{call.func.attr.upper()} {prefixes.get(call.func.value.id, '')}{path}", call.lineno


def _find_fields(body: Iterable[ast.stmt]) -> Iterator[tuple[str, int]]:
    """(name in the API, line) of each field of a class."""
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            keywords = node.value.keywords if isinstance(node.value, ast.Call) else []
            aliases = [_string_value(keyword.value) for keyword in keywords if keyword.arg == "alias"]
            yield next(filter(None, aliases), node.target.id), node.lineno


def _string_value(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
