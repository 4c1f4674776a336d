"""Every kind of effect does what its case file says: see `tests/effects/__init__.py`."""

from __future__ import annotations

import pytest

from api_upgrades.compare.compare import compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ContractMismatch
from api_upgrades.draft.draft import draft
from api_upgrades.effects import KINDS, Effect
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.usage import DIRECTIONS
from tests.effects import CASES, REFUSED, REVERTED, Case, applied, as_text, in_words, sections_of

reverted = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in REVERTED])
refused = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in REFUSED])


def test_every_kind_has_cases_and_every_file_a_kind() -> None:
    assert sorted(CASES) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_case_that_works_and_one_that_fails(kind: str) -> None:
    errors = [case.error for case in CASES.get(kind, ())]
    assert None in errors
    assert any(errors)


@pytest.mark.parametrize("kind", CASES)
def test_names_are_unique_and_the_effects_of_the_kind(kind: str) -> None:
    names = [case.name for case in CASES[kind]]
    assert sorted(names) == sorted(set(names))
    assert {case.effect["kind"] for case in CASES[kind]} == {kind}


@reverted
def test_the_older_contract(case: Case) -> None:
    older = sections_of(case.parsed().revert(case.newer_contract()))
    assert as_text(older) == as_text(sections_of(case.older_contract()))


@reverted
def test_the_findings(case: Case) -> None:
    (effect,) = applied(case.newer_contract(), [case.parsed()])
    table = RuleTable.with_overrides({})
    found = compare(effect.older, effect.newer, RenameMap.of(effect.moves), lambda schema: DIRECTIONS, table)
    assert in_words(found) == list(case.findings)


@reverted
def test_the_headline(case: Case) -> None:
    assert case.parsed().headline() == case.headline


RECOGNIZED = [case for case in REVERTED if KINDS[case.kind].candidates.__func__ is not Effect.candidates.__func__]  # type: ignore[attr-defined]  # mypy doesn't know that a class method holds a function


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in RECOGNIZED])
def test_a_kind_that_finds_candidates_is_drafted(case: Case) -> None:
    drafted = draft(case.older_contract(), case.newer_contract())
    assert ([effect.as_data() for effect in drafted] == [case.effect]) == case.drafted


@refused
def test_the_error(case: Case) -> None:
    faults = case.faults()
    if faults is None:
        with pytest.raises(ContractMismatch) as raised:
            case.parsed().revert(case.newer_contract())
        faults = raised.value.field or "", str(raised.value)
    assert faults == (case.at or "", case.error)
