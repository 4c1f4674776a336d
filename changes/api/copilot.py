"""Copilot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Operation, Resource

from .common import Error, invalid

NoteLocale = Annotated[Literal["fr", "en", "pt"], Field(description="The language of the note.", examples=["en"])]


class TranscriptItem(BaseModel):
    """One thing that was said."""

    speaker: Literal["PATIENT", "PROVIDER"] = Field(description="Who said it.", examples=["PATIENT"])
    text: str = Field(
        description="What was said.",
        examples=["I have had a dry cough for five days. No fever, but I sleep badly because of it."],
    )


class ClinicalNoteRequest(BaseModel):
    """What a note is to be written from."""

    locale: NoteLocale
    transcript: list[TranscriptItem] = Field(description="What was said during the encounter, in order.")


class ClinicalNoteSection(BaseModel):
    """One section of a note."""

    title: str = Field(description="The heading of the section.", examples=["History of present illness"])
    text: str = Field(
        description="The findings, one on each line.",
        examples=["Dry cough for five days\nNo fever\nSleep disturbed by the cough"],
    )


class ClinicalNote(BaseModel):
    """A note that Copilot has drafted. A clinician has to read it before it is used."""

    locale: NoteLocale
    sections: list[ClinicalNoteSection] = Field(description="The sections of the note.")


TOO_SHORT = ErrorResponse(
    422,
    "There is too little in the transcript to write a note from.",
    Error(code="transcript_too_short", message="The transcript holds nothing of medical interest."),
)

copilot = Resource(
    "Copilot",
    "Clinical notes, drafted from what was said.",
    operations=[
        Operation(
            "POST /copilot/notes",
            "Generate a clinical note",
            id="generate_clinical_note",
            request=ClinicalNoteRequest,
            responses={200: ClinicalNote},
            errors=[invalid("`transcript` must hold at least one item."), TOO_SHORT],
        ),
    ],
)
