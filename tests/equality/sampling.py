"""Law 8: where a value that was valid becomes invalid, the comparison says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from api_upgrades.compare.compare import Finding
from tests.equality.judge import Document, find_differences
from tests.equality.shrink import shrink
from tests.sampling import EDITS
from tests.sampling.documents import draw_document
from tests.sampling.truth import Witness, find_witness

TRIES = 120
"""How many values are tried, once the first few of them didn't decide."""


@dataclass(frozen=True)
class Sample:
    """One edit: what the comparison says, and the values that show what is true."""

    kind: str
    old: Document
    new: Document
    findings: tuple[Finding, ...]
    request: Witness | None
    response: Witness | None

    def worst(self, direction: str) -> str:
        """The worst severity in a direction, `none` if nothing is found there."""
        found = {one.severity for one in self.findings if one.direction == direction}
        return next((one for one in ("breaking", "risky", "additive", "neutral") if one in found), "none")

    @property
    def is_missed_in_request(self) -> bool:
        return self.request is not None and self.worst("request") != "breaking"

    @property
    def is_missed_in_response(self) -> bool:
        return self.response is not None and self.worst("response") not in ("breaking", "risky")

    @property
    def is_false_alarm(self) -> bool:
        return self.request is None and self.worst("request") == "breaking"

    @property
    def fault(self) -> str | None:
        """What is wrong, None if nothing is."""
        says = "; ".join(f"{one.severity} {one.direction} {one.rule} {one.target} {one.text}" for one in self.findings)
        if self.is_missed_in_request and self.request:
            return f"missed in requests: {self.request.value!r} was valid, now {self.request.why}. diff says: {says}"
        if self.is_missed_in_response and self.response:
            return f"missed in responses: {self.response.value!r} is new: {self.response.why}. diff says: {says}"
        return f"false alarm in requests: diff says: {says}" if self.is_false_alarm else None


def samples(kind: str, seeds: Iterable[int], tries: int = TRIES) -> Iterator[Sample]:
    """One sample for each seed with which a schema is drawn that can be edited so."""
    for seed in seeds:
        random = Random(seed)
        old = draw_document(random)
        new = EDITS[kind].apply(old, random)
        if new is not None:
            yield sample(kind, old, new, seed, tries)


def sample(kind: str, old: Document, new: Document, seed: int, tries: int = TRIES) -> Sample:
    """Compare both documents, and try values. Where the comparison says breaking, more values are tried."""
    findings = find_differences(old, new)
    found = Sample(kind, old, new, findings, None, None)
    more = 6 if found.worst("request") == "breaking" else 1
    request = find_witness(old, new, "request", Random(seed), tries * more)
    return Sample(kind, old, new, findings, request, find_witness(old, new, "response", Random(seed), tries))


def shrink_sample(found: Sample, seconds: float) -> Sample:
    """The smallest document in which the same kind of edit still fails in the same way."""
    smallest = found
    kind_of_fault = (found.fault or "").split(":")[0]

    def still_fails(document: Document) -> bool:
        nonlocal smallest
        if document.get("paths") != found.old["paths"]:
            return False
        for attempt in range(3):
            new = EDITS[found.kind].apply(document, Random(attempt))
            again = sample(found.kind, document, new, attempt) if new is not None else None
            if again and (again.fault or "").split(":")[0] == kind_of_fault:
                smallest = again
                return True
        return False

    shrink(found.old, still_fails, seconds)
    return smallest


@dataclass
class Counts:
    """What happened to the samples of one kind of edit."""

    tried: int = 0
    true_in_request: int = 0
    missed_in_request: int = 0
    alarms: int = 0
    false_alarms: int = 0
    true_in_response: int = 0
    breaking_in_response: int = 0
    risky_in_response: int = 0
    missed_in_response: int = 0

    def add(self, found: Sample) -> None:
        self.tried += 1
        self.true_in_request += found.request is not None
        self.missed_in_request += found.is_missed_in_request
        self.alarms += found.worst("request") == "breaking"
        self.false_alarms += found.is_false_alarm
        if found.response is not None:
            self.true_in_response += 1
            self.breaking_in_response += found.worst("response") == "breaking"
            self.risky_in_response += found.worst("response") == "risky"
            self.missed_in_response += found.is_missed_in_response

    @property
    def cells(self) -> tuple[int, ...]:
        return (
            *(self.tried, self.true_in_request, self.missed_in_request, self.alarms, self.false_alarms),
            *(self.true_in_response, self.breaking_in_response, self.risky_in_response, self.missed_in_response),
        )


HEADINGS = ("tried", "req.true", "missed", "alarms", "false", "resp.true", "breaking", "risky", "missed")


def table(counts: dict[str, Counts]) -> Iterator[str]:
    """One line for each kind of edit, and the sum."""
    yield f"{'edit':32}" + "".join(f"{heading:>10}" for heading in HEADINGS)
    for kind, row in counts.items():
        yield f"{kind:32}" + "".join(f"{cell:10}" for cell in row.cells)
    total = [sum(cells) for cells in zip(*(row.cells for row in counts.values()), strict=True)]
    yield f"{'all':32}" + "".join(f"{cell:10}" for cell in total)
    if total and total[3]:
        yield f"Of {total[3]} alarms in requests, a value shows {100 * (1 - total[4] / total[3]):.1f}% to be true."
