"""Work on many things by all cores: by this process and by forks of it, which have all that it worked out before."""

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

MANY = 500
"""So many things are worth a fork: it takes a tenth of a second, and shares nothing that is worked out after it."""

MOST = 4
"""So many processes, however many cores there are: most of what comes before is done by one."""


def on_all_cores(groups: Sequence[Sequence[_Item]], work: Callable[[_Item], _Result]) -> Iterator[_Result]:
    """The results of some work on all items of all groups, in no order. Those of a group are worked on by one process.

    Raises what the work raises. A fork that fails or is killed is not asked why: what it left undone is done here.
    """
    processes = _processes(groups)
    forks = [_Fork(groups[number::processes], work) for number in range(1, processes)]
    try:
        for group in groups[::processes]:
            yield from map(work, group)
            for fork in forks:
                yield from fork.results(waits=False)
        for fork in forks:
            yield from fork.results(waits=True)
            yield from (work(item) for group in fork.undone for item in group)
    finally:
        for fork in forks:
            fork.end()


def _processes(groups: Sequence[Sequence[object]]) -> int:
    """How many processes are worth it. One that has threads cannot be forked safely, nor any but on Linux."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), MOST, len(groups), sum(map(len, groups)) // MANY))


class _Fork(Generic[_Item, _Result]):
    """A fork of this process, at work on some groups. `undone` are those of which it has not told the results yet."""

    def __init__(self, groups: Sequence[Sequence[_Item]], work: Callable[[_Item], _Result]) -> None:
        context = multiprocessing.get_context("fork")
        self.undone = list(groups)
        self._told, tells = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(groups, work, tells))
        self._process.start()
        tells.close()  # now the fork alone has this end, so that the other one says when it is gone

    def results(self, *, waits: bool) -> Iterator[_Result]:
        """The results of the groups that it did since it was last asked; with `waits`, of all that it will do."""
        with suppress(EOFError):
            while self.undone and (waits or self._told.poll()):
                results: list[_Result] = self._told.recv()
                del self.undone[0]
                yield from results

    def end(self) -> None:
        """Let it work no longer."""
        if self.undone:
            self._process.terminate()
        self._process.join()


def _work(groups: Sequence[Sequence[_Item]], work: Callable[[_Item], _Result], tells: Connection) -> None:
    """What a fork does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses Ctrl-C means the process that began, which ends this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that what is being written is tidied up
    begun_by = os.getppid()
    with suppress(Exception):  # who began does it again, and meets the same error where it can be told
        for group in groups:
            results = []
            for item in group:
                if os.getppid() != begun_by:  # it was killed, and others may build by now
                    return
                results.append(work(item))
            tells.send(results)
