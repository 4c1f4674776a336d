"""Copilot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Operation, Resource

from .common import Error, invalid

NoteLocale = Annotated[Literal["fr", "en", "pt"], Field(description="The language of the note.", examples=["en"])]


class TranscriptItem(BaseModel):
    """One utterance."""

    speaker: Literal["PATIENT", "PROVIDER"] = Field(description="Speaker.", examples=["PATIENT"])
    text: str = Field(
        description="Spoken text.",
        examples=["I have had a dry cough for five days. No fever, but I sleep badly because of it."],
    )


class ClinicalNoteRequest(BaseModel):
    """The source of a note."""

    locale: NoteLocale
    transcript: list[TranscriptItem] = Field(description="Utterances of the encounter, in order.")


class ClinicalNoteSection(BaseModel):
    """One section of a note."""

    title: str = Field(description="Heading of the section.", examples=["History of present illness"])
    text: str = Field(
        description="Findings, one per line.",
        examples=["Dry cough for five days\nNo fever\nSleep disturbed by the cough"],
    )


class ClinicalNote(BaseModel):
    """A draft by Copilot. A clinician must review it before use."""

    locale: NoteLocale
    sections: list[ClinicalNoteSection] = Field(description="The sections of the note.")


TOO_SHORT = ErrorResponse(
    422,
    "The transcript is too short for a note.",
    Error(code="transcript_too_short", message="The transcript contains no medical information."),
)

copilot = Resource(
    "Copilot",
    "Clinical notes, drafted from transcripts.",
    operations=[
        Operation(
            "POST /copilot/notes",
            "Generate a clinical note",
            id="generate_clinical_note",
            request=ClinicalNoteRequest,
            responses={200: ClinicalNote},
            errors=[invalid("`transcript` must contain at least one item."), TOO_SHORT],
        ),
    ],
)
