"""In a child process: the OpenAPI document of a project's models, or of its application, which are imported for that.

The project's own files are compiled afresh; installed packages keep their `.pyc`. The question is a line on standard
input: the source, the project's folder and the file for the answer. Where none comes, it ends.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import sys
import sysconfig
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import Json
from api_upgrades.sources.source_map import first_file, is_object, noun

_GENERATOR = Path(__file__).resolve().parents[1]
_ABSENT: Any = object()


def digest(file: str | Path) -> str:
    """The digest of what a file holds."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return "absent"


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
        if str(file).startswith("<"):  # made by a program, and in no file
            return None
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
            self.opened[name] = digest(arguments[0])

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

    def locate(self, error: BaseException, start: str) -> tuple[str, int | None, int | None]:
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
        return start, 1, 1


def _document(source: str, project: _Project) -> Json:
    """Import what a source names and ask it for its document."""
    from api_upgrades.sources.api import Api
    from api_upgrades.sources.application import promised

    if not is_object(source):
        found = getattr(_package(project.root / source), "api", _ABSENT)
        _refuse_other(found, "the name 'api' must be an Api", "write 'api = Api(...)' in this file")
    else:
        module, _, names = source.partition(":")
        found = _module(module, project)
        for name in names.split("."):
            found = getattr(found, name, _ABSENT)
        _refuse_other(found, f"{names!r} must be an application with a method 'openapi'", "mend the name in the source")
    document = found.openapi()
    return document if isinstance(found, Api) else promised(document)


def _package(folder: Path) -> ModuleType:
    """The package in a folder, by the folder's own name."""
    name, start = folder.name, folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    assert spec is not None, "a Python file has a spec"
    assert spec.loader is not None, "and the spec a loader"
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _module(name: str, project: _Project) -> ModuleType:
    """A module of the project. One from elsewhere would be the same at every commit, and never seen to change."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ApiUpgradesError(
            f"there is no module {error.name!r} in the project or its 'src'; mend the source"
        ) from None
    file = getattr(module, "__file__", None)
    if file is None or project.name(file) is None:
        raise ApiUpgradesError(
            f"{name!r} is {file or 'built in'}, outside of the project; run this where its code is, or write "
            "'changes/api/__init__.py' that imports it as 'api'"
        )
    return module


def _refuse_other(found: object, must: str, what_to_do: str) -> None:
    if callable(getattr(found, "openapi", None)) and not isinstance(found, type | ModuleType):
        return
    what = "nothing" if found is _ABSENT else f"a {'module' if isinstance(found, ModuleType) else type(found).__name__}"
    raise ApiUpgradesError(f"{must}, and is {what}; {what_to_do}")


def _message(error: BaseException, source: str) -> str:
    """What is wrong and what to do, on one line."""
    text = " ".join(str(error).split())
    if isinstance(error, ApiUpgradesError):
        return text
    if isinstance(error, SyntaxError):
        return f"is not Python: {error.msg}; mend this line"
    if isinstance(error, ModuleNotFoundError):
        return f"{text}; install it next to api-upgrades, or correct the import"
    return f"{noun(source)} cannot be imported: {type(error).__name__}: {text}; mend this line or what it calls"


def _run(source: str, root: Path, result: Path) -> None:
    gc.disable()  # the process ends before garbage could matter, and looking for it takes a tenth of the time
    project = _Project(root)
    places = [root, root / "src"] if is_object(source) else [root]
    sys.path[:0] = [str(place) for place in places if place.is_dir()]
    project.watch()
    try:
        text = json.dumps({"document": _document(source, project), "files": project.opened}, allow_nan=False)
    except (Exception, SystemExit) as error:
        place = project.locate(error, first_file(source))
        text = json.dumps({"error": {"at": place, "message": _message(error, source)}})
    result.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    importlib.import_module("api_upgrades.sources.api")  # what takes longest, before there is a question
    if asked := sys.stdin.readline():
        name, root, result = json.loads(asked)
        _run(name, Path(root), Path(result))
