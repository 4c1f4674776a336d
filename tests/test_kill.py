"""A command that is killed leaves a registry that is as it was or as it should be, and done again it does the rest.

Each command is run in a process of its own, which ends itself, as a kill would, before one of its file operations;
for every operation there is. What was being written then is cut short, too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from api_upgrades.cli import main
from tests.shop import FILES, LATEST, frozen, write

pytestmark = [pytest.mark.forks, pytest.mark.slow]

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink")

KILLED, KILLED_AT_A_FILE = 137, 138

Files = dict[str, bytes]


def run(project: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["--root", str(project), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def told(project: Path) -> list[str]:
    """What `check` says, line by line."""
    return run(project, "check").output.splitlines()


def exported(project: Path) -> Files:
    """The document of every released version; none where the changes do not lead there."""
    with tempfile.TemporaryDirectory() as out:
        result = run(project, "export", "--out", out)
        assert (result.exit_code == 0) == bool(os.listdir(out)), result.output
        return {file.name: file.read_bytes() for file in Path(out).iterdir()}


def contents(folder: Path) -> Files:
    """Every file below a folder by its name, which for what is unfinished may hold the number of the process."""
    return {
        re.sub(r"\.[0-9]+\.tmp$", ".tmp", path.relative_to(folder).as_posix()): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def parse_all(project: Path) -> None:
    """Raise an error for a file that is no JSON or no YAML."""
    for file in project.glob("changes/**/*"):
        if file.suffix == ".json":
            json.loads(file.read_bytes())
        elif file.suffix == ".yaml":
            yaml.safe_load(file.read_bytes())


def restore(folder: Path, files: Files) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


# Dying


class _Deadly:
    """Counts the file operations below a folder, and ends the process before one of them."""

    def __init__(self, folder: Path, at: int, cut_short: bool) -> None:
        self._folder = f"{folder}{os.sep}"
        self._left = at
        self._cut_short = cut_short

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if not is_writing and event not in CHANGING:
            return
        if not os.path.abspath(os.fsdecode(arguments[0])).startswith(self._folder):
            return
        if self._left == 0:
            if event != "os.rename" or not os.path.isfile(arguments[0]):
                os._exit(KILLED)
            if self._cut_short:
                os.truncate(arguments[0], os.path.getsize(arguments[0]) // 2)
            os._exit(KILLED_AT_A_FILE)
        self._left -= 1


def killed(project: Path, arguments: Sequence[str], at: int, cut_short: bool = False) -> int:
    """Run a command that dies before its file operation number `at`, and say how; 0 where it came to its end instead.

    With `cut_short`, where that operation is to put a file in its place, only half of the file was written.
    """
    child = os.fork()
    if child == 0:
        sys.addaudithook(_Deadly(project, at, cut_short))
        os._exit(run(project, *arguments).exit_code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED, KILLED_AT_A_FILE), code
    return code


def deaths(project: Path, before: Files, arguments: Sequence[str]) -> Iterator[int]:
    """Let a command die in every way there is, each time on the same files, and say at which operation it did."""
    for at in count():
        restore(project, before)
        how = killed(project, arguments, at)
        if how == 0:
            return
        yield at
        if how == KILLED_AT_A_FILE:
            restore(project, before)
            killed(project, arguments, at, cut_short=True)
            yield at


# The commands, and where they are run

WEIGHT = '    weight: int | None = Field(None, description="How heavy it is.", examples=[300])\n'
SHELF = '    shelf: str | None = Field(None, description="Where it stands.", examples=["A4"])\n'
COUNT = '    count: int | None = Field(None, description="How many.", examples=[2])\n'
BOOK, ORDER = "examples=[416])\n", 'description="What was bought.")\n'


def edit(project: Path, *edits: tuple[str, str]) -> None:
    """Replace texts in the models."""
    file = project / "changes/api/__init__.py"
    text = file.read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def write_prose(project: Path) -> None:
    for file in project.glob("changes/*/*.yaml"):
        file.write_text(file.read_text("utf-8").replace(": TODO", ": It is so."), "utf-8")


def drafted(project: Path) -> None:
    """Two changes on their way."""
    edit(project, (BOOK, BOOK + WEIGHT), (ORDER, ORDER + COUNT))
    assert run(project, "draft").exit_code == 0
    write_prose(project)


def drafted_at_once(project: Path) -> None:
    """Three changes on their way."""
    edit(project, (BOOK, BOOK + SHELF + WEIGHT), (ORDER, ORDER + COUNT))
    assert run(project, "draft").exit_code == 0
    write_prose(project)


def released_before(project: Path) -> None:
    drafted(project)
    assert run(project, "release", "2024-04-01").exit_code == 0
    edit(project, (BOOK, BOOK + SHELF))
    assert run(project, "draft").exit_code == 0
    write_prose(project)


def summary_written(project: Path) -> None:
    drafted(project)
    write(project, {"changes/unreleased/version.yaml": "sunset: 2030-01-01\nsummary: Written by hand.\n"})


def killed_before(project: Path) -> None:
    """A release that died just before its commit point, and one more change since."""
    drafted(project)
    before = contents(project)
    assert any(
        killed(project, ("release", "2024-04-01"), at) and (project / "changes/unreleased/lock.json").exists()
        for at in range(99)
    )
    assert not (project / "changes/2024-04-01").exists()
    assert contents(project) != before
    edit(project, (BOOK, BOOK + SHELF))
    assert run(project, "draft").exit_code == 0
    write_prose(project)


def every_version_moved(project: Path) -> None:
    edit(project, ('examples=["9780140449136"]', 'examples=["9780140449136"], max_length=13'))


def older_versions_moved(project: Path) -> None:
    file = project / "changes/2024-03-01/title.yaml"
    was = "{type: integer, examples: [9780140449136]}"
    file.write_text(file.read_text("utf-8") + f"  - {{kind: change_type, target: Book.isbn, was: {was}}}\n", "utf-8")


def oldest_version_moved(project: Path) -> None:
    file = project / "changes/2024-02-01/pages.yaml"
    was = "{type: integer, examples: [9780140449136]}"
    file.write_text(file.read_text("utf-8") + f"  - {{kind: change_type, target: Book.isbn, was: {was}}}\n", "utf-8")


def effect_moved(project: Path) -> None:
    """An effect of the last version happened a version earlier: then both are alike."""
    for name in ("2024-03-01/title", "2024-02-01/pages"):
        (project / f"changes/{name}.yaml").unlink()
    write(project, {"changes/2024-02-01/both.yaml": FILES["changes/2024-03-01/title.yaml"] + EFFECT_PAGES})


EFFECT_PAGES = "  - {kind: add_property, target: Book.pages}\n"


def models_edited(project: Path) -> None:
    edit(project, ("    isbn: str", "    number: str"), (BOOK, BOOK + WEIGHT), (ORDER, ORDER + COUNT))


def models_edited_again(project: Path) -> None:
    drafted(project)
    edit(project, ("    weight: int | None", "    weight: str | None"), ("examples=[300]", 'examples=["300 g"]'))
    edit(project, ("    pages: int", "    length: int"), ("    isbn: str", "    number: str"))


def additions_to_come(project: Path) -> None:
    edit(project, (BOOK, BOOK + WEIGHT), (ORDER, ORDER + COUNT))


def additions_written(project: Path) -> None:
    additions_to_come(project)
    shutil.copytree(project / "changes", project / "kept")
    assert run(project, "draft", "--addition", "--date", "2024-04-01").exit_code == 0
    for lock in (project / "kept").glob("*/lock.json"):
        shutil.copy(lock, project / "changes" / lock.parent.name / lock.name)
    shutil.rmtree(project / "kept")
    write_prose(project)


def not_frozen(project: Path) -> None:
    for lock in project.glob("changes/*/lock.json"):
        lock.unlink()


def in_other_words(project: Path) -> None:
    file = project / "changes/api/__init__.py"
    text = file.read_text("utf-8")
    head = "from typing import Annotated\n\nfrom pydantic import BaseModel, Field, WithJsonSchema"
    text = text.replace("from pydantic import BaseModel, Field", head)
    one, other = (
        f"    pages: Annotated[int | None, WithJsonSchema({schema})] = Field("
        for schema in ('{"anyOf": [{"type": "integer"}, {"type": "null"}]}', '{"type": ["integer", "null"]}')
    )
    file.write_text(text.replace("    pages: int = Field(", one), "utf-8")
    not_frozen(project)
    frozen(project)
    file.write_text(file.read_text("utf-8").replace(one, other), "utf-8")


@dataclass(frozen=True)
class Case:
    """A command, what was done before it, and what `check` may say of a state that is neither before nor after."""

    name: str
    prepare: Callable[[Path], None]
    arguments: tuple[str, ...]
    between: str = "nothing"
    is_documented: bool = True


WHY = ("--why", "It never was otherwise.")
PENDING = r"changes/additions/.*: this addition is not in the locks yet.*"
ADDITION = ("draft", "--addition", "--date", "2024-04-01")

CASES = [
    Case("release", drafted, ("release", "2024-04-01")),
    Case("release with a summary", drafted, ("release", "2024-04-01", "--summary", "More: of it.")),
    Case("release with a summary written", summary_written, ("release", "2024-04-01")),
    Case("release after a release", released_before, ("release", "2024-05-01")),
    Case("amend the latest", every_version_moved, ("amend", LATEST, *WHY)),
    Case("amend two", older_versions_moved, ("amend", "2024-02-01", *WHY)),
    Case("amend the oldest", oldest_version_moved, ("amend", "2024-01-01", *WHY)),
    Case("amend what becomes like the next one", effect_moved, ("amend", "2024-02-01", *WHY)),
    Case("draft", models_edited, ("draft",), is_documented=False),
    Case("draft with an answer", models_edited, ("draft", "--rename", "isbn=number"), is_documented=False),
    Case("draft again", models_edited_again, ("draft",), is_documented=False),
    Case("draft additions", additions_to_come, ADDITION, PENDING),
    Case("lock", not_frozen, ("lock",), r".*lock.json: is missing, so .* can change unnoticed.*"),
    Case("lock an addition", additions_written, ("lock",), PENDING),
    Case("lock in other words", in_other_words, ("lock", "--rebase")),
]


def test_what_is_kept_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = frozen(write(tmp_path / "project", FILES))
    drafted(project)
    synced: set[int] = set()
    moved: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note(file: int) -> None:
        fsync(file)
        synced.add(os.fstat(file).st_ino)

    def move(old: Path, new: Path) -> None:
        assert os.stat(old).st_ino in synced, new
        moved.append(Path(new).name)
        replace(old, new)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", move)
    assert run(project, "release", "2024-04-01").exit_code == 0
    assert moved == ["version.yaml", "lock.json", ".gitkeep", "lock.json"]


def _facts(line: str) -> set[str]:
    """What a line says of each place that it names.

    `Book.pages is new (also Order.count), which is not documented in any change file` names two places.

    Versions that are in the same case are left out, and so are where the line points and the ways out.
    """
    told = re.split(r"(?:^|\. )(?=Run: |Restore it)", line)[0]
    if not told:
        return set()
    without = re.sub(r" \(also in [^)]*\)", "", told)
    found = re.fullmatch(r"changes/api\S* (\S+)( .*?) \(also ([^)]*)\)(.*)", without)
    if found is None:
        return {re.sub(r"^changes/api\S* ", "", without)}
    first, text, others, rest = found.groups()
    return {f"{place}{text}{rest}" for place in (first, *others.split(", "))}


def test_a_release_after_one_that_was_killed_is_that_of_what_is_there_then(tmp_path: Path) -> None:
    found = []
    for prepare in (killed_before, drafted_at_once):
        project = frozen(write(tmp_path / prepare.__name__, FILES))
        prepare(project)
        assert told(project) == ["3 versions and 5 changes are fine."]
        assert run(project, "release", "2024-04-01").exit_code == 0
        found.append({name: data for name, data in contents(project).items() if not name.startswith(".cache")})
    assert found[0] == found[1]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_command_that_is_killed(case: Case, tmp_path: Path) -> None:
    project = write(tmp_path / "project", FILES)
    frozen(project)
    case.prepare(project)
    lines, documents = told(project), exported(project)
    before = contents(project)
    assert run(project, *case.arguments).exit_code == 0
    after = contents(project)
    lines_after, documents_after = told(project), exported(project)
    assert after != before

    may_say = {fact for line in (*lines, *lines_after) for fact in _facts(line)}
    may_be = {name: {documents.get(name), documents_after.get(name)} for name in documents | documents_after}
    seen: list[Files] = []
    for at in deaths(project, before, case.arguments):
        left = contents(project)
        if left in seen:
            continue
        seen.append(left)
        parse_all(project)
        said = told(project)
        if said not in (lines, lines_after):
            strange = [one for one in said if not _facts(one) <= may_say]
            assert [one for one in strange if not re.fullmatch(case.between, one)] == [], at
        for name, document in exported(project).items() if case.is_documented else ():
            assert document in may_be[name], (at, name)
        again = run(project, *case.arguments)
        assert again.exit_code == 0, (at, again.output)
        assert contents(project) == after, at
    assert len(seen) > 3
