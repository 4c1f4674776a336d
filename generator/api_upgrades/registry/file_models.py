"""The YAML files of a registry as pydantic models: their keys, and what stands under each.

A field's description is what an author reads who has left it out.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticKnownError

from api_upgrades.core.yaml_file import CONTROL_CHARACTER, quote


def _printable(text: str) -> str:
    if match := CONTROL_CHARACTER.search(text):
        raise ValueError(f"the text holds the control character U+{ord(match.group()):04X}; take it out")
    return text


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("this is one line of text; it has several")
    return text


def _date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{quote(text)} is no date; write it like '2024-01-31'")


def _not_null(value: object) -> object:
    if value is None:
        raise PydanticKnownError("string_type")
    return value


class _Given(BeforeValidator):
    """A validator that leaves of `text or null` the text alone, also for editors."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text: dict[str, Any] = handler(schema)["anyOf"][0]
        return text


def _for_editors(pattern: str, message: str) -> WithJsonSchema:
    """What the validators before it say, as JSON Schema can."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "patternErrorMessage": message})


_PRINTABLE = rf"^(?![\s\S]*{CONTROL_CHARACTER.pattern})"

Text = Annotated[
    str,
    AfterValidator(_printable),
    AfterValidator(str.strip),
    Field(min_length=1),
    _for_editors(rf"{_PRINTABLE}[\s\S]*\S", "write some text here, without control characters"),
]
Line = Annotated[
    Text,
    AfterValidator(_one_line),
    _for_editors(rf"{_PRINTABLE}\s*\S(?:[^\n\r\u2028\u2029]*\S)?\s*$", "write one line of text here"),
]
Date = Annotated[
    Line,
    AfterValidator(_date),
    _for_editors(
        r"^\s*(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\s*$", "write a date like 2024-01-31"
    ),
]
Given = _Given(_not_null)
"""A key may be absent; if it is there, so is its text."""


class ChangeFile(BaseModel):
    """One change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: Line = Field(description="say in one line what changed")
    why: Text = Field(description="say why it changed")
    upgrade: Annotated[Text | None, Given] = Field(None, description="say what callers have to do")
    effects: list[Any] = Field(min_length=1, description="list what changed in the contract")


class AdditionFile(ChangeFile):
    """One addition: a change that is live in every version from a date on."""

    date: Date = Field(description="give the day on which it went live")


class WordingFile(BaseModel):
    """One `wording.yaml`: what a version put in other words, with other examples, in another order."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    effects: list[Any] = Field(min_length=1, description="list what was worded otherwise")


class VersionFile(BaseModel):
    """One `version.yaml`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    summary: Text = Field(description="say in a sentence or two what the version brought")
    dating: Annotated[Text | None, Given] = Field(None, description="say how its date is known, where it isn't certain")
    sunset: Annotated[Date | None, Given] = Field(None, description="give the last day on which it is served")
    label: Annotated[Line | None, Given] = Field(None, description="give what it is called beside its name")
    before: Annotated[Line | None, Given] = Field(None, description="name the version that it comes before")
    order: list[Line] = Field([], description="list changes that follow each other, the first one first")


class UnreleasedFile(BaseModel):
    """The `version.yaml` of what is not released yet: what is known already of the version to come."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    summary: Annotated[Text | None, Given] = Field(None, description="say what the version will bring")
    sunset: Annotated[Date | None, Given] = Field(None, description="give the last day on which it is served")
    label: Annotated[Line | None, Given] = Field(None, description="give what it is called beside its name")
    order: list[Line] = Field([], description="list changes that follow each other, the first one first")
