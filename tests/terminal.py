"""A terminal for a command: what it prints there, answered as a person would."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from api_upgrades.cli import main
from api_upgrades.core import progress

PROMPTS = (b"]:", b"]: ")
"""How a question ends."""


def at_terminal(root: Path, *arguments: str, answers: Sequence[str] = (), **environment: str) -> tuple[int, str]:
    """Run the command on a project at a terminal; its exit code, and all that stands there in the end.

    It is run by a fork of this process, so the test that calls this is marked with `forks`.
    """
    left = list(answers)
    process, terminal = pty.fork()
    if process == 0:
        os._exit(_run(["--root", str(root), *arguments], environment))
    shown = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            found = os.read(terminal, 4096)
        except OSError:  # the command has ended
            break
        if not found:
            break
        shown += found
        if left and shown.endswith(PROMPTS):
            os.write(terminal, f"{left.pop(0)}\n".encode())
    os.close(terminal)
    _, status = os.waitpid(process, 0)
    assert not left, f"nobody asked for {left}\n{shown.decode()}"
    return os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n")


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    """In the fork: run the command, and give its exit code."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it starts in the background
    os.environ.update(environment)
    progress.FIRST_UPDATE_AFTER = float(environment.get("PATIENCE", "60"))
    reopen = partial(open, closefd=False)  # a terminal hangs up when its last file is closed
    with reopen(0) as sys.stdin, reopen(1, "w") as sys.stdout, reopen(2, "w") as sys.stderr:
        try:
            main(arguments)
        except SystemExit as end:
            return int(end.code or 0)
    return 0
