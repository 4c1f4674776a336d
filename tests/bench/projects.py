"""The projects that are measured: imported series of real documents, the Server API, and generated registries."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from api_upgrades.registry.layout import REGISTRY
from api_upgrades.registry.model import NOT_VERSIONS, natural_sort_key
from tests.bench.made import Made, make
from tests.bench.processes import ROOT, child
from tests.bench.sites import Project, our_site

SUFFIXES = (".json", ".yaml", ".yml")
CHANGE_MARK, SOURCE_MARK = "markedchange", "markedsource"
"""Words that are written into a change and into the source. Their pages show them, so a save can be awaited."""

SERVER_API, FIFTH, NONE = "Server API", "a fifth is distinct", "none repeats"
MADE = {
    "made: 1,000 parts": Made.of(20, 1000),
    "made: 1,000 parts, long": Made.of(100, 1000),
    FIFTH: Made(20, 800, 133, 12),
    NONE: Made(22, 300, 630, 30),
}
QUICK_MADE = {"made: 20 parts": Made.of(3, 20), FIFTH: Made(5, 50, 8, 2)}


@dataclass(frozen=True)
class Documents:
    """A series of documents, oldest version first."""

    name: str
    files: tuple[Path, ...]


def find_series(folders: Iterable[Path]) -> list[Documents]:
    """The series in some folders: each folder holds documents, or folders with documents."""
    found = []
    for folder in folders:
        for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
            files = [path for path in place.iterdir() if path.suffix in SUFFIXES]
            if len(files) > 1:
                files.sort(key=lambda path: natural_sort_key(path.stem))
                found.append(Documents(place.name, tuple(files)))
    return found


def imported_project(root: Path) -> Project:
    """A project that an import wrote, with a site like all others."""
    (source,) = (path for path in (root / REGISTRY / "api").iterdir() if path.suffix in SUFFIXES)
    project = Project(root, source=source.relative_to(root).as_posix())
    our_site(project)
    return project


def server_api(root: Path) -> Project:
    """A copy of this project's own registry."""
    shutil.copytree(ROOT / REGISTRY, root / REGISTRY, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(root)
    our_site(project)
    return project


def made_project(root: Path, what: Made) -> Project:
    """A generated registry, with locks."""
    make(root, what)
    child("command", "--root", root, "lock")
    project = Project(root)
    our_site(project)
    return project


def mark_change(project: Project) -> Path:
    """Write the mark into a change of the newest version that has one, and return its file."""
    for file in _changes(project.root / project.registry):
        text, count = re.subn(r"(?m)^why:.*\n(?:[ \t]+.*\n)*", f"why: {CHANGE_MARK}\n", file.read_text("utf-8"))
        if count:
            file.write_text(text, "utf-8")
            return file
    raise ValueError(f"{project.root}: no version has a change")


def _changes(registry: Path) -> Iterator[Path]:
    versions = [path for path in registry.iterdir() if path.is_dir() and path.name not in NOT_VERSIONS]
    for version in sorted(versions, key=lambda path: natural_sort_key(path.name), reverse=True):
        yield from sorted(version.glob("*.yaml"))


def mark_source(project: Project) -> Path:
    """Write the mark into the first description of an operation or a model, and return its file."""
    source = project.root / project.source
    files = [source] if source.is_file() else sorted(source.glob("*.py"), key=lambda path: (path.stem[0] == "_", path))
    for file in files:
        text = file.read_text("utf-8")
        paths = _PATHS.search(text)
        if found := _DESCRIPTION.search(text, paths.start() if paths else 0):
            file.write_text(f"{text[: found.end()]}{SOURCE_MARK} {text[found.end() :]}", "utf-8")
            return file
    raise ValueError(f"{source}: no description")


_PATHS = re.compile(r'"paths"\s*:|^paths:', re.MULTILINE)
_DESCRIPTION = re.compile(r'"description"\s*:\s*"|\bdescription="|\bdescription: (?=[A-Za-z])')
"""The start of a description in JSON, in Python and in YAML."""
