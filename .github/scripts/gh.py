"""GitHub's API, by its own command `gh`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, NoReturn


def fail(message: str) -> NoReturn:
    """End the step with one line that says why. What others wrote goes into it by `repr`, so that it stays one."""
    sys.exit(f"::error::{message}")


def api(path: str, *arguments: str, sent: dict[str, str] | None = None) -> Any:
    """The JSON that the API answers, `None` where it answers nothing."""
    run = subprocess.run(
        ["gh", "api", path, *arguments, *(["--input", "-"] if sent else [])],
        input=json.dumps(sent) if sent else None,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        fail(f"GitHub refused {path!r}; its answer is above")
    return json.loads(run.stdout) if run.stdout.strip() else None
