"""Edits of the Server API's models, one for each way in which an API changes, and what becomes of each.

    python -m tests.mutations

prints the table: whether `check` catches the edit and names the place, whether `draft` tells of it so exactly that
`check` asks for nothing but the prose, and whether every older version is byte for byte what it was after a release.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from api_upgrades.cli import main

ROOT = Path(__file__).parent.parent
RELEASED = "2023-07-10"


@dataclass(frozen=True)
class Mutation:
    """An edit of some model files, `(file, old text, new text)` each, and the places that `check` must name.

    `kinds` are those of the effects that must be drafted, sorted.
    """

    kind: str
    edits: tuple[tuple[str, str, str], ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    options: tuple[str, ...] = field(default=())

    def apply(self, project: Path) -> None:
        for name, old, new in self.edits:
            file = project / "changes" / "api" / f"{name}.py"
            text = file.read_text("utf-8")
            assert text.count(old) == 1, f"{self.kind}: {name} has not exactly one {old!r}"
            file.write_text(text.replace(old, new), "utf-8")


APPOINTMENT = "appointments"
NOTE = """    note: str | None = Field(
        description="What the provider noted down.",
        examples=["Feels dizzy on standing up. Measure blood pressure lying and standing."],
    )
"""
RECORDING = """        Operation(
            "GET /appointments/{id}/recording",
            "Get the recording of an appointment",
            id="get_appointment_recording",
            path=AppointmentPath,
            responses={200: AppointmentRecording},
            errors=[NOT_RECORDED],
        ),
