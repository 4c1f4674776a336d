"""An upgrade path as pages and the command show it: its items, and the resources that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api_upgrades.compare.rules.table import SEVERITIES, Severity, worst
from api_upgrades.history.history import JudgedChange
from api_upgrades.history.path_entries import PathEntry
from api_upgrades.history.place_events import ChangeKey
from api_upgrades.history.upgrade_path import PathPart, UpgradePath
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.resources import Resource
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.limits import MAX_PLACES_PER_PART
from api_upgrades.site.pages.path.items import ItemView, count_items
from api_upgrades.site.pages.site import Site, without_duplicates


@dataclass(frozen=True)
class ResourcePath:
    """A resource with its parts that differ. Its name and slug are those at the end of the path, else at the start."""

    name: str
    slug: str
    parts: tuple[PathPart, ...]

    @property
    def changed_parts(self) -> tuple[PathPart, ...]:
        """The parts that changed themselves, and not only through objects that they contain."""
        return tuple(part for part in self.parts if part.findings)

    @property
    def other_parts(self) -> tuple[PathPart, ...]:
        """The parts that changed only through objects that they contain or refer to."""
        return tuple(part for part in self.parts if not part.findings)


@dataclass(frozen=True)
class PathView:
    """An upgrade path as pages and the command show it. Several paths may share `change_views`, by version and id."""

    site: Site
    path: UpgradePath
    change_views: dict[ChangeKey, ChangeView] = field(default_factory=dict)

    @cached_property
    def items(self) -> tuple[ItemView, ...]:
        """The steps in the order in which readers handle them."""
        return tuple(
            ItemView(item, self._view(item.change), tuple(map(self._view, item.merged)), self.path.is_downgrade)
            for item in self.path.items
        )

    def _view(self, change: JudgedChange) -> ChangeView:
        key = (change.change.version, change.change.id)
        if key not in self.change_views:
            self.change_views[key] = ChangeView(self.site, change)
        return self.change_views[key]

    @property
    def title(self) -> str:
        """`Upgrade from 2022-12-20 to 2023-06-26`."""
        direction = "Downgrade" if self.path.is_downgrade else "Upgrade"
        return f"{direction} from {self.path.start} to {self.path.end}"

    def _resource_of(self, part: Part) -> Resource:
        """The resource of a part at the end of the path, otherwise at its start."""
        resource = self.site.resource_of(part, self.path.end) or self.site.resource_of(part, self.path.start)
        assert resource is not None, "every part of either end has a resource"
        return resource

    def newest_name(self, part: Part) -> Part:
        """The part as the path lists it, given the part at the start or at the end."""
        return self._newest_names.get(part, part)

    @cached_property
    def _newest_names(self) -> dict[Part, Part]:
        return {one.before: one.part for one in self.path.parts if one.before}

    def address(self, part: Part) -> str:
        """The address of a part's entry on the page of its resource. A part that doesn't differ has none there.

        Then it is the address of the part in the reference, which shows it too.
        """
        part = self.newest_name(part)
        if part not in self._listed_parts:
            return self.reference(part)
        page = self.site.addresses.path_from(self.path.start, self._resource_of(part).slug)
        return f"{page}#{self.site.anchor(part)}"

    def reference(self, part: Part) -> str:
        """The address of a part in the reference of the end of the path, or of its start if the part was removed."""
        is_at_end = self.site.resource_of(part, self.path.end) is not None
        return self.site.part_link(part, self.path.end if is_at_end else self.path.start).address

    def references(self, part: PathPart) -> tuple[tuple[str, str], ...]:
        """The reference of a part in both versions, which shows its payload, as (version, address)."""
        ends = ((self.path.start, part.before), (self.path.end, part.after))
        return tuple((version, self.site.part_link(one, version).address) for version, one in ends if one is not None)

    @cached_property
    def _listed_parts(self) -> frozenset[Part]:
        return frozenset(one.part for one in self.path.parts)

    def changed_objects_in(self, part: PathPart) -> tuple[Part, ...]:
        """The objects in a part's closure that changed themselves."""
        if part.after is None:
            return ()
        inside = self.site.history.usage_at(self.path.end).closure(part.after)[1:]
        return tuple(one for one in inside if one in self._changed_parts)

    @cached_property
    def _changed_parts(self) -> frozenset[Part]:
        return frozenset(part.part for part in self.path.parts if part.findings)

    @property
    def resources(self) -> tuple[ResourcePath, ...]:
        """The resources that differ, in the order of the reference at the end of the path, removed ones last."""
        ends = (self.path.end, self.path.start)
        order = without_duplicates(resource.slug for version in ends for resource in self.site.resources(version))
        grouped: dict[str, list[PathPart]] = {}
        names: dict[str, str] = {}
        for part in self.path.parts:
            resource = self._resource_of(part.part)
            grouped.setdefault(resource.slug, []).append(part)
            names.setdefault(resource.slug, resource.name)
        return tuple(ResourcePath(names[slug], slug, tuple(grouped[slug])) for slug in order if slug in grouped)

    def items_of(self, resource: ResourcePath) -> tuple[ItemView, ...]:
        """The steps of one resource: those that affect any of its parts."""
        return tuple(item for item in self.items if resource.name in item.affected_resources)

    def severity_of(self, resource: ResourcePath) -> Severity:
        """The worst severity of a resource's differences, including those in behaviour."""
        behaviours = (
            one.severity
            for item in self.items
            for one in item.item.change.effects
            if one.effect.observation()
            and any(self._belongs_to(resource, target.part) for target in one.effect.targets)
        )
        return worst((*behaviours, *(part.severity for part in resource.parts)))

    def _belongs_to(self, resource: ResourcePath, part: Part | None) -> bool:
        ends = (self.path.end, self.path.start)
        found = next((one for end in ends if part and (one := self.site.resource_of(part, end))), None)
        return found is not None and found.slug == resource.slug

    @property
    def counts(self) -> str:
        """The steps in numbers: `8 required changes, 2 to check, 4 optional`."""
        return count_items(self.items)


def split_places(part: PathPart) -> tuple[Sequence[PathEntry], Sequence[PathEntry]]:
    """The places of a part that a page lists, and those that it leaves out. If there are many, the worst are listed."""
    places = part.entries
    if len(places) > MAX_PLACES_PER_PART:
        places = tuple(sorted(places, key=lambda place: SEVERITIES.index(place.severity)))
    return places[:MAX_PLACES_PER_PART], places[MAX_PLACES_PER_PART:]
