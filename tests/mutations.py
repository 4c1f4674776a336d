"""Edits of the Server API's models, one for each way in which an API changes, and what becomes of each.

    python -m tests.mutations

prints the table: whether `check` catches the edit and names the place, whether `draft` tells of it so exactly that
`check` asks for nothing but the prose, and whether every older version is byte for byte what it was after a release.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml
from click.testing import CliRunner, Result

from api_upgrades.cli import main

ROOT = Path(__file__).parent.parent
RELEASED = "2023-07-10"


@dataclass(frozen=True)
class Mutation:
    """An edit of some model files, `(file, old text, new text)` each, and the places that `check` must name.

    `kinds` are those of the effects that must be drafted, sorted.
    """

    kind: str
    edits: tuple[tuple[str, str, str], ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    options: tuple[str, ...]

    def apply(self, project: Path) -> None:
        for name, old, new in self.edits:
            file = project / "changes" / "api" / f"{name}.py"
            text = file.read_text("utf-8")
            assert text.count(old) == 1, f"{self.kind}: {name} has not exactly one {old!r}"
            file.write_text(text.replace(old, new), "utf-8")


def mutations() -> tuple[Mutation, ...]:
    """The edits of `mutations.yaml`."""
    rows = yaml.safe_load((Path(__file__).parent / "mutations.yaml").read_text("utf-8"))
    return tuple(
        Mutation(
            row["edit"],
            tuple((edit["file"], edit["old"], edit["new"]) for edit in row["in"]),
            tuple(row["names"]),
            tuple(row["drafts"]),
            tuple(row.get("options", ())),
        )
        for row in rows
    )


MUTATIONS = mutations()


@dataclass(frozen=True)
class Outcome:
    """What became of one edit; `told` is what `check` and `draft` printed."""

    caught: bool
    drafted: bool
    intact: bool
    kinds: tuple[str, ...]
    files: tuple[str, ...]
    told: str


def command(project: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["--root", str(project), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def server_api(folder: Path) -> Path:
    """A copy of what the team of the Server API edits."""
    shutil.copytree(ROOT / "changes", folder / "changes", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def exported(project: Path) -> dict[str, bytes]:
    """Every version's document by its name."""
    with tempfile.TemporaryDirectory() as out:
        result = command(project, "export", "--out", out)
        assert result.exit_code == 0, result.output
        return {file.name: file.read_bytes() for file in Path(out).iterdir()}


def faults(project: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(command(project, "check", "--format", "json").stdout)["faults"]
    return found


def write_prose(project: Path) -> None:
    for file in (*(project / "changes" / "unreleased").glob("*.yaml"), *(project / "changes").glob("additions/*.yaml")):
        file.write_text(file.read_text("utf-8").replace(": TODO", ": It is so."), "utf-8")


def outcome(mutation: Mutation, project: Path, before: dict[str, bytes]) -> Outcome:
    """Edit, check, draft, write the prose, release, and look at the older versions."""
    mutation.apply(project)
    told = command(project, "check")
    caught = told.exit_code == 1 and all(name in told.stderr for name in mutation.names)
    draft = command(project, "draft", *mutation.options)
    files = sorted((project / "changes" / "unreleased").glob("*.yaml"))
    left = {fault["kind"] for fault in faults(project)}
    again = command(project, "draft", "--no-renames")
    drafted = draft.exit_code == 0 and left == {"prose"} and "nothing to draft" in again.output
    kinds = tuple(sorted(_kinds(files)))
    write_prose(project)
    released = command(project, "release", RELEASED)
    after = exported(project) if released.exit_code == 0 else {}
    intact = before.items() <= after.items() and command(project, "check").exit_code == 0
    names = tuple(file.name for file in files)
    return Outcome(caught, drafted, intact, kinds, names, told.output + draft.output + released.output)


def _kinds(files: list[Path]) -> set[str]:
    return {effect["kind"] for file in files for effect in yaml.safe_load(file.read_text("utf-8"))["effects"]}


if __name__ == "__main__":
    print(f"{'edit':48} caught  drafted  older versions intact  as")
    for one in (one for one in MUTATIONS if not sys.argv[1:] or one.kind in sys.argv[1:]):
        with tempfile.TemporaryDirectory() as scratch:
            copy = server_api(Path(scratch))
            found = outcome(one, copy, exported(copy))
        marks = [("yes" if held else "NO") for held in (found.caught, found.drafted, found.intact)]
        print(
            f"{one.kind:48} {marks[0]:7} {marks[1]:8} {marks[2]:22} {', '.join(found.kinds)} ({', '.join(found.files)})"
        )
