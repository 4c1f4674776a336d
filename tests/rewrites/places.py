"""The objects of an OpenAPI document and what kind each is, by the tables of the specification alone.

Nothing of the generator is used here, so that a mistake in how it reads a document isn't made twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")

# For each kind of object: its fields, and the kind of what stands there: one, a list of them, or a map.
FIELDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "document": {
        "info": ("one", "info"),
        "servers": ("list", "server"),
        "paths": ("one", "paths"),
        "webhooks": ("map", "path item"),
        "components": ("one", "components"),
        "tags": ("list", "tag"),
        "externalDocs": ("one", "external docs"),
    },
    "info": {},
    "server": {},
    "tag": {"externalDocs": ("one", "external docs")},
    "external docs": {},
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        "examples": ("map", "example"),
        "requestBodies": ("map", "request body"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "security scheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "path item"),
    },
    "path item": {
        **dict.fromkeys(METHODS, ("one", "operation")),
        "additionalOperations": ("map", "operation"),
        "servers": ("list", "server"),
        "parameters": ("list", "parameter"),
    },
    "operation": {
        "externalDocs": ("one", "external docs"),
        "parameters": ("list", "parameter"),
        "requestBody": ("one", "request body"),
        "responses": ("one", "responses"),
        "callbacks": ("map", "callback"),
        "servers": ("list", "server"),
    },
    "parameter": {"schema": ("one", "schema"), "content": ("map", "media type"), "examples": ("map", "example")},
    "header": {"schema": ("one", "schema"), "content": ("map", "media type"), "examples": ("map", "example")},
    "request body": {"content": ("map", "media type")},
    "response": {"headers": ("map", "header"), "content": ("map", "media type"), "links": ("map", "link")},
    "media type": {
        "schema": ("one", "schema"),
        "itemSchema": ("one", "schema"),
        "encoding": ("map", "encoding"),
        "examples": ("map", "example"),
    },
    "encoding": {"headers": ("map", "header")},
    "example": {},
    "link": {},
    "security scheme": {},
    "discriminator": {},
    "xml": {},
    "schema": {
        **dict.fromkeys(("properties", "patternProperties", "$defs", "dependentSchemas"), ("map", "schema")),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("list", "schema")),
        **dict.fromkeys(("items", "additionalProperties", "not", "contains", "propertyNames"), ("one", "schema")),
        **dict.fromkeys(("if", "then", "else", "contentSchema"), ("one", "schema")),
        **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), ("one", "schema")),
        "discriminator": ("one", "discriminator"),
        "xml": ("one", "xml"),
        "externalDocs": ("one", "external docs"),
    },
}
PATTERNED = {"paths": "path item", "responses": "response", "callback": "path item"}
"""Kinds whose fields have names of the document's own, and the kind of what stands there."""

EXTENSIBLE = FIELDS.keys() | PATTERNED.keys()


@dataclass(frozen=True)
class Place:
    """One object of a document, in its holder; `slot` is the field of the parent in which it stands."""

    kind: str
    holder: Any
    key: Any
    parent: str = ""
    slot: str = ""
    above: Place | None = None

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        self.holder[self.key] = value

    @property
    def is_reference(self) -> bool:
        return isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)

    @property
    def is_component(self) -> bool:
        return self.parent == "components"

    def parents(self) -> Iterator[Place]:
        above = self.above
        while above is not None:
            yield above
            above = above.above


def walk(document: dict[str, Any]) -> Iterator[Place]:
    """Every object of a document, outer ones first. What is behind a reference is found where it stands."""
    yield from _walk(Place("document", {"": document}, ""), is_30(document))


def _walk(place: Place, older: bool) -> Iterator[Place]:
    yield place
    value = place.value
    if not isinstance(value, dict):
        return
    if place.is_reference and (place.kind != "schema" or older) and place.kind != "path item":
        return
    if place.kind in PATTERNED:
        for key in list(value):
            if not key.startswith("x-") and key != "$ref":
                yield from _walk(Place(PATTERNED[place.kind], value, key, place.kind, "", place), older)
        return
    for field, (shape, kind) in FIELDS[place.kind].items():
        inner = value.get(field)
        if shape == "one" and field in value:
            yield from _walk(Place(kind, value, field, place.kind, field, place), older)
        elif shape == "list" and isinstance(inner, list):
            for index in range(len(inner)):
                yield from _walk(Place(kind, inner, index, place.kind, field, place), older)
        elif shape == "map" and isinstance(inner, dict):
            for key in list(inner):
                yield from _walk(Place(kind, inner, key, place.kind, field, place), older)


