"""The reference of every version: an overview page, and a page for each resource with the sections of its parts.

Versions with identical pages share one HTML text. It contains `samples.VERSION_PLACEHOLDER` instead of the version,
which is filled in last.

A `version_segment` is the part of a reference address that stands for the version: its id, or `latest`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from api_upgrades.core.json import Json
from api_upgrades.examples.samples import VERSION_PLACEHOLDER, fill_version
from api_upgrades.openapi.mentions import LITERALS
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.resources import Resource
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Links, TwinAddresses
from api_upgrades.site.pages.page import Heading, NavLink, Page, SearchSection, Section, SharedBody, build_search_text
from api_upgrades.site.pages.reference.labels import PartLabel, PartLabels
from api_upgrades.site.pages.reference.overview import has_own_bar, overview_page, version_title
from api_upgrades.site.pages.reference.pagination import Subpage, relink
from api_upgrades.site.pages.reference.sections import Sections
from api_upgrades.site.pages.site import LATEST, Site
from api_upgrades.site.text import prose


class Reference:
    """Creates the pages of the reference. Versions share the sections and results that they have in common."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._sections = Sections(site)
        self._labels = PartLabels(site)
        self._revisions_cache: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._parts_cache: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._navigation_cache: dict[int, tuple[tuple[str, str], ...]] = {}
        self._contents_cache: dict[Hashable, tuple[Heading, ...]] = {}

    def pages(self) -> Iterator[Page]:
        """Yield the pages of `/reference/latest/`, then those of every version, newest first."""
        latest = self.site.history.latest
        yield from self._version_pages(latest, LATEST)
        for version in self.site.newest_first:
            yield from self._version_pages(version, version.id)

    def _version_pages(self, version: Version, version_segment: str) -> Iterator[Page]:
        yield overview_page(self.site, self._labels, version, version_segment)
        for resource in self.site.resources(version.id):
            yield from self._resource_pages(version, version_segment, resource)

    def _resource_pages(self, version: Version, version_segment: str, resource: Resource) -> Iterator[Page]:
        path = self.site.addresses.resource(version_segment, resource.slug)
        sections = self._sections.sections_of(version.id, resource)
        revisions = self._runs(resource.slug)
        in_latest = resource.slug in self._latest_slugs
        subpages = self._sections.subpages(version.id, resource, sections)
        view: dict[str, Any] = {
            "version": version,
            "version_segment": version_segment,
            "resource": resource,
            "groups": self._sections.groups(resource),
            "in_latest": in_latest,
            "same_run": next(run for run in revisions if version.id in run),
            "other_runs": [run for run in revisions if version.id not in run],
            "subpages": self._subpage_addresses(version_segment, resource, subpages),
            "anchor": self.site.anchor,
            "labels": self._labels.of(version.id, resource.parts),
        }
        page = Page(
            path,
            f"{resource.title} ({version.name})" if version_segment != LATEST else resource.title,
            f"{resource.title} in {version_title(version)} of the {self.site.title}.",
            self._body("resource", resource.slug, view, sections),
            lambda: self.site.markdown_renderer(
                "resource",
                path,
                **view,
                sections={
                    one: fill_version(section.render_markdown(), version.id) for one, section in sections.items()
                },
            )(),
            self._contents(resource, view["labels"], is_split=bool(subpages)),
            self._search_text(version, resource) if version_segment == LATEST else None,
            canonical=self.site.addresses.resource(LATEST, resource.slug)
            if in_latest and version_segment != LATEST
            else None,
            section="reference/",
            siblings=self.site.resource_nav(version.id, version_segment, path),
            is_indexed=version_segment == LATEST,
        )
        yield page
        nav_links = (
            NavLink("Overview", self.site.addresses.reference(version_segment)),
            NavLink(resource.title, page.path),
            *(NavLink(subpage.title, address) for subpage, address in view["subpages"]),
        )
        for number, subpage in enumerate(subpages):
            yield self._subpage(page, view, sections, number, subpage, nav_links)

    def _subpage_addresses(
        self, version_segment: str, resource: Resource, subpages: tuple[Subpage, ...]
    ) -> list[tuple[Subpage, str]]:
        """Pair each subpage of a resource with its address."""
        return [
            (subpage, self.site.addresses.resource(version_segment, f"{resource.slug}.{subpage.name}"))
            for subpage in subpages
        ]

    def _subpage(
        self,
        page: Page,
        view: Mapping[str, Any],
        sections: Mapping[Part, Section],
        number: int,
        subpage: Subpage,
        nav_links: tuple[NavLink, ...],
    ) -> Page:
        """Create a subpage of a resource that is too long for one page. `number` counts from 0."""
        address, version = view["subpages"][number][1], view["version"]
        own_sections = {part: sections[part] for part in subpage.parts}
        links = self._links_to_subpages(view, subpage, Links(address, TwinAddresses(self.site.addresses.index_file)))
        return replace(
            page,
            path=address,
            title=f"{subpage.title} of {page.title}",
            description=f"{subpage.title} of {page.description}",
            body=self._body(
                "resource_subpage",
                f"{view['resource'].slug}.{subpage.name}",
                {**view, "subpage": subpage, "number": number + 1},
                own_sections,
            ),
            markdown=lambda: self.site.markdown_renderer(
                "resource_subpage",
                address,
                **view,
                subpage=subpage,
                number=number + 1,
                sections={
                    part: relink(fill_version(section.render_markdown(), version.id), links)
                    for part, section in own_sections.items()
                },
            )(),
            contents=(Heading(subpage.kind.lower(), subpage.title, self._headings(subpage.parts, view["labels"])),),
            search_text=None,
            canonical=page.canonical or page.path,
            siblings=nav_links,
            is_indexed=False,
        )

    def _links_to_subpages(self, view: Mapping[str, Any], subpage: Subpage, link: Links) -> dict[str, str]:
        """Map the id of each part on another subpage to the link to that subpage."""
        others = ((other, address) for other, address in view["subpages"] if other is not subpage)
        return {self.site.anchor(part): link(address) for other, address in others for part in other.parts}

    def _body(
        self, template: str, slug: str, view: dict[str, Any], sections: Mapping[Part, Section]
    ) -> SharedBody | Callable[[], str]:
        """The HTML of a resource's page or subpage. Older versions in which it is the same share one text."""
        version, resource, subpage = view["version"], view["resource"], view.get("subpage")
        subpages = tuple(one for one, _ in view["subpages"])

        def render(version: Version, version_segment: str) -> str:
            path = self.site.addresses.resource(version_segment, slug)
            own_view = view | {
                "version": version,
                "version_segment": version_segment,
                "subpages": self._subpage_addresses(version_segment, resource, subpages),
            }
            htmls = {part: section.html for part, section in sections.items()}
            if subpage:
                links = self._links_to_subpages(own_view, subpage, Links(path, self.site.addresses))
                htmls = {part: relink(html, links) for part, html in htmls.items()}
            own_view["sections"] = {part: Markup(html) for part, html in htmls.items()}
            return self.site.render_html(template, path, **own_view)

        if has_own_bar(self.site, version):
            return lambda: fill_version(render(version, view["version_segment"]), version.id)
        key = (
            resource,
            self._navigation_of(version.id),
            view["same_run"],
            view["in_latest"],
            tuple(map(id, sections.values())),
            tuple(view["labels"].values()),
        )
        return SharedBody(
            slug, key, lambda: render(replace(version, id=VERSION_PLACEHOLDER), VERSION_PLACEHOLDER), version.id
        )

    def _headings(self, parts: Iterable[Part], labels: Mapping[Part, PartLabel]) -> tuple[Heading, ...]:
        return tuple(Heading(self.site.anchor(part), _heading_title(part, labels)) for part in parts)

    def _search_text(self, version: Version, resource: Resource) -> str:
        """The text by which the search finds a resource: the names, descriptions and properties of its parts."""
        contract, base = self.site.history.contract_at(version.id), self.site.link_base
        sections = (
            SearchSection(
                self.site.anchor(part),
                part.name,
                " ".join(prose.to_plain(text, base) for text in _searchable_words(contract.parts[part])),
            )
            for part in resource.parts
        )
        return build_search_text(resource.title, prose.to_plain(resource.description, base), sections)

    def _runs(self, slug: str) -> tuple[tuple[str, ...], ...]:
        """The versions that have a page for a resource, newest first, grouped into runs in which it is the same.

        A slug names the page in all of them, while the same resource may have another slug beside other resources.
        """
        if slug not in self._revisions_cache:
            runs: list[list[str]] = []
            before: object = ()
            for version in self.site.history.versions:
                parts = self._parts_by_slug(version.id).get(slug, ())
                revisions = self.site.history.revisions[version.id]
                revision = tuple((part, revisions[part]) for part in parts)
                if parts and (revision != before or not self.site.history.affected_parts(version.id).isdisjoint(parts)):
                    runs.append([])
                if parts:
                    runs[-1].append(version.id)
                before = revision
            self._revisions_cache[slug] = tuple(tuple(run) for run in reversed(runs))
        return self._revisions_cache[slug]

    def _parts_by_slug(self, version: str) -> Mapping[str, tuple[Part, ...]]:
        """The parts of each resource of a version, by the resource's slug."""
        resources = self.site.resources(version)
        if id(resources) not in self._parts_cache:  # ids stay unique, because the site keeps the resources
            self._parts_cache[id(resources)] = {resource.slug: resource.parts for resource in resources}
        return self._parts_cache[id(resources)]

    def _navigation_of(self, version: str) -> tuple[tuple[str, str], ...]:
        """The names and slugs in the navigation of a version's reference."""
        resources = self.site.resources(version)
        if id(resources) not in self._navigation_cache:  # ids stay unique, because the site keeps the resources
            self._navigation_cache[id(resources)] = tuple((one.name, one.slug) for one in resources)
        return self._navigation_cache[id(resources)]

    def _contents(self, resource: Resource, labels: Mapping[Part, PartLabel], *, is_split: bool) -> tuple[Heading, ...]:
        # ids stay unique, because the site keeps the resources
        key = (id(resource), is_split, tuple(labels.values()))
        if key not in self._contents_cache:
            self._contents_cache[key] = tuple(
                Heading(title.lower(), title, () if is_split else self._headings(parts, labels))
                for title, parts in self._sections.groups(resource).items()
            )
        return self._contents_cache[key]

    @property
    def _latest_slugs(self) -> frozenset[str]:
        """The slugs of the resources that the latest version has."""
        return frozenset(self.site.slugs(self.site.history.latest.id).values())


def _heading_title(part: Part, labels: Mapping[Part, PartLabel]) -> str:
    """The title of a part in the contents list, where the look adds the method of an operation."""
    summary = labels[part].summary if part in labels else ""
    return summary or (part.path if part.kind == "operation" else part.name)


def _searchable_words(value: Json) -> Iterator[str]:
    """Yield the names of all properties and parameters in some JSON, and the texts that describe them."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "properties" and isinstance(item, dict):
                for name, inner in item.items():
                    yield name
                    yield from _searchable_words(inner)
            elif key in ("description", "summary", "name") and isinstance(item, str):
                yield item
            elif key not in LITERALS:
                yield from _searchable_words(item)
    elif isinstance(value, list):
        for item in value:
            yield from _searchable_words(item)
