"""The upgrade path from each version to the latest, as pages that need no JavaScript.

They contain what to do, and how every payload changes. A part's section is rendered once for all versions in
which its closure is the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from typing import Any

from markupsafe import Markup

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.examples.samples import VERSION_PLACEHOLDER, fill_version
from api_upgrades.history.history import JudgedEffect
from api_upgrades.history.upgrade_path import PathPart, UpgradePath
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.resources import Resource
from api_upgrades.site.pages.addresses import Links
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.environment import html_environment
from api_upgrades.site.pages.limits import MAX_PAGE_BYTES, MAX_PARTS_PER_PATH_PAGE, split_by_size
from api_upgrades.site.pages.page import Heading, NavLink, Page, Section
from api_upgrades.site.pages.reference.pagination import relink
from api_upgrades.site.pages.site import Site, format_count, severity_counts, without_duplicates
from api_upgrades.site.pages.upgrades import api_facts


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


@dataclass(frozen=True)
class StepView:
    """The changes of one version on an upgrade path, the worst first."""

    version: str
    changes: tuple[ChangeView, ...]

    @cached_property
    def by_resource(self) -> Mapping[str, StepView]:
        """The changes that affect each resource, by the resource's name."""
        found: dict[str, list[ChangeView]] = {}
        for change in self.changes:
            for name in affected_resources(change):
                found.setdefault(name, []).append(change)
        return {name: StepView(self.version, tuple(changes)) for name, changes in found.items()}

    @cached_property
    def behaviour_effects(self) -> tuple[JudgedEffect, ...]:
        """The effects on behaviour, which no contract shows."""
        effects = (one for change in self.changes for one in change.judged.effects)
        return tuple(one for one in effects if one.effect.observation())

    @cached_property
    def resources(self) -> frozenset[str]:
        """The names of the resources that its changes touch directly."""
        return frozenset(name for change in self.changes for name, _ in change.resources)


@dataclass(frozen=True)
class PathView:
    """An upgrade path as pages and the command show it.

    `shared_steps` are steps that other paths have too, by their version. They are reused.
    """

    site: Site
    path: UpgradePath
    shared_steps: Mapping[str, StepView] = field(default_factory=dict)

    @cached_property
    def steps(self) -> tuple[StepView, ...]:
        return tuple(
            self.shared_steps.get(version)
            or StepView(version, tuple(ChangeView(self.site, change) for change in changes))
            for version, changes in self.path.steps
        )

    @property
    def changes(self) -> tuple[ChangeView, ...]:
        return tuple(change for step in self.steps for change in step.changes)

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
        """The address of a part's section on the page of its resource. A part that doesn't differ has none there.

        Then it is the address of the part in the reference, which shows it too.
        """
        part = self.newest_name(part)
        if part not in self._listed_parts:
            return self.reference(part)
        page = self.site.addresses.path_from(VERSION_PLACEHOLDER, self._resource_of(part).slug)
        return f"{page}#{self.site.anchor(part)}"

    def reference(self, part: Part) -> str:
        """The address of a part in the reference of the end of the path, or of its start if the part was removed."""
        is_at_end = self.site.resource_of(part, self.path.end) is not None
        version = self.path.end if is_at_end else VERSION_PLACEHOLDER
        page = self.site.addresses.resource(version, self._resource_of(part).slug)
        return f"{page}#{self.site.anchor(part)}"

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

    @cached_property
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

    def steps_of(self, resource: ResourcePath) -> tuple[StepView, ...]:
        """The checklist of one resource: the changes that affect any of its parts."""
        return tuple(step.by_resource[resource.name] for step in self.steps if resource.name in step.by_resource)

    def severity_of(self, resource: ResourcePath) -> Severity:
        """The worst severity of a resource's differences, including those in behaviour."""
        behaviours = (
            one.severity
            for step in self.steps
            for one in step.behaviour_effects
            if any(self._belongs_to(resource, target.part) for target in one.effect.targets)
        )
        return worst((*behaviours, *(part.severity for part in resource.parts)))

    def _belongs_to(self, resource: ResourcePath, part: Part | None) -> bool:
        ends = (self.path.end, self.path.start)
        found = next((one for end in ends if part and (one := self.site.resource_of(part, end))), None)
        return found is not None and found.slug == resource.slug

    @property
    def counts(self) -> str:
        """The summary in numbers: `7 breaking changes, 2 additions, 4 resources`."""
        found = severity_counts(change.severity for change in self.path.changes)
        touched = {name for step in self.steps for name in step.resources}
        if touched:
            found.append(format_count(len(touched), "resource"))
        return ", ".join(found) or "no changes"


