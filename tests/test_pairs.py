"""Pairs of small documents, one for each kind of thing that a comparison of APIs gets wrong.

`pairs/expected.tsv` has for each pair what `diff` says: `none` (nothing above neutral), `not-breaking`, `breaking`, or
`any`, for which `pairs/findings.yaml` is more exact. Every pair is imported, checked and exported again, unless a
document is refused with file, line and column.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.compare.rules.table import SEVERITIES, rank
from api_upgrades.core.json import Json
from api_upgrades.sources.openapi_file import read_document
from tests.known_failures import cases

FOLDER = Path(__file__).with_name("pairs")
PLACE = re.compile(r"\S+\.yaml:\d+:\d+: \S")
BOUNDED = {"308-pattern-that-never-ends"}
"""The pairs that run in a process of their own, as they may never end."""
SECONDS = 10


@dataclass(frozen=True)
class Expected:
    """What `diff` must say of one pair; a finding is `severity direction rule target`, as a pattern."""

    says: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    at_most: str | None = None
    only: bool = False
    refused: Literal["must", "may", "never"] = "never"


AS_TEXT = {
    "none": Expected(at_most="neutral"),
    "not-breaking": Expected(at_most="risky"),
    "breaking": Expected(says=["breaking *"]),
}


def expectations() -> dict[str, Expected]:
    with (FOLDER / "expected.tsv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row["expect"] for row in csv.DictReader(file, delimiter="\t")}
    exact: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "findings.yaml").read_text(encoding="utf-8"))
    assert exact.keys() <= rows.keys(), "findings.yaml names a pair that expected.tsv does not have"
    return {name: Expected(**exact[name]) if name in exact else AS_TEXT[word] for name, word in rows.items()}


EXPECTED = expectations()


@dataclass(frozen=True)
class Run:
    """How one run of the command ended; the code is None if it took too long."""

    code: int | None
    stdout: str
    stderr: str

    @property
    def is_refusal(self) -> bool:
        """Whether it is an error of which each line names file, line and column."""
        lines = self.stderr.splitlines()
        return self.code == 1 and not self.stdout and bool(lines) and all(map(PLACE.match, lines))


def run(name: str, *arguments: str | Path) -> Run:
    """Run the command, for some pairs in a process that is killed after a while."""
    words = list(map(str, arguments))
    if name not in BOUNDED:
        result = CliRunner().invoke(main, words, prog_name="api-upgrades")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return Run(result.exit_code, result.stdout, result.stderr)
    command = [sys.executable, "-c", "from api_upgrades.cli import main; main()", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Run(None, "", f"{words[0]} takes more than {SECONDS} seconds")
    assert "Traceback" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr)


def documents(name: str) -> list[Path]:
    """The files of a pair, oldest first."""
    return [path for stem in ("old", "new", "third") for path in (FOLDER / name).glob(f"{stem}.*")]


@cache
def findings(name: str) -> list[str] | None:
    """What `diff` finds, one line each; None if it refuses a document."""
    result = run(name, "diff", *documents(name)[:2], "--format", "json")
    if result.is_refusal:
        return None
    assert result.code == 0, result.stderr
    return [
        f"{one['severity']} {one['direction'] or '-'} {one['rule']} {one['target']}"
        for one in json.loads(result.stdout)
    ]


def faults(expected: Expected, found: list[str]) -> Iterator[str]:
    """What is wrong with the findings of a pair."""
    for pattern in expected.says:
        if not any(fnmatchcase(line, pattern) for line in found):
            yield f"does not say: {pattern}"
    for line in found:
        severity = line.split()[0]
        if expected.at_most in SEVERITIES and rank(severity) < rank(expected.at_most):  # type: ignore[arg-type]  # `in` doesn't narrow it
            yield f"is more than {expected.at_most}: {line}"
        if any(fnmatchcase(line, pattern) for pattern in expected.never):
            yield f"must not say: {line}"
        if expected.only and severity != "neutral" and not any(fnmatchcase(line, one) for one in expected.says):
            yield f"says too much: {line}"


def test_every_pair_has_its_expectation() -> None:
    assert EXPECTED.keys() == {folder.name for folder in FOLDER.iterdir() if folder.is_dir()}
    for expected in EXPECTED.values():
        assert expected.at_most in (None, *SEVERITIES)


@pytest.mark.parametrize("name", cases("pairs: diff", EXPECTED))
def test_diff_judges_a_pair_by_the_specifications(name: str) -> None:
    expected, found = EXPECTED[name], findings(name)
    if found is None:
        assert expected.refused != "never", "a document is refused"
        return
    assert expected.refused != "must", "no document is refused"
    assert not list(faults(expected, found)), found


@pytest.mark.parametrize("name", cases("pairs: import", EXPECTED))
def test_a_pair_is_imported_and_given_back(name: str, tmp_path: Path) -> None:
    expected, files, project = EXPECTED[name], documents(name), tmp_path / "project"
    versions = [str(number) for number, _ in enumerate(files, 1)]
    options = [word for version in versions for word in ("--version", version)]
    result = run(name, "import", *files, *options, "--out", project)
    if result.is_refusal:
        assert expected.refused != "never", result.stderr
        return
    assert result.code == 0, result.stderr
    assert expected.refused != "must", "no document is refused"
    checked = run(name, "--root", project, "check", "--allow-todo")
    assert checked.code == 0, checked.stderr
    exported = run(name, "--root", project, "export", "--out", tmp_path / "exported")
    assert exported.code == 0, exported.stderr
    for version, file in zip(versions, files, strict=True):
        document: Json = json.loads((tmp_path / "exported" / f"{version}.json").read_bytes())
        assert json.dumps(document) == json.dumps(read_document(file).document), file.name
