"""Conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Deprecated, Operation, Resource

from .common import INVALID_CURSOR, NOT_FOUND, CreatedAt, Page, PageQuery, Url, invalid
from .patients import Patient, PatientId
from .providers import Provider

ConversationId = Annotated[
    UUID, Field(description="The id of the conversation.", examples=["7d5c2b91-e04f-4c6a-b8d3-91f0a2e6c47b"])
]
Title = Annotated[str | None, Field(description="Subject of the conversation.", examples=["Blood pressure follow-up"])]
AssignedProviderIds = Annotated[
    list[UUID] | None,
    Field(
        description="The ids of the providers assigned to the conversation.",
        examples=[["c3a7d2e8-15b4-4f09-8e6d-2f9a4b7c1d35"]],
    ),
]


class TagType(BaseModel):
    """A tag type that your organisation uses."""

    id: UUID = Field(description="The id of the tag type.", examples=["a1f4c6d8-3b27-4e95-8c10-6d2e7f9b0a43"])
    name: str = Field(description="Text on the tag.", examples=["Prescription renewal"])
    created_at: CreatedAt
    color: str = Field(description="The colour of the tag, as `#rrggbb`.", examples=["#1f7a8c"])
    ml_predictable: bool = Field(
        description="Whether the tag can be suggested automatically, based on the messages.", examples=[True]
    )


class TagModel(BaseModel):
    """The model that suggests a tag."""

    id: UUID = Field(description="The id of the model.", examples=["e5b8d0c2-9a61-4d37-b4f8-0c3e5a7d9f12"])
    status: Literal["PENDING", "TRAINING", "READY", "DELETED", "ERROR"] = Field(
        description="Status of the model.", examples=["READY"]
    )
    created_at: CreatedAt
    updated_at: datetime | None = Field(description="Time of the last training.", examples=["2022-04-12T02:00:00Z"])


class ConversationTag(BaseModel):
    """A tag on a conversation."""

    id: UUID = Field(description="The id of the tag.", examples=["4c9e7a15-d2b8-46f3-a07d-8b1c5e3f6a29"])
    type: TagType = Field(description="Type of the tag.")
    status: Literal["VALID", "SUGGESTED", "DISMISSED"] = Field(
        description=(
            "`VALID` if somebody set or confirmed the tag, `SUGGESTED` if a model suggested it, "
            "`DISMISSED` if somebody rejected the suggestion."
        ),
        examples=["SUGGESTED"],
    )
    created_at: CreatedAt
    model: TagModel | None = Field(description="The model that suggested the tag.")


class Conversation(BaseModel):
    """An exchange of messages between patients and providers."""

    id: ConversationId
    title: Title
    summary: str | None = Field(
        description="Short summary of the messages.",
        examples=["Readings at home are stable under ramipril 5 mg."],
    )
    patient: Annotated[Patient | None, Deprecated("patients")] = Field(
        description="The patient of the conversation; the first one if there are several."
    )
    patients: list[Patient] = Field(description="The patients in the conversation.")
    providers: list[Provider] = Field(description="The providers in the conversation.")
    assigned_providers: list[Provider] | None = Field(description="The providers assigned to the conversation.")
    tags: list[ConversationTag] = Field(description="Tags of the conversation.")
    console_url: Url = Field(
        description="Link to the conversation in the console.",
        examples=["https://pro.nabla.com/conversations/7d5c2b91-e04f-4c6a-b8d3-91f0a2e6c47b"],
    )
    unread_by_patient_messages_count: int = Field(
        ge=0, description="Number of messages that the patients have not read.", examples=[0]
    )
    unread_by_providers_messages_count: int = Field(
        ge=0, description="Number of messages that the providers have not read.", examples=[1]
    )


class ConversationCreate(BaseModel):
    """A conversation to create."""

    type: Literal["individual_conversation", "group_conversation"] = Field(
        description=(
            "`individual_conversation` for one patient and one or several providers, "
            "`group_conversation` for several patients."
        ),
        examples=["individual_conversation"],
    )
    title: Title = None
    patient_id: Annotated[PatientId | None, Deprecated("patient_ids")] = None
    patient_ids: list[UUID] | None = Field(
        default=None,
        description="The ids of the patients in the conversation.",
        examples=[["0b9e1f54-6f3c-4a8e-9d42-7c1b5a3e8f60"]],
    )
    assigned_provider_ids: AssignedProviderIds = None


class ConversationUpdate(BaseModel):
    """The properties of a conversation to change. Omitted properties stay unchanged."""

    title: Title = None
    assigned_provider_ids: AssignedProviderIds = None


class ConversationPath(BaseModel):
    """One conversation."""

    id: ConversationId


class ConversationQuery(PageQuery):
    """Filters for the list of conversations."""

    patient_id: PatientId | None = Field(default=None, description="Only the conversations of this patient.")


conversations = Resource(
    "Conversations",
    "Exchanges of messages between patients and providers.",
    operations=[
        Operation(
            "GET /conversations",
            "List conversations",
            id="list_conversations",
            query=ConversationQuery,
            responses={200: Page[Conversation]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /conversations",
            "Create a conversation",
            id="create_conversation",
            request=ConversationCreate,
            responses={201: Conversation},
            errors=[invalid("`title` must be a string.")],
        ),
        Operation(
            "GET /conversations/{id}",
            "Get a conversation",
            id="get_conversation",
            path=ConversationPath,
            responses={200: Conversation},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /conversations/{id}",
            "Update a conversation",
            id="update_conversation",
            path=ConversationPath,
            request=ConversationUpdate,
            responses={200: Conversation},
            errors=[invalid("`title` must be a string."), NOT_FOUND],
        ),
    ],
)
