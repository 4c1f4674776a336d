"""Targets: how a change file, a finding and a page name one place of a contract.

    Appointment                              a schema
    Appointment.location.city                a property, through inline objects
    Conversation.tags[].type                 inside the items of a list; `{}` is the value of a map
    POST /conversations                      an operation
    POST /conversations request.type         inside its request body
    POST /appointments response 201.url      inside a response body; `response` alone is the first 2xx
    GET /patients query email                a parameter: query, querystring, path, header or cookie
    webhook appointment.updated              a webhook
    webhook appointment.updated payload.data inside its body
    document                                 the rest of the OpenAPI document

A name with characters other than letters, digits, `_`, `-`, `$` and `@` is written as a JSON string:
`GET /profiles query "page[size]"`, `"com.example.Pet".name`. So is a path with white space, and a status that is none:
`GET "/a path"`, `GET /pots response "2xx"`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from api_upgrades.openapi.methods import METHOD_PATTERN, METHODS
from api_upgrades.openapi.part import Part

PARAMETER_LOCATIONS = ("query", "querystring", "path", "header", "cookie")
_HEADER = " header "
_PLAIN = re.compile(r"[A-Za-z0-9_$@-]+")
_QUOTED = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"'
_ANY_NAME = rf"(?:{_PLAIN.pattern}|{_QUOTED})"
_STATUS = re.compile(r"[1-5](?:[0-9][0-9]|XX)|default")
_METHOD = re.compile(rf"(?:{'|'.join(method.upper() for method in METHODS)}) ")
_OPERATION = re.compile(rf'(?:{_METHOD.pattern}(?:{_QUOTED}|(?!")\S+)|{METHOD_PATTERN} (?:(?="/){_QUOTED}|/\S*))')
_STEP = re.compile(rf"(?:\[\]|\{{\}}|\.{_ANY_NAME})")

_SECTION = rf"(?:request|response(?: (?:{_STATUS.pattern}|{_QUOTED}))?|(?:{'|'.join(PARAMETER_LOCATIONS)}) {_ANY_NAME})"
PATTERN = (
    rf"^(?:{_ANY_NAME}{_STEP.pattern}*"
    rf"|{_OPERATION.pattern}(?: {_SECTION}{_STEP.pattern}*)?"
    rf'|webhook (?:(?!")[^ ]*|{_ANY_NAME})(?: payload{_STEP.pattern}*)?'
    r")$(?!\n)"  # unlike Python's `$`, this does not match before a final line break
)
"""What `Target.parse` accepts, as one regular expression for editors. It gives no reason for a mismatch."""

MESSAGE_PATTERN = (
    rf"^(?:{_OPERATION.pattern}(?: request| response (?:{_STATUS.pattern}|{_QUOTED}))?"
    rf'|webhook (?:(?!")[^ ]*|{_ANY_NAME})(?: payload)?)$(?!\n)'
)
"""The targets of `PATTERN` that are a message: a request, a response or what a webhook sends."""

_NOT_A_TARGET = "not a target; write 'Schema.property', 'POST /path request' or 'webhook name'"


@dataclass(frozen=True)
class Target:
    """One place of a contract.

    `part` is None for the rest of the document. `section` is `request`, `response`, `response 201`, `payload`,
    `query email` (the name unquoted) or empty. Each of the `steps` after it is `.name`, `[]` or `{}`. Internally, a
    last step `=VALUE` is one enum value.

    Findings name more than change files can: `response 201 header Location`, `callback paid`, and in the document
    `servers` or `parameters Limit`.
    """

    part: Part | None
    section: str = ""
    steps: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Target:
        """Parse a target as people write it. Raises ValueError with the reason."""
        if text == "document":
            return cls(None)
        if match := _OPERATION.match(text):
            method, _, written = match.group().partition(" ")
            path = json.loads(written) if written.startswith('"') else written
            part = Part("operation", f"{method} {path}")
            return cls(part, *_parse_section(text[match.end() :], text, ("request", "response", *PARAMETER_LOCATIONS)))
        if text.startswith("webhook "):
            name, rest = _parse_webhook_name(text.removeprefix("webhook "))
            return cls(Part("webhook", name), *_parse_section(rest, text, ("payload",)))
        name, rest = _parse_name(text, text)
        return cls(Part("schema", name), "", _parse_steps(rest, text))

    def __str__(self) -> str:
        head = "document" if self.part is None else _part_text(self.part)
        return head + _section_text(self.section) + "".join(map(_step_text, self.steps))

    @property
    def is_message(self) -> bool:
        """Whether this is a request, a response or what a webhook sends. An operation alone stands for its request."""
        if self.part is None or self.part.kind == "schema" or self.steps:
            return False
        return self.section in ("", "request", "payload") or self.section.startswith("response ")

    @property
    def holder(self) -> Target:
        """The place without its last step: the object of a property, or the list of its items."""
        return Target(self.part, self.section, self.steps[:-1]) if self.steps else Target(self.part)

    @property
    def enclosing_list(self) -> Target:
        """The list, if this place is its items, or else this place. Enum values of items are reported at the list."""
        return self.holder.enclosing_list if self.steps[-1:] == ("[]",) else self

    @property
    def name(self) -> str:
        """The name of the property, the parameter or the part."""
        if self.steps:
            return self.steps[-1].removeprefix(".")
        if self.section:
            return self.section.partition(" ")[2] or self.section
        return self.part.name if self.part else "document"

    def child(self, step: str) -> Target:
        """The place one step further: `.name`, `[]` or `{}`."""
        return Target(self.part, self.section, (*self.steps, step))

    def property(self, name: str) -> Target:
        return self.child(f".{name}")

    def sibling(self, name: str) -> Target:
        """The property or parameter with another name in the same holder."""
        if self.steps:
            return self.holder.property(name)
        return replace(self, section=f"{self.section.partition(' ')[0]} {name}")

    def within(self, other: Target) -> bool:
        """Whether this is `other` or a place inside it."""
        if self.part != other.part:
            return False
        if not other.steps and (not other.section or self.section.startswith(f"{other.section}{_HEADER}")):
            return True
        return self.section == other.section and self.steps[: len(other.steps)] == other.steps

    def after_move(self, old: Target, new: Target) -> Target:
        """This place after `old` was moved to `new`; unchanged if it is not within `old`."""
        if not self.within(old):
            return self
        if not old.section and not old.steps and (self.section or self.steps):
            return Target(new.part, new.section or self.section, new.steps + self.steps)
        if self.section != old.section:  # a header of a response
            return replace(self, part=new.part, section=new.section + self.section.removeprefix(old.section))
        return replace(new, steps=new.steps + self.steps[len(old.steps) :])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate and serialize a target as its text."""
        from_text: Callable[[str], Target] = cls.parse
        return core_schema.no_info_after_validator_function(
            from_text, core_schema.str_schema(), ref="Target", serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "pattern": PATTERN, "patternErrorMessage": _NOT_A_TARGET}


