"""Rewrites of how a schema is composed of others: `allOf`, `anyOf`, `oneOf`."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import (
    IDENTIFIED,
    Place,
    component_name,
    discriminated,
    is_30,
    mentions,
    of_kind,
    pick,
    references,
    under_discriminator,
)

ALL_OF = "JSON Schema 2020-12 core, 10.2.1.1: an instance is valid if it is valid against all schemas of `allOf`."
ANY_OF = "JSON Schema 2020-12 core, 10.2.1.2: an instance is valid if it is valid against at least one of `anyOf`."
ONE_OF = "JSON Schema 2020-12 core, 10.2.1.3: an instance is valid if it is valid against exactly one of `oneOf`."

ANNOTATIONS = {
    *("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "xml"),
    *("externalDocs", "$comment"),
}


def is_annotation(key: str) -> bool:
    return key in ANNOTATIONS or (key.startswith("x-") and key != "x-extensible-enum")


def is_free(place: Place, named: set[str]) -> bool:
    """Whether a schema can be composed differently: nothing names it, and no discriminator concerns it."""
    return (
        isinstance(place.value, dict)
        and not under_discriminator(place)
        and not IDENTIFIED & place.value.keys()
        and "$defs" not in place.value
        and "x-extensible-enum" not in place.value
        and not (place.is_component and place.key in named)
    )


def part(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a schema asserts, and what it only says."""
    said = {key: value for key, value in schema.items() if is_annotation(key)}
    return {key: value for key, value in schema.items() if key not in said}, said


def _wrappable(document: Document) -> list[Place]:
    """Every schema that asserts something, references too, but none to what a discriminator concerns."""
    named = discriminated(document)
    pointed = _pointed(document)
    found = [
        place
        for place in (*of_kind(document, "schema"), *references(document))
        if place.kind == "schema" and is_free(place, named) and id(place.value) not in pointed
    ]
    return [
        place
        for place in found
        if part(place.value)[0]
        and component_name(place.value.get("$ref"), "schemas") not in named
        and not (is_30(document) and place.is_reference and len(place.value) > 1)
    ]


def _pointed(document: Document) -> set[int]:
    """The schemas in which a reference leads to something inside, which must stay where it is."""
    found: set[int] = set()
    for place in references(document):
        steps = place.value["$ref"].removeprefix("#/").split("/")
        value: Any = document
        for depth, step in enumerate(steps):
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                break
            if 2 <= depth < len(steps) - 1:
                found.add(id(value))
    return found


def _wrap(document: Document, random: Random, keyword: str) -> bool:
    found = _wrappable(document)
    for place in pick(random, found)[:10]:
        asserted, said = part(place.value)
        place.put({keyword: [asserted], **said})
    return bool(found)


def _unwrap(document: Document, random: Random, keyword: str) -> bool:
    named, pointed = discriminated(document), _pointed(document)
    found: list[Place] = []
    for place in of_kind(document, "schema"):
        branches = place.value.get(keyword)
        if not (isinstance(branches, list) and len(branches) == 1 and isinstance(branches[0], dict)):
            continue
        asserted, said = part(place.value)
        if (
            asserted.keys() == {keyword}
            and not branches[0].keys() & said.keys()
            and not (is_30(document) and said and "$ref" in branches[0])
            and component_name(branches[0].get("$ref"), "schemas") not in named
            and not mentions(branches[0], IDENTIFIED | {"discriminator"})
            and is_free(place, named)
            and id(place.value) not in pointed
        ):
            found.append(place)
    for place in pick(random, found):
        place.put({**place.value[keyword][0], **part(place.value)[1]})
    return bool(found)


@rewrite("wrap-in-allOf", ALL_OF, inverse="unwrap-allOf")
def wrap_in_all_of(document: Document, random: Random) -> bool:
    return _wrap(document, random, "allOf")


@rewrite("wrap-in-anyOf", ANY_OF, inverse="unwrap-anyOf")
def wrap_in_any_of(document: Document, random: Random) -> bool:
    return _wrap(document, random, "anyOf")


@rewrite("wrap-in-oneOf", ONE_OF, inverse="unwrap-oneOf")
def wrap_in_one_of(document: Document, random: Random) -> bool:
    return _wrap(document, random, "oneOf")


@rewrite("unwrap-allOf", ALL_OF, inverse="wrap-in-allOf")
def unwrap_all_of(document: Document, random: Random) -> bool:
    return _unwrap(document, random, "allOf")


@rewrite("unwrap-anyOf", ANY_OF, inverse="wrap-in-anyOf")
def unwrap_any_of(document: Document, random: Random) -> bool:
    return _unwrap(document, random, "anyOf")


@rewrite("unwrap-oneOf", ONE_OF, inverse="wrap-in-oneOf")
def unwrap_one_of(document: Document, random: Random) -> bool:
    return _unwrap(document, random, "oneOf")


def _plain_objects(document: Document) -> list[Place]:
    """Objects that assert only a type, properties and which are required."""
    named, pointed = discriminated(document), _pointed(document)
    return [
        place
        for place in of_kind(document, "schema")
        if place.value.get("type") == "object"
        and part(place.value)[0].keys() <= {"type", "properties", "required"}
        and len(place.value.get("properties") or ()) > 1
        and is_free(place, named)
        and id(place.value) not in pointed
    ]


