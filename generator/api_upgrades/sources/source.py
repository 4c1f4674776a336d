"""Today's contract from where a project says it: its models, its application, or an OpenAPI document.

    changes/api             a package whose `__init__.py` assembles `api`, an `Api` or an application
    myservice.main:app      a Python object with a method `openapi()`, as an application of FastAPI
    openapi.yaml            an OpenAPI document, by the end of its name

What is Python is imported by a process of its own, since reloading modules leaves dependants with old classes, and
since a `.pyc` may be older than its source without a sign of it. What that found is kept under `.cache/`, with the
digest of every project file that it opened on the way.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pydantic

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.core.json import Json, Pointer
from api_upgrades.openapi.contract import Contract
from api_upgrades.sources.launcher import PASSING, ask, start_ahead
from api_upgrades.sources.openapi_file import OpenApiFile, check_document, read_document
from api_upgrades.sources.source_map import first_file, is_document, is_object, noun
from api_upgrades.sources.worker import digest

CACHE = Path(".cache", "api-upgrades")
_GENERATOR = Path(__file__).resolve().parents[1]
_READERS = ("core", "openapi", "sources")
"""The packages on which the document of an application or of models depends."""


@dataclass(frozen=True)
class Head:
    """What the API is today, and the files that say it; with the document, where it is one."""

    contract: Contract
    files: tuple[Path, ...]
    document: OpenApiFile | None = None


def read_head(source: str, root: Path) -> Head:
    """Read `source`, which is named as it is from `root`.

    Raises ApiUpgradesError, with the file and line to mend, where it cannot be read or imported.
    """
    root = root.resolve()
    if is_document(source):
        file = root / source
        if not file.resolve().is_relative_to(root):
            raise RegistryError(Location(source), f"lies outside the project {root}; move the document into it")
        read = read_document(file, root)
        return Head(Contract.from_openapi(read.document), read.files, read)
    if not is_object(source):
        _refuse_folder(source, root)
    kept = root / CACHE / f"{source.replace(':', '/').strip('/').replace('/', '-')}.json"
    found = _load(kept)
    if found is None or found["of"] != _identity(source, root) or found["files"] != _digests(root, found["files"]):
        found = {"of": _identity(source, root), **_import_in_child(source, root)}
        if "error" in found:
            raise RegistryError(Location(*found["error"]["at"]), found["error"]["message"])
        check_document(_Imported(first_file(source), found["document"]))
        _save(kept, found)
    return Head(_contract(json.dumps(found["document"])), tuple(root / name for name in found["files"]))


def expect_reading(source: str, root: Path) -> None:
    """Prepare for `read_head` of the same, where that may have to import something."""
    if not is_document(source):
        start_ahead(root.resolve())


@lru_cache(4)
def _contract(document: str) -> Contract:
    """The contract of a document, the same object as long as the document is the same."""
    return Contract.from_openapi(json.loads(document))


@dataclass(frozen=True)
class _Imported:
    """A document that is in no file: its places are where the import began."""

    file: str
    data: Json

    def locate_key(self, *path: str | int) -> Location:
        return Location(self.file)

    def positions(self) -> Iterator[tuple[Pointer, int, int]]:
        return iter(())


def _refuse_folder(source: str, root: Path) -> None:
    start, folder = Location(first_file(source)), (root / source).resolve()
    if not folder.is_relative_to(root) or folder == root:
        raise RegistryError(start, f"lies outside the project {root}; move the models into it")
    if not (folder / "__init__.py").is_file():
        raise RegistryError(start, "is not there; write the API's models there, and 'api = Api(...)'")


def _identity(source: str, root: Path) -> Json:
    """What a kept result depends on besides the files that were opened: who read them, and which modules there are.

    An application often asks its environment what to be, and its document is worded by what is installed.
    """
    generator = hashlib.sha256()
    for package in _READERS:
        for file in sorted((_GENERATOR / package).glob("*.py")):
            generator.update(file.read_bytes())
    found = [str(root), source, sys.version, pydantic.VERSION, generator.hexdigest()]
    if not is_object(source):
        return [*found, _modules(root / source, root)]
    package = source.partition(":")[0].partition(".")[0]
    modules = [_modules(folder, root) for folder in (root / package, root / "src" / package)]
    installed = sorted(path.name for place in map(Path, sys.path) for path in place.glob("*.dist-info"))
    environment = sorted(item for item in os.environ.items() if item[0] not in PASSING)
    around = json.dumps([installed, environment, sorted(path.name for path in root.glob("*.py"))])
    return [*found, modules, hashlib.sha256(around.encode()).hexdigest()]


def _modules(folder: Path, root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in folder.rglob("*.py"))


def _digests(root: Path, names: Mapping[str, str]) -> dict[str, str]:
    return {name: digest(root / name) for name in names}


def _load(kept: Path) -> dict[str, Json] | None:
    try:
        found = json.loads(kept.read_bytes())
        return found if {"of", "files", "document"} <= found.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _save(kept: Path, found: Mapping[str, Json]) -> None:
    """Keep a result, whole or not at all. Where nothing can be written, the models are imported each time."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=kept.parent, suffix=".tmp", encoding="utf-8", delete=False) as file:
            file.write(json.dumps(found))  # many times faster than json.dump
        os.replace(file.name, kept)
    except OSError:
        pass


def _import_in_child(source: str, root: Path) -> dict[str, Json]:
    """What the child process found: `files` and `document`, or `error`. What the project prints goes to stderr."""
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "result.json")
        code, printed = ask(root, source, str(root), str(result))
        output = printed.decode(errors="replace")
        if output:
            sys.stderr.write(output)
        if not result.exists():
            message = f"importing {noun(source)} ended Python itself (exit code {code}); see its output above"
            raise RegistryError(Location(first_file(source)), message)
        found: dict[str, Json] = json.loads(result.read_bytes())
        return found
