"""Contracts, effects that fit them and registries, as hypothesis draws them.

Every contract is sound: references lead somewhere, examples are valid. An effect is drawn as a person writes it, among
all that fit the contract, and so that the older contract is sound again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.effects import KINDS, Effect
from api_upgrades.history.derive import Step, derive
from api_upgrades.history.history import History
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import SCHEMA_REF, Part, schema_of
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import Change, Registry, Version

NULL: JsonObject = {"type": "null"}
WORDS = ("id", "name", "tags", "state", "due_at", "a b", "size", "owner")
SCHEMAS = ("Task", "Person", "Tag", "Place", "Note")
VALUES = ("A", "LOW", "HIGH", "OTHER")

LEAVES: tuple[JsonObject, ...] = (
    {"type": "string", "description": "A text", "examples": ["text"]},
    {"type": "string"},
    {"type": "string", "pattern": "^[a-z]+$", "maxLength": 9, "examples": ["abc"]},
    {"type": "string", "format": "date", "examples": ["2024-01-31"]},
    {"type": "string", "enum": ["LOW", "MIDDLE", "HIGH"], "examples": ["LOW"]},
    {"enum": ["A", "B"], "default": "A"},
    {"type": "integer", "minimum": 1, "maximum": 9},
    {"type": ["string", "integer"], "examples": [1]},
    {"type": "boolean", "deprecated": True, "x-replaced-by": "name"},
    {"const": "fixed"},
    {},
)


def ref(name: str) -> JsonObject:
    return {"$ref": SCHEMA_REF + name}


@st.composite
def values(draw: st.DrawFn, names: tuple[str, ...], depth: int = 2) -> JsonObject:
    """A schema. It may refer to any of some schemas, as nothing here is required that could never end."""
    shape = draw(
        st.sampled_from(["leaf", "leaf", "ref", "list", "object", "map", "oneOf", "allOf"][: 8 if depth else 3])
    )
    found: JsonObject = draw(st.sampled_from(LEAVES))
    if shape == "ref" and names:
        found = {**ref(draw(st.sampled_from(names))), **draw(st.sampled_from([{}, {"description": "Which one"}]))}
    elif shape == "list":
        found = {"type": "array", "items": draw(values(names, depth - 1))}
    elif shape == "object":
        found = draw(objects(names, depth - 1))
    elif shape == "map":
        found = {"type": "object", "additionalProperties": draw(values(names, depth - 1))}
    elif shape == "oneOf" and names:
        found = {"oneOf": [ref(draw(st.sampled_from(names))), {"type": "integer"}]}
    elif shape == "allOf":
        found = {"allOf": [draw(objects((), 0)), {"description": "All of it"}]}
    return draw(nullable(found)) if draw(st.booleans()) else found


@st.composite
def nullable(draw: st.DrawFn, schema: JsonObject) -> JsonObject:
    """The schema in one of the forms in which it may be null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema and draw(st.booleans()):
        return {**schema, "type": [schema["type"], "null"]}
    inside = {key: value for key, value in schema.items() if key not in schemas.PROPERTY_KEYWORDS}
    beside = {key: value for key, value in schema.items() if key in schemas.PROPERTY_KEYWORDS}
    return {"anyOf": draw(st.permutations([inside, NULL])), **beside} if inside else schema


@st.composite
def composed_contracts(draw: st.DrawFn) -> Contract:
    """A contract whose objects have their properties in branches of an `allOf`, and in branches of these."""
    parts: dict[Part, JsonObject] = {}
    for name in ("Task", "Person"):
        first, second, third = (draw(objects(("Tag",), 1, WORDS[index::3])) for index in range(3))
        inner: JsonObject = {"allOf": [draw(nullable(second)) if draw(st.booleans()) else second, third]}
        parts[Part("schema", name)] = {"allOf": draw(st.permutations([first, inner]))}
    parts[Part("schema", "Tag")] = draw(objects(()))
    return Contract(parts, {"openapi": "3.1.0", "info": {"title": "Generated", "version": "1"}})


