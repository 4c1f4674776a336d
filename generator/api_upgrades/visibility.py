"""What the public may see: nothing that is marked `x-internal`, and nothing that is not released yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from api_upgrades.contract import LITERALS, NAME_MAPS, Contract, Json, JsonObject, Part, references, same, schema_of
from api_upgrades.derive import AppliedEffect, Step
from api_upgrades.draft import draft
from api_upgrades.effects import Effect, TargetedEffect
from api_upgrades.errors import DoesNotFit
from api_upgrades.history import History
from api_upgrades.locate import schema_spot, section_spot
from api_upgrades.lock import Amendment
from api_upgrades.operation import resolved
from api_upgrades.registry import Change, Registry, Version
from api_upgrades.target import Target
from api_upgrades.usage import References, Usage

INTERNAL = "x-internal"


def shows_unreleased(option: bool | None, *, serves: bool, is_preview: bool) -> bool:
    """Whether a site shows what is not released yet, and what is internal: as its option says, else while it is
    written or reviewed.
    """
    return serves or is_preview if option is None else option


class Visibility:
    """What takes all that is internal out of contracts. JSON that several contracts share is shared afterwards too.

    `head` is where the contracts lead. What is used by internal parts alone there is as internal where nothing uses it
    yet: who adds an internal operation need not say that its schemas are new.
    """

    def __init__(self, head: Contract | None = None) -> None:
        self._lost: set[Part] = set()
        self._references = References()
        self._mentions: dict[int, tuple[Json, bool]] = {}
        self._public: dict[int, tuple[Json, list[Json]]] = {}
        self._contracts: dict[int, tuple[Contract, Contract]] = {}
        if head is not None:
            self._lost = head.parts.keys() - self.public(head).parts.keys()

    def public(self, contract: Contract) -> Contract:
        """The contract without all that is internal, and without what only that has used; itself where nothing is."""
        if id(contract) not in self._contracts:
            self._contracts[id(contract)] = (contract, self._public_contract(contract))
        return self._contracts[id(contract)][1]

    def _public_contract(self, contract: Contract) -> Contract:
        marked = [part for part, value in contract.parts.items() if self._mentions_internal(value)]
        if not marked and not self._mentions_internal(contract.document) and self._lost.isdisjoint(contract.parts):
            return contract
        pruned = _Pruned(contract)
        usage = Usage(contract, self._references)
        # What a part requires, and its examples, may name properties of what it refers to.
        affected = set(contract.parts if self._mentions_internal(contract.document) else usage.reach(marked))
        parts = {
            part: self._shared(value, pruned.of(part, value)) if part in affected else value
            for part, value in contract.parts.items()
            if not is_internal(part, value)
        }
        document = self._shared(contract.document, pruned.document(parts))
        shown = Contract(parts, document)
        lost = (_reached(usage) | self._lost) - _reached(Usage(shown, References()))
        return Contract({part: value for part, value in parts.items() if part not in lost}, document)

    def _mentions_internal(self, value: Json) -> bool:
        if id(value) not in self._mentions:
            self._mentions[id(value)] = (value, _mentions_internal(value))
        return self._mentions[id(value)][1]

    def _shared(self, value: Json, public: Json) -> Json:
        """The public form of some JSON, as the same object wherever it is the same."""
        _, known = self._public.setdefault(id(value), (value, [value]))
        found = next((one for one in known if same(one, public)), None)
        if found is None:
            known.append(public)
        return public if found is None else found


def _reached(usage: Usage) -> set[Part]:
    """The schemas that any operation or webhook of a contract uses."""
    roots = (part for part in usage.contract.parts if part.kind != "schema")
    return {part for root in roots for part in usage.closure(root)[1:]}


def is_internal(part: Part, value: JsonObject) -> bool:
    """Whether a part as a whole is internal."""
    if part.kind == "webhook":
        return any(map(_is_marked, (value, *value.values())))
    return _is_marked(value)


def is_hidden(contract: Contract, value: Json) -> bool:
    """Whether a property, a parameter or the like is internal, or nothing but a reference to what is."""
    return _is_marked(value) or (isinstance(value, Mapping) and _is_marked(resolved(contract, value)))


def _is_marked(value: Json) -> bool:
    return isinstance(value, Mapping) and value.get(INTERNAL) is True


def _mentions_internal(value: Json) -> bool:
    if isinstance(value, Mapping):
        return value.get(INTERNAL) is True or any(map(_mentions_internal, value.values()))
    return isinstance(value, list) and any(map(_mentions_internal, value))


class _Pruned:
    """The parts of one contract without what is internal inside of them. The order of all else stays."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def of(self, part: Part, value: JsonObject) -> Json:
        return self._schema(value) if part.kind == "schema" else self._object(value)

    def document(self, parts: Mapping[Part, JsonObject]) -> Json:
        """The rest of the document, without the tags of internal operations and webhooks alone."""
        found = self._object(self._contract.document)
        if "tags" in found:
            hidden = _tags(self._contract.parts) - _tags(parts)
            found["tags"] = [tag for tag in found["tags"] if tag.get("name") not in hidden]
        return found

    def _object(self, value: Json) -> Json:
        """Any object of OpenAPI: an operation, a parameter, a body."""
        if isinstance(value, list):
            return [self._object(item) for item in value if not self._is_hidden(item)]
        if not isinstance(value, Mapping):
            return value
        schema = value.get("schema", {})
        found = {}
        for key, item in value.items():
            if key == "schema":
                found[key] = self._schema(item)
            elif key == "examples" and isinstance(item, Mapping):
                found[key] = {name: self._named_example(one, schema) for name, one in item.items()}
            elif key in NAME_MAPS and isinstance(item, Mapping):  # a response may be called `default`
                found[key] = {name: self._object(one) for name, one in item.items() if not self._is_hidden(one)}
            elif key in LITERALS:
                found[key] = self._literal(item, schema)
            elif not self._is_hidden(item):
                found[key] = self._object(item)
        return found

    def _named_example(self, example: Json, schema: Json) -> Json:
        if isinstance(example, Mapping) and "value" in example:
            return {**example, "value": self._literal(example["value"], schema)}
        return example

    def _is_hidden(self, value: Json) -> bool:
        return is_hidden(self._contract, value)

    def _schema(self, value: Json) -> Json:
        if not isinstance(value, Mapping):
            return value
        hidden = self._hidden(value)
        found: dict[str, Json] = {}
        for key, item in value.items():
            if key == "required" and isinstance(item, list):
                left = [name for name in item if name not in hidden]
                if left or not item:
                    found[key] = left
            elif key in LITERALS:
                is_list = key in ("examples", "enum") and isinstance(item, list)
                found[key] = [self._literal(one, value) for one in item] if is_list else self._literal(item, value)
            elif key in NAME_MAPS and isinstance(item, Mapping):
                found[key] = {name: self._schema(one) for name, one in item.items() if not self._is_hidden(one)}
            elif isinstance(item, list):
                found[key] = [self._schema(one) for one in item if not _is_marked(one)]
            else:
                found[key] = self._schema(item)
        return found

    def _literal(self, value: Json, schema: Json) -> Json:
        """An example or another value without the properties that its schema hides."""
        branches = list(self._branches(schema, []))
        if isinstance(value, list):
            items: Json = next((one["items"] for one in branches if "items" in one), {})
            return [self._literal(item, items) for item in value]
        if not isinstance(value, Mapping):
            return value
        hidden = self._hidden(schema)
        inner = {name: one for branch in branches for name, one in branch.get("properties", {}).items()}
        return {name: self._literal(one, inner.get(name, {})) for name, one in value.items() if name not in hidden}

    def _hidden(self, schema: Json) -> set[str]:
        """The names of the properties of an object that are internal, and not public in another branch of it."""
        named = [pair for branch in self._branches(schema, []) for pair in branch.get("properties", {}).items()]
        hidden = {name for name, one in named if self._is_hidden(one)}
        return hidden - {name for name, one in named if not self._is_hidden(one)}

    def _branches(self, schema: Json, seen: list[Json]) -> Iterator[JsonObject]:
        """All schemas that say something about one value: a schema, what it refers to, and what it combines."""
        if not isinstance(schema, Mapping) or any(schema is one for one in seen):
            return
        seen.append(schema)
        yield schema
        part = schema_of(schema["$ref"]) if isinstance(schema.get("$ref"), str) else None
        yield from self._branches(self._contract.parts.get(part) if part else None, seen)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(keyword, ()):
                yield from self._branches(branch, seen)


