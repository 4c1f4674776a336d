"""What the resources share: types, list envelopes and errors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse, Inline

Email = Annotated[str, Field(json_schema_extra={"format": "email"})]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{1,14}$")]
Metadata = Annotated[
    dict[str, Any] | None,
    Field(
        description="Your own data about the object. Stored but not interpreted.",
        examples=[{"source": "front-desk"}],
    ),
]
CreatedAt = Annotated[datetime, Field(description="Time of creation.", examples=["2022-04-11T08:30:00Z"])]


def not_in_example() -> Any:
    """The default of an optional property that the example request leaves out, to stay short."""
    return Field(default=None, json_schema_extra={"x-example-omit": True})


class Address(BaseModel):
    """A postal address."""

    street_address: str = Field(description="Number and street.", examples=["18 rue des Lilas"])
    zip_code: str = Field(description="Postal code.", examples=["69003"])
    city: str = Field(description="City or town.", examples=["Lyon"])
    state: str | None = Field(description="State or region.", examples=[None])
    country: str | None = Field(description="Country.", examples=["France"])


class EphemeralUrl(BaseModel):
    """A temporary link. Fetch the object again to get a new one."""

    url: Url = Field(
        description="Link to download the file without authentication.",
        examples=["https://files.nabla.com/d/5f0c1a7e?signature=4b1d"],
    )
    expires_at: datetime = Field(description="Time at which the link expires.", examples=["2022-04-11T09:30:00Z"])


Item = TypeVar("Item")


class Page(Inline, Generic[Item]):
    """One page of a list."""

    data: list[Item] = Field(description="The results on this page.")
    has_more: bool = Field(description="Whether there are more results after this page.", examples=[False])
    next_cursor: str | None = Field(
        description="Send this value as `cursor` to get the next page. Null on the last page.", examples=[None]
    )
    total_count: int = Field(ge=0, description="Number of results on all pages.", examples=[1])


class PageQuery(BaseModel):
    """The requested page of a list."""

    cursor: str | None = Field(
        default=None,
        description="The `next_cursor` of the previous page.",
        examples=["b2Zmc2V0PTI1"],
        json_schema_extra={"x-example-omit": True},
    )


class Error(BaseModel):
    """An error, with a code for programs and a message for people."""

    code: str = Field(description="Kind of error. It does not change between versions.", examples=["invalid_request"])
    message: str = Field(
        description="Description of the error for people. It can change at any time.",
        examples=["`locale` must be one of fr, en, pt."],
    )


def invalid(message: str) -> ErrorResponse:
    """A request that breaks the contract, and what the answer says about it."""
    return ErrorResponse(400, "The request is invalid.", Error(code="invalid_request", message=message))


INVALID_CURSOR = invalid("`cursor` is not a `next_cursor` of this list.")
UNAUTHORIZED = ErrorResponse(
    401,
    "The bearer token is missing, unknown or expired.",
    Error(code="unauthorized", message="Send a valid token as `Authorization: Bearer …`."),
)
NOT_FOUND = ErrorResponse(
    404,
    "The object does not exist in your organisation.",
    Error(code="not_found", message="No object has this id."),
)
