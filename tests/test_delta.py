"""The delta that contracts carry: it says the same as a comparison of all parts, for every kind and every history."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from api_upgrades.compare.compare import compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.delta import derived_in_one_step, find_changed_parts, find_edited_parts
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.part import Part, schema_part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.usage import DIRECTIONS
from api_upgrades.registry.model import Registry
from tests.effects import REVERTED, Case, applied
from tests.generated import registries
from tests.profiles import up_to

TABLE = RuleTable.with_overrides({})


def without_origin(contract: Contract) -> Contract:
    """The same parts and document, as a contract of which nothing is known."""
    return Contract(contract.parts, contract.document)


def differing(older: Contract, newer: Contract) -> list[Part]:
    """The parts that are not the same object, found by looking at all of them."""
    found = [part for part, value in newer.parts.items() if older.parts.get(part) is not value]
    return found + [part for part in older.parts if part not in newer.parts]


def check_delta(older: Contract, newer: Contract, names: RenameMap) -> None:
    """Both contracts give the same parts and findings with and without their delta, in both directions."""
    strangers = without_origin(older), without_origin(newer)
    assert find_edited_parts(older, newer) == differing(older, newer)
    assert find_edited_parts(newer, older) == differing(newer, older)
    assert find_changed_parts(older, newer) == find_changed_parts(*strangers)
    found = compare(older, newer, names, lambda part: DIRECTIONS, TABLE)
    assert found == compare(*strangers, names, lambda part: DIRECTIONS, TABLE)
    for schema in newer.of_kind("schema"):
        newer.count_mentions(schema)  # so that the older contract has counts to start from
        assert older.count_mentions(schema) == strangers[0].count_mentions(schema)
    assert newer.refers_to_path_items == strangers[1].refers_to_path_items
    assert older.refers_to_path_items == strangers[0].refers_to_path_items
    visibility = Visibility()
    for one, stranger in zip((newer, older), reversed(strangers), strict=True):
        assert visibility.public(one).is_same(Visibility().public(stranger))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in REVERTED])
def test_a_reverted_effect_of_each_kind_says_what_it_edited(case: Case) -> None:
    (one,) = applied(case.newer_contract(), [case.parsed()])
    assert one.newer in (one.older, one.older.origin), "the older contract carries its delta to the newer one"
    check_delta(one.older, one.newer, RenameMap.of(one.moves))


def test_the_server_api_has_the_same_delta_in_every_step(server_api: History) -> None:
    for step in server_api.steps.values():
        check_delta(step.older, step.newer, step.renames)
        for one in step.effects:
            check_delta(one.older, one.newer, RenameMap.of(one.moves))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=up_to(60))
@given(registries())
def test_a_generated_history_has_the_same_delta_in_every_step(registry: Registry) -> None:
    for step in derive(registry)[0]:
        check_delta(step.older, step.newer, step.renames)
        for one in step.effects:
            check_delta(one.older, one.newer, RenameMap.of(one.moves))


BASE = Contract.from_openapi(
    {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/a": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}], "responses": {}}},
            "/b": {"get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}},
        },
        "components": {
            "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "string"}}},
            "responses": {"R": {"description": "r", "headers": {"H": {"$ref": "#/components/headers/H"}}}},
            "headers": {"H": {"schema": {"type": "string"}}},
            "schemas": {"A": {"type": "string"}, "B": {"type": "string"}},
        },
    }
)
A, B = schema_part("A"), schema_part("B")
GET_A, GET_B = Part("operation", "GET /a"), Part("operation", "GET /b")
COMPONENTS = BASE.document["components"]


def with_components(**sections: object) -> Contract:
    return BASE.with_document({**BASE.document, "components": {**COMPONENTS, **sections}})


@pytest.mark.parametrize(
    ("newer", "changed"),
    [
        pytest.param(BASE, [], id="nothing"),
        pytest.param(BASE.with_part(B, {}).with_part(A, {}), [A, B], id="two parts, in the order of the document"),
        pytest.param(BASE.with_part(A, {}).with_part(A, BASE.parts[A]), [], id="an edit that was undone"),
        pytest.param(BASE.without_part(A), [A], id="a part that is gone"),
        pytest.param(BASE.with_part_renamed(A, schema_part("C")), [schema_part("C"), A], id="a part with a new name"),
        pytest.param(BASE.with_document({**BASE.document, "info": {}}), [], id="info applies to no operation"),
        pytest.param(BASE.with_document({**BASE.document, "tags": []}), [], id="tags apply to no operation"),
        pytest.param(
            BASE.with_document({**BASE.document, "security": []}), [GET_A, GET_B], id="a key of all operations"
        ),
        pytest.param(with_components(securitySchemes={"S": {}}), [GET_A, GET_B], id="security schemes"),
        pytest.param(with_components(parameters={"P": {}}), [GET_A], id="a shared parameter"),
        pytest.param(with_components(headers={"H": {}}), [GET_B], id="a component behind another"),
        pytest.param(
            BASE.with_document({**BASE.document, "paths": {"/b": {"summary": "b"}}}), [GET_B], id="a path item"
        ),
    ],
)
def test_parts_change_with_what_applies_to_them(newer: Contract, changed: list[Part]) -> None:
    assert find_changed_parts(BASE, newer) == changed
    assert find_changed_parts(without_origin(BASE), newer) == changed


def test_an_edit_can_bring_an_internal_part_and_a_path_item_elsewhere() -> None:
    visibility = Visibility()
    assert visibility.public(BASE) is BASE
    assert A not in visibility.public(BASE.with_part(A, {"x-internal": True})).parts
    paths = {"/c": {"$ref": "#/components/pathItems/C"}}
    assert not BASE.refers_to_path_items
    assert BASE.with_document({**BASE.document, "paths": paths}).refers_to_path_items


def test_a_chain_of_edits_becomes_one_step() -> None:
    newer = BASE.with_part(A, {}).with_part(B, {})
    assert newer.origin is not BASE
    whole = derived_in_one_step(newer, BASE)
    assert whole.origin is BASE
    assert whole.edited == {A, B}
    assert (whole.parts, whole.document) == (newer.parts, newer.document)


def test_a_contract_of_another_origin_stays_as_it_is() -> None:
    stranger = without_origin(BASE)
    assert derived_in_one_step(stranger, BASE) is stranger
