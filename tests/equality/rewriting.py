"""Law 7: a document and the same in another spelling have no difference above neutral."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.equality.judge import Document, Failure, judge_diff, judge_import
from tests.equality.shrink import shrink
from tests.equality.small_documents import small_document
from tests.rewrites import REWRITES

VERSIONS = ("3.0.3", "3.1.0")


@dataclass(frozen=True)
class Rewritten:
    """A document, the names of the rewrites, and what these made of it."""

    old: Document
    names: tuple[str, ...]
    new: Document
    failures: tuple[Failure, ...] = ()


@dataclass
class Row:
    """What happened to the documents that one rewrite, or chains, rewrote."""

    tried: int = 0
    diff: int = 0
    imports: int = 0

    @property
    def fails(self) -> bool:
        return bool(self.diff or self.imports)

    def add(self, found: Rewritten) -> None:
        self.tried += 1
        stages = {failure.stage for failure in found.failures}
        self.diff += "diff" in stages
        self.imports += bool(stages - {"diff"})


def apply_all(document: Document, names: Sequence[str], seed: int) -> Document | None:
    """A document after some rewrites, None if one finds nothing to rewrite."""
    rewritten: Document | None = document
    for number, name in enumerate(names):
        rewritten = REWRITES[name].apply(rewritten, Random(seed + number)) if rewritten is not None else None
    return rewritten


def documents_for(name: str, seeds: Iterator[int]) -> Iterator[tuple[Document, int]]:
    """Small documents in which a rewrite finds something; it may need what its inverse writes."""
    rewrite = REWRITES[name]
    for seed in seeds:
        document = small_document(Random(seed), VERSIONS[seed % 2])
        if rewrite.apply(document, Random(seed)) is not None:
            yield document, seed
        elif rewrite.inverse:
            prepared = REWRITES[rewrite.inverse].apply(document, Random(seed))
            if prepared is not None and rewrite.apply(prepared, Random(seed)) is not None:
                yield prepared, seed


Judge = Callable[[Document, Document], Failure | None]


def judge_both_ways(old: Document, new: Document) -> Failure | None:
    return judge_diff(old, new) or judge_diff(new, old)


def examine(old: Document, names: tuple[str, ...], seed: int, judges: Sequence[Judge]) -> Rewritten | None:
    """Rewrite a document, and judge it beside what it was; None if there is nothing to rewrite."""
    new = apply_all(old, names, seed)
    if new is None:
        return None
    failures = tuple(failure for judge in judges if (failure := judge(old, new)) is not None)
    return Rewritten(old, names, new, failures)


def shrink_rewritten(found: Rewritten, seed: int, judges: Sequence[Judge], seconds: float) -> Rewritten:
    """The shortest chain and the smallest document that still fail in the same way."""
    kinds = {(failure.stage, failure.kind) for failure in found.failures}
    smallest = found

    def still_fails(document: Document, names: tuple[str, ...]) -> bool:
        nonlocal smallest
        for attempt in (seed, 1, 2):
            again = examine(document, names, attempt, judges)
            if again and any((one.stage, one.kind) in kinds for one in again.failures):
                smallest = again
                return True
        return False

    for name in found.names:
        still_fails(found.old, tuple(one for one in smallest.names if one != name))
    shrink(found.old, lambda document: still_fails(document, smallest.names), seconds)
    return smallest


@dataclass
class Table:
    """The rows of all rewrites, and of chains of those that hold alone."""

    rows: dict[str, Row] = field(default_factory=dict)

    def row(self, name: str) -> Row:
        return self.rows.setdefault(name, Row())

    def lines(self) -> Iterator[str]:
        yield f"{'rewrite':34} {'tried':>6} {'diff':>6} {'import':>7}"
        for name in sorted(self.rows):
            row = self.rows[name]
            yield f"{name:34} {row.tried:6} {row.diff:6} {row.imports:7}"
        failing = sum(row.fails for row in self.rows.values())
        yield f"{len(self.rows)} rewrites, {failing} of them fail"


ALL: tuple[Judge, ...] = (judge_both_ways, judge_import)
