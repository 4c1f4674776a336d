"""Check that the tag of a release names the version of this project: `check_tag.py TAG`.

The version is the one in pyproject.toml, and the release notes must have a section for it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from gh import fail

NOTES = "docs/maintain/release-notes.md"


def main(tag: str) -> None:
    version = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag != f"v{version}":
        fail(f"the tag is {tag!r}, but the version in pyproject.toml is {version!r}; tag v{version} instead")
    if not re.search(rf"^## {re.escape(version)}$", Path(NOTES).read_text(encoding="utf-8"), re.MULTILINE):
        fail(f"{NOTES} has no section `## {version}`; write it before you tag the release")


if __name__ == "__main__":
    main(*sys.argv[1:])
