"""The command: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api_upgrades.cli import main
from tests.shop import FILES, LATEST, PAGES, VERSIONS, frozen, write

Run = Callable[..., Result]
PYPROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return frozen(write(tmp_path / "a project", FILES))


@pytest.fixture
def run(project: Path) -> Run:
    """Runs the command on the project. A traceback fails the test, whatever it was about."""

    def call(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["--root", str(project), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        assert "Traceback" not in result.output
        return result

    return call


def properties(document: str) -> list[str]:
    return list(json.loads(document)["components"]["schemas"]["Book"]["properties"])


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("2024-01-01", ["isbn", "name"]),
        ("2024-02-01", ["isbn", "name", "pages"]),
        ("2024-03-01", ["isbn", "title", "pages"]),
        ("latest", ["isbn", "title", "pages"]),
    ],
)
def test_export_prints_one_version(run: Run, version: str, names: list[str]) -> None:
    result = run("export", version)
    assert (result.exit_code, result.stderr) == (0, "")
    assert properties(result.stdout) == names
    assert json.loads(result.stdout)["info"]["version"] == version.replace("latest", LATEST)


def test_export_writes_all_versions(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "not there yet" / "openapi"
    result = run("export", "--out", str(out))
    assert (result.exit_code, result.output) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == [f"{version}.json" for version in VERSIONS]
    for version in VERSIONS:
        assert (out / f"{version}.json").read_text(encoding="utf-8") == run("export", version).stdout


def test_export_of_an_unknown_version_names_the_nearest_and_all(run: Run) -> None:
    result = run("export", "2024-02-10")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "there is no version '2024-02-10' (did you mean '2024-02-01'?); "
        "the versions are 2024-01-01, 2024-02-01, 2024-03-01\n"
    )


def test_check_of_a_sound_registry(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "3 versions and 2 changes are fine.\n")


def test_check_prints_every_fault_in_one_run(run: Run, project: Path) -> None:
    title, pages = (FILES[f"changes/{name}"] for name in ("2024-03-01/title.yaml", "2024-02-01/pages.yaml"))
    faults = {
        "changes/2024-03-01/title.yaml": title.replace("new: title", "new: titel"),
        "changes/2024-02-01/pages.yaml": pages.replace("Book.pages", "Bok.pages"),
    }
    write(project, faults)
    result = run("check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "changes/2024-02-01/pages.yaml:4:34: add_property: schema 'Bok' does not exist at 2024-02-01 "
        "(did you mean 'Book'?). This effect was released as {kind: add_property, target: Book.pages}. Restore it",
        "changes/2024-03-01/title.yaml:5:59: rename_property: Book has no property 'titel' at 2024-03-01 "
        "(did you mean 'title'?). "
        "This effect was released as {kind: rename_property, target: Book, old: name, new: title}. Restore it",
    ]


def test_faults_of_files_are_all_reported_too(run: Run, project: Path) -> None:
    write(project, {"changes/2024-02-01/pages.yaml": "", "changes/2024-03-01/title.yaml": "title: [\n"})
    result = run("check")
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "changes/2024-02-01/pages.yaml:1:1",
        "changes/2024-03-01/title.yaml:2:1",
    ]


def test_models_that_do_not_import(run: Run, project: Path) -> None:
    write(project, {"changes/api/__init__.py": "import nothing_of_the_kind\n"})
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.startswith("changes/api/__init__.py:1:1: No module named 'nothing_of_the_kind'")


@pytest.mark.parametrize("arguments", [["check"], ["export", "latest"], ["render", "--out", "out"]])
def test_every_command_fails_on_a_broken_registry(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(project, {"changes/2024-02-01/pages.yaml": "nothing\n"})
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("changes/2024-02-01/pages.yaml:1:1: ")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_registry(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--root", str(tmp_path), "check"])
    assert result.exit_code == 1
    assert result.stderr.startswith("changes/api/__init__.py: does not exist")


def test_render_writes_every_page(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "some pages"
    result = run("render", "--out", str(out))
    assert (result.exit_code, result.output) == (0, "")
    pages = {path.relative_to(out).parent.as_posix() for path in out.rglob("index.md")}
    assert pages == PAGES | {"maintain/kinds"}
    assert {path.suffix for path in out.rglob("*") if path.is_file()} == {".md"}


def test_writing_where_a_file_is_in_the_way(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    result = run("export", "--out", str(tmp_path / "taken" / "inside"))
    assert result.exit_code == 1
    assert "cannot be written: Not a directory" in result.stderr


def test_other_folders_for_the_registry_and_the_models(tmp_path: Path) -> None:
    moved = {name.replace("changes/api", "models/shop").replace("changes/", "history/"): FILES[name] for name in FILES}
    write(tmp_path, moved)
    options = ["--root", str(tmp_path), "--registry", "history", "--source", "models/shop"]
    frozen(tmp_path, *options[2:])
    result = CliRunner().invoke(main, [*options, "check"])
    assert (result.exit_code, result.output) == (0, "3 versions and 2 changes are fine.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "No such command 'chekc'"),
        (["export"], "give a version to print, or --out DIR to write all of them"),
        (["export", "latest", "--out", "somewhere"], "give a version to print, or --out DIR to write all of them"),
        (["render"], "Missing option '--out'"),
        (["check", "--all"], "No such option"),
        (["--root", "no such folder", "check"], "Directory 'no such folder' does not exist"),
    ],
)
def test_a_wrong_call_exits_with_2(run: Run, arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize("command", [[], *([name] for name in main.commands)])
def test_help_has_an_example(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Example: api-upgrades " in result.stdout


def test_the_version_is_the_packages() -> None:
    result = CliRunner().invoke(main, ["--version"], prog_name="api-upgrades")
    assert result.exit_code == 0
    assert result.stdout == f"api-upgrades, version {PYPROJECT['project']['version']}\n"


HEAVY = ("jinja2", "jsonschema", "markdown", "mkdocs", "pydantic", "yaml")


def test_the_parsers_of_all_commands_are_built_without_the_libraries_that_do_the_work() -> None:
    program = "import sys, api_upgrades.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert sorted(set(HEAVY) & set(run.stdout.split())) == []
