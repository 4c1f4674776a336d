"""Equal JSON is one object: what is shared stays exactly as it was written, and keys say what is equal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_upgrades.core.json import Json, json_equal, json_key, share_equal
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import schema_part

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, 1.5]) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_a_shared_value_is_written_as_before(value: Json, like: Json) -> None:
    assert json.dumps(share_equal(value, like)) == json.dumps(value)


@given(VALUES)
def test_an_identical_value_is_the_same_object(value: Json) -> None:
    like = json.loads(json.dumps(value))
    assert share_equal(value, like) is like or not isinstance(value, dict | list)


@given(VALUES, VALUES)
def test_keys_are_equal_exactly_if_the_values_are(one: Json, other: Json) -> None:
    assert (json_key(one) == json_key(other)) == json_equal(one, other)


@pytest.mark.parametrize(
    ("value", "like"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="another order of keys"),
        pytest.param([1], [1.0], id="another spelling of a number"),
        pytest.param([1], [True], id="true is not 1"),
        pytest.param([1], [1, 2], id="a longer list"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, id="another key"),
    ],
)
def test_a_value_that_is_written_otherwise_stays(value: Json, like: Json) -> None:
    assert share_equal(value, like) is not like
    assert json.dumps(share_equal(value, like)) == json.dumps(value)


def test_what_is_inside_is_shared_where_the_whole_differs() -> None:
    like = {"a": {"deep": [1]}, "b": 2}
    assert share_equal({"a": {"deep": [1]}, "b": 3}, like)["a"] is like["a"]


def document(version: str) -> Json:
    return {"openapi": version, "components": {"schemas": {"A": {"type": "string", "nullable": True}}}}


@pytest.mark.parametrize(
    ("other", "is_shared"),
    [pytest.param("3.0.3", True, id="one dialect"), pytest.param("3.1.0", False, id="two dialects")],
)
def test_contracts_of_one_dialect_share_their_json(other: str, is_shared: bool) -> None:
    one, like = Contract.from_openapi(document("3.0.0")), Contract.from_openapi(document(other))
    shared = one.sharing_with(like)
    assert (shared.parts[schema_part("A")] is like.parts[schema_part("A")]) == is_shared
    assert shared.to_openapi() == one.to_openapi()
