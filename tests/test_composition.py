"""The steps of an upgrade path are composed: they speak of what differs between its ends, and of nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.history.composition import PathItem
from api_upgrades.history.history import History
from api_upgrades.history.upgrade_path import UpgradePath, UpgradePaths
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.path.items import ItemView
from api_upgrades.site.pages.path.view import PathView
from api_upgrades.site.pages.site import Site
from tests.test_path import Chain, chains, history_of

RENAME_TWICE: list[list[dict[str, object]]] = [
    [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}, {"kind": "add_property", "target": "One.x"}],
    [
        {"kind": "rename_property", "target": "One", "old": "b", "new": "c"},
        {"kind": "remove_property", "target": "One.x", "was": {"type": "string"}},
    ],
]
"""A property is renamed twice; another one comes and goes."""


def chain_of(effects: list[list[dict[str, object]]], *names: str) -> History:
    """The history of some effects, after which the schema One has properties with these names."""
    return history_of(Chain({"One": {k: (name, "string") for k, name in enumerate(names)}, "Two": {}}, effects))


def views(history: History, start: str, end: str) -> tuple[ItemView, ...]:
    site = Site(history, Addresses())
    return PathView(site, site.upgrade_paths.between(start, end)).items


def titles(history: History, start: str, end: str) -> list[tuple[str, str | None, str, int]]:
    return [(one.title, one.upgrade, one.severity, len(one.merged)) for one in views(history, start, end)]


def test_a_property_that_is_renamed_twice_is_one_step_and_what_came_and_went_is_none() -> None:
    found = chain_of(RENAME_TWICE, "c")
    assert titles(found, "0", "2") == [("`a` renamed to `c` in `One`", "Use `c` instead of `a`.", "breaking", 1)]
    (step,) = views(found, "0", "2")
    assert [version for version, _ in step.links] == ["1", "2"]
    assert titles(found, "2", "0") == [("`c` renamed to `a` in `One`", "Use `a` instead of `c`.", "breaking", 1)]


def test_one_version_alone_is_not_composed() -> None:
    found = chain_of(RENAME_TWICE, "c")
    assert [item.merged for item in UpgradePaths(found).between("0", "1").items] == [(), ()]
    assert [item.merged for item in UpgradePaths(found).between("1", "2").items] == [(), ()]


def changes(path: UpgradePath) -> list[tuple[str, str, list[str]]]:
    """The version and the severity of each step, and the versions of those that it stands for."""
    return [
        (one.change.change.version, one.severity, [merged.change.version for merged in one.merged])
        for one in path.items
    ]


def test_what_was_renamed_and_then_removed_is_only_removed() -> None:
    found = chain_of([
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "remove_property", "target": "One.b", "was": {"type": "string"}}],
    ])  # fmt: skip
    assert changes(UpgradePaths(found).between("0", "2")) == [("2", "breaking", ["1"])]
    assert changes(UpgradePaths(found).between("2", "0")) == [("2", "additive", ["1"])]


def test_what_was_added_and_then_renamed_is_added_under_its_last_name() -> None:
    found = chain_of([
        [{"kind": "add_property", "target": "One.a"}],
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
    ], "b")  # fmt: skip
    assert titles(found, "0", "2") == [("`b` added in `One`", None, "additive", 1)]
    assert titles(found, "2", "0") == [("`b` removed in `One`", None, "breaking", 1)]


def test_what_goes_back_to_its_old_name_is_no_step() -> None:
    found = chain_of([
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "rename_property", "target": "One", "old": "b", "new": "a"}],
    ], "a")  # fmt: skip
    assert UpgradePaths(found).between("0", "2").items == ()
    assert UpgradePaths(found).between("2", "0").items == ()


def test_what_happens_to_an_object_that_goes_is_folded_under_its_removal() -> None:
    found = chain_of([
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "rename_property", "target": "One", "old": "p", "new": "q"}],
        [{"kind": "remove_property", "target": "One.b", "was": {"type": "string"}}],
    ], "q")  # fmt: skip
    assert changes(UpgradePaths(found).between("0", "3")) == [("2", "breaking", []), ("3", "breaking", ["1"])]
    assert changes(UpgradePaths(found).between("0", "2")) == [("1", "breaking", []), ("2", "breaking", [])]


def names_of(paths: UpgradePaths, items: Iterable[PathItem]) -> set[Target]:
    """All names, in any version, of the places that some steps speak of. A value is a place inside its enum."""
    events = (
        event for item in items for outcome in item.outcomes for event in paths.composition.places[outcome.place].events
    )
    names = {target for event in events for target in (event.old_target, event.target)}
    return names | {one.holder for one in names if one.name.startswith("=")}


def assert_steps_say_what_the_ends_say(paths: UpgradePaths, start: str, end: str) -> None:
    """Every difference has a step that speaks of its place, every step a difference, and no step is too mild."""
    path = paths.between(start, end)
    spoken = names_of(paths, path.items)
    for finding in path.findings:
        assert {finding.target, finding.old_target} & spoken, finding
    differing = {target for finding in path.findings for target in (finding.target, finding.old_target)}
    for item in path.items:
        is_observed = any(one.effect.observation() for one in item.change.effects)
        assert is_observed or names_of(paths, [item]) & differing, item.change.change.id
    ranks = [SEVERITIES.index(finding.severity) for finding in path.findings]
    worst = min((SEVERITIES.index(item.severity) for item in path.items), default=3)
    assert worst <= min(ranks, default=3)


@given(chains())
def test_the_steps_of_any_chain_say_what_its_ends_say(made: tuple[Any, Chain]) -> None:
    history = history_of(made[1])
    paths = UpgradePaths(history)
    for start, end in permutations([version.id for version in history.versions], 2):
        assert_steps_say_what_the_ends_say(paths, start, end)


@example((None, Chain({"One": {0: ("c", "string")}, "Two": {}}, [*RENAME_TWICE])))
@given(chains())
def test_a_downgrade_has_the_same_steps_as_the_upgrade(made: tuple[Any, Chain]) -> None:
    history = history_of(made[1])
    paths = UpgradePaths(history)

    def steps(start: str, end: str) -> Counter[frozenset[tuple[str, str]]]:
        return Counter(
            frozenset((one.change.version, one.change.id) for one in (item.change, *item.merged))
            for item in paths.items_between(start, end)
        )

    ids = [version.id for version in history.versions]
    for start, end in permutations(ids, 2):
        assert steps(start, end) == steps(end, start)


@given(chains())
def test_no_change_is_in_two_steps(made: tuple[Any, Chain]) -> None:
    history = history_of(made[1])
    for start, end in permutations([version.id for version in history.versions], 2):
        items = UpgradePaths(history).items_between(start, end)
        found = [(one.change.version, one.change.id) for item in items for one in (item.change, *item.merged)]
        assert len(found) == len({*found})


@cache
def server_api() -> History:
    return Project(Path(__file__).parent.parent).load()


@cache
def server_paths() -> UpgradePaths:
    return UpgradePaths(server_api())


@pytest.mark.parametrize("start", [version.id for version in server_api().versions])
def test_the_steps_of_the_server_api_say_what_its_ends_say(start: str) -> None:
    for end in (version.id for version in server_api().versions if version.id != start):
        assert_steps_say_what_the_ends_say(server_paths(), start, end)


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        ("2022-12-20", "2023-06-26", {"breaking": 8, "risky": 2, "additive": 4}),
        ("2022-05-02", "2022-12-05", {"breaking": 2, "additive": 2}),
        ("2023-06-26", "2022-12-20", {"breaking": 14}),
    ],
)
def test_the_counts_of_the_server_api(start: str, end: str, counts: dict[str, int]) -> None:
    path = server_paths().between(start, end)
    assert Counter(item.severity for item in path.items) == counts
