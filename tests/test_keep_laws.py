"""Whatever is edited, drafted, released, added and amended, in whatever order: what was released is what it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from api_upgrades.compare.compare import compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import JsonObject
from api_upgrades.draft.rename_detection import Question
from api_upgrades.effects import Effect
from api_upgrades.history.consistency import differs, parts_with_other_references
from api_upgrades.history.derive import ordered_changes
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.locate import schema_spot, value_spot
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.schema_edit import sort_keywords as in_schema_order
from api_upgrades.openapi.target import Target
from tests.effects import effect_of
from tests.generated import candidates, contracts, effects, places
from tests.kept import Kept, as_models_say
from tests.profiles import up_to

pytestmark = pytest.mark.slow

sequences = settings(suppress_health_check=list(HealthCheck), max_examples=up_to(25))


@sequences
@given(st.data())
def test_what_is_released_stays(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as root:
        kept = Kept(Path(root), data.draw(contracts()))
        for _ in range(data.draw(st.integers(1, 2))):
            for _ in range(data.draw(st.integers(1, 2))):
                edit(kept, data)
                draft(kept, data)
            kept.write_prose()
            if kept.registry.unreleased is not None:
                kept.release()
                event("released")
                check_fine(kept)


@sequences
@given(st.data())
def test_an_amendment_alters_what_is_derived_from_it_and_nothing_else(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as root:
        kept = Kept(Path(root), data.draw(contracts()))
        told: dict[str, list[Effect]] = {}
        for _ in range(data.draw(st.integers(1, 3))):
            edit(kept, data)
            draft(kept, data)
            kept.write_prose()
            if unreleased := kept.registry.unreleased:
                written = [effect for change in ordered_changes(unreleased) for effect in change.effects]
                kept.release()
                told[list(kept.released)[-1]] = written
        before = kept.head
        edit(kept, data)
        corrected = {}
        contract = kept.head
        try:
            for version in reversed(list(kept.released)):
                corrected[version] = public(contract)
                for effect in reversed(told.get(version, [])):
                    contract = effect.revert(contract)
        except ApiUpgradesError:
            corrected = {}
        try:
            kept.amend(list(kept.released)[-1])
            is_amended = True
        except ApiUpgradesError:
            is_amended = False
        event("amended" if is_amended else "refused")
        assert is_amended == (bool(corrected) and promises_more(kept))
        if not is_amended:
            kept.head = before
        else:
            kept.released = {version: corrected[version] for version in kept.released}
        check_released(kept)
        assert not {fault.kind for fault in kept.check().faults} & {"undocumented", "altered", "unlocked", "misfit"}


@sequences
@given(st.data())
def test_an_addition_comes_into_all_versions_and_nothing_else_does(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as root:
        kept = Kept(Path(root), data.draw(contracts()))
        for number in range(data.draw(st.integers(1, 3))):
            edit(kept, data)
            draft(kept, data)
            kept.write_prose()
            if kept.registry.unreleased and data.draw(st.booleans()):
                kept.release()
            before, more = kept.head, [one for one in candidates(kept.head) if is_addition(one)]
            effect = effect_of(data.draw(st.sampled_from(more)))
            note(f"add: undo {effect.as_data()}")
            kept.head = as_models_say(effect.revert(kept.head))
            add(kept, before, f"2024-01-{number + 1:02}")
            check_released(kept)
            assert not kept.check().faults


@sequences
@given(st.data())
def test_what_becomes_internal_is_gone_from_then_on(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as root:
        kept = Kept(Path(root), data.draw(contracts()))
        for _ in range(data.draw(st.integers(1, 3))):
            ways = list(hidings(kept.head))
            assume(ways)
            told, head = data.draw(st.sampled_from(ways))
            note(f"edit: {told}")
            kept.head = head
            draft(kept, data)
            kept.write_prose()
            if kept.registry.unreleased:
                kept.release()
                check_fine(kept)


ADDING = ("remove_property", "remove_operation", "remove_webhook", "remove_schema", "remove_parameter")
"""Kinds that are an addition, the other way round."""


def is_addition(effect: JsonObject) -> bool:
    return effect["kind"] in ADDING and not effect.get("required")


def public(contract: Contract) -> Contract:
    return Visibility().public(contract)


def add(kept: Kept, before: Contract, date: str) -> None:
    """Draft an addition and freeze it; where that is refused, all is as it was."""
    try:
        files = kept.draft(lambda question: None, date).files
        for name, written in files.items():
            note(f"{name}:\n{written}")
        if not files:  # it is inside of what is not released yet
            return
        kept.write_prose()
        check_released(kept)
        kept.lock()
    except ApiUpgradesError as error:
        event("refused")
        note(str(error))
        for file in (kept.folder / "additions").glob("*.yaml"):
            if date in file.read_text("utf-8"):
                file.unlink()
        kept.head = before
        return
    event("added")
    history = kept.standing().history_from_locks
    assert history is not None
    newest = list(kept.released)[-1]
    here = grown(kept.released[newest], public(history.contract_at(newest)))
    assert here
    for version, was in kept.released.items():
        kept.released[version] = public(history.contract_at(version))
        assert grown(was, kept.released[version]) <= here, version


def grown(was: Contract, now: Contract) -> set[str]:
    """What is in a contract that was not in it before, all else being the same."""
    found = compare(was, now, NO_RENAMES, lambda part: (), RuleTable.with_overrides({}))
    assert all((finding.facet, finding.before) == ("existence", None) for finding in found), found
    return {f"{finding.rule} {finding.target.name}" for finding in found}


def edit(kept: Kept, data: st.DataObject) -> None:
    """Edit the models somehow: as if an effect had happened the other way round, or what no kind is for."""
    count = data.draw(st.integers(1, 3))
    kept.is_ordered = kept.is_ordered and count == 1
    for _ in range(count):
        ways = [*swaps(kept.head)] if data.draw(st.integers(0, 4)) == 0 else []
        if ways:
            told, kept.head = data.draw(st.sampled_from(ways))
            note(f"edit: {told}")
            kept.is_ordered = False
            continue
        effect = data.draw(effects(kept.head))
        note(f"edit: undo {effect.as_data()}")
        kept.head = as_models_say(effect.revert(kept.head))


def swaps(contract: Contract) -> Iterator[tuple[str, Contract]]:
    """Two properties of one object called by each other's name."""
    for place in places(contract):
        names = list(place.value.get("properties", ()))[:2]
        if len(names) == 2 and not place.value.get("required") and "allOf" not in place.schema:
            one, other = (place.value["properties"][name] for name in names)
            spot = value_spot(contract, schema_spot(contract, place.target), place.target)
            rest = dict(list(place.value["properties"].items())[2:])
            value = {**place.value, "properties": {names[0]: other, names[1]: one, **rest}}
            yield f"swap {names} of {place.target}", spot.write(contract, value)


