"""Progress messages for long stages of work.

They go to standard error, only if that is a terminal, and only after a stage has taken a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

FIRST_UPDATE_AFTER = 1.0
"""Seconds before a stage prints its first message."""


UPDATE_INTERVAL = 0.2
"""Seconds between two messages of `count_progress`."""


@contextmanager
def stage(title: str) -> Iterator[None]:
    """Print `title` ("Reading the models") if the work inside takes long."""
    if not sys.stderr.isatty():
        yield
        return
    # The line break is part of the text. Otherwise, output of other threads could come before it.
    timer = Timer(FIRST_UPDATE_AFTER, print, (f"{title} ...\n",), {"end": "", "file": sys.stderr, "flush": True})
    timer.daemon = True  # the process can exit without waiting for the timer
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def count_progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Print `title` ("Writing the pages") and how many of `total` items are done, if the work inside takes long.

    Gives a function to call after each item.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    done, next_update, is_shown = 0, time.monotonic() + FIRST_UPDATE_AFTER, False

    def count_item() -> None:
        nonlocal done, next_update, is_shown
        done += 1
        now = time.monotonic()
        if now >= next_update:
            print(f"\r{title}: {done} of {total}", end="", file=sys.stderr, flush=True)
            next_update, is_shown = now + UPDATE_INTERVAL, True

    yield count_item
    if is_shown:
        print(f"\r{title}: {done} of {total}", file=sys.stderr, flush=True)
