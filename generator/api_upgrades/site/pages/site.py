"""What all views share: the history, the addresses, and how a part or a change becomes a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import Severity
from api_upgrades.core.json import JsonObject
from api_upgrades.history.history import History
from api_upgrades.history.timeline import Timeline
from api_upgrades.history.upgrade_path import Paths
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.resources import Resource, resource_name, resources
from api_upgrades.registry.model import Version
from api_upgrades.site.pages.addresses import Addresses, Links, TwinAddresses, anchors
from api_upgrades.site.pages.environment import html_environment, markdown_environment
from api_upgrades.site.pages.page import Crumb

LATEST = "latest"


@dataclass(frozen=True)
class PartLink:
    """A part in words, and its address in the reference of a version."""

    part: Part
    label: str
    address: str
    resource: str


@dataclass(frozen=True)
class Site:
    """One API's pages as a whole."""

    history: History
    addresses: Addresses
    _resources: dict[str, tuple[Resource, ...]] = field(default_factory=dict)
    _known_resources: dict[Hashable, tuple[Resource, ...]] = field(default_factory=dict)
    _crumbs: dict[str, tuple[Crumb, ...]] = field(default_factory=dict)
    _same_resource: dict[Resource, Resource] = field(default_factory=dict)
    _owners: dict[int, Mapping[Part, Resource]] = field(default_factory=dict)
    _slugs: dict[int, Mapping[Part, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str(self.document.get("info", {}).get("title", "API"))

    @property
    def document(self) -> JsonObject:
        """What the latest version says beside its parts."""
        return self.history.contract_at(self.history.latest.id).document

    @cached_property
    def lineage(self) -> Timeline:
        return Timeline(self.history)

    @cached_property
    def paths(self) -> Paths:
        return Paths(self.history)

    @cached_property
    def newest_first(self) -> tuple[Version, ...]:
        """All that pages show: what is not released yet, where the history has it, and every version."""
        return tuple(reversed(self.history.versions))

    @cached_property
    def released(self) -> tuple[Version, ...]:
        """The versions that a call can name, newest first."""
        return tuple(version for version in self.newest_first if version.is_released)

    def resources(self, version: str) -> tuple[Resource, ...]:
        """The resources of a version, as pages group them."""
        if version not in self._resources:
            usage = self.history.usage_at(version)
            parts = usage.contract.parts.items()
            names = tuple(resource_name(part, value) for part, value in parts if part.kind != "schema")
            key = (id(usage.root), id(usage.contract.document), names)
            if key not in self._known_resources:
                found = (self._same_resource.setdefault(one, one) for one in resources(usage))
                self._known_resources[key] = tuple(found)
            self._resources[version] = self._known_resources[key]
        return self._resources[version]

    def owners(self, version: str) -> Mapping[Part, Resource]:
        """The resource of each part of a version."""
        found = self.resources(version)
        if id(found) not in self._owners:  # the site holds the resources, so that ids stay their own
            self._owners[id(found)] = {part: one for one in found for part in one.parts}
        return self._owners[id(found)]

    def resource_of(self, part: Part, version: str) -> Resource | None:
        return self.owners(version).get(part)

    def slugs(self, version: str) -> Mapping[Part, str]:
        """The resource of each part of a version, by its name in addresses; the same object where all are the same."""
        owners = self.owners(version)
        if id(owners) not in self._slugs:
            self._slugs[id(owners)] = {part: one.slug for part, one in owners.items()}
        return self._slugs[id(owners)]

    @cached_property
    def _anchors(self) -> Mapping[Part, str]:
        return anchors(part for contract in self.history.contracts.values() for part in contract.parts)

    def anchor(self, part: Part) -> str:
        """The id of a part's section, the same in every version."""
        return self._anchors[part]

    def part_link(self, part: Part, *versions: str) -> PartLink:
        """A link to a part in the first of some versions that has it."""
        for version in versions:
            resource = self.resource_of(part, version)
            if resource is not None:
                address = f"{self.addresses.resource(version, resource.slug)}#{self.anchor(part)}"
                return PartLink(part, part.name, address, resource.name)
        raise KeyError(part)

    def html(self, template: str, page: str, **view: object) -> str:
        """A template of the site rendered for the page at an address."""
        link = Links(page, self.addresses)
        return html_environment().get_template(f"{template}.html.j2").render(site=self, link=link, **view)

    def markdown(self, template: str, page: str, **view: object) -> Callable[[], str]:
        """The Markdown twin of the same view, made when it is asked for."""
        link = Links(page, TwinAddresses(self.addresses.index))
        return lambda: markdown_environment().get_template(f"{template}.md.j2").render(site=self, link=link, **view)

    @cached_property
    def version_crumbs(self) -> tuple[Crumb, ...]:
        """The guide and its versions, newest first, as the list beside these pages."""
        guide = Crumb("Upgrade guide", self.addresses.guide)
        return guide, *(Crumb(version.name, self.addresses.version(version.id)) for version in self.newest_first)

    def resource_crumbs(self, version: str, shown: str) -> tuple[Crumb, ...]:
        """The resources as the list beside the reference's pages; `shown` is the version or `latest`."""
        if shown not in self._crumbs:
            resources = self.resources(version)
            crumbs = (Crumb(one.name, self.addresses.resource(shown, one.slug)) for one in resources)
            self._crumbs[shown] = (Crumb("Overview", self.addresses.reference(shown)), *crumbs)
        return self._crumbs[shown]


def counted(count: int, one: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{count} {one}{'' if count == 1 else 's'}"


COUNTED: Mapping[Severity, str] = {
    "breaking": "breaking change",
    "risky": "risky change",
    "additive": "addition",
    "neutral": "neutral change",
}
"""What one change of each severity is called where they are counted."""


def counts(severities: Iterable[Severity]) -> list[str]:
    """How many changes there are of each severity, the worst first, in words: `2 breaking changes`."""
    numbers = Counter(severities)
    return [counted(numbers[severity], word) for severity, word in COUNTED.items() if numbers[severity]]


def unique(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
