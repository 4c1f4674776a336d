"""Reads the current contract from a project's source: its models, its application, or an OpenAPI document.

    changes/api             a package whose `__init__.py` defines `api`, an `Api` or an application
    myservice.main:app      a Python object with a method `openapi()`, such as a FastAPI application
    openapi.yaml            an OpenAPI document, recognized by its suffix

A worker process imports Python sources. Reloading modules in this process would leave old classes in modules that use
them, and a `.pyc` file can be outdated without any sign. The result is cached under `.cache/` with the digest of every
project file that the import opened.
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
from api_upgrades.sources.launcher import VOLATILE_VARIABLES, run_worker, start_idle_worker
from api_upgrades.sources.openapi_file import OpenApiFile, check_document, read_document
from api_upgrades.sources.source_map import describe_source, entry_file, is_document, is_python_object
from api_upgrades.sources.worker import file_digest

CACHE = Path(".cache", "api-upgrades")
_GENERATOR_FOLDER = Path(__file__).resolve().parents[1]
_READER_PACKAGES = ("core", "openapi", "sources")
"""The packages whose code determines the document of an application or of models."""


@dataclass(frozen=True)
class Head:
    """The current contract and the files it was read from; `document` is None unless the source is a document."""

    contract: Contract
    files: tuple[Path, ...]
    document: OpenApiFile | None = None


def read_head(source: str, root: Path) -> Head:
    """Read the head from `source`, a name relative to `root`.

    Raises ApiUpgradesError with file and line if the source cannot be read or imported.
    """
    root = root.resolve()
    if is_document(source):
        file = root / source
        if not file.resolve().is_relative_to(root):
            raise RegistryError(
                Location(source), f"the document is outside the project {root}; move it into the project"
            )
        document = read_document(file, root)
        return Head(Contract.from_openapi(document.document), document.files, document)
    if not is_python_object(source):
        _check_folder(source, root)
    cache_file = root / CACHE / f"{source.replace(':', '/').strip('/').replace('/', '-')}.json"
    result = _load_cached_result(cache_file)
    if (
        result is None
        or result["key"] != _cache_key(source, root)
        or result["files"] != _compute_digests(root, result["files"])
    ):
        result = {"key": _cache_key(source, root), **_import_in_worker(source, root)}
        if "error" in result:
            raise RegistryError(Location(*result["error"]["at"]), result["error"]["message"])
        check_document(_ImportedDocument(entry_file(source), result["document"]))
        _save_result(cache_file, result)
    return Head(_build_contract(json.dumps(result["document"])), tuple(root / name for name in result["files"]))


def prepare_reading(source: str, root: Path) -> None:
    """Start a worker in advance if `read_head` may have to import this source."""
    if not is_document(source):
        start_idle_worker(root.resolve())


@lru_cache(4)
def _build_contract(document: str) -> Contract:
    """The contract of a document, cached so that the same document gives the same object."""
    return Contract.from_openapi(json.loads(document))


@dataclass(frozen=True)
class _ImportedDocument:
    """A document from an import. It has no file, so every location in it is the file where the import starts."""

    file: str
    data: Json

    def locate_key(self, *path: str | int) -> Location:
        return Location(self.file)

    def positions(self) -> Iterator[tuple[Pointer, int, int]]:
        return iter(())


def _check_folder(source: str, root: Path) -> None:
    entry, folder = Location(entry_file(source)), (root / source).resolve()
    if not folder.is_relative_to(root) or folder == root:
        raise RegistryError(entry, f"the models are outside the project {root}; move them into the project")
    if not (folder / "__init__.py").is_file():
        raise RegistryError(entry, "does not exist; write the API's models there, and 'api = Api(...)'")


def _cache_key(source: str, root: Path) -> Json:
    """Everything on which a cached result depends, besides the files that the import opened.

    That is the code of this generator and the project's modules. An application also depends on its environment and on
    the installed packages.
    """
    generator = hashlib.sha256()
    for package in _READER_PACKAGES:
        for file in sorted((_GENERATOR_FOLDER / package).glob("*.py")):
            generator.update(file.read_bytes())
    key = [str(root), source, sys.version, pydantic.VERSION, generator.hexdigest()]
    if not is_python_object(source):
        return [*key, _list_modules(root / source, root)]
    package = source.partition(":")[0].partition(".")[0]
    modules = [_list_modules(folder, root) for folder in (root / package, root / "src" / package)]
    installed = sorted(path.name for place in map(Path, sys.path) for path in place.glob("*.dist-info"))
    environment = sorted(item for item in os.environ.items() if item[0] not in VOLATILE_VARIABLES)
    surroundings = json.dumps([installed, environment, sorted(path.name for path in root.glob("*.py"))])
    return [*key, modules, hashlib.sha256(surroundings.encode()).hexdigest()]


def _list_modules(folder: Path, root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in folder.rglob("*.py"))


def _compute_digests(root: Path, names: Mapping[str, str]) -> dict[str, str]:
    return {name: file_digest(root / name) for name in names}


def _load_cached_result(cache_file: Path) -> dict[str, Json] | None:
    try:
        result = json.loads(cache_file.read_bytes())
        return result if {"key", "files", "document"} <= result.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


def _save_result(cache_file: Path, result: Mapping[str, Json]) -> None:
    """Write a result to the cache atomically. If that fails, it is ignored: the models are imported again next time."""
    try:
        cache_file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=cache_file.parent, suffix=".tmp", encoding="utf-8", delete=False
        ) as file:
            file.write(json.dumps(result))  # many times faster than json.dump
        os.replace(file.name, cache_file)
    except OSError:
        pass


def _import_in_worker(source: str, root: Path) -> dict[str, Json]:
    """The result of a worker: `files` and `document`, or `error`. Whatever the project prints goes to stderr."""
    with tempfile.TemporaryDirectory() as scratch:
        result_file = Path(scratch, "result.json")
        code, printed = run_worker(root, source, str(root), str(result_file))
        output = printed.decode(errors="replace")
        if output:
            sys.stderr.write(output)
        if not result_file.exists():
            message = (
                f"importing {describe_source(source)} ended the Python process (exit code {code}); see its output above"
            )
            raise RegistryError(Location(entry_file(source)), message)
        result: dict[str, Json] = json.loads(result_file.read_bytes())
        return result