def hidings(contract: Contract) -> Iterator[tuple[str, Contract]]:
    """A property, an operation or a webhook that becomes internal, or public again."""
    for place in places(contract):
        if place.target.steps and place.target.steps[-1].startswith(".") and not list(references(place.schema)):
            spot = schema_spot(contract, place.target)
            yield f"hide {place.target}", spot.write(contract, in_schema_order(hidden(spot.read(contract))))
    for part in contract.of_kind("operation"):
        if list(references(contract.parts[part])):
            continue
        yield f"hide {part}", contract.with_part(part, hidden(contract.parts[part]))


def hidden(value: JsonObject) -> JsonObject:
    shown = {key: kept for key, kept in value.items() if key != "x-internal"}
    return shown if "x-internal" in value else {**value, "x-internal": True}


def draft(kept: Kept, data: st.DataObject) -> None:
    """Check and draft: all that is not told of is found, and afterwards all is told."""
    found = {fault.kind for fault in kept.check().faults}
    if "misfit" in found:
        assert found == {"misfit"}
        event("starts again")
        note("starts again")
        kept.start_again()
        found = {fault.kind for fault in kept.check().faults}
    check_released(kept)
    assert ("undocumented" in found) == promises_more(kept)
    assert found <= {"undocumented", "prose"}

    def decide(question: Question) -> Target | None:
        chosen = data.draw(st.sampled_from([*question.candidates, None]))
        note(f"{question} {chosen}")
        return chosen

    for name, written in kept.draft(decide).files.items():
        note(f"{name}:\n{written}")
    faults = kept.check().faults
    assert {fault.kind for fault in faults} <= {"prose"}, "\n".join(map(str, faults))
    assert not kept.draft(lambda question: None).files
    check_released(kept)


def check_fine(kept: Kept) -> None:
    check_released(kept)
    faults = kept.check().faults
    assert not faults, "\n".join(map(str, faults))


def check_released(kept: Kept) -> None:
    """Every version is what it was, by the models and the changes, and by the locks alone."""
    standing = kept.standing()
    released = standing.history_from_locks
    assert released is not None
    for version, contract in kept.released.items():
        for found in (public(released.contract_at(version)), standing.locked_versions.contracts[version]):
            assert not differs(contract, found), version


def promises_more(kept: Kept) -> bool:
    """Whether head, with what is unreleased undone, promises something else than the newest released version."""
    now, unreleased = kept.head, kept.registry.unreleased
    for change in reversed(ordered_changes(unreleased)) if unreleased else ():
        for effect in reversed(change.effects):
            now = effect.revert(now)
    now, was = public(now), list(kept.released.values())[-1]
    return differs(was, now) or bool(parts_with_other_references(was, now))
