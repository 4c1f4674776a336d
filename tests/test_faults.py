"""Whatever interrupts a build, what is left is true, and the next build is right."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mkdocs.__main__ import cli as mkdocs
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from api_upgrades.core import parallel
from api_upgrades.core.files import OutputFolder
from tests.serving import ask
from tests.shop import FILES, PAGES, SITE, write

pytestmark = [pytest.mark.forks, pytest.mark.slow]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
KILLED = 137

Prepare = Callable[[Path], object]
"""What a process does before it builds into a folder."""


def nothing(site: Path) -> None:
    """One process writes the pages, and nobody kills it."""


def fork(site: Path) -> None:
    """Two processes write the pages."""
    os.sched_getaffinity = lambda _: {0, 1}
    parallel.ITEMS_PER_PROCESS = 1


def die(left: int) -> Prepare:
    """End the process, as a kill would, before one of the operations by which it fills the site."""

    def prepare(site: Path) -> None:
        def end(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in ("open", "os.rename", "os.mkdir"):
                name = str(arguments[0])
                writes = event != "open" or (isinstance(arguments[2], int) and arguments[2] & WRITING)
                if writes and str(site) in name and not name.endswith((".css", ".js", ".svg", ".png", ".map")):
                    left -= 1
                    if left == 0:
                        os._exit(KILLED)

        sys.addaudithook(end)

    return prepare


LIMITED = """\
import resource, signal


def on_env(env, config, files):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
"""
"""From here on no file may be larger, as if the disk were full in the middle of it."""

Files = dict[str, bytes]


def contents(site: Path) -> Files:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def generated(site: Path) -> Files:
    """The generated pages that are there, by their addresses."""
    pages = {f"{page}/index.html" for page in PAGES}
    return {name: data for name, data in contents(site).items() if name in pages}


def start(project: Path, site: Path, *preparations: Prepare) -> int:
    """Build in a fork of this process, whose id comes back."""
    process = os.fork()
    if process == 0:
        os.chdir(project)
        for prepare in preparations:
            prepare(site)
        arguments = ["build", "-q", "-f", str(project / "mkdocs.yml"), "-d", str(site)]
        os._exit(CliRunner().invoke(mkdocs, arguments).exit_code)
    return process


def end_of(process: int) -> int:
    """The exit code of a process."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def built(project: Path, site: Path, *preparations: Prepare) -> Files:
    assert end_of(start(project, site, *preparations)) == 0
    return contents(site)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("faults") / "project", SITE)


@pytest.fixture(scope="module")
def whole(project: Path) -> Files:
    """What a build gives that nothing interrupts."""
    return built(project, project.parent / "whole")


def is_true(site: Path, whole: Files) -> None:
    """Each generated page that is there is the one of its address, and all of it."""
    found = generated(site)
    assert [name for name, data in found.items() if data != whole[name]] == []


processes = pytest.mark.parametrize(
    "processes", [pytest.param(nothing, id="one process"), pytest.param(fork, id="two processes")]
)


def test_a_build_by_two_processes(project: Path, whole: Files, tmp_path: Path) -> None:
    assert built(project, tmp_path / "site", fork) == whole


@processes
@pytest.mark.parametrize("after", [3, 40, 60, 80, 120, 160])
def test_a_build_that_is_killed(project: Path, whole: Files, tmp_path: Path, after: int, processes: Prepare) -> None:
    site = tmp_path / "site"
    code = end_of(start(project, site, processes, die(after)))
    assert code == KILLED, "it ended by itself: take a smaller number"
    is_true(site, whole)
    assert built(project, site) == whole


def test_the_kills_are_in_the_middle_of_the_pages(project: Path, whole: Files, tmp_path: Path) -> None:
    numbers = []
    for after in (40, 80, 120, 160):
        site = tmp_path / str(after)
        assert end_of(start(project, site, die(after))) == KILLED
        numbers.append(len(generated(site)))
    assert 0 < numbers[-1] < len(PAGES)
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("size", [100, 8_000, 20_000])
def test_a_disk_that_is_full(project: Path, whole: Files, tmp_path: Path, size: int) -> None:
    site, limited = tmp_path / "site", tmp_path / "limited"
    mkdocs = SITE["mkdocs.yml"].replace("search, ", "") + "hooks: [hook.py]\n"
    write(limited, SITE | {"mkdocs.yml": mkdocs, "hook.py": LIMITED.format(size=size)})
    assert end_of(start(limited, site)) == 1
    assert all(data in whole[name] or data == whole[name] for name, data in generated(site).items())
    assert list(site.rglob("*.tmp")) == []
    assert built(project, site) == whole


def test_a_disk_that_is_full_is_said_in_one_line(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = count()
    replace = os.replace

    def full(old: str, new: str) -> None:
        if str(tmp_path) in str(new) and next(numbers) == 5:
            raise OSError(28, "No space left on device")
        replace(old, new)

    monkeypatch.setattr(os, "replace", full)
    config = load_config(str(project / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    config.plugins.on_startup(command="build", dirty=False)
    with pytest.raises(Abort):
        build_site(config)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert re.search(r"index.html: cannot be written: No space left on device$", errors[0].getMessage())
    assert errors[0].exc_info is None


@processes
def test_two_builds_at_once_into_one_folder(project: Path, whole: Files, tmp_path: Path, processes: Prepare) -> None:
    site = tmp_path / "site"
    for process in [start(project, site, processes) for _ in range(2)]:
        end_of(process)
    is_true(site, whole)
    assert built(project, site) == whole


def test_a_file_that_is_written_whole_though_its_folder_went(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path)
    folder.write("a/b/one.txt", "1")
    (tmp_path / "a" / "b" / "one.txt").unlink()
    (tmp_path / "a" / "b").rmdir()
    folder.write("a/b/two.txt", "2")
    assert contents(tmp_path) == {"a/b/two.txt": b"2"}


def test_a_clock_that_runs_backwards(
    project: Path, whole: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = count(10_000, -1)
    for name in ("time", "monotonic", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: float(next(now)))
    config = load_config(str(project / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)
    is_true(tmp_path / "site", whole)
    assert len(generated(tmp_path / "site")) == len(PAGES)


def test_an_edit_that_is_older_than_what_it_replaces(tmp_path: Path) -> None:
    """While serving, with a length and a time that tell nothing."""
    project = write(tmp_path / "project", SITE)
    file = "changes/2024-03-01/title.yaml"
    for why in ("A book has a title.", "A tome has a title.", "A book had a title."):
        write(project, {file: FILES[file].replace("A book has a title.", why)})
        os.utime(project / file, (1, 1))
        config = load_config(str(project / "mkdocs.yml"), site_dir=str(tmp_path / "site"))
        config.plugins.on_startup(command="serve", dirty=False)
        build_site(config, serve_url="http://127.0.0.1:8000/")
        ask(config, "upgrades/2024-03-01/")
        assert why in (tmp_path / "site/upgrades/2024-03-01/index.html").read_text(encoding="utf-8")