def _tags(parts: Mapping[Part, JsonObject]) -> set[str]:
    """The tags of some parts."""
    operations = (
        one
        for part, value in parts.items()
        if part.kind != "schema"
        for one in ((value, *value.values()) if part.kind == "webhook" else (value,))
    )
    return {tag for one in operations if isinstance(one, Mapping) for tag in one.get("tags", ())}


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
    """The history without what is not released yet, and without all that is internal and changes to it."""
    return _Published(history).history


class _Published:
    """What makes the public form of a history."""

    def __init__(self, whole: History) -> None:
        self._whole = whole
        self._visibility = Visibility(whole.contract_at(whole.versions[-1].id))

    @cached_property
    def history(self) -> History:
        registry = self._whole.registry
        steps = [self._step(step) for step in self._whole.steps.values() if step.version.is_released]
        versions = (self._version(registry.versions[0], ()), *(step.version for step in steps))
        head = self._visibility.public(self._whole.contract_at(registry.latest.id))
        additions = tuple(
            replace(live.addition, effects=tuple(one.effect for one in effects))
            for live in self._whole.live_additions
            if (effects := public_effects(live.effects, self._visibility))
        )
        return History(Registry(head, versions, None, additions), steps, self._whole.table)

    def _step(self, step: Step) -> Step:
        effects = public_effects(step.effects, self._visibility)
        older, newer = map(self._visibility.public, (step.older, step.newer))
        return Step(self._version(step.version, effects), step.older_version, older, newer, effects)

    def _version(self, version: Version, effects: tuple[AppliedEffect, ...]) -> Version:
        """A version with the changes of some effects alone, and corrections of what is public."""
        shown = {applied.change.id: applied.change for applied in effects}
        return replace(
            version,
            changes=tuple(shown[change.id] for change in version.changes if change.id in shown),
            order=tuple(id for id in version.order if id in shown),
            amendments=tuple(self._amendment(version.id, one) for one in version.amendments),
        )

    def _amendment(self, version: str, amendment: Amendment) -> Amendment:
        whole = self._whole.contract_at(version)
        public = self._visibility.public(whole)
        if public is whole:
            return amendment
        places = [place for place in amendment.places if not _is_hidden_place(place, whole, public)]
        return amendment.model_copy(update={"places": places})


