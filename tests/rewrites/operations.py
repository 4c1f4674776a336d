"""Rewrites of operations: where parameters, security and servers are said, and what OpenAPI ignores."""

from __future__ import annotations

import copy
import json
import re
from random import Random
from typing import Any

from tests.rewrites.model import Document, rewrite
from tests.rewrites.places import (
    METHODS,
    Place,
    component_name,
    component_ref,
    existing,
    of_kind,
    pick,
)

PARAMETERS = (
    "OpenAPI, Path Item Object, `parameters`: a list of parameters that are applicable for all the operations "
    "described under this path."
)


def operations_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations of a path item."""
    return [
        *(item[method] for method in METHODS if isinstance(item.get(method), dict)),
        *(item.get("additionalOperations") or {}).values(),
    ]


def resolved(document: Document, parameter: dict[str, Any]) -> dict[str, Any]:
    name = component_name(parameter.get("$ref"), "parameters")
    found: dict[str, Any] = existing(document, "parameters").get(name, parameter) if name else parameter
    return found


def identity(document: Document, parameter: dict[str, Any]) -> tuple[Any, Any]:
    """What a parameter of an operation overrides one of its path item by."""
    found = resolved(document, parameter)
    name = found.get("name")
    return (found.get("in"), name.lower() if found.get("in") == "header" and name else name)


@rewrite("move-parameters-to-path-item", PARAMETERS, inverse="move-parameters-to-operations")
def move_parameters_to_path_item(document: Document, random: Random) -> bool:
    """Parameters that every operation of a path item has, word for word."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for place in of_kind(document, "path item"):
        operations = operations_of(place.value)
        taken = {identity(document, one) for one in place.value.get("parameters") or ()}
        if operations:
            found += [
                (place.value, parameter)
                for parameter in operations[0].get("parameters") or ()
                if all(parameter in (one.get("parameters") or ()) for one in operations)
                and identity(document, parameter) not in taken
            ]
    for item, parameter in pick(random, found):
        item.setdefault("parameters", []).append(copy.deepcopy(parameter))
        for operation in operations_of(item):
            operation["parameters"].remove(parameter)
            if not operation["parameters"]:
                del operation["parameters"]
    return bool(found)


@rewrite("move-parameters-to-operations", PARAMETERS, inverse="move-parameters-to-path-item")
def move_parameters_to_operations(document: Document, random: Random) -> bool:
    found = [
        (place.value, parameter)
        for place in of_kind(document, "path item")
        if operations_of(place.value)
        for parameter in place.value.get("parameters") or ()
    ]
    for item, parameter in pick(random, found):
        item["parameters"].remove(parameter)
        if not item["parameters"]:
            del item["parameters"]
        for operation in operations_of(item):
            own = operation.setdefault("parameters", [])
            if identity(document, parameter) not in [identity(document, one) for one in own]:
                own.append(copy.deepcopy(parameter))
    return bool(found)


@rewrite(
    "override-path-item-parameter",
    "OpenAPI, Operation Object, `parameters`: a parameter that is defined at the path item is overridden.",
)
def override_path_item_parameter(document: Document, random: Random) -> bool:
    """An operation says a parameter of its path item again."""
    found = [
        (operation, parameter)
        for place in of_kind(document, "path item")
        for operation in operations_of(place.value)
        for parameter in place.value.get("parameters") or ()
        if identity(document, parameter) not in [identity(document, one) for one in operation.get("parameters") or ()]
    ]
    for operation, parameter in pick(random, found):
        operation.setdefault("parameters", []).append(copy.deepcopy(resolved(document, parameter)))
    return bool(found)


@rewrite(
    "add-ignored-header-parameter",
    "OpenAPI, Parameter Object: if `in` is `header` and `name` is `Accept`, `Content-Type` or `Authorization`, the "
    "parameter definition shall be ignored.",
    inverse="drop-ignored-header-parameter",
)
def add_ignored_header_parameter(document: Document, random: Random) -> bool:
    found = of_kind(document, "operation")
    for place in pick(random, found):
        name = random.choice(("Accept", "Content-Type", "Authorization", "accept", "authorization"))
        own = place.value.setdefault("parameters", [])
        if ("header", name.lower()) not in [identity(document, one) for one in own]:
            own.append({"name": name, "in": "header", "required": random.random() < 0.5, "schema": {"type": "string"}})
    return bool(found)


