"""The upgrade path between two versions, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from api_upgrades.core.errors import ApiUpgradesError, did_you_mean
from api_upgrades.core.json import Json
from api_upgrades.history.history import History
from api_upgrades.history.path_entries import PathEntry
from api_upgrades.history.upgrade_path import PathPart, PathSample, upgrade_path
from api_upgrades.registry.model import natural_sort_key
from api_upgrades.review.terminal import Colorize, severity_label
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.environment import markdown_environment
from api_upgrades.site.pages.path.checklist import Checklist
from api_upgrades.site.pages.path.items import ItemView, count_items, group_items
from api_upgrades.site.pages.path.view import PathView, ResourcePath
from api_upgrades.site.pages.site import Site, api_facts
from api_upgrades.site.text import prose

MARGIN = " " * 15
"""What stands before the lines below the title of a step."""


@dataclass(frozen=True)
class PathText:
    """An upgrade path, or the part of it that concerns one resource."""

    view: PathView
    resource: ResourcePath | None

    @property
    def items(self) -> tuple[ItemView, ...]:
        """The steps, in order."""
        return self.view.items if self.resource is None else self.view.items_of(self.resource)

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """All steps by severity, the most severe first."""
        return tuple(Checklist(group, group.items, (), 0) for group in group_items(self.items))

    @property
    def counts(self) -> str:
        """The number of steps in words, by severity."""
        return count_items(self.items)

    @property
    def resources(self) -> tuple[ResourcePath, ...]:
        """The resources that differ."""
        if self.resource is None:
            return self.view.resources
        return (self.resource,) if self.resource.parts else ()

    @property
    def title(self) -> str:
        """The API, the two versions, and the resource."""
        ends = f"{self.view.site.title}, {self.view.path.start} to {self.view.path.end}"
        return ends if self.resource is None else f"{ends}: {self.resource.name}"

    @property
    def header(self) -> str | None:
        """The header in which a request sends its version; None if the API has none."""
        return api_facts(self.view.site)["header"]

    def as_text(self, colorize: Colorize) -> str:
        """The checklist and the places that differ."""
        return "\n".join(self._lines(colorize))

    def _lines(self, colorize: Colorize) -> Iterator[str]:
        path = self.view.path
        yield self.title
        yield self.counts
        if path.is_downgrade:
            yield f"You are downgrading: {path.end} is older than {path.start}. Undo the changes below, newest first."
        if self.header:
            yield f"Send {self.header}: {path.end}"
        for group in group_items(self.items):
            yield from ("", group.title, "")
            for item in group.items:
                label = severity_label(item.severity, colorize)
                versions = ", ".join(version for version, _ in item.links)
                yield f"  [ ] {label} {prose.to_plain(item.title)} ({versions})"
                if item.upgrade:
                    yield f"{MARGIN}{prose.to_plain(item.upgrade)}"
                for change in item.merged:
                    yield f"{MARGIN}Covers: {prose.to_plain(change.title)} ({change.version})"
        yield from (
            "",
            "Combined changes by resource" if self.resources else "No operation, object or webhook differs.",
        )
        for resource in self.resources:
            yield f"\n  {resource.name}"
            for part in resource.changed_parts:
                yield f"    {part.part}"
                for place in part.entries:
                    name = f"{place.name}: " if place.name else ""
                    yield f"      {severity_label(place.severity, colorize)} {name}{prose.to_plain(place.summary)}"
            others = [str(part.part) for part in resource.parts if not part.findings]
            if others:
                yield f"    changed only through referenced objects: {', '.join(others)}"

    def as_markdown(self) -> str:
        """The whole path: the header to send, the checklist, the differences, and diffs of payloads."""
        return markdown_environment().get_template("path_brief.md.j2").render(brief=self, view=self.view)

    def as_json(self) -> dict[str, Json]:
        """The path as data."""
        path, site = self.view.path, self.view.site
        return {
            "api": site.title,
            "from": path.start,
            "to": path.end,
            "direction": "downgrade" if path.is_downgrade else "upgrade",
            "header": {"name": self.header, "value": path.end} if self.header else None,
            "resources": [resource.name for resource in self.resources],
            "changes": [_item_as_json(item) for item in self.items],
            "parts": [_part_as_json(part, resource) for resource in self.resources for part in resource.parts],
        }


def build_path_text(history: History, start: str, end: str, resource: str | None) -> PathText:
    """Build the text of a path; a version may be `latest`. Raises ApiUpgradesError if a name doesn't exist."""
    start, end = _find_version(history, start), _find_version(history, end)
    if start == end:
        raise ApiUpgradesError(f"FROM and TO are both {start}; there is nothing to do")
    site = Site(history, Addresses())
    view = PathView(site, upgrade_path(history, start, end))
    return PathText(view, None if resource is None else _find_resource(view, resource))


