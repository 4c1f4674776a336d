"""The way from each version to the latest, complete without JavaScript: what to do, and what every payload becomes.

A part's section is rendered once for all versions in which the part, and all that it references, is the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import Any

from markupsafe import Markup

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.examples.samples import VERSION, in_version
from api_upgrades.history.history import JudgedEffect
from api_upgrades.history.upgrade_path import PartPath, UpgradePath
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.resources import Resource
from api_upgrades.site.pages.addresses import Links
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.environment import html_environment
from api_upgrades.site.pages.limits import LONG_PAGE, MANY_DIFFERING, pieces
from api_upgrades.site.pages.page import Crumb, Heading, Page, Section
from api_upgrades.site.pages.reference.pagination import relinked
from api_upgrades.site.pages.site import Site, counted, counts, unique
from api_upgrades.site.pages.upgrades import api_facts


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

    @cached_property
    def by_resource(self) -> Mapping[str, StepView]:
        """What of it reaches each resource, by the resource's name."""
        found: dict[str, list[ChangeView]] = {}
        for change in self.changes:
            for name in reached(change):
                found.setdefault(name, []).append(change)
        return {name: StepView(self.version, tuple(changes)) for name, changes in found.items()}

    @cached_property
    def behaviours(self) -> tuple[JudgedEffect, ...]:
        """What no contract tells of."""
        effects = (one for change in self.changes for one in change.judged.effects)
        return tuple(one for one in effects if one.effect.observation())

    @cached_property
    def resources(self) -> frozenset[str]:
        """The resources that its changes touch themselves, by their names."""
        return frozenset(name for change in self.changes for name, _ in change.resources)


