"""Whatever is edited, drafted, released, added and amended, in whatever order: what was released is what it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from api_upgrades.derive import in_order
from api_upgrades.draft.recognise import Question
from api_upgrades.effects import Effect
from api_upgrades.errors import ApiUpgradesError
from api_upgrades.meaning import digest
from api_upgrades.target import Target
from tests.generated import contracts, effects
from tests.kept import Kept, as_models_say, promise

sequences = settings(suppress_health_check=list(HealthCheck), max_examples=40)


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
                written = [effect for change in in_order(unreleased) for effect in change.effects]
                kept.release()
                told[list(kept.released)[-1]] = written
        before = kept.head
        edit(kept, data)
        corrected = {}
        contract = kept.head
        try:
            for version in reversed(list(kept.released)):
                corrected[version] = contract
                for effect in reversed(told.get(version, [])):
                    contract = effect.revert(contract)
        except ApiUpgradesError:
            corrected = {}
        try:
            kept.amend(list(kept.released)[-1])
        except ApiUpgradesError as error:
            event(f"refused: {type(error).__name__}")
            assert not corrected or not promises_more(kept), error
            kept.head = before
        else:
            event("amended")
            kept.released = {version: corrected[version] for version in kept.released}
        check_released(kept)
        assert not {fault.kind for fault in kept.check().faults} & {"undocumented", "altered", "unfrozen", "misfit"}


def edit(kept: Kept, data: st.DataObject) -> None:
    """Edit the models somehow: as if some effects had happened the other way round."""
    for _ in range(data.draw(st.integers(1, 3))):
        effect = data.draw(effects(kept.head))
        note(f"edit: undo {effect.as_data()}")
        kept.head = as_models_say(effect.revert(kept.head))


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
    released = standing.released
    assert released is not None
    for version, contract in kept.released.items():
        assert promise(released.contract_at(version)) == promise(contract), version
        assert promise(standing.frozen.contracts[version]) == promise(contract), version


def promises_more(kept: Kept) -> bool:
    """Whether head, with what is unreleased undone, promises something else than the newest released version."""
    now, unreleased = kept.head, kept.registry.unreleased
    for change in reversed(in_order(unreleased)) if unreleased else ():
        for effect in reversed(change.effects):
            now = effect.revert(now)
    was = list(kept.released.values())[-1]
    parts = {*now.parts, *was.parts}
    return any(digest(now.parts.get(part)) != digest(was.parts.get(part)) for part in parts)


GIVEN = {"test_what_is_released_stays": (st.data(),), "test_an_amendment_alters_what_is_derived_from_it_and_nothing_else": (st.data(),)}
