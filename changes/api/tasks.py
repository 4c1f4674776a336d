"""Tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Operation, Resource

from .common import INVALID_CURSOR, NOT_FOUND, CreatedAt, Page, PageQuery, invalid, not_in_example
from .patients import PatientId

TaskId = Annotated[UUID, Field(description="The id of the task.", examples=["5a1e9c37-f0d4-4826-b7c3-e8d6f2a90b41"])]
Title = Annotated[str, Field(description="Title of the task.", examples=["Measure blood pressure for a week"])]
Details = Annotated[
    str | None,
    Field(description="Instructions.", examples=["Twice a day, seated, after five minutes of rest."]),
]
IsAssignedToPatient = Annotated[
    bool,
    Field(
        description="Whether the task is assigned to the patient. Otherwise, it is assigned to a provider.",
        examples=[True],
    ),
]
DueAt = Annotated[datetime | None, Field(description="Due date.", examples=["2022-04-25T18:00:00Z"])]
Status = Annotated[Literal["TO_DO", "DONE"], Field(description="Status of the task.", examples=["TO_DO"])]


class Task(BaseModel):
    """A task for a patient."""

    id: TaskId
    patient_id: PatientId
    title: Title
    details: Details
    is_assigned_to_patient: IsAssignedToPatient
    status: Status
    due_at: DueAt
    created_at: CreatedAt


class TaskCreate(BaseModel):
    """A task to create."""

    patient_id: PatientId
    title: Title
    details: Details = None
    is_assigned_to_patient: IsAssignedToPatient
    due_at: DueAt = None


class TaskUpdate(BaseModel):
    """The properties of a task to change. Omitted properties stay unchanged."""

    title: Title | None = not_in_example()
    details: Details = not_in_example()
    is_assigned_to_patient: IsAssignedToPatient | None = None
    status: Status | None = not_in_example()
    due_at: DueAt = not_in_example()


class TaskPath(BaseModel):
    """One task."""

    id: TaskId


class TaskQuery(PageQuery):
    """Filters for the list of tasks."""

    patient_id: PatientId | None = Field(default=None, description="Only the tasks for this patient.")


tasks = Resource(
    "Tasks",
    "Tasks for a patient, assigned to the patient or to a provider.",
    operations=[
        Operation(
            "GET /tasks",
            "List tasks",
            id="list_tasks",
            query=TaskQuery,
            responses={200: Page[Task]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /tasks",
            "Create a task",
            id="create_task",
            request=TaskCreate,
            responses={201: Task},
            errors=[invalid("`due_at` must be in the future.")],
        ),
        Operation(
            "GET /tasks/{id}",
            "Get a task",
            id="get_task",
            path=TaskPath,
            responses={200: Task},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /tasks/{id}",
            "Update a task",
            id="update_task",
            path=TaskPath,
            request=TaskUpdate,
            responses={200: Task},
            errors=[invalid("`status` must be one of TO_DO, DONE."), NOT_FOUND],
        ),
    ],
)
