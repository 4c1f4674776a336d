"""Pydantic models of the YAML files of a registry.

The description of a field tells an author what to write. It is part of the message if the field is missing or empty.
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
from api_upgrades.openapi.target import MESSAGE_PATTERN, Target


def _check_printable(text: str) -> str:
    if match := CONTROL_CHARACTER.search(text):
        raise ValueError(f"the text contains the control character U+{ord(match.group()):04X}; delete it")
    return text


def _check_single_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("this must be one line of text, but it has several")
    return text


def _check_date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError(f"{quote(text)} is not a date; write it like '2024-01-31'")


def _reject_null(value: object) -> object:
    if value is None:
        raise PydanticKnownError("string_type")
    return value


class _NonNullText(BeforeValidator):
    """A validator that forbids null for an optional text, and removes it from the JSON Schema for editors."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text: dict[str, Any] = handler(schema)["anyOf"][0]
        return text


def _editor_schema(pattern: str, message: str) -> WithJsonSchema:
    """The JSON Schema of a type, in place of its validators before this one, which JSON Schema cannot express."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "patternErrorMessage": message})


_PRINTABLE = rf"^(?![\s\S]*{CONTROL_CHARACTER.pattern})"

Text = Annotated[
    str,
    AfterValidator(_check_printable),
    AfterValidator(str.strip),
    Field(min_length=1),
    _editor_schema(rf"{_PRINTABLE}[\s\S]*\S", "write some text here, without control characters"),
]
Line = Annotated[
    Text,
    AfterValidator(_check_single_line),
    _editor_schema(rf"{_PRINTABLE}\s*\S(?:[^\n\r\u2028\u2029]*\S)?\s*$", "write one line of text here"),
]
Date = Annotated[
    Line,
    AfterValidator(_check_date),
    _editor_schema(
        r"^\s*(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\s*$", "write a date like 2024-01-31"
    ),
]
NotNull = _NonNullText(_reject_null)
"""For a key that may be missing, but not null."""


MESSAGE_HINT = "write an operation, one of its responses or a webhook, like 'GET /pets response 200'"


def _check_message(target: Target) -> Target:
    if not target.is_message:
        raise ValueError(f"{quote(str(target))} is no message; {MESSAGE_HINT}")
    return target


MessageTarget = Annotated[Target, AfterValidator(_check_message), _editor_schema(MESSAGE_PATTERN, MESSAGE_HINT)]


class ShownMessage(BaseModel):
    """A message that the pages show for a change, instead of the ones that the generator would choose.

    Without `values`, it is composed for both versions. With `values` and without `was`, the older version has no such
    message, and only the newer one is shown.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    target: MessageTarget = Field(description=MESSAGE_HINT)
    values: dict[str, Any] = Field({}, description="give values of its body at the newer version")
    without: list[Line] = Field([], description="name the properties to leave out of its body")
    was: dict[str, Any] | None = Field(None, description="give values of its body at the older version")
    instead_of: MessageTarget | None = Field(None, description="name the message that it replaces")


class ChangeFile(BaseModel):
    """The file of one change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    title: Line = Field(description="say in one line what changed")
    why: Text = Field(description="say why it changed")
    upgrade: Annotated[Text | None, NotNull] = Field(None, description="say what callers have to do")
    show: list[ShownMessage] = Field([], description="list the messages that show the change best")
    effects: list[Any] = Field(min_length=1, description="list what changed in the contract")


class AdditionFile(ChangeFile):
    """The file of one addition: a change that is live in every version from a date on."""

    date: Date = Field(description="give the day on which it went live")


class WordingFile(BaseModel):
    """A `wording.yaml`: the texts and examples that a version changed, and the lists that it reordered."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    effects: list[Any] = Field(min_length=1, description="list the wording that changed")


class VersionFile(BaseModel):
    """The `version.yaml` of a released version."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    summary: Text = Field(description="describe in a sentence or two what the version brought")
    dating: Annotated[Text | None, NotNull] = Field(None, description="say how its date is known, if it is uncertain")
    sunset: Annotated[Date | None, NotNull] = Field(None, description="give the last day on which it is served")
    label: Annotated[Line | None, NotNull] = Field(None, description="give a second name for it")
    before: Annotated[Line | None, NotNull] = Field(None, description="name the version that it comes before")
    order: list[Line] = Field([], description="list changes that depend on their order, the first one first")


class UnreleasedFile(BaseModel):
    """The `version.yaml` of the next version: what is already known about it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    summary: Annotated[Text | None, NotNull] = Field(None, description="say what the version will bring")
    sunset: Annotated[Date | None, NotNull] = Field(None, description="give the last day on which it is served")
    label: Annotated[Line | None, NotNull] = Field(None, description="give a second name for it")
    order: list[Line] = Field([], description="list changes that depend on their order, the first one first")
