"""What oasdiff prints, as places of ours: it follows every reference, where we name the schema that is referred to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from api_upgrades.core.json import Json, JsonObject, json_equal, value_at
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.conjunction import conjunction
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import parameters, resolve_shared
from api_upgrades.openapi.part import Part, schema_of
from api_upgrades.openapi.properties import properties
from api_upgrades.openapi.renames import Move, RenameMap
from api_upgrades.openapi.schema_view import means_same
from api_upgrades.openapi.target import Target

WORDING = frozenset(
    {"title", "description", "summary", "example", "examples", "externalDocs", "tags", "info", "contact", "license"}
)
"""What is no contract to us."""

KEYWORDS = {
    "min": "minimum",
    "max": "maximum",
    "minProps": "minProperties",
    "maxProps": "maxProperties",
    "exclusiveMin": "exclusiveMinimum",
    "exclusiveMax": "exclusiveMaximum",
    "operationID": "operationId",
}
"""Their names of keywords."""


@dataclass(frozen=True)
class Place:
    """One place in both documents: the schemas there, what we call it, and what we call all that holds it."""

    old: Json
    new: Json
    targets: tuple[Target, ...]
    above: tuple[Target, ...] = ()
    way: str = ""


@dataclass(frozen=True)
class Theirs:
    """One difference of theirs: where, and by which facets of which places we may tell of it."""

    way: str
    targets: frozenset[Target]
    facets: frozenset[str]
    above: frozenset[Target]
    is_wording: bool = False
    reason: str = ""
    """Why we need not tell of it, where that shows in the documents."""


TOGETHER = "the branches of an `allOf` mean the same as the schema before"
FORM = "equivalent spellings: a keyword inside a branch or beside it, or an explicit default"


class Walk:
    """Two documents, and what a tool that follows references says of them."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self.old, self.new = old, new
        self.names = RenameMap.of(self._same_paths())

    def _same_paths(self) -> Iterator[Move]:
        """Operations whose path differs in the names of its parameters alone: to OpenAPI they are one."""
        newer = {_bare(part.name): part for part in self.new.of_kind("operation")}
        for part in self.old.of_kind("operation"):
            now = newer.get(_bare(part.name))
            if now is None or now == part or part in self.new.parts or now in self.old.parts:
                continue
            yield Move(Target(part), Target(now))
            for was, name in zip(_in_path(part.path), _in_path(now.path), strict=True):
                if was != name:
                    yield Move(Target(now, f"path {was}"), Target(now, f"path {name}"))

    # Schemas

    def _inside(self, contract: Contract, schema: Json, is_old: bool) -> tuple[Json, list[Target]]:
        """What a schema is behind its references, and the schemas on the way there."""
        targets: list[Target] = []
        value = whole_value(as_object(schema)) if schema is not None else {}
        while isinstance(ref := value.get("$ref"), str):
            part = schema_of(ref)
            if part is None or part not in contract.parts or Target(part) in targets:
                break
            targets.append(self.names.to_newer(Target(part)) if is_old else Target(part))
            value = whole_value(as_object(contract.parts[part]))
        return value, targets

    def opened(self, place: Place) -> Place:
        """The place with what is behind its references: we tell of that at the schemas referred to."""
        old, was = self._inside(self.old, place.old, True)
        new, now = self._inside(self.new, place.new, False)
        return replace(place, old=old, new=new, targets=tuple(dict.fromkeys((*place.targets, *was, *now))))

    def step(self, place: Place, step: str, old: Json, new: Json) -> Place:
        """One step further, from a place that is opened."""
        targets = tuple(target.child(step) for target in place.targets)
        way = f"{place.way}{step if step != '' else ''}"
        return Place(old, new, targets, (*place.above, *place.targets), way)

    def property(self, place: Place, name: str) -> Place:
        both = (properties(one).get(name) if isinstance(one, dict) else None for one in (place.old, place.new))
        old, new = (None if one is None else one.schema for one in both)
        return self.step(place, f".{name}", old, new)

    def branch(self, place: Place, keyword: str, old: Json, new: Json) -> Place:
        """A branch of a combination, which we tell of at the schema itself, or as the schema it refers to."""
        return replace(place, old=old, new=new, above=(*place.above, *place.targets), way=f"{place.way} {keyword}")

    def schema(self, place: Place, found: Json) -> Iterator[Theirs]:
        """Every difference between two schemas."""
        opened = self.opened(place)
        for theirs, name in self._in_schema(opened, found):
            yield replace(theirs, reason=theirs.reason or self.together(opened, name)) if name else theirs

    def together(self, place: Place, name: str) -> str:
        """Why a keyword or a property is no difference, where only one of both schemas says it by an `allOf`."""
        old, new = (one if isinstance(one, dict) else {} for one in (place.old, place.new))
        was, now = flatten(self.old, old), flatten(self.new, new)
        if ("allOf" in old) == ("allOf" in new) or "allOf" in was or "allOf" in now:
            return ""
        keyword, _, inner = name.partition(" ")
        if keyword == "allOf":
            return TOGETHER
        if keyword == "required":
            return TOGETHER if (inner in was.get(keyword, ())) == (inner in now.get(keyword, ())) else ""
        if keyword == "properties":
            return TOGETHER if inner in was.get(keyword, ()) and inner in now.get(keyword, ()) else ""
        return TOGETHER if json_equal(was.get(keyword), now.get(keyword)) else ""

    def _in_schema(self, opened: Place, found: Json) -> Iterator[tuple[Theirs, str]]:
        """Each difference, and which keyword of the schema it is about, if of none further inside."""
        for key, value in found.items():
            if key == "required":
                for name in _names(value):
                    theirs = self._theirs(self.property(opened, name), key, {"required", "existence", "name"})
                    yield theirs, f"required {name}"
                continue
            if key == "properties":
                for kind in ("added", "deleted"):
                    for name in value.get(kind, ()):
                        theirs = self._theirs(self.property(opened, name), f"property {kind}", {"existence", "name"})
                        yield theirs, f"properties {name}"
                for name, one in value.get("modified", {}).items():
                    yield from ((theirs, "") for theirs in self.schema(self.property(opened, name), one))
                continue
            name = "allOf" if key == "allOf" and "modified" not in value else "type" if key == "type" else ""
            yield from ((theirs, name) for theirs in self._keyword(opened, key, value))

    def _keyword(self, opened: Place, key: str, value: Json) -> Iterator[Theirs]:
        keyword = KEYWORDS.get(key, key)
        if key in WORDING:
            yield self._theirs(opened, key, {key}, is_wording=True)
        elif key in ("schemaAdded", "schemaDeleted"):
            yield self._theirs(opened, key, {"existence", "type", "items", "additionalProperties"})
        elif key in ("items", "additionalProperties"):
            step = "[]" if key == "items" else "{}"
            old, new = (one.get(key) if isinstance(one, dict) else None for one in (opened.old, opened.new))
            inner = self.step(opened, step, old, new)
            yield from self.schema(replace(inner, targets=(*inner.targets, *opened.targets)), value)
        elif key in ("allOf", "anyOf", "oneOf"):
            yield from self._branches(opened, key, value)
        elif key == "enum":
            for name in _names(value) or [""]:
                holders = tuple(one.enclosing_list for one in opened.targets)
                here = replace(opened, targets=(*opened.targets, *holders))
                yield self._theirs(here, f"enum {name}", {"enum", "type"})
        elif key == "extensions":
            yield from self._extensions(opened, value)
        elif key in ("type", "listOfTypes", "nullable"):
            yield self._theirs(opened, key, {"type", "nullable", "anyOf", "oneOf", "allOf"})
        else:
            found_same = json_equal(_said(opened.old, keyword), _said(opened.new, keyword))
            theirs = self._theirs(opened, key, {keyword, "type"})
            yield replace(theirs, reason=FORM) if found_same else theirs

    def _branches(self, place: Place, keyword: str, value: Json) -> Iterator[Theirs]:
        for kind in ("added", "deleted"):
            for one in value.get(kind, ()):
                way = f"{keyword} {kind} {one.get('component', one.get('index'))}"
                yield self._theirs(place, way, {keyword, "type", "nullable", "existence"})
        for one in value.get("modified", ()):
            old, new = (
                branch_at(schema, keyword, one[side]["index"])
                for schema, side in ((place.old, "base"), (place.new, "revision"))
            )
            yield from self.schema(self.branch(place, keyword, old, new), one["diff"])

    def _extensions(self, place: Place, value: Json) -> Iterator[Theirs]:
        for key in _names(value):
            yield self._theirs(place, key, {key})

    def _theirs(self, place: Place, what: str, facets: set[str], is_wording: bool = False) -> Theirs:
        above = frozenset((*place.above, *place.targets))
        return Theirs(f"{place.way}: {what}", frozenset(place.targets), frozenset(facets), above, is_wording)

    # The document

    def document(self, found: Json) -> Iterator[Theirs]:
        """Every difference between two documents."""
        for key, value in found.items():
            if key == "paths":
                yield from self._paths(value)
            elif key == "components":
                yield from self._components(value)
            elif key in ("servers", "security"):
                for name in _names(value):
                    yield self._at(Target(None, key), f"{key} {name}", {key, f"servers {name}"})
            elif key in WORDING:
                yield from (replace(one, is_wording=True) for one in self._leaves(Target(None), value, key))
            elif key != "endpoints":  # the operations of `paths` again
                yield from self._leaves(Target(None), value, key)

    def _at(self, target: Target, what: str, facets: set[str]) -> Theirs:
        targets = frozenset({target, Target(target.part)})
        return Theirs(f"{target}: {what}", targets, frozenset(facets), targets)

    def _leaves(self, target: Target, value: Json, key: str) -> Iterator[Theirs]:
        """What has no structure that we know of: each value of it, by its keyword."""
        for way in _leaves(value):
            yield self._at(target, f"{key} {way}", {key, KEYWORDS.get(key, key)})

    def _paths(self, value: Json) -> Iterator[Theirs]:
        for kind, contract in (("added", self.new), ("deleted", self.old)):
            for path in value.get(kind, ()):
                for part in contract.of_kind("operation"):
                    if part.path == path:
                        yield self._at(Target(part), f"path {kind}", {"existence", "name"})
        for path, item in value.get("modified", {}).items():
            for kind in ("added", "deleted"):
                for method in item.get("operations", {}).get(kind, ()):
                    target = Target(Part("operation", f"{method} {path}"))
                    yield self._at(self.names.to_newer(target), f"operation {kind}", {"existence", "name"})
            for method, one in item.get("operations", {}).get("modified", {}).items():
                yield from self._operation(f"{method} {path}", one)
            for key, one in item.items():
                if key != "operations":
                    yield from self._leaves(Target(None, f"paths {path}"), one, key)

    def sides(self, name: str) -> tuple[Part, Part]:
        """An operation by either of its names, in both documents."""
        new = next((one for one in self.new.of_kind("operation") if _bare(one.name) == _bare(name)), None)
        old = next((one for one in self.old.of_kind("operation") if _bare(one.name) == _bare(name)), None)
        part = Part("operation", name)
        exact = [part if part in contract.parts else None for contract in (self.old, self.new)]
        return exact[0] or old or part, exact[1] or new or part

    def _operation(self, name: str, value: Json) -> Iterator[Theirs]:
        old, new = self.sides(name)
        was, now = self.old.parts.get(old, {}), self.new.parts.get(new, {})
        target = Target(new)
        for key, one in value.items():
            if key == "parameters":
                yield from self._parameters(old, new, one)
            elif key == "requestBody":
                bodies = (
                    resolve_shared(self.old, was.get("requestBody", {})),
                    resolve_shared(self.new, now.get("requestBody", {})),
                )
                yield from self._body(Target(new, "request"), bodies, one)
            elif key == "responses":
                yield from self._responses(target, was, now, one)
            elif key == "extensions":
                yield from self._extensions(Place(was, now, (target,), way=str(target)), one)
            else:
                for found in self._leaves(target, one, key):
                    yield replace(found, is_wording=key in WORDING)

    def _parameters(self, old: Part, new: Part, value: Json) -> Iterator[Theirs]:
        for kind in ("added", "deleted"):
            for location, names in value.get(kind, {}).items():
                for name in names:
                    yield self._at(Target(new, f"{location} {name}"), f"parameter {kind}", {"existence", "name"})
        for location, found in value.get("modified", {}).items():
            for name, one in found.items():
                yield from self._parameter(old, new, location, name, one)

    def parameter(self, old: Part, new: Part, location: str, name: str) -> Place:
        """A parameter's schema in both documents; in a path, the name differs without anybody noticing."""
        older = {(one.location, one.name): one.value for one in parameters(self.old, old)}
        newer = {(one.location, one.name): one.value for one in parameters(self.new, new)}
        names = dict(zip(_in_path(old.path), _in_path(new.path), strict=False)) if location == "path" else {}
        now = names.get(name, name)
        was = next((one for one, other in names.items() if other == name), name)
        values = older.get((location, was), {}), newer.get((location, now), {})
        target = Target(new, f"{location} {now}")
        return Place(values[0].get("schema"), values[1].get("schema"), (target,), (Target(new),), str(target))

    def _parameter(self, old: Part, new: Part, location: str, name: str, value: Json) -> Iterator[Theirs]:
        place = self.parameter(old, new, location, name)
        for key, one in value.items():
            if key == "schema":
                yield from self.schema(place, one)
            elif key == "extensions":
                yield from self._extensions(place, one)
            elif key in WORDING:
                yield self._theirs(place, key, {key}, is_wording=True)
            elif key == "name":
                yield self._theirs(replace(place, targets=(*place.targets, Target(new))), key, {"name"})
            else:
                theirs = self._theirs(place, key, {key})
                yield replace(theirs, reason=FORM) if _is_default(location, key, one) else theirs

    def _body(self, target: Target, bodies: tuple[Any, Any], value: Json) -> Iterator[Theirs]:
        for key, one in value.items():
            if key == "content":
                yield from self._content(target, bodies, one)
            elif key in ("added", "deleted"):
                yield self._at(target, f"body {key}", {"existence"})
            elif key == "headers":
                yield from self._headers(target, bodies, one)
            elif key == "extensions":
                yield from self._extensions(Place(None, None, (target,), way=str(target)), one)
            else:
                yield replace(self._at(target, key, {key}), is_wording=key in WORDING)

    def _content(self, target: Target, bodies: tuple[Any, Any], value: Json) -> Iterator[Theirs]:
        for kind in ("added", "deleted"):
            for media in value.get(kind, ()):
                yield self._at(target, f"media type {kind} {media}", {"content"})
        for media, one in value.get("modified", {}).items():
            old, new = (body.get("content", {}).get(media, {}).get("schema") for body in bodies)
            place = Place(old, new, (target,), (Target(target.part),), str(target))
            for key, found in one.items():
                if key == "schema":
                    yield from self.schema(place, found)
                else:
                    yield self._theirs(place, key, {key, "encoding"}, is_wording=key in WORDING)

    def _headers(self, target: Target, bodies: tuple[Any, Any], value: Json) -> Iterator[Theirs]:
        def at(name: str) -> Target:
            return replace(target, section=f"{target.section} header {name}")

        for kind in ("added", "deleted"):
            for name in value.get(kind, ()):
                yield self._at(at(name), f"header {kind}", {"existence"})
        for name, one in value.get("modified", {}).items():
            before, after = (body.get("headers", {}).get(name, {}) for body in bodies)
            schemas = resolve_shared(self.old, before).get("schema"), resolve_shared(self.new, after).get("schema")
            place = Place(*schemas, (at(name),), (target,), str(at(name)))
            for key, found in one.items():
                if key == "schema":
                    yield from self.schema(place, found)
                else:
                    yield self._theirs(place, key, {key}, is_wording=key in WORDING)

    def _responses(self, target: Target, was: Json, now: Json, value: Json) -> Iterator[Theirs]:
        for kind in ("added", "deleted"):
            for status in value.get(kind, ()):
                yield self._at(Target(target.part, f"response {status}"), f"response {kind}", {"existence", "name"})
        for status, one in value.get("modified", {}).items():
            bodies = (
                resolve_shared(self.old, was.get("responses", {}).get(status, {})),
                resolve_shared(self.new, now.get("responses", {}).get(status, {})),
            )
            yield from self._body(Target(target.part, f"response {status}"), bodies, one)

    def _components(self, value: Json) -> Iterator[Theirs]:
        for section, found in value.items():
            for kind in ("added", "deleted"):
                for name in found.get(kind, ()):
                    target = Target(Part("schema", name)) if section == "schemas" else Target(None, f"{section} {name}")
                    theirs = self._at(target, f"{section} {kind}", {"existence", "name"})
                    yield replace(theirs, is_wording=section == "examples")
            for name, one in found.get("modified", {}).items():
                if section == "schemas":
                    part = Part("schema", name)
                    place = Place(self.old.parts.get(part), self.new.parts.get(part), (Target(part),), way=name)
                    yield from self.schema(place, one)
                else:
                    for leaf in self._leaves(Target(None, f"{section} {name}"), one, section):
                        yield replace(leaf, is_wording=section == "examples" or leaf.way.split()[-1] in WORDING)


