"""The reference of every version: an overview, and a page per resource.

A part's section is rendered once for each run of versions over which the part, and all that it references, is the
same; a page is its sections put together. What a section says of its version is the mark `VERSION`, filled in last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from api_upgrades import http, prose
from api_upgrades.contract import LITERALS, SCHEMA_REF, Contract, Json, JsonObject, Part, escape
from api_upgrades.lineage import Event
from api_upgrades.operation import Response, operation_object, parameters, request_body, responses
from api_upgrades.pages.page import VERSION, Found, Heading, Links, Page, anchor, property_anchor, searchable
from api_upgrades.pages.properties import PropertyRow, PropertyTable
from api_upgrades.pages.site import LATEST, Site
from api_upgrades.payload import as_json, compose, compose_body
from api_upgrades.registry import Version
from api_upgrades.resources import Resource
from api_upgrades.severity import Direction
from api_upgrades.target import Target

KIND_TITLES = {"schema": "Objects", "operation": "Operations", "webhook": "Webhooks"}


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
        return not self.status.startswith(("1", "2", "3"))


@dataclass(frozen=True)
class PartView:
    """A part at one version; the fields that its kind hasn't got are empty."""

    part: Part
    anchor: str
    title: str
    description: str
    deprecated: bool
    replaced_by: str | None
    events: tuple[Event, ...]
    rows: tuple[PropertyRow, ...] = ()
    type: PropertyRow | None = None
    example: str | None = None
    parameters: tuple[PropertyRow, ...] = ()
    request_type: PropertyRow | None = None
    curl: str | None = None
    responses: tuple[ResponseView, ...] = ()

    def row_anchor(self, row: PropertyRow) -> str:
        """The id of a row of an object; rows of operations have none."""
        return property_anchor(self.part, row.path)


