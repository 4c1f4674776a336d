"""The page about what is deprecated now, what replaces it, and until when each version is supported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from api_upgrades.core.json import Json, JsonObject
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.operation import operation_object, parameters, request_body, responses
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.properties import properties
from api_upgrades.openapi.target import Target
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.limits import MAX_DEPRECATIONS, MAX_UNFOLDED_ITEMS
from api_upgrades.site.pages.page import Heading, Page, SearchSection, build_search_text
from api_upgrades.site.pages.rules import versioning_nav
from api_upgrades.site.pages.site import PartLink, Site, format_count
from api_upgrades.site.pages.support import support_timeline

TITLE = "Deprecations and support"

MAX_DEPTH = 8
"""The depth to which inline objects are searched, as in the reference."""


@dataclass(frozen=True)
class Place:
    """A deprecated place, with the link to its part."""

    target: Target
    link: PartLink

    @property
    def part(self) -> Part:
        return self.link.part

    @property
    def within(self) -> str:
        """The place inside its part, as in targets: `query email`, or empty for the part itself."""
        return str(self.target).removeprefix(str(Target(self.part))).strip()


@dataclass(frozen=True)
class Deprecation:
    """Deprecated places that have the same name, replacement and dates.

    `since` is the version or the date of the deprecation, with its address; None if the first version had it already.
    `until` is the sunset date. `users` are the operations and webhooks that contain one of the places.
    """

    places: tuple[Place, ...]
    replaced_by: str | None
    since: tuple[str, str] | None
    until: str | None
    users: tuple[PartLink, ...]

    @property
    def user_counts(self) -> str:
        """`4 operations, 1 webhook`, or empty."""
        counts = Counter(user.part.kind for user in self.users)
        return ", ".join(format_count(counts[kind], kind) for kind in ("operation", "webhook") if counts[kind])


@dataclass(frozen=True)
class DeprecationGroup:
    """The deprecations in one resource."""

    resource: str
    deprecations: tuple[Deprecation, ...]


def deprecation_page(site: Site) -> Page:
    """The page `/deprecations/`."""
    path = site.addresses.deprecations
    groups = tuple(_groups(site))
    count = sum(len(one.places) for group in groups for one in group.deprecations)
    rows = sum(len(group.deprecations) for group in groups)
    listed = tuple(_limit(groups, MAX_DEPRECATIONS))
    view = {
        "groups": listed,
        "rows": rows,
        "unlisted": rows - sum(len(group.deprecations) for group in listed),
        "summary": _summary(site, count),
        "has_filter": rows > MAX_UNFOLDED_ITEMS,
        "timeline": support_timeline(site.released_versions),
    }
    names = tuple(str(place.target) for group in listed for one in group.deprecations for place in one.places)
    return Page(
        path,
        TITLE,
        f"What is deprecated in the {site.title}, what replaces it, and the end dates of versions.",
        partial(site.render_html, "deprecations", path, **view),
        site.markdown_renderer("deprecations", path, **view),
        (
            *((Heading("deprecated-now", "Deprecated now"),) if groups else ()),
            Heading("supported-versions", "Supported versions"),
        ),
        build_search_text(TITLE, _summary(site, count), _search_sections(names)),
        section=site.addresses.versioning,
        siblings=versioning_nav(site),
    )


def _search_sections(names: Sequence[str]) -> Iterator[SearchSection]:
    """Make deprecated places searchable by their names."""
    if names:
        yield SearchSection("deprecated-now", "Deprecated now", ", ".join(names))


def _summary(site: Site, count: int) -> str:
    """How many parts are deprecated, and how many versions have an end date, in two sentences."""
    latest, versions = site.history.latest.id, site.released_versions
    ending = sum(version.sunset is not None for version in versions)
    deprecated = f"{format_count(count, 'part')} of the API {'is' if count == 1 else 'are'}" if count else "Nothing is"
    of = f"of the {len(versions)} versions" if len(versions) > 1 else "version"
    ends = f"{ending or ('None' if len(versions) > 1 else 'No')} {of} {'has' if ending < 2 else 'have'}"
    return f"{deprecated} deprecated as of {latest}. {ends} an end date."


_Key = tuple[str, str, str | None, tuple[str, str] | None, str | None]
"""What places that are listed together have in common: resource, name, replacement, `since` and `until`."""


def _groups(site: Site) -> Iterator[DeprecationGroup]:
    """Yield the deprecations of the latest version by resource, in the order of the reference."""
    version = site.history.latest.id
    contract = site.history.contract_at(version)
    found: dict[_Key, list[tuple[Target, PartLink]]] = {}
    for part in contract.parts:
        resource = site.resource_of(part, version)
        if resource is None:
            continue
        for target, value in find_deprecated(contract, part):
            since = _since(site, target, version)
            until, replaced_by = schemas.get(value, "x-sunset"), schemas.get(value, "x-replaced-by")
            name = target.name if target != Target(part) else str(part)  # whole parts are listed alone
            key = (resource.name, name, _text(replaced_by), since, _text(until))
            found.setdefault(key, []).append((target, site.part_link(part, version)))
    by_resource: dict[str, list[Deprecation]] = {one.name: [] for one in site.resources(version)}
    for (resource_name, _, replaced_by, since, until), targets in found.items():
        places = tuple(Place(target, link) for target, link in targets)
        users = tuple(_users(site, (place.part for place in places), version))
        by_resource[resource_name].append(Deprecation(places, replaced_by, since, until, users))
    for name, deprecations in by_resource.items():
        if deprecations:
            yield DeprecationGroup(name, tuple(deprecations))


def _text(value: Json) -> str | None:
    """The text of an extension; None without one."""
    return schemas.as_text(value) if value else None


def _limit(groups: Sequence[DeprecationGroup], count: int) -> Iterator[DeprecationGroup]:
    """Yield groups with at most `count` deprecations altogether."""
    for group in groups:
        listed = group.deprecations[:count]
        count -= len(listed)
        if listed:
            yield DeprecationGroup(group.resource, listed)


def find_deprecated(contract: Contract, part: Part) -> Iterator[tuple[Target, JsonObject]]:
    """Yield the deprecated places of a part itself, each with its schema, operation or webhook."""
    target = Target(part)
    if part.kind == "schema":
        yield from _in_schema(contract.parts[part], target)
        return
    operation = operation_object(contract, part)
    if operation.get("deprecated") is True:
        yield target, operation
    for one in parameters(contract, part):
        yield from _in_schema(one.schema, Target(part, f"{one.location} {one.name}"))
    if body := request_body(contract, part):
        yield from _in_schema(body.schema, Target(part, "payload" if part.kind == "webhook" else "request"))
    for response in responses(contract, part):
        if response.body:
            yield from _in_schema(response.body.schema, Target(part, f"response {response.status}"))


def _in_schema(schema: JsonObject, target: Target, depth: int = 0) -> Iterator[tuple[Target, JsonObject]]:
    """Yield a place if it is deprecated, then its deprecated properties. Referenced schemas are parts of their own."""
    if schemas.get(schema, "deprecated") is True:
        yield target, schema
    if depth == MAX_DEPTH:
        return
    value = schemas.value_schema(schema)
    for name, one in properties(value).items():
        if isinstance(one.schema, dict):
            yield from _in_schema(one.schema, target.property(name), depth + 1)
    if isinstance(value.get("items"), dict):
        yield from _in_schema(value["items"], target.child("[]"), depth + 1)


def _since(site: Site, target: Target, version: str) -> tuple[str, str] | None:
    """The version or date that deprecated a place, or that added it as deprecated, with the address of the change."""
    for place in dict.fromkeys((target, Target(target.part))):
        for event in site.timeline.events_of(place, version):
            is_deprecation = place == target and event.finding.facet == "deprecated" and event.finding.after
            is_introduction = event.finding.facet == "existence" and event.finding.before is None
            if is_deprecation or is_introduction:
                return _event_link(site.addresses, event.version, event.date, event.change.change.id)
    return None


def _event_link(addresses: Addresses, version: str, date: str | None, change: str) -> tuple[str, str]:
    return (date, addresses.addition(change)) if date else (version, addresses.change(version, change))


def _users(site: Site, parts: Iterable[Part], version: str) -> Iterator[PartLink]:
    """Yield the operations and webhooks that contain one of some schemas."""
    usage = site.history.usage_at(version)
    schemas_among = dict.fromkeys(part for part in parts if part.kind == "schema")
    for user in dict.fromkeys(user for part in schemas_among for user in usage.affected_by_part(part)):
        if user.kind != "schema" and site.resource_of(user, version):
            yield site.part_link(user, version)