"""

MUTATIONS = (
    Mutation(
        "property renamed",
        ((APPOINTMENT, "    note: str", "    remark: str"),),
        ("Appointment.note", "Appointment.remark"),
        ("rename_property",),
    ),
    Mutation(
        "property renamed that an older change names",
        ((APPOINTMENT, "    expires_at: datetime", "    valid_until: datetime"),),
        ("AppointmentRecording.expires_at", "AppointmentRecording.valid_until"),
        ("rename_property",),
    ),
    Mutation(
        "property renamed in several models",
        (
            ("tasks", "class Task(BaseModel):\n", "class Task(BaseModel):\n    # \n"),
            ("tasks", "    status: Status\n    due_at: DueAt\n", "    status: Status\n    due: DueAt\n"),
            ("tasks", "    due_at: DueAt = None", "    due: DueAt = None"),
            ("tasks", "    due_at: DueAt = not_in_example()", "    due: DueAt = not_in_example()"),
        ),
        ("Task.due_at", "TaskCreate.due", "TaskUpdate.due"),
        ("rename_property",),
    ),
    Mutation(
        "property renamed, as the call says",
        (
            (
                APPOINTMENT,
                '    title: str | None = Field(description="What it is about."',
                '    topic: str | None = Field(description="What it is about."',
            ),
        ),
        ("Appointment.title", "Appointment.topic"),
        ("rename_property",),
        ("--rename", "title=topic"),
    ),
    Mutation(
        "property replaced by another, as the call says",
        ((APPOINTMENT, "    note: str", "    notes: str"),),
        ("Appointment.note", "Appointment.notes"),
        ("add_property", "remove_property"),
        ("--no-renames",),
    ),
    Mutation(
        "type changed",
        (
            (
                APPOINTMENT,
                'Duration = Annotated[int, Field(ge=1, description="How long it lasts, in minutes.", examples=[20])]',
                'Duration = Annotated[str, Field(description="How long it lasts, in minutes.", examples=["20"])]',
            ),
        ),
        ("Appointment.duration: type integer -> string", "AppointmentCreate.duration"),
        ("change_type",),
    ),
    Mutation(
        "optional became required",
        ((APPOINTMENT, "    appointment_type: AppointmentType = None", "    appointment_type: AppointmentType"),),
        ("AppointmentCreate.appointment_type: required false -> true",),
        ("make_required",),
    ),
    Mutation(
        "required became optional",
        (
            (
                "tasks",
                "    is_assigned_to_patient: IsAssignedToPatient\n    due_at: DueAt = None",
                "    is_assigned_to_patient: IsAssignedToPatient = True\n    due_at: DueAt = None",
            ),
        ),
        ("TaskCreate.is_assigned_to_patient: required true -> false",),
        ("add_constraint", "make_optional"),
    ),
    Mutation(
        "became nullable",
        (
            (
                "common",
                '    city: str = Field(description="City or town.", examples=["Lyon"])',
                '    city: str | None = Field(description="City or town.", examples=["Lyon"])',
            ),
        ),
        ("Address.city: nullable false -> true",),
        ("make_nullable",),
    ),
    Mutation(
        "is no longer nullable",
        ((APPOINTMENT, '    title: str | None = Field(description="What', '    title: str = Field(description="What'),),
        ("Appointment.title: nullable true -> false",),
        ("make_not_nullable",),
    ),
    Mutation(
        "enum value added",
        ((APPOINTMENT, '"CANCELLED", "NO_SHOW"]', '"CANCELLED", "NO_SHOW", "ARCHIVED"]'),),
        ("Appointment.status: enum none -> ARCHIVED",),
        ("add_enum_value",),
    ),
    Mutation(
        "enum value removed",
        ((APPOINTMENT, '"CANCELLED", "NO_SHOW"]', '"CANCELLED"]'),),
        ("Appointment.status: enum NO_SHOW -> none",),
        ("remove_enum_value",),
    ),
    Mutation(
        "enum value renamed",
        ((APPOINTMENT, '"CANCELLED", "NO_SHOW"]', '"CANCELED", "NO_SHOW"]'),),
        ("Appointment.status: enum CANCELLED -> none", "Appointment.status: enum none -> CANCELED"),
        ("map_enum_values",),
    ),
    Mutation(
        "constraint tightened",
        ((APPOINTMENT, "Annotated[int, Field(ge=1, desc", "Annotated[int, Field(ge=5, desc"),),
        ("Appointment.duration: minimum 1 -> 5",),
        ("change_constraint",),
    ),
    Mutation(
        "constraint added",
        ((APPOINTMENT, "Annotated[int, Field(ge=1, desc", "Annotated[int, Field(ge=1, le=480, desc"),),
        ("Appointment.duration: maximum none -> 480",),
        ("add_constraint",),
    ),
    Mutation(
        "constraint removed",
        ((APPOINTMENT, "Annotated[int, Field(ge=1, desc", "Annotated[int, Field(desc"),),
        ("Appointment.duration: minimum 1 -> none",),
        ("remove_constraint",),
    ),
    Mutation(
        "format changed",
        (("common", 'json_schema_extra={"format": "uri"}', 'json_schema_extra={"format": "iri"}'),),
        ("Appointment.url: format uri -> iri",),
        ("change_constraint",),
    ),
    Mutation(
        "default changed",
        (
            (
                "tasks",
                '    status: Status | None = Field(default=None, examples=["DONE"])',
                '    status: Status | None = Field(default="TO_DO", examples=["DONE"])',
            ),
        ),
        ("TaskUpdate.status: default none -> TO_DO",),
        ("add_constraint",),
    ),
    Mutation(
        "property added",
        ((APPOINTMENT, NOTE, NOTE + '    room: str | None = Field(description="Where to go.", examples=["2.14"])\n'),),
        ("Appointment.room is new",),
        ("add_property",),
    ),
    Mutation(
        "property removed",
        ((APPOINTMENT, NOTE, ""),),
        ("Appointment.note is gone",),
        ("remove_property",),
    ),
    Mutation(
        "property deprecated",
        (
            (
                APPOINTMENT,
                '    title: str | None = Field(description="What it is about."',
                '    title: Annotated[str | None, Deprecated("note")] = Field(description="What it is about."',
            ),
        ),
        ("Appointment.title: deprecated false -> true",),
        ("deprecate",),
    ),
    Mutation(
        "property became a list",
        (
            (
                APPOINTMENT,
                '    provider: Provider | None = Field(description="The provider.")',
                '    providers: list[Provider] = Field(description="The providers.")',
            ),
        ),
        ("Appointment.provider", "Appointment.providers"),
        ("one_to_list",),
    ),
    Mutation(
        "schema renamed",
        tuple(
            (APPOINTMENT, old, new)
            for old, new in (
                ("class AppointmentRecording(BaseModel):", "class Recording(BaseModel):"),
                ("responses={200: AppointmentRecording},", "responses={200: Recording},"),
            )
        ),
        ("AppointmentRecording", "Recording"),
        ("rename_schema",),
    ),
    Mutation(
        "schema and operation removed",
        ((APPOINTMENT, RECORDING, ""),),
        ("GET /appointments/{id}/recording is gone", "AppointmentRecording is gone"),
        ("remove_operation", "remove_schema"),
    ),
    Mutation(
        "schema and operation added",
        (
            (
                APPOINTMENT,
                "class AppointmentPath(BaseModel):",
                'class Room(BaseModel):\n    """A room."""\n\n    name: str = Field(description="Its name.", examples=["2.14"])\n\n\nclass AppointmentPath(BaseModel):',
            ),
            (
                APPOINTMENT,
                RECORDING,
                RECORDING
                + '        Operation("GET /rooms/first", "Get the first room", id="first_room", responses={200: Room}),\n',
            ),
        ),
        ("GET /rooms/first is new", "Room is new"),
        ("add_operation", "add_schema"),
    ),
    Mutation(
        "parameter added",
        (
            (
                APPOINTMENT,
                "class AppointmentQuery(PageQuery):\n",
                'class AppointmentQuery(PageQuery):\n    limit: int | None = Field(default=None, description="How many.", examples=[20])\n',
            ),
        ),
        ("GET /appointments query limit is new",),
        ("add_parameter",),
    ),
    Mutation(
        "parameter removed",
        (
            (
                "tasks",
                '    patient_id: PatientId | None = Field(default=None, description="Only the tasks for this patient.")\n',
                "",
            ),
        ),
        ("GET /tasks query patient_id is gone",),
        ("remove_parameter",),
    ),
    Mutation(
        "parameter renamed",
        (
            (
                "tasks",
                '    patient_id: PatientId | None = Field(default=None, description="Only',
                '    patient: PatientId | None = Field(default=None, description="Only',
            ),
        ),
        ("GET /tasks query patient_id", "GET /tasks query patient"),
        ("rename_parameter",),
    ),
    Mutation(
        "webhook added",
        (
            (
                APPOINTMENT,
                '        Webhook("appointment.updated"',
                '        Webhook("appointment.cancelled", "It was cancelled", payload=AppointmentUpdatedEvent),\n        Webhook("appointment.updated"',
            ),
        ),
        ("webhook appointment.cancelled is new",),
        ("add_webhook",),
    ),
    Mutation(
        "webhook removed",
        (
            (
                APPOINTMENT,
                '        Webhook("appointment.created", "An appointment was created", payload=AppointmentCreatedEvent),\n',
                "",
            ),
        ),
        ("webhook appointment.created is gone",),
        ("remove_webhook",),
    ),
    Mutation(
        "method changed",
        (("tasks", '"PATCH /tasks/{id}"', '"PUT /tasks/{id}"'),),
        ("PATCH /tasks/{id} is gone", "PUT /tasks/{id} is new"),
        ("move_operation",),
    ),
    Mutation(
        "path changed",
        (("tasks", '"POST /tasks"', '"POST /todos"'),),
        ("POST /tasks is gone", "POST /todos is new"),
        ("move_operation",),
    ),
    Mutation(
        "status changed",
        (("tasks", "responses={201: Task}", "responses={200: Task}"),),
        ("POST /tasks response 201", "POST /tasks response 200"),
        ("change_status",),
    ),
    Mutation(
        "error added",
        (
            (
                "tasks",
                'errors=[invalid("`due_at` must lie in the future.")]',
                'errors=[invalid("`due_at` must lie in the future."), NOT_FOUND]',
            ),
        ),
        ("POST /tasks response 404 is new",),
        ("add_response",),
    ),
    Mutation(
        "request body removed",
        (("tasks", "            request=TaskUpdate,\n", ""),),
        ("PATCH /tasks/{id} request is gone", "TaskUpdate is gone"),
        ("remove_request_body", "remove_schema"),
    ),
    Mutation(
        "server changed",
        (("__init__", '"https://api.nabla.com/v1/server"', '"https://api.nabla.com/v2/server"'),),
        ("document differs at /servers",),
        ("replace",),
    ),
    Mutation(
        "two things at once",
        (
            (APPOINTMENT, "    note: str", "    remark: str"),
            (
                "tasks",
                'Status = Annotated[Literal["TO_DO", "DONE"]',
                'Status = Annotated[Literal["TO_DO", "DONE", "DROPPED"]',
            ),
        ),
        ("Appointment.remark", "Task.status: enum none -> DROPPED"),
        ("add_enum_value", "rename_property"),
    ),
    Mutation(
        "renamed and of another type",
        (
            (
                APPOINTMENT,
                '    expires_at: datetime = Field(description="When the link stops working.", examples=["2023-06-26T09:30:00Z"])',
                '    expires_in: int = Field(description="When the link stops working.", examples=[600])',
            ),
        ),
        ("AppointmentRecording.expires_at", "AppointmentRecording.expires_in"),
        ("change_type", "rename_property"),
        ("--rename", "AppointmentRecording.expires_at=AppointmentRecording.expires_in"),
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one edit; `told` is what `check` and `draft` printed."""

    caught: bool
    drafted: bool
    intact: bool
    kinds: tuple[str, ...]
    files: tuple[str, ...]
    told: str