def public_effects(effects: Sequence[AppliedEffect], visibility: Visibility) -> tuple[AppliedEffect, ...]:
    """Effects as the public sees them, in changes that hold these alone."""
    shown = [one for applied in effects for one in _public_effect(applied, visibility)]
    changes: dict[str, Change] = {}
    for applied in shown:
        kept = tuple(other.effect for other in shown if other.change.id == applied.change.id)
        changes[applied.change.id] = replace(applied.change, effects=kept)
    return tuple(replace(applied, change=changes[applied.change.id]) for applied in shown)


def _public_effect(applied: AppliedEffect, visibility: Visibility) -> list[AppliedEffect]:
    """An effect between public contracts: as it is, at some of its targets, or what else leads from one to the other;
    none where the public sees nothing of it.
    """
    older, newer = map(visibility.public, (applied.older, applied.newer))
    if older is applied.older and newer is applied.newer:
        return [applied]
    if applied.effect.alters_contract and _are_same(older, newer):
        return []
    effect = _fitting(applied.effect, older, newer)
    if effect is not None:
        return [replace(applied, effect=effect, older=older, newer=newer)]
    override = {"override": applied.effect.override} if applied.effect.override else {}
    found: list[AppliedEffect] = []
    for drafted in reversed(draft(older, newer)):
        before = drafted.revert(newer)
        found.append(replace(applied, effect=drafted.model_copy(update=override), older=before, newer=newer))
        newer = before
    return found[::-1]


def _are_same(one: Contract, other: Contract) -> bool:
    return same(one.parts, other.parts) and same(one.document, other.document)


def _fitting(effect: Effect, older: Contract, newer: Contract) -> Effect | None:
    """An effect that leads from the one contract to the other: the one given, or it at some of its targets."""
    if isinstance(effect, TargetedEffect):
        at_each = (effect.model_copy(update={"target": (target,)}) for target in effect.target)
        kept = tuple(one.target[0] for one in at_each if _reverted(one, newer) is not None)
        if not kept:
            return None
        effect = effect.model_copy(update={"target": kept})
    found = _reverted(effect, newer)
    return effect if found is not None and _are_same(found, older) else None


def _reverted(effect: Effect, contract: Contract) -> Contract | None:
    try:
        return effect.revert(contract)
    except DoesNotFit:
        return None


def _is_hidden_place(place: str, whole: Contract, public: Contract) -> bool:
    """Whether the public cannot see a place, by its target as text."""
    try:
        target = Target.parse(place)
    except ValueError:
        return False
    return _has(whole, target) and not _has(public, target)


def _has(contract: Contract, target: Target) -> bool:
    """Whether a contract has a place."""
    try:
        spot = schema_spot(contract, target) if target.steps else section_spot(contract, target)
        spot.read(contract)
    except (DoesNotFit, KeyError, IndexError):
        return False
    return True
