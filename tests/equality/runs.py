"""Runs both laws for a given time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random

from api_upgrades.core.errors import ApiUpgradesError
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
from tests.known_failures import known_failures
from tests.rewrites import REWRITES
from tests.sampling import EDITS

SERIES = (FOLDER, FOLDER.parent / "series")
LARGE = 1_500_000
"""Documents with more bytes are left out, as comparing them takes too long for a draw."""
KNOWN = {*known_failures("rewrites: diff"), *known_failures("rewrites: import")}
"""The rewrites that are known to fail alone, and so are in no chain."""
SHRINKING = 10
"""Seconds for making one failing pair smaller."""
Result = tuple[list[str], list[Pair]]
Failing = dict[str, list[tuple[Rewritten, int, Sequence[Judge]]]]


def run_rewrites(seed: int, seconds: float) -> Result:
    """Law 7: a third of the time each for small documents, for chains of rewrites, and for real documents."""
    until = time.monotonic() + seconds * 0.85
    found = Table()
    failing: Failing = defaultdict(list)
    tasks = [
        _small_documents(found, failing, seed),
        _chains(found, failing, seed),
        _real_documents(found, failing, seed),
    ]
    spent = [0.0 for _ in tasks]
    while time.monotonic() < until and tasks:
        number = spent.index(min(spent))
        start = time.monotonic()
        if next(tasks[number], None) is None:  # there are no real documents
            del tasks[number], spent[number]
        else:
            spent[number] += time.monotonic() - start
    return [*found.lines()], [*_shrunk_pairs(failing, 0.15 * seconds)]


def _shrunk_pairs(failing: Failing, seconds: float) -> Iterator[Pair]:
    """Every failing pair, made smaller and numbered within its row."""
    total = sum(map(len, failing.values()))
    for row, results in failing.items():
        for number, (rewritten, drawn, judges) in enumerate(results, 1):
            smallest = shrink_rewritten(rewritten, drawn, judges, min(SHRINKING, seconds / total))
            fault = "\n".join([*map(str, smallest.failures), *(REWRITES[one].because for one in smallest.names)])
            text = f"{' then '.join(smallest.names)}\n{fault}"
            yield Pair(f"{row} {number}", smallest.old, smallest.new, text)


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
    found.row(row).add(rewritten)
    if rewritten.failures:
        failing[row].append((rewritten, seed, judges))


def _small_documents(found: Table, failing: Failing, seed: int) -> Iterator[bool]:
    """Each rewrite in turn, on a small document that has a place for it."""
    drawn = {name: documents_for(name, count(seed)) for name in REWRITES}
    while True:
        for name, documents in drawn.items():
            document, number = next(documents)
            _examine(found, name, document, (name,), number, ALL, failing)
            yield True


def _chains(found: Table, failing: Failing, seed: int) -> Iterator[bool]:
    """Chains of rewrites that hold alone, as far as is known."""
    for number in count(seed):
        random = Random(number)
        document = rewritten = small_document(random, VERSIONS[number % 2])
        names: list[str] = []
        wanted = random.randrange(2, 6)
        for name in random.sample(sorted(REWRITES), len(REWRITES)):
            holds = not found.row(name).fails and name not in KNOWN
            after = REWRITES[name].apply(rewritten, Random(number + len(names))) if holds else None
            if after is not None and len(names) < wanted:
                names.append(name)
                rewritten = after
        _examine(found, "(chains)", document, tuple(names), number, ALL, failing)
        yield True


def _real_documents(found: Table, failing: Failing, seed: int) -> Iterator[bool]:
    """All rewrites of one real document after the other; only the comparison is tried."""
    paths = [path for folder in SERIES for path in folder.glob("*/*") if path.suffix in (".json", ".yaml")]
    paths = sorted(path for path in paths if path.stat().st_size < LARGE)
    Random(seed).shuffle(paths)
    for turn in count():
        if not paths:
            return
        path = paths[turn % len(paths)]
        try:
            document = dict(read_document(path).document)
        except ApiUpgradesError:  # a document that is refused has no meaning to keep
            paths.remove(path)
            continue
        for name in Random(turn).sample(sorted(REWRITES), len(REWRITES)):
            _examine(found, f"{name} (real)", document, (name,), seed + turn, (judge_diff,), failing)
            yield True


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
