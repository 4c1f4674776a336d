"""Starts the worker processes that import a project's models, on request or in advance."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

VOLATILE_VARIABLES = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "PYTEST_CURRENT_TEST"})
"""Environment variables that change from call to call and don't affect a worker."""

_StartedWorker = tuple[Mapping[str, str], "subprocess.Popen[bytes]"]

_idle_workers: dict[Path, _StartedWorker] = {}
"""Workers that wait for a request, by the folder in which they run. They end together with this process."""


def start_idle_worker(root: Path) -> None:
    """Start a worker that imports pydantic now, because that takes as long as importing a hundred models."""
    if root not in _idle_workers:
        _idle_workers[root] = _start_worker(root)


@atexit.register
def _stop_idle_workers() -> None:
    """Stop the idle workers when this process exits."""
    while _idle_workers:
        _, (_, process) = _idle_workers.popitem()
        process.kill()
        process.communicate()


def run_worker(root: Path, *request: str) -> tuple[int, bytes]:
    """Send a request to a worker in the folder `root`, and return its exit code and everything that it printed."""
    environment, process = _idle_workers.pop(root) if root in _idle_workers else _start_worker(root)
    changed_variables = {name for name, _ in environment.items() ^ _worker_environment().items()} - VOLATILE_VARIABLES
    has_ended = process.poll() is not None
    if changed_variables or has_ended:
        process.communicate()
        _, process = _start_worker(root)
    output, _ = process.communicate(json.dumps(request).encode())
    return process.returncode, output


def _start_worker(root: Path) -> _StartedWorker:
    environment = _worker_environment()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "api_upgrades.sources.worker"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    return environment, process


def _worker_environment() -> Mapping[str, str]:
    """The environment of a worker, which finds the same modules as this process.

    A fixed hash seed keeps the order of sets the same in every run.
    """
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "PYTHONHASHSEED": "0"}
