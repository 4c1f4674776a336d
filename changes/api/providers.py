"""Providers."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Operation, Resource

from .common import (
    INVALID_CURSOR,
    NOT_FOUND,
    Email,
    EphemeralUrl,
    Error,
    Metadata,
    Page,
    PageQuery,
    Phone,
    invalid,
    not_in_example,
)

ProviderId = Annotated[
    UUID, Field(description="The id of the provider.", examples=["c3a7d2e8-15b4-4f09-8e6d-2f9a4b7c1d35"])
]
Gender = Annotated[Literal["MALE", "FEMALE"] | None, Field(description="Gender.", examples=["FEMALE"])]
FirstName = Annotated[str, Field(description="Given name.", examples=["Nora"])]
LastName = Annotated[str, Field(description="Family name.", examples=["Haddad"])]
ProviderPhone = Annotated[
    Phone | None, Field(description="Phone number in E.164 form, with the leading `+`.", examples=["+33465710123"])
]
ProviderEmail = Annotated[Email | None, Field(description="Email address.", examples=["nora.haddad@example.org"])]
Prefix = Annotated[str | None, Field(description="Title before the name.", examples=["Dr"])]
Title = Annotated[str | None, Field(description="Profession or speciality.", examples=["General practitioner"])]
Timezone = Annotated[str | None, Field(description="IANA time zone.", examples=["Europe/Paris"])]
Roles = Annotated[
    list[Literal["ADMINISTRATOR", "PRACTITIONER", "REVIEWER"]],
    Field(description="Roles of the provider.", examples=[["PRACTITIONER"]]),
]
Biography = Annotated[
    str | None,
    Field(
        description="Short biography, visible to patients.",
        examples=["General practitioner in Lyon, with a special interest in cardiovascular prevention."],
    ),
]
SelfLogin = Annotated[
    bool, Field(description="Whether the provider can sign in without single sign-on.", examples=[False])
]


class Provider(BaseModel):
    """A practitioner, reviewer or administrator of your organisation."""

    id: ProviderId
    gender: Gender
    first_name: FirstName
    last_name: LastName
    phone: ProviderPhone
    email: ProviderEmail
    prefix: Prefix
    title: Title
    timezone: Timezone
    roles: Roles
    biography: Biography
    metadata: Metadata
    ephemeral_avatar_url: EphemeralUrl | None = Field(description="Portrait of the provider.")
    self_login_enabled: SelfLogin


class ProviderCreate(BaseModel):
    """A provider to create."""

    gender: Gender = not_in_example()
    first_name: FirstName
    last_name: LastName
    phone: ProviderPhone = None
    email: ProviderEmail = None
    prefix: Prefix = None
    title: Title = None
    timezone: Timezone = not_in_example()
    roles: Roles
    biography: Biography = not_in_example()
    metadata: Metadata = not_in_example()
    self_login_enabled: SelfLogin | None = not_in_example()


class ProviderUpdate(BaseModel):
    """The properties of a provider to change. Omitted properties stay unchanged."""

    gender: Gender = not_in_example()
    first_name: FirstName | None = not_in_example()
    last_name: LastName | None = not_in_example()
    phone: ProviderPhone = None
    email: ProviderEmail = not_in_example()
    prefix: Prefix = not_in_example()
    title: Title = None
    timezone: Timezone = not_in_example()
    roles: Roles | None = not_in_example()
    biography: Biography = not_in_example()
    metadata: Metadata = not_in_example()
    self_login_enabled: SelfLogin | None = not_in_example()


class ProviderPath(BaseModel):
    """One provider."""

    id: ProviderId


class ProviderQuery(PageQuery):
    """Filters for the list of providers."""

    email: Email | None = Field(
        default=None, description="Only the provider with this email address.", examples=["nora.haddad@example.org"]
    )


EMAIL_TAKEN = ErrorResponse(
    409,
    "Another provider has this email address.",
    Error(code="already_exists", message="A provider with this email address already exists."),
)

providers = Resource(
    "Providers",
    "The practitioners, reviewers and administrators of your organisation.",
    operations=[
        Operation(
            "GET /providers",
            "List providers",
            id="list_providers",
            query=ProviderQuery,
            responses={200: Page[Provider]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /providers",
            "Create a provider",
            id="create_provider",
            request=ProviderCreate,
            responses={201: Provider},
            errors=[invalid("`roles` must name at least one role."), EMAIL_TAKEN],
        ),
        Operation(
            "GET /providers/{id}",
            "Get a provider",
            id="get_provider",
            path=ProviderPath,
            responses={200: Provider},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /providers/{id}",
            "Update a provider",
            id="update_provider",
            path=ProviderPath,
            request=ProviderUpdate,
            responses={200: Provider},
            errors=[invalid("`timezone` must be an IANA name, like Europe/Paris."), NOT_FOUND, EMAIL_TAKEN],
        ),
    ],
)
