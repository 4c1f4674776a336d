"""Recognizes effects with one intent by what they do, to which place and in which resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.core.json import Json
from api_upgrades.draft.importing.references import find_inherited
from api_upgrades.effects.schema import name_difference
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import place_spot, schema_spot
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import ref
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

MIN_SHARED = 6
"""How many characters the names of two schemas share if one takes the place of the other in the same way elsewhere."""

NO_RESOURCE = ""
"""The name for places that belong to no resource."""


def intent_keys(applied: Sequence[AppliedEffect], resources: Mapping[Part, str]) -> Iterator[list[Hashable]]:
    """For each effect, the keys that it shares with other effects of the same intent."""
    at_place: dict[Target, list[AppliedEffect]] = defaultdict(list)
    holders: dict[str, set[Target]] = defaultdict(set)
    for one in applied:
        if (place := one.effect.place) is not None:
            at_place[place].append(one)
            holders[innermost_name(place)].add(place)
    for one in applied:
        place = one.effect.place
        together = at_place[place] if place is not None else [one]
        if all(other.effect.extension for other in together):
            yield [("extension", one.effect.extension)]
        elif place is None:
            yield list(_intents_of_part(one, resources))
        elif len(together) > 1:
            yield [("place", place), _limits(together) or _same_edits(place, together)]
        else:
            keys = _intents_at_place(one, place, resources, len(holders[innermost_name(place)]))
            yield [*keys, *_inheritance(one, place, applied)]


def _intents_of_part(one: AppliedEffect, resources: Mapping[Part, str]) -> Iterator[Hashable]:
    """The intents of an effect on a whole part, or on something in it that no target names."""
    effect = one.effect
    part = effect.targets[0].part if effect.targets else None
    if effect.existence and part is not None and part.kind == "schema":
        yield effect.existence, part  # it belongs to what refers to it
        return
    clause = None if effect.existence else one.clause
    if clause is None or effect.pointer_in_part == "/operationId":
        yield effect.intent(resource_of(part, resources))
    elif limits := _limits([one]):
        yield limits
    else:
        yield effect.kind, clause
        if clause.subject:
            yield effect.kind, part, clause.subject


def _intents_at_place(
    one: AppliedEffect, place: Target, resources: Mapping[Part, str], places_with_name: int
) -> Iterator[Hashable]:
    """The intents of the only effect at a place."""
    effect, name = one.effect, innermost_name(place)
    if effect.restructures:
        yield (effect.kind,)
    elif effect.scope == "resource":
        yield effect.kind, resource_of(place.part, resources)
    elif effect.scope == "holder":
        if places_with_name == 1:
            yield effect.kind, place.holder  # properties that were added only to this object were added together
        else:
            yield effect.kind, name, resource_of(place.part, resources)
            yield effect.kind, name, effect.details(), _digest_at(one, place)
    else:
        yield _limits([one]) or _other_reference(one, place) or _same_edits(place, [one])


def _other_reference(one: AppliedEffect, place: Target) -> Hashable:
    """A key for places that refer to other schemas, whose names differ in the same words; else None."""
    try:
        found = [schema_spot(contract, place).read(contract) for contract in (one.older, one.newer)]
    except ContractMismatch:
        return None
    old, new = (ref(schema) if isinstance(schema, dict) else None for schema in found)
    if old is None or new is None or old == new:
        return None
    difference = name_difference(old, new)
    is_similar = min(len(old) - len(difference[0]), len(new) - len(difference[1])) >= MIN_SHARED
    return ("reference", *difference) if is_similar else None


def _inheritance(one: AppliedEffect, place: Target, applied: Sequence[AppliedEffect]) -> Iterator[Hashable]:
    """Keys of a property that moved between an object and the schema whose properties it includes."""
    if one.effect.scope != "holder" or not place.steps:
        return
    yield "inherited", place
    for contract in (applied[0].older, applied[-1].newer):
        if (part := find_inherited(contract, place)) is not None:
            yield "inherited", Target(part).property(place.name)


def _limits(together: Sequence[AppliedEffect]) -> Hashable:
    """A key for places where the same keywords changed in the same way, such as one limit for all texts; else None."""
    clauses = [one.clause for one in together]
    predicates = [clause.predicate for clause in clauses if clause is not None and clause.predicate.is_limit]
    if len(predicates) < len(together) or any(one.effect.allowed_value() for one in together):
        return None
    return "limits", tuple(sorted(predicates))


def _same_edits(place: Target, together: Sequence[AppliedEffect]) -> Hashable:
    """A key for the same edits at places with the same name."""
    edits = [(one.clause or one.effect.details()) for one in together]
    return innermost_name(place), tuple(sorted(map(repr, edits)))


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
