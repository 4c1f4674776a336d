"""Drafted effects as changes: all of them, and in any order, they lead back to what was released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api_upgrades.draft.draft import draft
from api_upgrades.draft.grouping import IndependentChange, group_into_independent_changes
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from tests.effects import contract_of
from tests.generated import contracts, effects
from tests.profiles import up_to

laws = settings(max_examples=up_to(50), suppress_health_check=list(HealthCheck))


def undone(found: Sequence[Effect], newer: Contract) -> Contract:
    for effect in reversed(found):
        newer = effect.revert(newer)
    return newer


def are_same(one: Contract, other: Contract) -> bool:
    return one.is_same(other)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Contract, Contract]:
    """Two contracts between which several things happened."""
    older = newer = draw(contracts())
    if draw(st.booleans()):  # much goes at once, neighbours too
        gone = [part for part in older.parts if part.kind != "schema" and draw(st.booleans())]
        newer = replace(older, parts={part: value for part, value in older.parts.items() if part not in gone})
    for _ in range(draw(st.integers(1, 5))):
        newer = draw(effects(newer)).revert(newer)
    return older, newer


@laws
@given(steps(), st.data())
def test_groups_commute(step: tuple[Contract, Contract], data: st.DataObject) -> None:
    older, newer = step
    found = draft(older, newer)
    assume(found)
    groups = group_into_independent_changes(found, newer)
    order = data.draw(st.sampled_from([*by_id(groups), groups]))
    assert are_same(undone([effect for group in order for effect in group.effects], newer), older)


def by_id(groups: list[IndependentChange]) -> list[list[IndependentChange]]:
    """The order in which files are read, which their names give, and the opposite one."""
    found = sorted(groups, key=lambda group: group.id)
    return [found, found[::-1]]


@laws
@given(steps())
def test_groups_hold_all_that_happened(step: tuple[Contract, Contract]) -> None:
    older, newer = step
    found = draft(older, newer)
    assume(found)
    told = {(effect.kind, touch) for effect in found for touch in effect.touches()}
    groups = group_into_independent_changes(found, newer)
    assert {(one.kind, touch) for group in groups for one in group.effects for touch in one.touches()} == told


TEXT = {"type": "string"}


@pytest.mark.parametrize("gone", [("a", "b"), ("b", "c"), ("a", "b", "c")])
def test_what_stood_before_what_is_gone_too_is_put_back_in_its_place(gone: tuple[str, ...]) -> None:
    properties = {"a": TEXT, "b": TEXT, "c": TEXT, "d": TEXT}
    left = {name: value for name, value in properties.items() if name not in gone}
    older = contract_of({"schemas": {"Task": {"properties": properties}}})
    newer = contract_of({"schemas": {"Task": {"properties": left}}})
    for order in by_id(group_into_independent_changes(draft(older, newer), newer)):
        found = undone([effect for group in order for effect in group.effects], newer)
        (task,) = found.parts.values()
        assert list(task["properties"]) == list(properties)
