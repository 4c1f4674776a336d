"""A terminal for a command: what it prints there, answered as a person would."""

from __future__ import annotations

import os
import pty
import select
import sys
from collections.abc import Sequence
from pathlib import Path

PROMPTS = (b"]:", b"]: ")
"""How a question ends."""


def at_terminal(root: Path, *arguments: str, answers: Sequence[str] = (), **environment: str) -> tuple[int, str]:
    """Run the command on a project at a terminal; its exit code, and all that stands there in the end."""
    left = list(answers)
    process, terminal = pty.fork()
    if process == 0:  # the child, which becomes the command
        command = [sys.executable, "-m", "tests.terminal", "--root", str(root), *arguments]
        os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment})
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


if __name__ == "__main__":
    from api_upgrades.cli import main
    from api_upgrades.core import progress

    progress.FIRST_UPDATE_AFTER = float(os.environ.get("PATIENCE", "60"))
    main()