@dataclass(frozen=True)
class PathView:
    """A path as pages and the command show it."""

    site: Site
    path: UpgradePath
    known: Mapping[str, StepView] = field(default_factory=dict)
    """Steps that other paths have too, by their version."""

    @cached_property
    def steps(self) -> tuple[StepView, ...]:
        return tuple(
            self.known.get(version) or StepView(version, tuple(ChangeView(self.site, change) for change in changes))
            for version, changes in self.path.steps
        )

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        return tuple(change for step in self.steps for change in step.changes)

    def _resource(self, part: Part) -> Resource:
        """The resource of a part at the end, or else at the start."""
        found = self.site.resource_of(part, self.path.end) or self.site.resource_of(part, self.path.start)
        assert found is not None, "every part of either end has a resource"
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
        return f"{self.site.addresses.path_from(VERSION, self._resource(part).slug)}#{self.site.anchor(part)}"

    def reference(self, part: PartPath) -> str:
        """The part in the reference of the end, or of the start where it was last."""
        version = self.path.end if part.after else VERSION
        return f"{self.site.addresses.resource(version, self._resource(part.part).slug)}#{self.site.anchor(part.part)}"

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
            resource = self._resource(part.part)
            grouped.setdefault(resource.slug, []).append(part)
            names.setdefault(resource.slug, resource.name)
        return tuple(ResourcePath(names[slug], slug, tuple(grouped[slug])) for slug in order if slug in grouped)

    def steps_of(self, resource: ResourcePath) -> tuple[StepView, ...]:
        """The checklist of one resource: the changes that reach any of its parts."""
        return tuple(step.by_resource[resource.name] for step in self.steps if resource.name in step.by_resource)

    def severity_of(self, resource: ResourcePath) -> Severity:
        """The worst of what differs in a resource, behaviour included, which no contract tells of."""
        behaviours = (
            one.severity
            for step in self.steps
            for one in step.behaviours
            if any(self._is_of(resource, target.part) for target in one.effect.targets)
        )
        return worst((*behaviours, *(part.severity for part in resource.parts)))

    def _is_of(self, resource: ResourcePath, part: Part | None) -> bool:
        ends = (self.path.end, self.path.start)
        found = next((one for end in ends if part and (one := self.site.resource_of(part, end))), None)
        return found is not None and found.slug == resource.slug

    @property
    def counts(self) -> str:
        """The numbers up front: `7 breaking changes, 2 additions, 4 resources`."""
        found = counts(change.severity for change in self.path.changes)
        touched = {name for step in self.steps for name in step.resources}
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
        self._end = site.history.latest.id
        self._sections: dict[Hashable, Section] = {}
        self._steps: dict[str, StepView] = {}
        self._checklists: dict[tuple[int, int], str] = {}
        self._bodies: dict[str, tuple[Hashable, str]] = {}

    def pages(self) -> Iterator[Page]:
        older = self.site.released[1:]
        crumbs = (
            Crumb("Upgrade guide", self.site.addresses.guide),
            *(Crumb(f"From {version.id}", self.site.addresses.path_from(version.id)) for version in older),
        )
        for version in older:
            view = PathView(self.site, self.site.paths.between(version.id, self._end), self._steps)
            self._steps |= {step.version: step for step in view.steps}
            yield self._overview(view, crumbs)
            beside = (
                Crumb(f"From {version.id}", self.site.addresses.path_from(version.id)),
                *(Crumb(one.name, self.site.addresses.path_from(version.id, one.slug)) for one in view.resources),
            )
            for resource in view.resources:
                yield from self._resource(view, resource, beside)

    def _overview(self, view: PathView, crumbs: tuple[Crumb, ...]) -> Page:
        start = view.path.start
        address = self.site.addresses.path_from(start)
        shown = {"view": view, "api": api_facts(self.site)}
        steps = tuple(Heading(step.version, step.version) for step in view.steps)
        return Page(
            address,
            f"From {start} to {self._end}",
            f"What to do to move from version {start} of the {self.site.title} to {self._end}: {view.counts}.",
            lambda: self.site.html("path_from", address, **shown, checklist=self._checklist(view.steps, address)),
            self.site.markdown("path_from", address, **shown),
            (Heading("what-to-do", "What to do", steps), Heading("what-differs", "What differs")),
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=crumbs,
            is_listed=False,
        )

    def _resource(self, view: PathView, resource: ResourcePath, beside: tuple[Crumb, ...]) -> Iterator[Page]:
        """The page of a resource; where that would be too long, what differs itself stands on further ones."""
        start, address = view.path.start, self.site.addresses.path_from(view.path.start, resource.slug)

        @cache
        def sections() -> list[tuple[PartPath, Section]]:
            found = [(part, self._section(view, resource, part)) for part in resource.parts]
            if sum(len(section.html) for _, section in found) > LONG_PAGE:
                found = [(part, self._section(view, resource, part, is_brief=True)) for part in resource.parts]
            return found

        leaves = self._leaves(start, resource, sections()) if len(resource.parts) > MANY_DIFFERING else ()
        shown = {"view": view, "resource": resource, "leaves": leaves, "anchor": self.site.anchor}

        def rendered(address: str, start: str) -> str:
            htmls = [(part, Markup(section.html)) for part, section in sections()]
            checklist = self._checklist(view.steps_of(resource), address)
            return self.site.html("path_resource", address, **shown, start=start, sections=htmls, checklist=checklist)

        def render() -> str:
            if leaves:
                return in_version(rendered(address, start), start)
            # Both are held, so that ids stay their own. Where they are those of the version before, so is the rest.
            key = (resource.name, *(id(section) for _, section in sections()), *map(id, view.steps_of(resource)))
            if self._bodies.get(resource.slug, ((), ""))[0] != key:
                marked = rendered(self.site.addresses.path_from(VERSION, resource.slug), VERSION)
                self._bodies[resource.slug] = key, marked
            return in_version(self._bodies[resource.slug][1], start)

        def markdown() -> str:
            twins = [(part, in_version(section.markdown().strip(), start)) for part, section in sections()]
            steps = view.steps_of(resource)
            return self.site.markdown("path_resource", address, **shown, sections=twins, steps=steps)()

        what_differs = Heading("what-differs", "What differs", () if leaves else self._headings(resource.own))
        page = Page(
            address,
            f"{resource.name} from {start} to {self._end}",
            f"What differs in {resource.name} of the {self.site.title} between {start} and {self._end}.",
            render,
            markdown,
            (Heading("what-to-do", "What to do"), what_differs),
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=beside,
            is_listed=False,
        )
        yield page
        for number in range(1, len(leaves) + 1):
            yield self._leaf(page, shown, leaves, number, {part.part: section for part, section in sections()})

    def _leaves(
        self, start: str, resource: ResourcePath, sections: Sequence[tuple[PartPath, Section]]
    ) -> tuple[tuple[str, list[PartPath]], ...]:
        """The addresses of further pages with the parts that each shows; none where one page holds all."""
        sizes = {part.part: len(section.html) for part, section in sections}
        if sum(sizes.values()) <= LONG_PAGE:
            return ()
        found = pieces((part, sizes[part.part]) for part in resource.own)
        return tuple(
            (self.site.addresses.path_from(start, f"{resource.slug}.{number}"), parts)
            for number, parts in enumerate(found, start=1)
        )

    def _leaf(
        self,
        page: Page,
        shown: dict[str, Any],
        leaves: tuple[tuple[str, list[PartPath]], ...],
        number: int,
        sections: Mapping[Part, Section],
    ) -> Page:
        address, parts = leaves[number - 1]
        link = Links(address, self.site.addresses)
        elsewhere = {self.site.anchor(part): link(page.path) for part in sections}
        for there, others in leaves:
            elsewhere |= {self.site.anchor(part.part): "" if there == address else link(there) for part in others}
        title = f"{number} of {len(leaves)}"

        def render() -> str:
            start = shown["view"].path.start
            htmls = [Markup(relinked(in_version(sections[part.part].html, start), elsewhere)) for part in parts]
            return self.site.html("path_leaf", address, **shown, number=number, sections=htmls)

        return replace(
            page,
            path=address,
            title=f"{page.title}, {title}",
            body=render,
            contents=(Heading("what-differs", "What differs", self._headings(parts)),),
            siblings=(
                Crumb(shown["resource"].name, page.path),
                *(Crumb(f"{index} of {len(leaves)}", there) for index, (there, _) in enumerate(leaves, start=1)),
            ),
        )

    def _headings(self, parts: Iterable[PartPath]) -> tuple[Heading, ...]:
        return tuple(Heading(self.site.anchor(one.part), one.part.name) for one in parts)

    def _checklist(self, steps: Sequence[StepView], address: str) -> Markup:
        """The checklist of some steps, each rendered once for all pages that are as deep."""
        depth, link = address.count("/"), Links(address, self.site.addresses)
        shown = html_environment().get_template("path_macros.html.j2").module
        for step in steps:
            if (id(step), depth) not in self._checklists:
                self._checklists[id(step), depth] = shown.checklist((step,), link, 3)  # type: ignore[attr-defined]  # a macro
        return Markup("".join(self._checklists[id(step), depth] for step in steps))

    def _section(self, view: PathView, resource: ResourcePath, part: PartPath, *, is_brief: bool = False) -> Section:
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
            self._sections[key] = Section(
                partial(self.site.html, "path_part", address, **shown),
                self.site.markdown("path_part", address, **shown),
            )
        return self._sections[key]
