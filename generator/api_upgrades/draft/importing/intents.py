"""What tells that effects belong to one thing that somebody did: what is done, to what, in which resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

UNTITLED = ""
"""The resource of what belongs to none."""


def intents(applied: Sequence[AppliedEffect], resources: Mapping[Part, str]) -> Iterator[list[Hashable]]:
    """For each effect the keys that it shares with those of the same intent."""
    at_place: dict[Target, list[Effect]] = defaultdict(list)
    holders: dict[str, set[Target]] = defaultdict(set)
    for one in applied:
        if (place := one.effect.place) is not None:
            at_place[place].append(one.effect)
            holders[named(place)].add(place)
    for one in applied:
        place = one.effect.place
        if place is None:
            part = one.effect.targets[0].part if one.effect.targets else None
            yield [one.effect.intent(resource_of(part, resources))]
            continue
        done = tuple(sorted(effect.kind for effect in at_place[place]))
        told = tuple(sorted(effect.details() for effect in at_place[place]))
        scope = one.effect.scope if len(done) == 1 else "place"
        if scope == "holder" and len(holders[named(place)]) == 1:
            yield [(done, place.holder)]  # what came to one object, and nowhere else, came to it together
            continue
        if scope == "resource":
            yield [(done, resource_of(place.part, resources))]
            continue
        value = _value(one, place)
        yield [
            ("place", place),
            (done, named(place), resource_of(place.part, resources)),
            (done, named(place), told, value),
        ]


def named(place: Target) -> str:
    """What a place is called: the innermost name on the way to it."""
    steps = [step[1:] for step in place.steps if step.startswith(".")]
    location, _, name = place.section.partition(" ")
    if steps or place.section:
        return steps[-1] if steps else name if location in PARAMETER_LOCATIONS else place.section
    return place.part.name if place.part else "document"


def resource_of(part: Part | None, resources: Mapping[Part, str]) -> str:
    return resources.get(part, UNTITLED) if part is not None else UNTITLED


def _value(one: AppliedEffect, place: Target) -> Json:
    """The meaning of what stands at a place, after the effect or before it, as a digest."""
    for contract in (one.newer, one.older):
        found = _read(contract, place)
        if found is not None:
            return digest({key: value for key, value in found.items() if key not in ("name", "in")})
    return None


def _read(contract: Contract, place: Target) -> Json:
    try:
        return place_spot(contract, place).read(contract)
    except ContractMismatch:
        return None
