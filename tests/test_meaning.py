"""What of JSON is a promise: what wording, examples and order don't alter, and all else does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_upgrades.core.json import Json
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.semantics import Digests, adopt_wording, digest
from tests.generated import contracts
from tests.kept import WORDS, promise
from tests.profiles import up_to

laws = settings(max_examples=up_to(60))


@st.composite
def reworded(draw: st.DrawFn, value: Json, key: str = "") -> Json:
    """The same promise in other words, with other examples, and with its keys in another order."""
    if isinstance(value, list):
        items = [draw(reworded(one)) for one in value]
        return draw(st.permutations(items)) if key in ("required", "enum", "anyOf", "allOf", "parameters") else items
    if not isinstance(value, dict):
        return value
    is_names = key in ("properties", "responses")
    kept = {name: item for name, item in value.items() if is_names or name not in WORDS}
    found = {name: item if name == "default" else draw(reworded(item, name)) for name, item in kept.items()}
    if "type" in value or "$ref" in value:
        found |= draw(st.dictionaries(st.sampled_from(["title", "description", "examples"]), st.just("other")))
    return dict(draw(st.permutations(list(found.items()))))


@st.composite
def rewordings(draw: st.DrawFn) -> tuple[Contract, Contract]:
    contract = draw(contracts())
    parts = {part: draw(reworded(value)) for part, value in contract.parts.items()}
    return contract, Contract(parts, contract.document)


@pytest.mark.slow
@laws
@given(rewordings())
def test_words_examples_and_order_are_no_promise(pair: tuple[Contract, Contract]) -> None:
    was, now = pair
    assert Digests().of(was) == Digests().of(now)
    found = adopt_wording(was, now)
    assert list(found.parts) == list(now.parts)
    assert all(found.parts[part] is value for part, value in now.parts.items())


@pytest.mark.slow
@laws
@given(contracts(), contracts())
def test_an_older_contract_in_todays_words_promises_what_it_did(was: Contract, now: Contract) -> None:
    before = copy.deepcopy((dict(was.parts), dict(now.parts)))
    found = adopt_wording(was, now)
    assert Digests().of(found) == Digests().of(was)
    assert promise(adopt_wording(found, now)) == promise(found)
    assert promise(adopt_wording(was, was)) == promise(was)
    assert (dict(was.parts), dict(now.parts)) == before


def test_examples_that_parts_share_are_todays_though_other_components_differ() -> None:
    was, now = (
        Contract({}, {"components": {"headers": {name: {}}, "examples": {name: {"value": 1}}}}) for name in ("a", "b")
    )
    assert adopt_wording(was, now).document == {"components": {"headers": {"a": {}}, "examples": {"b": {"value": 1}}}}
    assert (
        adopt_wording(Contract({}, {"components": {"headers": {"a": {}}}}), now).document
        == adopt_wording(was, now).document
    )


PROMISES = st.sampled_from(
    [
        ("type", "string", "integer"),
        ("required", ["a"], ["a", "b"]),
        ("enum", [1], [True]),
        ("enum", ["a", "b"], ["a"]),
        ("default", {"title": "a"}, {"title": "b"}),
        ("const", {"example": 1}, {"example": 2}),
        ("deprecated", True, False),
        ("x-replaced-by", "a", "b"),
        ("properties", {"title": {}}, {}),
        ("properties", {"example": {"type": "string"}}, {"example": {"type": "integer"}}),
        ("responses", {"200": {"description": "a"}}, {"201": {"description": "a"}}),
        ("prefixItems", [{"type": "string"}, {}], [{}, {"type": "string"}]),
    ]
)


@given(PROMISES)
def test_all_else_is_a_promise(case: tuple[str, Any, Any]) -> None:
    keyword, was, now = case
    assert digest({keyword: was}) != digest({keyword: now})
