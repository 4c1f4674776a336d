"""The sites of real series: each builds strictly, and every link, anchor and id of it leads somewhere.

The documents are beside the project. Where they are absent, these tests are skipped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api_upgrades.registry.model import natural_sort_key
from tests.site_check import check

SHARED = Path(__file__).parent.parent.parent / "shared"

MAX_BYTES = 3_000_000
"""The bytes of the documents that a test reads: of the longest series, only the first versions."""

ABSENT = "../shared, with documents of real APIs, is absent"


def first_versions(folder: Path) -> list[Path]:
    """The first documents of a series, at least two, up to `MAX_BYTES`."""
    files = [path for path in folder.iterdir() if path.suffix in (".json", ".yaml")]
    found: list[Path] = []
    for file in sorted(files, key=lambda path: natural_sort_key(path.stem)):
        found.append(file)
        if len(found) > 2 and sum(path.stat().st_size for path in found) > MAX_BYTES:
            return found[:-1]
    return found


def every_series() -> Iterator[object]:
    folders = sorted(path for parent in ("data", "series") for path in SHARED.glob(f"{parent}/*") if path.is_dir())
    yield from (pytest.param(folder, id=f"{folder.parent.name}-{folder.name}") for folder in folders)
    if not folders:
        yield pytest.param(None, marks=pytest.mark.skip(reason=ABSENT))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("folder", list(every_series()))
def test_site_of_a_series(folder: Path, tmp_path: Path) -> None:
    files = [str(path) for path in first_versions(folder)]
    command = ("-c", "from api_upgrades.cli import main; main()", "import", *files, "--out", str(tmp_path / "project"))
    imported = run(tmp_path, *command)
    assert imported.returncode == 0, imported.stderr
    built = run(tmp_path / "project", "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site"))
    assert built.returncode == 0, built.stderr
    assert check(tmp_path / "site") == []