def command(project: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["--root", str(project), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def server_api(folder: Path) -> Path:
    """A copy of what the team of the Server API edits."""
    shutil.copytree(ROOT / "changes", folder / "changes", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def exported(project: Path) -> dict[str, bytes]:
    """Every version's document by its name."""
    with tempfile.TemporaryDirectory() as out:
        result = command(project, "export", "--out", out)
        assert result.exit_code == 0, result.output
        return {file.name: file.read_bytes() for file in Path(out).iterdir()}


def faults(project: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(command(project, "check", "--format", "json").stdout)["faults"]
    return found


def write_prose(project: Path) -> None:
    for file in (*(project / "changes" / "unreleased").glob("*.yaml"), *(project / "changes").glob("additions/*.yaml")):
        file.write_text(file.read_text("utf-8").replace(": TODO", ": It is so."), "utf-8")


def outcome(mutation: Mutation, project: Path, before: dict[str, bytes]) -> Outcome:
    """Edit, check, draft, write the prose, release, and look at the older versions."""
    mutation.apply(project)
    told = command(project, "check")
    caught = told.exit_code == 1 and all(name in told.stderr for name in mutation.names)
    draft = command(project, "draft", *mutation.options)
    files = sorted((project / "changes" / "unreleased").glob("*.yaml"))
    left = {fault["kind"] for fault in faults(project)}
    again = command(project, "draft", "--no-renames")
    drafted = draft.exit_code == 0 and left == {"prose"} and "nothing to draft" in again.output
    kinds = tuple(sorted({line.split("kind: ")[1].split(",")[0].strip("}") for line in _effects(files)}))
    write_prose(project)
    released = command(project, "release", RELEASED)
    after = exported(project) if released.exit_code == 0 else {}
    intact = before.items() <= after.items() and command(project, "check").exit_code == 0
    names = tuple(file.name for file in files)
    return Outcome(caught, drafted, intact, kinds, names, told.output + draft.output + released.output)


def _effects(files: list[Path]) -> Iterator[str]:
    return (
        line
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if line.lstrip().startswith("- {kind: ") or line.lstrip().startswith("- kind: ")
    )


if __name__ == "__main__":
    print(f"{'edit':48} caught  drafted  older versions intact  as")
    for one in (one for one in MUTATIONS if not sys.argv[1:] or one.kind in sys.argv[1:]):
        with tempfile.TemporaryDirectory() as scratch:
            copy = server_api(Path(scratch))
            found = outcome(one, copy, exported(copy))
        marks = [("yes" if held else "NO") for held in (found.caught, found.drafted, found.intact)]
        print(
            f"{one.kind:48} {marks[0]:7} {marks[1]:8} {marks[2]:22} {', '.join(found.kinds)} ({', '.join(found.files)})"
        )
