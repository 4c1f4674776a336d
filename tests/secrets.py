"""The shop with much that nobody may see: internal parts of every kind, and a change that is not released yet.

Every name that is secret begins with `zz`, in any case, or is `heading`, which no released version has.
"""

from __future__ import annotations

import re

from tests.shop import FILES, MKDOCS

API = '''\
from pydantic import BaseModel, ConfigDict, Field

from api_upgrades.sources.api import Api, ErrorResponse, Inline, Operation, Resource, Webhook


class ZzAudit(BaseModel):  # internal
    """Of zz interest."""  # internal
    model_config = ConfigDict(json_schema_extra={"x-internal": True})  # internal
    zz_by: str = Field(examples=["zz-root"])  # internal
    weight: int = Field(description="In grams.", examples=[300])  # internal


class ZzNote(BaseModel):  # internal
    """Not marked, but nobody sees it except through what is."""  # internal
    zz_text: str = Field(examples=["zz-note"])  # internal


class Book(BaseModel):
    """A book on the shelf."""

    isbn: str = Field(description="Its number.", examples=["9780140449136"])
    title: str = Field(description="Its name.", examples=["The Odyssey"])
    zz_audit: ZzAudit = Field(description="zz")  # internal
    pages: int = Field(description="How long it is.", examples=[416])
    zz_rank: int = Field(description="zz", examples=[7], json_schema_extra={"x-internal": True})  # internal
    shelf: str | None = Field(description="Where it stands.", examples=["A3"])


class Maker(Inline):
    name: str = Field(description="Their name.", examples=["Homer"])
    zz_fee: int = Field(examples=[99], json_schema_extra={"x-internal": True})  # internal


class Order(BaseModel):
    """What somebody buys."""

    book: Book = Field(description="What was bought.")
    makers: list[Maker] = Field(description="Who made it.")


class OrderQuery(BaseModel):
    part: str | None = Field(None, description="Which part of it.", examples=["lines"])
    zz_trace: str | None = Field(None, examples=["zz-t"], json_schema_extra={"x-internal": True})  # internal


class Problem(BaseModel):
    code: str = Field(description="What it is.", examples=["gone"])
    zz_stack: str = Field("zz-deep", json_schema_extra={"x-internal": True})  # internal


books = Resource("Books", "What is for sale.", operations=[
    Operation("GET /books/first", "Get the first book", id="first_book", responses={200: Book}),
])
orders = Resource("Orders", "What was sold.", operations=[
    Operation("GET /orders/last", "Get the last order", id="last_order", query=OrderQuery, responses={200: Order},
              errors=[ErrorResponse(404, "There is none.", Problem(code="none"))]),
    Operation("POST /zz/orders", "zz", id="zz", request=ZzNote, responses={204: None}, internal=True),  # internal
], webhooks=[
    Webhook("order.made", "An order was made", payload=Order),
    Webhook("zz.made", "zz", payload=ZzNote, internal=True),  # internal
])
zz = Resource("ZzTools", "For the zz team.", operations=[  # internal
    Operation("GET /zz/audit", "zz", id="zz_audit", responses={200: ZzAudit}, internal=True),  # internal
])  # internal
api = Api("Shop", version_header="X-Shop-Version", servers={"https://shop.example": "Live"}, resources=[
    books,
    orders,
    zz,  # internal
])
'''

VISIBLE = FILES | {
    "changes/api/__init__.py": "".join(line for line in API.splitlines(True) if "# internal" not in line),
    "changes/2024-02-01/wood.yaml": """\
title: Books have no `wood` any more
why: It is paper.
upgrade: Do without it.
effects:
  - kind: remove_property
    target: Book.wood
    was: {type: object, properties: {tree: {type: string}}, required: [tree], examples: [{tree: Oak}]}
    before: shelf
""",
    "changes/2024-03-01/weight.yaml": """\
title: Books have no `weight` any more
why: They are light.
upgrade: Weigh them.
effects:
  - kind: remove_property
    target: Book.weight
    was: {type: integer, description: In grams., examples: [300]}
""",
    "changes/additions/shelf.yaml": """\
date: 2024-02-10
title: Books say where they stand
why: They could not be found.
effects:
  - {kind: add_property, target: Book.shelf}
""",
}
"""The same shop as its public sees it: what `published` has to make of the whole one."""

WHOLE = VISIBLE | {
    "changes/api/__init__.py": API,
    "changes/2024-02-01/pages.yaml": FILES["changes/2024-02-01/pages.yaml"].replace(
        "target: Book.pages", "target: [Book.pages, Book.zz_rank]"
    ),
    "changes/2024-02-01/zz-orders.yaml": """\
title: A zz change that the public sees nothing of
why: For the zz team.
effects:
  - {kind: add_operation, target: POST /zz/orders}
  - {kind: add_webhook, target: webhook zz.made}
  - {kind: behaviour, target: GET /zz/audit, severity: risky, before: zz-slow, after: zz-fast}
""",
    "changes/2024-02-01/wood.yaml": VISIBLE["changes/2024-02-01/wood.yaml"].replace(
        "was: {type: object, properties: {tree: {type: string}}, required: [tree], examples: [{tree: Oak}]}",
        "was: {type: object, properties: {tree: {type: string}, zz_ring: {type: integer, x-internal: true}}, "
        "required: [tree, zz_ring], examples: [{tree: Oak, zz_ring: 9}]}",
    ),
    "changes/2024-03-01/weight.yaml": re.sub(
        r"  - kind: remove_property.*",
        "  - {kind: move_property, target: ZzAudit.weight, was_in: Book}\n",
        VISIBLE["changes/2024-03-01/weight.yaml"],
        flags=re.DOTALL,
    ),
    "changes/additions/zz-text.yaml": """\
date: 2024-02-11
title: A zz addition
why: For the zz team.
effects:
  - {kind: add_property, target: ZzAudit.zz_by}
""",
}
"""With all that is internal."""

UPCOMING = WHOLE | {
    "changes/api/__init__.py": API.replace("    title: str", "    heading: str"),
    "changes/unreleased/heading.yaml": """\
title: "`title` is now `heading`"
why: A title is for a person.
upgrade: Read `heading`.
effects:
  - {kind: rename_property, target: Book, old: title, new: heading}
""",
}
"""With all that is internal, and what is not released yet."""

SITE = UPCOMING | {"mkdocs.yml": MKDOCS, "docs/index.md": "# Shop\n\nWelcome.\n"}

SECRET = re.compile(rb"zz|heading", re.IGNORECASE)


def secrets(text: bytes) -> set[bytes]:
    """What a file says of what nobody may see."""
    return {match.group() for match in SECRET.finditer(text)}
