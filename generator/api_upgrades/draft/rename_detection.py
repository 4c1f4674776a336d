"""Renames, recognised: what went away and what came, where one may be the other under a new name.

Nothing is decided here. Each likely rename is a `Question`, and whoever asks decides.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ContractMismatch, UsageError, did_you_mean
from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.draft.schemas import described
from api_upgrades.effects import KINDS
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import place_spot, schema_spot
from api_upgrades.openapi.renames import Move, Names
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.semantics import digest, meaning
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

SIMILAR = 0.6
"""How alike two names are, by `difflib`, to be taken for one thing's."""

ALIKE = 0.7
"""How many of all their properties two schemas share, to be taken for one thing."""

COMMON = 0.5
"""How much of all that they say two schemas share, to be taken for one thing."""


@dataclass(frozen=True)
class Question:
    """Whether a place that is gone goes on as one of those that are new, the likeliest first."""

    old: Target
    candidates: tuple[Target, ...]

    def __str__(self) -> str:
        new = " or ".join(f"`{_shown(one)}`" for one in self.candidates)
        return f"`{_shown(self.old)}` is gone. Is it {new} now?"


class Ambiguous(UsageError):
    """Something may have been renamed, and nobody is there to say so."""

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__("\n".join(map(_with_answers, questions)))


def _with_answers(question: Question) -> str:
    answers = [f"--rename '{question.old}={_shown(one)}'" for one in question.candidates]
    return f"{question} Say {' or '.join(answers)}, or --no-renames."


Decide = Callable[[Question], Target | None]
"""Says which of the candidates it is, if any."""


def recognised(was: Contract, now: Contract, decide: Decide, names: Names) -> Names:
    """How names move between two contracts: `names`, and what `decide` says of the rest."""
    likeness = _Likeness(was, now)
    for stage in _STAGES:
        gone, new = _unexplained(was, now, *_gone_and_new(was, now, names, stage))
        moves: list[Move] = []
        for place in gone:
            free = [one for one in new if one not in {move.new for move in moves}]
            candidates = likeness.candidates(place, gone, free)
            chosen = decide(Question(place.target, tuple(candidates))) if candidates else None
            if chosen is not None:
                moves.append(Move(place.target, chosen))
        names += Names.of(moves)
    return names


def as_said(was: Contract, now: Contract, renames: Iterable[str], told: Iterable[Move] = ()) -> Names:
    """How names move as somebody says, `old=new` each. Raises UsageError for one that fits nothing.

    What a change has `told` already is no mistake: it may be said again.
    """
    again = [(_Gone(move.old, move.old), move.new) for move in told]
    names = Names()
    left = list(dict.fromkeys(renames))
    known: list[str] = []
    for stage in _STAGES:
        gone, new = _gone_and_new(was, now, names, stage)
        known += [f"{_bare(place.target)}={_bare(one)}" for place in gone for one in new if _beside(place.target, one)]
        found = [(text, Move(old.target, one)) for text in left for old in gone for one in new if _says(text, old, one)]
        names += Names.of(move for _, move in found)
        left = [text for text in left if text not in dict(found)]
    for text in left:
        if any(_says(text, old, new) for old, new in again):
            continue
        hint = did_you_mean(text, known) or (f"; there are {', '.join(known)}" if known else "")
        raise UsageError(f"--rename {text}: nothing went away and came under these names{hint}")
    return names


_STAGES = ("part", "place", "value")
"""What is renamed: schemas and operations, then properties and parameters, then values of enums."""


@dataclass(frozen=True)
class _Gone:
    """A place that is gone: the name that it would have now, and its older one."""

    target: Target
    origin: Target


