"""What holds for every effect and every history: over the cases of all kinds, the Server API and generated contracts.

1. `revert` leaves its input untouched and shares every part that it does not touch.
2. Every composed example validates against its own contract.
3. Every reference leads somewhere, and each version is a valid OpenAPI document.
4. Each finding between neighbours is predicted by an effect, and each effect gives a finding.
6. Two renderings of the same inputs give the same bytes.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.json import Json
from api_upgrades.effects import KINDS, Effect, Touch
from api_upgrades.effects.annotation import Behaviour, ChangeExample, Wording
from api_upgrades.effects.reorder import Reorder
from api_upgrades.examples.validate import find_invalid_examples
from api_upgrades.history.derive import AppliedEffect, derive
from api_upgrades.history.history import History, JudgedChange
from api_upgrades.history.verify import verify
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.usage import DIRECTIONS
from api_upgrades.registry.model import Registry
from tests.effects import REFUSED, REVERTED, Case, applied, as_text, contract_of, sections_of
from tests.generated import candidates, composed_contracts, contracts, effects, registries
from tests.profiles import up_to
from tests.test_server_api import VERSIONS

ROOT = Path(__file__).parent.parent
WITHOUT_FINDINGS = (Wording, ChangeExample, Reorder, Behaviour)
"""Wording, examples and the order of keys are not part of the contract, and a behaviour doesn't show in it."""

generated = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=up_to(100))
cases = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in REVERTED])


def check_revert(effect: Effect, newer: Contract) -> Contract:
    """Law 1."""
    before = copy.deepcopy((dict(newer.parts), newer.document))
    older = effect.revert(newer)
    assert (dict(newer.parts), newer.document) == before
    assert list(newer.parts) == list(before[0])
    copied = [part for part in older.parts if json.dumps(newer.parts.get(part)) == json.dumps(older.parts[part])]
    assert [part for part in copied if newer.parts[part] is not older.parts[part]] == []
    if older.document == newer.document:
        assert older.document is newer.document
    return older


def invalid(contract: Contract) -> set[str]:
    """What breaks law 2, in every direction."""
    return set(map(str, find_invalid_examples(contract, contract.parts, lambda part: DIRECTIONS)))


def dangling(contract: Contract) -> set[str]:
    """What breaks law 3: references, of parts and of what is shared beside them, that lead nowhere."""
    document = contract.to_openapi()
    return {ref for ref in refs(document) if not leads(document, ref)}


def refs(value: Json, are_names: bool = False) -> Iterator[str]:
    """Every `$ref`, found without the generator's help. Data, as in examples, holds none, whatever it looks like."""
    for key, item in value.items() if isinstance(value, dict) else ():
        if key == "$ref" and not are_names:
            yield item
        elif are_names or key not in ("example", "examples", "default", "enum", "const"):
            yield from refs(item, key in ("properties", "responses") and not are_names)
    for item in value if isinstance(value, list) else ():
        yield from refs(item)


def leads(document: Json, ref: str) -> bool:
    for key in ref.removeprefix("#/").split("/"):
        document = document.get(key.replace("~1", "/").replace("~0", "~"), {})
    return bool(document)


def found_between(older: Contract, newer: Contract, names: RenameMap) -> tuple[Finding, ...]:
    return compare(older, newer, names, lambda part: DIRECTIONS, RuleTable.with_overrides({}))


def check_findings(older: Contract, newer: Contract, effects: list[Effect]) -> tuple[Finding, ...]:
    """Law 4: nothing is found between two contracts but what the effects between them say that they touch."""
    steps = applied(newer, effects)
    findings = found_between(older, newer, RenameMap.of(move for step in steps for move in step.moves))
    touches = list(touched(steps))
    unpredicted = [one for one in findings if not any(touch.explains(one.target, one.facet) for touch in touches)]
    assert [(one.rule, str(one.target), one.facet) for one in unpredicted] == []
    return findings


def touched(steps: list[AppliedEffect]) -> Iterator[Touch]:
    """What some effects touch, by the names that it has after the last of them."""
    for index, step in enumerate(steps):
        later = RenameMap.of(move for other in steps[index + 1 :] for move in other.moves)
        yield from (Touch(later.to_newer(touch.target), touch.facet) for touch in step.touches)


def alters(effect: Effect) -> bool:
    """Whether an effect must give a finding. What some kinds alter may be wording, or nothing to a caller."""
    return effect.must_be_found and not isinstance(effect, WITHOUT_FINDINGS)


# Over the cases of all kinds


@cases
def test_the_input_stays_and_parts_are_shared(case: Case) -> None:
    check_revert(case.parsed(), case.newer_contract())


@cases
def test_examples_stay_valid(case: Case) -> None:
    assert invalid(case.newer_contract()) == set()
    assert invalid(case.older_contract()) == set()


@cases
def test_references_stay_sound(case: Case) -> None:
    assert dangling(case.newer_contract()) == set()
    assert dangling(case.older_contract()) == set()


@cases
def test_findings_are_predicted_and_there(case: Case) -> None:
    found = check_findings(case.older_contract(), case.newer_contract(), [case.parsed()])
    assert bool(found) == alters(case.parsed()) or not case.parsed().must_be_found


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in REFUSED if case.faults() is None])
def test_what_does_not_fit_says_what_it_touches(case: Case) -> None:
    # Whoever reports the error asks for it.
    assert list(case.parsed().touches())
    assert isinstance(list(case.parsed().moves()), list)


# Over the Server API


