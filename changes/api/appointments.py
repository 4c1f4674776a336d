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
StartAt = Annotated[datetime, Field(description="Start time.", examples=["2022-04-18T09:00:00Z"])]
Duration = Annotated[int, Field(ge=1, description="Duration in minutes.", examples=[20])]
AppointmentType = Annotated[
    str | None, Field(description="Your organisation's name for this kind of appointment.", examples=["Follow-up"])
]
Status = Annotated[
    Literal["PENDING", "SCHEDULED", "FINALIZED", "CANCELLED", "NO_SHOW"],
    Field(description="Current status.", examples=["SCHEDULED"]),
]
Mode = Annotated[
    Literal["NABLA_VIDEOCALL", "EXTERNAL_VIDEOCALL", "IN_PERSON"],
    Field(
        description="Video call on the platform, video call in another product, or visit in person.",
        examples=["EXTERNAL_VIDEOCALL"],
    ),
]
Location = Annotated[Address | None, Field(description="Address of the visit, if in person.", examples=[None])]
ExternalVideocallUrl = Annotated[
    Url | None,
    Field(
        description="Link to the call, if it takes place in another product.",
        examples=["https://meet.example.com/haddad-laurent"],
    ),
]


class Appointment(BaseModel):
    """A scheduled visit between a provider and a patient."""

    id: AppointmentId
    title: str | None = Field(description="Subject of the appointment.", examples=["Blood pressure check"])
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
        description="Page where the patient prepares for the appointment and joins it.",
        examples=["https://care.nabla.com/appointments/2e6f8a04-b1d3-4c79-95e8-a0d7c4f3b612"],
    )
    external_videocall_url: ExternalVideocallUrl
    note: str | None = Field(
        description="Note of the provider.",
        examples=["Feels dizzy on standing up. Measure blood pressure lying and standing."],
    )


class AppointmentCreate(BaseModel):
    """An appointment to create."""

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

    appointment: Appointment = Field(description="The created appointment.")


class AppointmentUpdate(BaseModel):
    """The properties of an appointment to change. Omitted properties stay unchanged."""

    provider_id: ProviderId | None = not_in_example()
    start_at: StartAt | None = None
    duration: Duration | None = None
    status: Status | None = not_in_example()


class AppointmentRecording(BaseModel):
    """The audio recording of an appointment."""

    url: Url = Field(
        description="Link to the audio file. It works for a short time without authentication.",
        examples=["https://files.nabla.com/r/2e6f8a04.mp3?signature=90ac"],
    )
    expires_at: datetime = Field(description="Time at which the link expires.", examples=["2022-04-11T09:30:00Z"])


class AppointmentPath(BaseModel):
    """One appointment."""

    id: AppointmentId


class AppointmentQuery(PageQuery):
    """Filters for the list of appointments."""

    patient_id: PatientId | None = Field(default=None, description="Only the appointments of this patient.")


class AppointmentData(Inline):
    """The appointment."""

    appointment: Appointment = Field(description="The current state of the appointment.")


class AppointmentCreatedEvent(Event):
    """Sent when an appointment is created."""

    type: Literal["appointment.created"] = Field(description="Type of the event.", examples=["appointment.created"])
    data: AppointmentData = Field(description="The object that changed.")


class AppointmentNoteUpdatedEvent(Event):
    """Sent when the note of an appointment is written or changed."""

    type: Literal["appointment.note.updated"] = Field(
        description="Type of the event.", examples=["appointment.note.updated"]
    )
    data: AppointmentData = Field(description="The object that changed.")


class AppointmentUpdatedEvent(Event):
    """Sent for every change to an appointment, such as its time, status or note."""

    type: Literal["appointment.updated"] = Field(description="Type of the event.", examples=["appointment.updated"])
    data: AppointmentData = Field(description="The object that changed.")


TAKEN = ErrorResponse(
    409,
    "The provider is not available at this time.",
    Error(code="slot_taken", message="The provider has another appointment from 09:00 to 09:20."),
)
NOT_RECORDED = ErrorResponse(
    404,
    "The appointment does not exist or was not recorded.",
    Error(code="not_found", message="This appointment was not recorded."),
)

appointments = Resource(
    "Appointments",
    "Scheduled visits between providers and patients, their recordings, and related webhooks.",
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
            errors=[invalid("`start_at` must be in the future."), TAKEN],
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
