"""Names that are hard on files, addresses, YAML, HTML and Markdown are names like all others, at every place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api_upgrades.cli import main
from tests.hostile import NAMES, document, document_of_all
from tests.test_plugin import build, faults

pytestmark = pytest.mark.slow

KEYWORDS = ("example", "components", "parameters")
"""Names of keywords inside extensions, which are not yet read as names."""

EVERY_NAME = [name for names in NAMES.values() for name in names if name not in KEYWORDS]
VERSIONS = (1, 2)


def run(*arguments: str | Path) -> Result:
    """Fails with the exception itself if there is one that no message explains."""
    result = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def write(folder: Path, documents: Sequence[dict[str, Any]]) -> list[Path]:
    files = [folder / f"v{number}.json" for number in range(1, len(documents) + 1)]
    for file, one in zip(files, documents, strict=True):
        file.write_text(json.dumps(one), encoding="utf-8")
    return files


def imported(folder: Path, documents: Sequence[dict[str, Any]]) -> Path:
    """A project from documents, which passes `check` and exports them as they are."""
    files = write(folder, documents)
    root = folder / "project"
    assert run("diff", *files).exit_code == 0
    result = run("import", *files, "--out", root)
    assert result.exit_code == 0, result.output
    checked = run("--root", root, "check", "--allow-todo")
    assert checked.exit_code == 0, checked.output
    for file, one in zip(files, documents, strict=True):
        assert json.dumps(json.loads(run("--root", root, "export", file.stem).stdout)) == json.dumps(one)
    return root


@pytest.mark.parametrize("name", EVERY_NAME, ids=lambda name: ascii(name)[1:30])
def test_every_name_is_a_name(tmp_path: Path, name: str) -> None:
    root = imported(tmp_path, [document(name, version) for version in VERSIONS])
    for file in root.rglob("*"):
        assert len(file.name.encode()) <= 200
        assert not file.name.endswith((".", " "))
        assert file.name.split(".")[0].casefold() not in ("con", "prn", "aux", "nul", "com1", "lpt9")


@pytest.mark.parametrize("group", NAMES)
def test_sites_with_them_are_built(tmp_path: Path, group: str) -> None:
    names = [name for name in NAMES[group] if name not in KEYWORDS]
    root = imported(tmp_path, [document_of_all(names, version) for version in VERSIONS])
    site = build(root)
    assert faults(site) == []
    names_of_files = [path.relative_to(site).as_posix() for path in site.rglob("*")]
    assert len({name.casefold() for name in names_of_files}) == len(names_of_files)
