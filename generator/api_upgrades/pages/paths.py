"""The way from each version to the latest, complete without JavaScript: what to do, and what every payload becomes.

A part's section is rendered once for all versions in which the part, and all that it references, is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from api_upgrades.contract import Part
from api_upgrades.effects.prose import Behaviour
from api_upgrades.pages.changes import ChangeView
from api_upgrades.pages.lengths import LONG_PAGE
from api_upgrades.pages.page import Crumb, Heading, Page
from api_upgrades.pages.site import Site, counted, counts, unique
from api_upgrades.pages.upgrades import api_facts
from api_upgrades.path import PartPath, Path, Paths
from api_upgrades.severity import Severity, worst
from api_upgrades.texts import VERSION, in_version


@dataclass(frozen=True)
class ResourcePath:
    """A resource with its parts that differ. `name` and `slug` are those that it has at the end, or had last."""

    name: str
    slug: str
    parts: tuple[PartPath, ...]

    @property
    def own(self) -> tuple[PartPath, ...]:
        """The parts that differ themselves, and not only by what they hold."""
        return tuple(part for part in self.parts if part.findings)


@dataclass(frozen=True)
class StepView:
    """The changes of one version on the way, the worst first."""

    version: str
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True)
class PathView:
    """A path as pages and the command show it."""

    site: Site
    path: Path

    @cached_property
    def steps(self) -> tuple[StepView, ...]:
        return tuple(
            StepView(version, tuple(ChangeView(self.site, change) for change in changes))
            for version, changes in self.path.steps
        )

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        return tuple(change for step in self.steps for change in step.changes)

    @cached_property
    def _places(self) -> dict[Part, tuple[str, str]]:
        """The resource, by its name and slug, of each part of both ends."""
        found: dict[Part, tuple[str, str]] = {}
        for version in (self.path.start, self.path.end):
            for resource in self.site.resources(version):
                found |= dict.fromkeys(resource.parts, (resource.name, resource.slug))
        return found

    def named(self, part: Part) -> Part:
        """A part by the name under which the way tells of it."""
        return self._newest_names.get(part, part)

    @cached_property
    def _newest_names(self) -> dict[Part, Part]:
        return {one.before: one.part for one in self.path.parts if one.before}

    def address(self, part: Part) -> str:
        """Where the page of the part's resource shows how it differs."""
        part = self.named(part)
        return f"{self.site.addresses.path_from(VERSION, self._places[part][1])}#{self.site.anchor(part)}"

    def reference(self, part: PartPath) -> str:
        """The part in the reference of the end, or of the start where it was last."""
        version = self.path.end if part.after else VERSION
        return f"{self.site.addresses.resource(version, self._places[part.part][1])}#{self.site.anchor(part.part)}"

    def through(self, part: PartPath) -> tuple[Part, ...]:
        """The objects by which a part differs: those inside of it that differ themselves."""
        if part.after is None:
            return ()
        inside = self.site.history.usage_at(self.path.end).closure(part.after)[1:]
        return tuple(one for one in inside if one in self._differing)

    @cached_property
    def _differing(self) -> frozenset[Part]:
        return frozenset(part.part for part in self.path.parts if part.findings)

    @cached_property
    def resources(self) -> tuple[ResourcePath, ...]:
        """The resources that differ, in the order of the reference of the end, what is gone last."""
        ends = (self.path.end, self.path.start)
        order = unique(resource.slug for version in ends for resource in self.site.resources(version))
        grouped: dict[str, list[PartPath]] = {}
        names: dict[str, str] = {}
        for part in self.path.parts:
            name, slug = self._places[part.part]
            grouped.setdefault(slug, []).append(part)
            names.setdefault(slug, name)
        return tuple(ResourcePath(names[slug], slug, tuple(grouped[slug])) for slug in order if slug in grouped)

    def steps_of(self, resource: ResourcePath) -> tuple[StepView, ...]:
        """The checklist of one resource: the changes that reach any of its parts."""
        found = (
            StepView(step.version, tuple(change for change in step.changes if resource.name in reached(change)))
            for step in self.steps
        )
        return tuple(step for step in found if step.changes)

    def severity_of(self, resource: ResourcePath) -> Severity:
        """The worst of what differs in a resource, behaviour included, which no contract tells of."""
        behaviours = (
            one.severity
            for change in self.path.changes
            for one in change.effects
            if isinstance(one.effect, Behaviour)
            and any(target.part in self._members(resource) for target in one.effect.target)
        )
        return worst((*behaviours, *(part.severity for part in resource.parts)))

    def _members(self, resource: ResourcePath) -> set[Part]:
        return {part for part, (_, slug) in self._places.items() if slug == resource.slug}

    @property
    def counts(self) -> str:
        """The numbers up front: `7 breaking changes, 2 additions, 4 resources`."""
        found = counts(change.severity for change in self.path.changes)
        touched = {name for change in self.changes for name, _ in change.resources}
        if touched:
            found.append(counted(len(touched), "resource"))
        return ", ".join(found) or "no changes"


