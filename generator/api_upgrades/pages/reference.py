"""The reference of every version: an overview, and a page per resource.

A part's section is rendered once for each run of versions over which the part, and all that it references, is the
same; a page is its sections put together. What a section says of its version is the mark `texts.VERSION`, filled in
last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any

from markupsafe import Markup

from api_upgrades import prose
from api_upgrades.contract import LITERALS, Contract, Json, JsonObject, Part
from api_upgrades.effects.base import as_code
from api_upgrades.operation import operation_object
from api_upgrades.pages.index import by_name
from api_upgrades.pages.lengths import AROUND, LONG_PAGE, MANY_PARTS, MARKUP
from api_upgrades.pages.page import (
    Asset,
    Crumb,
    Found,
    Heading,
    Links,
    Page,
    Section,
    Shared,
    TwinAddresses,
    searchable,
)
from api_upgrades.pages.parts import part_view
from api_upgrades.pages.site import LATEST, Site
from api_upgrades.pages.split import Leaf, leaves, relinked
from api_upgrades.registry import Version
from api_upgrades.resources import Resource
from api_upgrades.texts import VERSION, in_version

KIND_TITLES = {"schema": "Objects", "operation": "Operations", "webhook": "Webhooks"}


class Reference:
    """What makes the reference, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known_revisions: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._sections: dict[str, Mapping[Part, Section]] = {}
        self._sizes: dict[int, int] = {}
        self._leaves: dict[tuple[int, ...], tuple[Leaf, ...]] = {}
        self._grouped: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._parts_of: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._summary_of: dict[int, str] = {}
        self._known_slugs: dict[int, dict[str, None]] = {}
        self._contents_of: dict[tuple[int, bool], tuple[Heading, ...]] = {}

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

    def _slugs(self, version: Version) -> Collection[str]:
        """The names of a version's resources in addresses, in their order."""
        found = self.site.resources(version.id)
        if id(found) not in self._known_slugs:  # the site holds the resources, so that ids stay their own
            self._known_slugs[id(found)] = dict.fromkeys(resource.slug for resource in found)
        return self._known_slugs[id(found)]

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
        groups, known = self._groups(resource), self._sections_at(version.id)
        sections = {part: known[part] for part in resource.parts}
        revisions = self._revisions(resource.name)
        in_latest = resource.slug in self._latest
        split = self._split(version, groups, sections)
        view: dict[str, Any] = {
            "version": version,
            "shown": shown,
            "resource": resource,
            "groups": groups,
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

    def _split(
        self, version: Version, groups: Mapping[str, Sequence[Part]], sections: Mapping[Part, Section]
    ) -> tuple[Leaf, ...]:
        key = tuple(map(id, sections.values()))  # the sections are held, so that ids stay their own
        if key not in self._leaves and self._is_short(version, sections):
            self._leaves[key] = ()
        if key not in self._leaves:
            sizes = {part: self._size(version, part, section) for part, section in sections.items()}
            self._leaves[key] = leaves(groups, sizes)
        return self._leaves[key]

    def _is_short(self, version: Version, parts: Collection[Part]) -> bool:
        """Whether the sections of some parts fit on a page whatever they look like: nobody need make them now."""
        values = self.site.history.contract_at(version.id).parts
        texts = (text for part in parts for text in self.site.paths.texts_of(version.id, part).values())
        said = sum(len(json.dumps(values[part])) for part in parts) + sum(len(text.text) for text in texts)
        return len(parts) * AROUND + said * MARKUP <= LONG_PAGE

    def _size(self, version: Version, part: Part, section: Section) -> int:
        """How long a section is: while serving, as it was when it was last rendered of the same contract."""
        if id(section) not in self._sizes:
            usage = self.site.history.usage_at(version.id)
            closure = (usage.contract.parts[one] for one in usage.closure(part) if one in usage.contract.parts)
            size = self.site.history.memory.kept("size", tuple(closure), lambda: len(section.html))
            self._sizes[id(section)] = size
        return self._sizes[id(section)]

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
                if parts and revision != before:
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
                for title, parts in self._groups(resource).items()
            )
        return self._contents_of[key]

    def _groups(self, resource: Resource) -> Mapping[str, tuple[Part, ...]]:
        """The parts of a resource by the titles of their kinds."""
        if id(resource) not in self._grouped:
            groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items()}
            self._grouped[id(resource)] = {title: parts for title, parts in groups.items() if parts}
        return self._grouped[id(resource)]

    @cached_property
    def _latest(self) -> frozenset[str]:
        """The resources that the latest version has, by their names in addresses."""
        return frozenset(self._slugs(self.site.history.latest))

    def _sections_at(self, version: str) -> Mapping[Part, Section]:
        """The sections of all parts of a version."""
        if not self._sections:
            before: str | None = None
            for one in self.site.history.versions:
                self._sections[one.id] = self._carried(before, one.id)
                before = one.id
        return self._sections[version]

    def _carried(self, before: str | None, version: str) -> Mapping[Part, Section]:
        """The same, from those of the version before: others are those of parts that are not what they were, and of
        parts that stand under another resource or link to one that does.
        """
        revisions, slugs = self.site.history.revisions[version], self.site.slugs(version)
        known, were = (self._sections[before], self.site.slugs(before)) if before else ({}, {})
        other = {part for part, revision in revisions.items() if revision == version or part not in known}
        if slugs is not were:
            moved = {part for part in slugs.keys() | were.keys() if slugs.get(part) != were.get(part)}
            users = self.site.history.usage_at(version).users
            other |= moved.union(*(users.get(part, ()) for part in moved))
        return {part: self._section(version, part) if part in other else known[part] for part in revisions}

    def _section(self, version: str, part: Part) -> Section:
        view = cache(partial(part_view, self.site, version, part))
        template = f"part_{part.kind}"
        addresses, slugs = self.site.addresses, self.site.slugs(version)
        path = addresses.resource(LATEST, slugs[part])  # from any other version's page the ways are the same
        in_html, in_twin = (
            self._schema_link(slugs, Links(path, one)) for one in (addresses, TwinAddresses(addresses.index))
        )
        return Section(
            lambda: self.site.html(template, path, view=view(), schema_link=in_html),
            lambda: self.site.markdown(template, path, view=view(), schema_link=in_twin)(),
        )

    def _schema_link(self, slugs: Mapping[Part, str], link: Links) -> Callable[[Part], str | None]:
        return lambda one: link.resource(LATEST, slugs[one], self.site.anchor(one)) if one in slugs else None


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
