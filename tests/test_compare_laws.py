"""What holds between any two contracts: the comparison finds something exactly where they don't promise the same."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json, JsonObject, Pointer, remove_at, set_at, value_at
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.usage import DIRECTIONS
from tests.generated import LEAVES, body, contracts, ref
from tests.profiles import up_to
from tests.test_meaning import rewordings

pytestmark = pytest.mark.slow

laws = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=up_to(100))

RICH: dict[str, Any] = {
    "if": {"properties": {"id": {"const": 1}}},
    "then": {"required": ["name"]},
    "patternProperties": {"^x": {"type": "string"}},
    "propertyNames": {"maxLength": 9},
    "dependentRequired": {"id": ["name"]},
    "dependentSchemas": {"id": {"minProperties": 2}},
    "unevaluatedProperties": False,
    "additionalProperties": {"type": "integer", "multipleOf": 2},
    "x-stability-level": "beta",
    "x-sunset": "2024-01-31",
    "not": {"required": ["gone"]},
}
LISTS: dict[str, Any] = {
    "type": "array",
    "prefixItems": [{"type": "string"}, {"enum": [1, 2]}],
    "contains": {"const": 1},
    "minContains": 2,
    "uniqueItems": True,
    "items": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]},
}


def rich(cat: JsonObject, held: JsonObject, document: JsonObject) -> dict[str, Any]:
    """A document with something of everything that OpenAPI has, a schema and a header of one's own in it."""
    document = {"openapi": "3.1.0", "info": {"title": "Rich", "version": "1"}, **copy.deepcopy(document)}
    held = {"required": True, **held}
    components = document.setdefault("components", {})
    shop = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
    schemas = components.setdefault("schemas", {})
    schemas |= {"Cat": {**shop, **cat}, "Dog": {**shop, "properties": {"kind": LISTS}}}
    schemas["Pet"] = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat", "d": "Dog"}},
    }
    components |= {
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}},
        "responses": {"Gone": body(ref("Pet"), description="Gone", headers={"X-Why": {**held, "deprecated": True}})},
        "headers": {"Rate": held},
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "oauth": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://a", "scopes": {"r": "R"}}}},
        },
    }
    document["servers"] = [{"url": "https://{x}", "variables": {"x": {"default": "a", "enum": ["a", "b"]}}}]
    document["security"] = [{"key": []}, {"oauth": ["r"]}]
    document["x-of-all"] = {"a": [1]}
    document.setdefault("paths", {})["/pets"] = {
        "parameters": [{"$ref": "#/components/parameters/Limit"}],
        "servers": [{"url": "https://pets"}],
        "post": {
            "operationId": "pets",
            "deprecated": True,
            "x-stability-level": "alpha",
            "security": [{"oauth": ["r"]}],
            "servers": [{"url": "https://post"}],
            "parameters": [
                {"name": "ids", "in": "query", "style": "spaceDelimited", "allowReserved": True, "schema": LISTS},
                {"name": "by", "in": "query", "content": {"application/json": {"schema": ref("Cat")}}},
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": ref("Pet")},
                    "multipart/form-data": {"schema": shop, "encoding": {"kind": {"contentType": "text/plain"}}},
                },
            },
            "responses": {
                "204": {
                    "headers": {"X-Rate": {"$ref": "#/components/headers/Rate"}, "X-A": {"schema": {"type": "string"}}},
                    "links": {"next": {"operationId": "pets", "parameters": {"id": "$response.body#/id"}}},
                },
                "410": {"$ref": "#/components/responses/Gone"},
            },
            "callbacks": {
                "paid": {"{$request.body#/url}": {"post": {"requestBody": body(ref("Dog")), "responses": {"200": {}}}}}
            },
        },
    }
    document.setdefault("webhooks", {})["pet.sold"] = {
        "post": {
            "parameters": [{"name": "X-Id", "in": "header", "required": True, "schema": {"type": "string"}}],
            "requestBody": body(ref("Pet")),
            "responses": {"200": {"headers": {"X-Ok": {"schema": {"type": "string"}}}}},
        }
    }
    return document


def found_between(old: Contract, new: Contract) -> tuple[Finding, ...]:
    return compare(old, new, RenameMap(), lambda part: DIRECTIONS, RuleTable.with_overrides({}))


def pointers(value: Json, here: Pointer = ()) -> Iterator[Pointer]:
    """Where anything stands in some JSON."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*here, key)
        yield from pointers(item, (*here, key))


OTHER: Mapping[type, Json] = {str: "other", bool: None, int: 7, float: 7.5}

Alteration = tuple[Contract, Contract, Pointer]


def alterations(contract: Contract) -> Iterator[Alteration]:
    """A contract, and the same with one thing gone or another, for each of its things that says something."""
    document = contract.to_openapi()
    for pointer in pointers(document):
        if pointer[0] in ("info", "openapi") or any(is_idle(document, pointer) for is_idle in IDLE.values()):
            continue
        value = value_at(document, pointer)
        if isinstance(value, bool):
            yield contract, Contract.from_openapi(set_at(document, pointer, not value)), pointer
        elif isinstance(value, str | int):
            yield contract, Contract.from_openapi(set_at(document, pointer, OTHER[type(value)])), pointer
        yield contract, Contract.from_openapi(remove_at(document, pointer)), pointer


def _beside(document: Json, pointer: Pointer) -> Json:
    return value_at(document, pointer[:-1])


IDLE: Mapping[str, Callable[[Json, Pointer], bool]] = {
    "what is of type object, and has properties": lambda document, pointer: (
        pointer[-1] == "type" and "properties" in _beside(document, pointer)
    ),
    "the type of the values that are listed": lambda document, pointer: (
        pointer[-1] == "type" and not _beside(document, pointer).keys().isdisjoint({"enum", "const"})
    ),
    "a schema that allows anything": lambda document, pointer: value_at(document, pointer) == {},
    "a branch of all that says nothing": lambda document, pointer: (
        pointer[-2:-1] == ("allOf",) and meaning(value_at(document, pointer)) in ({}, {"type": "object"})
    ),
    "what a scope is for, in words": lambda document, pointer: pointer[-2:-1] == ("scopes",),
    "what replaces a place, in words": lambda document, pointer: pointer[-1] == "x-replaced-by",
}
"""What a digest counts and the comparison does not, since it says nothing, or the same as what stands beside it."""


def check(alteration: Alteration) -> None:
    """Something is found both ways where the promise is another, and nothing where it is the same."""
    old, new, pointer = alteration
    is_same = meaning(old.to_openapi()) == meaning(new.to_openapi())
    for found in (found_between(old, new), found_between(new, old)):
        assert (found == ()) == is_same, pointer


def test_whatever_goes_or_changes_is_found() -> None:
    counted = 0
    for alteration in alterations(Contract.from_openapi(rich(RICH, {"schema": LEAVES[2]}, {}))):
        check(alteration)
        counted += 1
    assert counted > 300


@laws
@given(st.data())
def test_whatever_goes_or_changes_in_any_contract_is_found(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    held = {"schema": data.draw(st.sampled_from(LEAVES[1:-1]))}
    all_of_it = list(alterations(Contract.from_openapi(rich({}, held, contract.to_openapi()))))
    check(data.draw(st.sampled_from(all_of_it)))


@laws
@given(rewordings())
def test_nothing_is_found_between_two_wordings(pair: tuple[Contract, Contract]) -> None:
    assert found_between(*pair) == ()
