"""What the page of any two versions reads: one file about all versions, and one for each resource.

A part is written once for each run of versions over which it, and all that it references, is the same. The files grow
with the runs, and not with the pairs of versions: comparing two runs is the script's work.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.core.json import Json, json_equal
from api_upgrades.examples.samples import VERSION, in_version
from api_upgrades.history.path_entries import WORDS
from api_upgrades.openapi.contract import Part, PartKind
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Usage
from api_upgrades.site.pages.page import Asset
from api_upgrades.site.pages.path.rows import Identities, PartRows, Row, facet_rules
from api_upgrades.site.pages.path.weave import Weave
from api_upgrades.site.pages.site import Site

ABSENT = -1
"""Stands for the contents of a part in versions that haven't got it."""

_OTHER = "{facet} was {before}, is {after}"
LIMITS = ("has {facet} {after} now", "has no {facet} any more, was {before}", _OTHER, _OTHER)
"""A limit that came, that went, and that is greater or another, or lesser, in words."""


@dataclass
class Track:
    """One part through all versions, whatever it is called.

    `runs` are the index of a version, and from there on the contents, the part's name and its revision, without which
    nothing of its own differs. `contents` refer to the distinct texts of each key and to the distinct lists of `rows`
    by their numbers.
    """

    kind: PartKind
    resource: str = ""
    runs: list[tuple[int, int, str, str]] = field(default_factory=list)
    contents: list[Json] = field(default_factory=list)
    texts: defaultdict[str, Weave] = field(default_factory=lambda: defaultdict(Weave))
    rows: list[list[Row]] = field(default_factory=list)
    key: Hashable = None
    """What the contents of the last version depend on."""

    latest_rows: int = 0
    source: tuple[Json, Json] = (None, None)
    """What the last rows were read from: the part's JSON, and what is shared beside the parts."""

    def add(self, version: int, content: Json, name: str, revision: str) -> None:
        run = (_index(self.contents, content) if content is not None else ABSENT, name, revision)
        if not self.runs or self.runs[-1][1:] != run:
            self.runs.append((version, *run))

    def has(self, identity: str) -> bool:
        """Whether a place was in the part at any time."""
        return any(row["id"] == identity for rows in self.rows for row in rows)

    def row_at(self, version: int, identity: str) -> tuple[str, Row | None]:
        """A place's name and row at a version; None where it isn't in the part."""
        _, index, name, _ = next((run for run in reversed(self.runs) if run[0] <= version), (0, ABSENT, "", ""))
        for row in self.rows[self.contents[index]["rows"]] if index != ABSENT else ():
            if row["id"] == identity:
                between = "" if row["at"][0] in "[{" else "." if self.kind == "schema" else " "
                return str(Target(Part(self.kind, name))) + between + row["at"], row
        return "", None


def _place(tracks: list[Track], identity: str, version: int) -> tuple[str, Row | None]:
    found = (track.row_at(version, identity) for track in tracks)
    return next((place for place in found if place[1] is not None), ("", None))


def _index(known: list[Json], one: Json) -> int:
    """Where some data stands in a list, to which it is added if need be."""
    found = next((index for index, other in enumerate(known) if json_equal(one, other)), len(known))
    if found == len(known):
        known.append(one)
    return found


