"""Fresh processes, measured: CPU and wall seconds, and the peak of memory, their own children included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.figures import Cost

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {
    **os.environ,
    "NO_MKDOCS_2_WARNING": "1",
    "PYTHONPATH": os.pathsep.join((str(ROOT / "generator"), str(ROOT))),
    "PYTHONDONTWRITEBYTECODE": "",
}
"""Python keeps the modules that it compiled, as it does by default."""

SOON = 2.0
"""Runs that take longer, in seconds of wall time, are not repeated."""

API_UPGRADES = (sys.executable, "-c", "from api_upgrades.cli import main; main()")


_LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - start
cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
with open(sys.argv[1], "w") as report:
    json.dump({"code": os.waitstatus_to_exitcode(status), "cost": {"cpu": cpu, "wall": wall, "memory": peak}}, report)
"""
"""Starts a command and measures it. It is small, because a process's peak of memory is at least that of its parent."""


def attempt(*command: str | Path, seconds: float | None = None) -> tuple[int, Cost, str]:
    """Run a command to its end, or for so many seconds: its exit code, cost and output.

    If the time is over, the command and its children are killed, and the code is negative.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.NamedTemporaryFile("r") as report:
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, report.name, *map(str, command)]
        process = subprocess.Popen(
            launcher,
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
        output.seek(0)
        found = json.loads(report.read() or '{"code": -9, "cost": {"cpu": 0, "wall": 0, "memory": 0}}')
        return found["code"], Cost(**found["cost"]), output.read()


def run(*command: str | Path, may_fail: bool = False) -> tuple[Cost, str]:
    """Run a command to its end; its cost and its output. Raises SystemExit with its output if it fails."""
    code, cost, printed = attempt(*command)
    if code and not may_fail:
        sys.exit(f"'{' '.join(map(str, command))}' failed:\n{printed}")
    return cost, printed


def child(*arguments: str | Path) -> tuple[Cost, Any]:
    """The same of a task of `child`, with what it found."""
    cost, printed = run(sys.executable, "-m", "tests.bench.child", *arguments)
    return cost, json.loads(printed.splitlines()[-1])


def steady(measure: Callable[[], Cost]) -> Cost:
    """The median of three runs, by CPU; a run that takes long is not repeated."""
    runs = [measure()]
    while runs[0].wall < SOON and len(runs) < 3:
        runs.append(measure())
    return sorted(runs, key=lambda one: one.cpu)[len(runs) // 2]
