"""A schema, an operation or a webhook at one version, as the reference shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api_upgrades.core.json import escape_token
from api_upgrades.examples import http, snippets
from api_upgrades.examples.compose import as_json, compose
from api_upgrades.examples.samples import VERSION, Text
from api_upgrades.history.history import JudgedChange
from api_upgrades.history.timeline import Event
from api_upgrades.openapi.contract import SCHEMA_REF, Contract, Part, is_internal
from api_upgrades.openapi.operation import Response, operation_object, parameters, request_body, responses
from api_upgrades.openapi.target import Target
from api_upgrades.site.pages.addresses import safe_id
from api_upgrades.site.pages.reference.properties import PropertyRow, PropertyTable
from api_upgrades.site.pages.site import Site


@dataclass(frozen=True)
class ResponseView:
    """A response of an operation: its body's rows, and what it looks like."""

    status: str
    description: str
    type: PropertyRow | None
    rows: tuple[PropertyRow, ...]
    example: str | None

    @property
    def is_error(self) -> bool:
        """Whether it tells of a failure."""
        return not self.status.startswith(("1", "2", "3"))


@dataclass(frozen=True)
class PartView:
    """A part at one version; what its kind hasn't got is empty. Requests name the version by the mark `VERSION`.

    `anchor` is the id of its section. `events` are about the part as a whole; `touched` are the versions that altered
    anything in it, with their changes. `rows` are the properties of a schema, of a request body or of a payload; `type`
    is the schema's own, or the body's, as one row. `request` is the call of an operation in several languages.
    """

    part: Part
    anchor: str
    title: str
    description: str
    deprecated: bool
    replaced_by: str | None
    internal: bool
    events: tuple[Event, ...]
    touched: tuple[tuple[str, tuple[JudgedChange, ...]], ...]
    rows: tuple[PropertyRow, ...]
    type: PropertyRow | None
    example: str | None
    request: tuple[tuple[str, str, str], ...] = ()
    parameters: tuple[PropertyRow, ...] = ()
    responses: tuple[ResponseView, ...] = ()

    def row_anchor(self, row: PropertyRow) -> str:
        """The id of a row of an object, `Appointment.note`; rows of operations have none."""
        return self._row_anchors[id(row)]

    @cached_property
    def _row_anchors(self) -> dict[int, str]:
        """By the row itself: two branches may have a property of one name, and two names may be alike as ids."""
        found: dict[int, str] = {}
        count: Counter[str] = Counter()
        for row in self.rows:
            base = f"{self.anchor}.{safe_id(row.path)}"
            count[base] += 1
            found[id(row)] = base if count[base] == 1 else f"{base}::{count[base]}"
        return found


def part_view(site: Site, version: str, part: Part) -> PartView:
    """What the reference of a version shows of a part."""
    usage = site.history.usage_at(version)
    contract = usage.contract
    table = PropertyTable(contract, version, site.lineage)
    events = tuple(site.lineage.of(Target(part), version))
    touched = tuple(site.lineage.of_part(part, version))
    texts = site.paths.texts.at(version, part)
    if part.kind == "schema":
        schema = contract.parts[part]
        return PartView(
            part,
            site.anchor(part),
            part.name,
            str(schema.get("description") or ""),
            schema.get("deprecated") is True,
            schema.get("x-replaced-by"),
            is_internal(schema),
            events,
            touched,
            table.rows(schema, Target(part)),
            table.row(part.name, schema, Target(part), required=True),
            _sent(contract, part) if usage.directions(part) == {"request"} else texts["object"].text,
        )
    operation = operation_object(contract, part)
    body = request_body(contract, part)
    target = Target(part, "payload" if part.kind == "webhook" else "request")
    view = PartView(
        part,
        site.anchor(part),
        str(operation.get("summary") or part.name),
        str(operation.get("description") or ""),
        operation.get("deprecated") is True,
        operation.get("x-replaced-by"),
        is_internal(contract.parts[part]),
        events,
        touched,
        table.rows(body.schema, target) if body else (),
        table.row("body", body.schema, target, required=True) if body else None,
        None,
    )
    if part.kind == "webhook":
        return replace(view, example=texts["payload"].text if body else None)
    return replace(
        view,
        request=_request(http.request(contract, part, VERSION)),
        parameters=tuple(_parameters(table, part)),
        responses=tuple(_response(table, part, one, texts) for one in responses(contract, part)),
    )


def _sent(contract: Contract, part: Part) -> str:
    """An object as it is sent."""
    return as_json(compose(contract, {"$ref": SCHEMA_REF + escape_token(part.name)}, "request"))


def _request(request: http.HttpRequest) -> tuple[tuple[str, str, str], ...]:
    """A call in several languages: the label of each, its name for highlighting, and the code."""
    return (
        ("curl", "shell", http.as_curl(request)),
        ("Python", "python", snippets.as_httpx(request)),
        ("JavaScript", "javascript", snippets.as_fetch(request)),
    )


def _parameters(table: PropertyTable, part: Part) -> Iterator[PropertyRow]:
    """The parameters of an operation, but for the header that names the version: the overview tells of it once."""
    pinning = table.contract.document.get("x-api-version", {}).get("header")
    for one in parameters(table.contract, part):
        if (one.location, one.name) != ("header", pinning):
            row = table.row(one.name, one.schema, Target(part, f"{one.location} {one.name}"), required=one.required)
            yield replace(row, flags=(f"in the {one.location}", *row.flags))


def _response(table: PropertyTable, part: Part, response: Response, texts: Mapping[str, Text]) -> ResponseView:
    body = response.body
    target = Target(part, f"response {response.status}")
    return ResponseView(
        response.status,
        response.description,
        table.row("body", body.schema, target, required=True) if body else None,
        table.rows(body.schema, target) if body else (),
        texts[response.status].text if body else None,
    )