@rewrite(
    "drop-ignored-header-parameter",
    "OpenAPI, Parameter Object: header parameters named `Accept`, `Content-Type` or `Authorization` shall be ignored.",
    inverse="add-ignored-header-parameter",
)
def drop_ignored_header_parameter(document: Document, random: Random) -> bool:
    ignored = {("header", name) for name in ("accept", "content-type", "authorization")}
    found = [
        (place.value, one)
        for place in of_kind(document, "operation")
        for one in place.value.get("parameters") or ()
        if identity(document, one) in ignored
    ]
    for operation, parameter in pick(random, found):
        operation["parameters"].remove(parameter)
    return bool(found)


@rewrite(
    "add-ignored-response-header",
    "OpenAPI, Response Object, `headers`: a response header with the name `Content-Type` shall be ignored.",
)
def add_ignored_response_header(document: Document, random: Random) -> bool:
    found = of_kind(document, "response")
    for place in pick(random, found):
        place.value.setdefault("headers", {}).setdefault("Content-Type", {"schema": {"type": "string"}})
    return bool(found)


SECURITY = (
    "OpenAPI, Operation Object, `security`: this definition overrides any declared top-level security, which applies "
    "to all other operations."
)


@rewrite("security-at-operations", SECURITY, inverse="security-at-document")
def security_at_operations(document: Document, random: Random) -> bool:
    if not document.get("security"):
        return False
    found = [place.value for place in of_kind(document, "operation") if "security" not in place.value]
    chosen = pick(random, found)
    for operation in chosen:
        operation["security"] = copy.deepcopy(document["security"])
    if len(chosen) == len(found):
        del document["security"]
    return bool(found)


@rewrite("security-at-document", SECURITY, inverse="security-at-operations")
def security_at_document(document: Document, random: Random) -> bool:
    operations = [place.value for place in of_kind(document, "operation")]
    said = [one.get("security") for one in operations]
    common = said[0] if said else None
    if "security" in document or not common or any(one != common for one in said):
        return False
    document["security"] = copy.deepcopy(common)
    for operation in pick(random, operations):
        del operation["security"]
    return True


@rewrite(
    "empty-security",
    "OpenAPI, Operation Object, `security`: an empty array removes a top-level security declaration.",
)
def empty_security(document: Document, random: Random) -> bool:
    """Where there is none, an empty one says nothing."""
    if document.get("security"):
        return False
    found = [place.value for place in of_kind(document, "operation") if "security" not in place.value]
    if "security" not in document and random.random() < 0.3:
        document["security"] = []
        return True
    for operation in pick(random, found):
        operation["security"] = []
    return bool(found)


@rewrite(
    "reorder-security",
    "OpenAPI, `security`: only one of the security requirement objects needs to be satisfied to authorize a request.",
)
def reorder_security(document: Document, random: Random) -> bool:
    found = [
        place.value["security"]
        for place in of_kind(document, "document", "operation")
        if len(place.value.get("security") or ()) > 1
    ]
    for alternatives in pick(random, found):
        alternatives.reverse()
    return bool(found)


SERVERS = (
    "OpenAPI, Path Item and Operation Object, `servers`: an alternative array that overrides that of the document or "
    "of the path item."
)


@rewrite("servers-at-path-items", SERVERS)
def servers_at_path_items(document: Document, random: Random) -> bool:
    """Those of the document are said again, at path items and at operations."""
    if not document.get("servers"):
        return False
    found = [place.value for place in of_kind(document, "path item") if "servers" not in place.value]
    found += [
        place.value
        for place in of_kind(document, "operation")
        if "servers" not in place.value and place.above and "servers" not in place.above.value
    ]
    elsewhere = {id(place.value) for place in _elsewhere(document)}
    found = [one for one in found if id(one) not in elsewhere]
    for holder in pick(random, found):
        holder["servers"] = copy.deepcopy(document["servers"])
    return bool(found)