def _gone_and_new(was: Contract, now: Contract, names: Names, stage: str) -> tuple[list[_Gone], list[Target]]:
    gone: dict[_Gone, None] = {}
    new: dict[Target, None] = {}
    for finding in compare(was, now, names, lambda part: (), RuleTable.with_overrides({})):
        step = _value_step(finding)
        target, origin = (one.child(step) if step else one for one in (finding.target, finding.old_target))
        if _stage(finding, target) != stage:
            continue
        if finding.after is None:
            gone[_Gone(target, origin)] = None
        else:
            new[target] = None
    return list(gone), list(new)


def _unexplained(
    was: Contract, now: Contract, gone: Sequence[_Gone], new: Sequence[Target]
) -> tuple[list[_Gone], list[Target]]:
    """The places that were removed or added, without those whose kind of effect explains both at once."""
    known: set[Target] = set()
    origins = {place.target.holder: place.origin.holder for place in gone if place.target.steps}
    for holder in dict.fromkeys(place.holder for place in new if place.steps):
        if holder not in origins:
            continue
        try:
            older = described(schema_spot(was, origins[holder]).read(was))
            newer = described(schema_spot(now, holder).read(now))
        except ContractMismatch:
            continue
        effects = (effect for kind in KINDS.values() for effect in kind.candidates(holder, older, newer))
        known |= {touch.target for effect in effects for touch in effect.touches()}
    return [place for place in gone if place.target not in known], [place for place in new if place not in known]


def _value_step(finding: Finding) -> str:
    values = {"enum-value-removed": finding.before, "enum-value-added": finding.after}
    return f"={schemas.as_text(values[finding.rule])}" if finding.rule in values else ""


def _stage(finding: Finding, target: Target) -> str:
    """At which stage a finding is looked at; at none unless something with a name went away or came."""
    if target.steps[-1:] and target.steps[-1].startswith("="):
        return "value"
    if finding.facet != "existence":
        return ""
    if not target.section and not target.steps:
        return "part"
    location, _, name = target.section.partition(" ")
    has_name = location in PARAMETER_LOCATIONS or (location == "response" and " " not in name)
    return "place" if target.steps or has_name else ""


def _says(text: str, old: _Gone, new: Target) -> bool:
    if text in (f"{old.origin}={new}", f"{old.target}={new}", f"{old.target}={_shown(new)}"):
        return True
    return _beside(old.target, new) and text in (f"{_bare(old.target)}={_bare(new)}", f"{old.target}={_bare(new)}")


def _beside(old: Target, new: Target) -> bool:
    """Whether two places stand in the same holder, parts in the contract."""
    if not old.section and not old.steps:
        return not new.section and not new.steps
    return old.holder == new.holder and old.section.partition(" ")[0] == new.section.partition(" ")[0]


def _bare(target: Target) -> str:
    return target.name.removeprefix("=")


def _shown(target: Target) -> str:
    """A place as a person writes it; a value of an enum alone."""
    return _bare(target) if target.steps[-1:] and target.steps[-1].startswith("=") else str(target)


