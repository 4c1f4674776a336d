"""Detects likely renames: a removed place and an added one that may be the same.

Nothing is decided here. Each likely rename is a `Question`, and the caller decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.implied_renames import with_operation_renames
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ContractMismatch, UsageError, did_you_mean
from api_upgrades.core.json import Json, json_equal
from api_upgrades.draft.path_moves import find_path_moves
from api_upgrades.draft.schema_shapes import is_list
from api_upgrades.effects import KINDS
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot, schema_spot
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.path_items import expand_path_items
from api_upgrades.openapi.properties import properties
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import digest, meaning
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

MIN_NAME_SIMILARITY = 0.6
"""The minimum similarity of two names, by `difflib`, for a rename."""

MIN_SHARED_PROPERTIES = 0.7
"""The minimum share of common properties for two schemas to be the same."""

MIN_SHARED_LEAVES = 0.5
"""The minimum share of common JSON leaves for two schemas to be the same."""


@dataclass(frozen=True)
class Question:
    """Whether a removed place was renamed to one of the candidates, the likeliest first.

    `is_known` says that more than their names tells that the only candidate is the same.
    """

    old: Target
    candidates: tuple[Target, ...]
    is_known: bool = False

    @property
    def likely(self) -> Target | None:
        """The only candidate, if it is known to be the same or has a similar name."""
        if len(self.candidates) != 1:
            return None
        (only,) = self.candidates
        return only if self.is_known or similarity(self.old, only) >= MIN_NAME_SIMILARITY else None

    def __str__(self) -> str:
        new = " or ".join(f"`{_display_name(one)}`" for one in self.candidates)
        return f"`{_display_name(self.old)}` is gone. Is it {new} now?"


class AmbiguousRenames(UsageError):
    """Something may have been renamed, and there is no terminal to ask at."""

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__("\n".join(map(_question_with_options, questions)))


def _question_with_options(question: Question) -> str:
    answers = [f"--rename '{question.old}={_display_name(one)}'" for one in question.candidates]
    return f"{question} Say {' or '.join(answers)}, or --no-renames."


Decide = Callable[[Question], Target | None]
"""Chooses one of the candidates of a question, or none."""


FindDifferences = Callable[[RenameMap], Iterable[Finding]]
"""Gives the findings between two contracts with some renames."""


def resolve_renames(
    was: Contract, now: Contract, decide: Decide, rename_map: RenameMap, find: FindDifferences | None = None
) -> RenameMap:
    """The rename map between two contracts: `rename_map`, and what `decide` chooses for the rest.

    `find` gives the findings between them, if the caller needs these as well.
    """
    rename_map = with_operation_renames(was, now, rename_map)
    likeness = _SimilarityIndex(was, now)
    places = _RemovedAndAdded(was, now, find)
    for stage in _STAGES:
        gone, new = _drop_explained_places(was, now, *places.find(stage, rename_map))
        moves: list[Move] = []
        free = new
        known = _find_moved_operations(was, now, gone, new) if stage == "part" else {}
        for place in gone:
            same = known.get(place.target)
            candidates = [same] if same else likeness.candidates(place, gone, free)
            question = Question(place.target, tuple(candidates), is_known=same is not None)
            chosen = decide(question) if candidates else None
            if chosen is not None:
                moves.append(Move(place.target, chosen))
                free = [one for one in free if one != chosen]
        rename_map += RenameMap.of(moves)
    return rename_map


def _find_moved_operations(
    was: Contract, now: Contract, gone: Sequence[_RemovedPlace], new: Sequence[Target]
) -> dict[Target, Target]:
    """The newer place of each operation that kept its method and its id, or whose path moved as those of others."""
    older = [place.target.part for place in gone if place.target.part and place.target.part.kind == "operation"]
    newer = [place.part for place in new if place.part and place.part.kind == "operation"]
    ids = {(part.method, now.parts[part].get("operationId")): part for part in newer if part in now.parts}
    found = dict(find_path_moves(older, newer))
    for place in gone:
        if (part := place.origin.part) in was.parts and part is not None and part.kind == "operation":
            same = ids.get((part.method, was.parts[part].get("operationId") or MISSING))
            if same is not None and place.target.part is not None:
                found.setdefault(place.target.part, same)
    return {Target(old): Target(one) for old, one in found.items() if list(found.values()).count(one) == 1}


def parse_renames(was: Contract, now: Contract, renames: Iterable[str], told: Iterable[Move] = ()) -> RenameMap:
    """The rename map of `--rename` options, each `old=new`. Raises UsageError for one that matches nothing.

    A rename in `told`, which a change already states, may be given again.
    """
    if not renames:
        return RenameMap()
    again = [(_RemovedPlace(move.old, move.old), move.new) for move in told]
    names = RenameMap()
    left = list(dict.fromkeys(renames))
    known: list[str] = []
    places = _RemovedAndAdded(was, now)
    for stage in _STAGES:
        gone, new = places.find(stage, names)
        known += [
            f"{_bare_name(place.target)}={_bare_name(one)}"
            for place in gone
            for one in new
            if _are_siblings(place.target, one)
        ]
        found = [
            (text, Move(old.target, one))
            for text in left
            for old in gone
            for one in new
            if _matches_option(text, old, one)
        ]
        names += RenameMap.of(move for _, move in found)
        left = [text for text in left if text not in dict(found)]
    for text in left:
        if any(_matches_option(text, old, new) for old, new in again):
            continue
        hint = did_you_mean(text, known) or (f"; there are {', '.join(known)}" if known else "")
        raise UsageError(f"--rename {text}: nothing was removed and added under these names{hint}")
    return names


_STAGES = ("part", "place", "value")
"""The order of detection: schemas and operations, then properties and parameters, then enum values."""


@dataclass(frozen=True)
class _RemovedPlace:
    """A removed place: the name that it would have now, and its older name."""

    target: Target
    origin: Target


class _RemovedAndAdded:
    """The places that were removed and added between two contracts, under the names that are known so far."""

    def __init__(self, was: Contract, now: Contract, find: FindDifferences | None = None) -> None:
        self._was, self._now = was, now
        self._find_differences = find or self._compare
        self._names: RenameMap | None = None
        self._findings: tuple[Finding, ...] = ()

    def find(self, stage: str, names: RenameMap) -> tuple[list[_RemovedPlace], list[Target]]:
        """The places of one stage. Parts are known by their names; for the others, the contracts are compared."""
        if stage == "part":
            return self._find_parts(names)
        if self._names != names:
            self._names, self._findings = names, tuple(self._find_differences(names))
        gone: dict[_RemovedPlace, None] = {}
        new: dict[Target, None] = {}
        for finding in self._findings:
            step = _enum_value_step(finding)
            target, origin = (one.child(step) if step else one for one in (finding.target, finding.old_target))
            if _stage_of(finding, target) != stage:
                continue
            if finding.after is None:
                gone[_RemovedPlace(target, origin)] = None
            else:
                new[target] = None
        return list(gone), list(new)

    def _compare(self, names: RenameMap) -> Iterable[Finding]:
        return compare(self._was, self._now, names, lambda part: (), RuleTable.with_overrides({}))

    def _find_parts(self, names: RenameMap) -> tuple[list[_RemovedPlace], list[Target]]:
        names = with_operation_renames(self._was, self._now, names)
        was, now = expand_path_items(self._was).parts, expand_path_items(self._now).parts
        newer = {part: names.to_newer(Target(part)).part for part in was}
        gone = [_RemovedPlace(Target(name), Target(part)) for part, name in newer.items() if name not in now]
        taken = set(newer.values())
        return gone, [Target(part) for part in now if part not in taken]


def _drop_explained_places(
    was: Contract, now: Contract, gone: Sequence[_RemovedPlace], new: Sequence[Target]
) -> tuple[list[_RemovedPlace], list[Target]]:
    """The removed and the added places, without those that one kind of effect explains together."""
    known: set[Target] = set()
    origins = {place.target.holder: place.origin.holder for place in gone if place.target.steps}
    for holder in dict.fromkeys(place.holder for place in new if place.steps):
        if holder not in origins:
            continue
        try:
            older = properties(schema_spot(was, origins[holder]).read(was))
            newer = properties(schema_spot(now, holder).read(now))
        except ContractMismatch:
            continue
        effects = (effect for kind in KINDS.values() for effect in kind.candidates(holder, older, newer))
        known |= {touch.target for effect in effects for touch in effect.touches()}
    return [place for place in gone if place.target not in known], [place for place in new if place not in known]


def _enum_value_step(finding: Finding) -> str:
    values: dict[RuleId, Json] = {
        "enum-value-removed": finding.before,
        "constant-removed": finding.before,
        "enum-value-added": finding.after,
    }
    return f"={schemas.as_text(values[finding.rule])}" if finding.rule in values else ""


def _stage_of(finding: Finding, target: Target) -> str:
    """The stage at which a finding counts; empty unless something with a name was removed or added."""
    if target.steps[-1:] and target.steps[-1].startswith("="):
        return "value"
    if finding.facet != "existence":
        return ""
    location, _, name = target.section.partition(" ")
    has_name = location in PARAMETER_LOCATIONS or (location == "response" and " " not in name)
    return "place" if target.steps or has_name else ""


def _matches_option(text: str, old: _RemovedPlace, new: Target) -> bool:
    if text in (f"{old.origin}={new}", f"{old.target}={new}", f"{old.target}={_display_name(new)}"):
        return True
    return _are_siblings(old.target, new) and text in (
        f"{_bare_name(old.target)}={_bare_name(new)}",
        f"{old.target}={_bare_name(new)}",
    )


def _are_siblings(old: Target, new: Target) -> bool:
    """Whether two places have the same holder; two parts always do."""
    if not old.section and not old.steps:
        return not new.section and not new.steps
    return old.holder == new.holder and old.section.partition(" ")[0] == new.section.partition(" ")[0]


def _bare_name(target: Target) -> str:
    return target.name.removeprefix("=")


def _display_name(target: Target) -> str:
    """A place as people write it; for an enum value, only the value."""
    return _bare_name(target) if target.steps[-1:] and target.steps[-1].startswith("=") else str(target)


class _SimilarityIndex:
    """How similar places of two contracts are. Traits of parts are cached, because each is compared with many."""

    def __init__(self, was: Contract, now: Contract) -> None:
        self._was = was
        self._now = now
        self._traits: dict[tuple[bool, Part], _Traits] = {}

    def candidates(self, place: _RemovedPlace, gone: Sequence[_RemovedPlace], new: Sequence[Target]) -> list[Target]:
        """The likely new names of a place: those similar or, if none is similar and no other place fits them, all."""
        likely = [one for one in new if self._could_be_renamed(place, one)]
        others = [
            other for other in gone if other != place and any(self._could_be_renamed(other, one) for one in likely)
        ]
        similar = [
            one
            for one in sorted(likely, key=lambda one: -similarity(place.target, one))
            if similarity(place.target, one) >= MIN_NAME_SIMILARITY
            # A place that is more similar to another removed place belongs to that one.
            and all(similarity(other.target, one) <= similarity(place.target, one) for other in others)
        ]
        return similar or (likely if not others else [])

    def _could_be_renamed(self, old: _RemovedPlace, new: Target) -> bool:
        """Whether a rename is possible. A property or parameter must have the same type and the same example."""
        if not _are_siblings(old.target, new):
            return False
        if old.target.part is not None and not new.section and not new.steps:
            return self._are_similar_parts(old.origin, new)
        if new.steps[-1:] and new.steps[-1].startswith("="):
            return similarity(old.target, new) >= MIN_NAME_SIMILARITY
        try:
            before, after = _read_place(self._was, old.origin), _read_place(self._now, new)
        except ContractMismatch:  # behind a shared reference, which no rename can edit
            return False
        if new.section.startswith("response ") and not new.steps:
            return old.target.name[0] == new.name[0] and json_equal(meaning(before), meaning(after))
        if is_list(after) and not is_list(before):  # a value may have become a list
            return similarity(old.target, new) >= MIN_NAME_SIMILARITY and _is_list_of(before, after)
        if not json_equal(meaning(before), meaning(after)):
            return False
        example, other = _example(before), _example(after)
        if example is MISSING and other is MISSING:  # equal references match; two plain strings prove nothing
            return schemas.ref(before) is not None or similarity(old.target, new) >= MIN_NAME_SIMILARITY
        return json_equal(example, other)

    def _are_similar_parts(self, old: Target, new: Target) -> bool:
        """Whether two parts may be the same."""
        if old.part is None or new.part is None or old.part.kind != new.part.kind:
            return False
        if old.part not in self._was.parts or new.part not in self._now.parts:
            return False  # an operation in a shared path item, which no rename can edit
        if old.part.kind == "operation":
            before, after = self._was.parts[old.part], self._now.parts[new.part]
            has_same_id = "operationId" in before and before["operationId"] == after.get("operationId")
            return has_same_id or old.part.path == new.part.path
        one, other = self._traits_of(False, old.part), self._traits_of(True, new.part)
        return one.meaning == other.meaning or (old.part.kind == "schema" and one.resembles(other))

    def _traits_of(self, is_new: bool, part: Part) -> _Traits:
        if (is_new, part) not in self._traits:
            value = meaning((self._now if is_new else self._was).parts[part])
            names, leaves = frozenset(properties(value)), frozenset(_leaves(value))
            self._traits[is_new, part] = _Traits(digest(value), names, leaves, dict(_values(value)))
        return self._traits[is_new, part]


class _Traits(NamedTuple):
    """What identifies a part."""

    meaning: str
    properties: frozenset[str]
    leaves: frozenset[str]
    values: Mapping[str, frozenset[str]]

    def resembles(self, other: _Traits) -> bool:
        """Whether two schemas have nearly the same properties, most of them equal.

        Where one property allows only other values in both, such as a `type` with another name, they are different.
        """
        return (
            _overlap(self.properties, other.properties) >= MIN_SHARED_PROPERTIES
            and _overlap(self.leaves, other.leaves) >= MIN_SHARED_LEAVES
            and not any(_are_unlike(values, other.values.get(path, values)) for path, values in self.values.items())
        )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _leaves(value: Json, path: str = "") -> Iterator[str]:
    """Each leaf of some JSON with its path, as text."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for item in value:
            yield from _leaves(item, f"{path}/-")
    else:
        yield f"{path} {value!r}"


