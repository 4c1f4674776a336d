"""Runs both laws for a given time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

from api_upgrades.sources.openapi_file import read_document
from tests.documents import FOLDER
from tests.equality.judge import Document, judge_diff
from tests.equality.keep import Pair
from tests.equality.rewriting import (
    ALL,
    VERSIONS,
    Judge,
    Rewritten,
    Table,
    documents_for,
    examine,
    shrink_rewritten,
)
from tests.equality.sampling import Counts, Sample, samples, shrink_sample, table
from tests.equality.small_documents import small_document
from tests.rewrites import REWRITES
from tests.sampling import EDITS

SERIES = (FOLDER, FOLDER.parent / "series")
LARGE = 1_500_000
"""Documents with more bytes are left out, as comparing them takes too long for a draw."""
SHRINKING = 10
"""Seconds for making one failing pair smaller."""
Result = tuple[list[str], list[Pair]]


def run_rewrites(seed: int, seconds: float) -> Result:
    """Law 7: each rewrite on small documents and on real ones in turn, and chains of two to five."""
    until = time.monotonic() + seconds * 0.85
    found, real = Table(), list(_real_documents())
    failing: Failing = {}
    singles = {name: documents_for(name, count(seed)) for name in REWRITES}
    for turn in count(seed):
        for name in REWRITES:
            if time.monotonic() > until:
                break
            document, drawn = next(singles[name])
            _examine(found, name, document, (name,), drawn, ALL, failing)
        else:
            for number in range(20):
                if time.monotonic() < until:
                    _examine_chain(found, turn * 20 + number, failing)
            if real and time.monotonic() < until:
                _examine_real(found, real, turn, until, failing)
            continue
        break
    pairs = []
    for name, (rewritten, drawn, judges) in failing.items():
        seconds_left = min(SHRINKING, 0.15 * seconds / len(failing))
        smallest = shrink_rewritten(rewritten, drawn, judges, seconds_left)
        fault = "\n".join([*map(str, smallest.failures), *(REWRITES[one].because for one in smallest.names)])
        pairs.append(Pair(name, smallest.old, smallest.new, f"{' then '.join(smallest.names)}\n{fault}"))
    return [*found.lines()], pairs


Failing = dict[str, tuple[Rewritten, int, Sequence[Judge]]]


def _examine(
    found: Table,
    row: str,
    document: Document,
    names: tuple[str, ...],
    seed: int,
    judges: Sequence[Judge],
    failing: Failing,
) -> None:
    rewritten = examine(document, names, seed, judges)
    if rewritten is None:
        return
    if found.row(row).add(rewritten):
        failing[row] = (rewritten, seed, judges)


def _examine_chain(found: Table, seed: int, failing: Failing) -> None:
    """A chain of rewrites that held alone so far."""
    random = Random(seed)
    holding = sorted(name for name in REWRITES if not found.row(name).fails)
    names = tuple(random.sample(holding, min(len(holding), random.randrange(2, 6))))
    document = small_document(random, VERSIONS[seed % 2])
    applicable = []
    rewritten: Document = document
    for number, name in enumerate(names):
        after = REWRITES[name].apply(rewritten, Random(seed + number))
        if after is not None:
            applicable.append(name)
            rewritten = after
    if len(applicable) > 1:
        _examine(found, "(chains)", document, tuple(applicable), seed, ALL, failing)


def _examine_real(found: Table, real: list[Path], turn: int, until: float, failing: Failing) -> None:
    """One real document, and as many rewrites of it as take about a minute; only the comparison is tried."""
    document = read(real[turn % len(real)])
    names = sorted(REWRITES)
    Random(turn).shuffle(names)
    until = min(until, time.monotonic() + 60)
    for name in names:
        if time.monotonic() > until:
            return
        _examine(found, f"{name} (real)", document, (name,), turn, (judge_diff,), failing)


def _real_documents() -> Iterator[Path]:
    """The documents of the real series beside the project, without the largest."""
    paths = [path for folder in SERIES for path in folder.glob("*/*") if path.suffix in (".json", ".yaml")]
    paths = [path for path in paths if path.stat().st_size < LARGE]
    Random(0).shuffle(paths)
    yield from paths


def read(path: Path) -> Document:
    """A document as plain data."""
    return dict(read_document(path).document)


def run_edits(seed: int, seconds: float) -> Result:
    """Law 8: one edit of each kind in turn."""
    until = time.monotonic() + seconds * 0.9
    counts = {kind: Counts() for kind in EDITS}
    drawn = {kind: samples(kind, count(seed)) for kind in EDITS}
    failing: dict[str, Sample] = {}
    while time.monotonic() < until:
        for kind in EDITS:
            if time.monotonic() > until:
                break
            found = next(drawn[kind])
            counts[kind].add(found)
            if found.fault:
                name = f"{kind}: {found.fault.split(':')[0]}"
                failing[name] = min(failing.get(name, found), found, key=lambda one: len(str(one.old)))
    pairs = []
    for name, found in failing.items():
        smallest = shrink_sample(found, min(SHRINKING, 0.1 * seconds / len(failing)))
        pairs.append(Pair(name, smallest.old, smallest.new, smallest.fault or ""))
    return [*table(counts)], pairs