@st.composite
def objects(draw: st.DrawFn, names: tuple[str, ...], depth: int = 2, words: tuple[str, ...] = WORDS) -> JsonObject:
    """An object. What is required of it can be composed without an end of its own."""
    found = draw(st.lists(st.sampled_from(words), max_size=4, unique=True))
    properties = {name: draw(values(names, depth)) for name in found}
    ending = [name for name in found if not any(True for _ in references(properties[name]))]
    required = [name for name in ending if draw(st.booleans())]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def body(schema: JsonObject, **beside: Json) -> JsonObject:
    return {"content": {"application/json": {"schema": schema}}, **beside}


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract in the form of OpenAPI 3.1, with schemas, operations and webhooks."""
    names = tuple(draw(st.lists(st.sampled_from(SCHEMAS), max_size=4, unique=True)))
    parts: dict[Part, JsonObject] = {Part("schema", name): draw(objects(names)) for name in names}
    for path in draw(st.lists(st.sampled_from(["/tasks", "/tasks/{id}", "/a/{x}/{y}"]), max_size=3, unique=True)):
        for method in draw(st.lists(st.sampled_from(["GET", "POST", "PUT"]), min_size=1, max_size=2, unique=True)):
            parts[Part("operation", f"{method} {path}")] = draw(operations(names, path))
    for name in draw(st.lists(st.sampled_from(["task.created", "task.updated"]), max_size=2, unique=True)):
        payload = draw(values(names))
        done = {"204": {"description": "Done"}}
        parts[Part("webhook", name)] = {"post": {"requestBody": body(payload), "responses": done}}
    return Contract(parts, {"openapi": "3.1.0", "info": {"title": "Generated", "version": "1"}})


@st.composite
def operations(draw: st.DrawFn, names: tuple[str, ...], path: str) -> JsonObject:
    in_path = [name.strip("{}") for name in path.split("/") if name.startswith("{")]
    parameters: list[JsonObject] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in in_path
    ]
    for name in draw(st.lists(st.sampled_from(["page", "page[size]", "owner"]), max_size=2, unique=True)):
        schema = draw(st.sampled_from(LEAVES[:-1]))
        parameters.append({"name": name, "in": "query", "required": draw(st.booleans()), "schema": schema})
    found: dict[str, Json] = {"summary": "Do it"}
    if parameters:
        found["parameters"] = parameters
    if draw(st.booleans()):
        found["requestBody"] = body(draw(values(names)), required=draw(st.booleans()))
    statuses = draw(st.lists(st.sampled_from(["200", "201", "404", "default"]), min_size=1, max_size=3, unique=True))
    found["responses"] = {status: body(draw(values(names)), description="An answer") for status in statuses}
    return found


@dataclass(frozen=True)
class Place:
    """One schema somewhere in a contract, and the object in which it is a property, if it is one: the branch of it that
    declares this one, and the names of all.
    """

    target: Target
    schema: JsonObject
    holder: JsonObject | None = None
    taken: Collection[str] = ()

    @property
    def value(self) -> JsonObject:
        return schemas.value_schema(self.schema)


def places(contract: Contract) -> Iterator[Place]:
    """Every schema of a contract; what is behind a reference is found where it stands."""
    for part, value in contract.parts.items():
        if part.kind == "schema":
            yield from _inside(Place(Target(part), value))
            continue
        operation = value["post"] if part.kind == "webhook" else value
        for parameter in operation.get("parameters", ()):
            yield Place(Target(part, f"{parameter['in']} {parameter['name']}"), parameter["schema"])
        section = "payload" if part.kind == "webhook" else "request"
        for name, holder in ((section, operation.get("requestBody", {})), *_answers(operation)):
            if "content" in holder:
                yield from _inside(Place(Target(part, name), holder["content"]["application/json"]["schema"]))


def _answers(operation: JsonObject) -> list[tuple[str, JsonObject]]:
    return [(f"response {status}", value) for status, value in operation.get("responses", {}).items()]


def _inside(place: Place) -> Iterator[Place]:
    yield place
    names = names_of(place.value)
    for holder in holders(place.value):
        for name, schema in holder.get("properties", {}).items():
            yield from _inside(Place(place.target.property(name), schema, holder, names))
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(place.value.get(keyword), dict):
            yield from _inside(Place(place.target.child(step), place.value[keyword]))


def holders(value: JsonObject) -> Iterator[JsonObject]:
    """What declares the properties of an object: itself, and the branches of its `allOf`."""
    yield value
    for branch in value.get("allOf", ()):
        yield from holders(schemas.value_schema(branch))


def names_of(value: JsonObject) -> list[str]:
    """The names of an object's properties."""
    return [name for holder in holders(value) for name in holder.get("properties", {})]


