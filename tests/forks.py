"""Runs a test in a fork of this process, which has one thread, whatever threads this process has.

A worker of pytest-xdist listens in a second thread, and so does whoever drives a browser.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import warnings

import pytest

_WORKER = os.getpid()


def is_fork() -> bool:
    """Whether this process is the fork of a test."""
    return os.getpid() != _WORKER


def run_in_fork(item: pytest.Function) -> None:
    """Run the function of a test in a fork. It fails here with what it fails with there."""
    reads, writes = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 and later warn of threads that may hold a lock. Those here only wait for somebody else.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        os.close(reads)
        with open(writes, "w", encoding="utf-8", errors="replace") as report:
            report.write(_failure(item))
        os._exit(0)
    os.close(writes)
    try:
        with open(reads, encoding="utf-8") as report:
            failure = report.read()
    except BaseException:  # the test took too long, or somebody pressed Ctrl-C
        os.kill(process, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(process, 0)
    if failure or status:
        pytest.fail(failure or f"its process ended with {os.waitstatus_to_exitcode(status)}", pytrace=False)


def _failure(item: pytest.Function) -> str:
    """The report of a test that fails; empty for one that passes."""
    try:
        item.runtest()
        assert multiprocessing.active_children() == [], "the test left forks of its own behind"
    except BaseException:
        return str(item.repr_failure(pytest.ExceptionInfo.from_current()))
    return ""
