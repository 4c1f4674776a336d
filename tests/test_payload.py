from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from api_upgrades.examples.compose import as_json, compose, compose_body, is_sent
from api_upgrades.examples.formats import CHECKS
from api_upgrades.examples.json_schema import format_checker
from api_upgrades.examples.placeholder import FORMATS
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import Body, parameters, request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, schema_part
from api_upgrades.openapi.schema import MISSING
from api_upgrades.openapi.usage import DIRECTIONS, Direction
from tests.documents import contract, every_document


def contract_of(schemas: dict[str, Any], openapi: str = "3.1.0") -> Contract:
    return Contract.from_openapi({"openapi": openapi, "components": {"schemas": schemas}})


def ref(name: str, **beside: Any) -> dict[str, Any]:
    return {"$ref": SCHEMA_REF + name, **beside}


def an_object(required: str = "", /, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split()}


NULL = {"type": "null"}
TAG = an_object("name", name={"type": "string", "examples": ["urgent"]})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        # What a schema names itself
        pytest.param({"type": "string", "examples": ["a", "b"]}, "a", id="first example"),
        pytest.param({"type": "string", "example": "a"}, "a", id="3.0 example"),
        pytest.param({"type": ["string", "null"], "examples": [None]}, None, id="an example that is null"),
        pytest.param({"const": "a", "examples": ["b"]}, "a", id="const before example"),
        pytest.param({"anyOf": [{"const": None}, NULL]}, None, id="const null"),
        pytest.param({"type": "integer", "default": 0, "enum": [1, 0]}, 0, id="default before enum"),
        pytest.param({"type": "string", "default": None, "enum": [None, "a"]}, "a", id="null says the least"),
        pytest.param({"type": "array", "default": [], "items": ref("Tag")}, [{"name": "urgent"}], id="empty default"),
        pytest.param({"anyOf": [{"enum": ["a"]}, NULL]}, "a", id="enum in the branch"),
        # What is inside
        pytest.param({"anyOf": [NULL, ref("Tag")]}, {"name": "urgent"}, id="nullable reference"),
        pytest.param({"anyOf": [ref("Tag"), NULL], "examples": [None]}, None, id="own example beside a reference"),
        pytest.param(ref("Tag", examples=[{"name": "x"}]), {"name": "x"}, id="own example of a reference"),
        pytest.param(ref("Tag", description="…", deprecated=True), {"name": "urgent"}, id="wording of a reference"),
        pytest.param(ref("Tag", properties={"age": {"const": 2}}), {"name": "urgent", "age": 2}, id="more than it"),
        pytest.param({"type": "array", "items": ref("Tag")}, [{"name": "urgent"}], id="list of references"),
        pytest.param({"oneOf": [NULL, {"const": 1}, {"const": 2}]}, 1, id="first branch that isn't null"),
        pytest.param({"oneOf": [NULL]}, None, id="only null"),
        pytest.param(
            {"type": "object", "properties": {"a": {"const": 1}}, "oneOf": [{"properties": {"b": {"const": 2}}}]},
            {"a": 1, "b": 2},
            id="a branch and what stands beside it",
        ),
        pytest.param({"type": "string", "oneOf": [{"format": "date"}]}, "2024-01-31", id="a branch without type"),
        pytest.param(an_object("z", z={"const": 1}, a={"const": 2}), {"z": 1, "a": 2}, id="order of properties"),
        pytest.param({"required": ["a"], "type": "object"}, {"a": None}, id="required and undeclared"),
        pytest.param({"type": "object", "additionalProperties": ref("Tag")}, {"key": {"name": "urgent"}}, id="map"),
        pytest.param(
            {"type": "object", "additionalProperties": {"const": 1}, "propertyNames": {"enum": ["fr"]}},
            {"fr": 1},
            id="map with names",
        ),
        pytest.param({"type": "object", "additionalProperties": True}, {}, id="anything by name"),
        pytest.param({"type": "object"}, {}, id="object"),
        pytest.param({"type": "array"}, [], id="list of anything"),
        pytest.param({"type": "array", "items": {"const": 1}, "minItems": 3}, [1, 1, 1], id="as many as there must be"),
        pytest.param({"type": "array", "items": {"const": 1}, "maxItems": 0}, [], id="none allowed"),
        pytest.param({"prefixItems": [{"const": 1}, {"const": "a"}]}, [1, "a"], id="tuple"),
        pytest.param(
            {"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3}, [1, 2, 2], id="tuple with more"
        ),
        # allOf
        pytest.param({"allOf": [ref("Tag")], "nullable": True}, {"name": "urgent"}, id="allOf of one"),
        pytest.param({"allOf": [ref("Word")], "description": "…"}, "word", id="allOf of one that is no object"),
        pytest.param(
            {"allOf": [ref("Tag"), an_object(age={"const": 2})]}, {"name": "urgent", "age": 2}, id="allOf merged"
        ),
        pytest.param(
            {"allOf": [ref("Tag"), {"properties": {"name": {"const": "late"}}}]}, {"name": "late"}, id="allOf narrowed"
        ),
        pytest.param(
            {"allOf": [{"example": {"a": 0}, "properties": {"a": {"const": 1}}}, an_object(b={"const": 2})]},
            {"a": 1, "b": 2},
            id="allOf ignores the example of one member",
        ),
        pytest.param({"allOf": [{"type": "integer"}, {"minimum": 5}]}, 5, id="allOf of constraints"),
        # Nothing, and what is no schema
        pytest.param({}, None, id="anything"),
        pytest.param(ref("Nothing"), None, id="leads nowhere"),
        pytest.param(an_object(a=ref("Nothing")), {}, id="optional, leads nowhere"),
        pytest.param(an_object("a", a=ref("Nothing")), {"a": None}, id="required, leads nowhere"),
        pytest.param({"type": "array", "items": ref("Nothing")}, [], id="list that leads nowhere"),
        pytest.param({"$ref": "https://example.com/x.json"}, None, id="leads elsewhere"),
        pytest.param({"allOf": [ref("Nothing"), TAG]}, {"name": "urgent"}, id="allOf, one leads nowhere"),
        pytest.param(an_object("a", a=True, b=True), {"a": None, "b": None}, id="boolean schemas"),
        pytest.param({"type": "object", "properties": {"a": {"const": 1}}, "required": True}, {"a": 1}, id="draft 3"),
    ],
)
def test_compose(schema: dict[str, Any], expected: Any) -> None:
    schemas = {"Tag": TAG, "Word": {"type": "string", "example": "word"}, "It": schema}
    found = compose(contract_of(schemas), schema, "response")
    assert found == expected
    assert as_json(found) == as_json(expected)  # the order too


@pytest.mark.parametrize(("openapi", "expected"), [("3.0.3", {"name": "urgent"}), ("3.1.0", {"name": "low"})])
def test_a_default_beside_a_reference_counts_in_openapi_3_1_only(openapi: str, expected: Any) -> None:
    schema = ref("Tag", default={"name": "low"})
    assert compose(contract_of({"Tag": TAG}, openapi), schema, "response") == expected


A = {"type": "string", "examples": ["a"]}
BARE = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "request_has", "response_has"),
    [
        pytest.param(an_object("p", p=BARE), True, True, id="required"),
        pytest.param(an_object(p=BARE), False, True, id="optional without example"),
        pytest.param(an_object(p=A), True, True, id="optional with example"),
        pytest.param(an_object(p={"const": 1}), True, True, id="optional with a fixed value"),
        pytest.param(an_object(p={"type": "array", "items": ref("Tag")}), True, True, id="example behind a reference"),
        pytest.param(an_object(p=ref("Bare")), False, True, id="no example behind a reference"),
        pytest.param(an_object(p=ref("Circle")), False, True, id="no example in a circle"),
        pytest.param(an_object("p", p={**A, "readOnly": True}), False, True, id="read-only, even required"),
        pytest.param(
            an_object("p", p={"anyOf": [{**A, "readOnly": True}, NULL]}), False, True, id="read-only in the branch"
        ),
        pytest.param(an_object("p", p={**A, "writeOnly": True}), True, False, id="write-only"),
        pytest.param(an_object(p={**A, "deprecated": True}), True, True, id="deprecated"),
        pytest.param(
            an_object(p={**A, "deprecated": True, "x-replaced-by": "q"}), False, True, id="deprecated and replaced"
        ),
        pytest.param(
            an_object("p", p={**A, "deprecated": True, "x-replaced-by": "q"}), True, True, id="replaced, yet required"
        ),
        pytest.param(an_object(p={**A, "x-example-omit": True}), False, True, id="omitted"),
    ],
)
def test_directions(schema: dict[str, Any], request_has: bool, response_has: bool) -> None:
    schemas = {"Tag": TAG, "Bare": an_object(x=BARE), "Circle": an_object(x=ref("Circle"), y=BARE)}
    found = {direction: "p" in compose(contract_of(schemas), schema, direction) for direction in DIRECTIONS}
    assert found == {"request": request_has, "response": response_has, "webhook": response_has}


@pytest.mark.parametrize(
    ("schemas", "expected"),
    [
        pytest.param({"A": an_object("n", n={"const": 1}, a=ref("A"))}, {"n": 1}, id="optional is left out"),
        pytest.param(
            {"A": an_object("a", a={"anyOf": [ref("A"), NULL]})}, {"a": None}, id="where it may be null it is null"
        ),
        pytest.param({"A": an_object("a", a={"type": "array", "items": ref("A")})}, {"a": []}, id="a list is empty"),
        pytest.param(
            {"A": an_object("a", a={"type": "object", "additionalProperties": ref("A")})}, {"a": {}}, id="so is a map"
        ),
        pytest.param(
            {"A": an_object(b={"type": "array", "items": ref("A"), "minItems": 1})}, {}, id="a list can't be empty"
        ),
        pytest.param(
            {"A": an_object(b=ref("B")), "B": an_object("a", a=ref("A"))}, {}, id="what needs it is left out as well"
        ),
        pytest.param(
            {"A": {"oneOf": [an_object("not", **{"not": ref("A")}), {"const": 1}]}}, 1, id="another branch ends"
        ),
        pytest.param(
            {
                "A": {
                    "oneOf": [ref("B"), ref("C")],
                    "discriminator": {"propertyName": "kind"},
                    "properties": {"kind": BARE},
                },
                "B": {"allOf": [ref("A"), an_object("b", b={"const": 1})]},
                "C": {"allOf": [ref("A")]},
            },
            {"kind": "string", "b": 1},
            id="a base that names its variants",
        ),
        pytest.param({"A": an_object("a", a={"allOf": [ref("A")], "nullable": True})}, {"a": None}, id="as 3.0 does"),
        pytest.param({"A": {"nullable": True, **an_object("a", a=ref("A"))}}, {"a": None}, id="null by its own schema"),
        pytest.param({"A": ref("A")}, None, id="only itself"),
        pytest.param({"A": an_object("a", a=ref("A"))}, None, id="without end"),
        pytest.param({"A": {"allOf": [ref("A"), an_object(n={"const": 1})]}}, {"n": 1}, id="part of itself"),
    ],
)
def test_recursion_stops(schemas: dict[str, Any], expected: Any) -> None:
    contract = contract_of(schemas)
    assert compose(contract, contract.parts[schema_part("A")], "response") == expected
    assert compose(contract, ref("A"), "response") == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "minLength": 8}, "stringst"),
        ({"type": "string", "maxLength": 2}, "st"),
        ({"type": "string", "maxLength": 0}, ""),
        ({"type": ["null", "string"]}, "string"),
        ({"maxLength": 3}, "str"),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "minimum": 1.5, "multipleOf": 5}, 5),
        ({"type": "integer", "multipleOf": 2.5}, 0),
        ({"type": "number", "exclusiveMaximum": 1}, 0),
        ({"type": "number", "minimum": 0.25, "maximum": 0.75}, 0.25),
        ({"type": "number", "exclusiveMinimum": 0.25, "exclusiveMaximum": 0.75}, 0.5),
        ({"type": "number", "multipleOf": 0.3}, 0.9),
        ({"minimum": "many"}, 1),
    ],
    ids=str,
)
def test_placeholder(schema: dict[str, Any], expected: Any) -> None:
    found = compose(contract_of({}), schema, "response")
    assert (found, type(found)) == (expected, type(expected))


def test_placeholder_of_every_format_has_it() -> None:
    assert FORMATS.keys() >= CHECKS.keys()
    for name, value in FORMATS.items():
        format_checker().check(value, name)


@pytest.mark.parametrize(
    ("schema", "example", "expected"),
    [
        pytest.param({}, "own", "own", id="no schema"),
        pytest.param({"type": "object"}, {"a": 1}, {"a": 1}, id="a schema that says nothing"),
        pytest.param(an_object(a={"const": 1}), {"a": 2}, {"a": 1}, id="a schema that says enough"),
        pytest.param({"const": 0}, 1, 0, id="zero is something"),
        pytest.param({}, MISSING, None, id="neither"),
    ],
)
def test_body(schema: dict[str, Any], example: Any, expected: Any) -> None:
    assert compose_body(contract_of({}), Body("application/json", schema, example), "request") == expected


@pytest.mark.parametrize(
    ("schema", "required", "expected"), [(A, False, True), (BARE, False, False), (BARE, True, True)]
)
def test_is_sent(schema: dict[str, Any], required: bool, expected: bool) -> None:
    assert is_sent(contract_of({}), schema, required) is expected


@pytest.mark.parametrize(
    "schemas",
    [
        pytest.param(
            {f"S{n}": an_object("a b", a=ref(f"S{n + 1}"), b=ref(f"S{n + 1}")) for n in range(40)},
            id="doubled 40 times",
        ),
        pytest.param({f"S{n}": an_object("a", a=ref(f"S{n + 1}")) for n in range(3000)}, id="3,000 deep"),
        pytest.param(
            {f"S{n}": an_object(**{f"p{m}": ref(f"S{m}") for m in range(12)}) for n in range(12)}, id="all hold all"
        ),
        pytest.param({"S0": {"type": "array", "items": A, "minItems": 10**9}}, id="many items"),
        pytest.param({"S0": {"type": "string", "minLength": 10**9}}, id="many characters"),
    ],
)
def test_cost_is_bounded(schemas: dict[str, Any]) -> None:
    started = time.process_time()
    for direction in DIRECTIONS:
        assert len(as_json(compose(contract_of(schemas), ref("S0"), direction))) < 2_000_000
    assert time.process_time() - started < 5


NAMES = ("S0", "S1", "S2")
texts = st.text(max_size=5)
few = st.integers(0, 9)
leaves = st.one_of(
    (texts | st.booleans() | st.none()).map(lambda value: {"const": value}),
    st.lists(texts, min_size=1, unique=True).map(lambda values: {"type": "string", "enum": values}),
    texts.map(lambda value: {"type": "string", "examples": [value]}),
    st.builds(lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span}, few, few),
    st.builds(lambda low, span: {"type": "integer", "minimum": low - 5, "maximum": low - 5 + span}, few, few),
    st.builds(
        lambda low, step: {"type": "number", "exclusiveMinimum": low - 5, "multipleOf": step},
        few,
        st.sampled_from([1, 2, 5, 0.5]),
    ),
    st.sampled_from(sorted(CHECKS)).map(lambda name: {"type": "string", "format": name}),
    st.sampled_from([{"type": "boolean"}, {"type": ["integer", "null"]}, {"type": "null"}, {}]),
)
marks = st.sampled_from([{}, {}, {"deprecated": True, "x-replaced-by": "x"}, {"x-example-omit": True}])


def _inner(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas around schemas. What could go on for ever has a way to end: a list, null, or being optional."""
    anywhere = st.sampled_from(NAMES).map(ref)
    endable = st.one_of(
        st.builds(lambda one: {"type": "array", "items": one}, anywhere),
        st.builds(lambda one: {"anyOf": [one, NULL]}, anywhere),
    )
    properties = st.dictionaries(
        st.sampled_from("abcde"), st.builds(lambda a, b: {**a, **b}, children | endable, marks)
    )
    objects = st.builds(
        lambda held, optional, required: {
            "type": "object",
            "properties": {**optional, **held},
            "required": [name for name in held if name in required],
            "additionalProperties": False,
        },
        properties,
        st.dictionaries(st.sampled_from("xyz"), anywhere),
        st.sets(st.sampled_from("abcde")),
    )
    lists = st.builds(
        lambda one, least: {"type": "array", "items": one, "minItems": least}, children, st.integers(0, 2)
    )
    maps = st.builds(lambda one: {"type": "object", "additionalProperties": one}, children)
    nullable = st.builds(lambda one: {"anyOf": [NULL, one]}, children)
    return objects | lists | maps | nullable | st.builds(lambda one: {"allOf": [one, {"description": "…"}]}, children)


schemas_of_three = st.fixed_dictionaries({name: st.recursive(leaves, _inner, max_leaves=8) for name in NAMES})


@given(schemas=schemas_of_three, direction=st.sampled_from(DIRECTIONS))
def test_composed_examples_validate(schemas: dict[str, Any], direction: Direction) -> None:
    contract = contract_of(schemas)
    before = copy.deepcopy(schemas)
    for name in NAMES:
        found = compose(contract, schemas[name], direction)
        whole = {**ref(name), "components": {"schemas": schemas}}
        Draft202012Validator(whole, format_checker=format_checker()).validate(found)
    assert schemas == before


@pytest.mark.slow
@every_document
def test_real_documents(path: Path) -> None:
    whole = contract(path)
    started = time.process_time()
    for part in whole.parts:
        if part.kind == "schema":
            for direction in DIRECTIONS:
                as_json(compose(whole, whole.parts[part], direction))
            continue
        bodies = [request_body(whole, part), *(response.body for response in responses(whole, part))]
        for body in bodies:
            if body is not None:
                as_json(compose_body(whole, body, "response"))
        for parameter in parameters(whole, part):
            as_json(compose(whole, parameter.schema, "request"))
    assert time.process_time() - started < 5
