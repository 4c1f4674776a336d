"""Rewrites of names that are no contract, and of names that are case-insensitive."""

from __future__ import annotations

import copy
import json
import re
from random import Random
from typing import Any

from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import (
    IDENTIFIED,
    METHODS,
    Place,
    component_name,
    component_ref,
    components,
    discriminated,
    existing,
    fresh,
    mentions,
    of_kind,
    pick,
    references,
    rename_key,
    under_discriminator,
    walk,
)

COMPONENTS = (
    "OpenAPI, Components Object: objects defined within it have no effect on the API unless they are explicitly "
    "referenced from outside it."
)


def repoint(document: Document, section: str, old: str, new: str) -> None:
    """Let every reference to a component, or into it, lead to another."""
    before, after = component_ref(section, old), component_ref(section, new)
    for place in references(document):
        ref = place.value["$ref"]
        if component_name(ref, section) == old:
            place.value["$ref"] = after
        elif ref.startswith(before + "/"):
            place.value["$ref"] = after + ref[len(before) :]


@rewrite("rename-schema", COMPONENTS)
def rename_schema(document: Document, random: Random) -> bool:
    """Not for names that a discriminator takes from the schemas."""
    schemas = existing(document, "schemas")
    found = sorted(schemas.keys() - discriminated(document))
    for name in pick(random, found)[:10]:
        new = fresh(random, schemas, random.choice((name, "Renamed")))
        rename_key(schemas, name, new)
        repoint(document, "schemas", name, new)
    return bool(found)


@rewrite("swap-schema-names", COMPONENTS)
def swap_schema_names(document: Document, random: Random) -> bool:
    schemas = existing(document, "schemas")
    found = sorted(schemas.keys() - discriminated(document))
    if len(found) < 2:
        return False
    one, other = random.sample(found, 2)
    for old, new in ((one, "Interim-1"), (other, one), ("Interim-1", other)):
        rename_key(schemas, old, new)
        repoint(document, "schemas", old, new)
    return True


@rewrite(
    "rename-mapped-schema",
    "OpenAPI, Discriminator Object, `mapping`: it holds mappings between payload values and schema names.",
)
def rename_mapped_schema(document: Document, random: Random) -> bool:
    """A schema that every discriminator knows by an explicit mapping."""
    schemas = existing(document, "schemas")
    holders = [place.value for place in of_kind(document, "schema") if "discriminator" in place.value]
    mapped: set[str] = set()
    for holder in holders:
        mapping = holder["discriminator"].get("mapping") or {}
        targets = {component_name(ref, "schemas") for ref in mapping.values()}
        branches = {component_name(one.get("$ref"), "schemas") for one in holder.get("oneOf", holder.get("anyOf", ()))}
        if not branches or not branches <= targets:
            return False
        mapped |= {name for name in targets & branches if name in schemas}
    based = {
        component_name(one.get("$ref"), "schemas")
        for place in of_kind(document, "schema")
        for one in place.value.get("allOf", ())
        if isinstance(one, dict)
    }
    if based & {name for name, one in schemas.items() if mentions(one, {"discriminator"})}:
        return False
    for name in pick(random, sorted(mapped))[:3]:
        new = fresh(random, schemas, name)
        rename_key(schemas, name, new)
        repoint(document, "schemas", name, new)
        for holder in holders:
            mapping = holder["discriminator"].get("mapping") or {}
            for value, ref in mapping.items():
                if component_name(ref, "schemas") == name:
                    mapping[value] = component_ref("schemas", new)
    return bool(mapped)


@rewrite("duplicate-schema", COMPONENTS, inverse="merge-schemas")
def duplicate_schema(document: Document, random: Random) -> bool:
    """A second schema says the same, and some of the references lead to it, as pydantic does for output."""
    schemas, named = existing(document, "schemas"), discriminated(document)
    found = sorted(
        name
        for name, one in schemas.items()
        if name not in named and not mentions(one, {*IDENTIFIED, "discriminator", "$defs"})
    )
    for name in pick(random, found)[:5]:
        new = fresh(random, schemas, f"{name}-Output")
        uses = [
            place
            for place in references(document)
            if component_name(place.value["$ref"], "schemas") == name and not under_discriminator(place)
        ]
        schemas[new] = copy.deepcopy(schemas[name])
        for place in pick(random, uses):
            place.value["$ref"] = component_ref("schemas", new)
    return bool(found)


