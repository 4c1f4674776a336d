"""Touches: the places and facets that an effect alters."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from api_upgrades.openapi.target import Target

Facet: TypeAlias = str
"""What of a place is altered: `existence`, `required`, `nullable`, `type`, `enum`, or a JSON Schema keyword."""


EXISTENCE: Facet = "existence"
"""The place as a whole, with all that is inside it."""


NAME: Facet = "name"
"""What the place is called, or where it stands; what is inside it stays as it is."""


class Touch(NamedTuple):
    """One place that an effect alters, under the name it has just after the effect (just before it, if removed)."""

    target: Target
    facet: Facet

    def conflicts(self, other: Touch) -> bool:
        """Whether the order of the two could matter: the same facet of a place, or a place inside a new or old one."""
        if self.facet in (EXISTENCE, NAME) and other.target.within(self.target):
            return True
        if other.facet in (EXISTENCE, NAME) and self.target.within(other.target):
            return True
        return self == other

    def predicts(self, target: Target, facet: Facet) -> bool:
        """Whether a difference in a facet of a place is what this effect does."""
        if self.facet == EXISTENCE and self.target.part is None:  # what is shared may be part of any operation
            return target.part is None or target.part.kind != "schema"
        if self.facet == EXISTENCE:
            # The values of a list's items are told of as the list's.
            return target.within(self.target) or (facet == "enum" and target == self.target.of_list)
        # What moved out of something new, or into what went later, is found as added or removed.
        return self.target == target and (facet == self.facet or (self.facet, facet) == (NAME, EXISTENCE))
