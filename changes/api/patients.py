"""Patients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Operation, Resource

from .common import (
    INVALID_CURSOR,
    NOT_FOUND,
    Address,
    CreatedAt,
    Email,
    Error,
    Metadata,
    Page,
    PageQuery,
    Phone,
    invalid,
    not_in_example,
)

PatientId = Annotated[
    UUID, Field(description="The id of the patient.", examples=["0b9e1f54-6f3c-4a8e-9d42-7c1b5a3e8f60"])
]
Username = Annotated[
    str | None,
    Field(description="Username, for patients who don't sign in by email or phone.", examples=["camille.laurent"]),
]
FirstName = Annotated[str | None, Field(description="Given name.", examples=["Camille"])]
LastName = Annotated[str | None, Field(description="Family name.", examples=["Laurent"])]
DateOfBirth = Annotated[date | None, Field(description="Date of birth.", examples=["1987-03-14"])]
Locale = Annotated[
    Literal["fr", "en", "pt"], Field(description="Language of messages to the patient.", examples=["fr"])
]
PatientEmail = Annotated[Email | None, Field(description="Email address.", examples=["camille.laurent@example.com"])]
PatientPhone = Annotated[
    Phone | None, Field(description="Phone number in E.164 form, with the leading `+`.", examples=["+33639980123"])
]
Home = Annotated[Address | None, Field(description="Postal address.")]
Sex = Annotated[
    Literal["MALE", "FEMALE", "OTHER"] | None, Field(description="Administrative sex.", examples=["FEMALE"])
]
ExternalId = Annotated[
    str | None, Field(description="The id of the patient in your own system.", examples=["PAT-20391"])
]
CustomFields = Annotated[
    dict[str, Any] | None,
    Field(
        description="Values of your organisation's custom fields, by field name.",
        examples=[{"preferred_pharmacy": "Pharmacie des Lilas"}],
    ),
]
Tags = Annotated[list[str], Field(description="Tags of the patient.", examples=[["hypertension"]])]


class PatientIntegrations(BaseModel):
    """The patient's ids in connected systems."""

    apero_id: str | None = Field(description="The id in Apero.", examples=["AP-77120"])


class Patient(BaseModel):
    """A person who receives care from your organisation."""

    id: PatientId
    username: Username
    first_name: FirstName
    last_name: LastName
    date_of_birth: DateOfBirth
    locale: Locale
    email: PatientEmail
    phone: PatientPhone
    address: Home
    sex: Sex
    updated_at: datetime = Field(description="Time of the last change.", examples=["2022-04-11T08:30:00Z"])
    created_at: CreatedAt
    external_id: ExternalId
    healthcare_system_identifier: str | None = Field(
        description="The patient's number in the national health system.", examples=["287036912345678"]
    )
    summary: str | None = Field(
        description="Short medical history.",
        examples=["Hypertension since 2019, on ramipril 5 mg. No known allergies."],
    )
    metadata: Metadata
    custom_fields: CustomFields
    integrations: PatientIntegrations | None = Field(description="Ids in connected systems.")
    tags: Tags


class PatientCreate(BaseModel):
    """A patient to create."""

    username: Username = not_in_example()
    first_name: FirstName = None
    last_name: LastName = None
    date_of_birth: DateOfBirth = None
    locale: Locale
    email: PatientEmail = None
    phone: PatientPhone = None
    address: Home = not_in_example()
    sex: Sex = None
    external_id: ExternalId = not_in_example()
    metadata: Metadata = not_in_example()
    custom_fields: CustomFields = None
    tags: Tags | None = not_in_example()


class PatientUpdate(BaseModel):
    """The properties of a patient to change. Omitted properties stay unchanged."""

    username: Username = not_in_example()
    first_name: FirstName = not_in_example()
    last_name: LastName = not_in_example()
    date_of_birth: DateOfBirth = not_in_example()
    locale: Locale | None = not_in_example()
    email: PatientEmail = not_in_example()
    phone: PatientPhone = None
    address: Home = not_in_example()
    sex: Sex = not_in_example()
    external_id: ExternalId = not_in_example()
    metadata: Metadata = not_in_example()
    custom_fields: CustomFields = None
    tags: Tags | None = not_in_example()


class PatientPath(BaseModel):
    """One patient."""

    id: PatientId


class PatientQuery(PageQuery):
    """Filters for the list of patients."""

    email: Email | None = Field(
        default=None, description="Only the patient with this email address.", examples=["camille.laurent@example.com"]
    )
    phone: Phone | None = Field(
        default=None, description="Only the patients with this phone number.", examples=["+33639980123"]
    )
    username: str | None = Field(
        default=None, description="Only the patient with this username.", examples=["camille.laurent"]
    )


EMAIL_TAKEN = ErrorResponse(
    409,
    "Another patient has this email address or username.",
    Error(code="already_exists", message="A patient with this email address already exists."),
)

patients = Resource(
    "Patients",
    "The people who receive care from your organisation.",
    operations=[
        Operation(
            "GET /patients",
            "List patients",
            id="list_patients",
            query=PatientQuery,
            responses={200: Page[Patient]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /patients",
            "Create a patient",
            id="create_patient",
            request=PatientCreate,
            responses={201: Patient},
            errors=[invalid("`locale` must be one of fr, en, pt."), EMAIL_TAKEN],
        ),
        Operation(
            "GET /patients/{id}",
            "Get a patient",
            id="get_patient",
            path=PatientPath,
            responses={200: Patient},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /patients/{id}",
            "Update a patient",
            id="update_patient",
            path=PatientPath,
            request=PatientUpdate,
            responses={200: Patient},
            errors=[invalid("`date_of_birth` must be a date, like 1987-03-14."), NOT_FOUND, EMAIL_TAKEN],
        ),
    ],
)