class _Likeness:
    """How alike places of two contracts are. What was found out of a part is kept: it is compared with many."""

    def __init__(self, was: Contract, now: Contract) -> None:
        self._was = was
        self._now = now
        self._traits: dict[tuple[bool, Part], _Traits] = {}

    def candidates(self, place: _Gone, gone: Sequence[_Gone], new: Sequence[Target]) -> list[Target]:
        """What a place may be now: those of a similar name before all others; without any, the only one there is."""
        likely = [one for one in new if self._is_likely(place, one)]
        others = [other for other in gone if other != place and any(self._is_likely(other, one) for one in likely)]
        similar = [
            one
            for one in sorted(likely, key=lambda one: -similarity(place.target, one))
            if similarity(place.target, one) >= SIMILAR
            # What another place, gone too, resembles more is that one's.
            and all(similarity(other.target, one) <= similarity(place.target, one) for other in others)
        ]
        return similar or (likely if not others else [])

    def _is_likely(self, old: _Gone, new: Target) -> bool:
        """Whether one could be the other: the same thing by its type and its example."""
        if not _beside(old.target, new):
            return False
        if old.target.part is not None and not new.section and not new.steps:
            return self._are_alike(old.origin, new)
        if new.steps[-1:] and new.steps[-1].startswith("="):
            return similarity(old.target, new) >= SIMILAR
        try:
            before, after = _value(self._was, old.origin), _value(self._now, new)
        except ContractMismatch:  # behind a reference that others share, where no rename reaches
            return False
        if new.section.startswith("response ") and not new.steps:
            return old.target.name[0] == new.name[0] and json_equal(meaning(before), meaning(after))
        if _is_list(after) and not _is_list(before):  # one of them became a list of them
            return similarity(old.target, new) >= SIMILAR and _is_item(before, after)
        if not json_equal(meaning(before), meaning(after)):
            return False
        example, other = _example(before), _example(after)
        if example is MISSING and other is MISSING:  # a reference says what it is; two bare strings say nothing
            return schemas.ref(before) is not None or similarity(old.target, new) >= SIMILAR
        return json_equal(example, other)

    def _are_alike(self, old: Target, new: Target) -> bool:
        """Whether two parts could be one."""
        if old.part is None or new.part is None or old.part.kind != new.part.kind:
            return False
        if old.part.kind == "operation":
            before, after = self._was.parts[old.part], self._now.parts[new.part]
            has_same_id = "operationId" in before and before["operationId"] == after.get("operationId")
            return has_same_id or old.part.path == new.part.path
        one, other = self._traits_of(False, old.part), self._traits_of(True, new.part)
        return one.meaning == other.meaning or (old.part.kind == "schema" and one.resembles(other))

    def _traits_of(self, is_new: bool, part: Part) -> _Traits:
        if (is_new, part) not in self._traits:
            value = meaning((self._now if is_new else self._was).parts[part])
            names = frozenset(schemas.property_names(value))
            self._traits[is_new, part] = _Traits(digest(value), names, frozenset(_leaves(value)))
        return self._traits[is_new, part]


class _Traits(NamedTuple):
    """What a part is known by."""

    meaning: str
    properties: frozenset[str]
    leaves: frozenset[str]

    def resembles(self, other: _Traits) -> bool:
        """Whether a schema has nearly the same properties as another, and most of them are the same."""
        return _shared(self.properties, other.properties) >= ALIKE and _shared(self.leaves, other.leaves) >= COMMON


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _leaves(value: Json, way: str = "") -> Iterator[str]:
    """Every leaf of some JSON with the way to it, as text."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{way}/{key}")
    elif isinstance(value, list) and value:
        for item in value:
            yield from _leaves(item, f"{way}/-")
    else:
        yield f"{way} {value!r}"


def similarity(old: Target, new: Target) -> float:
    """How alike two names are, from 0 to 1."""
    return _similarity_of(_bare(old), _bare(new))


@lru_cache(65536)
def _similarity_of(old: str, new: str) -> float:
    """How alike two names are; those that share half of their words or more are."""
    one, other = _words(old), _words(new)
    ratio = difflib.SequenceMatcher(None, "".join(one), "".join(other)).ratio()
    shares = len({*one} & {*other}) * 2 >= max(len(one), len(other))
    return max(ratio, SIMILAR if shares else 0)


def _words(name: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name)]


def _is_list(schema: JsonObject) -> bool:
    return isinstance(schemas.value_schema(schema).get("items"), dict)


def _is_item(before: Json, after: Json) -> bool:
    """Whether a list holds what there was one of, null aside."""
    item = schemas.value_schema(after)["items"]
    return json_equal(meaning(schemas.value_schema(before)), meaning(schemas.value_schema(item)))


def _value(contract: Contract, target: Target) -> Json:
    """What stands at a property or a parameter."""
    spot = place_spot(contract, target)
    found = spot.read(contract)
    return {key: value for key, value in found.items() if key not in ("name", "in")} if not target.steps else found


def _example(value: Json) -> Json:
    return schemas.example(value.get("schema", value)) if isinstance(value, dict) else MISSING
