"""Rewrites of what stands behind a reference, and of how a reference is spelled."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from random import Random
from urllib.parse import unquote

from tests.rewrites.model import Document, Edit, rewrite
from tests.rewrites.places import (
    IDENTIFIED,
    Place,
    closure,
    component_name,
    component_ref,
    components,
    discriminated,
    escape,
    existing,
    fresh,
    is_30,
    mentions,
    of_kind,
    pick,
    references,
    under_discriminator,
)

REFERENCE = "OpenAPI, Reference Object: it allows referencing other components in the OpenAPI Description."
SCHEMA_REFERENCE = "JSON Schema 2020-12 core, 8.2.3.1: the results of the referenced schema are those of `$ref`."
ABOUT_USE = {"readOnly", "writeOnly"}
"""These belong to the property that has them, so what has them stays where it is."""


@rewrite(
    "percent-encode-reference",
    "RFC 3986, 6.2.2.2: URIs that differ in the percent-encoding of an unreserved character are equivalent.",
    inverse="percent-decode-reference",
)
def percent_encode_reference(document: Document, random: Random) -> bool:
    found = [place for place in references(document) if re.match(r"#/.*[A-Za-z0-9]$", place.value["$ref"])]
    for place in pick(random, found):
        base, slash, name = place.value["$ref"].rpartition("/")
        spots = [spot for spot, sign in enumerate(name) if sign.isalnum() and "%" not in name[max(0, spot - 2) : spot]]
        spot = random.choice(spots)
        encoded = f"%{ord(name[spot]):02{random.choice('Xx')}}" if name[spot].isascii() else name[spot]
        place.value["$ref"] = base + slash + name[:spot] + encoded + name[spot + 1 :]
    return bool(found)


@rewrite(
    "percent-decode-reference",
    "RFC 3986, 6.2.2.2: percent-encoded octets of unreserved characters should be decoded.",
    inverse="percent-encode-reference",
)
def percent_decode_reference(document: Document, random: Random) -> bool:
    unreserved = re.compile(r"%(2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
    found = [place for place in references(document) if unreserved.search(place.value["$ref"])]
    for place in pick(random, found):
        place.value["$ref"] = unreserved.sub(lambda code: chr(int(code[1], 16)), place.value["$ref"])
    return bool(found)


def has_only_reference(place: Place, document: Document) -> bool:
    """Whether nothing stands beside `$ref` that says something of its own."""
    return is_30(document) or place.value.keys() == {"$ref"}


@rewrite("inline-schema", SCHEMA_REFERENCE, inverse="extract-schema")
def inline_schema(document: Document, random: Random) -> bool:
    schemas, named = existing(document, "schemas"), discriminated(document)

    @cache
    def may_be_copied(name: str) -> bool:
        behind = closure(document, schemas[name])
        whole = [schemas.get(one) for one in {name, *behind}]
        return (
            isinstance(schemas[name], dict)
            and not ABOUT_USE & schemas[name].keys()
            and name not in behind
            and not named & {name, *behind}
            and not mentions(whole, IDENTIFIED | {"discriminator"})
        )

    found = [
        place
        for place in references(document)
        if place.kind == "schema"
        and not place.is_component
        and has_only_reference(place, document)
        and not under_discriminator(place)
        and (name := component_name(place.value["$ref"], "schemas")) in schemas
        and name is not None
        and may_be_copied(name)
    ]
    for place in pick(random, found):
        place.put(copy.deepcopy(schemas[component_name(place.value["$ref"], "schemas") or ""]))
    return bool(found)


def is_extractable(place: Place) -> bool:
    return (
        isinstance(place.value, dict)
        and bool(place.value)
        and not under_discriminator(place)
        and not mentions(place.value, IDENTIFIED)
        and not ABOUT_USE & place.value.keys()
    )


@rewrite("extract-schema", SCHEMA_REFERENCE, inverse="inline-schema")
def extract_schema(document: Document, random: Random) -> bool:
    found = [place for place in of_kind(document, "schema") if not place.is_component and is_extractable(place)]
    chosen = pick(random, found)[:20]
    for place in chosen:
        schemas = components(document, "schemas")
        name = fresh(random, schemas, "Extracted")
        schemas[name] = place.value
        place.put({"$ref": component_ref("schemas", name)})
    return bool(chosen)


@rewrite("alias-schema", SCHEMA_REFERENCE)
def alias_schema(document: Document, random: Random) -> bool:
    """A reference leads over one more component, which is a reference itself."""
    named = discriminated(document)
    found = [
        place
        for place in references(document)
        if place.kind == "schema"
        and (name := component_name(place.value["$ref"], "schemas")) in existing(document, "schemas")
        and name not in named
        and not under_discriminator(place)
    ]
    for place in pick(random, found)[:5]:
        schemas = components(document, "schemas")
        name = fresh(random, schemas, "Alias")
        schemas[name] = {"$ref": place.value["$ref"]}
        place.value["$ref"] = component_ref("schemas", name)
    return bool(found)


@rewrite(
    "reference-by-anchor",
    "JSON Schema 2020-12 core, 8.2.2: `$anchor` creates plain name fragments that a reference can use.",
    only="3.1",
)
def reference_by_anchor(document: Document, random: Random) -> bool:
    schemas, named = existing(document, "schemas"), discriminated(document)
    free = {name for name, one in schemas.items() if isinstance(one, dict) and not IDENTIFIED & one.keys()} - named
    found = [
        place
        for place in references(document)
        if place.kind == "schema"
        and component_name(place.value["$ref"], "schemas") in free
        and not any("$id" in above.value for above in (place, *place.parents()) if isinstance(above.value, dict))
    ]
    for place in pick(random, found)[:5]:
        name = component_name(place.value["$ref"], "schemas")
        assert name is not None
        anchor = "a-" + re.sub(r"[^A-Za-z0-9_-]", "_", name)
        if schemas[name].setdefault("$anchor", anchor) == anchor:
            place.value["$ref"] = f"#{anchor}"
    return bool(found)


@rewrite(
    "reference-by-id",
    "JSON Schema 2020-12 core, 8.2.1: `$id` identifies a schema resource, to which a reference can lead.",
    only="3.1",
)
def reference_by_id(document: Document, random: Random) -> bool:
    """Only for schemas without references, as `$id` changes what a relative reference inside resolves to."""
    schemas, named = existing(document, "schemas"), discriminated(document)
    simple = {
        name
        for name, schema in schemas.items()
        if isinstance(schema, dict) and not mentions(schema, IDENTIFIED | {"$ref", "discriminator"})
    }
    found = [
        place
        for place in references(document)
        if place.kind == "schema" and component_name(place.value["$ref"], "schemas") in simple - named
    ]
    for place in pick(random, found)[:5]:
        name = component_name(place.value["$ref"], "schemas")
        assert name is not None
        uri = f"https://schemas.example/{escape(name)}"
        schemas[name]["$id"] = uri
        place.value["$ref"] = uri
    return bool(found)


@rewrite(
    "extract-to-defs",
    "JSON Schema 2020-12 core, 8.2.4: `$defs` reserves a location for schema authors to inline re-usable schemas.",
    only="3.1",
)
def extract_to_defs(document: Document, random: Random) -> bool:
    schemas = existing(document, "schemas")
    found = [
        place
        for place in of_kind(document, "schema")
        if is_extractable(place)
        and place.parent == "schema"
        and any(above.is_component and above.slot == "schemas" for above in place.parents())
        and not any("$id" in above.value for above in place.parents())
    ]
    for place in pick(random, found)[:1]:
        owner = next(above.key for above in place.parents() if above.is_component)
        inner = schemas[owner].setdefault("$defs", {})
        name = fresh(random, inner, "Def")
        inner[name] = place.value
        place.put({"$ref": f"{component_ref('schemas', owner)}/$defs/{name}"})
    return bool(found)


@rewrite(
    "reference-into-place",
    "RFC 6901, 6: a JSON Pointer in a fragment identifies a value within the document, at any depth.",
)
def reference_into_place(document: Document, random: Random) -> bool:
    """One of two equal schemas refers to where the other stands."""
    groups: dict[str, list[Place]] = {}
    for place in of_kind(document, "schema"):
        if is_extractable(place) and not place.is_component and len(place.value) > 1:
            groups.setdefault(json.dumps(place.value), []).append(place)
    found = [group for group in groups.values() if len(group) > 1]
    for group in pick(random, found)[:1]:
        one, other = random.sample(group, 2)
        one.put({"$ref": "#/" + "/".join(map(escape, _pointer(other)))})
    return bool(found)


def _pointer(place: Place) -> list[str]:
    """Where a place stands in the document."""
    chain = [one for one in (*reversed([*place.parents()]), place) if one.kind != "document"]
    steps: list[str] = []
    for one in chain:
        is_direct = one.above is None or one.above.value is one.holder
        steps += [str(one.key)] if is_direct else [one.slot, str(one.key)]
    return steps


def _is_referred_into(place: Place, document: Document) -> bool:
    """Whether a reference leads to a place or into it: it would lead nowhere if the place were moved."""
    start = "#/" + "/".join(map(escape, _pointer(place)))
    return any(f"{unquote(one.value['$ref'])}/".startswith(f"{start}/") for one in references(document))


SECTIONS = {
    "parameter": "parameters",
    "response": "responses",
    "request-body": "requestBodies",
    "header": "headers",
    "example": "examples",
    "link": "links",
}


def _extract(kind: str, section: str) -> Edit:
    def edit(document: Document, random: Random) -> bool:
        found = [
            place
            for place in of_kind(document, kind.replace("-", " "))
            if not place.is_component and not _is_referred_into(place, document)
        ]
        for place in pick(random, found)[:20]:
            shared = components(document, section)
            name = fresh(random, shared, "Shared")
            shared[name] = place.value
            place.put({"$ref": component_ref(section, name)})
        return bool(found)

    return edit


def _inline(kind: str, section: str) -> Edit:
    def edit(document: Document, random: Random) -> bool:
        found = [
            place
            for place in references(document)
            if place.kind == kind.replace("-", " ")
            and not place.is_component
            and has_only_reference(place, document)
            and component_name(place.value["$ref"], section) in existing(document, section)
        ]
        for place in pick(random, found):
            place.put(copy.deepcopy(existing(document, section)[component_name(place.value["$ref"], section) or ""]))
        return bool(found)

    return edit


for _kind, _section in SECTIONS.items():
    rewrite(f"extract-{_kind}", REFERENCE, inverse=f"inline-{_kind}")(_extract(_kind, _section))
    rewrite(f"inline-{_kind}", REFERENCE, inverse=f"extract-{_kind}")(_inline(_kind, _section))


PATH_ITEM = "OpenAPI 3.1, Path Item Object, `$ref`: it allows for a referenced definition of this path item."


@rewrite("extract-path-item", PATH_ITEM, inverse="inline-path-item", only="3.1")
def extract_path_item(document: Document, random: Random) -> bool:
    found = [
        place
        for place in of_kind(document, "path item")
        if not place.is_component and not _is_referred_into(place, document)
    ]
    for place in pick(random, found)[:10]:
        items = components(document, "pathItems")
        name = fresh(random, items, "Item")
        items[name] = place.value
        place.put({"$ref": component_ref("pathItems", name)})
    return bool(found)


@rewrite("inline-path-item", PATH_ITEM, inverse="extract-path-item", only="3.1")
def inline_path_item(document: Document, random: Random) -> bool:
    items = existing(document, "pathItems")
    found = [
        place
        for place in references(document)
        if place.kind == "path item"
        and place.value.keys() == {"$ref"}
        and component_name(place.value["$ref"], "pathItems") in items
        and not place.is_component
    ]
    for place in pick(random, found):
        place.put(copy.deepcopy(items[component_name(place.value["$ref"], "pathItems") or ""]))
    return bool(found)


@rewrite(
    "words-beside-reference-3.0",
    "OpenAPI 3.0, Reference Object: any properties added to it shall be ignored.",
    only="3.0",
)
def words_beside_reference(document: Document, random: Random) -> bool:
    found = [place for place in references(document) if place.kind == "schema"]
    for place in pick(random, found):
        place.value.update(random.choice(({"maxLength": 3}, {"nullable": True}, {"description": "D"}, {"enum": [1]})))
    return bool(found)
