"""Observations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Deprecated, Operation, Resource

from .common import INVALID_CURSOR, NOT_FOUND, CreatedAt, Page, PageQuery, invalid, not_in_example
from .patients import PatientId

ObservationId = Annotated[
    UUID, Field(description="The id of the observation.", examples=["86f4d2b0-1c7e-4a93-8b5f-3d0a9e6c7412"])
]
ObservationType = Literal[
    "BODY_HEIGHT_CM",
    "BODY_WEIGHT_KG",
    "BODY_TEMPERATURE_CELSIUS",
    "HEART_RATE_BPM",
    "OXYGEN_SATURATION_PERCENT",
    "BLOOD_PRESSURE_SYSTOLIC_DIASTOLIC_MMHG",
]
ValueString = Annotated[
    Annotated[str, Field(pattern="^[0-9]{2,3}/[0-9]{2,3}$")] | None,
    Field(
        description="Blood pressure as systolic/diastolic, in mmHg. Null for all other types.",
        examples=[None, "122/78"],
    ),
]
ObservedAt = Annotated[datetime, Field(description="Time of the measurement.", examples=["2022-04-11T07:10:00Z"])]


class Observation(BaseModel):
    """A measurement of a patient, modelled after the FHIR resource."""

    id: ObservationId
    patient_id: PatientId
    type: ObservationType = Field(description="Kind of measurement, with its unit.", examples=["BODY_WEIGHT_KG"])
    value_decimal: float | None = Field(
        description="Value in the unit of the type. Null for blood pressure.", examples=[72.5]
    )
    value_string: ValueString
    quantitative_value: Annotated[float | None, Deprecated("value_decimal")] = Field(
        description="Value in the unit of the type.", examples=[72.5]
    )
    observed_at: ObservedAt
    created_at: CreatedAt


RequestValue = Annotated[float | None, Field(description="Value in the unit of the type.", examples=[72.5])]


class ObservationCreate(BaseModel):
    """An observation to create."""

    patient_id: PatientId
    type: ObservationType = Field(description="Kind of measurement, with its unit.", examples=["BODY_WEIGHT_KG"])
    value_decimal: RequestValue = None
    value_string: ValueString = not_in_example()
    quantitative_value: Annotated[RequestValue, Deprecated("value_decimal")] = None
    observed_at: ObservedAt


class ObservationUpdate(BaseModel):
    """The properties of an observation to change. Omitted properties stay unchanged."""

    value_decimal: RequestValue = None
    value_string: ValueString = not_in_example()
    quantitative_value: Annotated[RequestValue, Deprecated("value_decimal")] = None
    observed_at: ObservedAt | None = not_in_example()


class ObservationPath(BaseModel):
    """One observation."""

    id: ObservationId


class ObservationQuery(PageQuery):
    """Filters for the list of observations."""

    patient_id: PatientId | None = Field(default=None, description="Only observations of this patient.")


observations = Resource(
    "Observations",
    "Measurements of patients.",
    operations=[
        Operation(
            "GET /observations",
            "List observations",
            id="list_observations",
            query=ObservationQuery,
            responses={200: Page[Observation]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /observations",
            "Create an observation",
            id="create_observation",
            request=ObservationCreate,
            responses={201: Observation},
            errors=[invalid("`observed_at` must not be in the future.")],
        ),
        Operation(
            "GET /observations/{id}",
            "Get an observation",
            id="get_observation",
            path=ObservationPath,
            responses={200: Observation},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /observations/{id}",
            "Update an observation",
            id="update_observation",
            path=ObservationPath,
            request=ObservationUpdate,
            responses={200: Observation},
            errors=[invalid("`observed_at` must not be in the future."), NOT_FOUND],
        ),
    ],
)
