"""Resources: what pages and filters group by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.locate import webhook_method
from api_upgrades.openapi.usage import Usage

LONGEST_SLUG = 80
"""A file system refuses names of more than 255 bytes."""


@dataclass(frozen=True)
class Resource:
    """A group of parts under one name. `slug` is its name in addresses, unique in its contract, whatever the case."""

    name: str
    slug: str
    description: str
    parts: tuple[Part, ...]

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == kind)


def resources(usage: Usage) -> tuple[Resource, ...]:
    """The resources of a contract, in the order of the document's tags, then of their first operation.

    An operation belongs to its first tag, else to the first segment of its path; a webhook to its tag, else to the
    first word of its name; a schema to the resource whose operations reach it first, in the order of the document.
    Schemas that nothing reaches come last, as "Other objects".
    """
    contract = usage.contract
    grouped: dict[str, dict[Part, None]] = {tag["name"]: {} for tag in contract.document.get("tags", ())}
    roots: list[tuple[str, Part]] = []
    for part in (*contract.of_kind("operation"), *contract.of_kind("webhook")):
        name = resource_name(part, contract.parts[part])
        roots.append((name, part))
        grouped.setdefault(name, {})[part] = None
    owner = _owners(usage, roots)
    for part in contract.of_kind("schema"):
        grouped.setdefault(owner.get(part, "Other objects"), {})[part] = None
    slugs = slugs_of([name for name, parts in grouped.items() if parts])
    described = {tag["name"]: tag.get("description") or "" for tag in contract.document.get("tags", ())}
    return tuple(
        Resource(name, slugs[name], described.get(name, ""), tuple(parts)) for name, parts in grouped.items() if parts
    )


def resource_name(part: Part, value: JsonObject) -> str:
    """What an operation or webhook is grouped under."""
    operation = value.get(webhook_method(value), {}) if part.kind == "webhook" else value
    if operation.get("tags"):
        return str(operation["tags"][0])
    if part.kind == "webhook":
        return re.split(r"[^A-Za-z0-9]", part.name)[0].capitalize() or part.name
    return part.path.strip("/").partition("/")[0] or "API"


def _owners(usage: Usage, roots: list[tuple[str, Part]]) -> Mapping[Part, str]:
    """For each schema the resource of the first operation, in document order, that reaches it."""
    owner: dict[Part, str] = {}
    for name, root in roots:
        for part in usage.closure(root)[1:]:
            owner.setdefault(part, name)
    return owner


def slugs_of(names: Iterable[str]) -> dict[str, str]:
    """Each name as it stands in an address, no two alike, whatever the case."""
    slugs: dict[str, str] = {}
    for name in names:
        base = re.sub(r"[^a-z0-9]+", "-", name.lower())[:LONGEST_SLUG].strip("-") or "resource"
        slug, count = base, 2
        while slug in slugs.values():
            slug, count = f"{base}-{count}", count + 1
        slugs[name] = slug
    return slugs
