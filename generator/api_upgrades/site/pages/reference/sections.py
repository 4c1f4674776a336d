"""The sections that show parts in the reference, as versions share them, and the pages that they fill.

A section is rendered once for each run of versions over which its part, and all that it references, is the same and
stands where it stood. What it says of its version is the mark `texts.VERSION`, filled in last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from functools import cache, partial

from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.resources import Resource
from api_upgrades.site.pages.addresses import Links, TwinAddresses
from api_upgrades.site.pages.limits import AROUND, LONG_PAGE, MARKUP
from api_upgrades.site.pages.page import Section
from api_upgrades.site.pages.reference.pagination import Leaf, leaves
from api_upgrades.site.pages.reference.parts import part_view
from api_upgrades.site.pages.site import LATEST, Site

KIND_TITLES = {"schema": "Objects", "operation": "Operations", "webhook": "Webhooks"}


class Sections:
    """The sections of a site's reference."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[str, Mapping[Part, Section]] = {}
        self._groups: dict[int, Mapping[str, tuple[Part, ...]]] = {}
        self._leaves: dict[tuple[int, ...], tuple[Leaf, ...]] = {}
        self._sizes: dict[int, int] = {}

    def of(self, version: str, resource: Resource) -> Mapping[Part, Section]:
        """The sections of a resource at a version, by their parts."""
        if not self._known:
            before: str | None = None
            for one in self._site.history.versions:
                self._known[one.id] = self._carried(before, one.id)
                before = one.id
        known = self._known[version]
        return {part: known[part] for part in resource.parts}

    def groups(self, resource: Resource) -> Mapping[str, tuple[Part, ...]]:
        """The parts of a resource by the titles of their kinds."""
        if id(resource) not in self._groups:  # the site holds the resources, so that ids stay their own
            groups = {title: resource.of_kind(kind) for kind, title in KIND_TITLES.items()}
            self._groups[id(resource)] = {title: parts for title, parts in groups.items() if parts}
        return self._groups[id(resource)]

    def leaves(self, version: str, resource: Resource, sections: Mapping[Part, Section]) -> tuple[Leaf, ...]:
        """The pages of a resource whose sections are too long for one; none where one holds all."""
        key = tuple(map(id, sections.values()))  # these are held too
        if key not in self._leaves:
            is_short = self._is_short(version, sections)
            sizes = {} if is_short else {part: self._size(version, part, one) for part, one in sections.items()}
            self._leaves[key] = leaves(self.groups(resource), sizes)
        return self._leaves[key]

    def _carried(self, before: str | None, version: str) -> Mapping[Part, Section]:
        """All sections of a version, from those of the version before: others are those of parts that are not what they
        were, of which a change tells, or which go another way, and of parts that stand under another resource or link
        to one that does.
        """
        revisions, slugs = self._site.history.revisions[version], self._site.slugs(version)
        if before is None:
            return {part: self._section(version, part) for part in revisions}
        known, were = self._known[before], self._site.slugs(before)
        sent, was_sent = (self._site.paths.texts.revisions(one) for one in (version, before))
        other = {
            part
            for part, revision in revisions.items()
            if revision == version or part not in known or sent[part].is_only_sent != was_sent[part].is_only_sent
        }
        other |= self._site.history.reached(version)
        if slugs is not were:
            moved = {part for part in slugs.keys() | were.keys() if slugs.get(part) != were.get(part)}
            users = self._site.history.usage_at(version).users
            other |= moved.union(*(users.get(part, ()) for part in moved))
        return {part: self._section(version, part) if part in other else known[part] for part in revisions}

    def _section(self, version: str, part: Part) -> Section:
        site, slugs = self._site, self._site.slugs(version)
        view = cache(partial(part_view, site, version, part))
        template, path = f"part_{part.kind}", site.addresses.resource(LATEST, slugs[part])

        def linked(link: Links) -> Callable[[Part], str | None]:
            # From any other version's page the ways are those from the latest version's.
            return lambda one: link.resource(LATEST, slugs[one], site.anchor(one)) if one in slugs else None

        in_html = linked(Links(path, site.addresses))
        in_twin = linked(Links(path, TwinAddresses(site.addresses.index)))
        return Section(
            lambda: site.html(template, path, view=view(), schema_link=in_html),
            lambda: site.markdown(template, path, view=view(), schema_link=in_twin)(),
        )

    def _is_short(self, version: str, parts: Collection[Part]) -> bool:
        """Whether the sections of some parts fit on a page whatever they look like: nobody need make them now."""
        values = self._site.history.contract_at(version).parts
        texts = (text for part in parts for text in self._site.paths.texts.at(version, part).values())
        said = sum(len(json.dumps(values[part])) for part in parts) + sum(len(text.text) for text in texts)
        return len(parts) * AROUND + said * MARKUP <= LONG_PAGE

    def _size(self, version: str, part: Part, section: Section) -> int:
        """How long a section is: while serving, as it was when it was last rendered of the same contract."""
        if id(section) not in self._sizes:
            usage, memory = self._site.history.usage_at(version), self._site.history.memo
            closure = (usage.contract.parts[one] for one in usage.closure(part) if one in usage.contract.parts)
            self._sizes[id(section)] = memory.get_or_compute("size", tuple(closure), lambda: len(section.html))
        return self._sizes[id(section)]
