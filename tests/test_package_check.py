"""Distributions that lack a file, or hold one too many, are refused."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.package_check import ROOT, faults, tracked_files

TRACKED = {"README.md", "generator/api_upgrades/__init__.py", "generator/api_upgrades/py.typed"}
PACKAGED = ("api_upgrades/__init__.py", "api_upgrades/py.typed")
VERSION = "1.2"
WHEEL, SDIST = "api_upgrades-1.2-py3-none-any.whl", "api_upgrades-1.2.tar.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").touch()
    return tmp_path


def write_wheel(folder: Path, names: Iterable[str] = PACKAGED) -> None:
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        for name in (*names, "api_upgrades-1.2.dist-info/METADATA"):
            archive.write(folder / "empty", name)


def write_sdist(folder: Path, names: Iterable[str] = TRACKED) -> None:
    with tarfile.open(folder / SDIST, "w:gz") as archive:
        for name in (*names, "PKG-INFO"):
            archive.add(folder / "empty", f"api_upgrades-1.2/{name}")


def test_complete_distributions_have_no_fault(folder: Path) -> None:
    write_wheel(folder)
    write_sdist(folder)
    assert list(faults(folder, VERSION, TRACKED)) == []


@pytest.mark.parametrize("missing", PACKAGED)
def test_a_file_that_the_wheel_lacks(folder: Path, missing: str) -> None:
    write_wheel(folder, [name for name in PACKAGED if name != missing])
    write_sdist(folder)
    assert list(faults(folder, VERSION, TRACKED)) == [f"{WHEEL}: {missing} is missing"]


def test_a_file_that_the_sdist_lacks(folder: Path) -> None:
    write_wheel(folder)
    write_sdist(folder, TRACKED - {"README.md"})
    assert list(faults(folder, VERSION, TRACKED)) == [f"{SDIST}: README.md is missing"]


def test_a_file_that_git_does_not_track(folder: Path) -> None:
    write_wheel(folder, [*PACKAGED, "tests/__init__.py"])
    write_sdist(folder, [*TRACKED, ".cache/secret"])
    assert list(faults(folder, VERSION, TRACKED)) == [
        f"{WHEEL}: tests/__init__.py is not a tracked file",
        f"{SDIST}: .cache/secret is not a tracked file",
    ]


def test_distributions_of_another_version(folder: Path) -> None:
    write_wheel(folder)
    write_sdist(folder)
    assert list(faults(folder, "1.3", TRACKED)) == [
        "api_upgrades-1.3-py3-none-any.whl does not exist",
        "api_upgrades-1.3.tar.gz does not exist",
    ]


def test_git_tracks_what_the_package_needs_at_run_time() -> None:
    package = "generator/api_upgrades"
    needed = {f"{package}/py.typed", f"{package}/site/exports/changes.schema.json"}
    folders = (f"{package}/site/pages/templates", f"{package}/site/pages/assets")
    inside = {file.relative_to(ROOT).as_posix() for one in folders for file in (ROOT / one).iterdir() if file.is_file()}
    assert inside
    assert needed | inside <= tracked_files(ROOT)