def fresh(names: Iterable[str], taken: Collection[Json]) -> str:
    """The first of some names that isn't taken: so that names come back, and go from one place to another."""
    return next(one for one in (*names, *(f"new{number}" for number in range(len(taken) + 1))) if one not in taken)


def candidates(contract: Contract) -> list[dict[str, Any]]:
    """Effects of every kind that fit a contract."""
    found = list(places(contract))
    objects = [place for place in found if any("properties" in one for one in holders(place.value))]
    effects = [effect for place in found for effect in (*_of_value(place, contract), *_of_property(place, objects))]
    effects += [effect for place in objects for effect in _of_object(place)]
    used = {schema_of(one) for value in contract.parts.values() for one in references(value)}
    for part in contract.parts:
        effects += _of_part(contract, part, part in used)
    effects += _of_components(contract)
    for kind, target, was in (
        ("schema", fresh(SCHEMAS, [part.name for part in contract.of_kind("schema")]), {"type": "string"}),
        ("operation", "DELETE /gone", {"responses": {"204": {"description": "Done"}}}),
        ("webhook", "webhook gone", {"post": {"responses": {"204": {"description": "Done"}}}}),
    ):
        if Target.parse(target).part not in contract.parts:
            effects.append({"kind": f"remove_{kind}", "target": target, "was": was})
    return effects


def _of_components(contract: Contract) -> Iterator[dict[str, Any]]:
    examples = contract.document.get("components", {}).get("examples", {})
    yield from ({"kind": "add_component", "section": "examples", "name": name} for name in examples)
    if "gone" not in examples:
        yield {"kind": "remove_component", "section": "examples", "name": "gone", "was": {"value": 1}}


def _of_value(place: Place, contract: Contract) -> Iterator[dict[str, Any]]:
    at = {"target": str(place.target)}
    if "$ref" in place.value:
        yield {"kind": "extract_schema", **at}
    elif place.target.steps:
        alike = [part.name for part in contract.of_kind("schema") if contract.parts[part] == place.value]
        yield from ({"kind": "inline_schema", **at, "was": name} for name in alike[:1])
    if place.value.get("type") != "number":
        yield {"kind": "change_type", **at, "was": {"type": "number", "examples": [0.5]}}
    if not schemas.is_nullable(place.schema) and place.schema:
        yield {"kind": "make_not_nullable", **at}
    elif place.schema:
        yield {"kind": "make_nullable", **at}
    if place.value.get("type") == "string" and not place.value.keys() & {"format", "enum"}:
        yield {"kind": "change_example", **at, "was": "text" if schemas.example(place.schema) == "other" else "other"}
    if place.target.steps:
        yield {"kind": "wording", **at, "was": {"title": None if "title" in place.schema else "Once"}}
    if "maxLength" in place.value:
        yield {"kind": "add_constraint", **at, "keyword": "maxLength"}
        yield {"kind": "change_constraint", **at, "keyword": "maxLength", "was": place.value["maxLength"] + 1}
    elif place.value.get("type") == "string":
        yield {"kind": "remove_constraint", **at, "keyword": "maxLength", "was": 99}
    if schemas.get(place.schema, "deprecated") is True and place.target.steps:
        yield {"kind": "deprecate", **at, "replaced_by": place.schema.get("x-replaced-by")}
    enum = place.value.get("enum", ())
    if len(enum) > 1:
        yield {"kind": "add_enum_value", **at, "value": enum[-1]}
        yield {"kind": "remove_enum_value", **at, "value": fresh(VALUES, enum), "before": enum[-1]}
        if place.value is place.schema:
            gone = fresh(VALUES, enum)
            yield {"kind": "change_items", **at, "pointer": "/enum", "was": {gone: gone}, "before": {gone: enum[0]}}
        yield {
            "kind": "map_enum_values",
            **at,
            "values": dict(zip((*enum[1:], fresh(VALUES, enum)), enum, strict=True)),
        }