def test_server_api_reverts(server_api: History) -> None:
    for step in server_api.steps.values():
        for one in step.effects:
            assert check_revert(one.effect, one.newer) == one.older


def test_server_api_examples(server_api: History) -> None:
    for version, contract in server_api.contracts.items():
        directions = server_api.usage_at(version).directions
        assert [str(one) for one in find_invalid_examples(contract, contract.parts, directions)] == [], version


def test_server_api_references(server_api: History) -> None:
    for version, contract in server_api.contracts.items():
        assert dangling(contract) == set(), version


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_server_api_is_valid_openapi(server_api: History, version: str) -> None:
    validate(server_api.contract_at(version).to_openapi(version))


def test_server_api_findings(server_api: History) -> None:
    for step in server_api.steps.values():
        check_findings(step.older, step.newer, [one.effect for one in step.effects])
        for one in step.effects:
            found = check_findings(one.older, one.newer, [one.effect])
            assert bool(found) or not alters(one.effect), one.effect


RENDER = """
import hashlib, pathlib, sys
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Asset
from api_upgrades.project import Project
for page in render_pages(Project(pathlib.Path(sys.argv[1])).load(), Addresses()):
    text = page.content if isinstance(page, Asset) else "\\0".join([page.title, page.html, page.markdown()])
    print(page.path, hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.slow
def test_server_api_renders_to_the_same_bytes() -> None:
    first, second = (rendered(seed) for seed in ("1", "2"))
    assert len(first) > 20
    assert first == second


def rendered(seed: str) -> list[str]:
    """The digest of each page, from a process with a hash seed of its own."""
    run = subprocess.run(
        [sys.executable, "-c", RENDER, str(ROOT)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


# Over generated contracts

RICH = """
document: {components: {examples: {one: {value: 1}}}}
schemas:
  Task:
    type: object
    properties:
      id: {type: [string, "null"]}
      size: {type: string, enum: [S, M]}
      old: {type: string, deprecated: true}
      tags: {type: array, items: {type: string, maxLength: 9}}
    required: [id]
  Room: {type: object, properties: {place: {type: object, properties: {city: {type: string}}}}}
  Place: {type: object, properties: {city: {type: string}}}
operations:
  POST /tasks:
    parameters: [{name: page, in: query, schema: {type: string}}]
    requestBody: {content: {application/json: {schema: {type: string}}}}
    responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Task"}}}}}
  GET /tasks: {responses: {"200": {}}}
webhooks:
  task.created: {post: {requestBody: {content: {application/json: {schema: {type: string}}}}}}
"""


def test_effects_of_every_kind_are_generated() -> None:
    found = candidates(contract_of(yaml.safe_load(RICH)))
    assert {candidate["kind"] for candidate in found} == KINDS.keys()


@generated
@given(st.data())
def test_generated_effects(data: st.DataObject) -> None:
    check_effects(data.draw(contracts()), data)


@pytest.mark.slow
@generated
@given(st.data())
def test_effects_on_branches_of_branches(data: st.DataObject) -> None:
    check_effects(data.draw(composed_contracts()), data)


def check_effects(newest: Contract, data: st.DataObject) -> None:
    """Laws 1 to 4, over some effects that fit a contract."""
    newer = newest
    assert invalid(newer) == dangling(newer) == set()
    chain: list[Effect] = []
    for _ in range(data.draw(st.integers(1, 4))):
        effect = data.draw(effects(newer))
        event(effect.kind)
        older = check_revert(effect, newer)
        assert as_text(sections_of(older)) != as_text(sections_of(newer)) or isinstance(effect, Behaviour)
        assert dangling(older) == set()
        assert invalid(older) == set()
        found = check_findings(older, newer, [effect])
        assert bool(found) or not alters(effect)
        chain.insert(0, effect)
        newer = older
    check_findings(newer, newest, chain)


@generated
@given(registries())
def test_generated_registries(registry: Registry) -> None:
    steps, errors = derive(registry)
    assert errors == []
    history = History(registry, steps, RuleTable.with_overrides({}))
    assert list(verify(history, "api")) == []
    for step in steps:
        check_findings(step.older, step.newer, [one.effect for one in step.effects])
        for change in history.changes_of(step.version.id):
            # What a change touches is what its effects alter, or what they say of its behaviour.
            assert set(change.changed_parts) <= set(change.affected_parts)
            assert change.changed_parts or change_of_document(change)
    for older, newer in combinations(history.versions, 2):
        check_revisions(history, older.id, newer.id)


def change_of_document(change: JudgedChange) -> bool:
    """Whether a change alters what stands beside the parts, and none of them."""
    return all(touch.target.part is None for one in change.effects for touch in one.applied.touches)


def check_revisions(history: History, older: str, newer: str) -> None:
    """Two versions share a revision of a part exactly if all versions in between have it with the same closure."""
    ids = [version.id for version in history.versions]
    between = ids[ids.index(older) : ids.index(newer) + 1]
    for part in history.contract_at(newer).parts:
        closures = [closure(history, version, part) for version in between]
        is_same = history.revisions[older].get(part) == history.revisions[newer][part]
        assert is_same == all(one == closures[0] is not None for one in closures), (part, older, newer)


def closure(history: History, version: str, part: Part) -> object:
    """A part with all that it references, as the objects that contracts share; None where it isn't there."""
    contract = history.contract_at(version)
    if part not in contract.parts:
        return None
    return {one: id(contract.parts[one]) for one in history.usage_at(version).closure(part)}
