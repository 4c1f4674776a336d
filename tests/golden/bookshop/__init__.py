"""Today's API of a bookshop, small and of many shapes. Some of its texts hold markup that must stay text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Api, Deprecated, ErrorResponse, Inline, Operation, Resource, Webhook

Isbn = Annotated[str, Field(pattern="^97[89][0-9]{10}$", description="Its ISBN.", examples=["9780140449136"])]


class Money(BaseModel):
    """An amount in a currency."""

    amount: str = Field(description="As a decimal number.", examples=["12.90"])
    currency: Literal["EUR", "USD"] = Field(description="Three letters.", examples=["EUR"])


class Book(BaseModel):
    """A book that we sell. Not `<b>every</b>` book | there is."""

    isbn: Isbn
    title: str = Field(description="What is on the cover.", examples=["The Odyssey"])
    subtitle: str | None = Field(description="What is below that.", examples=[None])
    authors: list[str] = Field(description="Who wrote it.", examples=[["Homer"]])
    binding: Literal["HARDCOVER", "SOFTCOVER", "EBOOK"] = Field(description="How it is made.", examples=["SOFTCOVER"])
    language: str = Field(description="What it is written in.", examples=["grc"])
    price: Money = Field(description="What it costs today.")
    in_stock: Annotated[bool, Deprecated("copies")] = Field(description="Whether we have one.", examples=[True])
    copies: int = Field(ge=0, description="How many we have:\n\n- on the shelf\n- in the *cellar*", examples=[3])


class BookPage(Inline):
    """A page of books."""

    data: list[Book] = Field(description="The books.")
    next: str | None = Field(description="Send it as `cursor` for more.", examples=["bmV4dA"])


class BookQuery(BaseModel):
    """Which books."""

    author: str | None = Field(None, description="Only those of an author.", examples=["Homer"])
    cursor: str | None = Field(None, description="Where the page begins.")


class Order(BaseModel):
    """Books that somebody buys."""

    id: str = Field(description="Ours.", examples=["o_1"])
    status: Literal["OPEN", "SHIPPED", "RETURNED"] = Field(description="How far it is.", examples=["OPEN"])
    books: list[Book] = Field(description="What is bought.")
    total: Money = Field(description="What is paid.")
    ship_to: str | None = Field(max_length=200, description="The address.", examples=["Ithaca"])


class OrderCreate(BaseModel):
    """A new order."""

    isbns: list[Isbn] = Field(min_length=1, description="What to buy.", examples=[["9780140449136"]])
    ship_to: str = Field(max_length=200, description="The address.", examples=["Ithaca"])


class OrderUpdate(BaseModel):
    """What may be edited of an order."""

    ship_to: str | None = Field(None, max_length=200, description="Another address.", examples=["Athens"])


class OrderEvent(Inline):
    """An event, and the order that it is about."""

    type: Literal["order.shipped"] = Field(description="What happened.", examples=["order.shipped"])
    order: Order = Field(description="As it is now.")


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs.", examples=["sold_out"])


class Id(BaseModel):
    """Which order."""

    id: str = Field(description="Ours.", examples=["o_1"])


SOLD_OUT = ErrorResponse(409, "There is no copy left, see [stock](https://shop.example/stock).", Error(code="sold_out"))

books = Resource(
    "Books",
    "What is on the shelf.",
    operations=[Operation("GET /books", "List books", id="list_books", query=BookQuery, responses={200: BookPage})],
)
orders = Resource(
    "Orders",
    "What is sold, and the event that tells of it.",
    operations=[
        Operation(
            "POST /orders",
            "Buy some books",
            id="create_order",
            request=OrderCreate,
            responses={202: Order},
            errors=[SOLD_OUT],
        ),
        Operation("GET /orders/{id}", "Get an order", id="get_order", path=Id, responses={200: Order}),
        Operation(
            "PATCH /orders/{id}",
            "Edit an order",
            id="edit_order",
            description="Only as long as it is `OPEN`.",
            path=Id,
            request=OrderUpdate,
            responses={200: Order},
        ),
    ],
    webhooks=[Webhook("order.shipped", "An order has left", payload=OrderEvent)],
)
api = Api(
    "Bookshop API",
    description="Sells books & more, `<script>alert(1)</script>` included.",
    version_header="X-Bookshop-Version",
    version_query="version",
    servers={"https://api.bookshop.example/v1": "Live"},
    resources=[books, orders],
)
