"""The models of the benchmark's API, copied to where they are wanted, beside a `plan.json` that says what they are.

Resources have ten parts each: four objects, five operations and a webhook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, create_model

from api_upgrades.api import Api, ErrorResponse, Inline, Operation, Resource, Webhook

PLAN = json.loads(Path(__file__).with_name("plan.json").read_text(encoding="utf-8"))


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(description="Names the kind of error.", examples=["not_found"])
    message: str = Field(description="Says what is wrong.", examples=["There is no such thing."])


class Id(BaseModel):
    """Which thing."""

    id: str = Field(description="The id of the thing.", examples=["7d5c2b91"])


class Filter(BaseModel):
    """Which things."""

    cursor: str | None = Field(None, description="Where the page begins.", examples=["b2Zmc2V0"])


NOT_FOUND = ErrorResponse(404, "There is no such thing.", Error(code="not_found", message="There is no such thing."))


def text(name: str) -> Any:
    return str, Field(description=f"The {name} of the thing, as people write it.", examples=[f"some {name}"])


def a_resource(number: int, label: str, extras: list[str]) -> Resource:
    name, path, one = f"Thing{number}", f"/things{number}", f"/things{number}/{{id}}"
    part = create_model(f"{name}Part", __doc__="A part of it.", size=text("size"), colour=text("colour"))
    own: dict[str, Any] = {label: text("label"), "part": (part, Field(description="Its part."))}
    own |= {extra: text("extra") for extra in extras}
    thing = create_model(name, __doc__="A thing.", id=text("id"), note=text("note"), **own)
    create = create_model(f"{name}Create", __doc__="A new thing.", name=text("name"), note=text("note"))
    update = create_model(f"{name}Update", __doc__="An edited thing.", note=text("note"))
    event = create_model(f"{name}Event", __base__=Inline, id=text("id"), data=(thing, Field(description="It.")))
    page = create_model(f"{name}Page", __base__=Inline, data=(list[thing], Field(description="All.")))  # type: ignore[valid-type]  # made just above
    return Resource(
        f"Things {number}",
        "Things of one sort.",
        operations=[
            Operation(f"GET {path}", "List them", id=f"list{number}", query=Filter, responses={200: page}),
            Operation(f"POST {path}", "Create one", id=f"create{number}", request=create, responses={201: thing}),
            Operation(f"GET {one}", "Get one", id=f"get{number}", path=Id, responses={200: thing}, errors=[NOT_FOUND]),
            Operation(f"PATCH {one}", "Edit one", id=f"edit{number}", path=Id, request=update, responses={200: thing}),
            Operation(f"DELETE {one}", "Delete one", id=f"delete{number}", path=Id, responses={204: None}),
        ],
        webhooks=[Webhook(f"thing{number}.created", "A thing was created", payload=event)],
    )


api = Api(
    "Bench API",
    version_header="X-Bench-Version",
    servers={"https://api.example.com": "Production"},
    resources=[a_resource(number, **names) for number, names in enumerate(PLAN)],
)
