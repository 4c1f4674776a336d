"""What the public may see: nothing that is marked `x-internal`, and nothing that is not released yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from api_upgrades.contract import Contract, Json, JsonObject, Part, at, references, schema_of
from api_upgrades.derive import AppliedEffect, Step
from api_upgrades.effects import Effect, TargetedEffect
from api_upgrades.errors import DoesNotFit
from api_upgrades.history import History
from api_upgrades.locate import schema_spot, section_spot
from api_upgrades.registry import Change, Registry, Version
from api_upgrades.target import Target

INTERNAL = "x-internal"


class Visibility:
    """What takes internal parts, properties and parameters out of contracts; a part that several share once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Json, Json]] = {}

    def public(self, contract: Contract) -> Contract:
        """The contract without all that is internal; itself where nothing is."""
        parts = {part: self._public(value) for part, value in contract.parts.items() if not _is_internal(part, value)}
        if len(parts) == len(contract.parts) and all(contract.parts[part] is value for part, value in parts.items()):
            return contract
        return Contract(parts, contract.document)

    def _public(self, value: JsonObject) -> Json:
        if id(value) not in self._known:
            self._known[id(value)] = (value, _without_internal(value) if _mentions_internal(value) else value)
        return self._known[id(value)][1]


def _is_internal(part: Part, value: JsonObject) -> bool:
    if part.kind == "webhook":
        return any(item.get(INTERNAL) is True for item in (value, *value.values()) if isinstance(item, Mapping))
    return value.get(INTERNAL) is True


def _mentions_internal(value: Json) -> bool:
    if isinstance(value, Mapping):
        return value.get(INTERNAL) is True or any(map(_mentions_internal, value.values()))
    return isinstance(value, list) and any(map(_mentions_internal, value))


def _without_internal(value: Json) -> Json:
    """Some JSON without each property and parameter that is internal. Its order stays."""
    if isinstance(value, list):
        return [_without_internal(item) for item in value if not _marked(item)]
    if not isinstance(value, Mapping):
        return value
    found = {key: _without_internal(item) for key, item in value.items()}
    properties = value.get("properties")
    if isinstance(properties, Mapping):
        hidden = {name for name, schema in properties.items() if _marked(schema)}
        found["properties"] = {name: kept for name, kept in found["properties"].items() if name not in hidden}
        if "required" in found:
            found["required"] = [name for name in found["required"] if name not in hidden]
            if not found["required"]:
                del found["required"]
    return found


def _marked(value: Json) -> bool:
    return isinstance(value, Mapping) and value.get(INTERNAL) is True


def internal_references(contract: Contract) -> Iterator[tuple[Part, Part]]:
    """The public parts that refer to an internal schema, each with the schema: callers would miss it."""
    public = Visibility().public(contract)
    if public is contract:
        return
    for part, value in public.parts.items():
        for schema in dict.fromkeys(map(schema_of, references(value))):
            if schema in contract.parts and schema not in public.parts and schema is not None:
                yield part, schema


def published(history: History) -> History:
    """The history without what is not released yet, and without changes to what is internal."""
    registry = history.registry
    visibility = Visibility()
    steps = [_published_step(step, visibility) for step in history.steps.values() if step.version.is_released]
    versions = {registry.versions[0].id: registry.versions[0]} | {step.version.id: step.version for step in steps}
    head = visibility.public(history.contract_at(registry.latest.id))
    additions = tuple(
        addition
        for addition, live in zip(registry.additions, history.live_additions, strict=True)
        if _published_effects(live.effects, visibility)
    )
    return History(Registry(head, tuple(versions.values()), None, additions), steps, history.table)


def _published_step(step: Step, visibility: Visibility) -> Step:
    effects = _published_effects(step.effects, visibility)
    shown = {applied.change.id: applied.change for applied in effects}
    changes = tuple(shown[change.id] for change in step.version.changes if change.id in shown)
    order = tuple(id for id in step.version.order if id in shown)
    version: Version = replace(step.version, changes=changes, order=order)
    return Step(version, step.older_version, visibility.public(step.older), visibility.public(step.newer), effects)


def _published_effects(effects: tuple[AppliedEffect, ...], visibility: Visibility) -> tuple[AppliedEffect, ...]:
    """The effects that the public may see, on public contracts, and in changes that hold these alone."""
    shown: list[tuple[AppliedEffect, Effect]] = []
    for applied in effects:
        effect = _public_effect(applied)
        if effect is not None:
            shown.append((applied, effect))
    changes: dict[str, Change] = {}
    for applied, _ in shown:
        kept = tuple(effect for other, effect in shown if other.change.id == applied.change.id)
        changes[applied.change.id] = replace(applied.change, effects=kept)
    return tuple(
        AppliedEffect(
            changes[applied.change.id],
            applied.index,
            effect,
            visibility.public(applied.older),
            visibility.public(applied.newer),
        )
        for applied, effect in shown
    )


def _public_effect(applied: AppliedEffect) -> Effect | None:
    """An effect at those of its places that are public, None where all are internal."""
    effect = applied.effect
    touched = [touch.target for touch in effect.touches()]
    hidden = {target for target in touched if _is_hidden(applied, target)}
    if not hidden:
        return effect
    if isinstance(effect, TargetedEffect):
        public = tuple(target for target in effect.target if not any(one.within(target) for one in hidden))
        if public and len(public) < len(effect.target):
            return effect.model_copy(update={"target": public})
    return None if len(hidden) == len(set(touched)) else effect


def _is_hidden(applied: AppliedEffect, target: Target) -> bool:
    """Whether a place is internal, before the effect and after it: what became public is public."""
    found = [_is_inside_internal(contract, target) for contract in (applied.older, applied.newer)]
    known = [is_internal for is_internal in found if is_internal is not None]
    return bool(known) and all(known)


def _is_inside_internal(contract: Contract, target: Target) -> bool | None:
    """Whether a place, or one around it, is internal; None where the contract hasn't got it."""
    part = target.part
    if part is None:
        return False
    if part not in contract.parts:
        return None
    if _is_internal(part, contract.parts[part]):
        return True
    around = [replace(target, steps=target.steps[:count]) for count in range(len(target.steps) + 1)]
    try:
        spots = [schema_spot(contract, one) if one.steps else section_spot(contract, one) for one in around]
    except DoesNotFit:
        return None
    return any(_marked(at(contract.parts[spot.part] if spot.part else {}, spot.pointer)) for spot in spots)
