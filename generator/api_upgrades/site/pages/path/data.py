"""The data for the page that compares any two versions: one file about all versions, and one for each resource.

A part is written once for each run of versions in which its closure is the same. The size of the files therefore grows
with the runs, not with the pairs of versions: the script compares two runs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.core.json import Json, json_equal
from api_upgrades.examples.samples import VERSION_PLACEHOLDER, fill_version
from api_upgrades.history.path_entries import NEW_REQUIRED_RULES, PHRASES, RULES_WITH_TYPE
from api_upgrades.openapi.part import Part, PartKind
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import DIRECTIONS, Usage
from api_upgrades.site.pages.page import Asset
from api_upgrades.site.pages.path.rows import Identities, PartRows, Row, facet_rules
from api_upgrades.site.pages.path.steps_data import steps_data
from api_upgrades.site.pages.path.weave import Weave
from api_upgrades.site.pages.site import Site

ABSENT = -1
"""The index of a part's contents in versions that don't have the part."""

_CHANGED = "{facet} changed from {before} to {after}"
CONSTRAINT_WORDS = ("{facet} {after} added", "{facet} {before} removed", _CHANGED, _CHANGED)
"""The phrases for four cases: a constraint was added, was removed, became greater or just differs, became smaller."""


@dataclass
class PartTrack:
    """One part in all versions, also across renames.

    Each of `runs` has the index of its first version, the index of the part's contents, the part's name, and its
    revision: if the revision is the same, nothing in the part itself changed. `contents` refer by number to the
    distinct `texts` of each key and to the distinct lists of `rows`.

    The other fields let the next version reuse contents. `key` is what the current contents depend on. `source` is what
    the current rows were read from: the part's JSON, and the rest of the document. `latest_rows_index` is their index.
    """

    kind: PartKind
    resource: str = ""
    runs: list[tuple[int, int, str, str]] = field(default_factory=list)
    contents: list[Json] = field(default_factory=list)
    texts: defaultdict[str, Weave] = field(default_factory=lambda: defaultdict(Weave))
    rows: list[list[Row]] = field(default_factory=list)
    key: Hashable = None
    latest_rows_index: int = 0
    source: tuple[Json, Json] = (None, None)

    def add_version(self, version: int, content: Json, name: str, revision: str) -> None:
        run = (_index_or_append(self.contents, content) if content is not None else ABSENT, name, revision)
        if not self.runs or self.runs[-1][1:] != run:
            self.runs.append((version, *run))

    def has_place(self, identity: str) -> bool:
        """Whether the part has or had a place in any version."""
        return any(row["id"] == identity for rows in self.rows for row in rows)

    def row_at(self, version: int, identity: str) -> tuple[str, Row | None]:
        """A place's target and row at a version; `("", None)` if the part doesn't have it then."""
        _, index, name, _ = next((run for run in reversed(self.runs) if run[0] <= version), (0, ABSENT, "", ""))
        for row in self.rows[self.contents[index]["rows"]] if index != ABSENT else ():
            if row["id"] == identity:
                between = "" if row["at"][0] in "[{" else "." if self.kind == "schema" else " "
                return str(Target(Part(self.kind, name))) + between + row["at"], row
        return "", None


def _find_place(tracks: list[PartTrack], identity: str, version: int) -> tuple[str, Row | None]:
    found = (track.row_at(version, identity) for track in tracks)
    return next((place for place in found if place[1] is not None), ("", None))


def _index_or_append(items: list[Json], one: Json) -> int:
    """Return the index of some data in a list, appending it if it is new."""
    index = next((index for index, other in enumerate(items) if json_equal(one, other)), len(items))
    if index == len(items):
        items.append(one)
    return index


class PathData:
    """The data of all versions of a site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._order = [version.id for version in site.history.versions]
        self._identities = Identities(site.history)

    @property
    def resources(self) -> Mapping[str, str]:
        """The file name of every resource of any version, by the resource's name. The latest version's come first."""
        found: dict[str, str] = {}
        for version in self.site.newest_first:
            for resource in self.site.resources(version.id):
                slug = resource.slug
                while resource.name not in found and slug in found.values():
                    slug += "-"
                found.setdefault(resource.name, slug)
        return found

    def assets(self, folder: str) -> Iterator[Asset]:
        """Yield `steps.js`, `index.js`, then `resources/<resource>.js` for each resource."""
        yield Asset(f"{folder}steps.js", lambda: _to_script("pathSteps", self.steps_data))
        yield Asset(f"{folder}index.js", lambda: _to_script("path", self.index_data))
        for name, slug in self.resources.items():
            yield Asset(f"{folder}resources/{slug}.js", partial(self._resource_script, name))

    def _resource_script(self, name: str) -> str:
        parts = {number: self.parts[number] for number, track in self._numbered_tracks if track.resource == name}
        return _to_script("pathResource", parts)

    @cached_property
    def _tracks(self) -> Mapping[str, PartTrack]:
        """Every part of any version by its identity, in the order of the latest version, removed ones last."""
        found: dict[str, PartTrack] = {}
        for index, version in enumerate(self._order):
            owners = self.site.owners(version)
            usage, revisions = self.site.history.usage_at(version), self.site.history.revisions[version]
            sample_revisions = self.site.upgrade_paths.samples.revisions_at(version)
            seen = set()
            for part in usage.contract.parts:
                identity = self._identities.identity_of_part(part, index)
                seen.add(identity)
                track = found.get(identity)
                if track is None:
                    track = found[identity] = PartTrack(part.kind)
                resource = owners[part]
                track.resource = resource.name
                directions = usage.directions(part) if part.kind == "schema" else None
                key = (sample_revisions[part], revisions[part], directions, resource.slug)
                if key != track.key:
                    track.key = key
                    content = self._build_content(track, usage, index, part, resource.slug)
                    track.add_version(index, content, part.name, revisions[part])
            for identity in found.keys() - seen:
                track = found[identity]
                track.key = None
                track.add_version(index, None, track.runs[-1][2], "")
        latest = [self._identities.identity_of_part(part, len(self._order) - 1) for part in usage.contract.parts]
        return {identity: found[identity] for identity in dict.fromkeys((*latest, *found))}

    def _build_content(self, track: PartTrack, usage: Usage, version: int, part: Part, slug: str) -> Json:
        contract = usage.contract
        samples = self.site.upgrade_paths.samples.at(self._order[version], part)
        value, document = track.source
        if value is not contract.parts[part] or document is not contract.document:
            track.source = (contract.parts[part], contract.document)
            track.latest_rows_index = _index_or_append(
                track.rows, PartRows(contract, version, self._identities, part).collect()
            )
        content: dict[str, Json] = {
            "at": f"{slug}/#{self.site.anchor(part)}",
            "texts": {key: track.texts[key].add(sample.text) for key, sample in samples.items()},
            "rows": track.latest_rows_index,
        }
        if part.kind == "schema":
            used = usage.directions(part)
            content["sent"] = "".join(str(index) for index, one in enumerate(DIRECTIONS) if one in used)
            content["by"] = next((one.part.name for one in samples.values() if one.part not in (part, None)), None)
        return content

    @cached_property
    def _numbered_tracks(self) -> list[tuple[int, PartTrack]]:
        return list(enumerate(self._tracks.values()))

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {identity: number for number, identity in enumerate(self._tracks)}

    @cached_property
    def parts(self) -> Mapping[int, Json]:
        """The data of every part, by the part's number."""
        return {number: self._part_data(track) for number, track in self._numbered_tracks}

    @cached_property
    def index_data(self) -> Json:
        """The content of `index.js`: the versions, resources, changes and rules, and the runs of every part."""
        names = list(self.resources)
        return {
            "versions": [
                # The id as requests send it.
                {"id": fill_version(VERSION_PLACEHOLDER, version.id), "dating": version.dating is not None}
                for version in self.site.history.versions
            ],
            "resources": [{"name": name, "file": slug} for name, slug in self.resources.items()],
            "changes": list(self._affected_parts_by_change()),
            "parts": [
                {"kind": track.kind, "resource": names.index(track.resource), "runs": track.runs}
                for _, track in self._numbered_tracks
            ],
            "rules": {rule: (self._severity_digits(rule), _rule_words(rule)) for rule in self.site.history.table.rules},
            "facets": {facet: facet_rules(facet) for facet in self._facets()},
            "limits": CONSTRAINT_WORDS,
            "index": self.site.addresses.index_file,
        }

    @cached_property
    def steps_data(self) -> Json:
        """The content of `steps.js`: what happened to each place, from which steps are composed."""
        return steps_data(self.site.history, self.site.upgrade_paths)

    def _facets(self) -> Iterator[str]:
        """Yield every facet that any row has, sorted so that builds are reproducible."""
        rows = (row for track in self._tracks.values() for rows in track.rows for row in rows)
        yield from sorted({facet for row in rows for facet in row.get("facts", ())})

    def _affected_parts_by_change(self) -> Iterator[list[int]]:
        """Yield the numbers of the parts that each change affects, oldest version first."""
        for index, version in enumerate(self._order):
            for judged in self.site.history.changes_of(version):
                found = {
                    self._numbers.get(self._identities.identity_of_part(part, index)) for part in judged.affected_parts
                }
                yield sorted(number for number in found if number is not None)

    def _severity_digits(self, rule: RuleId) -> str:
        """A rule's severity in each direction, one digit each; 0 is the worst."""
        verdicts = self.site.history.table.rules[rule].verdicts
        return "".join(
            str(SEVERITIES.index(verdicts[one].severity if one in verdicts else "neutral")) for one in DIRECTIONS
        )

    def _part_data(self, track: PartTrack) -> Json:
        """A part's data. Identities become numbers: places are numbered in the part, schemas among all parts."""
        ids: dict[str, int] = {}
        rows = [[self._numbered_row(row, ids) for row in rows] for rows in track.rows]
        moved = {
            ids[identity]: [(version, place, row and self._numbered_row(row, ids)) for version, place, row in found]
            for identity, found in self._relocations.items()
            if identity in ids
        }
        values = [(ids[identity], *move) for identity, *move in self._value_renames if identity in ids]
        texts = {key: weave.to_json() for key, weave in track.texts.items()}
        return {"contents": track.contents, "texts": texts, "rows": rows, "moved": moved, "values": values}

    def _numbered_row(self, row: Row, ids: dict[str, int]) -> Row:
        result = row | {"id": ids.setdefault(row["id"], len(ids))}
        if "type" in row:
            result["type"] = [
                piece if isinstance(piece, str) else self._numbers.get(piece[0], piece[0]) for piece in row["type"]
            ]
        if "ref" in row:
            result["ref"] = self._numbers.get(row["ref"], row["ref"])
        return result

    @cached_property
    def _relocations(self) -> Mapping[str, list[tuple[int, str, Row | None]]]:
        """For each place that moved to another object, where it is in which version.

        Each entry is (index of the version, target, row), valid from that version on. The row is None if the place
        doesn't exist.
        """
        found: dict[str, list[tuple[int, str, Row | None]]] = {}
        for identity in self._identities.relocated:
            tracks = [track for track in self._tracks.values() if track.has_place(identity)]
            places = [_find_place(tracks, identity, version) for version in range(len(self._order))]
            found[identity] = [
                (version, *place)
                for version, place in enumerate(places)
                if not version or not json_equal(place, places[version - 1])
            ]
        return found

    @property
    def _value_renames(self) -> list[tuple[str, int, str, str]]:
        """Renamed enum values, as (identity of the place, version index, old name, new name)."""
        return [
            (
                self._identities.identity_of(move.new.holder.enclosing_list, index),
                index,
                move.old.name.removeprefix("="),
                move.new.name.removeprefix("="),
            )
            for index, version in enumerate(self._order[1:], 1)
            for move in self.site.history.steps[version].renames.moves
            if move.new.steps[-1:] and move.new.steps[-1].startswith("=")
        ]


def _rule_words(rule: RuleId) -> str:
    """A phrase for a rule's findings, as in `path_entries`; empty for constraints, which have `CONSTRAINT_WORDS`."""
    if rule in PHRASES or not rule.endswith(("-added", "-removed")):
        return PHRASES.get(rule, "")
    if rule.endswith("-removed"):
        return "removed" + (", was {before}" if rule in RULES_WITH_TYPE else "")
    new = "new and required" if rule in NEW_REQUIRED_RULES else "new"
    return new + (", {after}" if rule in RULES_WITH_TYPE else "")


def _to_script(name: str, data: Json) -> str:
    """Wrap data as a script, which a page opened from disk can load, unlike a JSON file."""
    return f"apiUpgrades.{name} = {json.dumps(data, separators=(',', ':'))};\n"
