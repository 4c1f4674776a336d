"""A composed payload is bounded in size, whatever its schemas are, and nothing is said against what was cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from api_upgrades.core.json import Json
from api_upgrades.examples.compose import CUT_VALUES, as_json, compose
from api_upgrades.examples.placeholder import Cut
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.usage import DIRECTIONS

pytestmark = pytest.mark.slow

Schemas = dict[str, Any]
LEAF = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def an_object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def levels(number: int, level: Callable[[Json], Json], leaf: Json = LEAF) -> Schemas:
    """Schemas `L0`, `L1`, …, each made from a reference to the next one."""
    return {f"L{index}": level(ref(f"L{index + 1}")) for index in range(number)} | {f"L{number}": leaf}


def nested(number: int) -> Json:
    return an_object(a=nested(number - 1)) if number else LEAF


def backwards(schemas: Schemas) -> Schemas:
    return dict(reversed(schemas.items()))


SCHEMAS: dict[str, Schemas] = {
    "two required": levels(30, lambda one: an_object(a=one, b=one)),
    "two required, no others": levels(30, lambda one: {**an_object(a=one, b=one), "additionalProperties": False}),
    "two optional": levels(30, lambda one: {"type": "object", "properties": {"a": one, "b": one}}),
    "two nullable": levels(30, lambda one: an_object(a={"anyOf": [one, {"type": "null"}]}, b=one)),
    "from the leaf on": backwards(levels(30, lambda one: an_object(a=one, b=one))),
    "two items": levels(30, lambda one: {"type": "array", "items": one, "minItems": 2}, {"type": "string"}),
    "two unlike items": levels(30, lambda one: {"type": "array", "prefixItems": [one, one], "minItems": 2}),
    "base and property": levels(30, lambda one: {"allOf": [one, an_object(p=one)]}),
    "first of two": levels(30, lambda one: {"anyOf": [an_object(a=one, b=one), an_object(c=one)]}),
    "map": levels(30, lambda one: {**an_object(a=one, b=one), "additionalProperties": one}),
    "a long chain": levels(200, lambda one: an_object(a=one)),
    "a long chain from the leaf on": backwards(levels(200, lambda one: an_object(a=one))),
    "a chain of references": levels(200, lambda one: one),
    "nested in place": {"L0": nested(120)},
    "wide": {"L0": an_object(**{f"p{number}": {"type": "string"} for number in range(20_000)})},
    "a large example": levels(
        30, lambda one: an_object(a=one, b=one, c={"type": "array", "example": list(range(1_000))})
    ),
    "many items": {"L0": {"type": "array", "items": {"type": "string"}, "minItems": 10**9}},
    "many items of many": levels(
        3, lambda one: {"type": "array", "items": one, "minItems": 1_000}, {"type": "string", "minLength": 10**9}
    ),
    "many of anything": levels(
        3, lambda one: {"type": "array", "items": one, "minItems": 1_000}, {"type": "array", "minItems": 900}
    ),
}


def sizes(value: Json) -> tuple[int, int]:
    """The number of lists and objects, and of all values, with what is shared counted each time."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    counted = [sizes(one) for one in inner if isinstance(one, dict | list)]
    containers = isinstance(value, dict | list) + sum(one for one, _ in counted)
    return containers, 1 + sum(all for _, all in counted) + len(inner) - len(counted)


@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("schemas", SCHEMAS.values(), ids=SCHEMAS)
def test_payloads_are_bounded_and_nothing_is_said_against_them(openapi: str, schemas: Schemas) -> None:
    document = {"openapi": openapi, "info": {}, "paths": {}, "components": {"schemas": schemas}}
    contract = Contract.from_openapi(document)
    started = time.process_time()
    for direction in DIRECTIONS:
        value = compose(contract, ref("L0"), direction)
        containers, values = sizes(value)
        assert containers <= CUT_VALUES + 100
        assert values <= 60_000
        assert len(as_json(value)) < 4_000_000
    assert [str(one) for one in find_invalid_examples(contract, contract.parts, lambda _: DIRECTIONS)] == []
    assert time.process_time() - started < 30


def test_what_is_cut_is_shown_as_empty() -> None:
    document = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": SCHEMAS["a long chain"]}}
    value = compose(Contract.from_openapi(document), ref("L0"), "response")
    while value:
        value = value["a"]
    assert isinstance(value, Cut)
    assert as_json(value) == "{}"


def test_optional_parts_are_cut_first() -> None:
    """So that a payload that is valid only with what is required remains valid."""
    schemas = levels(
        30, lambda one: {"type": "object", "properties": {"a": one, "b": one, "n": LEAF}, "required": ["n"]}
    )
    document = {"openapi": "3.1.0", "info": {}, "paths": {}, "components": {"schemas": schemas}}

    def has_cut(value: Json) -> bool:
        return isinstance(value, Cut) or (isinstance(value, dict) and any(map(has_cut, value.values())))

    assert not has_cut(compose(Contract.from_openapi(document), ref("L0"), "response"))
