"""`api-upgrades path`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api_upgrades.cli import main

ROOT = Path(__file__).parent.parent

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs the command on this project. A traceback fails the test, whatever it was about."""

    def call(*arguments: str, color: bool = False) -> Result:
        result = CliRunner().invoke(main, ["--root", str(ROOT), "path", *arguments], color=color)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return call


def test_for_a_terminal(run: Run) -> None:
    result = run("2023-05-12", "latest")
    assert result.exit_code == 0
    assert (
        result.output
        == """\
Server API, 2023-05-12 to 2023-06-26
2 required changes
Send X-Nabla-Api-Version: 2023-06-26

Must do

  [ ] breaking Copilot notes no longer start lines with - (2023-05-25)
               Format the lines of each section yourself, for example by adding - to each one.
  [ ] breaking expiresAt renamed to expires_at on appointment recordings (2023-06-26)
               Read expires_at instead of expiresAt.

Combined changes by resource

  Appointments
    AppointmentRecording
      breaking expires_at: renamed from expiresAt
    changed only through referenced objects: GET /appointments/{id}/recording

  Copilot
    changed only through referenced objects: ClinicalNote, ClinicalNoteSection, POST /copilot/notes
"""
    )


def test_colors_are_for_terminals_that_want_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31mbreaking" in run("2023-05-12", "latest", color=True).output
    assert "\x1b" not in run("2023-05-12", "latest").output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("2023-05-12", "latest", color=True).output


def test_markdown(run: Run) -> None:
    text = run("2022-12-20", "2023-06-26", "--format", "markdown").output
    for wanted in (
        "# Server API, 2022-12-20 to 2023-06-26\n",
        "**8 required changes, 2 to check, 4 optional**",
        "```text\nX-Nabla-Api-Version: 2023-06-26\n```",
        "- [ ] **`expiresAt` renamed to `expires_at` on appointment recordings** (2023-06-26; Appointments)\n\n",
        "- **breaking** `note`: type changed from `object` to `string`\n",
        '-  "expiresAt": "2022-04-11T09:30:00Z"\n+  "expires_at": "2022-04-11T09:30:00Z"\n',
    ):
        assert wanted in text
    assert "\n\n\n\n" not in text


def test_data(run: Run) -> None:
    found = json.loads(run("2023-05-25", "latest", "--format", "json").output)
    assert {key: found[key] for key in ("api", "from", "to", "direction", "header", "resources")} == {
        "api": "Server API",
        "from": "2023-05-25",
        "to": "2023-06-26",
        "direction": "upgrade",
        "header": {"name": "X-Nabla-Api-Version", "value": "2023-06-26"},
        "resources": ["Appointments"],
    }
    (change,) = found["changes"]
    assert (change["id"], change["version"], change["severity"]) == ("recording-expires-at", "2023-06-26", "breaking")
    assert change["upgrade"] == "Read `expires_at` instead of `expiresAt`."
    recording = next(part for part in found["parts"] if part["after"] == "AppointmentRecording")
    (place,) = recording["differences"]
    assert (place["old_place"], place["place"]) == ("AppointmentRecording.expiresAt", "AppointmentRecording.expires_at")
    assert [finding["rule"] for finding in place["findings"]] == ["property-renamed"]
    (message,) = recording["messages"]
    assert list(message["before"]["payload"]) == ["url", "expiresAt"]
    assert list(message["after"]["payload"]) == ["url", "expires_at"]


@pytest.mark.parametrize("name", ["Tasks", "tasks", "TASKS"])
def test_one_resource(run: Run, name: str) -> None:
    found = json.loads(run("2023-04-13", "latest", "--format", "json", "--resource", name).output)
    assert found["resources"] == ["Tasks"]
    assert [change["id"] for change in found["changes"]] == ["task-assignment"]
    assert {part["resource"] for part in found["parts"]} == {"Tasks"}


def test_a_resource_that_does_not_differ(run: Run) -> None:
    result = run("2023-05-12", "latest", "--resource", "tasks")
    assert result.exit_code == 0
    assert "No operation, object or webhook differs." in result.output


def test_a_downgrade_says_so(run: Run) -> None:
    text = run("2023-06-26", "2023-05-25").output
    assert "You are downgrading: 2023-05-25 is older than 2023-06-26." in text
    assert "Undo: expiresAt renamed to expires_at on appointment recordings" in text
    assert "Read expires_at" not in text  # what to do for an upgrade
    assert "expiresAt: renamed from expires_at" in text
    assert (
        "You are downgrading. Undo the changes below, newest first."
        in run("2023-06-26", "2023-05-25", "--format", "markdown").output
    )
    assert json.loads(run("latest", "2023-05-25", "--format", "json").output)["direction"] == "downgrade"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2023-01-01", "latest"), "there is no version '2023-01-01'; the nearest are 2022-12-20 and 2023-01-30"),
        (("latest", "2024-01-01"), "there is no version '2024-01-01'; the nearest is 2023-06-26"),
        (("2020-01-01", "latest"), "there is no version '2020-01-01'; the nearest is 2022-05-02"),
        (("../<b>", "latest"), "there is no version '../<b>'; the nearest is"),
        (("latest", "2023-06-26"), "FROM and TO are both 2023-06-26; there is nothing to do"),
        (("2023-05-25", "latest", "--resource", "task"), "there is no resource 'task' (did you mean 'tasks'?)"),
    ],
)
def test_what_is_wrong(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
