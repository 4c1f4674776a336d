"""Renames, recognised: what is asked of whom, and that any answer can be drafted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_upgrades.core.json import Json
from api_upgrades.draft.draft import draft
from api_upgrades.draft.rename_detection import Question, resolve_renames
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target
from tests.effects import contract_of
from tests.generated import contracts
from tests.profiles import up_to
from tests.test_grouping import are_same, steps, undone

laws = settings(max_examples=up_to(50), suppress_health_check=list(HealthCheck))


@laws
@given(steps(), st.data())
def test_each_place_is_asked_for_once_and_any_answer_is_exact(
    step: tuple[Contract, Contract], data: st.DataObject
) -> None:
    older, newer = step
    asked: list[Target] = []
    taken: list[Target] = []

    def decide(question: Question) -> Target | None:
        assert question.candidates
        assert not set(question.candidates) & set(taken)
        asked.append(question.old)
        chosen: Target | None = data.draw(st.sampled_from([*question.candidates, None]))
        taken.extend([chosen] if chosen else [])
        return chosen

    names = resolve_renames(older, newer, decide, RenameMap())
    assert len(set(asked)) == len(asked)
    assert [move.new for move in names.moves] == taken
    assert are_same(undone(draft(older, newer, names), newer), older)


@pytest.mark.slow
@laws
@given(contracts())
def test_nothing_is_asked_where_nothing_happened(contract: Contract) -> None:
    def decide(question: Question) -> Target | None:
        raise AssertionError(question)

    assert resolve_renames(contract, contract, decide, RenameMap()) == RenameMap()


NUMBER, TEXT = ({"type": kind, "examples": [example]} for kind, example in (("integer", 1), ("string", "a")))


ADA, LOVELACE, ADA_LOVELACE = ({"type": "string", "examples": [name]} for name in ("Ada", "Lovelace", "Ada Lovelace"))


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        pytest.param({"a": NUMBER, "b": TEXT}, {"b": NUMBER, "a": TEXT}, [], id="two that swap are two other types"),
        pytest.param({"a": NUMBER}, {"b": NUMBER}, ["Task.a=Task.b"], id="the only one"),
        pytest.param({"a": NUMBER}, {"b": TEXT}, [], id="another type"),
        pytest.param(
            {"a": NUMBER, "b": TEXT}, {"b": NUMBER, "c": TEXT}, [], id="onto a name that was another's, which is there"
        ),
        pytest.param({"name": ADA}, {"first_name": ADA}, ["Task.name=Task.first_name"], id="a name that grew"),
        pytest.param(
            {"name": ADA_LOVELACE, "at": NUMBER},
            {"first_name": ADA, "last_name": LOVELACE, "on": NUMBER},
            ["Task.at=Task.on"],
            id="one that became several",
        ),
        pytest.param(
            {"first_name": ADA, "last_name": LOVELACE}, {"name": ADA_LOVELACE}, [], id="several that became one"
        ),
    ],
)
def test_what_is_recognised(was: Mapping[str, Json], now: Mapping[str, Json], expected: list[str]) -> None:
    older, newer = (contract_of({"schemas": {"Task": {"properties": one}}}) for one in (was, now))
    names = resolve_renames(older, newer, lambda question: question.candidates[0], RenameMap())
    assert [f"{move.old}={move.new}" for move in names.moves] == expected
