"""The address of a part, and the references that lead to a part that is a schema."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import unquote

from api_upgrades.core.json import unescape_token
from api_upgrades.openapi.methods import FIXED_METHODS, OTHER_METHODS

PartKind = Literal["schema", "operation", "webhook"]


class Part(NamedTuple):
    """The address of one part: schema `Appointment`, operation `POST /patients`, webhook `appointment.updated`."""

    kind: PartKind
    name: str

    def __str__(self) -> str:
        return f"webhook {self.name}" if self.kind == "webhook" else self.name

    @property
    def method(self) -> str:
        """The HTTP method of an operation, in capitals."""
        return self.name.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path template of an operation."""
        return self.name.partition(" ")[2]

    @property
    def path_item_pointer(self) -> tuple[str, ...]:
        """Where the path item has the operation: `("get",)`, or `("additionalOperations", "LINK")`."""
        return (self.method.lower(),) if self.method in FIXED_METHODS else (OTHER_METHODS, self.method)


def schema_part(name: str) -> Part:
    """The schema part with a name."""
    return Part("schema", name)


SCHEMA_REF = "#/components/schemas/"


def schema_of(ref: str) -> Part | None:
    """The schema part to which, or into which, a `$ref` points; None for any other reference."""
    ref = decode_fragment(ref)
    if not ref.startswith(SCHEMA_REF):
        return None
    return schema_part(unescape_token(ref.removeprefix(SCHEMA_REF).partition("/")[0]))


def decode_fragment(ref: str) -> str:
    """A reference without percent-encoding in its fragment, as RFC 6901 asks for before a JSON Pointer is read."""
    return unquote(ref) if "%" in ref and ref.startswith("#") else ref