class PathData:
    """The data of all versions of a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._order = [version.id for version in site.history.versions]
        self._identities = Identities(site.history)

    @cached_property
    def resources(self) -> Mapping[str, str]:
        """The file name of every resource of any version by the resource's name, in the order of the latest."""
        found: dict[str, str] = {}
        for version in self.site.newest_first:
            for resource in self.site.resources(version.id):
                slug = resource.slug
                while resource.name not in found and slug in found.values():
                    slug += "-"
                found.setdefault(resource.name, slug)
        return found

    def assets(self, folder: str) -> Iterator[Asset]:
        """`index.js`, then `resources/<resource>.js` for each resource."""
        yield Asset(f"{folder}index.js", lambda: _script("path", self.index))
        for name, slug in self.resources.items():
            yield Asset(f"{folder}resources/{slug}.js", partial(self._resource, name))

    def _resource(self, name: str) -> str:
        parts = {number: self.parts[number] for number, track in self._numbered if track.resource == name}
        return _script("pathResource", parts)

    @cached_property
    def _tracks(self) -> Mapping[str, Track]:
        """Every part by its identity, in the order of the latest version, the ones that are gone last."""
        found: dict[str, Track] = {}
        for index, version in enumerate(self._order):
            owners = self.site.owners(version)
            usage, revisions = self.site.history.usage_at(version), self.site.history.revisions[version]
            texts_revisions = self.site.paths.texts.revisions(version)
            seen = set()
            for part in usage.contract.parts:
                identity = self._identities.of_part(part, index)
                seen.add(identity)
                track = found.get(identity)
                if track is None:
                    track = found[identity] = Track(part.kind)
                resource = owners[part]
                track.resource = resource.name
                sent = usage.directions(part) if part.kind == "schema" else None
                key = (texts_revisions[part], revisions[part], sent, resource.slug)
                if key != track.key:
                    track.key = key
                    content = self._content(track, usage, index, part, resource.slug)
                    track.add(index, content, part.name, revisions[part])
            for identity in found.keys() - seen:
                track = found[identity]
                track.key = None
                track.add(index, None, track.runs[-1][2], "")
        last = [self._identities.of_part(part, len(self._order) - 1) for part in usage.contract.parts]
        return {identity: found[identity] for identity in dict.fromkeys((*last, *found))}

    def _content(self, track: Track, usage: Usage, version: int, part: Part, slug: str) -> Json:
        contract = usage.contract
        texts = self.site.paths.texts.at(self._order[version], part)
        value, document = track.source
        if value is not contract.parts[part] or document is not contract.document:
            track.source = (contract.parts[part], contract.document)
            track.latest_rows = _index(track.rows, PartRows(contract, version, self._identities, part).read())
        content: dict[str, Json] = {
            "at": f"{slug}/#{self.site.anchor(part)}",
            "texts": {key: track.texts[key].add(text.text) for key, text in texts.items()},
            "rows": track.latest_rows,
        }
        if part.kind == "schema":
            sent = usage.directions(part)
            content["sent"] = "".join(str(index) for index, one in enumerate(DIRECTIONS) if one in sent)
            content["by"] = next((text.part.name for text in texts.values() if text.part not in (part, None)), None)
        return content

    @cached_property
    def _numbered(self) -> list[tuple[int, Track]]:
        return list(enumerate(self._tracks.values()))

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {identity: number for number, identity in enumerate(self._tracks)}

    @cached_property
    def parts(self) -> Mapping[int, Json]:
        """What there is to show of every part, by the part's number."""
        return {number: self._part(track) for number, track in self._numbered}

    @cached_property
    def index(self) -> Json:
        """The versions, and of every part when it is another."""
        names = list(self.resources)
        return {
            "versions": [
                # The id as requests send it.
                {"id": in_version(VERSION, version.id), "dating": version.dating is not None}
                for version in self.site.history.versions
            ],
            "resources": [{"name": name, "file": slug} for name, slug in self.resources.items()],
            "changes": dict(self._changes()),
            "parts": [
                {"kind": track.kind, "resource": names.index(track.resource), "runs": track.runs}
                for _, track in self._numbered
            ],
            "rules": {rule: (self._severities(rule), _words(rule)) for rule in self.site.history.table.rules},
            "facets": {facet: facet_rules(facet) for facet in self._facets()},
            "limits": LIMITS,
            "index": self.site.addresses.index,
        }

    def _facets(self) -> Iterator[str]:
        """Every facet that any row has, sorted, so that two builds give the same."""
        rows = (row for track in self._tracks.values() for rows in track.rows for row in rows)
        yield from sorted({facet for row in rows for facet in row.get("facts", ())})

    def _changes(self) -> Iterator[tuple[str, list[int]]]:
        """Every change by the id of its box on the page, with the parts that it reaches."""
        for index, version in enumerate(self._order):
            for judged in self.site.history.changes_of(version):
                found = {self._numbers.get(self._identities.of_part(part, index)) for part in judged.reached}
                parts = sorted(number for number in found if number is not None)
                yield box_id(version, judged.change.id), parts

    def _severities(self, rule: str) -> str:
        """How severe a rule is in each direction, as digits, the worst 0."""
        verdicts = self.site.history.table.rules[rule].verdicts
        return "".join(
            str(SEVERITIES.index(verdicts[one].severity if one in verdicts else "neutral")) for one in DIRECTIONS
        )

    def _part(self, track: Track) -> Json:
        """A part's data with every identity as a number: of a place within its part, of a schema among the parts."""
        ids: dict[str, int] = {}
        rows = [[self._row(row, ids) for row in rows] for rows in track.rows]
        moved = {
            ids[identity]: [(version, place, row and self._row(row, ids)) for version, place, row in found]
            for identity, found in self._whereabouts.items()
            if identity in ids
        }
        values = [(ids[identity], *move) for identity, *move in self._value_moves if identity in ids]
        texts = {key: weave.lines() for key, weave in track.texts.items()}
        return {"contents": track.contents, "texts": texts, "rows": rows, "moved": moved, "values": values}

    def _row(self, row: Row, ids: dict[str, int]) -> Row:
        result = row | {"id": ids.setdefault(row["id"], len(ids))}
        if "type" in row:
            result["type"] = [
                piece if isinstance(piece, str) else self._numbers.get(piece[0], piece[0]) for piece in row["type"]
            ]
        if "ref" in row:
            result["ref"] = self._numbers.get(row["ref"], row["ref"])
        return result

    @cached_property
    def _whereabouts(self) -> Mapping[str, list[tuple[int, str, Row | None]]]:
        """Where every place that went to another object is from a version on, and its row there; None where nowhere."""
        found: dict[str, list[tuple[int, str, Row | None]]] = {}
        for identity in self._identities.relocated:
            tracks = [track for track in self._tracks.values() if track.has(identity)]
            places = [_place(tracks, identity, version) for version in range(len(self._order))]
            found[identity] = [
                (version, *place)
                for version, place in enumerate(places)
                if not version or not json_equal(place, places[version - 1])
            ]
        return found

    @cached_property
    def _value_moves(self) -> list[tuple[str, int, str, str]]:
        """Values of an enum that go by another name from a version on, by the place that has them."""
        return [
            (
                self._identities.of(move.new.holder.of_list, index),
                index,
                move.old.name.removeprefix("="),
                move.new.name.removeprefix("="),
            )
            for index, version in enumerate(self._order[1:], 1)
            for move in self.site.history.steps[version].names.moves
            if move.new.steps[-1:] and move.new.steps[-1].startswith("=")
        ]


def box_id(version: str, change: str) -> str:
    """The id of the checklist's box for a change."""
    return f"do-{version}-{change}"


def _words(rule: str) -> str:
    """What a rule found, in words, as `places` has them; empty for a limit."""
    kind, _, happened = rule.removeprefix("required-").rpartition("-")
    if happened not in ("added", "removed") or rule in WORDS:
        return WORDS.get(rule, "")
    if happened == "removed":
        return "is gone" + (", was {before}" if kind in ("property", "parameter") else "")
    new = "is new and required" if rule.startswith("required-") else "is new"
    return new + (": {after}" if kind in ("property", "parameter") else "")


def _script(name: str, data: Json) -> str:
    """Data as a script, which a page gets from disk too."""
    return f"apiUpgrades.{name} = {json.dumps(data, separators=(',', ':'))};\n"
