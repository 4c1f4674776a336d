"""Availabilities."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Operation, Resource

from .common import INVALID_CURSOR, NOT_FOUND, CreatedAt, Error, Page, PageQuery, invalid
from .providers import Provider, ProviderId

AvailabilityId = Annotated[
    UUID, Field(description="The id of the availability.", examples=["d0c9b7a5-3e82-4f16-a4d7-6b5e1f8c2093"])
]
StartsAt = Annotated[datetime, Field(description="Start time.", examples=["2022-04-18T08:00:00Z"])]
EndsAt = Annotated[datetime, Field(description="End time.", examples=["2022-04-18T12:00:00Z"])]
SupportedModes = Annotated[
    list[Literal["VIDEOCALL", "IN_PERSON"]],
    Field(description="Kinds of appointments that patients can book.", examples=[["VIDEOCALL", "IN_PERSON"]]),
]


class Availability(BaseModel):
    """A period in which patients can book appointments with a provider."""

    id: AvailabilityId
    provider: Provider = Field(description="The provider.")
    starts_at: StartsAt
    ends_at: EndsAt
    created_at: CreatedAt
    supported_modes: SupportedModes


class AvailabilityCreate(BaseModel):
    """An availability to create."""

    provider_id: ProviderId
    starts_at: StartsAt
    ends_at: EndsAt
    supported_modes: SupportedModes


class AvailabilityUpdate(BaseModel):
    """The properties of an availability to change. Omitted properties stay unchanged."""

    starts_at: StartsAt | None = None
    ends_at: EndsAt | None = None


class AvailabilityPath(BaseModel):
    """One availability."""

    id: AvailabilityId


class AvailabilityQuery(PageQuery):
    """Filters for the list of availabilities."""

    provider_id: ProviderId | None = Field(default=None, description="Only the availabilities of this provider.")


OVERLAP = ErrorResponse(
    409,
    "The provider has another availability at this time.",
    Error(code="overlap", message="This period overlaps with the availability from 10:00 to 13:00."),
)

availabilities = Resource(
    "Availabilities",
    "Periods in which patients can book appointments with providers.",
    operations=[
        Operation(
            "GET /availabilities",
            "List availabilities",
            id="list_availabilities",
            query=AvailabilityQuery,
            responses={200: Page[Availability]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /availabilities",
            "Create an availability",
            id="create_availability",
            request=AvailabilityCreate,
            responses={201: Availability},
            errors=[invalid("`ends_at` must be later than `starts_at`."), OVERLAP],
        ),
        Operation(
            "GET /availabilities/{id}",
            "Get an availability",
            id="get_availability",
            path=AvailabilityPath,
            responses={200: Availability},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /availabilities/{id}",
            "Update an availability",
            id="update_availability",
            path=AvailabilityPath,
            request=AvailabilityUpdate,
            responses={200: Availability},
            errors=[invalid("`ends_at` must be later than `starts_at`."), NOT_FOUND, OVERLAP],
        ),
    ],
)
