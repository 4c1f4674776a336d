"""Download what a run of docs.yml handed over: `fetch_preview.py RUN FILE`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gh import api, fail

MAX_ARCHIVE = 100 * 2**20


def main(run: str, file: str) -> None:
    actions = f"repos/{os.environ['GITHUB_REPOSITORY']}/actions"
    found = api(f"{actions}/runs/{int(run)}/artifacts?name=preview&per_page=100")
    # A run that was tried again has one of each try.
    newest = max(found["artifacts"], key=lambda artifact: artifact["id"], default=None)
    if newest is None:
        fail("the run handed no artifact `preview` over")
    if newest["size_in_bytes"] > MAX_ARCHIVE:
        fail(f"the artifact has {newest['size_in_bytes']:,} bytes; {MAX_ARCHIVE:,} are allowed")
    with Path(file).open("wb") as target:
        fetched = subprocess.run(["gh", "api", f"{actions}/artifacts/{newest['id']}/zip"], stdout=target, check=False)
    if fetched.returncode != 0:
        fail("the artifact can't be downloaded, see above")


if __name__ == "__main__":
    main(*sys.argv[1:])