def _of_property(place: Place, objects: list[Place]) -> Iterator[dict[str, Any]]:
    if place.holder is None:
        return
    target, name, holder = str(place.target), place.target.name, str(place.target.holder)
    yield {"kind": "add_property", "target": target}
    if name in place.holder.get("required", ()):
        yield {"kind": "make_required", "target": target}
    elif not any(True for _ in references(place.schema)):
        yield {"kind": "make_optional", "target": target}
    old = fresh(WORDS, place.taken)
    yield {"kind": "rename_property", "target": holder, "old": old, "new": name}
    if isinstance(place.value.get("items"), dict):
        yield {"kind": "one_to_list", "target": holder, "old": old, "new": name}
    another = fresh(WORDS, {*place.taken, old})
    was = {old: LEAVES[0], another: LEAVES[-1]}
    yield {
        "kind": "join_properties",
        "target": holder,
        "old": [old, another],
        "new": name,
        "was": was,
        "required": [old],
    }
    for piece in place.holder["properties"]:
        if piece != name:
            yield {"kind": "split_property", "target": holder, "old": old, "new": [name, piece], "was": LEAVES[0]}
    for other in objects:
        # Out of what is a list only since `one_to_list`, a move is not followed: found as removed and added.
        follows = "[]" not in (*place.target.steps, *other.target.steps)
        if follows and name not in names_of(other.value) and not other.target.within(place.target):
            yield {"kind": "move_property", "target": target, "was_in": str(other.target)}


def _of_object(place: Place) -> Iterator[dict[str, Any]]:
    properties = names_of(place.value)
    gone = place.target.property(fresh(WORDS, properties))
    effect = {"kind": "remove_property", "target": str(gone), "was": LEAVES[0]}
    yield {**effect, "required": True}
    yield from ({**effect, "before": name} for name in properties)


def _of_part(contract: Contract, part: Part, is_used: bool) -> Iterator[dict[str, Any]]:
    target = str(Target(part))
    if part.kind == "schema":
        if not is_used:
            yield {"kind": "add_schema", "target": target}
        old = fresh(SCHEMAS, [part.name for part in contract.of_kind("schema")])
        yield {"kind": "rename_schema", "old": old, "new": part.name}
        keys = list(contract.parts[part])
        if len(keys) > 1:
            yield {"kind": "reorder", "target": target, "before": {keys[-1]: keys[0]}}
        return
    yield {"kind": f"add_{part.kind}", "target": target}
    if part.kind == "webhook":
        if Part("webhook", "renamed") not in contract.parts:
            yield {"kind": "rename_webhook", "old": "renamed", "new": part.name}
        return
    yield from _of_operation(contract, part, contract.parts[part])


def _of_operation(contract: Contract, part: Part, operation: JsonObject) -> Iterator[dict[str, Any]]:
    target = str(part)
    for effect in ({"was_method": "DELETE"}, {"was_path": "/x/{old}" if "{" in part.path else "/x"}):
        old = f"{effect.get('was_method', part.method)} {effect.get('was_path', part.path)}"
        if Part("operation", old) not in contract.parts and part.path.count("{") < 2:
            yield {"kind": "move_operation", "target": target, **effect}
    yield {"kind": "change_security", "target": target, "was": None if "security" in operation else [{"key": []}]}
    yield {"kind": "behaviour", "target": target, "severity": "risky", "before": "slow", "after": "fast"}
    replaced = {"absent": True} if "description" in operation else {"was": "Once"}
    yield {"kind": "replace", "target": target, "pointer": "/description", **replaced}
    for status in operation["responses"]:
        yield {"kind": "add_response", "target": f"{target} response {status}"}
        if "202" not in operation["responses"]:
            yield {"kind": "change_status", "target": target, "old": "202", "new": status}
    if "409" not in operation["responses"]:
        yield {"kind": "remove_response", "target": f"{target} response 409", "was": {"description": "Conflict"}}
    if "requestBody" in operation:
        yield {"kind": "add_request_body", "target": f"{target} request"}
        required = operation["requestBody"].get("required")
        yield {"kind": "make_required" if required else "make_optional", "target": f"{target} request"}
    else:
        yield {
            "kind": "remove_request_body",
            "target": f"{target} request",
            "was": body({"type": "string"}, required=True),
        }
    in_query = {one["name"]: one for one in operation.get("parameters", ()) if one["in"] == "query"}
    for name, parameter in in_query.items():
        at = {"target": str(Target(part, f"query {name}"))}
        yield {"kind": "add_parameter", **at}
        was = {"absent": True} if "x-cost" in parameter else {"was": 3}
        yield {"kind": "change_parameter", **at, "keyword": "x-cost", **was}
        if "old" not in in_query:
            yield {"kind": "rename_parameter", **at, "old": "old"}
    if "gone" not in in_query:
        yield {"kind": "remove_parameter", "target": f"{target} query gone", "was": {"schema": {"type": "string"}}}


