"""Resources: the topics by which pages and filters group parts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.locate import webhook_operation
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.usage import Usage

MAX_SLUG_LENGTH = 80
"""In characters. File systems limit names to 255 bytes."""

_NO_RESOURCE = re.compile(r"api|v?\d+([._-]\d+)*((alpha|beta|preview|rc)\d*)?", re.IGNORECASE)
"""Matches path segments that name no resource: `api`, and versions such as `v1`, `1.1`, `v2beta1` and `2024-01-31`."""


@dataclass(frozen=True)
class Resource:
    """A group of parts. `slug` is its name in addresses, unique in its contract, ignoring case.

    `title` is the summary of its tag, or its name. `parent` is the title of the tag that its tag is nested under.
    """

    name: str
    slug: str
    description: str
    parts: tuple[Part, ...]
    title: str
    parent: str = ""

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == kind)


def group_into_resources(usage: Usage, prefix: tuple[str, ...] | None = None) -> tuple[Resource, ...]:
    """The resources of a contract, in the order of the document's tags, then of their first operation.

    Nested tags follow the tag that they are nested under. An operation belongs to its first tag that is no badge, or
    else to the first segment of its path that names a resource. A webhook belongs to its tag, or else to the first word
    of its name. A schema belongs to the resource after which it is named, such as `TicketList` to Tickets, if that uses
    it, or else to the resource of the first operation, in the order of the document, that does.
    Unused schemas come last, as "Other objects".

    `prefix` are the segments with which all paths begin, by default those of this contract.
    """
    contract = usage.contract
    prefix = find_shared_prefix(contract.parts) if prefix is None else prefix
    tags = {tag["name"]: tag for tag in contract.document.get("tags", ()) if "name" in tag}
    badges = badge_names(contract.document)
    grouped: dict[str, dict[Part, None]] = {name: {} for name in _in_tree_order(tags)}
    roots: list[tuple[str, Part]] = []
    for part in (*contract.of_kind("operation"), *contract.of_kind("webhook")):
        name = resource_name(part, contract.parts[part], badges, prefix)
        roots.append((name, part))
        grouped.setdefault(name, {})[part] = None
    owner = _assign_schemas(usage, roots)
    for part in contract.of_kind("schema"):
        grouped.setdefault(owner.get(part, "Other objects"), {})[part] = None
    slugs = unique_slugs([name for name, parts in grouped.items() if parts])
    return tuple(_make_resource(name, slugs[name], tuple(parts), tags) for name, parts in grouped.items() if parts)


def _make_resource(name: str, slug: str, parts: tuple[Part, ...], tags: Mapping[str, JsonObject]) -> Resource:
    tag = tags.get(name, {})
    parent = _text_at(tag, "parent")
    parent_title = _text_at(tags.get(parent, {}), "summary") or parent
    return Resource(name, slug, tag.get("description") or "", parts, _text_at(tag, "summary") or name, parent_title)


def _text_at(tag: JsonObject, key: str) -> str:
    """The text at a key that OpenAPI 3.2 adds; empty if an older document has something else there."""
    value = tag.get(key)
    return value if isinstance(value, str) else ""


def _in_tree_order(tags: Mapping[str, JsonObject]) -> list[str]:
    """The names of tags in the order of the document, but each followed by the tags that are nested under it."""
    children: dict[str, list[str]] = {}
    for name, tag in tags.items():
        if (parent := _text_at(tag, "parent")) in tags:
            children.setdefault(parent, []).append(name)
    nested = {name for names in children.values() for name in names}
    found: dict[str, None] = {}
    waiting = [*reversed(list(tags)), *reversed([name for name in tags if name not in nested])]
    while waiting:
        name = waiting.pop()
        if name not in found:  # tags in a circle are reached last
            found[name] = None
            waiting += reversed(children.get(name, []))
    return list(found)


def badge_names(document: JsonObject) -> frozenset[str]:
    """The names of the tags that only label operations, and group none."""
    return frozenset(tag["name"] for tag in document.get("tags", ()) if tag.get("kind") == "badge")


def resource_name(part: Part, value: JsonObject, badges: Collection[str] = (), prefix: tuple[str, ...] = ()) -> str:
    """The resource of an operation or a webhook. `prefix` are the segments with which all paths begin."""
    operation = webhook_operation(value) if part.kind == "webhook" else value
    if tags := operation.get("tags"):
        return str(next((tag for tag in tags if tag not in badges), tags[0]))
    if part.kind == "webhook":
        return re.split(r"[^A-Za-z0-9]", part.name)[0].capitalize() or part.name
    segments = _named_segments(part.path)
    own = segments[len(prefix) :] if segments[: len(prefix)] == prefix else segments
    return next((one for one in own if not _NO_RESOURCE.fullmatch(one)), "API")


def find_shared_prefix(parts: Iterable[Part]) -> tuple[str, ...]:
    """The segments with which the paths of all operations begin, without parameters: `("platform",)`.

    They don't tell operations apart, so they name no resource. But every path keeps its last segment.
    """
    paths = {_named_segments(part.path) for part in parts if part.kind == "operation"}
    if len(paths) < 2:
        return ()
    holders = [path[:-1] for path in paths]
    # What the first and the last in alphabetical order share, all between them share too.
    pairs = zip(min(holders), max(holders), strict=False)
    return tuple(segment for segment, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _named_segments(path: str) -> tuple[str, ...]:
    """The segments of a path, without parameters."""
    return tuple(segment for segment in path.split("/") if segment and "{" not in segment)


def _assign_schemas(usage: Usage, roots: list[tuple[str, Part]]) -> Mapping[Part, str]:
    """The resource of each schema: of those that use it, that whose name it begins with, or else the first one."""
    users: dict[Part, dict[str, None]] = {}
    for name, root in roots:
        for part in usage.closure(root)[1:]:
            users.setdefault(part, {})[name] = None
    return {part: _own_resource(_stem(part.name), list(names)) for part, names in users.items()}


def _own_resource(stem: str, names: list[str]) -> str:
    """The resource with the longest name with which that of a schema begins, or else the first one."""
    alike = [name for name in names if stem.startswith(_stem(name))]
    return max(alike, key=lambda name: len(_stem(name)), default=names[0])


def _stem(name: str) -> str:
    """A name without case, signs and the ending of a plural: `ticket` for `Tickets`."""
    letters = re.sub(r"[^a-z0-9]+", "", name.lower())
    return f"{letters[:-3]}y" if letters.endswith("ies") else letters.removesuffix("s") or name


def unique_slugs(names: Iterable[str]) -> dict[str, str]:
    """A slug for each name, for use in addresses. All are distinct, ignoring case."""
    slugs: dict[str, str] = {}
    for name in names:
        base = re.sub(r"[^a-z0-9]+", "-", name.lower())[:MAX_SLUG_LENGTH].strip("-") or "resource"
        slug, count = base, 2
        while slug in slugs.values():
            slug, count = f"{base}-{count}", count + 1
        slugs[name] = slug
    return slugs
