"""Appointments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Deprecated, ErrorResponse, Inline, Operation, Resource, Webhook

from .common import INVALID_CURSOR, NOT_FOUND, Address, CreatedAt, Error, Page, PageQuery, Url, invalid, not_in_example
from .events import Event
from .patients import Patient, PatientId
from .providers import Provider, ProviderId

AppointmentId = Annotated[
    UUID, Field(description="The id of the appointment.", examples=["2e6f8a04-b1d3-4c79-95e8-a0d7c4f3b612"])
]
StartAt = Annotated[datetime, Field(description="When it starts.", examples=["2022-04-18T09:00:00Z"])]
Duration = Annotated[int, Field(ge=1, description="How long it lasts, in minutes.", examples=[20])]
AppointmentType = Annotated[
    str | None, Field(description="What your organisation calls this kind of appointment.", examples=["Follow-up"])
]
Status = Annotated[
    Literal["PENDING", "SCHEDULED", "FINALIZED", "CANCELLED", "NO_SHOW"],
    Field(description="How far it is.", examples=["SCHEDULED"]),
]
Mode = Annotated[
    Literal["NABLA_VIDEOCALL", "EXTERNAL_VIDEOCALL", "IN_PERSON"],
    Field(
        description="Whether it is a video call, on the platform or elsewhere, or takes place in person.",
        examples=["EXTERNAL_VIDEOCALL"],
    ),
]
Location = Annotated[Address | None, Field(description="Where it takes place, if in person.", examples=[None])]
ExternalVideocallUrl = Annotated[
    Url | None,
    Field(
        description="Where to join the call, if it is held in another product.",
        examples=["https://meet.example.com/haddad-laurent"],
    ),
]


class Appointment(BaseModel):
    """A time at which a provider sees a patient."""

    id: AppointmentId
    title: str | None = Field(description="What it is about.", examples=["Blood pressure check"])
    patient: Patient | None = Field(description="The patient.")
    provider: Provider | None = Field(description="The provider.")
    start_at: StartAt
    duration: Duration
    created_at: CreatedAt
    appointment_type: AppointmentType
    status: Status
    mode: Mode
    location: Location
    url: Url | None = Field(
        description="The page on which the patient prepares for the appointment and joins it.",
        examples=["https://care.nabla.com/appointments/2e6f8a04-b1d3-4c79-95e8-a0d7c4f3b612"],
    )
    external_videocall_url: ExternalVideocallUrl
    note: str | None = Field(
        description="What the provider noted down.",
        examples=["Feels dizzy on standing up. Measure blood pressure lying and standing."],
    )


class AppointmentCreate(BaseModel):
    """An appointment to be created."""

    patient_id: PatientId
    provider_id: ProviderId
    start_at: StartAt
    duration: Duration
    appointment_type: AppointmentType = None
    mode: Mode
    location: Location = not_in_example()
    external_videocall_url: ExternalVideocallUrl = None


class AppointmentCreated(Inline):
    """The new appointment."""

    appointment: Appointment = Field(description="The appointment as it was created.")


class AppointmentUpdate(BaseModel):
    """What is to change in an appointment. What you leave out stays as it is."""

    provider_id: ProviderId | None = not_in_example()
    start_at: StartAt | None = None
    duration: Duration | None = None
    status: Status | None = not_in_example()


class AppointmentRecording(BaseModel):
    """Where to listen to what was recorded of an appointment."""

    url: Url = Field(
        description="The audio file, for a short time and without further authentication.",
        examples=["https://files.nabla.com/r/2e6f8a04.mp3?signature=90ac"],
    )
    expires_at: datetime = Field(description="When the link stops working.", examples=["2022-04-11T09:30:00Z"])


class AppointmentPath(BaseModel):
    """One appointment."""

    id: AppointmentId


class AppointmentQuery(PageQuery):
    """Which appointments."""

    patient_id: PatientId | None = Field(default=None, description="Only the appointments of this patient.")


class AppointmentData(Inline):
    """The appointment."""

    appointment: Appointment = Field(description="The appointment as it is now.")


class AppointmentCreatedEvent(Event):
    """An appointment was made."""

    type: Literal["appointment.created"] = Field(description="What happened.", examples=["appointment.created"])
    data: AppointmentData = Field(description="What it happened to.")


class AppointmentNoteUpdatedEvent(Event):
    """The note of an appointment was written or changed."""

    type: Literal["appointment.note.updated"] = Field(
        description="What happened.", examples=["appointment.note.updated"]
    )
    data: AppointmentData = Field(description="What it happened to.")


class AppointmentUpdatedEvent(Event):
    """Something about an appointment has changed: its time, its status, its note."""

    type: Literal["appointment.updated"] = Field(description="What happened.", examples=["appointment.updated"])
    data: AppointmentData = Field(description="What it happened to.")


TAKEN = ErrorResponse(
    409,
    "The provider is not free at this time.",
    Error(code="slot_taken", message="The provider has another appointment from 09:00 to 09:20."),
)
NOT_RECORDED = ErrorResponse(
    404,
    "There is no such appointment, or it was not recorded.",
    Error(code="not_found", message="This appointment was not recorded."),
)

appointments = Resource(
    "Appointments",
    "When providers see patients, what was recorded of it, and the events that tell of it.",
    operations=[
        Operation(
            "GET /appointments",
            "List appointments",
            id="list_appointments",
            query=AppointmentQuery,
            responses={200: Page[Appointment]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /appointments",
            "Create an appointment",
            id="create_appointment",
            request=AppointmentCreate,
            responses={201: AppointmentCreated},
            errors=[invalid("`start_at` must lie in the future."), TAKEN],
        ),
        Operation(
            "GET /appointments/{id}",
            "Get an appointment",
            id="get_appointment",
            path=AppointmentPath,
            responses={200: Appointment},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /appointments/{id}",
            "Update an appointment",
            id="update_appointment",
            path=AppointmentPath,
            request=AppointmentUpdate,
            responses={200: Appointment},
            errors=[invalid("`duration` must be at least 1."), NOT_FOUND, TAKEN],
        ),
        Operation(
            "GET /appointments/{id}/recording",
            "Get the recording of an appointment",
            id="get_appointment_recording",
            path=AppointmentPath,
            responses={200: AppointmentRecording},
            errors=[NOT_RECORDED],
        ),
    ],
    webhooks=[
        Webhook("appointment.created", "An appointment was created", payload=AppointmentCreatedEvent),
        Webhook(
            "appointment.note.updated",
            "The note of an appointment was updated",
            payload=AppointmentNoteUpdatedEvent,
            deprecated=Deprecated("appointment.updated"),
        ),
        Webhook("appointment.updated", "An appointment was updated", payload=AppointmentUpdatedEvent),
    ],
)