def _names(value: Json) -> list[str]:
    """What is added, deleted and modified, by name."""
    if not isinstance(value, dict):
        return [str(value)]
    found: list[str] = []
    for kind in ("added", "deleted", "modified"):
        one = value.get(kind) or ()
        found += [str(name) for name in one]
    return found


def _said(schema: Json, keyword: str) -> Json:
    return schema.get(keyword) if isinstance(schema, dict) else None


def _is_default(location: str, keyword: str, value: Json) -> bool:
    """Whether what is written out now, or no longer, is what OpenAPI takes for granted."""
    style = "form" if location in ("query", "cookie") else "simple"
    granted = {"style": style, "explode": style == "form"}.get(keyword)
    return granted is not None and all(value.get(side) in (granted, "", None) for side in ("from", "to"))


def _leaves(value: Json, way: str = "") -> Iterator[str]:
    if isinstance(value, dict) and not value.keys() <= {"from", "to"}:
        for key, one in value.items():
            yield from _leaves(one, f"{way} {key}".strip())
    elif isinstance(value, list):
        for one in value:
            yield f"{way} {one if isinstance(one, str) else ''}".strip()
    else:
        yield way


def branch_at(schema: Json, keyword: str, index: int) -> Json:
    """A branch of a schema; the schema itself where it is the one that stands beside null."""
    if not isinstance(schema, dict) or keyword not in schema:
        return schema
    branches = schema[keyword]
    return branches[index] if index < len(branches) else None


