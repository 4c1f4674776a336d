"""What the fast validator accepts is valid, and examples have the same faults with and without it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.examples import fast_validator
from api_upgrades.examples.fast_validator import FastValidator
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.usage import DIRECTIONS
from tests.documents import contract as document
from tests.documents import every_document
from tests.profiles import up_to

NAMES = ("a", "b")
SCALARS = (None, True, False, 0, 1, 1.0, 2.5, -1, "", "a", "ab", "2024-01-31", "1")


def scalars() -> st.SearchStrategy[Json]:
    return st.sampled_from(SCALARS)


def values() -> st.SearchStrategy[Json]:
    def larger(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        return st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)

    return st.recursive(scalars(), larger, max_leaves=4)


KEYWORDS: Mapping[str, st.SearchStrategy[Json]] = {
    "type": st.sampled_from(["string", "integer", "number", "null", "object", "array", ["string", "null"], "other"]),
    "enum": st.lists(scalars(), min_size=1, max_size=3),
    "const": scalars(),
    "format": st.sampled_from(["date", "uuid", "unknown"]),
    "pattern": st.sampled_from(["^a", "[", r"\p{L}"]),
    "minLength": st.integers(0, 2),
    "maxLength": st.integers(0, 2),
    "minimum": st.sampled_from([0, 1.5, "1"]),
    "maximum": st.integers(0, 2),
    "exclusiveMinimum": st.sampled_from([0, True]),
    "multipleOf": st.integers(1, 2),
    "required": st.lists(st.sampled_from(NAMES), max_size=2) | st.just(True),
    "minItems": st.integers(0, 2),
    "nullable": st.booleans(),
    "readOnly": st.booleans(),
    "description": st.just("Words"),
}


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3) -> Json:
    if draw(st.integers(0, 12)) == 0:
        return draw(st.sampled_from([True, False, {}, {"$ref": "#/components/schemas/A"}, 5]))
    found = {name: draw(KEYWORDS[name]) for name in draw(st.lists(st.sampled_from(sorted(KEYWORDS)), max_size=2))}
    if depth == 0:
        return found
    inner = schemas(depth - 1)
    holders: dict[str, st.SearchStrategy[Json]] = {
        "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        "additionalProperties": inner,
        "items": inner,
        "anyOf": st.lists(inner | st.just({"type": "null"}), min_size=1, max_size=2),
        "allOf": st.lists(inner, min_size=1, max_size=2),
        "oneOf": st.lists(inner, min_size=1, max_size=2),
        "not": inner,
    }
    for name in draw(st.lists(st.sampled_from(sorted(holders)), max_size=1)):
        found[name] = draw(holders[name])
    return found


def resolve_nothing(ref: str, value: Json) -> JsonObject | None:
    raise KeyError(ref)


@pytest.mark.slow
@settings(max_examples=up_to(1500))
@given(schemas(), values())
def test_what_the_fast_validator_accepts_is_valid(schema: Json, value: Json) -> None:
    found = FastValidator("3.1", "writeOnly", resolve_nothing).is_certainly_valid(schema, value)
    event(f"certainly valid: {found}")
    if found:
        assert Draft202012Validator(schema).is_valid(value)  # what it cannot read raises an error


def test_the_keywords_are_those_of_jsonschema() -> None:
    # OpenAPI 3.0 uses a subset of draft 4, and 3.1 all of draft 2020-12.
    assert fast_validator.KEYWORDS["3.0"] == Draft4Validator.VALIDATORS.keys()
    assert fast_validator.KEYWORDS["3.1"] == Draft202012Validator.VALIDATORS.keys()


@st.composite
def documents(draw: st.DrawFn) -> Contract:
    """Contracts with any examples, in both dialects."""
    shown: dict[str, Any] = {}
    for name in ("A", "B", "C"):
        schema = draw(schemas())
        if isinstance(schema, dict):
            shown[name] = schema | draw(st.sampled_from([{}, {"examples": [draw(values())]}]))
    holder = {
        "type": "object",
        "properties": {name: {"$ref": f"#/components/schemas/{name}"} for name in (*shown, "D")},
    }
    openapi = draw(st.sampled_from(["3.0.3", "3.1.0"]))
    return Contract.from_openapi({"openapi": openapi, "components": {"schemas": {"Whole": holder, **shown}}})


def find_faults(
    contract: Contract, monkeypatch: pytest.MonkeyPatch, *, with_fast_validator: bool, only: tuple[str, ...] = ()
) -> list[str]:
    parts = [part for part in contract.parts if not only or part.name in only]
    with monkeypatch.context() as patched:
        if not with_fast_validator:
            patched.setattr(FastValidator, "is_certainly_valid", lambda self, schema, value: False)
        return [str(one) for one in find_invalid_examples(contract, parts, lambda part: DIRECTIONS)]


@pytest.mark.slow
@settings(max_examples=up_to(300))
@given(documents())
def test_faults_are_the_same_without_the_fast_validator(contract: Contract) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        expected = find_faults(contract, monkeypatch, with_fast_validator=False)
        event(f"faults: {bool(expected)}")
        assert find_faults(contract, monkeypatch, with_fast_validator=True) == expected


TEXT, TAG_A, TAG_B = {"type": "string"}, {"type": "string", "const": "a"}, {"type": "string", "enum": ["b", "c"]}
OBJECT_A = {"type": "object", "required": ["kind"], "properties": {"kind": TAG_A}}
OBJECT_B = {"type": "object", "properties": {"kind": TAG_B}}


@pytest.mark.parametrize(
    ("schema", "value", "is_certain"),
    [
        ({"anyOf": [TEXT, {"type": "null"}]}, None, True),
        ({"anyOf": [TEXT, {"type": "integer"}]}, None, False),
        ({"anyOf": [{"not": {}}, {"type": "null"}]}, None, False),
        ({"oneOf": [TEXT, {"type": "null"}]}, "a", True),
        ({"oneOf": [TEXT, {"type": "integer"}]}, "a", True),
        ({"oneOf": [TEXT, TEXT]}, "a", False),
        ({"oneOf": [OBJECT_A, OBJECT_B]}, {"kind": "a"}, True),
        ({"oneOf": [OBJECT_A, OBJECT_A]}, {"kind": "a"}, False),
        ({"oneOf": [OBJECT_A, OBJECT_B]}, {"kind": "b"}, False),
        ({"oneOf": [OBJECT_A, {"properties": {"other": TAG_B}}]}, {"kind": "a"}, False),
    ],
    ids=[
        "null by a later branch",
        "null by no branch",
        "a branch that may allow null",
        "one of text and null",
        "one of text and number",
        "two of two texts",
        "another tag",
        "the same tag",
        "the second branch",
        "no tag",
    ],
)
def test_null_and_tags_are_understood(schema: Json, value: Json, is_certain: bool) -> None:
    validator = FastValidator("3.1", "writeOnly", resolve_nothing)
    assert validator.is_certainly_valid(schema, value) is is_certain
    if is_certain:
        assert Draft202012Validator(schema).is_valid(value)


@st.composite
def tagged_documents(draw: st.DrawFn) -> Contract:
    """Contracts with a value that is one of two objects, told apart by a tag, which refer to a schema in any order."""
    tags = {"A": st.sampled_from([{"const": "a"}, {"enum": ["a"]}])}
    tags["B"] = st.sampled_from([{"const": "b"}, {"enum": ["b"]}, {"enum": ["a", "b"]}, {"type": "string"}])
    # Whether a check visits these is seen by whether it finds that their examples are invalid.
    parts: dict[str, Any] = {name: {"type": "integer", "example": "no number"} for name in ("C", "D")}
    for name, other in (("A", "C"), ("B", "D")):
        inner = {"kind": draw(tags[name]), "c": {"$ref": f"#/components/schemas/{other}"}, "d": {"type": "string"}}
        properties = {key: inner[key] for key in draw(st.permutations(sorted(inner)))}
        whole = {"type": "object", "properties": properties, **draw(st.sampled_from([{}, {"required": ["kind"]}]))}
        parts[name] = {key: whole[key] for key in draw(st.permutations(sorted(whole)))}
    named = [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]
    inline = [parts.pop("A"), parts.pop("B")] if draw(st.booleans()) else named
    branches: list[Json] = [*inline, {"type": "null"}]
    order = draw(st.sampled_from([(0, 1), (0, 1, 2), (0, 2, 1), (1, 0)]))
    value = draw(
        st.sampled_from([{"kind": "a", "c": 1}, {"kind": "a", "c": 1, "d": "d"}, {"kind": "a"}, {"kind": "b"}])
    )
    parts["Whole"] = {"oneOf": [branches[index] for index in order], "example": value}
    openapi = draw(st.sampled_from(["3.0.3", "3.1.0"]))
    return Contract.from_openapi({"openapi": openapi, "components": {"schemas": parts}})


@pytest.mark.slow
@settings(max_examples=up_to(500))
@given(tagged_documents())
def test_faults_of_tagged_values_are_the_same_without_the_fast_validator(contract: Contract) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        # Only the whole is asked for, so that the other schemas are checked if and only if a check visits them.
        expected = find_faults(contract, monkeypatch, with_fast_validator=False, only=("Whole",))
        event(f"faults: {bool(expected)}")
        assert find_faults(contract, monkeypatch, with_fast_validator=True, only=("Whole",)) == expected


@pytest.mark.slow
@every_document
def test_faults_of_real_documents_are_the_same_without_the_fast_validator(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = document(path)
    assert find_faults(contract, monkeypatch, with_fast_validator=True) == find_faults(
        contract, monkeypatch, with_fast_validator=False
    )
