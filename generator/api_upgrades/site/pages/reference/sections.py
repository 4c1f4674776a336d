"""The sections of the reference, one for each part, shared between versions; and the subpages that they fill.

A section is rendered once for each run of versions in which the part, its closure and their places in the reference
stay the same. It contains `samples.VERSION_PLACEHOLDER` instead of the version, which is filled in last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

from api_upgrades.core.json import Json
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.properties import holder_of
from api_upgrades.openapi.resources import Resource
from api_upgrades.site.pages.addresses import Links, TwinAddresses
from api_upgrades.site.pages.limits import (
    JSON_FACTOR,
    MAX_UNFOLDED_BYTES,
    PROPERTY_BYTES,
    SAMPLE_FACTOR,
    SECTION_BYTES,
    SECTION_UNFOLDED_BYTES,
    UNFOLDED_JSON_FACTOR,
    UNFOLDED_PROPERTY_BYTES,
    UNFOLDED_SHARE,
)
from api_upgrades.site.pages.page import Section
from api_upgrades.site.pages.reference.pagination import Subpage, split_resource
from api_upgrades.site.pages.reference.parts import part_view
from api_upgrades.site.pages.reference.unfold import UnfoldedObjects, Unfolder
from api_upgrades.site.pages.site import LATEST, Site

KIND_TITLES = {"operation": "Operations", "schema": "Objects", "webhook": "Webhooks"}


class Sections:
    """The sections of a site's reference."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._objects = UnfoldedObjects(site)
        self._sections: dict[str, Mapping[Part, Section]] = {}
        self._groups: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._subpages: dict[tuple[int, ...], tuple[Subpage, ...]] = {}

    def sections_of(self, version: str, resource: Resource) -> Mapping[Part, Section]:
        """The sections of a resource at a version, by their parts."""
        if not self._sections:
            previous: str | None = None
            for one in self._site.history.versions:
                self._sections[one.id] = self._reuse_sections(previous, one.id)
                previous = one.id
        sections = self._sections[version]
        return {part: sections[part] for part in resource.parts}

    def groups(self, resource: Resource) -> Mapping[str, tuple[Part, ...]]:
        """The parts of a resource, by the title of their kind."""
        if id(resource) not in self._groups:  # ids stay unique, because the site keeps the resources
            groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items()}
            self._groups[id(resource)] = {title: parts for title, parts in groups.items() if parts}
        return self._groups[id(resource)]

    def subpages(self, version: str, resource: Resource, sections: Mapping[Part, Section]) -> tuple[Subpage, ...]:
        """The subpages of a resource whose sections are too long for one page; empty if they fit."""
        key = tuple(map(id, sections.values()))  # ids stay unique, because `_sections` keeps the sections
        if key not in self._subpages:
            sizes = {part: self._estimate_size(version, part) for part in sections}
            self._subpages[key] = split_resource(self.groups(resource), sizes)
        return self._subpages[key]

    def _reuse_sections(self, previous: str | None, version: str) -> Mapping[Part, Section]:
        """All sections of a version, reusing those of the previous version where nothing in them changes.

        New sections are created for parts that changed, that a change affects, or whose direction of use changed; and
        for parts that moved to another resource, or link to such a part.
        """
        revisions, slugs = self._site.history.revisions[version], self._site.slugs(version)
        if previous is None:
            return {part: self._create_section(version, part) for part in revisions}
        old_sections, old_slugs = self._sections[previous], self._site.slugs(previous)
        samples, old_samples = (self._site.upgrade_paths.samples.revisions_at(one) for one in (version, previous))
        outdated = {
            part
            for part, revision in revisions.items()
            if revision == version
            or part not in old_sections
            or samples[part].is_request_only != old_samples[part].is_request_only
        }
        outdated |= self._site.history.affected_parts(version)
        if slugs is not old_slugs:
            moved = {part for part in slugs.keys() | old_slugs.keys() if slugs.get(part) != old_slugs.get(part)}
            users = self._site.history.usage_at(version).referring_parts
            outdated |= moved.union(*(users.get(part, ()) for part in moved))
        return {
            part: self._create_section(version, part) if part in outdated else old_sections[part] for part in revisions
        }

    def _create_section(self, version: str, part: Part) -> Section:
        site, slugs = self._site, self._site.slugs(version)
        view = cache(partial(part_view, site, version, part))
        template, path = f"part_{part.kind}", site.addresses.resource(LATEST, slugs[part])

        def link_parts(link: Links) -> Callable[[Part], str | None]:
            # Relative links are the same on the pages of all versions, so those of the latest version serve for all.
            return lambda one: link.resource(LATEST, slugs[one], site.anchor(one)) if one in slugs else None

        html_link = link_parts(Links(path, site.addresses))
        markdown_link = link_parts(Links(path, TwinAddresses(site.addresses.index_file)))

        def render_html() -> str:
            unfold = Unfolder(self._objects, version, part)
            return site.render_html(template, path, view=view(), schema_link=html_link, unfold=unfold)

        return Section(
            render_html,
            lambda: site.markdown_renderer(template, path, view=view(), schema_link=markdown_link)(),
        )

    def _estimate_size(self, version: str, part: Part) -> int:
        """About how many bytes the section of a part has as HTML, without rendering it."""
        samples = self._site.upgrade_paths.samples.at(version, part).values()
        parts = self._site.history.contract_at(version).parts
        return estimate_size(parts[part], sum(len(one.text) for one in samples), parts)


def estimate_size(value: Json, sample_bytes: int, parts: Mapping[Part, Json]) -> int:
    """About how many bytes the section of a part has as HTML.

    `value` is its JSON, `sample_bytes` the length of its samples, and `parts` are those to which it may refer.
    """
    written = JSON_FACTOR * len(json.dumps(value)) + SAMPLE_FACTOR * sample_bytes
    unfolded = sum(_estimate_unfolded(parts[one]) for one in _find_objects(value) if one in parts)
    return (
        SECTION_BYTES
        + PROPERTY_BYTES * _count_properties(value)
        + round(written + UNFOLDED_SHARE * min(SECTION_UNFOLDED_BYTES, unfolded))
    )


def _estimate_unfolded(value: Json) -> float:
    written = UNFOLDED_PROPERTY_BYTES * _count_properties(value) + UNFOLDED_JSON_FACTOR * len(json.dumps(value))
    return min(MAX_UNFOLDED_BYTES, written)


def _find_objects(value: Json) -> Iterator[Part]:
    """The schemas to which some JSON refers where it allows no other, as often as it does."""
    if isinstance(value, dict):
        part = holder_of(value["$ref"]) if isinstance(value.get("$ref"), str) else None
        if part:
            yield part
        for key, item in value.items():
            if key not in ("oneOf", "anyOf") or len(item) <= 2:  # one of two may be null
                yield from _find_objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _find_objects(item)


def _count_properties(value: Json) -> int:
    """The number of properties and parameters anywhere in some JSON."""
    if isinstance(value, dict):
        held = [value[key] for key in ("properties", "parameters") if isinstance(value.get(key), dict | list)]
        return sum(map(len, held)) + sum(map(_count_properties, value.values()))
    return sum(map(_count_properties, value)) if isinstance(value, list) else 0