@rewrite("merge-schemas", COMPONENTS, inverse="duplicate-schema")
def merge_schemas(document: Document, random: Random) -> bool:
    schemas, named = existing(document, "schemas"), discriminated(document)
    groups: dict[str, list[str]] = {}
    for name, one in schemas.items():
        if name not in named and not mentions(one, {*IDENTIFIED, "discriminator", "$defs"}):
            groups.setdefault(json.dumps(one), []).append(name)
    found = [group for group in groups.values() if len(group) > 1]
    for group in pick(random, found)[:5]:
        kept, gone = random.sample(group, 2)
        repoint(document, "schemas", gone, kept)
        del schemas[gone]
    return bool(found)


@rewrite("add-unused-schema", COMPONENTS, inverse="remove-unused-schema")
def add_unused_schema(document: Document, random: Random) -> bool:
    schemas = components(document, "schemas")
    schemas[fresh(random, schemas, "Unused")] = {"type": "object", "properties": {"a": {"type": "string"}}}
    return True


@rewrite("remove-unused-schema", COMPONENTS, inverse="add-unused-schema")
def remove_unused_schema(document: Document, random: Random) -> bool:
    schemas = existing(document, "schemas")
    text, named = json.dumps([place.value["$ref"] for place in references(document)]), discriminated(document)
    found = sorted(
        name
        for name, one in schemas.items()
        if name not in named and component_ref("schemas", name) not in text and not mentions(one, IDENTIFIED)
    )
    for name in pick(random, found)[:5]:
        del schemas[name]
    return bool(found)


@rewrite("rename-shared-component", COMPONENTS)
def rename_shared_component(document: Document, random: Random) -> bool:
    sections = ("responses", "parameters", "requestBodies", "headers", "examples", "links", "pathItems")
    found = [(section, name) for section in sections for name in existing(document, section)]
    for section, name in pick(random, found)[:10]:
        shared = existing(document, section)
        new = fresh(random, shared, "Renamed")
        rename_key(shared, name, new)
        repoint(document, section, name, new)
    return bool(found)


@rewrite(
    "rename-security-scheme",
    "OpenAPI, Security Requirement Object: the name only corresponds to a security scheme in the components.",
)
def rename_security_scheme(document: Document, random: Random) -> bool:
    schemes = existing(document, "securitySchemes")
    for name in pick(random, sorted(schemes))[:2]:
        new = fresh(random, schemes, "auth")
        rename_key(schemes, name, new)
        repoint(document, "securitySchemes", name, new)
        for place in walk(document):
            if place.kind in ("document", "operation") and isinstance(place.value, dict):
                for requirement in place.value.get("security") or ():
                    if name in requirement:
                        rename_key(requirement, name, new)
    return bool(schemes)


@rewrite(
    "rename-path-parameter",
    "OpenAPI, Paths Object: templated paths with the same hierarchy but different templated names are identical.",
)
def rename_path_parameter(document: Document, random: Random) -> bool:
    """Only where every declaration of the parameter stands in the path item itself."""
    text = json.dumps(document)
    found: list[tuple[str, str]] = []
    for path, item in (document.get("paths") or {}).items():
        if not path.startswith("/") or "$ref" in item or "$request.path." in text or '"links"' in text:
            continue
        holders = [
            item,
            *(item[one] for one in METHODS if one in item),
            *(item.get("additionalOperations") or {}).values(),
        ]
        if not any("$ref" in one for holder in holders for one in holder.get("parameters") or ()):
            found += [(path, name) for name in re.findall(r"\{([^{}]+)\}", path)]
    for path, name in pick(random, found)[:1]:
        new = random.choice((f"{name}Id", "key", "x_" + name))
        if new in re.findall(r"\{([^{}]+)\}", path) or path.replace(f"{{{name}}}", f"{{{new}}}") in document["paths"]:
            continue
        item = document["paths"][path]
        rename_key(document["paths"], path, path.replace(f"{{{name}}}", f"{{{new}}}"))
        for place in walk(document):
            if (
                place.kind == "parameter"
                and not place.is_reference
                and any(one.value is item for one in place.parents())
            ):
                _rename_parameter(place, name, new)
    return bool(found)


