"""Calls GitHub's API with the command `gh`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, NoReturn


def fail(message: str) -> NoReturn:
    """End the step with a message of one line. Quote text of others with `repr`, so that it adds no line."""
    sys.exit(f"::error::{message}")


def api(path: str, *arguments: str, body: dict[str, str] | None = None) -> Any:
    """Return the JSON of the API's response, or `None` if the response is empty."""
    run = subprocess.run(
        ["gh", "api", path, *arguments, *(["--input", "-"] if body else [])],
        input=json.dumps(body) if body else None,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        fail(f"GitHub refused the request to {path!r}; its response is above")
    return json.loads(run.stdout) if run.stdout.strip() else None
