"""The worker process: imports a project's models or application and writes their OpenAPI document.

The project's own files are compiled from their sources; installed packages use their `.pyc` files. The request is one
line of JSON on standard input: the source, the project's folder, and the file for the result. The process ends if
standard input is closed without a request.
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
from api_upgrades.sources.source_map import describe_source, entry_file, is_python_object

_GENERATOR_FOLDER = Path(__file__).resolve().parents[1]
_MISSING: Any = object()


def file_digest(file: str | Path) -> str:
    """The SHA-256 digest of a file's content, or `absent`."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return "absent"


class _Project:
    """Recognizes the project's own files, and records the digest of each one that is opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.opened_files: dict[str, str] = {}
        # Only package folders inside the project count. Others, such as `/usr`, may contain the project itself.
        places = (_GENERATOR_FOLDER, *(Path(path) for path in sysconfig.get_paths().values()))
        self.package_folders = tuple(place for place in places if root in place.parents)

    def relative_name(self, file: str | Path) -> str | None:
        """A file's path relative to the project, or None if it belongs to Python, a package or another project."""
        path = Path(os.path.realpath(file))
        if str(file).startswith("<"):  # code that was generated at run time
            return None
        if not path.is_relative_to(self.root) or {"site-packages", "dist-packages"} & set(path.parts):
            return None
        if any(path.is_relative_to(place) for place in self.package_folders):
            return None
        return path.relative_to(self.root).as_posix()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Record a file's digest just before Python opens it, so that it is not the digest of a later edit."""
        if event != "open" or not isinstance(arguments[0], str) or not str(arguments[1]).startswith("r"):
            return
        name = self.relative_name(arguments[0])
        if name is not None and name not in self.opened_files:
            self.opened_files[name] = ""  # `file_digest` opens the file, which calls this again
            self.opened_files[name] = file_digest(arguments[0])

    def watch(self) -> None:
        """From now on, compile the project's files from their sources, and record every file that is opened."""
        project, get_cached_code = self, SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
            file = loader.get_filename(fullname)
            if project.relative_name(file) is None:
                return get_cached_code(loader, fullname)
            return loader.source_to_code(loader.get_data(file), file)

        setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010  # mypy refuses to see a method replaced
        sys.addaudithook(self.audit)

    def locate(self, error: BaseException, start: str) -> tuple[str, int | None, int | None]:
        """The (file, line, column) of an error: of its model, of the invalid syntax, or of the last line that ran.

        `start` is the file to name if the error has none of these in the project.
        """
        if model := getattr(error, "model", None):
            file = self.relative_name(inspect.getsourcefile(model) or "")
            if file is not None:
                return file, inspect.getsourcelines(model)[1], 1
        if isinstance(error, SyntaxError) and error.filename and (file := self.relative_name(error.filename)):
            return file, error.lineno, error.offset
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if file := self.relative_name(frame.filename):
                return file, frame.lineno, None if frame.colno is None else frame.colno + 1
        return start, 1, 1


def _read_document(source: str, project: _Project) -> Json:
    """Import the object that a source names, and return its OpenAPI document."""
    from api_upgrades.sources.api import Api
    from api_upgrades.sources.application import clean_document

    if not is_python_object(source):
        value = getattr(_import_package(project.root / source), "api", _MISSING)
        _check_has_openapi(value, "the name 'api' must be an Api", "write 'api = Api(...)' in this file")
    else:
        module, _, names = source.partition(":")
        value = _import_module(module, project)
        for name in names.split("."):
            value = getattr(value, name, _MISSING)
        _check_has_openapi(
            value, f"{names!r} must be an application with a method 'openapi'", "fix the name in the source"
        )
    document = value.openapi()
    return document if isinstance(value, Api) else clean_document(document)


def _import_package(folder: Path) -> ModuleType:
    """Import the package in a folder under the folder's name."""
    name, start = folder.name, folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    assert spec is not None, "a Python file has a spec"
    assert spec.loader is not None, "the spec of a Python file has a loader"
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _import_module(name: str, project: _Project) -> ModuleType:
    """Import a module of the project.

    A module from elsewhere is an error: it would be the same at every commit, so no change would ever be found.
    """
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ApiUpgradesError(
            f"there is no module {error.name!r} in the project or its 'src'; fix the source"
        ) from None
    file = getattr(module, "__file__", None)
    if file is None or project.relative_name(file) is None:
        raise ApiUpgradesError(
            f"{name!r} is {file or 'built in'}, outside the project; run this command in its project, or create "
            "'changes/api/__init__.py', which imports it as 'api'"
        )
    return module


def _check_has_openapi(value: object, requirement: str, fix: str) -> None:
    """Raise ApiUpgradesError if a value is not an instance with a method `openapi`."""
    if callable(getattr(value, "openapi", None)) and not isinstance(value, type | ModuleType):
        return
    kind = "module" if isinstance(value, ModuleType) else type(value).__name__
    what = "missing" if value is _MISSING else f"a {kind}"
    raise ApiUpgradesError(f"{requirement}, but is {what}; {fix}")


def _explain(error: BaseException, source: str) -> str:
    """One line that says what is wrong and how to fix it."""
    text = " ".join(str(error).split())
    if isinstance(error, ApiUpgradesError):
        return text
    if isinstance(error, SyntaxError):
        return f"not valid Python: {error.msg}; fix this line"
    if isinstance(error, ModuleNotFoundError):
        return f"{text}; install it next to api-upgrades, or fix the import"
    return (
        f"{describe_source(source)} cannot be imported: {type(error).__name__}: {text}; fix this line or what it calls"
    )


def _run(source: str, root: Path, result: Path) -> None:
    gc.disable()  # the process ends before memory matters, and garbage collection takes a tenth of the time
    project = _Project(root)
    places = [root, root / "src"] if is_python_object(source) else [root]
    sys.path[:0] = [str(place) for place in places if place.is_dir()]
    project.watch()
    try:
        text = json.dumps({"document": _read_document(source, project), "files": project.opened_files}, allow_nan=False)
    except (Exception, SystemExit) as error:
        place = project.locate(error, entry_file(source))
        text = json.dumps({"error": {"at": place, "message": _explain(error, source)}})
    result.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    importlib.import_module("api_upgrades.sources.api")  # takes the longest, so it comes before the request
    if request := sys.stdin.readline():
        source, root, result = json.loads(request)
        _run(source, Path(root), Path(result))
