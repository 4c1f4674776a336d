"""A resource whose page would be too long, on several pages: its own lists its parts, and the others hold them.

A part keeps its id on the resource's page, so that all links to it go on working; from there its entry leads on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from api_upgrades.openapi.contract import Part
from api_upgrades.site.pages.limits import LONG_PAGE, pieces


@dataclass(frozen=True)
class Leaf:
    """One of the pages of a resource: parts of one kind, by its title. `name` is its slug beside the resource's."""

    kind: str
    title: str
    name: str
    parts: tuple[Part, ...]


def leaves(groups: Mapping[str, Sequence[Part]], sizes: Mapping[Part, int]) -> tuple[Leaf, ...]:
    """The pages of a resource by the titles of its kinds, `objects` and `objects.2`; none where one page holds all."""
    return tuple(_leaves(groups, sizes)) if sum(sizes.values()) > LONG_PAGE else ()


def _leaves(groups: Mapping[str, Sequence[Part]], sizes: Mapping[Part, int]) -> Iterator[Leaf]:
    for title, parts in groups.items():
        found = pieces((part, sizes[part]) for part in parts)
        for number, piece in enumerate(found, start=1):
            counted = f", {number} of {len(found)}" if len(found) > 1 else ""
            name = title.lower() if number == 1 else f"{title.lower()}.{number}"
            yield Leaf(title, f"{title}{counted}", name, tuple(piece))


_OWN_LINK = re.compile(r'((?:href="|\]\())#([^")]+)(["\)])')


def relinked(section: str, elsewhere: Mapping[str, str]) -> str:
    """A section with its links to parts of the same resource led to the pages that hold them, by their ids."""
    return _OWN_LINK.sub(lambda link: f"{link[1]}{elsewhere.get(link[2], '')}#{link[2]}{link[3]}", section)
