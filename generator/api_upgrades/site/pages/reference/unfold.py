"""Objects that unfold in place: the properties of a referenced object, below the property that refers to it.

They are brief: without history, links and ids, which the object's own section has. So the HTML of an object is the same
wherever it unfolds, and is rendered once for each revision. Its length is limited, because an object may be referenced
from everywhere, and refer to everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from api_upgrades.openapi.part import Part
from api_upgrades.openapi.target import Target
from api_upgrades.site.pages.limits import MAX_UNFOLD_DEPTH, MAX_UNFOLDED_BYTES, SECTION_UNFOLDED_BYTES
from api_upgrades.site.pages.reference.properties import PropertyRow, PropertyTable
from api_upgrades.site.pages.site import Site


class Unfolded(NamedTuple):
    """The properties of an object as HTML. `size` is the number of those that are not nested."""

    part: Part
    size: int
    html: Markup


class UnfoldedObjects:
    """The unfolded objects of a site, each rendered once for each revision and depth."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cache: dict[tuple[Part, str, int], Unfolded | None] = {}

    def get(self, version: str, part: Part, depth: int = 1) -> Unfolded | None:
        """The properties of an object; None if it has none, or too many."""
        revision = self._site.history.revisions[version].get(part)
        if revision is None or depth > MAX_UNFOLD_DEPTH:
            return None  # the reference is broken, or inside too many others
        key = (part, revision, depth)
        if key not in self._cache:
            self._cache[key] = self._render(version, part, depth)
        return self._cache[key]

    def _render(self, version: str, part: Part, depth: int) -> Unfolded | None:
        contract = self._site.history.contract_at(version)
        rows = PropertyTable(contract, version, None).rows(contract.parts[part], Target(part))
        if not rows:
            return None
        unfold = Unfolder(self, version, part, depth + 1, MAX_UNFOLDED_BYTES // 2)
        html = self._site.render_html("unfolded", "", rows=rows, unfold=unfold)
        if len(html) > MAX_UNFOLDED_BYTES:
            return None
        return Unfolded(part, sum(not row.depth for row in rows), Markup(html))


@dataclass
class Unfolder:
    """Unfolds the objects in the rows of one `owner` until `budget` bytes are used up."""

    objects: UnfoldedObjects
    version: str
    owner: Part
    depth: int = 1
    budget: int = SECTION_UNFOLDED_BYTES

    def __call__(self, row: PropertyRow) -> Unfolded | None:
        part = row.object
        if part is None or part == self.owner:
            return None
        found = self.objects.get(self.version, part, self.depth)
        if found is None or len(found.html) > self.budget:
            return None
        self.budget -= len(found.html)
        return found