@st.composite
def effects(draw: st.DrawFn, contract: Contract) -> Effect:
    """One effect that fits a contract, of any kind with the same chance."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for candidate in candidates(contract):
        by_kind.setdefault(candidate["kind"], []).append(candidate)
    kind = draw(st.sampled_from(sorted(by_kind)))
    return KINDS[kind].model_validate(draw(st.sampled_from(by_kind[kind])))


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    """Up to five versions of a contract, whose changes are in a stated order."""
    contract = head = draw(contracts())
    versions: list[Version] = []
    for number in reversed(range(1, draw(st.integers(2, 5)))):
        changes: list[Change] = []
        for index in reversed(range(draw(st.integers(0, 3)))):
            effect = draw(effects(contract))
            contract = effect.revert(contract)
            changes.insert(0, Change(f"c{index}", f"v{number}", "Title", "Why", None, (effect,), "change.yaml"))
        order = tuple(change.id for change in changes)
        versions.append(Version(f"v{number}", "Summary", None, None, None, order, tuple(changes), "version.yaml"))
    versions.append(Version("v0", "Summary", None, None, None, (), (), "version.yaml"))
    return Registry(head, tuple(reversed(versions)))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """The history of such a registry."""
    registry = draw(registries())
    steps, errors = derive(registry)
    assert errors == []
    return History(registry, steps, RuleTable.with_overrides({}))


Calls = dict[str, dict[str, str | None]]
"""For each path what a call to it sends and what it answers: an object, one that holds it, or nothing."""

SENDS: dict[str, str | None] = {"sends": "Inner", "answers": None}


def versions_of_calls() -> st.SearchStrategy[list[Calls]]:
    """Calls that come and go, one before the other, and begin and cease to send an object, or one that holds it."""
    names = st.sampled_from((None, "Inner", "Outer"))
    calls = st.fixed_dictionaries({"sends": names, "answers": names})
    return st.lists(st.dictionaries(st.sampled_from(["/a", "/b", "/c"]), calls), min_size=2, max_size=4)


def history_of_calls(versions: list[Calls]) -> History:
    """The history of such versions. What says the same is the same object in all of them, as in those derived."""
    inner: JsonObject = {"type": "object", "properties": {"a": {"type": "string"}}}
    outer: JsonObject = {"type": "object", "properties": {"inner": ref("Inner")}}
    objects: dict[Part, JsonObject] = {Part("schema", "Inner"): inner, Part("schema", "Outer"): outer}
    known: dict[tuple[str, str], JsonObject] = {}
    contracts = []
    for calls in versions:
        parts = dict(objects)
        for path, call in calls.items():
            sends, answers = ({"content": _content(name)} if name else {} for name in (call["sends"], call["answers"]))
            body = {"requestBody": sends} if sends else {}
            operation: JsonObject = {"responses": {"200": {"description": "", **answers}}, **body}
            parts[Part("operation", f"POST {path}")] = known.setdefault((path, str(call)), operation)
        contracts.append(Contract(parts, {}))
    found = [Version(f"v{index}", "", None, None, None, (), (), "") for index in range(len(contracts))]
    steps = [
        Step(version, before.id, older, newer, ())
        for (before, older), (version, newer) in pairwise(zip(found, contracts, strict=True))
    ]
    return History(Registry(contracts[-1], tuple(found)), steps, RuleTable.with_overrides({}))


def _content(name: str) -> JsonObject:
    return {"application/json": {"schema": ref(name)}}