def _elsewhere(document: Document) -> list[Place]:
    """Path items and operations that several paths may share, or that are callbacks."""
    return [
        place
        for place in of_kind(document, "path item", "operation")
        if place.slot == "webhooks"
        or any(one.kind in ("components", "callback") for one in place.parents())
        or any(one.slot == "webhooks" for one in place.parents())
    ]


@rewrite(
    "default-server",
    "OpenAPI, OpenAPI Object, `servers`: if it is not provided, the default is a server with a url value of `/`.",
)
def default_server(document: Document, random: Random) -> bool:
    if document.get("servers"):
        return False
    if "servers" in document:
        del document["servers"]
    else:
        document["servers"] = random.choice(([], [{"url": "/"}], [{"url": "/", "description": "Here"}]))
    return True


MAPPING = (
    "OpenAPI, Discriminator Object, `mapping`: a value is a schema name or a URI reference to the schema, and the "
    "name of a schema is its implicit value."
)


@rewrite("mapping-name-to-reference", MAPPING, inverse="mapping-reference-to-name")
def mapping_name_to_reference(document: Document, random: Random) -> bool:
    schemas = existing(document, "schemas")
    return _respell_mapping(document, random, lambda ref: component_ref("schemas", ref) if ref in schemas else None)


@rewrite("mapping-reference-to-name", MAPPING, inverse="mapping-name-to-reference")
def mapping_reference_to_name(document: Document, random: Random) -> bool:
    schemas = existing(document, "schemas")

    def short(ref: str) -> str | None:
        name = component_name(ref, "schemas")
        return name if name in schemas and name is not None and re.fullmatch(r"[A-Za-z0-9_-]+", name) else None

    return _respell_mapping(document, random, short)


def _respell_mapping(document: Document, random: Random, spell: Any) -> bool:
    found = [
        (mapping, value, new)
        for place in of_kind(document, "discriminator")
        if isinstance(mapping := place.value.get("mapping"), dict)
        for value, ref in mapping.items()
        if (new := spell(ref)) is not None
    ]
    for mapping, value, new in pick(random, found):
        mapping[value] = new
    return bool(found)


@rewrite("write-implicit-mapping", MAPPING)
def write_implicit_mapping(document: Document, random: Random) -> bool:
    """For a discriminator over variants that no mapping names."""
    found: list[dict[str, Any]] = []
    for place in of_kind(document, "schema"):
        discriminator = place.value.get("discriminator")
        branches = place.value.get("oneOf") or place.value.get("anyOf") or ()
        names = [component_name(one.get("$ref"), "schemas") for one in branches]
        if isinstance(discriminator, dict) and not discriminator.get("mapping") and names and all(names):
            discriminator["mapping"] = {name: component_ref("schemas", name) for name in names if name}
            found.append(discriminator)
    for discriminator in pick(random, found)[1:]:
        del discriminator["mapping"]
    return bool(found)


@rewrite("reorder-parameters", "OpenAPI, Operation Object: a parameter is identified by its name and location alone.")
def reorder_parameters(document: Document, random: Random) -> bool:
    if re.search(r'"\$ref": "#[^"]*/parameters/\d', json.dumps(document)):
        return False  # such a reference counts them
    found = [
        place.value["parameters"]
        for place in of_kind(document, "operation", "path item")
        if len(place.value.get("parameters") or ()) > 1
    ]
    for parameters in pick(random, found):
        random.shuffle(parameters)
    return bool(found)


@rewrite("reorder-keys", "RFC 8259, 1: an object is an unordered collection of name/value pairs.")
def reorder_keys(document: Document, random: Random) -> bool:
    found = [place.value for kind in KEYED for place in of_kind(document, kind)]
    for value in pick(random, found):
        items = list(value.items())
        random.shuffle(items)
        value.clear()
        value.update(items)
    return bool(found)


KEYED = ("document", "paths", "path item", "operation", "responses", "response", "media type", "schema", "components")
