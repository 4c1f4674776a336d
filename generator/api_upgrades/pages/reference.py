"""The reference of every version: an overview, and a page per resource.

A part's section is rendered once for each run of versions over which the part, and all that it references, is the
same; a page is its sections put together. What a section says of its version is the mark `texts.VERSION`, filled in
last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from api_upgrades import prose
from api_upgrades.contract import LITERALS, Json, JsonObject, Part
from api_upgrades.effects.base import as_code
from api_upgrades.operation import operation_object
from api_upgrades.pages.index import by_name
from api_upgrades.pages.lengths import MANY_PARTS
from api_upgrades.pages.page import Asset, Crumb, Found, Heading, Links, Page, TwinAddresses, searchable
from api_upgrades.pages.parts import part_view
from api_upgrades.pages.site import LATEST, Site
from api_upgrades.pages.split import Leaf, leaves, relinked
from api_upgrades.registry import Version
from api_upgrades.resources import Resource
from api_upgrades.texts import in_version

KIND_TITLES = {"schema": "Objects", "operation": "Operations", "webhook": "Webhooks"}


class Reference:
    """What makes the reference, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known_revisions: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._sections: dict[tuple[object, ...], tuple[str, Callable[[], str]]] = {}

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
        return Asset("reference/versions.js", f"apiUpgrades.versions = {json.dumps(data, ensure_ascii=False)};\n")

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
            yield from self._resource(version, shown, resource)

    def _overview(self, version: Version, shown: str) -> Page:
        path = self.site.addresses.reference(shown)
        contract = self.site.history.contract_at(version.id)
        index = by_name(contract.parts) if len(contract.parts) > MANY_PARTS else ()
        view = {
            "version": version,
            "shown": shown,
            "info": contract.document.get("info", {}),
            "servers": contract.document.get("servers", ()),
            "security": contract.document.get("components", {}).get("securitySchemes", {}),
            "credential": _credential,
            "header": contract.document.get("x-api-version", {}).get("header"),
            "resources": self.site.resources(version.id),
            "index": index,
            "slugs": {part: one.slug for one in self.site.resources(version.id) for part in one.parts},
            "anchor": self.site.anchor,
            "titles": KIND_TITLES,
            "summaries": self._summaries(version),
        }
        return Page(
            path,
            "Reference" if shown == LATEST else f"Reference {version.name}",
            f"The reference of {_called(version)} of the {self.site.title}.",
            self.site.html("reference", path, **view),
            self.site.markdown("reference", path, **view),
            (
                Heading("calling-the-api", "Calling the API"),
                *((Heading("by-name", "By name"),) if index else ()),
                Heading("resources", "Resources"),
            ),
            searchable("Reference", f"The latest version, {version.id}.", ()) if shown == LATEST else None,
            canonical=None if shown == LATEST else self.site.addresses.reference(LATEST),
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
        )

    def _resource(self, version: Version, shown: str, resource: Resource) -> Iterator[Page]:
        path = self.site.addresses.resource(shown, resource.slug)
        groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items() if resource.of_kind(kind)}
        sections = {part: self._section(version, part, path) for parts in groups.values() for part in parts}
        first = self.site.resources(version.id)[0]
        revisions = self._revisions(resource.name)
        in_latest = any(one.slug == resource.slug for one in self.site.resources(self.site.history.latest.id))
        view = {
            "version": version,
            "shown": shown,
            "resource": resource,
            "groups": groups,
            "in_latest": in_latest,
            "same": next(run for run in revisions if version.id in run),
            "others": [run for run in revisions if version.id not in run],
        }
        split = leaves(groups, {part: len(html) for part, (html, _) in sections.items()})
        view["leaves"] = [(leaf, self.site.addresses.resource(shown, f"{resource.slug}.{leaf.name}")) for leaf in split]
        contents = tuple(
            Heading(title.lower(), title, () if split else self._headings(parts)) for title, parts in groups.items()
        )
        page = Page(
            path,
            f"{resource.name} ({version.name})" if shown != LATEST else resource.name,
            f"{resource.name} in {_called(version)} of the {self.site.title}.",
            self.site.html(
                "resource",
                path,
                **view,
                **self._listed(version, split),
                sections={part: Markup(in_version(html, version.id)) for part, (html, _) in sections.items()},
            ),
            lambda: self.site.markdown(
                "resource",
                path,
                **view,
                **self._listed(version, split),
                sections={one: in_version(md(), version.id) for one, (_, md) in sections.items()},
            )(),
            contents,
            self._found(version, resource) if shown == LATEST else None,
            canonical=self.site.addresses.resource(LATEST, resource.slug) if in_latest and shown != LATEST else None,
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
            like=None if shown == LATEST or resource is first else self.site.addresses.resource(shown, first.slug),
        )
        yield page
        for number, leaf in enumerate(split):
            yield self._leaf(page, version, view, sections, number, leaf)

    def _leaf(
        self,
        page: Page,
        version: Version,
        view: Mapping[str, Any],
        sections: Mapping[Part, tuple[str, Callable[[], str]]],
        number: int,
        leaf: Leaf,
    ) -> Page:
        """One of the pages of a resource that is too long for one."""
        address = view["leaves"][number][1]
        addresses = self.site.addresses
        html_links, twin_links = (Links(address, one) for one in (addresses, TwinAddresses(addresses.index)))

        def elsewhere(link: Links) -> dict[str, str]:
            others = (one for one in view["leaves"] if one[0] is not leaf)
            return {self.site.anchor(part): link(there) for other, there in others for part in other.parts}

        def html(part: Part) -> Markup:
            return Markup(relinked(in_version(sections[part][0], version.id), elsewhere(html_links)))

        def twin(part: Part) -> str:
            return relinked(in_version(sections[part][1](), version.id), elsewhere(twin_links))

        shown = {**view, "leaf": leaf, "number": number + 1}
        return replace(
            page,
            path=address,
            title=f"{leaf.title} of {page.title}",
            description=f"{leaf.title} of {page.description}",
            html=self.site.html("resource_leaf", address, **shown, sections={one: html(one) for one in leaf.parts}),
            markdown=lambda: self.site.markdown(
                "resource_leaf", address, **shown, sections={one: twin(one) for one in leaf.parts}
            )(),
            contents=self._headings(leaf.parts),
            found=None,
            canonical=page.canonical or page.path,
            siblings=(
                Crumb("Overview", addresses.reference(view["shown"])),
                Crumb(view["resource"].name, page.path),
                *(Crumb(one.title, there) for one, there in view["leaves"]),
            ),
            like=None if number == 0 else view["leaves"][0][1],
        )

    def _listed(self, version: Version, split: tuple[Leaf, ...]) -> dict[str, object]:
        """What a list of a version's parts shows of each."""
        return {"anchor": self.site.anchor, "summaries": self._summaries(version)} if split else {}

    def _summaries(self, version: Version) -> dict[Part, str]:
        contract = self.site.history.contract_at(version.id)
        return {
            part: operation_object(contract, part).get("summary", "")
            for part in contract.parts
            if part.kind != "schema"
        }

    def _headings(self, parts: Iterable[Part]) -> tuple[Heading, ...]:
        return tuple(Heading(self.site.anchor(part), part.name) for part in parts)

    def _found(self, version: Version, resource: Resource) -> str:
        """What the search finds of a resource: its parts by their names, descriptions and properties."""
        contract = self.site.history.contract_at(version.id)
        sections = (
            Found(self.site.anchor(part), part.name, " ".join(map(prose.to_plain, _words(contract.parts[part]))))
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

    def _section(self, version: Version, part: Part, path: str) -> tuple[str, Callable[[], str]]:
        revision = self.site.history.revisions[version.id][part]
        links = tuple(
            self._schema_address(version.id, one) for one in self.site.history.usage_at(version.id).direct(part)
        )
        key = (part, revision, path.count("/"), path.split("/")[2], links)
        if key not in self._sections:
            view = part_view(self.site, version.id, part)
            template = f"part_{part.kind}"
            addresses = self.site.addresses
            in_html, in_twin = (
                self._schema_link(version.id, Links(path, one)) for one in (addresses, TwinAddresses(addresses.index))
            )
            self._sections[key] = (
                self.site.html(template, path, view=view, schema_link=in_html),
                self.site.markdown(template, path, view=view, schema_link=in_twin),
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
            return link.resource(shown, slug, self.site.anchor(schema))

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
