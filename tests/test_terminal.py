"""What a command shows and asks only where somebody sits at a terminal."""

from __future__ import annotations

import os
import pty
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from api_upgrades.core import progress
from tests.shop import FILES, SITE, call, edit, frozen, texts, write
from tests.terminal import at_terminal

pytestmark = pytest.mark.forks

TITLE = '    title: str = Field(description="Its name.", examples=["The Odyssey"])\n'
TWINS = TITLE.replace("title", "heading") + TITLE.replace("title", "caption")
PAGES = '    pages: int = Field(description="How long it is.", examples=[416])\n'
AUTHOR = '    author: str | None = Field(default=None, description="Its author.", examples=["Homer"])\n'


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frozen(write(tmp_path_factory.mktemp("released"), FILES))


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Path:
    return shutil.copytree(released, tmp_path / "a project")


def drafted(project: Path) -> set[str]:
    return {name for name in texts(project) if name.startswith(("changes/unreleased/", "changes/additions/"))}


@pytest.mark.parametrize(
    ("answers", "effects"),
    [
        (["y", "2"], {"old: isbn, new: ean", "old: title, new: caption", "target: Book.heading"}),
        (["", ""], {"old: isbn, new: ean", "old: title, new: heading", "target: Book.caption"}),
        (["n", "9", "0"], {"target: Book.ean", "target: Book.heading", "target: Book.caption", "target: Book.isbn"}),
    ],
)
def test_renames_are_asked_for(project: Path, answers: list[str], effects: set[str]) -> None:
    edit(project, ("    isbn: str", "    ean: str"), (TITLE, TWINS))
    code, shown = at_terminal(project, "draft", answers=answers)
    assert code == 0
    assert "`Book.isbn` is gone. Is it `Book.ean` now? [Y/n]: " in shown
    assert (
        "`Book.title` is gone. Is it `Book.heading` or `Book.caption` now?\n"
        "  1  Book.heading\n  2  Book.caption\n  0  none of them\nWhich one [1]: "
    ) in shown
    written = "\n".join(texts(project)[name] for name in drafted(project))
    assert {effect for effect in effects if effect not in written} == set()
    faults = call(project, "check").stderr.splitlines()
    assert faults
    assert [line for line in faults if not line.endswith("still says TODO; write it")] == []


@pytest.mark.parametrize(("answer", "folder"), [("y", "additions"), ("n", "unreleased"), ("", "unreleased")])
def test_an_addition_is_asked_for(project: Path, answer: str, folder: str) -> None:
    edit(project, (PAGES, PAGES + AUTHOR))
    code, shown = at_terminal(project, "draft", answers=[answer])
    assert code == 0
    assert "None of these changes is breaking. Do they go live in every version at once? [y/N]: " in shown
    assert drafted(project) == {f"changes/{folder}/book-author.yaml"}


def test_a_question_that_is_broken_off_leaves_nothing(project: Path) -> None:
    edit(project, ("    isbn: str", "    ean: str"))
    before = texts(project)
    code, shown = at_terminal(project, "draft", answers=["\x03"])
    assert (code, shown.splitlines()[-1]) == (1, "Aborted!")
    assert texts(project) == before


STAGES = ["Reading the models ...", "Reading the changes ...", "Checking every version ..."]


def test_work_that_takes_longer_than_its_patience_says_so_at_a_terminal(project: Path) -> None:
    code, shown = at_terminal(project, "check", PATIENCE="0")
    assert code == 0
    assert shown.splitlines()[0] == STAGES[0]
    assert set(shown.splitlines()) <= {*STAGES, "3 versions and 2 changes are fine."}


@pytest.mark.slow
def test_many_pages_are_counted_at_a_terminal(tmp_path: Path) -> None:
    code = "import sys; from api_upgrades.core import progress\n"
    code += "progress.FIRST_UPDATE_AFTER = progress.UPDATE_INTERVAL = 0.0\n"
    code += "from mkdocs.__main__ import cli; cli(['build', '-q'])"
    write(tmp_path, SITE)
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-c", code], {**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    shown = b""
    with suppress(OSError):  # it has ended
        while found := os.read(terminal, 4096):
            shown += found
    os.close(terminal)
    assert os.waitpid(process, 0)[1] == 0
    said = [tuple(map(int, one)) for one in re.findall(rb"Writing the pages: ([0-9]+) of ([0-9]+)", shown)]
    assert said[0][0] == 1
    assert said[-1][0] == said[-1][1] > 20
    assert [count for count, _ in said] == sorted(count for count, _ in said)


def test_work_that_is_quick_says_nothing(project: Path) -> None:
    assert at_terminal(project, "check") == (0, "3 versions and 2 changes are fine.\n")


def test_nobody_is_told_of_progress_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_UPDATE_AFTER", 0.0)
    result = call(project, "check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "3 versions and 2 changes are fine.\n", "")


def test_colors_are_for_terminals_and_not_for_those_who_want_none(project: Path) -> None:
    path = ("path", "2024-01-01", "2024-03-01")
    code, shown = at_terminal(project, *path)
    assert code == 0
    assert "\x1b[" in shown
    plain = call(project, *path).stdout
    assert "\x1b" not in plain
    assert at_terminal(project, *path, NO_COLOR="1") == (0, plain)
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain
