"""One accessor for what a schema says, in each of the forms in which it may be null."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi import schema_edit
from api_upgrades.openapi.part import SCHEMA_REF
from tests.generated import LEAVES, SCHEMAS, values

NULL = {"type": "null"}
A_REF = {"$ref": SCHEMA_REF + "A"}
FORMS: dict[str, Any] = {
    "list of types": {"type": ["string", "null"], "pattern": "a", "examples": ["a"], "deprecated": True},
    "anyOf": {"anyOf": [{"type": "string", "pattern": "a"}, NULL], "examples": ["a"], "deprecated": True},
    "oneOf, null first": {"oneOf": [NULL, {"type": "string", "pattern": "a"}], "examples": ["a"], "deprecated": True},
    "3.0": {"type": "string", "nullable": True, "pattern": "a", "example": "a", "deprecated": True},
}
NEVER_NULL = {"type": "string", "pattern": "a", "deprecated": True}

forms = pytest.mark.parametrize("schema", [pytest.param(schema, id=id) for id, schema in FORMS.items()])


@forms
def test_what_all_forms_say(schema: Any) -> None:
    assert schemas.is_nullable(schema)
    assert schemas.types(schema) == ("string",)
    assert schemas.type_name(schema) == "string"
    assert schemas.get(schema, "pattern") == "a"
    assert schemas.get(schema, "deprecated") is True
    assert schemas.get(schema, "format", "none") == "none"
    assert schemas.example(schema) == "a"


@forms
def test_a_keyword_is_written_where_it_belongs(schema: Any) -> None:
    inside = schemas.value_pointer(schema)
    assert schemas.keyword_pointer(schema, "pattern") == (*inside, "pattern")
    assert schemas.keyword_pointer(schema, "format") == (*inside, "format")
    assert schemas.keyword_pointer(schema, "readOnly") == ("readOnly",)
    for keyword, value in (("pattern", "b"), ("format", "date"), ("deprecated", False), ("default", None)):
        assert schemas.get(schema_edit.with_keyword(schema, keyword, value), keyword, "none") == value
        assert schemas.get(schema_edit.without_keyword(schema, keyword), keyword, "none") == "none"


@forms
def test_null_is_taken_away_and_put_back(schema: Any) -> None:
    never = schema_edit.with_nullable(schema, False, "3.1")
    assert not schemas.is_nullable(never)
    assert {key: never[key] for key in NEVER_NULL} == NEVER_NULL
    assert schemas.is_nullable(schema_edit.with_nullable(never, True, "3.1"))
    assert schema_edit.with_nullable(schema, True, "3.1") is schema
    assert schema_edit.with_nullable(never, False, "3.1") is never


@pytest.mark.parametrize(
    ("schema", "dialect", "expected"),
    [
        pytest.param({"type": "string"}, "3.1", {"type": ["string", "null"]}, id="type"),
        pytest.param({"type": ["string", "integer"]}, "3.1", {"type": ["string", "integer", "null"]}, id="types"),
        pytest.param({"enum": ["a"]}, "3.1", {"anyOf": [{"enum": ["a"]}, NULL]}, id="enum"),
        pytest.param(
            {"type": "string", "const": "a", "default": "a"},
            "3.1",
            {"anyOf": [{"type": "string", "const": "a"}, NULL], "default": "a"},
            id="const",
        ),
        pytest.param(
            {**A_REF, "description": "B"}, "3.1", {"anyOf": [A_REF, NULL], "description": "B"}, id="reference"
        ),
        pytest.param(
            {"oneOf": [A_REF, {"type": "integer"}]}, "3.1", {"oneOf": [A_REF, {"type": "integer"}, NULL]}, id="forms"
        ),
        pytest.param({"type": "string"}, "3.0", {"type": "string", "nullable": True}, id="3.0"),
        pytest.param(
            {**A_REF, "description": "B"},
            "3.0",
            {"allOf": [A_REF], "nullable": True, "description": "B"},
            id="3.0 reference, beside which nothing counts",
        ),
    ],
)
def test_the_form_of_null(schema: Any, dialect: str, expected: Any) -> None:
    before = copy.deepcopy(schema)
    assert schema_edit.with_nullable(schema, True, dialect) == expected
    assert schemas.is_nullable(expected)
    assert not schemas.is_nullable(schema_edit.with_nullable(expected, False, dialect))
    assert schema == before


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({"examples": ["a", "b"]}, {"examples": ["new"]}, id="examples"),
        pytest.param({"example": "a"}, {"example": "new"}, id="example"),
        pytest.param({}, {"examples": ["new"]}, id="none"),
        pytest.param({"examples": []}, {"examples": ["new"]}, id="an empty list"),
        pytest.param(
            {"anyOf": [{"examples": ["a"]}, NULL]}, {"anyOf": [{"examples": ["new"]}, NULL]}, id="in the branch"
        ),
        pytest.param(
            {"anyOf": [{"examples": ["a"]}, NULL], "example": "b"},
            {"anyOf": [{"examples": ["a"]}, NULL], "example": "new"},
            id="beside the branch first",
        ),
        pytest.param(
            {"allOf": [A_REF], "nullable": True}, {"allOf": [A_REF], "nullable": True, "examples": ["new"]}, id="3.0"
        ),
    ],
)
def test_the_example(schema: Any, expected: Any) -> None:
    assert schema_edit.with_example(schema, "new", "3.1") == expected
    assert schemas.example(expected) == "new"


def test_the_example_of_3_0() -> None:
    assert schema_edit.with_example({}, "new", "3.0") == {"example": "new"}
    assert schema_edit.with_example({"examples": ["old"]}, "new", "3.0") == {"examples": ["new"]}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param({"enum": ["a"]}, ["a"], id="its own"),
        pytest.param({"anyOf": [{"enum": ["a"]}, NULL]}, ["a"], id="in the branch"),
        pytest.param({"items": {"enum": ["a"]}}, ["a"], id="of a list"),
        pytest.param({"anyOf": [{"items": {"anyOf": [{"enum": ["a"]}, NULL]}}, NULL]}, ["a"], id="all of it"),
        pytest.param({"const": "a"}, ["a"], id="const"),
        pytest.param({"type": "string"}, None, id="none"),
        pytest.param({"items": True}, None, id="a list of anything"),
    ],
)
def test_enum_values(schema: Any, expected: Any) -> None:
    assert schemas.enum_values(schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null", "integer"]}, "string or integer"),
        ({}, "any"),
        ({"properties": {}}, "object"),
        (A_REF, "A"),
        ({"anyOf": [A_REF, NULL]}, "A"),
        ({"allOf": [A_REF], "nullable": True}, "A"),
        ({"$ref": "https://example.com/x.json"}, "x.json"),
        ({"type": "array", "items": A_REF}, "array of A"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, "array of array of string"),
        ({"type": "array"}, "array"),
        ({"type": "object", "additionalProperties": A_REF}, "map of A"),
        ({"type": "object", "additionalProperties": {}}, "object"),
        ({"oneOf": [A_REF, {"type": "string"}, NULL]}, "A or string"),
        ({"allOf": [A_REF, {"type": "object"}]}, "A and object"),
        ({"const": 1}, "integer"),
        ({"const": "a"}, "string"),
        ({"const": True}, "boolean"),
        ({"$ref": SCHEMA_REF + "a~1b"}, "a/b"),
    ],
    ids=str,
)
def test_type_name(schema: Any, expected: str) -> None:
    assert schemas.type_name(schema) == expected


def test_text_of_a_value() -> None:
    assert [schemas.as_text(value) for value in ("é", 1, True, None, ["é"])] == ["é", "1", "true", "null", '["é"]']


def test_references_by_other_names() -> None:
    kept = {"properties": {"default": {"type": "string"}}, "examples": [A_REF], "enum": [A_REF], "default": A_REF}
    mapping = {"x": SCHEMA_REF + "A", "y": "A", "z": "B"}
    schema = {
        "properties": {"default": A_REF, "$ref": {"items": A_REF}},
        "oneOf": [A_REF],
        "discriminator": {"propertyName": "A", "mapping": mapping},
        "kept": kept,
    }
    found = schema_edit.replace_references(schema, lambda ref: ref.replace("/A", "/Z"))
    z = {"$ref": SCHEMA_REF + "Z"}
    assert found["properties"] == {"default": z, "$ref": {"items": z}}
    assert found["oneOf"] == [z]
    assert found["discriminator"] == {"propertyName": "A", "mapping": {"x": SCHEMA_REF + "Z", "y": "Z", "z": "B"}}
    assert found["kept"] is kept
    assert schema_edit.replace_references(schema, lambda ref: ref) == schema


ANY_VALUE = values(SCHEMAS)


@given(ANY_VALUE, st.booleans())
def test_null_in_any_schema(schema: Any, is_null: bool) -> None:
    before = copy.deepcopy(schema)
    found = schema_edit.with_nullable(schema, is_null, "3.1")
    assert schema == before
    assert schemas.is_nullable(found) is is_null
    assert schema_edit.with_nullable(found, is_null, "3.1") is found
    assert schemas.types(found) == schemas.types(schema)
    assert schemas.type_name(found) == schemas.type_name(schema)
    assert schemas.example(found) == schemas.example(schema)


@given(ANY_VALUE, st.sampled_from(["pattern", "readOnly", "default", "x-unit"]), st.sampled_from(["a", None, 1]))
def test_a_keyword_of_any_schema(schema: Any, keyword: str, value: Any) -> None:
    before = copy.deepcopy(schema)
    found = schema_edit.with_keyword(schema, keyword, value)
    assert schema == before
    assert schemas.get(found, keyword, "none") == value
    assert schemas.get(schema_edit.without_keyword(found, keyword), keyword, "none") == "none"
    if schemas.get(schema, keyword, "none") == "none":
        assert schema_edit.without_keyword(found, keyword) == schema


@pytest.mark.parametrize("schema", LEAVES, ids=str)
def test_null_and_back_is_nothing(schema: Any) -> None:
    if not schemas.is_nullable(schema):
        null = schema_edit.with_nullable(schema, True, "3.1")
        assert schema_edit.with_nullable(null, False, "3.1") == schema
