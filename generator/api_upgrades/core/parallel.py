"""Maps a function over many items in this process and in forks of it.

A fork shares everything that this process has computed before.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

ITEMS_PER_PROCESS = 500
"""How many items justify one more process. A fork takes a tenth of a second, and does not share what it computes."""

MAX_PROCESSES = 4
"""The maximum number of processes. More would gain little, because one process does most of the work beforehand."""


def parallel_map(groups: Sequence[Sequence[_Item]], function: Callable[[_Item], _Result]) -> Iterator[_Result]:
    """Yield `function(item)` for all items of all groups, in no particular order.

    One process works on all items of a group, in their order. Raises what `function` raises. If a worker fails or is
    killed, this process does the rest of its work.
    """
    processes = _count_processes(groups)
    workers = [_Worker(groups[number::processes], function) for number in range(1, processes)]
    try:
        for group in groups[::processes]:
            yield from map(function, group)
            for worker in workers:
                yield from worker.receive(wait=False)
        for worker in workers:
            yield from worker.receive(wait=True)
            yield from (function(item) for group in worker.pending_groups for item in group)
    finally:
        for worker in workers:
            worker.stop()


def _count_processes(groups: Sequence[Sequence[object]]) -> int:
    """How many processes to use. Forking is safe only on Linux, and only in a process without threads."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(
        1, min(len(os.sched_getaffinity(0)), MAX_PROCESSES, len(groups), sum(map(len, groups)) // ITEMS_PER_PROCESS)
    )


class _Worker(Generic[_Item, _Result]):
    """A fork of this process that works on some groups. `pending_groups` are those without received results."""

    def __init__(self, groups: Sequence[Sequence[_Item]], function: Callable[[_Item], _Result]) -> None:
        context = multiprocessing.get_context("fork")
        self.pending_groups = list(groups)
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run_worker, args=(groups, function, sender))
        self._process.start()
        sender.close()  # only the worker has it open now, so the receiver gets EOFError when the worker ends

    def receive(self, *, wait: bool) -> Iterator[_Result]:
        """The results that have arrived since the last call. If `wait`, waits for the results of all groups."""
        with suppress(EOFError):
            while self.pending_groups and (wait or self._receiver.poll()):
                results: list[_Result] = self._receiver.recv()
                del self.pending_groups[0]
                yield from results

    def stop(self) -> None:
        """End the process, even if it is still working."""
        if self.pending_groups:
            self._process.terminate()
        self._process.join()


def _run_worker(groups: Sequence[Sequence[_Item]], function: Callable[[_Item], _Result], sender: Connection) -> None:
    """Do the work of a worker process and send the results of each group."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C, the parent process stops its workers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # an exception, so that temporary files are deleted
    parent = os.getppid()
    with suppress(Exception):  # the parent repeats the work, and so raises the same error where it can be reported
        for group in groups:
            results = []
            for item in group:
                if os.getppid() != parent:  # the parent was killed, and another build may be writing the same files
                    return
                results.append(function(item))
            sender.send(results)