@rewrite("split-into-allOf", ALL_OF, inverse="join-allOf")
def split_into_all_of(document: Document, random: Random) -> bool:
    """Each property stands in one of two branches, and so does each name that is required."""
    found = _plain_objects(document)
    for place in pick(random, found)[:10]:
        asserted, said = part(place.value)
        names = list(asserted["properties"])
        first = set(random.sample(names, random.randrange(1, len(names))))
        branches: list[dict[str, Any]] = []
        for is_first in (True, False):
            inside = {name: asserted["properties"][name] for name in names if (name in first) == is_first}
            required = [name for name in asserted.get("required", ()) if (name in first) == is_first]
            branches.append({"type": "object", "properties": inside, **({"required": required} if required else {})})
        place.put({**random.choice(({}, {"type": "object"})), "allOf": branches, **said})
    return bool(found)


@rewrite("join-allOf", ALL_OF, inverse="split-into-allOf")
def join_all_of(document: Document, random: Random) -> bool:
    """Only plain objects that share no property."""
    named, pointed = discriminated(document), _pointed(document)
    found: list[Place] = []
    for place in of_kind(document, "schema"):
        branches = place.value.get("allOf")
        if (
            isinstance(branches, list)
            and all(isinstance(one, dict) and one.keys() <= {"type", "properties", "required"} for one in branches)
            and all(one.get("type") == "object" for one in branches)
            and part(place.value)[0].keys() <= {"type", "allOf"}
            and place.value.get("type", "object") == "object"
            and is_free(place, named)
            and id(place.value) not in pointed
        ):
            names = [name for one in branches for name in one.get("properties", ())]
            if len(names) == len(set(names)):
                found.append(place)
    for place in pick(random, found):
        properties: dict[str, Any] = {}
        required: list[str] = []
        for branch in place.value["allOf"]:
            properties |= branch.get("properties", {})
            required += [name for name in branch.get("required", ()) if name not in required]
        asserted = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        place.put({**asserted, **part(place.value)[1]})
    return bool(found)


@rewrite("required-in-branch", ALL_OF)
def required_in_branch(document: Document, random: Random) -> bool:
    """What is required is said in a branch of its own."""
    named = discriminated(document)
    found = [
        place.value
        for place in of_kind(document, "schema")
        if place.value.get("required") and "properties" in place.value and is_free(place, named)
    ]
    for schema in pick(random, found)[:10]:
        schema.setdefault("allOf", []).append({"required": schema.pop("required")})
    return bool(found)


@rewrite(
    "add-empty-branch", "JSON Schema 2020-12 core, 4.3.1: the empty schema always passes validation, as true does."
)
def add_empty_branch(document: Document, random: Random) -> bool:
    named = discriminated(document)
    found = [place.value for place in of_kind(document, "schema") if place.value.get("type") and is_free(place, named)]
    for schema in pick(random, found)[:10]:
        schema.setdefault("allOf", []).append(random.choice(({}, {"description": "Nothing more"})))
    return bool(found)


@rewrite("repeat-branch", "JSON Schema 2020-12 core, 10.2.1: what is valid against a branch is valid against it twice.")
def repeat_branch(document: Document, random: Random) -> bool:
    found = [
        place.value[keyword]
        for place in of_kind(document, "schema")
        for keyword in ("allOf", "anyOf")
        if place.value.get(keyword) and "discriminator" not in place.value
    ]
    found = [one for one in found if not mentions(one, IDENTIFIED | {"discriminator"})]
    for branches in pick(random, found)[:10]:
        branches.append(copy.deepcopy(random.choice(branches)))
    return bool(found)


@rewrite("reorder-branches", "JSON Schema 2020-12 core, 10.2.1: the results of branches don't depend on their order.")
def reorder_branches(document: Document, random: Random) -> bool:
    pointed = _pointed(document)
    found = [
        place.value[keyword]
        for place in of_kind(document, "schema")
        for keyword in ("allOf", "anyOf", "oneOf")
        if len(place.value.get(keyword) or ()) > 1 and id(place.value[keyword]) not in pointed
    ]
    for branches in pick(random, found):
        random.shuffle(branches)
    return bool(found)


@rewrite("nest-anyOf", ANY_OF)
def nest_any_of(document: Document, random: Random) -> bool:
    """Two of several branches stand in a branch of their own."""
    pointed = _pointed(document)
    found = [
        place.value["anyOf"]
        for place in of_kind(document, "schema")
        if len(place.value.get("anyOf") or ()) > 2
        and "discriminator" not in place.value
        and id(place.value["anyOf"]) not in pointed
    ]
    for branches in pick(random, found)[:5]:
        branches[:] = [branches[0], {"anyOf": branches[1:]}]
    return bool(found)


@rewrite(
    "oneOf-as-anyOf", ONE_OF + " Where no two branches share a value, that is at least one.", inverse="anyOf-as-oneOf"
)
def one_of_as_any_of(document: Document, random: Random) -> bool:
    return _respell(document, random, "oneOf", "anyOf")


@rewrite(
    "anyOf-as-oneOf", ANY_OF + " Where no two branches share a value, that is exactly one.", inverse="oneOf-as-anyOf"
)
def any_of_as_one_of(document: Document, random: Random) -> bool:
    return _respell(document, random, "anyOf", "oneOf")


def _respell(document: Document, random: Random, old: str, new: str) -> bool:
    found = []
    for place in of_kind(document, "schema"):
        branches = place.value.get(old)
        if isinstance(branches, list) and new not in place.value and "discriminator" not in place.value:
            types = [one.get("type") if isinstance(one, dict) and "nullable" not in one else None for one in branches]
            names = ["number" if one == "integer" else one for one in types]
            if all(isinstance(one, str) for one in names) and len(set(names)) == len(names):
                found.append(place)
    found = [place for place in found if id(place.value) not in _pointed(document)]
    for place in pick(random, found):
        place.put({(new if key == old else key): value for key, value in place.value.items()})
    return bool(found)
