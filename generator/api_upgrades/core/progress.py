"""What takes a while says so: on standard error, at a terminal only, once a stage has lasted for a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 1.0
"""In seconds, how long a stage is silent."""


OFTEN = 0.2
"""In seconds, how often a stage that counts says how far it is."""


@contextmanager
def stage(what: str) -> Iterator[None]:
    """A stretch of work, `Reading the models`."""
    if not sys.stderr.isatty():
        yield
        return
    # The end of the line is in the text, since what is printed meanwhile would come in between.
    timer = Timer(PATIENCE, print, (f"{what} ...\n",), {"end": "", "file": sys.stderr, "flush": True})
    timer.daemon = True  # nobody waits for a word about work that has ended
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A stretch of work on many things, `Writing the pages`; what comes back is called after each of them."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    done, due, is_shown = 0, time.monotonic() + PATIENCE, False

    def one_more() -> None:
        nonlocal done, due, is_shown
        done += 1
        now = time.monotonic()
        if now >= due:
            print(f"\r{what}: {done} of {total}", end="", file=sys.stderr, flush=True)
            due, is_shown = now + OFTEN, True

    yield one_more
    if is_shown:
        print(f"\r{what}: {done} of {total}", file=sys.stderr, flush=True)