def of_kind(document: dict[str, Any], *kinds: str) -> list[Place]:
    """The objects of some kinds that are no references. A boolean schema is none."""
    return [
        place
        for place in walk(document)
        if place.kind in kinds and isinstance(place.value, dict) and not place.is_reference
    ]


def references(document: dict[str, Any]) -> list[Place]:
    """Every object that is a reference."""
    return [place for place in walk(document) if place.is_reference]


def is_30(document: dict[str, Any]) -> bool:
    return str(document.get("openapi")).startswith("3.0")


def component_name(reference: Any, section: str) -> str | None:
    """The name of the component to which a reference leads, None if it leads elsewhere."""
    prefix = f"#/components/{section}/"
    if not isinstance(reference, str) or not reference.startswith(prefix):
        return None
    name = unquote(reference[len(prefix) :])
    return None if "/" in name else name.replace("~1", "/").replace("~0", "~")


def component_ref(section: str, name: str) -> str:
    return f"#/components/{section}/{escape(name)}"


def escape(name: str) -> str:
    """A name within a reference: RFC 6901, then RFC 3986."""
    name = name.replace("~", "~0").replace("/", "~1")
    return re.sub(
        r"[^A-Za-z0-9._~!$&'()*+,;=:@/-]", lambda found: "".join(f"%{b:02X}" for b in found[0].encode()), name
    )


def components(document: dict[str, Any], section: str) -> dict[str, Any]:
    """A section of the components, which is made if there is none."""
    found: dict[str, Any] = document.setdefault("components", {}).setdefault(section, {})
    return found


def existing(document: dict[str, Any], section: str) -> dict[str, Any]:
    found = (document.get("components") or {}).get(section)
    return found if isinstance(found, dict) else {}


def pick(random: Random, items: Sequence[T]) -> list[T]:
    """Some of the items, at least one of them if there are any: often all."""
    if not items:
        return []
    return random.sample(items, min(len(items), random.choice((1, 3, len(items), len(items)))))


def fresh(random: Random, taken: Mapping[str, Any], stem: str) -> str:
    """A name that isn't taken."""
    while (name := f"{stem}{random.randrange(1000)}") in taken:
        pass
    return name


def rename_key(mapping: dict[str, Any], old: str, new: str) -> None:
    """Rename a key in place, which keeps the order of the keys."""
    items = [(new if key == old else key, value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update(items)


def discriminated(document: dict[str, Any]) -> set[str]:
    """The names of the schemas whose names mean something, as a discriminator concerns them."""
    named: set[str] = set()
    parents: set[str] = set()
    for place in walk(document):
        if place.kind != "schema" or not isinstance(place.value, dict) or "discriminator" not in place.value:
            continue
        owner = next((one for one in (place, *place.parents()) if one.is_component), None)
        if owner is not None:
            parents.add(owner.key)
        mapping = (place.value["discriminator"] or {}).get("mapping") or {}
        named |= {component_name(ref, "schemas") or str(ref) for ref in mapping.values()}
        for branch in (*place.value.get("oneOf", ()), *place.value.get("anyOf", ())):
            named |= {component_name(branch.get("$ref"), "schemas") or ""}
    children = {
        name for name, schema in existing(document, "schemas").items() if parents & {*_bases(schema)} or name in parents
    }
    return named | children


def _bases(schema: Any) -> Iterator[str]:
    """The schemas to which the branches of `allOf` refer."""
    for branch in schema.get("allOf", ()) if isinstance(schema, dict) else ():
        if isinstance(branch, dict):
            yield component_name(branch.get("$ref"), "schemas") or ""
            yield from _bases(branch)


def under_discriminator(place: Place) -> bool:
    """Whether a schema is a variant that a discriminator tells apart, or has a discriminator itself."""
    holder = place.above.value if place.above else None
    own = isinstance(place.value, dict) and "discriminator" in place.value
    return own or (place.slot in ("oneOf", "anyOf", "allOf") and isinstance(holder, dict) and "discriminator" in holder)


def closure(document: dict[str, Any], schema: Any, seen: set[str] | None = None) -> set[str]:
    """The names of all component schemas to which a schema leads."""
    seen = set() if seen is None else seen
    wrapped = {"openapi": document.get("openapi"), "components": {"schemas": {"": schema}}}
    for place in references(wrapped):
        name = component_name(place.value["$ref"], "schemas")
        if name is not None and name not in seen:
            seen.add(name)
            closure(document, existing(document, "schemas").get(name), seen)
    return seen


IDENTIFIED = {"$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$schema"}


def mentions(value: Any, keys: set[str]) -> bool:
    """Whether any of some keys occurs anywhere in a value."""
    if isinstance(value, dict):
        return bool(keys & value.keys()) or any(mentions(one, keys) for one in value.values())
    return isinstance(value, list) and any(mentions(one, keys) for one in value)
