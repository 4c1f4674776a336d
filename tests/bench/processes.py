"""Fresh processes, measured: CPU and wall seconds, and the peak of memory, their own children included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.bench.figures import Cost

Found = TypeVar("Found")

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
"""Python keeps what it compiled, as it does where nobody told it otherwise."""

SOON = 5.0
"""In seconds of wall time; what takes longer is not run three times."""


def run(*command: str | Path, cwd: Path = ROOT) -> tuple[Cost, str]:
    """Run a command to its end; what it took and printed. Raises SystemExit, with what it printed, where it fails."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [*map(str, command)], cwd=cwd, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    if process.returncode:
        sys.exit(f"'{' '.join(map(str, command))}' failed:\n{printed}")
    megabytes = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Cost(cpu=usage.ru_utime + usage.ru_stime, wall=wall, memory=megabytes), printed


def child(*arguments: str | Path) -> tuple[Cost, Any]:
    """The same of a command of `child`, with what it found."""
    cost, printed = run(sys.executable, "-m", "tests.bench.child", *arguments)
    return cost, json.loads(printed.splitlines()[-1])


def steady(measure: Callable[[], tuple[Cost, Found]]) -> tuple[Cost, Found]:
    """The middle one of three runs, by CPU; of what takes long, the only one."""
    runs = [measure()]
    while runs[0][0].wall < SOON and len(runs) < 3:
        runs.append(measure())
    return sorted(runs, key=lambda one: one[0].cpu)[len(runs) // 2]
