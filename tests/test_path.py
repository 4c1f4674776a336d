"""The path between two versions says what the two contracts say, and nothing else.

Payloads are composed here from each contract alone, without what versions share; names are followed by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path as Folder
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.effects import KINDS, Effect
from api_upgrades.examples import http
from api_upgrades.examples.compose import as_json, compose, compose_body
from api_upgrades.examples.samples import compose_samples
from api_upgrades.history.composition import PathItem
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.history.upgrade_path import PathPart, UpgradePath, UpgradePaths
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.project import Project
from api_upgrades.registry.model import Change, Registry, Version
from tests.generated import SENDS, Calls, histories, history_of_calls, versions_of_calls
from tests.test_server_api import VERSIONS


def every_pair(check: Callable[[str, str], None]) -> Callable[[str], None]:
    """Check every pair of versions, in one test for all pairs that begin with the same version."""

    @pytest.mark.parametrize("start", VERSIONS)
    def check_all(start: str) -> None:
        for end in VERSIONS:
            if end != start:
                try:
                    check(start, end)
                except AssertionError as error:
                    error.add_note(f"from {start} to {end}")
                    raise

    return check_all


Texts = Mapping[tuple[Part, str], str]


@cache
def history() -> History:
    return Project(Folder(__file__).parent.parent).load()


@cache
def paths() -> UpgradePaths:
    return UpgradePaths(history())


@cache
def alone(version: str) -> Contract:
    """The contract of a version, sharing nothing with any other."""
    return Contract.from_openapi(history().contract_at(version).to_openapi())


@cache
def usage_alone(version: str) -> Usage:
    return Usage(alone(version), References())


@cache
def texts_of(version: str, called: str) -> Texts:
    """Every text of a version, composed from its contract alone; requests call it by a name."""
    contract, usage = alone(version), usage_alone(version)
    found: dict[tuple[Part, str], str] = {}
    for part in contract.parts:
        body = request_body(contract, part) if part.kind != "schema" else None
        if part.kind == "operation":
            found[part, "request"] = http.as_http(http.build_request(contract, part, called))
            for one in responses(contract, part):
                if one.body is not None:
                    payload = compose_body(contract, one.body, "response")
                    found[part, one.status] = http.as_response(one.status, payload)
        elif body is not None:
            found[part, "payload"] = as_json(compose_body(contract, body, "webhook"))
        elif usage.directions(part) != {"request"}:
            found[part, "object"] = as_json(compose(contract, {"$ref": SCHEMA_REF + part.name}, "response"))
    for part in contract.of_kind("schema"):
        if usage.directions(part) == {"request"}:
            sender = next(one for one in usage.affected_by([part]) if (one, "request") in found)
            found[part, "request"] = found[sender, "request"]
    return found


def names_between(start: str, end: str) -> RenameMap:
    """How names move from one version to another."""
    order = list(VERSIONS)
    first, last = order.index(start), order.index(end)
    moves = [move for version in order[min(first, last) + 1 : max(first, last) + 1] for move in moves_to(version)]
    if first < last:
        return RenameMap.of(moves)
    return RenameMap.of(type(move)(move.new, move.old) for move in reversed(moves))


def moves_to(version: str) -> Iterator[Any]:
    return (move for one in history().steps[version].effects for move in one.effect.moves())


def as_counter(findings: tuple[Finding, ...]) -> Counter[str]:
    return Counter(map(repr, findings))


@every_pair
def test_every_text_is_the_one_of_that_version_alone(start: str, end: str) -> None:
    older, newer = texts_of(start, start), texts_of(end, end)
    shown = paths().between(start, end)
    for part in shown.parts:
        for text in part.samples:
            assert text.before == (older.get((part.before, text.key), "") if part.before else "")
            assert text.after == (newer.get((part.after, text.key), "") if part.after else "")
            assert text.before != text.after


@every_pair
def test_no_text_that_differs_is_missing(start: str, end: str) -> None:
    told = {
        (part.after or part.before, text.key) for part in paths().between(start, end).parts for text in part.samples
    }
    names = names_between(start, end)
    renamed = {part: moved(names, part) for part in alone(start).parts}
    older = {(renamed[part], key): text for (part, key), text in texts_of(start, "any").items()}
    newer = texts_of(end, "any")
    differing = {
        place
        for place in {*older, *newer}
        if older.get(place, "") != newer.get(place, "")
        # an object that is only sent is shown by a request; where the object is the same, the request alone differs
        and not (place[0].kind == "schema" and place[1] == "request" and is_same(place[0], start, end))
    }
    assert {(part, key) for part, key in told} == differing


def moved(names: RenameMap, part: Part) -> Part:
    found = names.to_newer(Target(part)).part
    assert found is not None
    return found


def is_same(schema: Part, start: str, end: str) -> bool:
    older, newer = usage_alone(start), usage_alone(end)
    if schema not in older.contract.parts or schema not in newer.contract.parts:
        return False
    was, now = ({part: usage.contract.parts[part] for part in usage.closure(schema)} for usage in (older, newer))
    return was == now


@every_pair
def test_the_findings_are_those_of_both_contracts(start: str, end: str) -> None:
    older, newer = usage_alone(start), usage_alone(end)
    found = compare(
        older.contract,
        newer.contract,
        names_between(start, end),
        lambda schema: older.directions(schema) | newer.directions(schema),
        RuleTable.with_overrides({}),
    )
    path = paths().between(start, end)
    assert as_counter(path.findings) == as_counter(found)
    for part in path.parts:
        assert as_counter(tuple(one for place in part.entries for one in place.findings)) == as_counter(part.findings)
        assert all(place.summary for place in part.entries)
        assert len({place.target for place in part.entries}) == len(part.entries)


FACTS = [
    # from, to, part at the end, place, what is said of it
    ("2022-12-20", "2023-06-26", "Conversation", "assigned_providers", "renamed from `assigned_provider`; type "
     "changed from `Provider` to `array of Provider`"),
    ("2022-12-20", "2023-06-26", "ConversationCreate", "assigned_provider_ids", "renamed from "
     "`assigned_provider_id`; type changed from `string` to `array of string`"),
    ("2022-12-20", "2023-06-26", "AppointmentRecording", "expires_at", "renamed from `expiresAt`"),
    ("2022-12-20", "2023-06-26", "Appointment", "note", "type changed from `object` to `string`"),
    ("2022-12-20", "2023-06-26", "Appointment", "title", "new, `string`"),
    ("2022-12-20", "2023-06-26", "Appointment", "url", "moved from `POST /appointments response 201.url`"),
    ("2022-12-20", "2023-06-26", "Task", "is_assigned_to_patient", "renamed from `is_patient_task`"),
    ("2022-12-20", "2023-06-26", "Patient", "phone",
     "`pattern` changed from `^[1-9][0-9]{1,14}$` to `^\\+[1-9][0-9]{1,14}$`"),
    ("2022-12-20", "2023-06-26", "Observation", "quantitative_value", "now deprecated"),
    ("2022-12-20", "2023-06-26", "Observation", "type", "new value `BLOOD_PRESSURE_SYSTOLIC_DIASTOLIC_MMHG`"),
    ("2022-12-20", "2023-06-26", "webhook appointment.updated", "", "new webhook"),
    ("2022-12-20", "2023-06-26", "webhook conversation.message.created", "payload.data.conversation",
     "new, `Conversation`"),
    ("2022-05-02", "2023-06-26", "PATCH /tasks/{id}", "", "changed from `PUT /tasks/{id}`"),
    ("2022-05-02", "2023-06-26", "ConversationCreate", "type", "new and required, `string`"),
    ("2022-05-02", "2023-06-26", "QuestionnaireResponseCreate", "items", "renamed from `data`"),
    ("2022-05-02", "2023-06-26", "PatientCreate", "custom_fields", "renamed from `patient_field_values`"),
    ("2023-06-26", "2022-12-20", "AppointmentRecording", "expiresAt", "renamed from `expires_at`"),
    ("2023-06-26", "2022-12-20", "Appointment", "title", "removed, was `string`"),
    ("2023-06-26", "2022-12-20", "webhook appointment.updated", "", "webhook removed"),
    ("2023-06-26", "2022-05-02", "PUT /tasks/{id}", "", "changed from `PATCH /tasks/{id}`"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "part", "place", "words"), FACTS, ids=[" ".join(row[:4]) for row in FACTS])
def test_the_facts(start: str, end: str, part: str, place: str, words: str) -> None:
    found = next(one for one in paths().between(start, end).parts if str(one.part) == part)
    assert {one.name: one.summary for one in found.entries}[place] == words


def test_the_older_names_are_nowhere() -> None:
    told = {place.name for part in paths().between("2022-12-20", "2023-06-26").parts for place in part.entries}
    assert not told & {"assigned_provider", "assigned_provider_id", "expiresAt", "is_patient_task", "note.text"}


def by_version(path: UpgradePath) -> list[tuple[str, list[PathItem]]]:
    groups = groupby(path.items, key=lambda item: item.change.change.version)
    return [(version, list(items)) for version, items in groups]


def test_changes_are_in_order_and_the_worst_of_a_version_first() -> None:
    path = paths().between("2023-04-13", "2023-05-25")
    assert [
        (version, [(one.change.change.id, one.severity) for one in items]) for version, items in by_version(path)
    ] == [
        ("2023-04-26", [("blood-pressure", "risky"), ("value-decimal", "additive")]),
        ("2023-05-12", [("task-assignment", "breaking"), ("message-webhook-conversation", "additive")]),
        ("2023-05-25", [("note-without-bullets", "breaking")]),
    ]
    assert (path.count("breaking"), path.is_downgrade) == (2, False)


def test_a_downgrade_goes_backwards_and_is_judged_as_what_it_is() -> None:
    path = paths().between("2023-05-25", "2023-04-13")
    assert [
        (version, [(one.change.change.id, one.severity) for one in items]) for version, items in by_version(path)
    ] == [
        ("2023-05-25", [("note-without-bullets", "breaking")]),
        ("2023-05-12", [("task-assignment", "breaking"), ("message-webhook-conversation", "breaking")]),
        ("2023-04-26", [("blood-pressure", "breaking"), ("value-decimal", "breaking")]),
    ]
    assert (path.count("breaking"), path.is_downgrade) == (5, True)


def test_the_severity_of_a_downgrade_is_found_without_all_findings() -> None:
    first, *_, last = VERSIONS
    undone = paths().items_between(last, first)
    assert undone
    for item in undone:
        assert paths().downgrade_severity(item.change) == item.severity


def test_a_version_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        paths().between("2023-01-01", "2023-06-26")


# Random chains: what happens to each property is followed by its number, which no contract has.

TYPES = ("string", "integer", "boolean")


@dataclass
class Chain:
    """Two objects at one version, and the effects of each version that led there."""

    holders: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    effects: list[list[dict[str, object]]] = field(default_factory=list)
    names: int = 0

    def new_name(self) -> str:
        self.names += 1
        return f"name{self.names}"

    def contract(self) -> Contract:
        schemas = {
            holder: {"type": "object", "properties": {name: {"type": kind} for name, kind in properties.values()}}
            for holder, properties in self.holders.items()
        }
        content = {
            holder: {"description": "", "content": {"application/json": {"schema": {"$ref": SCHEMA_REF + holder}}}}
            for holder in schemas
        }
        paths = {f"/{holder.lower()}": {"get": {"responses": {"200": content[holder]}}} for holder in schemas}
        return Contract.from_openapi({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}})


@st.composite
def chains(draw: st.DrawFn) -> tuple[dict[str, dict[int, tuple[str, str]]], Chain]:
    """The properties that there were at first, and a chain of two to five versions."""
    chain = Chain({"One": {}, "Two": {}})
    count = draw(st.integers(1, 3))
    for number in range(count):
        chain.holders["One"][number] = (chain.new_name(), draw(st.sampled_from(TYPES)))
    first = {holder: dict(properties) for holder, properties in chain.holders.items()}
    for _ in range(draw(st.integers(1, 4))):
        chain.effects.append([])
        for _ in range(draw(st.integers(1, 3))):
            chain.effects[-1].append(draw(edits(chain, count)))
            count += 1
    return first, chain


@st.composite
def edits(draw: st.DrawFn, chain: Chain, number: int) -> dict[str, object]:
    """One edit of a chain, done to it; a property that it adds gets the number."""
    there = [(holder, one) for holder, properties in chain.holders.items() for one in properties]
    kind = draw(st.sampled_from(["add", "rename", "move", "remove", "retype"] if there else ["add"]))
    if kind == "add":
        holder, name, value = draw(st.sampled_from(["One", "Two"])), chain.new_name(), draw(st.sampled_from(TYPES))
        chain.holders[holder][number] = (name, value)
        return {"kind": "add_property", "target": f"{holder}.{name}"}
    holder, one = draw(st.sampled_from(there))
    name, value = chain.holders[holder][one]
    if kind == "rename":
        chain.holders[holder][one] = (chain.new_name(), value)
        return {"kind": "rename_property", "target": holder, "old": name, "new": chain.holders[holder][one][0]}
    if kind == "move":
        other = "Two" if holder == "One" else "One"
        chain.holders[other][one] = chain.holders[holder].pop(one)
        return {"kind": "move_property", "target": f"{other}.{name}", "was_in": holder}
    if kind == "remove":
        del chain.holders[holder][one]
        return {"kind": "remove_property", "target": f"{holder}.{name}", "was": {"type": value}}
    chain.holders[holder][one] = (name, draw(st.sampled_from([other for other in TYPES if other != value])))
    return {"kind": "change_type", "target": f"{holder}.{name}", "was": {"type": value}}


def history_of(chain: Chain) -> History:
    """The history of a chain: a change for each effect, in order."""
    versions = [Version("0", "", None, None, None, (), (), "")]
    for index, effects in enumerate(chain.effects, 1):
        changes = tuple(
            Change(f"change{number}", str(index), "", "", None, (parsed(effect),), "")
            for number, effect in enumerate(effects)
        )
        order = tuple(change.id for change in changes)
        versions.append(Version(str(index), "", None, None, None, order, changes, ""))
    registry = Registry(chain.contract(), tuple(versions))
    steps, errors = derive(registry)
    assert errors == []
    return History(registry, steps, RuleTable.with_overrides({}))


def parsed(effect: dict[str, object]) -> Effect:
    found: Effect = TypeAdapter(KINDS[str(effect["kind"])]).validate_python(effect)
    return found


def expected(
    first: Mapping[str, Mapping[int, tuple[str, str]]], last: Mapping[str, Mapping[int, tuple[str, str]]]
) -> dict[tuple[str, str], set[str]]:
    """For each place that differs what has to be said, told from who each property is."""
    older = {one: (holder, *said) for holder, properties in first.items() for one, said in properties.items()}
    newer = {one: (holder, *said) for holder, properties in last.items() for one, said in properties.items()}
    found: dict[tuple[str, str], set[str]] = {}
    for one in {*older, *newer}:
        if one not in older:
            holder, name, kind = newer[one]
            found[holder, name] = {f"new, `{kind}`"}
        elif one not in newer:
            holder, name, kind = older[one]
            found[holder, name] = {f"removed, was `{kind}`"}
        else:
            (was_in, was_called, was), (holder, name, kind) = older[one], newer[one]
            words = set()
            if was_in != holder:
                words = {f"moved from `{was_in}.{was_called}`"}
            elif was_called != name:
                words = {f"renamed from `{was_called}`"}
            if was != kind:
                words.add(f"type changed from `{was}` to `{kind}`")
            if words:
                found[holder, name] = words
    return found


def told(path: UpgradePath) -> dict[tuple[str, str], set[str]]:
    return {
        (_holder(part, place.is_removed, str(place.old_target)), place.name): set(place.summary.split("; "))
        for part in path.parts
        for place in part.entries
    }


def _holder(part: PathPart, is_gone: bool, old_place: str) -> str:
    """The object of a place; one that is gone is where it was."""
    return old_place.partition(".")[0] if is_gone else str(part.part)


@given(chains())
def test_a_chain_is_what_its_ends_say(made: tuple[dict[str, dict[int, tuple[str, str]]], Chain]) -> None:
    first, chain = made
    found = history_of(chain)
    last = str(len(chain.effects))
    assert told(UpgradePaths(found).between("0", last)) == expected(first, chain.holders)
    assert told(UpgradePaths(found).between(last, "0")) == expected(chain.holders, first)


def assert_texts_are_those_of_each_alone(found: History) -> None:
    paths = UpgradePaths(found)
    for version, contract in found.contracts.items():
        alone = Contract.from_openapi(contract.to_openapi(version))
        usage = Usage(alone, References())
        for part in contract.parts:
            assert paths.samples.at(version, part) == compose_samples(usage, alone, part)


@given(histories())
def test_the_texts_of_any_version_are_those_of_its_contract_alone(found: History) -> None:
    assert_texts_are_those_of_each_alone(found)


@example([{"/a": SENDS, "/b": SENDS}, {"/b": SENDS, "/a": SENDS}])
@given(versions_of_calls())
def test_who_shows_an_object_that_is_only_sent(versions: list[Calls]) -> None:
    assert_texts_are_those_of_each_alone(history_of_calls(versions))


def test_a_property_renamed_twice_is_one_rename() -> None:
    chain = Chain({"One": {0: ("c", "string")}, "Two": {}})
    chain.effects = [
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "rename_property", "target": "One", "old": "b", "new": "c"}],
    ]
    assert told(UpgradePaths(history_of(chain)).between("0", "2")) == {("One", "c"): {"renamed from `a`"}}


def test_what_is_added_and_later_removed_is_not_there() -> None:
    chain = Chain({"One": {}, "Two": {}})
    chain.effects = [
        [{"kind": "add_property", "target": "One.a"}],
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "remove_property", "target": "One.b", "was": {"type": "string"}}],
    ]
    path = UpgradePaths(history_of(chain)).between("0", "3")
    assert (path.parts, path.items) == ((), ())