def _rename_parameter(place: Place, name: str, new: str) -> None:
    """Rename a path parameter, but not one of the callbacks inside."""
    is_own = not any(one.kind == "callback" for one in place.parents())
    if is_own and place.value.get("in") == "path" and place.value.get("name") == name:
        place.value["name"] = new


@rewrite("rename-operation-id", "OpenAPI, Operation Object: `operationId` only identifies the operation for tools.")
def rename_operation_id(document: Document, random: Random) -> bool:
    linked = {place.value.get("operationId") for place in of_kind(document, "link")}
    found = [
        place.value
        for place in of_kind(document, "operation")
        if "operationId" in place.value and place.value["operationId"] not in linked
    ]
    for operation in pick(random, found):
        operation["operationId"] += "V2"
    return bool(found)


HEADER_NAMES = "RFC 9110, 5.1: field names are case-insensitive."


def other_case(random: Random, text: str) -> str:
    return random.choice((text.lower(), text.upper(), text.title(), text.swapcase()))


@rewrite("header-parameter-case", HEADER_NAMES)
def header_parameter_case(document: Document, random: Random) -> bool:
    """The same name everywhere, as an operation's parameter overrides that of its path item by its name."""
    found = [
        one.value for one in of_kind(document, "parameter") if one.value.get("in") == "header" and "name" in one.value
    ]
    for name in pick(random, sorted({one["name"] for one in found})):
        new = other_case(random, name)
        for parameter in found:
            if parameter["name"] == name:
                parameter["name"] = new
    return bool(found)


@rewrite("response-header-case", HEADER_NAMES)
def response_header_case(document: Document, random: Random) -> bool:
    found = [
        (place.value["headers"], name)
        for place in of_kind(document, "response", "encoding")
        for name in place.value.get("headers") or ()
    ]
    for headers, name in pick(random, found):
        new = other_case(random, name)
        if new not in headers:
            rename_key(headers, name, new)
    return bool(found)


@rewrite("media-type-case", "RFC 9110, 8.3.1: the type and subtype tokens are case-insensitive.")
def media_type_case(document: Document, random: Random) -> bool:
    return _rename_media_types(document, random, lambda name: other_case(random, name))


@rewrite("media-type-parameter-space", "RFC 9110, 8.3.1: optional whitespace may stand around the semicolon.")
def media_type_parameter_space(document: Document, random: Random) -> bool:
    return _rename_media_types(
        document, random, lambda name: re.sub(r"\s*;\s*", random.choice((";", "; ", " ; ")), name), ";"
    )


def _rename_media_types(document: Document, random: Random, spell: Any, having: str = "/") -> bool:
    if re.search(r'"\$ref": "#[^"]*/content/', json.dumps(document)):
        return False  # such a reference names a media type
    found = [
        (place.value["content"], name)
        for place in walk(document)
        if isinstance(place.value, dict) and isinstance(place.value.get("content"), dict) and place.kind != "schema"
        for name in place.value["content"]
        if having in name
    ]
    for content, name in pick(random, found):
        new = spell(name)
        if new not in content:
            rename_key(content, name, new)
    return bool(found)


@rewrite("api-key-header-case", HEADER_NAMES)
def api_key_header_case(document: Document, random: Random) -> bool:
    found = [
        one.value
        for one in of_kind(document, "security scheme")
        if one.value.get("in") == "header" and "name" in one.value
    ]
    for scheme in pick(random, found):
        scheme["name"] = other_case(random, scheme["name"])
    return bool(found)


@rewrite("http-scheme-case", "RFC 9110, 11.1: the authentication scheme is a case-insensitive token.")
def http_scheme_case(document: Document, random: Random) -> bool:
    found = [one.value for one in of_kind(document, "security scheme") if isinstance(one.value.get("scheme"), str)]
    for scheme in pick(random, found):
        scheme["scheme"] = other_case(random, scheme["scheme"])
    return bool(found)
