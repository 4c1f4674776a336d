"""Recognizes effects with one intent by what they do, to which place and in which resource."""

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

NO_RESOURCE = ""
"""The name for places that belong to no resource."""


def intent_keys(applied: Sequence[AppliedEffect], resources: Mapping[Part, str]) -> Iterator[list[Hashable]]:
    """For each effect, the keys that it shares with other effects of the same intent."""
    at_place: dict[Target, list[Effect]] = defaultdict(list)
    holders: dict[str, set[Target]] = defaultdict(set)
    for one in applied:
        if (place := one.effect.place) is not None:
            at_place[place].append(one.effect)
            holders[innermost_name(place)].add(place)
    for one in applied:
        place = one.effect.place
        if place is None:
            part = one.effect.targets[0].part if one.effect.targets else None
            yield [one.effect.intent(resource_of(part, resources))]
            continue
        kinds = tuple(sorted(effect.kind for effect in at_place[place]))
        details = tuple(sorted(effect.details() for effect in at_place[place]))
        scope = one.effect.scope if len(kinds) == 1 else "place"
        if scope == "holder" and len(holders[innermost_name(place)]) == 1:
            yield [(kinds, place.holder)]  # properties that were added only to this object were added together
            continue
        if scope == "resource":
            yield [(kinds, resource_of(place.part, resources))]
            continue
        value = _digest_at(one, place)
        yield [
            ("place", place),
            (kinds, innermost_name(place), resource_of(place.part, resources)),
            (kinds, innermost_name(place), details, value),
        ]


def innermost_name(place: Target) -> str:
    """The innermost name in a target."""
    steps = [step[1:] for step in place.steps if step.startswith(".")]
    location, _, name = place.section.partition(" ")
    if steps or place.section:
        return steps[-1] if steps else name if location in PARAMETER_LOCATIONS else place.section
    return place.part.name if place.part else "document"


def resource_of(part: Part | None, resources: Mapping[Part, str]) -> str:
    return resources.get(part, NO_RESOURCE) if part is not None else NO_RESOURCE


def _digest_at(one: AppliedEffect, place: Target) -> Json:
    """The digest of what a place means after the effect or, if it was removed, before."""
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