def affected_resources(change: ChangeView) -> tuple[str, ...]:
    """The names of the resources of all parts that a change affects."""
    return without_duplicates(link.resource for links in change.affected.values() for link in links)


def path_pages(site: Site) -> Iterator[Page]:
    """For every version but the latest, yield `/upgrades/from/<version>/` and a page for each resource that differs."""
    yield from _PathPageBuilder(site).pages()


class _PathPageBuilder:
    """Creates the pages. Paths that have sections, steps or whole bodies in common share them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._end = site.history.latest.id
        self._sections: dict[Hashable, Section] = {}
        self._steps: dict[str, StepView] = {}
        self._checklists: dict[tuple[int, int], str] = {}
        self._bodies: dict[str, tuple[Hashable, str]] = {}

    def pages(self) -> Iterator[Page]:
        older = self.site.released_versions[1:]
        nav_links = (
            NavLink("Upgrade guide", self.site.addresses.guide),
            *(NavLink(f"From {version.id}", self.site.addresses.path_from(version.id)) for version in older),
        )
        for version in older:
            view = PathView(self.site, self.site.upgrade_paths.between(version.id, self._end), self._steps)
            self._steps |= {step.version: step for step in view.steps}
            yield self._overview(view, nav_links)
            siblings = (
                NavLink(f"From {version.id}", self.site.addresses.path_from(version.id)),
                *(NavLink(one.name, self.site.addresses.path_from(version.id, one.slug)) for one in view.resources),
            )
            for resource in view.resources:
                yield from self._resource_pages(view, resource, siblings)

    def _overview(self, view: PathView, nav_links: tuple[NavLink, ...]) -> Page:
        start = view.path.start
        address = self.site.addresses.path_from(start)
        context = {"view": view, "api": api_facts(self.site)}
        steps = tuple(Heading(step.version, step.version) for step in view.steps)
        return Page(
            address,
            f"From {start} to {self._end}",
            f"What to do to move from version {start} of the {self.site.title} to {self._end}: {view.counts}.",
            lambda: self.site.render_html(
                "path_from", address, **context, checklist=self._checklist(view.steps, address)
            ),
            self.site.markdown_renderer("path_from", address, **context),
            (Heading("what-to-do", "What to do", steps), Heading("what-differs", "What differs")),
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=nav_links,
            is_indexed=False,
        )

    def _resource_pages(self, view: PathView, resource: ResourcePath, siblings: tuple[NavLink, ...]) -> Iterator[Page]:
        """Yield the page of a resource. If it would be too long, also yield subpages with its `changed_parts`."""
        start, address = view.path.start, self.site.addresses.path_from(view.path.start, resource.slug)

        @cache
        def sections() -> list[tuple[PathPart, Section]]:
            found = [(part, self._section(view, resource, part)) for part in resource.parts]
            if sum(len(section.html) for _, section in found) > MAX_PAGE_BYTES:
                found = [(part, self._section(view, resource, part, is_brief=True)) for part in resource.parts]
            return found

        subpages = self._subpages(start, resource, sections()) if len(resource.parts) > MAX_PARTS_PER_PATH_PAGE else ()
        context = {"view": view, "resource": resource, "subpages": subpages, "anchor": self.site.anchor}

        def render_for(address: str, start: str) -> str:
            htmls = [(part, Markup(section.html)) for part, section in sections()]
            checklist = self._checklist(view.steps_of(resource), address)
            return self.site.render_html(
                "path_resource", address, **context, start=start, sections=htmls, checklist=checklist
            )

        def render() -> str:
            if subpages:
                return fill_version(render_for(address, start), start)
            # If the sections and steps are those of the previous version, the whole body is the same. Their ids stay
            # unique, because the builder keeps them.
            key = (resource.name, *(id(section) for _, section in sections()), *map(id, view.steps_of(resource)))
            if self._bodies.get(resource.slug, ((), ""))[0] != key:
                shared_address = self.site.addresses.path_from(VERSION_PLACEHOLDER, resource.slug)
                self._bodies[resource.slug] = key, render_for(shared_address, VERSION_PLACEHOLDER)
            return fill_version(self._bodies[resource.slug][1], start)

        def markdown() -> str:
            sections_markdown = [
                (part, fill_version(section.render_markdown().strip(), start)) for part, section in sections()
            ]
            steps = view.steps_of(resource)
            return self.site.markdown_renderer(
                "path_resource", address, **context, sections=sections_markdown, steps=steps
            )()

        what_differs = Heading(
            "what-differs", "What differs", () if subpages else self._headings(resource.changed_parts)
        )
        page = Page(
            address,
            f"{resource.name} from {start} to {self._end}",
            f"What differs in {resource.name} of the {self.site.title} between {start} and {self._end}.",
            render,
            markdown,
            (Heading("what-to-do", "What to do"), what_differs),
            canonical=self.site.addresses.path,
            section=self.site.addresses.guide,
            siblings=siblings,
            is_indexed=False,
        )
        yield page
        for number in range(1, len(subpages) + 1):
            yield self._subpage(page, context, subpages, number, {part.part: section for part, section in sections()})

    def _subpages(
        self, start: str, resource: ResourcePath, sections: Sequence[tuple[PathPart, Section]]
    ) -> tuple[tuple[str, list[PathPart]], ...]:
        """The addresses of the subpages, each with the parts that it shows; empty if one page holds all."""
        sizes = {part.part: len(section.html) for part, section in sections}
        if sum(sizes.values()) <= MAX_PAGE_BYTES:
            return ()
        found = split_by_size((part, sizes[part.part]) for part in resource.changed_parts)
        return tuple(
            (self.site.addresses.path_from(start, f"{resource.slug}.{number}"), parts)
            for number, parts in enumerate(found, start=1)
        )

    def _subpage(
        self,
        page: Page,
        context: dict[str, Any],
        subpages: tuple[tuple[str, list[PathPart]], ...],
        number: int,
        sections: Mapping[Part, Section],
    ) -> Page:
        address, parts = subpages[number - 1]
        link = Links(address, self.site.addresses)
        addresses = {self.site.anchor(part): link(page.path) for part in sections}
        for other, others_parts in subpages:
            target = "" if other == address else link(other)
            addresses |= {self.site.anchor(part.part): target for part in others_parts}
        title = f"{number} of {len(subpages)}"

        def render() -> str:
            start = context["view"].path.start
            htmls = [Markup(relink(fill_version(sections[part.part].html, start), addresses)) for part in parts]
            return self.site.render_html("path_subpage", address, **context, number=number, sections=htmls)

        return replace(
            page,
            path=address,
            title=f"{page.title}, {title}",
            body=render,
            contents=(Heading("what-differs", "What differs", self._headings(parts)),),
            siblings=(
                NavLink(context["resource"].name, page.path),
                *(NavLink(f"{index} of {len(subpages)}", other) for index, (other, _) in enumerate(subpages, start=1)),
            ),
        )

    def _headings(self, parts: Iterable[PathPart]) -> tuple[Heading, ...]:
        return tuple(Heading(self.site.anchor(one.part), one.part.name) for one in parts)

    def _checklist(self, steps: Sequence[StepView], address: str) -> Markup:
        """The checklist of some steps. Each step is rendered once for all addresses of the same depth."""
        depth, link = address.count("/"), Links(address, self.site.addresses)
        macros = html_environment().get_template("path_macros.html.j2").module
        for step in steps:
            if (id(step), depth) not in self._checklists:
                self._checklists[id(step), depth] = macros.checklist((step,), link, 3)  # type: ignore[attr-defined]  # a macro
        return Markup("".join(self._checklists[id(step), depth] for step in steps))

    def _section(self, view: PathView, resource: ResourcePath, part: PathPart, *, is_brief: bool = False) -> Section:
        """The section of a part, with `VERSION_PLACEHOLDER` instead of the start version.

        A brief section shows only the changed lines of its samples.
        """
        changed_objects = view.changed_objects_in(part)
        key = (
            part.revision,
            part.before,
            part.after,
            resource.slug,
            changed_objects,
            tuple(view.address(one.part) for one in part.samples if one.part),
            tuple(map(view.address, changed_objects)),
            is_brief,
        )
        if key not in self._sections:
            address = self.site.addresses.path_from(VERSION_PLACEHOLDER, resource.slug)
            context = {
                "view": view,
                "part": part,
                "changed_objects": changed_objects,
                "anchor": self.site.anchor,
                "is_brief": is_brief,
            }
            self._sections[key] = Section(
                partial(self.site.render_html, "path_part", address, **context),
                self.site.markdown_renderer("path_part", address, **context),
            )
        return self._sections[key]