class Reference:
    """What makes the reference, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known_revisions: dict[str, tuple[str, ...]] = {}
        self._sections: dict[tuple[object, ...], tuple[str, Callable[[], str]]] = {}

    def pages(self) -> Iterator[Page]:
        """`/reference/latest/` first, then every version, newest first."""
        latest = self.site.history.latest
        yield from self._version_pages(latest, LATEST)
        for version in self.site.newest_first:
            yield from self._version_pages(version, version.id)

    def _version_pages(self, version: Version, shown: str) -> Iterator[Page]:
        yield self._overview(version, shown)
        for resource in self.site.resources(version.id):
            yield self._resource(version, shown, resource)

    def _overview(self, version: Version, shown: str) -> Page:
        path = self.site.addresses.reference(shown)
        contract = self.site.history.contract_at(version.id)
        view = {
            "version": version,
            "shown": shown,
            "info": contract.document.get("info", {}),
            "servers": contract.document.get("servers", ()),
            "security": contract.document.get("components", {}).get("securitySchemes", {}),
            "header": contract.document.get("x-api-version", {}).get("header"),
            "resources": self.site.resources(version.id),
            "anchor": anchor,
            "titles": KIND_TITLES,
            "summaries": {
                part: operation_object(contract, part).get("summary", "")
                for part in contract.parts
                if part.kind != "schema"
            },
        }
        return Page(
            path,
            "Reference" if shown == LATEST else f"Reference {version.id}",
            f"The reference of version {version.id} of the {self.site.title}.",
            self.site.html("reference", path, **view),
            self.site.markdown("reference", path, **view),
            (Heading("calling-the-api", "Calling the API"), Heading("resources", "Resources")),
            searchable("Reference", f"The latest version, {version.id}.", ()) if shown == LATEST else None,
            canonical=None if shown == LATEST else self.site.addresses.reference(LATEST),
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
        )

    def _resource(self, version: Version, shown: str, resource: Resource) -> Page:
        path = self.site.addresses.resource(shown, resource.slug)
        groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items() if resource.of_kind(kind)}
        sections = {part: self._section(version, part, path) for parts in groups.values() for part in parts}
        first = self.site.resources(version.id)[0]
        revisions = self._revisions(resource.name)
        order = [one.id for one in self.site.history.versions]
        view = {
            "version": version,
            "shown": shown,
            "resource": resource,
            "groups": groups,
            "since": next(one for one in revisions if order.index(one) <= order.index(version.id)),
            "revisions": revisions,
        }
        contents = tuple(
            Heading(title.lower(), title, tuple(Heading(anchor(part), part.name) for part in parts))
            for title, parts in groups.items()
        )
        in_latest = any(one.slug == resource.slug for one in self.site.resources(self.site.history.latest.id))
        return Page(
            path,
            f"{resource.name} ({version.id})" if shown != LATEST else resource.name,
            f"{resource.name} in version {version.id} of the {self.site.title}.",
            self.site.html(
                "resource",
                path,
                **view,
                sections={part: Markup(_in(html, version)) for part, (html, _) in sections.items()},
            ),
            lambda: self.site.markdown(
                "resource", path, **view, sections={one: _in(md(), version) for one, (_, md) in sections.items()}
            )(),
            contents,
            self._found(version, resource) if shown == LATEST else None,
            canonical=self.site.addresses.resource(LATEST, resource.slug) if in_latest and shown != LATEST else None,
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
            like=None if shown == LATEST or resource is first else self.site.addresses.resource(shown, first.slug),
        )

    def _found(self, version: Version, resource: Resource) -> str:
        """What the search finds of a resource: its parts by their names, descriptions and properties."""
        contract = self.site.history.contract_at(version.id)
        sections = (
            Found(anchor(part), part.name, " ".join(map(prose.to_plain, _words(contract.parts[part]))))
            for part in resource.parts
        )
        return searchable(resource.name, prose.to_plain(resource.description), sections)

    def _revisions(self, resource: str) -> tuple[str, ...]:
        """The versions, newest first, whose page of a resource says something else than the one before."""
        if resource not in self._known_revisions:
            found: list[str] = []
            before: object = ()
            for version in self.site.history.versions:
                parts = next((one.parts for one in self.site.resources(version.id) if one.name == resource), ())
                revision = tuple((part, self.site.history.revisions[version.id][part]) for part in parts)
                if revision != before and parts:
                    found.append(version.id)
                before = revision
            self._known_revisions[resource] = tuple(reversed(found))
        return self._known_revisions[resource]

    def _section(self, version: Version, part: Part, path: str) -> tuple[str, Callable[[], str]]:
        revision = self.site.history.revisions[version.id][part]
        links = tuple(
            self._schema_address(version.id, one) for one in self.site.history.usage_at(version.id).direct(part)
        )
        key = (part, revision, path.count("/"), links)
        if key not in self._sections:
            view = {"view": self._view(version, part), "schema_link": self._schema_link(version.id, path)}
            template = f"part_{part.kind}"
            self._sections[key] = (
                self.site.html(template, path, **view),
                self.site.markdown(template, path, **view),
            )
        return self._sections[key]

    def _schema_address(self, version: str, schema: Part) -> str | None:
        """The resource under which a schema stands; sections can be shared only while it is the same."""
        resource = self.site.resource_of(schema, version)
        return resource.slug if resource else None

    def _schema_link(self, version: str, path: str) -> Callable[[Part], str | None]:
        shown = path.split("/")[1]
        link = Links(path, self.site.addresses)

        def schema_link(schema: Part) -> str | None:
            slug = self._schema_address(version, schema)
            if slug is None:
                return None
            return link.resource(shown, slug, anchor(schema))

        return schema_link

    def _view(self, version: Version, part: Part) -> PartView:
        contract = self.site.history.contract_at(version.id)
        table = PropertyTable(contract, version.id, self.site.lineage)
        events = tuple(self.site.lineage.of(Target(part), version.id))
        value = contract.parts[part]
        if part.kind == "schema":
            return self._schema(contract, table, part, value, events, version)
        operation = operation_object(contract, part)
        common: dict[str, Any] = {
            "part": part,
            "anchor": anchor(part),
            "title": str(operation.get("summary") or part.name),
            "description": str(operation.get("description") or ""),
            "deprecated": operation.get("deprecated") is True,
            "replaced_by": operation.get("x-replaced-by"),
            "events": events,
        }
        if part.kind == "webhook":
            body = request_body(contract, part)
            rows = table.rows(body.schema, Target(part, "payload")) if body else ()
            example = as_json(compose_body(contract, body, "webhook")) if body else None
            return PartView(**common, rows=rows, example=example)
        return self._operation(contract, table, part, common)

    def _schema(
        self,
        contract: Contract,
        table: PropertyTable,
        part: Part,
        value: JsonObject,
        events: tuple[Event, ...],
        version: Version,
    ) -> PartView:
        directions = self.site.history.usage_at(version.id).directions(part)
        direction: Direction = "request" if directions == {"request"} else "response"
        composed = compose(contract, {"$ref": SCHEMA_REF + escape(part.name)}, direction)
        rows = table.rows(value, Target(part))
        return PartView(
            part,
            anchor(part),
            part.name,
            str(value.get("description") or ""),
            value.get("deprecated") is True,
            value.get("x-replaced-by"),
            events,
            rows,
            None if rows else table.row(part.name, value, Target(part), required=True),
            as_json(composed),
        )

    def _operation(self, contract: Contract, table: PropertyTable, part: Part, common: dict[str, Any]) -> PartView:
        body = request_body(contract, part)
        target = Target(part, "request")
        return PartView(
            **common,
            rows=table.rows(body.schema, target) if body else (),
            request_type=table.row("body", body.schema, target, required=True) if body else None,
            parameters=tuple(_parameters(contract, table, part)),
            curl=http.as_curl(http.request(contract, part, VERSION)),
            responses=tuple(_response(contract, table, part, one) for one in responses(contract, part)),
        )


def _words(value: Json) -> Iterator[str]:
    """The names of the properties and parameters in some JSON, and the texts that describe them."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "properties" and isinstance(item, dict):
                for name, inner in item.items():
                    yield name
                    yield from _words(inner)
            elif key in ("description", "summary", "name") and isinstance(item, str):
                yield item
            elif key not in LITERALS:
                yield from _words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)


def _in(text: str, version: Version) -> str:
    """A shared text as the page of a version has it."""
    return text.replace(VERSION, version.id)


def _parameters(contract: Contract, table: PropertyTable, part: Part) -> Iterator[PropertyRow]:
    """The parameters of an operation, but for the header that names the version: the overview tells of it once."""
    pinning = contract.document.get("x-api-version", {}).get("header")
    for one in parameters(contract, part):
        if (one.location, one.name) != ("header", pinning):
            row = table.row(one.name, one.schema, Target(part, f"{one.location} {one.name}"), required=one.required)
            yield replace(row, flags=(f"in the {one.location}", *row.flags))


def _response(contract: Contract, table: PropertyTable, part: Part, response: Response) -> ResponseView:
    body = response.body
    target = Target(part, f"response {response.status}")
    return ResponseView(
        response.status,
        response.description,
        table.row("body", body.schema, target, required=True) if body else None,
        table.rows(body.schema, target) if body else (),
        http.as_response(response.status, compose_body(contract, body, "response")) if body else None,
    )