def _part_text(part: Part) -> str:
    if part.kind == "schema":
        return json.dumps(part.name) if part.name == "document" else _quoted(part.name)
    if part.kind == "webhook":
        return f"webhook {_quoted_words(part.name)}"
    method, space, path = part.name.partition(" ")
    return f"{method} {_quoted_words(path)}" if space else method


def _quoted_words(text: str) -> str:
    """A path or the name of a webhook, in quotes if it has white space or starts with a quote."""
    is_word = text.split() == [text] and not text.startswith('"')
    return text if is_word else json.dumps(text, ensure_ascii=False)


def _section_text(section: str) -> str:
    """A section as it is written after the part."""
    if section.startswith("response ") and _HEADER in section:
        where, _, name = section.partition(_HEADER)
        return f" {where}{_HEADER}{_quoted(name)}"
    word, space, name = section.partition(" ")
    if word == "response" and space:
        return f" response {name if _STATUS.fullmatch(name) else json.dumps(name, ensure_ascii=False)}"
    return (f" {word}" if word else "") + (f" {_quoted(name)}" if space else "")


@lru_cache(65536)
def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _step_text(step: str) -> str:
    return f".{_quoted(step[1:])}" if step.startswith(".") else step


def _parse_name(text: str, whole: str) -> tuple[str, str]:
    """A plain or quoted name at the start of `text`, and the rest."""
    if text.startswith('"'):
        try:
            name, end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            raise ValueError(f"{whole!r}: a quoted name has no closing quote") from None
        return name, text[end:]
    match = _PLAIN.match(text)
    if not match:
        raise ValueError(f"{whole!r} is {_NOT_A_TARGET}")
    return match.group(0), text[match.end() :]


def _parse_webhook_name(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        return _parse_name(text, text)
    name, space, rest = text.partition(" ")
    return name, space + rest


def _parse_section(text: str, whole: str, allowed: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The section after an operation or a webhook, and the steps after the section."""
    if not text:
        return "", ()
    match = re.match(r" ([a-z]+)", text)
    word = match.group(1) if match else ""
    if not match or word not in allowed:
        raise ValueError(f"{whole!r}: after {whole.removesuffix(text)!r} write one of {', '.join(allowed)}")
    rest = text[match.end() :]
    if word in PARAMETER_LOCATIONS:
        if not rest.startswith(" "):
            raise ValueError(f"{whole!r}: say which {word} parameter")
        name, rest = _parse_name(rest[1:], whole)
        return f"{word} {name}", _parse_steps(rest, whole)
    if word == "response" and rest.startswith(' "'):
        name, rest = _parse_name(rest[1:], whole)
        return f"response {name}", _parse_steps(rest, whole)
    if word == "response" and rest.startswith(" ") and (status := _STATUS.match(rest, 1)):
        return f"response {status.group()}", _parse_steps(rest[status.end() :], whole)
    return word, _parse_steps(rest, whole)


def _parse_steps(text: str, whole: str) -> tuple[str, ...]:
    steps: list[str] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if not match:
            raise ValueError(f"{whole!r}: cannot read {text[position:]!r}; steps are '.name', '[]' and '{{}}'")
        step = match.group(0)
        steps.append("." + json.loads(step[1:]) if step.startswith('."') else step)
        position = match.end()
    return tuple(steps)
