"""Mini diffs: at most five lines that show what a change does to a payload."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from api_upgrades.history.history import History
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.project import Project
from api_upgrades.site.pages.mini_diff import MAX_LINES, Excerpt, mini_diff, reverse_excerpt
from tests.test_composition import chain_of
from tests.test_path import Chain, history_of


@cache
def history() -> History:
    return Project(Path(__file__).parent.parent).load()


@cache
def paths() -> UpgradePaths:
    return UpgradePaths(history())


def lines_of(found: tuple[Excerpt, ...]) -> list[tuple[str, list[str]]]:
    return [(one.caption, [f"{line.sign} {line.text}" for line in one.lines]) for one in found]


def of_change(version: str, change: str) -> list[tuple[str, list[str]]]:
    return lines_of(mini_diff(paths().composition.outcomes_of((version, change))))


FACTS = {
    ("2022-11-07", "conversation-type"): [("ConversationCreate", ['+ "type": "individual_conversation"'])],
    ("2022-12-05", "updates-are-patch"): [
        (
            "Operations",
            ["- PUT /patients/{id}", "+ PATCH /patients/{id}", "- PUT /providers/{id}", "+ PATCH /providers/{id}"],
        )
    ],
    ("2022-12-20", "questionnaire-response-items"): [
        (
            "QuestionnaireResponseCreate, QuestionnaireResponseUpdate",
            ['- "data": [{ … }]', '+ "items": [{ … }]'],
        )
    ],
    ("2023-01-30", "phone-plus"): [
        ("Patient, PatientCreate, PatientUpdate", ['- "phone": "33639980123"', '+ "phone": "+33639980123"']),
        ("GET /patients", ["- ?phone=33639980123", "+ ?phone=%2B33639980123"]),
    ],
    ("2023-02-27", "assigned-providers"): [
        ("Conversation", ['- "assigned_provider": { … }', '+ "assigned_providers": [{ … }]']),
        (
            "ConversationCreate, ConversationUpdate",
            [
                '- "assigned_provider_id": "c3a7d2e8-15b4-4f09-8e6d-2f9a4b7c1d35"',
                '+ "assigned_provider_ids": ["c3a7d2e8-15b4-4f09-8e6d-2f9a4b7c1d35"]',
            ],
        ),
    ],
    ("2023-03-28", "availability-modes"): [
        (
            "Availability, AvailabilityCreate",
            [
                '- "supported_modes": ["NABLA_VIDEOCALL"]',
                '- "supported_modes": ["EXTERNAL_VIDEOCALL"]',
                '+ "supported_modes": ["VIDEOCALL"]',
            ],
        )
    ],
    ("2023-04-13", "appointment-updated"): [("Webhooks", ["+ appointment.updated"])],
    ("2023-05-12", "message-webhook-conversation"): [
        ("conversation.message.created · data", ['+ "conversation": { … }'])
    ],
    ("2023-05-25", "note-without-bullets"): [
        (
            "POST /copilot/notes",
            [
                "- - Dry cough for five days",
                "- - No fever",
                "+ Dry cough for five days",
                "+ No fever",
            ],
        )
    ],
}


@pytest.mark.parametrize(("change", "lines"), FACTS.items(), ids=[" ".join(key) for key in FACTS])
def test_the_facts(change: tuple[str, str], lines: list[tuple[str, list[str]]]) -> None:
    assert of_change(*change) == lines


def test_what_moved_is_marked_in_both_places() -> None:
    (here, (now,)), (there, (was,)) = of_change("2023-01-30", "appointment-url")
    assert (here, there) == ("Appointment", "POST /appointments → 201")
    assert now.startswith('> "url": "https://')
    assert was.startswith('< "url": "https://')


def test_every_change_of_the_server_api_shows_at_most_five_lines() -> None:
    for version in history().versions:
        for change in history().changes_of(version.id):
            found = of_change(version.id, change.change.id)
            assert 0 < sum(len(lines) for _, lines in found) <= MAX_LINES, change.change.id
            assert all(caption and lines for caption, lines in found)


def test_the_mini_diff_of_a_composed_step_goes_from_the_first_name_to_the_last() -> None:
    found = chain_of([
        [{"kind": "rename_property", "target": "One", "old": "a", "new": "b"}],
        [{"kind": "rename_property", "target": "One", "old": "b", "new": "c"}],
    ], "c")  # fmt: skip
    (item,) = UpgradePaths(found).between("0", "2").items
    shown = mini_diff(item.outcomes)
    assert lines_of(shown) == [("One", ['- "a": "string"', '+ "c": "string"'])]
    assert lines_of(tuple(map(reverse_excerpt, shown))) == [("One", ['- "c": "string"', '+ "a": "string"'])]


def test_a_downgrade_shows_the_same_lines_the_other_way_round() -> None:
    reverse = {
        key: lines_of(tuple(map(reverse_excerpt, mini_diff(paths().composition.outcomes_of(key)))))
        for key in (("2022-12-05", "updates-are-patch"), ("2023-05-25", "note-without-bullets"))
    }
    assert reverse == {
        ("2022-12-05", "updates-are-patch"): [
            (
                "Operations",
                ["- PATCH /patients/{id}", "+ PUT /patients/{id}", "- PATCH /providers/{id}", "+ PUT /providers/{id}"],
            )
        ],
        ("2023-05-25", "note-without-bullets"): [
            (
                "POST /copilot/notes",
                [
                    "- Dry cough for five days",
                    "- No fever",
                    "+ - Dry cough for five days",
                    "+ - No fever",
                ],
            )
        ],
    }


def test_what_no_payload_shows_has_no_lines() -> None:
    effects: list[list[dict[str, object]]] = [
        [{"kind": "add_constraint", "target": "One.a", "keyword": "maxLength"}],
        [{"kind": "deprecate", "target": "One.a"}],
    ]
    chain = Chain({"One": {0: ("a", "string")}, "Two": {}}, effects)
    contract = chain.contract()
    schema = contract.parts[next(part for part in contract.parts if part.name == "One")]
    schema["properties"]["a"] |= {"maxLength": 3, "deprecated": True}
    chain.contract = lambda: contract  # type: ignore[method-assign]  # the same with more keywords
    found = UpgradePaths(history_of(chain))
    assert [mini_diff(item.outcomes) for item in found.between("0", "2").items] == [(), ()]
