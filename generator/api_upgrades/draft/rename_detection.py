"""Detects likely renames: a removed place and an added one that may be the same.

Nothing is decided here. Each likely rename is a `Question`, and the caller decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.implied_renames import with_operation_renames
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ContractMismatch, UsageError, did_you_mean
from api_upgrades.core.json import Json
from api_upgrades.draft.path_moves import find_path_moves, path_parameter_moves
from api_upgrades.draft.similarity import (
    MIN_NAME_SIMILARITY,
    RemovedPlace,
    SimilarityIndex,
    are_siblings,
    bare_name,
    similarity,
)
from api_upgrades.effects import KINDS
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.path_items import expand_path_items
from api_upgrades.openapi.properties import properties
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target


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
    likeness = SimilarityIndex(was, now)
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
                if same is not None and place.target.part is not None and same.part is not None:
                    moves += path_parameter_moves(place.target.part, same.part)
                free = [one for one in free if one != chosen]
        rename_map += RenameMap.of(moves)
    return rename_map


def _find_moved_operations(
    was: Contract, now: Contract, gone: Sequence[RemovedPlace], new: Sequence[Target]
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
    again = [(RemovedPlace(move.old, move.old), move.new) for move in told]
    names = RenameMap()
    left = list(dict.fromkeys(renames))
    known: list[str] = []
    places = _RemovedAndAdded(was, now)
    for stage in _STAGES:
        gone, new = places.find(stage, names)
        known += [
            f"{bare_name(place.target)}={bare_name(one)}"
            for place in gone
            for one in new
            if are_siblings(place.target, one)
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


class _RemovedAndAdded:
    """The places that were removed and added between two contracts, under the names that are known so far."""

    def __init__(self, was: Contract, now: Contract, find: FindDifferences | None = None) -> None:
        self._was, self._now = was, now
        self._find_differences = find or self._compare
        self._names: RenameMap | None = None
        self._findings: tuple[Finding, ...] = ()

    def find(self, stage: str, names: RenameMap) -> tuple[list[RemovedPlace], list[Target]]:
        """The places of one stage. Parts are known by their names; for the others, the contracts are compared."""
        if stage == "part":
            return self._find_parts(names)
        if self._names != names:
            self._names, self._findings = names, tuple(self._find_differences(names))
        gone: dict[RemovedPlace, None] = {}
        new: dict[Target, None] = {}
        for finding in self._findings:
            step = _enum_value_step(finding)
            target, origin = (one.child(step) if step else one for one in (finding.target, finding.old_target))
            if _stage_of(finding, target) != stage:
                continue
            if finding.after is None:
                gone[RemovedPlace(target, origin)] = None
            else:
                new[target] = None
        return list(gone), list(new)

    def _compare(self, names: RenameMap) -> Iterable[Finding]:
        return compare(self._was, self._now, names, lambda part: (), RuleTable.with_overrides({}))

    def _find_parts(self, names: RenameMap) -> tuple[list[RemovedPlace], list[Target]]:
        names = with_operation_renames(self._was, self._now, names)
        was, now = expand_path_items(self._was).parts, expand_path_items(self._now).parts
        newer = {part: names.to_newer(Target(part)).part for part in was}
        gone = [RemovedPlace(Target(name), Target(part)) for part, name in newer.items() if name not in now]
        taken = set(newer.values())
        return gone, [Target(part) for part in now if part not in taken]


def _drop_explained_places(
    was: Contract, now: Contract, gone: Sequence[RemovedPlace], new: Sequence[Target]
) -> tuple[list[RemovedPlace], list[Target]]:
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


def _matches_option(text: str, old: RemovedPlace, new: Target) -> bool:
    if text in (f"{old.origin}={new}", f"{old.target}={new}", f"{old.target}={_display_name(new)}"):
        return True
    return are_siblings(old.target, new) and text in (
        f"{bare_name(old.target)}={bare_name(new)}",
        f"{old.target}={bare_name(new)}",
    )


def _display_name(target: Target) -> str:
    """A place as people write it; for an enum value, only the value."""
    return bare_name(target) if target.steps[-1:] and target.steps[-1].startswith("=") else str(target)
