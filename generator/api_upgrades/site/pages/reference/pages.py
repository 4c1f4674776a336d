"""The reference of every version: an overview, and a page per resource, which is its sections put together.

Pages that say the same in several versions are one text. Where they name their version stands the mark `texts.VERSION`,
filled in last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from markupsafe import Markup

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.effects.base import as_code
from api_upgrades.examples.samples import VERSION, in_version
from api_upgrades.openapi.contract import LITERALS, Contract, Part
from api_upgrades.openapi.operation import operation_object
from api_upgrades.openapi.resources import Resource
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Links, TwinAddresses
from api_upgrades.site.pages.limits import MANY_PARTS
from api_upgrades.site.pages.page import Crumb, Found, Heading, Page, Section, Shared, searchable
from api_upgrades.site.pages.reference.alphabetical import by_name
from api_upgrades.site.pages.reference.pagination import Leaf, relinked
from api_upgrades.site.pages.reference.sections import KIND_TITLES, Sections
from api_upgrades.site.pages.site import LATEST, Site
from api_upgrades.site.text import prose


class Reference:
    """What makes the reference, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._sections = Sections(site)
        self._known_revisions: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._parts_of: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._summary_of: dict[int, str] = {}
        self._contents_of: dict[tuple[int, bool], tuple[Heading, ...]] = {}

    def pages(self) -> Iterator[Page]:
        """`/reference/latest/` first, then every version, newest first."""
        latest = self.site.history.latest
        yield from self._version_pages(latest, LATEST)
        for version in self.site.newest_first:
            yield from self._version_pages(version, version.id)

    def _version_pages(self, version: Version, shown: str) -> Iterator[Page]:
        yield self._overview(version, shown)
        for resource in self.site.resources(version.id):
            yield from self._resource(version, shown, resource)

    def _overview(self, version: Version, shown: str) -> Page:
        path = self.site.addresses.reference(shown)
        contract = self.site.history.contract_at(version.id)
        index = by_name(tuple(contract.parts)) if len(contract.parts) > MANY_PARTS else ()
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
            "slugs": self.site.slugs(version.id),
            "anchor": self.site.anchor,
            "titles": KIND_TITLES,
            "summaries": self._summaries(version),
        }
        return Page(
            path,
            "Reference" if shown == LATEST else f"Reference {version.name}",
            f"The reference of {_called(version)} of the {self.site.title}.",
            self._overview_body(view),
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
            is_listed=shown == LATEST,
        )

    def _overview_body(self, view: dict[str, Any]) -> Shared | Callable[[], str]:
        """The HTML of an overview: one for all older versions in which it says the same."""
        version: Version = view["version"]
        if self._is_alone(version):
            return partial(self.site.html, "reference", self.site.addresses.reference(view["shown"]), **view)
        document = self.site.history.contract_at(version.id).document
        key = (view["resources"], tuple(view["summaries"].items()), id(document), version.dating)
        marked = view | {"version": replace(version, id=VERSION), "shown": VERSION}
        path = self.site.addresses.reference(VERSION)
        return Shared("", key, partial(self.site.html, "reference", path, **marked), version.id)

    def _is_alone(self, version: Version) -> bool:
        """Whether what the pages of a version say first is said of no other: that it is the latest, or no version."""
        return version is self.site.history.latest or not version.is_released

    def _resource(self, version: Version, shown: str, resource: Resource) -> Iterator[Page]:
        path = self.site.addresses.resource(shown, resource.slug)
        sections = self._sections.of(version.id, resource)
        revisions = self._revisions(resource.name)
        in_latest = resource.slug in self._latest
        split = self._sections.leaves(version.id, resource, sections)
        view: dict[str, Any] = {
            "version": version,
            "shown": shown,
            "resource": resource,
            "groups": self._sections.groups(resource),
            "in_latest": in_latest,
            "same": next(run for run in revisions if version.id in run),
            "others": [run for run in revisions if version.id not in run],
            "leaves": self._leaves_at(shown, resource, split),
            **self._listed(version, split),
        }
        page = Page(
            path,
            f"{resource.name} ({version.name})" if shown != LATEST else resource.name,
            f"{resource.name} in {_called(version)} of the {self.site.title}.",
            self._body("resource", resource.slug, view, sections),
            lambda: self.site.markdown(
                "resource",
                path,
                **view,
                sections={one: in_version(section.markdown(), version.id) for one, section in sections.items()},
            )(),
            self._contents(resource, is_split=bool(split)),
            self._found(version, resource) if shown == LATEST else None,
            canonical=self.site.addresses.resource(LATEST, resource.slug) if in_latest and shown != LATEST else None,
            section="reference/",
            siblings=self.site.resource_crumbs(version.id, shown),
            is_listed=shown == LATEST,
        )
        yield page
        crumbs = (
            Crumb("Overview", self.site.addresses.reference(shown)),
            Crumb(resource.name, page.path),
            *(Crumb(leaf.title, there) for leaf, there in view["leaves"]),
        )
        for number, leaf in enumerate(split):
            yield self._leaf(page, view, sections, number, leaf, crumbs)

    def _leaves_at(self, shown: str, resource: Resource, split: tuple[Leaf, ...]) -> list[tuple[Leaf, str]]:
        """The pages of a resource that is too long for one, with their addresses."""
        return [(leaf, self.site.addresses.resource(shown, f"{resource.slug}.{leaf.name}")) for leaf in split]

    def _leaf(
        self,
        page: Page,
        view: Mapping[str, Any],
        sections: Mapping[Part, Section],
        number: int,
        leaf: Leaf,
        crumbs: tuple[Crumb, ...],
    ) -> Page:
        """One of the pages of a resource that is too long for one."""
        address, version = view["leaves"][number][1], view["version"]
        own = {part: sections[part] for part in leaf.parts}
        elsewhere = self._elsewhere(view, leaf, Links(address, TwinAddresses(self.site.addresses.index)))
        return replace(
            page,
            path=address,
            title=f"{leaf.title} of {page.title}",
            description=f"{leaf.title} of {page.description}",
            body=self._body(
                "resource_leaf",
                f"{view['resource'].slug}.{leaf.name}",
                {**view, "leaf": leaf, "number": number + 1},
                own,
            ),
            markdown=lambda: self.site.markdown(
                "resource_leaf",
                address,
                **view,
                leaf=leaf,
                number=number + 1,
                sections={
                    part: relinked(in_version(section.markdown(), version.id), elsewhere)
                    for part, section in own.items()
                },
            )(),
            contents=(Heading(leaf.kind.lower(), leaf.title, self._headings(leaf.parts)),),
            found=None,
            canonical=page.canonical or page.path,
            siblings=crumbs,
            is_listed=False,
        )

    def _elsewhere(self, view: Mapping[str, Any], leaf: Leaf, link: Links) -> dict[str, str]:
        """The ways to the parts of a resource that are not on one of its pages, by their ids."""
        others = ((other, there) for other, there in view["leaves"] if other is not leaf)
        return {self.site.anchor(part): link(there) for other, there in others for part in other.parts}

    def _body(
        self, template: str, slug: str, view: dict[str, Any], sections: Mapping[Part, Section]
    ) -> Shared | Callable[[], str]:
        """The HTML of a resource's page, or of one of its pages: one for all older versions where it is the same."""
        version, resource, leaf = view["version"], view["resource"], view.get("leaf")
        split = tuple(one for one, _ in view["leaves"])

        def render(version: Version, shown: str) -> str:
            path = self.site.addresses.resource(shown, slug)
            found = view | {"version": version, "shown": shown, "leaves": self._leaves_at(shown, resource, split)}
            htmls = {part: section.html for part, section in sections.items()}
            if leaf:
                elsewhere = self._elsewhere(found, leaf, Links(path, self.site.addresses))
                htmls = {part: relinked(html, elsewhere) for part, html in htmls.items()}
            found["sections"] = {part: Markup(html) for part, html in htmls.items()}
            return self.site.html(template, path, **found)

        if self._is_alone(version):
            return lambda: in_version(render(version, view["shown"]), version.id)
        summaries = tuple(view["summaries"][part] for part in sections if part.kind != "schema") if split else ()
        key = (resource, view["same"], view["in_latest"], version.dating, tuple(map(id, sections.values())), summaries)
        return Shared(slug, key, lambda: render(replace(version, id=VERSION), VERSION), version.id)

    def _listed(self, version: Version, split: tuple[Leaf, ...]) -> dict[str, object]:
        """What a list of a version's parts shows of each."""
        return {"anchor": self.site.anchor, "summaries": self._summaries(version)} if split else {}

    def _summaries(self, version: Version) -> dict[Part, str]:
        contract = self.site.history.contract_at(version.id)
        return {part: self._summary(contract, part) for part in contract.parts if part.kind != "schema"}

    def _summary(self, contract: Contract, part: Part) -> str:
        value = contract.parts[part]
        if id(value) not in self._summary_of:  # the contracts are held, so that ids stay their own
            self._summary_of[id(value)] = operation_object(contract, part).get("summary", "")
        return self._summary_of[id(value)]

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
                parts = self._named(version.id).get(resource, ())
                revisions = self.site.history.revisions[version.id]
                revision = tuple((part, revisions[part]) for part in parts)
                if parts and (revision != before or not self.site.history.reached(version.id).isdisjoint(parts)):
                    runs.append([])
                if parts:
                    runs[-1].append(version.id)
                before = revision
            self._known_revisions[resource] = tuple(tuple(run) for run in reversed(runs))
        return self._known_revisions[resource]

    def _named(self, version: str) -> Mapping[str, tuple[Part, ...]]:
        """The parts of a version's resources, by their names."""
        found = self.site.resources(version)
        if id(found) not in self._parts_of:  # the site holds the resources, so that ids stay their own
            self._parts_of[id(found)] = {resource.name: resource.parts for resource in found}
        return self._parts_of[id(found)]

    def _contents(self, resource: Resource, *, is_split: bool) -> tuple[Heading, ...]:
        key = (id(resource), is_split)  # the site holds the resources, so that ids stay their own
        if key not in self._contents_of:
            self._contents_of[key] = tuple(
                Heading(title.lower(), title, () if is_split else self._headings(parts))
                for title, parts in self._sections.groups(resource).items()
            )
        return self._contents_of[key]

    @cached_property
    def _latest(self) -> frozenset[str]:
        """The resources that the latest version has, by their names in addresses."""
        return frozenset(self.site.slugs(self.site.history.latest.id).values())


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