def reached(change: ChangeView) -> tuple[str, ...]:
    """The resources of all parts that a change reaches, by their names."""
    return unique(link.resource for links in change.reached.values() for link in links)


def path_pages(site: Site) -> Iterator[Page]:
    """`/upgrades/from/<version>/` and a page for each resource that differs, for every version but the latest."""
    yield from _PathPages(site).pages()


class _PathPages:
    """What makes the pages, with the sections that versions share."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._paths = Paths(site.history)
        self._end = site.history.latest.id
        self._sections: dict[Hashable, tuple[str, Callable[[], str]]] = {}

    def pages(self) -> Iterator[Page]:
        older = self.site.released[1:]
        crumbs = (
            Crumb("Upgrade guide", self.site.addresses.guide),
            *(Crumb(f"From {version.id}", self.site.addresses.path_from(version.id)) for version in older),
        )
        for version in older:
            view = PathView(self.site, self._paths.between(version.id, self._end))
            yield self._overview(
                view, crumbs, None if version is older[0] else self.site.addresses.path_from(older[0].id)
            )
            for resource in view.resources:
                yield self._resource(view, resource)

    def _overview(self, view: PathView, crumbs: tuple[Crumb, ...], like: str | None) -> Page:
        start = view.path.start
        address = self.site.addresses.path_from(start)
        shown = {"view": view, "api": api_facts(self.site)}
        steps = tuple(Heading(step.version, step.version) for step in view.steps)
        return Page(
            address,
            f"From {start} to {self._end}",
            f"What to do to move from version {start} of the {self.site.title} to {self._end}: {view.counts}.",
            self.site.html("path_from", address, **shown),
            self.site.markdown("path_from", address, **shown),
            (Heading("what-to-do", "What to do", steps), Heading("what-differs", "What differs")),
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=crumbs,
            like=like,
        )

    def _resource(self, view: PathView, resource: ResourcePath) -> Page:
        start, address = view.path.start, self.site.addresses.path_from(view.path.start, resource.slug)
        sections = [(part, *self._section(view, resource, part)) for part in resource.parts]
        if sum(len(html) for _, html, _ in sections) > LONG_PAGE:
            sections = [(part, *self._section(view, resource, part, is_brief=True)) for part in resource.parts]
        shown = {"view": view, "resource": resource, "steps": view.steps_of(resource)}
        groups = (
            Heading("what-to-do", "What to do"),
            Heading(
                "what-differs",
                "What differs",
                tuple(Heading(self.site.anchor(one.part), one.part.name) for one in resource.own),
            ),
        )
        first = view.resources[0]
        return Page(
            address,
            f"{resource.name} from {start} to {self._end}",
            f"What differs in {resource.name} of the {self.site.title} between {start} and {self._end}.",
            self.site.html(
                "path_resource",
                address,
                **shown,
                sections=[(part, Markup(in_version(html, start))) for part, html, _ in sections],
            ),
            lambda: self.site.markdown(
                "path_resource",
                address,
                **shown,
                sections=[(part, in_version(markdown().strip(), start)) for part, _, markdown in sections],
            )(),
            groups,
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=(
                Crumb(f"From {start}", self.site.addresses.path_from(start)),
                *(Crumb(one.name, self.site.addresses.path_from(start, one.slug)) for one in view.resources),
            ),
            like=None if resource is first else self.site.addresses.path_from(start, first.slug),
        )

    def _section(
        self, view: PathView, resource: ResourcePath, part: PartPath, *, is_brief: bool = False
    ) -> tuple[str, Callable[[], str]]:
        """A part's section, with a mark where it names the version from which the way leads. A brief one has only what
        differs of its texts.
        """
        through = view.through(part)
        key = (
            part.revision,
            part.before,
            part.after,
            resource.slug,
            through,
            tuple(map(view.address, through)),
            is_brief,
        )
        if key not in self._sections:
            address = self.site.addresses.path_from(VERSION, resource.slug)
            shown = {"view": view, "part": part, "through": through, "anchor": self.site.anchor, "is_brief": is_brief}
            self._sections[key] = (
                self.site.html("path_part", address, **shown),
                self.site.markdown("path_part", address, **shown),
            )
        return self._sections[key]
