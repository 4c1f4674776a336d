"""The Server API's registry says what is known about it.

The tables are written from the facts, by hand, and compared with the contracts that are derived. The ids `F1` to
`F27` count the facts from the newest version to the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.effects.annotation import Behaviour
from api_upgrades.examples.compose import compose, compose_body
from api_upgrades.history.history import History
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.locate import schema_spot
from api_upgrades.openapi.operation import request_body, responses
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.target import Target
from api_upgrades.project import Project

VERSIONS = {
    "2022-05-02": "reconstructed",
    "2022-11-07": "reconstructed",
    "2022-12-05": "reconstructed",
    "2022-12-20": "reconstructed",
    "2023-01-30": "reconstructed",
    "2023-02-27": "reconstructed",
    "2023-03-28": "stated",
    "2023-04-06": "stated",
    "2023-04-13": "stated",
    "2023-04-26": "stated",
    "2023-05-12": "stated",
    "2023-05-25": "stated",
    "2023-06-26": "stated",
}

RECORDING = "GET /appointments/{id}/recording response"
NOTE_SECTION = "title text"
TASK = "id patient_id title details {} status due_at created_at"
OBSERVATION = "id patient_id type {} quantitative_value observed_at created_at"
NEW_OBSERVATION = "patient_id type {} quantitative_value observed_at"
APPOINTMENT = "id {} patient provider start_at duration created_at appointment_type status mode location {} note"
UNREAD = "unread_by_patient_messages_count unread_by_providers_messages_count"
CONVERSATION = "id title summary {} providers {} tags console_url " + UNREAD
NEW_PATIENT = "username first_name last_name date_of_birth locale email phone address sex external_id metadata {} tags"
ONE_PROVIDER = CONVERSATION.format("patient patients", "assigned_provider")

NAMES: list[tuple[str, str, str, str]] = [
    # fact, version, place, its properties
    ("F1", "2023-05-25", "AppointmentRecording", "url expiresAt"),
    ("F1", "2023-06-26", "AppointmentRecording", "url expires_at"),
    ("F1", "2022-05-02", RECORDING, "url expiresAt"),
    ("F2", "2023-05-12", "ClinicalNoteSection", NOTE_SECTION),
    ("F2", "2023-05-25", "ClinicalNoteSection", NOTE_SECTION),
    ("F3", "2023-04-26", "webhook conversation.message.created payload.data", "message"),
    ("F3", "2023-05-12", "webhook conversation.message.created payload.data", "message conversation"),
    ("F4", "2023-04-26", "Task", TASK.format("is_patient_task")),
    ("F4", "2023-05-12", "Task", TASK.format("is_assigned_to_patient")),
    ("F4", "2023-04-26", "POST /tasks request", "patient_id title details is_patient_task due_at"),
    ("F4", "2023-05-12", "POST /tasks request", "patient_id title details is_assigned_to_patient due_at"),
    ("F4", "2023-04-26", "PATCH /tasks/{id} request", "title details is_patient_task status due_at"),
    ("F4", "2023-05-12", "PATCH /tasks/{id} request", "title details is_assigned_to_patient status due_at"),
    ("F5 F6 F7", "2023-04-13", "Observation", OBSERVATION.format("")),
    ("F5 F6 F7", "2023-04-26", "Observation", OBSERVATION.format("value_decimal value_string")),
    ("F5 F6 F7", "2023-04-13", "POST /observations request", NEW_OBSERVATION.format("")),
    ("F5 F6 F7", "2023-04-26", "POST /observations request", NEW_OBSERVATION.format("value_decimal value_string")),
    ("F8", "2023-04-06", "webhook appointment.note.updated payload.data", "appointment"),
    ("F8", "2023-04-13", "webhook appointment.note.updated payload.data", "appointment"),
    ("F8", "2023-04-13", "webhook appointment.updated payload.data", "appointment"),
    ("F9", "2023-03-28", "Appointment.note", "text updated_at"),
    ("F9", "2023-04-06", "Appointment.note", ""),
    ("F10", "2023-03-28", "Appointment", APPOINTMENT.format("", "url external_videocall_url")),
    ("F10", "2023-04-06", "Appointment", APPOINTMENT.format("title", "url external_videocall_url")),
    ("F11", "2023-02-27", "Availability", "id provider starts_at ends_at created_at supported_modes"),
    ("F11", "2023-03-28", "Availability", "id provider starts_at ends_at created_at supported_modes"),
    ("F12", "2023-02-27", "POST /availabilities request", "provider_id starts_at ends_at supported_modes"),
    ("F12", "2023-03-28", "POST /availabilities request", "provider_id starts_at ends_at supported_modes"),
    ("F13", "2023-01-30", "GET /conversations/{id} response", ONE_PROVIDER),
    ("F13", "2023-02-27", "Conversation", CONVERSATION.format("patient patients", "assigned_providers")),
    ("F14", "2023-01-30", "POST /conversations request", "type title patient_id patient_ids assigned_provider_id"),
    ("F14", "2023-02-27", "POST /conversations request", "type title patient_id patient_ids assigned_provider_ids"),
    ("F15", "2023-01-30", "PATCH /conversations/{id} request", "title assigned_provider_id"),
    ("F15", "2023-02-27", "PATCH /conversations/{id} request", "title assigned_provider_ids"),
    ("F16 F17", "2023-01-30", "Appointment", APPOINTMENT.format("", "url")),
    ("F16 F17", "2023-02-27", "Appointment", APPOINTMENT.format("", "url external_videocall_url")),
    ("F18", "2022-12-20", "POST /appointments response 201", "appointment url"),
    ("F18", "2023-01-30", "POST /appointments response 201", "appointment"),
    ("F18", "2022-12-20", "Appointment", APPOINTMENT.format("", "")),
    ("F18", "2023-01-30", "Appointment", APPOINTMENT.format("", "url")),
    ("F19", "2022-12-20", "POST /patients request", NEW_PATIENT.format("custom_fields")),
    ("F19", "2023-01-30", "POST /patients request", NEW_PATIENT.format("custom_fields")),
    ("F20", "2022-12-05", "POST /messages request", "conversation_id author_id text attachment metadata"),
    ("F20", "2022-12-20", "POST /messages request", "conversation_id author_id content text attachment metadata"),
    ("F20", "2022-12-20", "TextContent", "type text"),
    ("F20", "2022-12-20", "AttachmentContent", "type attachment"),
    ("F21", "2022-12-05", "POST /questionnaire_responses request", "questionnaire_id patient_id data"),
    ("F21", "2022-12-20", "POST /questionnaire_responses request", "questionnaire_id patient_id items"),
    ("F21", "2022-12-05", "PATCH /questionnaire_responses/{id} request", "data"),
    ("F21", "2022-12-20", "PATCH /questionnaire_responses/{id} request", "items"),
    ("F22", "2022-12-05", "POST /patients request", NEW_PATIENT.format("patient_field_values")),
    ("F22", "2022-12-20", "POST /patients request", NEW_PATIENT.format("custom_fields")),
    ("F22", "2022-12-05", "PATCH /patients/{id} request", NEW_PATIENT.format("patient_field_values")),
    ("F22", "2022-12-20", "PATCH /patients/{id} request", NEW_PATIENT.format("custom_fields")),
    ("F23", "2022-11-07", "PUT /tasks/{id} request", "title details is_patient_task status due_at"),
    ("F23", "2022-12-05", "PATCH /tasks/{id} request", "title details is_patient_task status due_at"),
    ("F24", "2022-05-02", "Conversation", CONVERSATION.format("patient", "assigned_provider")),
    ("F24", "2022-11-07", "Conversation", ONE_PROVIDER),
    ("F25 F26", "2022-05-02", "POST /conversations request", "title patient_id assigned_provider_id"),
    ("F25 F26", "2022-11-07", "POST /conversations request", "type title patient_id patient_ids assigned_provider_id"),
]

MODES = ["NABLA_VIDEOCALL", "EXTERNAL_VIDEOCALL", "IN_PERSON"]
MEASURED = [
    "BODY_HEIGHT_CM",
    "BODY_WEIGHT_KG",
    "BODY_TEMPERATURE_CELSIUS",
    "HEART_RATE_BPM",
    "OXYGEN_SATURATION_PERCENT",
]
E164 = "^[1-9][0-9]{1,14}$"
E164_PLUS = r"^\+[1-9][0-9]{1,14}$"
TEXT_OR_ATTACHMENT = "TextContent or AttachmentContent"

FACETS: list[tuple[str, str, str, str, Json]] = [
    # fact, version, place, facet, its value
    ("F2", "2023-05-12", "ClinicalNoteSection.text", "bullets", True),
    ("F2", "2023-05-25", "ClinicalNoteSection.text", "bullets", False),
    ("F3", "2023-05-12", "webhook conversation.message.created payload.data.conversation", "type", "Conversation"),
    ("F5", "2023-04-13", "Observation.type", "enum", MEASURED),
    ("F5", "2023-04-26", "Observation.type", "enum", [*MEASURED, "BLOOD_PRESSURE_SYSTOLIC_DIASTOLIC_MMHG"]),
    ("F6", "2023-04-26", "Observation.value_string", "pattern", "^[0-9]{2,3}/[0-9]{2,3}$"),
    ("F7", "2023-04-13", "Observation.quantitative_value", "replaced by", None),
    ("F7", "2023-04-26", "Observation.quantitative_value", "replaced by", "value_decimal"),
    ("F7", "2023-04-13", "Observation.quantitative_value", "type", "number"),
    ("F7", "2023-04-26", "Observation.value_decimal", "type", "number"),
    ("F9", "2023-03-28", "Appointment.note", "type", "object"),
    ("F9", "2023-04-06", "Appointment.note", "type", "string"),
    ("F10", "2023-04-06", "Appointment.title", "type", "string"),
    ("F11", "2023-02-27", "Availability.supported_modes", "enum", MODES),
    ("F11", "2023-03-28", "Availability.supported_modes", "enum", ["VIDEOCALL", "IN_PERSON"]),
    ("F12", "2023-02-27", "AvailabilityCreate.supported_modes", "enum", MODES),
    ("F12", "2023-03-28", "AvailabilityCreate.supported_modes", "enum", ["VIDEOCALL", "IN_PERSON"]),
    ("F13", "2023-01-30", "Conversation.assigned_provider", "type", "Provider"),
    ("F13", "2023-02-27", "Conversation.assigned_providers", "type", "array of Provider"),
    ("F14", "2023-01-30", "ConversationCreate.assigned_provider_id", "type", "string"),
    ("F14", "2023-02-27", "ConversationCreate.assigned_provider_ids", "type", "array of string"),
    ("F15", "2023-01-30", "ConversationUpdate.assigned_provider_id", "type", "string"),
    ("F15", "2023-02-27", "ConversationUpdate.assigned_provider_ids", "type", "array of string"),
    ("F16", "2023-01-30", "Appointment.mode", "enum", ["NABLA_VIDEOCALL", "IN_PERSON"]),
    ("F16", "2023-02-27", "Appointment.mode", "enum", MODES),
    ("F16", "2023-06-26", "Appointment.mode", "enum", MODES),
    ("F17", "2023-02-27", "Appointment.external_videocall_url", "type", "string"),
    ("F18", "2022-12-20", "POST /appointments response 201.url", "type", "string"),
    ("F18", "2023-01-30", "Appointment.url", "type", "string"),
    ("F19", "2022-12-20", "Patient.phone", "pattern", E164),
    ("F19", "2023-01-30", "Patient.phone", "pattern", E164_PLUS),
    ("F19", "2022-12-20", "Patient.phone", "example", "33639980123"),
    ("F19", "2023-01-30", "Patient.phone", "example", "+33639980123"),
    ("F19", "2022-12-20", "Provider.phone", "pattern", E164),
    ("F19", "2023-01-30", "Provider.phone", "pattern", E164_PLUS),
    ("F20", "2022-12-20", "MessageCreate.content", "type", TEXT_OR_ATTACHMENT),
    ("F20", "2022-12-05", "MessageCreate.text", "replaced by", None),
    ("F20", "2022-12-20", "MessageCreate.text", "replaced by", "content"),
    ("F20", "2022-12-05", "MessageCreate.attachment", "replaced by", None),
    ("F20", "2022-12-20", "MessageCreate.attachment", "replaced by", "content"),
    ("F20", "2022-12-20", "Message.text", "replaced by", None),
    ("F24", "2022-05-02", "Conversation.patient", "replaced by", None),
    ("F24", "2022-11-07", "Conversation.patient", "replaced by", "patients"),
    ("F24", "2022-11-07", "Conversation.patients", "type", "array of Patient"),
    ("F25", "2022-05-02", "ConversationCreate.patient_id", "replaced by", None),
    ("F25", "2022-11-07", "ConversationCreate.patient_id", "replaced by", "patient_ids"),
    ("F25", "2022-11-07", "ConversationCreate.patient_ids", "type", "array of string"),
    ("F26", "2022-11-07", "ConversationCreate.type", "enum", ["individual_conversation", "group_conversation"]),
    ("F26", "2022-11-07", "ConversationCreate.type", "required", True),
]

PARTS: list[tuple[str, str, list[str], list[str]]] = [
    # fact, version, what is there, what is not
    ("F8", "2023-04-06", ["webhook appointment.note.updated"], ["webhook appointment.updated"]),
    ("F8", "2023-04-13", ["webhook appointment.note.updated", "webhook appointment.updated"], []),
    ("F20", "2022-12-05", ["Message"], ["TextContent", "AttachmentContent"]),
    ("F20", "2022-12-20", ["Message", "TextContent", "AttachmentContent"], []),
    ("F27", "2022-05-02", ["Patient", "Provider", "Conversation", "Message", "Appointment"], []),
]
UPDATED = "patients providers conversations appointments availabilities tasks observations questionnaire_responses"


@pytest.fixture(scope="module")
def history() -> History:
    return Project(Path(__file__).parent.parent).load()


def schema_at(contract: Contract, place: str) -> JsonObject:
    """The schema at a place, a reference followed."""
    found: JsonObject = schema_spot(contract, Target.parse(place)).read(contract)
    return resolve(contract, found["$ref"]) if "$ref" in found else found


def ids(rows: list[Any]) -> list[str]:
    return [" ".join(str(cell) for cell in row[:3] if isinstance(cell, str)) for row in rows]


def test_every_fact_is_in_a_table() -> None:
    facts = [row[0] for row in NAMES] + [row[0] for row in FACETS] + [row[0] for row in PARTS]
    assert {fact for cell in facts for fact in cell.split()} == {f"F{number}" for number in range(1, 28)}


def test_the_versions(history: History) -> None:
    found = {version.id: "reconstructed" if version.dating else "stated" for version in history.versions}
    assert list(found.items()) == list(VERSIONS.items())


@pytest.mark.parametrize(("fact", "version", "place", "names"), NAMES, ids=ids(NAMES))
def test_the_properties(history: History, fact: str, version: str, place: str, names: str) -> None:
    found = schemas.value_schema(schema_at(history.contract_at(version), place))
    assert list(found.get("properties", {})) == names.split()


@pytest.mark.parametrize(("fact", "version", "place", "facet", "expected"), FACETS, ids=ids(FACETS))
def test_the_facets(history: History, fact: str, version: str, place: str, facet: str, expected: Json) -> None:
    contract = history.contract_at(version)
    schema = schema_spot(contract, Target.parse(place)).read(contract)
    assert facet_of(contract, Target.parse(place), schema, facet) == expected


def facet_of(contract: Contract, target: Target, schema: JsonObject, facet: str) -> Json:
    if facet == "type":
        return schemas.type_name(schema)
    if facet == "enum":
        return schemas.enum_values(schema)
    if facet == "example":
        return schemas.example(schema)
    if facet == "bullets":
        return all(line.startswith("- ") for line in schemas.example(schema).splitlines())
    if facet == "replaced by":
        assert schemas.get(schema, "deprecated", False) == ("x-replaced-by" in schema)
        return schema.get("x-replaced-by")
    if facet == "required":
        return target.name in schema_at(contract, str(target.holder)).get("required", ())
    return schemas.get(schema, facet)


@pytest.mark.parametrize(("fact", "version", "present", "absent"), PARTS, ids=ids(PARTS))
def test_the_parts(history: History, fact: str, version: str, present: list[str], absent: list[str]) -> None:
    found = {str(part) for part in history.contract_at(version).parts}
    assert set(present) <= found
    assert not set(absent) & found


@pytest.mark.parametrize("version", VERSIONS)
def test_f23_updates_are_put_then_patch(history: History, version: str) -> None:
    found = [part for part in history.contract_at(version).of_kind("operation") if part.method in ("PUT", "PATCH")]
    method = "PUT" if version < "2022-12-05" else "PATCH"
    assert sorted(map(str, found)) == sorted(f"{method} /{name}/{{id}}" for name in UPDATED.split())


def test_f8_the_older_webhook_points_to_its_successor(history: History) -> None:
    part = Part("webhook", "appointment.note.updated")
    older = history.contract_at("2023-04-06").parts[part]["post"]
    newer = history.contract_at("2023-04-13").parts[part]["post"]
    assert "deprecated" not in older
    assert (newer["deprecated"], newer["x-replaced-by"]) == (True, "appointment.updated")


def test_f2_is_a_behaviour_with_its_own_notes(history: History) -> None:
    (change,) = history.changes_of("2023-05-25")
    (behaviour,) = [one.effect for one in change.effects if isinstance(one.effect, Behaviour)]
    assert [line.removeprefix("- ") for line in behaviour.before.splitlines()] == behaviour.after.splitlines()
    assert (
        behaviour.before
        == schema_spot(older := history.contract_at("2023-05-12"), Target.parse("ClinicalNoteSection.text")).read(
            older
        )["examples"][0]
    )


def test_the_first_version_has_no_changes(history: History) -> None:
    assert [version.id for version in history.versions if not version.changes] == ["2022-05-02"]


@pytest.mark.parametrize("version", VERSIONS)
def test_no_schema_is_unused(history: History, version: str) -> None:
    contract, usage = history.contract_at(version), history.usage_at(version)
    used = {part for one in contract.parts if one.kind != "schema" for part in usage.closure(one)}
    assert [part.name for part in contract.of_kind("schema") if part not in used] == []


def properties(schema: Json, place: str) -> Iterator[tuple[str, JsonObject]]:
    """Every property inside a schema, with its place."""
    if isinstance(schema, Mapping):
        for name, value in schema.get("properties", {}).items():
            yield f"{place}.{name}", value
            yield from properties(value, f"{place}.{name}")
        for keyword in ("items", "additionalProperties"):
            yield from properties(schema.get(keyword), f"{place}.{keyword}")
        for keyword in ("anyOf", "oneOf", "allOf"):
            for branch in schema.get(keyword, ()):
                yield from properties(branch, place)


def all_properties(contract: Contract) -> Iterator[tuple[str, JsonObject]]:
    for part, value in contract.parts.items():
        if part.kind == "schema":
            yield from properties(value, str(part))
            continue
        body = request_body(contract, part)
        yield from properties(body.schema if body else None, f"{part} body")
        for response in responses(contract, part) if part.kind == "operation" else ():
            yield from properties(response.body.schema if response.body else None, f"{part} {response.status}")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_property_is_typed_described_and_exemplified(history: History, version: str) -> None:
    contract = history.contract_at(version)
    bare = [
        place
        for place, schema in all_properties(contract)
        if not schema.get("description")
        or schemas.type_name(schema) == "any"
        or (schemas.example(schema) is schemas.MISSING and compose(contract, schema, "response") in (None, [], {}))
    ]
    assert bare == []
    assert sum(1 for _ in all_properties(contract)) > 200


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_says_what_the_request_sent(history: History, version: str) -> None:
    contract = history.usage_at(version).contract
    seen = 0
    for part in contract.of_kind("operation"):
        body = request_body(contract, part)
        for response in responses(contract, part):
            if body is not None and response.body is not None:
                sent = compose_body(contract, body, "request")
                answered = compose_body(contract, response.body, "response")
                both = sent.keys() & answered.keys()
                seen += len(both)
                assert {name: answered[name] for name in both} == {name: sent[name] for name in both}, part
    assert seen > 20
