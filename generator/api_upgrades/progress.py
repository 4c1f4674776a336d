"""What takes a while says so: on standard error, at a terminal only, once a stage has lasted for a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 1.0
"""In seconds, how long a stage is silent."""


@contextmanager
def stage(what: str) -> Iterator[None]:
    """A stretch of work, `Reading the models`."""
    if not sys.stderr.isatty():
        yield
        return
    timer = Timer(PATIENCE, print, (f"{what} ...",), {"file": sys.stderr, "flush": True})
    timer.daemon = True  # nobody waits for a word about work that has ended
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
