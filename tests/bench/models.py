"""The models of a made registry, as a team would write them: one module for each resource."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import Template


@dataclass
class Order:
    """One resource as the changes so far have left it: four objects, five operations and a webhook.

    Every fourth shows an object of its neighbour, so that a change there reaches it too.
    """

    number: int
    label: int = 0
    length: int = 80
    states: list[str] = field(default_factory=lambda: ["OPEN", "PAID"])
    notes: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"Order{self.number}"

    @property
    def neighbour(self) -> int | None:
        return self.number - 1 if self.number % 4 == 3 else None


def module(order: Order) -> str:
    """The text of a resource's module."""
    other = order.neighbour
    return MODULE.substitute(
        number=order.number,
        name=order.name,
        label=f"label_{order.label}",
        length=order.length,
        states=", ".join(f'"{state}"' for state in order.states),
        neighbour="" if other is None else f"from .orders{other} import Order{other}Line\n",
        related="" if other is None else RELATED.substitute(other=other),
        sizes=_fields(order.sizes, "How large it is, in the unit of the article.", is_optional=False),
        notes=_fields(order.notes, "What was noted down about it, for those who send it.", is_optional=False),
        new_notes=_fields(order.notes, "What is to be noted down about it.", is_optional=True),
        filters=_fields(order.filters, "Only those for which this holds.", is_optional=True),
    )


def assembly(orders: Iterable[Order]) -> str:
    """The text of the package's `__init__.py`."""
    names = [f"orders{order.number}" for order in orders]
    imports = "\n".join(f"from .{name} import orders as {name}" for name in names)
    return ASSEMBLY.substitute(imports=imports, names=", ".join(names))


def _fields(names: Iterable[str], about: str, *, is_optional: bool) -> str:
    kind, default = ("str | None", "None, ") if is_optional else ("str", "")
    return "".join(
        f'    {name}: {kind} = Field({default}description="{about}", examples=["some {name}"])\n' for name in names
    )


RELATED = Template('    related: list[Order${other}Line] = Field(description="What goes with it.")\n')

MODULE = Template('''\
"""Orders of the sort $number."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Inline, Operation, Resource, Webhook

from .common import NOT_FOUND, PageQuery
$neighbour
Id = Annotated[UUID, Field(description="The id of the order.", examples=["2e6f8a04-b1d3-4c79-95e8-a0d7c4f3b612"])]


class ${name}Line(BaseModel):
    """What is ordered, of the sort $number."""

    article: str = Field(description="The article, by its number in the catalogue.", examples=["A-17"])
    quantity: int = Field(ge=1, description="How many of it.", examples=[2])
$sizes

class $name(BaseModel):
    """An order of the sort $number."""

    id: Id
    created_at: datetime = Field(description="When it was made.", examples=["2023-07-03T09:00:00Z"])
    status: Literal[$states] = Field(description="How far it is.", examples=["PAID"])
    $label: str = Field(description="What your organisation calls it.", examples=["Spring"])
    amount: int = Field(ge=0, description="What it costs, in the smallest unit.", examples=[1250])
    currency: str = Field(pattern="^[A-Z]{3}$$", description="The unit of `amount`.", examples=["EUR"])
    remark: str | None = Field(description="What the buyer said.", examples=["Leave it at the door."])
    lines: list[${name}Line] = Field(description="What is ordered.")
$related$notes

class ${name}Create(BaseModel):
    """A new order of the sort $number."""

    reference: str = Field(max_length=$length, description="Your own name for it.", examples=["B-2"])
    $label: str = Field(description="What your organisation calls it.", examples=["Spring"])
    lines: list[${name}Line] = Field(description="What is ordered.")
$new_notes

class ${name}Update(BaseModel):
    """What is to change. What you leave out stays as it is."""

    $label: str | None = Field(None, description="What your organisation calls it.", examples=["Spring"])
    remark: str | None = Field(None, description="What the buyer said.", examples=["Leave it at the door."])


class Created(Inline):
    """An order was made."""

    order: $name = Field(description="The order.")


class Page(Inline):
    """Orders."""

    data: list[$name] = Field(description="They.")
    next_cursor: str | None = Field(description="Where the next page begins.", examples=["b2Zn"])


class Path(BaseModel):
    """One order."""

    id: Id


class Query(PageQuery):
    """Which orders."""

    status: str | None = Field(None, description="Only those that are so far.", examples=["PAID"])
$filters

orders = Resource(
    "Orders $number",
    "What people order, of the sort $number.",
    operations=[
        Operation(
            "GET /orders$number",
            "List orders",
            id="list$number",
            query=Query,
            responses={200: Page},
        ),
        Operation(
            "POST /orders$number",
            "Create an order",
            id="create$number",
            request=${name}Create,
            responses={201: $name},
        ),
        Operation(
            "GET /orders$number/{id}",
            "Get an order",
            id="get$number",
            path=Path,
            responses={200: $name},
            errors=[NOT_FOUND],
        ),
        Operation(
            "PATCH /orders$number/{id}",
            "Edit an order",
            id="edit$number",
            path=Path,
            request=${name}Update,
            responses={200: $name},
            errors=[NOT_FOUND],
        ),
        Operation(
            "DELETE /orders$number/{id}",
            "Delete an order",
            id="delete$number",
            path=Path,
            responses={204: None},
        ),
    ],
    webhooks=[Webhook("order$number.created", "An order was made", payload=Created)],
)
''')

COMMON = '''\
"""What all resources use."""

from pydantic import BaseModel, Field

from api_upgrades.sources.api import ErrorResponse


class Error(BaseModel):
    """What went wrong."""

    code: str = Field(description="Names the kind of error.", examples=["not_found"])
    message: str = Field(description="Says what is wrong.", examples=["There is no such order."])


class PageQuery(BaseModel):
    """Which page."""

    cursor: str | None = Field(None, description="Where the page begins, as the one before said.", examples=["b2Zm"])
    limit: int = Field(20, ge=1, le=100, description="How many there are on a page.", examples=[20])


NOT_FOUND = ErrorResponse(404, "There is no such order.", Error(code="not_found", message="There is no such order."))
'''

ASSEMBLY = Template('''\
"""Today's API."""

from api_upgrades.sources.api import Api

$imports

api = Api(
    "Bench API",
    version_header="X-Bench-Version",
    servers={"https://api.example.com": "Production"},
    resources=[$names],
)
''')
