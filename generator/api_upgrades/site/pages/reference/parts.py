"""A schema, an operation or a webhook at one version, as the reference shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from api_upgrades.core.json import escape_token
from api_upgrades.examples import http, snippets
from api_upgrades.examples.compose import as_json, compose
from api_upgrades.examples.samples import VERSION_PLACEHOLDER, Sample
from api_upgrades.history.history import JudgedChange
from api_upgrades.history.timeline import Event
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import is_internal
from api_upgrades.openapi.operation import Response, operation_object, parameters, request_body, responses
from api_upgrades.openapi.part import SCHEMA_REF, Part
from api_upgrades.openapi.schema import drop_ignored_siblings
from api_upgrades.openapi.target import Target
from api_upgrades.site.pages.addresses import safe_id
from api_upgrades.site.pages.reference.properties import PropertyRow, PropertyTable
from api_upgrades.site.pages.site import Site


@dataclass(frozen=True)
class ResponseView:
    """A response of an operation: the type and properties of its body, and an example message."""

    status: str
    description: str
    type: PropertyRow | None
    rows: tuple[PropertyRow, ...]
    example: str | None

    @property
    def is_error(self) -> bool:
        return not self.status.startswith(("1", "2", "3"))


@dataclass(frozen=True)
class PartView:
    """A part at one version. Fields that don't apply to its kind are empty.

    `anchor` is the id of its section. `events` concern the part as a whole; `changes_by_version` are the versions that
    changed anything in it, with their changes. `rows` are the properties of the schema, request body or payload, and
    `type` is that schema itself as one row. `request_samples` call an operation in several languages, as (label,
    language for highlighting, code); they contain `VERSION_PLACEHOLDER` instead of the version. `parameters` are
    grouped by the titles of their places, as in `PARAMETER_TITLES`.
    """

    part: Part
    anchor: str
    title: str
    description: str
    is_deprecated: bool
    replaced_by: str | None
    is_internal: bool
    events: tuple[Event, ...]
    changes_by_version: tuple[tuple[str, tuple[JudgedChange, ...]], ...]
    rows: tuple[PropertyRow, ...]
    type: PropertyRow | None
    example: str | None
    request_samples: tuple[tuple[str, str, str], ...] = ()
    parameters: tuple[tuple[str, tuple[PropertyRow, ...]], ...] = ()
    responses: tuple[ResponseView, ...] = ()

    def row_anchor(self, row: PropertyRow) -> str:
        """The id of a row of a schema or webhook, `Appointment.note`. Rows of operations have none."""
        return self._row_anchors[id(row)]

    @cached_property
    def _row_anchors(self) -> dict[int, str]:
        # By the row's identity: two `allOf` branches may have the same property name, and two names may give one id.
        found: dict[int, str] = {}
        count: Counter[str] = Counter()
        for row in self.rows:
            base = f"{self.anchor}.{safe_id(row.path)}"
            count[base] += 1
            found[id(row)] = base if count[base] == 1 else f"{base}::{count[base]}"
        return found


def part_view(site: Site, version: str, part: Part) -> PartView:
    """Collect what the reference of a version shows about a part."""
    usage = site.history.usage_at(version)
    contract = usage.contract
    table = PropertyTable(contract, version, site.timeline)
    events = tuple(site.timeline.events_of(Target(part), version))
    changes = tuple(site.timeline.changes_of_part(part, version))
    samples = site.upgrade_paths.samples.at(version, part)
    if part.kind == "schema":
        schema = drop_ignored_siblings(contract.parts[part], contract.dialect)
        return PartView(
            part,
            site.anchor(part),
            part.name,
            str(schema.get("description") or ""),
            schema.get("deprecated") is True,
            schema.get("x-replaced-by"),
            is_internal(schema),
            events,
            changes,
            table.rows(schema, Target(part)),
            table.row(part.name, schema, Target(part), required=True),
            _request_example(contract, part) if usage.directions(part) == {"request"} else samples["object"].text,
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
        changes,
        table.rows(body.schema, target) if body else (),
        table.row("body", body.schema, target, required=True) if body else None,
        None,
    )
    if part.kind == "webhook":
        return replace(view, example=samples["payload"].text if body else None)
    return replace(
        view,
        request_samples=_request_samples(http.build_request(contract, part, VERSION_PLACEHOLDER)),
        parameters=tuple(_group_parameters(table, part)),
        responses=tuple(
            sorted(
                (_response_view(table, part, one, samples) for one in responses(contract, part)),
                key=lambda one: (one.is_error, one.status),
            )
        ),
    )


def _request_example(contract: Contract, part: Part) -> str:
    """Compose the example of an object that only requests contain."""
    return as_json(compose(contract, {"$ref": SCHEMA_REF + escape_token(part.name)}, "request"))


def _request_samples(request: http.HttpRequest) -> tuple[tuple[str, str, str], ...]:
    """Write a request in several languages, as (label, language for highlighting, code)."""
    return (
        ("curl", "shell", http.as_curl(request)),
        ("Python", "python", snippets.as_httpx(request)),
        ("JavaScript", "javascript", snippets.as_fetch(request)),
    )


PARAMETER_TITLES = {
    "path": "Path parameters",
    "query": "Query parameters",
    "querystring": "Query string",
    "header": "Headers",
    "cookie": "Cookies",
}


def _group_parameters(table: PropertyTable, part: Part) -> Iterator[tuple[str, tuple[PropertyRow, ...]]]:
    """Yield the parameters of an operation by the title of their place.

    The version header is left out, because the overview page documents it once.
    """
    version_header = table.contract.document.get("x-api-version", {}).get("header")
    groups: dict[str, list[PropertyRow]] = {location: [] for location in PARAMETER_TITLES}
    for one in parameters(table.contract, part):
        if (one.location, one.name) != ("header", version_header):
            target = Target(part, f"{one.location} {one.name}")
            rows = groups.setdefault(one.location, [])
            rows.append(table.row(one.name, one.schema, target, required=one.required))
            if one.location == "querystring":
                rows += table.rows_inside(one.name, one.schema, target)
    for location, rows in groups.items():
        if rows:
            yield PARAMETER_TITLES.get(location, "Other parameters"), tuple(rows)


def _response_view(table: PropertyTable, part: Part, response: Response, samples: Mapping[str, Sample]) -> ResponseView:
    body = response.body
    target = Target(part, f"response {response.status}")
    return ResponseView(
        response.status,
        response.description,
        table.row("body", body.schema, target, required=True) if body else None,
        table.rows(body.schema, target) if body else (),
        samples[response.status].text if body else None,
    )
