"""The reference of every version: an overview, and a page per resource.

A part's section is rendered once for each run of versions over which the part, and all that it references, is the
same; a page is its sections put together. What a section says of its version is the mark `texts.VERSION`, filled in
last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any

from markupsafe import Markup

from api_upgrades import prose
from api_upgrades.contract import LITERALS, Json, JsonObject, Part
from api_upgrades.effects.base import as_code
from api_upgrades.operation import operation_object
from api_upgrades.pages.page import (
    Asset,
    Found,
    Heading,
    Links,
    Page,
    Section,
    Shared,
    TwinAddresses,
    anchor,
    searchable,
)
from api_upgrades.pages.parts import part_view
from api_upgrades.pages.site import LATEST, Site
from api_upgrades.registry import Version
from api_upgrades.resources import Resource
from api_upgrades.texts import VERSION, in_version

KIND_TITLES = {"schema": "Objects", "operation": "Operations", "webhook": "Webhooks"}


class Reference:
    """What makes the reference, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known_revisions: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._sections: dict[Hashable, Section] = {}
        self._headings: dict[int, tuple[Heading, ...]] = {}
        self._pages: dict[Hashable, dict[Part, Section]] = {}

    def pages(self) -> Iterator[Page]:
        """`/reference/latest/` first, then every version, newest first."""
        latest = self.site.history.latest
        yield from self._version_pages(latest, LATEST)
        for version in self.site.newest_first:
            yield from self._version_pages(version, version.id)

    def versions(self) -> Asset:
        """What the version pickers read: all versions, newest first, and where a resource is absent from one, the
        change that brought it or took it away.
        """
        absent: dict[str, dict[str, str]] = {}
        for resource in dict.fromkeys(one for version in self.site.newest_first for one in self._slugs(version)):
            changes = tuple(self._absent(resource))
            if changes:
                absent[resource] = dict(changes)
        data = {
            "all": [(version.id, self._picked(version)) for version in self.site.newest_first],
            "absent": absent,
            "index": self.site.addresses.index,
        }
        text = f"apiUpgrades.versions = {json.dumps(data, ensure_ascii=False)};\n"
        return Asset("reference/versions.js", lambda: text)

    def _picked(self, version: Version) -> str:
        """A version as a choice of the pickers."""
        if not version.is_released:
            return f"{version.name} (not released yet)"
        return f"{version.id} (latest)" if version is self.site.history.latest else version.id

    def _slugs(self, version: Version) -> tuple[str, ...]:
        return tuple(resource.slug for resource in self.site.resources(version.id))

    def _absent(self, slug: str) -> Iterator[tuple[str, str]]:
        """The versions without a resource, each with the address of the nearest later version that has it, or else of
        the version that took it away.
        """
        versions = self.site.history.versions
        for index, version in enumerate(versions):
            if slug not in self._slugs(version):
                later = [one for one in versions[index:] if slug in self._slugs(one)]
                brought = (
                    later[0]
                    if later
                    else next(
                        one
                        for one, before in zip(versions[1:], versions, strict=False)
                        if slug in self._slugs(before) and slug not in self._slugs(one)
                    )
                )
                yield version.id, self._touching(brought, slug)

    def _touching(self, version: Version, slug: str) -> str:
        """The address of the change of a version that touches a resource, as a link from the mount."""
        for change in self.site.history.changes_of(version.id):
            for part in change.touched:
                for one in (version.id, self.site.history.steps[version.id].older_version):
                    resource = self.site.resource_of(part, one)
                    if resource and resource.slug == slug:
                        return self._from_mount(self.site.addresses.change(version.id, change.change.id))
        return self._from_mount(self.site.addresses.version(version.id))

    def _from_mount(self, address: str) -> str:
        return Links("", self.site.addresses)(address).removeprefix("./")

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
            "credential": _credential,
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
            "Reference" if shown == LATEST else f"Reference {version.name}",
            f"The reference of {_called(version)} of the {self.site.title}.",
            self._overview_body(view),
            self.site.markdown("reference", path, **view),
            (Heading("calling-the-api", "Calling the API"), Heading("resources", "Resources")),
            searchable("Reference", f"The latest version, {version.id}.", ()) if shown == LATEST else None,
            canonical=None if shown == LATEST else self.site.addresses.reference(LATEST),
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
            is_listed=shown == LATEST,
        )

    def _overview_body(self, view: dict[str, Any]) -> Shared | Callable[[], str]:
        """The HTML of an overview: one for all older versions in which it says the same."""
        version: Version = view["version"]
        if version is self.site.history.latest or not version.is_released:
            return partial(self.site.html, "reference", self.site.addresses.reference(view["shown"]), **view)
        document = self.site.history.contract_at(version.id).document
        key = (view["resources"], tuple(view["summaries"].values()), id(document), version.dating)
        marked = view | {"version": replace(version, id=VERSION), "shown": VERSION}
        path = self.site.addresses.reference(VERSION)
        return Shared("", key, partial(self.site.html, "reference", path, **marked), version.id)

    def _resource(self, version: Version, shown: str, resource: Resource) -> Page:
        path = self.site.addresses.resource(shown, resource.slug)
        groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items() if resource.of_kind(kind)}
        sections = self._sections_of(version, resource, path)
        revisions = self._revisions(resource.name)
        in_latest = resource.slug in self._latest
        view = {
            "version": version,
            "shown": shown,
            "resource": resource,
            "groups": groups,
            "in_latest": in_latest,
            "same": next(run for run in revisions if version.id in run),
            "others": [run for run in revisions if version.id not in run],
        }
        return Page(
            path,
            f"{resource.name} ({version.name})" if shown != LATEST else resource.name,
            f"{resource.name} in {_called(version)} of the {self.site.title}.",
            self._body(view, sections),
            lambda: self.site.markdown(
                "resource",
                path,
                **view,
                sections={one: in_version(section.markdown(), version.id) for one, section in sections.items()},
            )(),
            self._contents(resource),
            self._found(version, resource) if shown == LATEST else None,
            canonical=self.site.addresses.resource(LATEST, resource.slug) if in_latest and shown != LATEST else None,
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
            is_listed=shown == LATEST,
        )

    def _body(self, view: dict[str, Any], sections: dict[Part, Section]) -> Shared | Callable[[], str]:
        """The HTML of a resource's page: one for all older versions in which it says the same."""
        version, shown, resource = view["version"], view["shown"], view["resource"]

        def render(version: Version, path: str) -> str:
            shown = {part: Markup(section.html) for part, section in sections.items()}
            return self.site.html("resource", path, **view | {"version": version, "sections": shown})

        if version is self.site.history.latest or not version.is_released:  # what their pages say first is their own
            path = self.site.addresses.resource(shown, resource.slug)
            return lambda: in_version(render(version, path), version.id)
        key = (resource, view["same"], view["in_latest"], version.dating, tuple(map(id, sections.values())))
        path = self.site.addresses.resource(VERSION, resource.slug)
        return Shared(resource.slug, key, lambda: render(replace(version, id=VERSION), path), version.id)

    def _found(self, version: Version, resource: Resource) -> str:
        """What the search finds of a resource: its parts by their names, descriptions and properties."""
        contract = self.site.history.contract_at(version.id)
        sections = (
            Found(anchor(part), part.name, " ".join(map(prose.to_plain, _words(contract.parts[part]))))
            for part in resource.parts
        )
        return searchable(resource.name, prose.to_plain(resource.description), sections)

    def _revisions(self, resource: str) -> tuple[tuple[str, ...], ...]:
        """The versions that have a resource, newest first, those together whose pages of it say the same."""
        if resource not in self._known_revisions:
            runs: list[list[str]] = []
            before: object = ()
            for version in self.site.history.versions:
                parts = next((one.parts for one in self.site.resources(version.id) if one.name == resource), ())
                revision = tuple((part, self.site.history.revisions[version.id][part]) for part in parts)
                if parts and revision != before:
                    runs.append([])
                if parts:
                    runs[-1].append(version.id)
                before = revision
            self._known_revisions[resource] = tuple(tuple(run) for run in reversed(runs))
        return self._known_revisions[resource]

    def _contents(self, resource: Resource) -> tuple[Heading, ...]:
        if id(resource) not in self._headings:  # the site holds the resources, so that ids stay their own
            groups = ((title, resource.of_kind(kind)) for kind, title in KIND_TITLES.items())
            self._headings[id(resource)] = tuple(
                Heading(title.lower(), title, tuple(Heading(anchor(part), part.name) for part in parts))
                for title, parts in groups
                if parts
            )
        return self._headings[id(resource)]

    @cached_property
    def _latest(self) -> frozenset[str]:
        """The resources that the latest version has, by their names in addresses."""
        return frozenset(self._slugs(self.site.history.latest))

    def _sections_of(self, version: Version, resource: Resource, path: str) -> dict[Part, Section]:
        """The sections of a resource's page; the same where the whole page and all resources are."""
        same = next(run for run in self._revisions(resource.name) if version.id in run)
        key = (resource.slug, same, id(self.site.resources(version.id)), path.count("/"))
        if key not in self._pages:
            self._pages[key] = {part: self._section(version, part, path) for part in resource.parts}
        return self._pages[key]

    def _section(self, version: Version, part: Part, path: str) -> Section:
        revision = self.site.history.revisions[version.id][part]
        links = tuple(
            self._schema_address(version.id, one) for one in self.site.history.usage_at(version.id).direct(part)
        )
        key = (part, revision, path.count("/"), path.split("/")[2], links)
        if key not in self._sections:
            view = cache(partial(part_view, self.site, version.id, part))
            template = f"part_{part.kind}"
            addresses = self.site.addresses
            in_html, in_twin = (
                self._schema_link(version.id, Links(path, one)) for one in (addresses, TwinAddresses(addresses.index))
            )
            self._sections[key] = Section(
                lambda: self.site.html(template, path, view=view(), schema_link=in_html),
                lambda: self.site.markdown(template, path, view=view(), schema_link=in_twin)(),
            )
        return self._sections[key]

    def _schema_address(self, version: str, schema: Part) -> str | None:
        """The resource under which a schema stands; sections can be shared only while it is the same."""
        resource = self.site.resource_of(schema, version)
        return resource.slug if resource else None

    def _schema_link(self, version: str, link: Links) -> Callable[[Part], str | None]:
        shown = link.page.split("/")[1]

        def schema_link(schema: Part) -> str | None:
            slug = self._schema_address(version, schema)
            if slug is None:
                return None
            return link.resource(shown, slug, anchor(schema))

        return schema_link


def _called(version: Version) -> str:
    return f"version {version.id}" if version.is_released else "the upcoming version"


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


def _credential(scheme: JsonObject) -> str:
    """What a security scheme asks a call for: its description, or else what is to be sent, as prose."""
    kind = str(scheme.get("type", ""))
    if scheme.get("description"):
        return str(scheme["description"])
    if kind == "http":
        return as_code(f"{str(scheme.get('scheme', '')).capitalize()} <token>")
    if kind == "apiKey":
        return f"{as_code(str(scheme.get('name', '')))} in the {scheme.get('in', 'header')}"
    return kind
