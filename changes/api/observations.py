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
        description="The blood pressure, systolic before diastolic, both in mmHg. Null for all other types.",
        examples=[None, "122/78"],
    ),
]
ObservedAt = Annotated[datetime, Field(description="When it was measured.", examples=["2022-04-11T07:10:00Z"])]


class Observation(BaseModel):
    """Something that was measured on a patient, after FHIR's resource of that name."""

    id: ObservationId
    patient_id: PatientId
    type: ObservationType = Field(description="What was measured, and in which unit.", examples=["BODY_WEIGHT_KG"])
    value_decimal: float | None = Field(
        description="The value, in the unit that the type names. Null for blood pressure.", examples=[72.5]
    )
    value_string: ValueString
    quantitative_value: Annotated[float | None, Deprecated("value_decimal")] = Field(
        description="The value, in the unit that the type names.", examples=[72.5]
    )
    observed_at: ObservedAt
    created_at: CreatedAt


RequestValue = Annotated[
    float | None, Field(description="The value, in the unit that the type names.", examples=[72.5])
]


class ObservationCreate(BaseModel):
    """An observation to be created."""

    patient_id: PatientId
    type: ObservationType = Field(description="What was measured, and in which unit.", examples=["BODY_WEIGHT_KG"])
    value_decimal: RequestValue = None
    value_string: ValueString = not_in_example()
    quantitative_value: Annotated[RequestValue, Deprecated("value_decimal")] = None
    observed_at: ObservedAt


class ObservationUpdate(BaseModel):
    """What is to change in an observation. What you leave out stays as it is."""

    value_decimal: RequestValue = None
    value_string: ValueString = not_in_example()
    quantitative_value: Annotated[RequestValue, Deprecated("value_decimal")] = None
    observed_at: ObservedAt | None = not_in_example()


class ObservationPath(BaseModel):
    """One observation."""

    id: ObservationId


class ObservationQuery(PageQuery):
    """Which observations."""

    patient_id: PatientId | None = Field(default=None, description="Only what was measured on this patient.")


observations = Resource(
    "Observations",
    "What was measured on patients.",
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
            errors=[invalid("`observed_at` must not lie in the future.")],
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
            errors=[invalid("`observed_at` must not lie in the future."), NOT_FOUND],
        ),
    ],
)