def _find_version(history: History, name: str) -> str:
    known = [version.id for version in history.versions]
    if name == "latest":
        return history.latest.id
    if name in known:
        return name
    older = list(takewhile(lambda one: natural_sort_key(one) < natural_sort_key(name), known))
    nearest = [*older[-1:], *known[len(older) : len(older) + 1]]
    raise ApiUpgradesError(
        f"there is no version {name!r}; the nearest are {' and '.join(nearest)}"
        if len(nearest) > 1
        else f"there is no version {name!r}; the nearest is {nearest[0]}"
    )


def _find_resource(view: PathView, name: str) -> ResourcePath:
    """The resource with a name or slug; it has no parts if nothing in it differs."""
    known = {
        resource.slug: resource.name
        for version in (view.path.start, view.path.end)
        for resource in view.site.resources(version)
    }
    slug = next((slug for slug, one in known.items() if name.casefold() in (slug, one.casefold())), None)
    if slug is None:
        hint = did_you_mean(name.casefold(), known)
        raise ApiUpgradesError(f"there is no resource {name!r}{hint}; the resources are {', '.join(known)}")
    return next((one for one in view.resources if one.slug == slug), ResourcePath(known[slug], slug, ()))


def _item_as_json(item: ItemView) -> dict[str, Json]:
    return {
        "id": item.change.id,
        "version": item.version,
        "title": item.title,
        "severity": item.severity,
        "resources": list(item.resources),
        "why": item.change.why,
        "upgrade": item.upgrade,
        "includes": [{"id": change.id, "version": change.version, "title": change.title} for change in item.merged],
    }


def _part_as_json(part: PathPart, resource: ResourcePath) -> dict[str, Json]:
    return {
        "kind": part.part.kind,
        "before": part.before and part.before.name,
        "after": part.after and part.after.name,
        "resource": resource.name,
        "severity": part.severity,
        "differences": [_entry_as_json(place) for place in part.entries],
        "messages": [_sample_as_json(text) for text in part.samples],
    }


def _entry_as_json(entry: PathEntry) -> dict[str, Json]:
    return {
        "place": str(entry.target),
        "old_place": str(entry.old_target),
        "severity": entry.severity,
        "words": entry.summary,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "direction": finding.direction,
                "facet": finding.facet,
                "before": finding.before,
                "after": finding.after,
            }
            for finding in entry.findings
        ],
    }


def _sample_as_json(sample: PathSample) -> dict[str, Json]:
    return {
        "key": sample.key,
        "part": sample.part and str(sample.part),
        "before": _message_as_json(sample.before, sample.language),
        "after": _message_as_json(sample.after, sample.language),
    }


def _message_as_json(text: str, language: str) -> Json:
    """A message's HTTP head, and its payload as data if it is JSON; None if there is no message."""
    if not text:
        return None
    head, _, body = text.partition("\n\n") if language == "http" else ("", "", text)
    try:
        return {"head": head, "payload": json.loads(body) if body else None}
    except ValueError:
        return {"head": head, "payload": body}
