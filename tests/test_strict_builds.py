"""A strict build counts warnings, and MkDocs logs none under `--quiet`: no command here combines the two."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_docs import blocks

ROOT = Path(__file__).parent.parent
STRICT, QUIET = "--strict", {"-q", "--quiet"}


def tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if (ROOT / name).is_file()]


def python_commands(source: str) -> Iterator[list[str]]:
    """The words of each list, tuple, call and string of a module, in which a command may stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List | ast.Tuple | ast.Call | ast.JoinedStr | ast.Constant):
            parts = [one.value for one in (node, *ast.iter_child_nodes(node)) if isinstance(one, ast.Constant)]
            yield [word for part in parts if isinstance(part, str) for word in part.split()]


def shell_commands(script: str) -> Iterator[list[str]]:
    """The words of each line, continued lines joined."""
    for line in script.replace("\\\n", " ").splitlines():
        yield [word.strip("\"'`,[]()") for word in line.split()]


def commands(file: Path) -> Iterator[list[str]]:
    """The words of each command that a file holds, or of more than those."""
    match file.suffix:
        case ".py":
            yield from python_commands(file.read_text(encoding="utf-8"))
        case ".md":
            for block in blocks(file.read_text(encoding="utf-8")):
                yield from shell_commands(block.text)
        case ".yml" | ".yaml" | ".toml" | ".sh" | "":
            yield from shell_commands(file.read_text(encoding="utf-8"))


def cannot_fail(words: list[str]) -> bool:
    return STRICT in words and not QUIET.isdisjoint(words)


def test_no_strict_build_is_quiet() -> None:
    found = {file.relative_to(ROOT): list(commands(file)) for file in tracked_files()}
    strict = {str(name) for name, inside in found.items() if any(STRICT in words for words in inside)}
    assert {".ci/run", ".github/workflows/docs.yml", ".readthedocs.yaml", "tests/lighthouse.py"} <= strict
    assert [str(name) for name, inside in found.items() if any(map(cannot_fail, inside))] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run", f"mkdocs build {STRICT} --quiet\n"),
        ("docs.yml", f"run: mkdocs -q build \\\n    {STRICT}\n"),
        ("host.md", f'```toml\ncommand = "mkdocs build -q {STRICT}"\n```\n'),
        ("listed.py", f'command = [executable, "-m", "mkdocs", "build", "-q", "{STRICT}"]\n'),
        ("called.py", f'run("mkdocs", "{STRICT}", "--quiet")\n'),
        ("shell.py", f'run(f"mkdocs build {STRICT} -q {{folder}}", shell=True)\n'),
    ],
    ids=lambda value: value if "\n" not in value else "",
)
def test_such_a_command_is_found(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    assert any(map(cannot_fail, commands(file)))
