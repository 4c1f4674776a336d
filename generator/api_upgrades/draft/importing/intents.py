"""What tells that effects belong to one thing that somebody did: what is done, to what, in which resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import takewhile

from api_upgrades.core.errors import DoesNotFit
from api_upgrades.core.json import Json
from api_upgrades.draft.grouping import COME_OR_GO
from api_upgrades.effects import Effect, TargetedEffect
from api_upgrades.effects.component import AddComponent, RemoveComponent
from api_upgrades.effects.property import OneToList, RenameProperty
from api_upgrades.effects.replace import Replace
from api_upgrades.effects.schema import RenameSchema
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.semantics import digest
from api_upgrades.openapi.target import PARAMETER_LOCATIONS, Target

_BESIDE = ("kind", "target", "before", "example", "required")
"""Fields that say where and how something stood: the same is done whatever they are."""

UNTITLED = ""
"""The resource of what belongs to none."""


def intents(applied: Sequence[AppliedEffect], resources: Mapping[Part, str]) -> Iterator[list[Hashable]]:
    """For each effect the keys that it shares with those of the same intent."""
    at_place: dict[Target, list[Effect]] = defaultdict(list)
    holders: dict[str, set[Target]] = defaultdict(set)
    for one in applied:
        if (place := place_of(one.effect)) is not None:
            at_place[place].append(one.effect)
            holders[named(place)].add(place)
    for one in applied:
        place = place_of(one.effect)
        if place is None:
            yield [_of_whole(one.effect, resources)]
            continue
        done = tuple(sorted(effect.kind for effect in at_place[place]))
        told = tuple(sorted(_told(effect) for effect in at_place[place]))
        if done in (("add_property",), ("remove_property",)) and len(holders[named(place)]) == 1:
            yield [(done, place.holder)]  # what came to one object, and nowhere else, came to it together
            continue
        if len(done) == 1 and done[0].startswith("make_"):
            yield [(done, resource_of(place.part, resources))]
            continue
        value = _value(one, place)
        yield [
            ("place", place),
            (done, named(place), resource_of(place.part, resources)),
            (done, named(place), told, value),
        ]


def place_of(effect: Effect) -> Target | None:
    """The place inside a part that an effect is about, by its newer name; None for one about a whole part."""
    if isinstance(effect, RenameProperty | OneToList):
        return effect.target[0].property(effect.new)
    if not isinstance(effect, TargetedEffect):
        return None
    (target,) = effect.target
    return target if target.steps or target.section else None


def named(place: Target) -> str:
    """What a place is called: the innermost name on the way to it."""
    steps = [step[1:] for step in place.steps if step.startswith(".")]
    location, _, name = place.section.partition(" ")
    if steps or place.section:
        return steps[-1] if steps else name if location in PARAMETER_LOCATIONS else place.section
    return place.part.name if place.part else "document"


def resource_of(part: Part | None, resources: Mapping[Part, str]) -> str:
    return resources.get(part, UNTITLED) if part is not None else UNTITLED


def _of_whole(effect: Effect, resources: Mapping[Part, str]) -> Hashable:
    if isinstance(effect, RenameSchema):
        return effect.kind, _difference(effect.old, effect.new)
    if isinstance(effect, AddComponent | RemoveComponent):
        return effect.kind, effect.section
    if not isinstance(effect, TargetedEffect):
        return effect.kind, _told(effect)
    part = effect.target[0].part
    resource = resource_of(part, resources)
    if effect.kind in COME_OR_GO:
        return effect.kind.partition("_")[0], resource
    if isinstance(effect, Replace):
        # The same key, of whatever operation: an extension, for one.
        return effect.kind, part and part.kind, tuple(effect.pointer.split("/")[1 : 2 if part else 3])
    if effect.kind in ("move_operation", "extract_schema", "inline_schema"):
        return effect.kind, resource
    return effect.kind, _told(effect), resource


def _difference(old: str, new: str) -> tuple[str, str]:
    """What of a name became what, without what both begin and end with."""
    start = _shared(old, new)
    old, new = old[start:], new[start:]
    end = _shared(old[::-1], new[::-1])
    return old[: len(old) - end], new[: len(new) - end]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _told(effect: Effect) -> str:
    data = {key: value for key, value in effect.as_data().items() if key not in _BESIDE}
    if isinstance(data.get("was"), dict):
        data["was"] = digest(data["was"])
    return repr((effect.kind, data))


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
    except DoesNotFit:
        return None
