"""Questionnaire responses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Operation, Resource

from .common import INVALID_CURSOR, NOT_FOUND, CreatedAt, Page, PageQuery, invalid
from .patients import PatientId

QuestionnaireResponseId = Annotated[
    UUID, Field(description="The id of the questionnaire response.", examples=["3f7b0e95-a6c1-4d28-92fe-b4c8d1e50a76"])
]
QuestionnaireId = Annotated[
    UUID, Field(description="The id of the questionnaire.", examples=["e9d3a1c7-58b2-4f60-8a4c-7f2e6b0d9135"])
]


class QuestionnaireItem(BaseModel):
    """One question and its answer."""

    question: str = Field(description="Question.", examples=["Have you felt dizzy in the last four weeks?"])
    answer: str | None = Field(description="Answer of the patient.", examples=["Twice, when standing up quickly"])


Items = Annotated[list[QuestionnaireItem], Field(description="The questions and their answers, in the order asked.")]


class QuestionnaireResponse(BaseModel):
    """A patient's answers to a questionnaire."""

    id: QuestionnaireResponseId
    questionnaire_id: QuestionnaireId
    patient_id: PatientId
    items: Items
    created_at: CreatedAt
    updated_at: datetime = Field(description="Time of the last change to an answer.", examples=["2022-04-11T08:30:00Z"])


class QuestionnaireResponseCreate(BaseModel):
    """A questionnaire response to create."""

    questionnaire_id: QuestionnaireId
    patient_id: PatientId
    items: Items


class QuestionnaireResponseUpdate(BaseModel):
    """New answers. They replace the previous ones."""

    items: Items


class QuestionnaireResponsePath(BaseModel):
    """One questionnaire response."""

    id: QuestionnaireResponseId


class QuestionnaireResponseQuery(PageQuery):
    """Filters for the list of questionnaire responses."""

    patient_id: PatientId | None = Field(default=None, description="Only responses of this patient.")


questionnaire_responses = Resource(
    "Questionnaire responses",
    "Patients' answers to questionnaires.",
    operations=[
        Operation(
            "GET /questionnaire_responses",
            "List questionnaire responses",
            id="list_questionnaire_responses",
            query=QuestionnaireResponseQuery,
            responses={200: Page[QuestionnaireResponse]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /questionnaire_responses",
            "Create a questionnaire response",
            id="create_questionnaire_response",
            request=QuestionnaireResponseCreate,
            responses={201: QuestionnaireResponse},
            errors=[invalid("`questionnaire_id` is not the id of a questionnaire.")],
        ),
        Operation(
            "GET /questionnaire_responses/{id}",
            "Get a questionnaire response",
            id="get_questionnaire_response",
            path=QuestionnaireResponsePath,
            responses={200: QuestionnaireResponse},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /questionnaire_responses/{id}",
            "Update a questionnaire response",
            id="update_questionnaire_response",
            path=QuestionnaireResponsePath,
            request=QuestionnaireResponseUpdate,
            responses={200: QuestionnaireResponse},
            errors=[invalid("The body must be a JSON object."), NOT_FOUND],
        ),
    ],
)
