"""How often this process looks for reference cycles."""

from __future__ import annotations

import atexit
import gc

THRESHOLD_ONCE, THRESHOLD_SERVE = 2_000_000, 20_000
"""The number of new objects after which Python looks for reference cycles. A process that does one thing keeps nearly
all of its objects to the end, and repeated searches would take a fifth of its time. Each build of `mkdocs serve` leaves
some garbage.
"""


def collect_rarely(threshold: int = THRESHOLD_ONCE) -> None:
    """Look for reference cycles only after so many new objects, and not when the process ends."""
    gc.set_threshold(threshold, 20, 100)
    atexit.register(gc.freeze)  # a process that ends needn't free a million objects one by one
