"""Today's contract from a project's models, which a child process imports.

A process of its own, since reloading modules leaves dependants with old classes, and since a `.pyc` may be older than
its source without a sign of it. The child compiles the project's own files afresh; installed packages keep their
`.pyc`. What it found is kept under `.cache/`, with the digest of every project file that it opened on the way.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pydantic

from api_upgrades.contract import Contract, Json
from api_upgrades.errors import ApiUpgradesError, Location, RegistryError

CACHE = Path(".cache", "api-upgrades")
_GENERATOR = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Head:
    """What the models say today, and the files that say it."""

    contract: Contract
    files: tuple[Path, ...]


def read_head(source: str, root: Path) -> Head:
    """Read the package folder `source` below `root`, whose `__init__.py` assembles `api`.

    Raises RegistryError, with the file and line to mend, where the models cannot be imported.
    """
    root = root.resolve()
    folder = (root / source).resolve()
    start = f"{Path(source).as_posix()}/__init__.py"
    if not folder.is_relative_to(root) or folder == root:
        raise RegistryError(Location(start), f"lies outside the project {root}; move the models into it")
    if not (folder / "__init__.py").is_file():
        raise RegistryError(Location(start), "is not there; write the API's models there, and 'api = Api(...)'")
    kept = root / CACHE / f"{'-'.join(folder.relative_to(root).parts)}.json"
    found = _load(kept)
    if found is None or found["of"] != _identity(folder) or found["files"] != _digests(root, found["files"]):
        found = {"of": _identity(folder), **_import_in_child(folder, root)}
        if "error" in found:
            raise RegistryError(Location(*found["error"]["at"]), found["error"]["message"])
        _save(kept, found)
    return Head(_contract(json.dumps(found["document"])), tuple(root / name for name in found["files"]))


@lru_cache(4)
def _contract(document: str) -> Contract:
    """The contract of a document, the same object as long as the document is the same."""
    return Contract.from_openapi(json.loads(document))


def _identity(folder: Path) -> Json:
    """What a kept result depends on besides the files that were opened: who read them, and which modules there are."""
    generator = hashlib.sha256()
    for name in ("api.py", "contract.py", "models.py", "schema.py", "source.py"):
        generator.update((_GENERATOR / name).read_bytes())
    modules = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    return [str(folder), sys.version, pydantic.VERSION, generator.hexdigest(), modules]


def _digests(root: Path, names: Mapping[str, str]) -> dict[str, str]:
    return {name: _digest(root / name) for name in names}


def _digest(file: str | Path) -> str:
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return "absent"


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
            json.dump(found, file)
        os.replace(file.name, kept)
    except OSError:
        pass


def _import_in_child(folder: Path, root: Path) -> dict[str, Json]:
    """What the child process found: `files` and `document`, or `error`. What the models print goes to stderr."""
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "result.json")
        process = subprocess.run(
            [sys.executable, "-P", "-m", "api_upgrades.source", str(folder), str(root), str(result)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # The child finds what this process finds. A fixed seed makes the order of sets the same each time.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "PYTHONHASHSEED": "0"},
            check=False,
        )
        output = process.stdout.decode(errors="replace")
        if output:
            sys.stderr.write(output)
        if not result.exists():
            start = (folder / "__init__.py").relative_to(root).as_posix()
            message = f"importing the models ended Python itself (exit code {process.returncode}); see its output above"
            raise RegistryError(Location(start), message)
        found: dict[str, Json] = json.loads(result.read_bytes())
        return found


class _Project:
    """In the child: which files are the project's own, and what they held when they were opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.opened: dict[str, str] = {}
        # A directory of installed packages that holds the project (`/usr`, or itself) says nothing about its files.
        places = (_GENERATOR, *(Path(path) for path in sysconfig.get_paths().values()))
        self.installed = tuple(place for place in places if root in place.parents)

    def name(self, file: str | Path) -> str | None:
        """A file's name within the project, None where it belongs to Python, to a package or to somebody else."""
        path = Path(os.path.realpath(file))
        if not path.is_relative_to(self.root) or {"site-packages", "dist-packages"} & set(path.parts):
            return None
        if any(path.is_relative_to(place) for place in self.installed):
            return None
        return path.relative_to(self.root).as_posix()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note a file just before it is read, so that its digest is never that of a later edit."""
        if event != "open" or not isinstance(arguments[0], str) or not str(arguments[1]).startswith("r"):
            return
        name = self.name(arguments[0])
        if name is not None and name not in self.opened:
            self.opened[name] = ""  # reading it comes here again
            self.opened[name] = _digest(arguments[0])

    def watch(self) -> None:
        """From here on compile the project's files from their sources, and note every one that is opened."""
        project, cached = self, SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
            file = loader.get_filename(fullname)
            if project.name(file) is None:
                return cached(loader, fullname)
            return loader.source_to_code(loader.get_data(file), file)

        setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010  # mypy refuses to see a method replaced
        sys.addaudithook(self.audit)

    def locate(self, error: BaseException, folder: Path) -> tuple[str, int | None, int | None]:
        """The project's place that an error is about: the class, the syntax, or the last line that ran."""
        if model := getattr(error, "model", None):
            file = self.name(inspect.getsourcefile(model) or "")
            if file is not None:
                return file, inspect.getsourcelines(model)[1], 1
        if isinstance(error, SyntaxError) and error.filename and (file := self.name(error.filename)):
            return file, error.lineno, error.offset
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if file := self.name(frame.filename):
                return file, frame.lineno, None if frame.colno is None else frame.colno + 1
        return (folder / "__init__.py").relative_to(self.root).as_posix(), 1, 1


def _assemble(folder: Path) -> Json:
    """Import the package and ask its `api` for the document."""
    from api_upgrades.api import Api

    name, start = folder.name, folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    assert spec is not None, "a Python file has a spec"
    assert spec.loader is not None, "and the spec a loader"
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    api = getattr(module, "api", None)
    if not isinstance(api, Api):
        what = "nothing" if api is None else f"a {'module' if isinstance(api, ModuleType) else type(api).__name__}"
        raise ApiUpgradesError(f"the name 'api' must be an Api, and is {what}; write 'api = Api(...)' in this file")
    return api.openapi()


def _message(error: BaseException) -> str:
    """What is wrong and what to do, on one line."""
    text = " ".join(str(error).split())
    if isinstance(error, ApiUpgradesError):
        return text
    if isinstance(error, SyntaxError):
        return f"is not Python: {error.msg}; mend this line"
    if isinstance(error, ModuleNotFoundError):
        return f"{text}; install it next to api-upgrades, or correct the import"
    return f"the models cannot be imported: {type(error).__name__}: {text}; mend this line or what it calls"


def _child(folder: Path, root: Path, result: Path) -> None:
    project = _Project(root)
    sys.path.insert(0, str(root))
    project.watch()
    try:
        text = json.dumps({"document": _assemble(folder), "files": project.opened})
    except (Exception, SystemExit) as error:
        text = json.dumps({"error": {"at": project.locate(error, folder), "message": _message(error)}})
    result.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _child(*map(Path, sys.argv[1:]))
