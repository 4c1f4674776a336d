"""The process that imports a project's models: started when there is something to import, or ahead of that."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PASSING = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "PYTEST_CURRENT_TEST"})
"""Variables of the environment that differ from call to call."""

_Started = tuple[Mapping[str, str], "subprocess.Popen[bytes]"]

_ahead: dict[Path, _Started] = {}
"""Processes that wait for their question, by the folder in which they do. They end when this one does."""


def start_ahead(root: Path) -> None:
    """Have a process that already imported pydantic, which takes as long as a hundred models do."""
    if root not in _ahead:
        _ahead[root] = _start(root)


@atexit.register
def _end() -> None:
    """Let none of them wait for nothing."""
    while _ahead:
        _, (_, process) = _ahead.popitem()
        process.kill()
        process.communicate()


def ask(root: Path, *question: str) -> tuple[int, bytes]:
    """Have `child` answer a question in a folder, its arguments; gives its exit code and all that was printed."""
    environment, process = _ahead.pop(root) if root in _ahead else _start(root)
    differing = {name for name, _ in environment.items() ^ _environment().items()}
    if differing - PASSING or process.poll() is not None:  # it isn't what would be started now, or is gone
        process.communicate()
        _, process = _start(root)
    output, _ = process.communicate(json.dumps(question).encode())
    return process.returncode, output


def _start(root: Path) -> _Started:
    environment = _environment()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "api_upgrades.sources.worker"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    return environment, process


def _environment() -> Mapping[str, str]:
    """The child finds what this process finds. A fixed seed makes the order of sets the same each time."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "PYTHONHASHSEED": "0"}