def _bare(name: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", name)


def _in_path(path: str) -> list[str]:
    return re.findall(r"\{([^{}]*)\}", path)


_UNCONSTRAINING_KEYWORDS = schemas.PROPERTY_KEYWORDS | {*schemas.COMBINATIONS, "nullable"}
"""Keywords beside a branch that do not constrain the value that the branch describes."""

_MAX_DEPTH = 8
"""The maximum number of nested references to follow from an `allOf`, since each may lead to several others."""


def as_object(schema: Json) -> JsonObject:
    """A schema as an object. `true` becomes one that allows anything, `false` one that allows nothing."""
    if isinstance(schema, dict):
        return schema
    return {} if schema is True else {"not": {}}


def whole_value(schema: JsonObject) -> JsonObject:
    """The schema of the values other than null: the only such branch, with the constraints beside it."""
    inside = schemas.value_pointer(schema)
    if not inside:
        return schema
    inner = whole_value(value_at(schema, inside))
    beside = {key: value for key, value in schema.items() if key not in _UNCONSTRAINING_KEYWORDS}
    if "allOf" in schema and inside[0] != "allOf":
        beside["allOf"] = schema["allOf"]
    found: JsonObject = conjunction(beside, inner) if beside else inner
    return found


def resolve_references(contract: Contract, schema: JsonObject) -> JsonObject:
    """The schema behind a reference, and behind further ones. One that is broken or refers to itself is kept."""
    seen: set[str] = set()
    while isinstance(ref := schema.get("$ref"), str) and ref not in seen:
        seen.add(ref)
        part = schema_of(ref)
        if part is None or part not in contract.parts:
            return schema
        beside = without_reference(schema)
        schema = whole_value(as_object(contract.parts[part]))
        schema = {**schema, **beside} if beside else schema
    return schema


def without_reference(schema: JsonObject) -> JsonObject:
    """The keywords beside a `$ref`. In OpenAPI 3.0 they have no effect."""
    return {key: value for key, value in schema.items() if key != "$ref"}


def flatten(contract: Contract, schema: JsonObject, seen: frozenset[str] = frozenset()) -> JsonObject:
    """A schema with the branches of its `allOf` merged into it, if they agree.

    The schema is returned unchanged if a branch is a choice, is a broken reference, refers to itself, or contradicts
    the others.
    """
    if "allOf" not in schema:
        return schema
    found: dict[str, Json] = {key: value for key, value in schema.items() if key != "allOf"}
    for branch in schema["allOf"]:
        ref = branch.get("$ref") if isinstance(branch, dict) else None
        if not isinstance(branch, dict) or ref in seen or len(seen) > _MAX_DEPTH:
            return schema
        value = flatten(contract, resolve_references(contract, branch), seen | ({ref} if ref else set()))
        if not value.keys().isdisjoint({"$ref", *schemas.COMBINATIONS}) or not _is_compatible(found, value):
            return schema
        found = conjunction(found, value)
    return found


def _is_compatible(one: JsonObject, other: JsonObject) -> bool:
    """Whether the keywords that two schemas share mean the same, so that they can be merged."""
    shared = one.keys() & other.keys() - schemas.ANNOTATIONS - {"properties", "required"}
    return all(means_same(one[key], other[key]) for key in shared)
