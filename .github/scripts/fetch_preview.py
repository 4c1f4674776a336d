"""Download the preview that a run of docs.yml uploaded: `fetch_preview.py RUN FILE`."""

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
    # A run that was restarted has an artifact of each attempt.
    newest = max(found["artifacts"], key=lambda artifact: artifact["id"], default=None)
    if newest is None:
        fail(f"run {run} has no artifact `preview`; see whether its job `build` uploaded one")
    if newest["size_in_bytes"] > MAX_ARCHIVE:
        fail(f"the artifact `preview` has {newest['size_in_bytes']:,} bytes; at most {MAX_ARCHIVE:,} are allowed")
    with Path(file).open("wb") as target:
        download = subprocess.run(["gh", "api", f"{actions}/artifacts/{newest['id']}/zip"], stdout=target, check=False)
    if download.returncode != 0:
        fail("the download of the artifact `preview` failed; the response is above")


if __name__ == "__main__":
    main(*sys.argv[1:])
