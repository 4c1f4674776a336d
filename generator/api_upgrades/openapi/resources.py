"""Resources: the topics by which pages and filters group parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api_upgrades.core.json import JsonObject
from api_upgrades.openapi.contract import Part
from api_upgrades.openapi.locate import webhook_method
from api_upgrades.openapi.usage import Usage

MAX_SLUG_LENGTH = 80
"""In characters. File systems limit names to 255 bytes."""


@dataclass(frozen=True)
class Resource:
    """A group of parts. `slug` is its name in addresses, unique in its contract, ignoring case."""

    name: str
    slug: str
    description: str
    parts: tuple[Part, ...]

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == kind)


def group_into_resources(usage: Usage) -> tuple[Resource, ...]:
    """The resources of a contract, in the order of the document's tags, then of their first operation.

    An operation belongs to its first tag, or else to the first segment of its path. A webhook belongs to its tag, or
    else to the first word of its name. A schema belongs to the resource of the first operation, in the order of the
    document, that uses it. Unused schemas come last, as "Other objects".
    """
    contract = usage.contract
    tags = [tag for tag in contract.document.get("tags", ()) if "name" in tag]
    grouped: dict[str, dict[Part, None]] = {tag["name"]: {} for tag in tags}
    roots: list[tuple[str, Part]] = []
    for part in (*contract.of_kind("operation"), *contract.of_kind("webhook")):
        name = resource_name(part, contract.parts[part])
        roots.append((name, part))
        grouped.setdefault(name, {})[part] = None
    owner = _assign_schemas(usage, roots)
    for part in contract.of_kind("schema"):
        grouped.setdefault(owner.get(part, "Other objects"), {})[part] = None
    slugs = unique_slugs([name for name, parts in grouped.items() if parts])
    described = {tag["name"]: tag.get("description") or "" for tag in tags}
    return tuple(
        Resource(name, slugs[name], described.get(name, ""), tuple(parts)) for name, parts in grouped.items() if parts
    )


def resource_name(part: Part, value: JsonObject) -> str:
    """The resource of an operation or a webhook."""
    operation = value.get(webhook_method(value), {}) if part.kind == "webhook" else value
    if operation.get("tags"):
        return str(operation["tags"][0])
    if part.kind == "webhook":
        return re.split(r"[^A-Za-z0-9]", part.name)[0].capitalize() or part.name
    return part.path.strip("/").partition("/")[0] or "API"


def _assign_schemas(usage: Usage, roots: list[tuple[str, Part]]) -> Mapping[Part, str]:
    """The resource of each schema: that of the first operation, in document order, that uses it."""
    owner: dict[Part, str] = {}
    for name, root in roots:
        for part in usage.closure(root)[1:]:
            owner.setdefault(part, name)
    return owner


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
