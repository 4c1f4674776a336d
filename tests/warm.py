"""Processes that read a project's models, forked from one that has imported pydantic and little else.

They stand for the interpreters that the launcher starts, which spend most of their time importing. Tests of the
launcher start interpreters.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import pytest

from api_upgrades.sources import launcher

IMPORTED = ("api_upgrades.sources.api", "api_upgrades.sources.application", "fastapi")


@contextmanager
def warm_launcher() -> Iterator[None]:
    """Let the launcher ask forks of a warm process."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = str(Path(folder, "socket"))
        listener.bind(address)
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(listener.fileno())],
            cwd=Path(__file__).parent.parent,
            env={**os.environ, "PYTHONHASHSEED": "0"},  # as the launcher's processes have it
            pass_fds=[listener.fileno()],
        )

        def start(root: Path) -> tuple[Mapping[str, str], WarmProcess]:
            environment = launcher._worker_environment()
            return environment, WarmProcess(address, root, environment)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(launcher, "_start_worker", start)
            yield
        server.terminate()
        server.wait()


class WarmProcess:
    """As much of a `subprocess.Popen` as the launcher needs."""

    returncode: int | None = None

    def __init__(self, address: str, root: Path, environment: Mapping[str, str]) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.connect(address)
        reads, self._question = os.pipe()
        self._output, writes = os.pipe()
        socket.send_fds(self._server, [b"."], [reads, writes])
        os.close(reads)
        os.close(writes)
        os.write(self._question, json.dumps([str(root), dict(environment)]).encode() + b"\n")
        self.pid = int(self._server.recv(16))

    def poll(self) -> int | None:
        if self.returncode is None:
            with suppress(BlockingIOError):
                self.returncode = int(self._server.recv(16, socket.MSG_DONTWAIT))
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self, question: bytes = b"") -> tuple[bytes, None]:
        with suppress(BrokenPipeError):
            os.write(self._question, question)
        os.close(self._question)
        with open(self._output, "rb") as output:
            printed = output.read()
        if self.returncode is None:
            self.returncode = int(self._server.recv(16))
        self._server.close()
        return printed, None


def serve(listener: socket.socket) -> NoReturn:
    """In the warm process: fork for everybody who asks."""
    for name in IMPORTED:
        import_module(name)
    while True:
        asked, _ = listener.accept()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # what has ended since
                pass
        _, files, _, _ = socket.recv_fds(asked, 1, 2)
        if os.fork() == 0:
            listener.close()
            look_after(asked, *files)
        for file in files:
            os.close(file)
        asked.close()


def look_after(asked: socket.socket, question: int, output: int) -> NoReturn:
    """In a fork: fork once more, tell the id of that process and, in the end, its exit code."""
    process = os.fork()
    if process == 0:
        asked.close()
        read_models(question, output)
    os.close(question)
    os.close(output)
    asked.send(f"{process}".ljust(16).encode())
    _, status = os.waitpid(process, 0)
    with suppress(BrokenPipeError):  # nobody waits for it any longer
        asked.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def read_models(question: int, output: int) -> NoReturn:
    """In the last fork: become what the launcher starts."""
    for file, number in ((question, 0), (output, 1), (output, 2)):
        os.dup2(file, number)
    os.close(question)
    os.close(output)
    root, environment = json.loads(sys.stdin.readline())
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(root)
    sys.path[:] = environment["PYTHONPATH"].split(os.pathsep)
    sys.argv[1:] = []
    code = 1
    try:
        runpy.run_module("api_upgrades.sources.worker", run_name="__main__", alter_sys=True)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
