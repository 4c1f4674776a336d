"""Touches: which facets of which places an effect changes."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from api_upgrades.openapi.target import Target

Facet: TypeAlias = str
"""The aspect of a place that changes: `existence`, `required`, `nullable`, `type`, `enum`, or a JSON Schema keyword."""


EXISTENCE: Facet = "existence"
"""The whole place, with everything inside it."""


NAME: Facet = "name"
"""The name or the position of the place; what is inside it does not change."""


class Touch(NamedTuple):
    """One facet of one place that an effect changes.

    `target` is the place by its name after the effect or, if the effect removes the place, by its name before.
    """

    target: Target
    facet: Facet

    def conflicts_with(self, other: Touch) -> bool:
        """Whether the order of two touches can matter.

        It can if they change the same facet of a place, or if one place is inside another that appears or disappears.
        """
        if self.facet in (EXISTENCE, NAME) and other.target.within(self.target):
            return True
        if other.facet in (EXISTENCE, NAME) and self.target.within(other.target):
            return True
        return self == other or self._replaces_items_of(other) or other._replaces_items_of(self)

    def _replaces_items_of(self, other: Touch) -> bool:
        """Whether this is about the items of a list whose enum, which is theirs, the other touch changes."""
        return self.facet in (EXISTENCE, NAME) and other.facet == "enum" and self.target.enclosing_list == other.target

    def explains(self, target: Target, facet: Facet) -> bool:
        """Whether the effect explains a difference in a facet of a place."""
        if self.facet == EXISTENCE and self.target.part is None:  # any operation may use what is shared
            return target.part is None or target.part.kind != "schema"
        if self.facet == EXISTENCE:
            # Enum values of a list's items are reported at the list.
            return target.within(self.target) or (facet == "enum" and target == self.target.enclosing_list)
        # A place that moved out of an added one, or into one removed later, is reported as added or removed.
        return self.target == target and (facet == self.facet or (self.facet, facet) == (NAME, EXISTENCE))
