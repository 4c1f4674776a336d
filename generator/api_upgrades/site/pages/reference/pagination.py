"""Splits the page of a large resource into subpages: the resource's page lists its parts, the subpages show them.

Each part keeps its id on the resource's page, so that links to it keep working. Its entry there links to the subpage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api_upgrades.openapi.part import Part
from api_upgrades.site.pages.limits import MAX_PAGE_BYTES, split_by_size


@dataclass(frozen=True)
class Subpage:
    """A page with some parts of a resource, all of one kind. `kind` is the title of that kind: "Objects".

    `name` completes the resource's slug in the address: `objects`, `objects.2`.
    """

    kind: str
    title: str
    name: str
    parts: tuple[Part, ...]


def split_resource(groups: Mapping[str, Sequence[Part]], sizes: Mapping[Part, int]) -> tuple[Subpage, ...]:
    """Split a resource into subpages; empty if its sections fit on one page.

    `groups` are the parts by the title of their kind, `sizes` the bytes of each part's section.
    """
    return tuple(_split_resource(groups, sizes)) if sum(sizes.values()) > MAX_PAGE_BYTES else ()


def _split_resource(groups: Mapping[str, Sequence[Part]], sizes: Mapping[Part, int]) -> Iterator[Subpage]:
    for title, parts in groups.items():
        chunks = split_by_size((part, sizes[part]) for part in parts)
        for number, chunk in enumerate(chunks, start=1):
            position = f", {number} of {len(chunks)}" if len(chunks) > 1 else ""
            name = title.lower() if number == 1 else f"{title.lower()}.{number}"
            yield Subpage(title, f"{title}{position}", name, tuple(chunk))


_FRAGMENT_LINK = re.compile(r'((?:href="|\]\())#([^")]+)(["\)])')


def relink(section: str, addresses: Mapping[str, str]) -> str:
    """Direct the fragment links of a section to the pages that hold their targets. `addresses` maps ids to pages."""
    return _FRAGMENT_LINK.sub(lambda link: f"{link[1]}{addresses.get(link[2], '')}#{link[2]}{link[3]}", section)
