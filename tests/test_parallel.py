"""Work by several processes is the same work, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.core import parallel
from api_upgrades.core.parallel import parallel_map

pytestmark = pytest.mark.forks
GROUPS = [list(range(start, start + 10)) for start in range(0, 100, 10)]
NUMBERS = [number for group in GROUPS for number in group]


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four cores, and a fork for every ten things."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr(parallel, "ITEMS_PER_PROCESS", 10)


def is_fork() -> bool:
    return multiprocessing.parent_process() is not None


@given(st.lists(st.lists(st.integers(), max_size=30), max_size=6))
def test_every_item_is_worked_on_once(groups: list[list[int]]) -> None:
    results = parallel_map(groups, lambda number: number * 2)
    assert sorted(results) == sorted(number * 2 for group in groups for number in group)


def test_a_group_is_one_process_s_and_in_its_order() -> None:
    worked: dict[int, list[int]] = {}
    for process, number in parallel_map(GROUPS, lambda number: (os.getpid(), number)):
        worked.setdefault(process, []).append(number)
    assert len(worked) == 4
    for numbers in worked.values():
        assert numbers == [number for group in GROUPS if group[0] in numbers for number in group]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param((os, "sched_getaffinity"), lambda _: {0}, id="one core"),
        pytest.param((sys, "platform"), "darwin", id="not on Linux"),
        pytest.param((parallel, "ITEMS_PER_PROCESS"), 101, id="few things"),
        pytest.param((threading, "active_count"), lambda: 2, id="a thread"),
    ],
)
def test_one_process_where_others_are_not_safe_or_not_worth_it(
    monkeypatch: pytest.MonkeyPatch, setting: tuple[object, str], value: object
) -> None:
    monkeypatch.setattr(*setting, value)
    assert set(parallel_map(GROUPS, lambda _: os.getpid())) == {os.getpid()}


def refuse(number: int) -> None:
    raise LookupError(f"no {number}")


FATES: dict[str, Callable[[int], object]] = {
    "refuses": refuse,
    "ends": lambda _: sys.exit(),
    "is killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "tells what cannot be told": lambda _: lambda: None,
}


@pytest.mark.parametrize("fate", FATES)
def test_what_a_fork_leaves_undone_is_done_here(fate: str) -> None:
    def work(number: int) -> object:
        return FATES[fate](number) if is_fork() and number % 10 == 5 else number

    assert sorted(found for found in parallel_map(GROUPS, work) if isinstance(found, int)) == NUMBERS


def test_an_error_is_raised_as_if_there_were_no_forks() -> None:
    with pytest.raises(LookupError, match="no 15"):
        list(parallel_map(GROUPS, lambda number: refuse(number) if number == 15 else number))


def test_forks_end_with_what_they_work_for(tmp_path: Path) -> None:
    def work(number: int) -> int:
        if is_fork():
            (tmp_path / str(os.getpid())).touch()
            time.sleep(60)
        elif number == 9:
            while len(list(tmp_path.iterdir())) < 3:
                time.sleep(0.01)
            raise KeyboardInterrupt
        return number

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(parallel_map(GROUPS, work))
    assert time.monotonic() - begun < 30


def test_forks_end_when_what_they_work_for_is_killed(tmp_path: Path) -> None:
    script = """\
import os, signal, time
from pathlib import Path
from api_upgrades.core import parallel

os.sched_getaffinity = lambda _: {0, 1}
parallel.ITEMS_PER_PROCESS, begun_by = 1, os.getpid()

def work(number):
    if os.getpid() == begun_by:
        while not Path("begun").exists():
            time.sleep(0.01)
        os.kill(begun_by, signal.SIGKILL)
    Path("begun").touch()
    time.sleep(0.2)
    Path(str(number)).touch()

list(parallel.parallel_map([[0], list(range(1, 300))], work))
"""
    process = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False, timeout=50)
    assert process.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) < 50
