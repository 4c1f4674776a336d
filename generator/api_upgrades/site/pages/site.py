"""The context of all pages: history, addresses, resources, links to parts, and template rendering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.json import JsonObject
from api_upgrades.history.history import History
from api_upgrades.history.timeline import Timeline
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.resources import (
    Resource,
    badge_names,
    find_shared_prefix,
    group_into_resources,
    resource_name,
)
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Addresses, Links, TwinAddresses, assign_anchors
from api_upgrades.site.pages.environment import html_environment, markdown_environment
from api_upgrades.site.pages.limits import MAX_NAV_LINKS
from api_upgrades.site.pages.page import NavLink
from api_upgrades.site.text.link_base import NO_BASE, LinkBase

LATEST = "latest"


@dataclass(frozen=True)
class PartLink:
    """A link to a part in the reference of a version, and the name of its resource."""

    part: Part
    label: str
    address: str
    resource: str


@dataclass(frozen=True)
class Site:
    """The site of one API. Caches what its pages share. `link_base` resolves the links in the API's descriptions."""

    history: History
    addresses: Addresses
    link_base: LinkBase = NO_BASE
    _resources: dict[str, tuple[Resource, ...]] = field(default_factory=dict)
    _resources_by_parts: dict[Hashable, tuple[Resource, ...]] = field(default_factory=dict)
    _resource_navs: dict[str, tuple[NavLink, ...]] = field(default_factory=dict)
    _nav_blocks: dict[int, Mapping[str, tuple[NavLink, ...]]] = field(default_factory=dict)
    _interned_resources: dict[Resource, Resource] = field(default_factory=dict)
    _owners: dict[int, Mapping[Part, Resource]] = field(default_factory=dict)
    _slugs: dict[int, Mapping[Part, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.document.get("info", {}).get("title") or "API")

    @property
    def document(self) -> JsonObject:
        """The rest of the latest version's OpenAPI document, without its parts."""
        return self.history.contract_at(self.history.latest.id).document

    @cached_property
    def timeline(self) -> Timeline:
        return Timeline(self.history)

    @cached_property
    def upgrade_paths(self) -> UpgradePaths:
        return UpgradePaths(self.history)

    @cached_property
    def newest_first(self) -> tuple[Version, ...]:
        """All versions, newest first, starting with the unreleased changes if the history has any."""
        return tuple(reversed(self.history.versions))

    @cached_property
    def released_versions(self) -> tuple[Version, ...]:
        """The released versions, newest first."""
        return tuple(version for version in self.newest_first if version.is_released)

    def resources(self, version: str) -> tuple[Resource, ...]:
        """The resources by which pages group the parts of a version."""
        if version not in self._resources:
            usage = self.history.usage_at(version)
            parts = usage.contract.parts.items()
            badges = badge_names(usage.contract.document)
            prefix = self._shared_prefix
            names = tuple(resource_name(part, value, badges, prefix) for part, value in parts if part.kind != "schema")
            key = (id(usage.root), id(usage.contract.document), names)
            if key not in self._resources_by_parts:
                found = (self._interned_resources.setdefault(one, one) for one in group_into_resources(usage, prefix))
                self._resources_by_parts[key] = tuple(found)
            self._resources[version] = self._resources_by_parts[key]
        return self._resources[version]

    @property
    def _shared_prefix(self) -> tuple[str, ...]:
        """The segments with which the paths of all versions begin, so that a resource has one name in all of them."""
        return find_shared_prefix({part for one in self.history.contracts.values() for part in one.parts})

    def owners(self, version: str) -> Mapping[Part, Resource]:
        """The resource of each part of a version."""
        resources = self.resources(version)
        if id(resources) not in self._owners:  # ids stay unique, because the site keeps the resources
            self._owners[id(resources)] = {part: one for one in resources for part in one.parts}
        return self._owners[id(resources)]

    def resource_of(self, part: Part, version: str) -> Resource | None:
        return self.owners(version).get(part)

    def slugs(self, version: str) -> Mapping[Part, str]:
        """The slug of each part's resource. Versions with the same resources share the mapping object."""
        owners = self.owners(version)
        if id(owners) not in self._slugs:
            self._slugs[id(owners)] = {part: one.slug for part, one in owners.items()}
        return self._slugs[id(owners)]

    @cached_property
    def _anchors(self) -> Mapping[Part, str]:
        return assign_anchors(part for contract in self.history.contracts.values() for part in contract.parts)

    def anchor(self, part: Part) -> str:
        """The id of a part's section. It is the same in every version."""
        return self._anchors[part]

    def part_link(self, part: Part, *versions: str) -> PartLink:
        """A link to a part in the first of these versions that has it. Raises KeyError if none has."""
        for version in versions:
            resource = self.resource_of(part, version)
            if resource is not None:
                address = f"{self.addresses.resource(version, resource.slug)}#{self.anchor(part)}"
                return PartLink(part, part.name, address, resource.name)
        raise KeyError(part)

    def render_html(self, template: str, page: str, **view: object) -> str:
        """Render an HTML template for the page at an address."""
        link = Links(page, self.addresses)
        return html_environment(self.link_base).get_template(f"{template}.html.j2").render(site=self, link=link, **view)

    def markdown_renderer(self, template: str, page: str, **view: object) -> Callable[[], str]:
        """Return a function that renders the Markdown template of the same name."""
        link = Links(page, TwinAddresses(self.addresses.index_file))
        environment = markdown_environment(self.link_base)
        return lambda: environment.get_template(f"{template}.md.j2").render(site=self, link=link, **view)

    def version_nav_at(self, path: str) -> tuple[NavLink, ...]:
        """The navigation of the guide and its versions beside one of their pages."""
        return self._limit_nav(self.version_nav, path)

    @cached_property
    def version_nav(self) -> tuple[NavLink, ...]:
        """The navigation of the guide: its overview, the comparison of two versions, and the versions, newest first."""
        links = (
            NavLink("Overview", self.addresses.guide),
            NavLink("Compare versions", self.addresses.path),
            NavLink("Deprecations and support", self.addresses.deprecations),
        )
        return *links, *(NavLink(version.name, self.addresses.version(version.id)) for version in self.newest_first)

    def resource_nav(self, version: str, version_segment: str, path: str) -> tuple[NavLink, ...]:
        """The navigation of a version's reference beside the page at `path`.

        `version_segment` is its id or `latest`, as in the address.
        """
        if version_segment not in self._resource_navs:
            resources = self.resources(version)
            nav_links = (NavLink(one.title, self.addresses.resource(version_segment, one.slug)) for one in resources)
            self._resource_navs[version_segment] = (
                NavLink("Overview", self.addresses.reference(version_segment)),
                *nav_links,
            )
        return self._limit_nav(self._resource_navs[version_segment], path)

    def _limit_nav(self, links: tuple[NavLink, ...], path: str) -> tuple[NavLink, ...]:
        """The first link and the block of the others that contains a page, where there are too many for every page."""
        if len(links) <= MAX_NAV_LINKS:
            return links
        if id(links) not in self._nav_blocks:  # the lists are kept, so that their ids stay unique
            starts = range(1, len(links), MAX_NAV_LINKS)
            blocks = [(links[0], *links[start : start + MAX_NAV_LINKS]) for start in starts]
            self._nav_blocks[id(links)] = {link.path: block for block in reversed(blocks) for link in block}
        blocks_by_path = self._nav_blocks[id(links)]
        return blocks_by_path.get(path, blocks_by_path[links[0].path])


def format_count(count: int, one: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{count} {one}{'' if count == 1 else 's'}"


SEVERITY_NOUNS: Mapping[Severity, str] = {
    "breaking": "breaking change",
    "risky": "risky change",
    "additive": "addition",
    "neutral": "neutral change",
}
"""The noun for one change of each severity."""


def severity_counts(severities: Iterable[Severity]) -> list[str]:
    """Count changes by severity, the worst first, as texts: `2 breaking changes`."""
    numbers = Counter(severities)
    return [format_count(numbers[severity], word) for severity, word in SEVERITY_NOUNS.items() if numbers[severity]]


def without_duplicates(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def api_facts(site: Site) -> dict[str, str | None]:
    """The API's version header and version query parameter, None if it has none, and its latest version."""
    extension = site.document.get("x-api-version", {})
    return {"header": extension.get("header"), "query": extension.get("query"), "latest": site.history.latest.id}
