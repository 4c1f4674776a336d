"""Check what `python -m build` put into a folder: `python -m tests.package_check FOLDER`.

The wheel must hold every tracked file of the package, and the sdist every tracked file of the repository, and nothing
else. Prints each fault and exits with 1 if there is one.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = "generator/"
"""The folder in which the package lies; the wheel doesn't have it."""

GENERATED = {"PKG-INFO"}
"""What the build adds to an sdist."""


def tracked_files(root: Path) -> set[str]:
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], check=True, capture_output=True, text=True)
    return {name for name in listed.stdout.split("\0") if name}


def wheel_files(wheel: Path) -> set[str]:
    """The files of a wheel, without those that describe it."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def sdist_files(sdist: Path) -> set[str]:
    """The files of an sdist, without its outermost folder and the files that the build adds."""
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if not member.isdir()}
    return names - GENERATED


def faults(folder: Path, version: str, tracked: set[str]) -> Iterator[str]:
    """What is wrong with the distributions in a folder."""
    wheel, sdist = folder / f"api_upgrades-{version}-py3-none-any.whl", folder / f"api_upgrades-{version}.tar.gz"
    packaged = {name.removeprefix(PACKAGES) for name in tracked if name.startswith(PACKAGES)}
    for file, read, expected in ((wheel, wheel_files, packaged), (sdist, sdist_files, tracked)):
        if not file.is_file():
            yield f"{file.name} does not exist"
            continue
        found = read(file)
        yield from (f"{file.name}: {name} is missing" for name in sorted(expected - found))
        yield from (f"{file.name}: {name} is not a tracked file" for name in sorted(found - expected))


def main(folder: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    found = list(faults(Path(folder), version, tracked_files(ROOT)))
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