def _values(value: Json, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """The values of each `enum` and `const` in some JSON, as text, with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("enum", "const"):
                found = item if isinstance(item, list) else [item]
                if found:
                    yield path, frozenset(map(repr, found))
            else:
                yield from _values(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, f"{path}/-")


def _are_unlike(values: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two sets of allowed values have none in common, and none with similar names."""
    return values.isdisjoint(others) and not any(
        _similarity_of(one, other) >= MIN_NAME_SIMILARITY for one in values for other in others
    )


def similarity(old: Target, new: Target) -> float:
    """The similarity of two names, from 0 to 1."""
    return _similarity_of(_bare_name(old), _bare_name(new))


@lru_cache(65536)
def _similarity_of(old: str, new: str) -> float:
    """The similarity of two names. Names that share at least half of their words count as similar."""
    one, other = _words(old), _words(new)
    ratio = difflib.SequenceMatcher(None, "".join(one), "".join(other)).ratio()
    shares = len({*one} & {*other}) * 2 >= max(len(one), len(other))
    return max(ratio, MIN_NAME_SIMILARITY if shares else 0)


def _words(name: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name)]


def _is_list_of(before: Json, after: Json) -> bool:
    """Whether the items of a list have the schema of a former single value, ignoring null."""
    item = schemas.value_schema(after)["items"]
    return json_equal(meaning(schemas.value_schema(before)), meaning(schemas.value_schema(item)))


def _read_place(contract: Contract, target: Target) -> Json:
    """The schema of a property, or the content of a parameter."""
    spot = place_spot(contract, target)
    found = spot.read(contract)
    return {key: value for key, value in found.items() if key not in ("name", "in")} if not target.steps else found


def _example(value: Json) -> Json:
    return schemas.example(value.get("schema", value)) if isinstance(value, dict) else MISSING
