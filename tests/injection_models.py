"""Models whose every text is the one in `text.json` beside them; copied into a project by `test_injection`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from api_upgrades.sources.api import Api, Deprecated, ErrorResponse, Operation, Resource, Webhook

TEXT: str = json.loads(Path(__file__).with_name("text.json").read_text(encoding="utf-8"))
NAME = " ".join(TEXT.split())
PATH = re.sub(r"[\s{}?#]", "", TEXT)

told: dict[str, Any] = {"description": TEXT, "title": TEXT, "examples": [TEXT]}


def text(alias: str, **keywords: Any) -> Any:
    return str, Field(alias=alias, **told, json_schema_extra=keywords)


Part = create_model("Part", __doc__=TEXT, inner=text(f"{NAME} inner"))
FIELDS: dict[str, Any] = {
    "named": text(f"{NAME} name"),
    "values": (Literal[NAME, f"{NAME} 2"], Field(alias=f"{NAME} values", description=TEXT, examples=[NAME])),
    "matched": text("matched", pattern=f"^{re.escape(TEXT)}|"),
    "formed": text("formed", format=NAME),
    "kept": text("kept", **{"default": TEXT, "x-note": TEXT, "contentMediaType": NAME}),
    "part": (Part, Field(alias=f"{NAME} part", description=TEXT)),
    "parts": (list[Part], Field(alias="parts", description=TEXT)),  # type: ignore[valid-type]  # made just above
    "anything": (dict[str, Any], Field(alias="anything", description=TEXT, examples=[{TEXT: TEXT}])),
    "old": (Annotated[str, Deprecated(NAME)], Field(alias="old", **told)),
}
Thing = create_model("Thing", __doc__=TEXT, **FIELDS)
Query = create_model("Query", searched=text(f"{NAME} query"))
Where = create_model("Where", id=text("id"))


class Error(BaseModel):
    """What went wrong."""

    message: str = Field(description=TEXT, title=TEXT, examples=[TEXT])


things = Resource(
    NAME,
    TEXT,
    operations=[
        Operation(
            "POST /things",
            TEXT,
            id=NAME,
            description=TEXT,
            query=Query,
            request=Thing,
            responses={200: Thing},
            errors=[ErrorResponse(400, TEXT, Error(message=TEXT))],
            deprecated=Deprecated(NAME),
        ),
        Operation(f"PATCH /{PATH}/{{id}}", TEXT, id=f"{NAME} 2", path=Where, request=Part, responses={204: None}),
    ],
    webhooks=[Webhook(f"{NAME}.created", TEXT, payload=Thing, description=TEXT)],
)
api = Api(
    NAME,
    version_header="X-Version",
    version_query=NAME,
    description=TEXT,
    servers={f"https://example.com/{NAME}": TEXT},
    resources=[things],
)
