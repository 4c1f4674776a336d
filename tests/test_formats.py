"""The formats that commands print: the same three for each command, from one option."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result
from markdown import markdown as html

from api_upgrades.cli import main
from api_upgrades.cli.formats import Format
from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.project import Project
from api_upgrades.releases.fault import CheckResult, Fault
from api_upgrades.review.check_text import CheckText
from tests.repository import shop
from tests.shop import FILES, write
from tests.test_report import BLURB, ILL, NUMBERED, TITLED, renamed, with_blurb

COMMANDS = {
    "check": ("check",),
    "diff": ("diff", "2024-01-01", "latest"),
    "path": ("path", "2024-01-01", "latest"),
    "report": ("report", "--base", "main"),
}
commands = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a documented and an undocumented change, and a reason that is still to be written."""
    root = renamed(shop(tmp_path_factory.mktemp("formats")))
    model = with_blurb(NUMBERED).replace("pages: int", "pages: int | None")
    title = FILES[TITLED].replace("a title.", "a *title*.")
    write(root, {"changes/api/__init__.py": model, TITLED: title, "changes/unreleased/blurb.yaml": BLURB})
    return write(root, {"changes/2024-01-01/version.yaml": "summary: The start.\n"})


def run(root: Path, *arguments: str, color: bool = False) -> Result:
    result = CliRunner().invoke(main, ["--root", str(root), *arguments], color=color)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_these_commands_have_formats() -> None:
    assert {name for name, one in main.commands.items() if "format" in {param.name for param in one.params}} == {
        *COMMANDS
    }


@commands
def test_every_command_offers_every_format(command: tuple[str, ...]) -> None:
    assert f"--format [{'|'.join(get_args(Format))}]" in CliRunner().invoke(main, [command[0], "--help"]).stdout


@commands
def test_json_is_indented_and_ends_with_a_newline(root: Path, command: tuple[str, ...]) -> None:
    printed = run(root, *command, "--format", "json", color=True).stdout
    assert printed == json.dumps(json.loads(printed), indent=2, ensure_ascii=False) + "\n"


@commands
def test_markdown_ends_with_one_newline(root: Path, command: tuple[str, ...]) -> None:
    printed = run(root, *command, "--format", "markdown", color=True).stdout
    assert "\x1b" not in printed
    assert printed.startswith(("**", "#"))
    assert printed.endswith("\n")
    assert not printed.endswith("\n\n")


@commands
def test_only_text_has_colors(root: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain = run(root, *command, "--format", "text")
    assert plain.output.strip()
    assert "\x1b" not in plain.output
    assert ("\x1b[31mbreaking" in run(root, *command, "--format", "text", color=True).output) == (command != ("check",))
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(root, *command, "--format", "text", color=True).output == plain.output


def test_the_text_of_a_report(root: Path) -> None:
    shown = run(root, "report", "--base", "main", "--format", "text")
    assert (shown.exit_code, shown.stderr) == (0, "")
    first, second, rest = shown.stdout.split("\n", 2)
    assert first == json.loads(run(root, "report", "--base", "main", "--format", "json").stdout)["verdict"]
    assert second.startswith("Compared with main (")
    assert (
        rest
        == """
Breaking and risky changes
  breaking  isbn is now number
            Read number.
            Operations: GET /books/first and GET /orders/last

Undocumented differences
  breaking  Book.pages: nullable false -> true
  Run: api-upgrades draft (or amend 2024-03-01, if it was already like this when 2024-03-01 was released)

Texts to write
  changes/unreleased/blurb.yaml:2:6: the why still says TODO; write it

All changes
  breaking  isbn is now number (unreleased/number, added)
  additive  Books have a blurb (unreleased/blurb, added)
  breaking  name is now title (2024-03-01/title, edited, wording only: why)

Edited versions
  2024-01-01/version.yaml: summary

Pages that change
  11 when this is merged
  6 on release
"""
    )


def test_the_text_of_a_report_on_altered_releases(tmp_path: Path) -> None:
    root = write(shop(tmp_path), {TITLED: FILES[TITLED].replace("old: name", "old: label")})
    altered = run(root, "report", "--base", "main", "--format", "text").stdout
    assert "\nChanges to released versions\n  changes/2024-03-01/title.yaml:5:5: 2024-02-01 differs from its" in altered
    assert altered.count("api-upgrades amend") == 1
    assert run(root, "amend", "2024-02-01", "--why", "It was `label`.").exit_code == 0
    amended = run(root, "report", "--base", "main", "--format", "text").stdout
    assert "2024-02-01, 2024-01-01: " in amended
    assert amended.count("Amended: It was label.") == 2


def test_the_markdown_of_a_check(root: Path) -> None:
    result = run(root, "check", "--format", "markdown")
    assert (result.exit_code, result.stderr) == (1, "")
    faults = json.loads(run(root, "check", "--format", "json").stdout)["faults"]
    assert [(one["kind"], one["file"], one["line"]) for one in faults] == [
        ("undocumented", "changes/api/__init__.py", 12),
        ("prose", "changes/unreleased/blurb.yaml", 2),
    ]
    assert result.stdout == (
        "**2 faults.**\n\n"
        "- `changes/api/__init__.py:12`: Book.pages: nullable false -> true is not documented in any change file. "
        "Run: api-upgrades draft (or amend 2024-03-01, if it was already like this when 2024-03-01 was released)\n"
        "- `changes/unreleased/blurb.yaml:2:6`: the why still says TODO; write it\n"
    )


def test_the_markdown_of_a_check_that_passes(tmp_path: Path) -> None:
    shown = run(shop(tmp_path), "check", "--format", "markdown")
    assert (shown.exit_code, shown.output) == (0, "**3 versions and 2 changes are fine.**\n")


def test_notes_are_part_of_the_markdown_of_a_check(root: Path) -> None:
    note = RegistryError(Location("openapi.yaml", 3), "a note")
    text = CheckText(Project(root).read_state().registry, CheckResult((), (note,)))
    assert text.as_markdown() == ("**3 versions and 4 changes are fine.**\n\n## Notes\n\n- `openapi.yaml:3`: a note\n")


def test_nothing_in_the_markdown_of_a_check_acts(root: Path) -> None:
    fault = Fault("prose", Location("changes/a.yaml", 1), ILL)
    shown = html(CheckText(Project(root).read_state().registry, CheckResult((fault,), ())).as_markdown())
    assert set(re.findall(r"<(\w+)", shown)) == {"p", "strong", "ul", "li", "code"}
    assert re.findall(r"@\w|#\d|GH-\d|www\.|&#64;\w", shown) == []
