"""The kinds of effects: one class for each kind, in a module for each sort of target.

A class says everything about its kind: its fields define the YAML, `revert` says what the effect means, `headline`
puts it into words, and `touches` lists what may differ. To add a kind, add one class to a module
listed here and one case file to `tests/effects/`. May import: `compare` and everything below it.
"""

from __future__ import annotations

from api_upgrades.effects import (
    annotation,
    component,
    enum,
    items,
    operation,
    parameter,
    property,
    reorder,
    replace,
    reshape,
    schema,
    value,
    webhook,
)
from api_upgrades.effects.base import Effect, Override, TargetedEffect
from api_upgrades.effects.touch import EXISTENCE, NAME, Touch
from api_upgrades.openapi.renames import Move

_GROUPS = {
    property: "Properties",
    reshape: "Reshaped properties",
    value: "Values",
    enum: "Enums",
    schema: "Schemas",
    operation: "Operations",
    parameter: "Parameters",
    webhook: "Webhooks",
    component: "Components",
    items: "Lists",
    annotation: "Non-structural",
    reorder: "Order",
    replace: "Last resort",
}
"""The modules of the kinds, in the order of the documentation, with the title of each."""

KINDS: dict[str, type[Effect]] = {
    str(found.model_fields["kind"].default): found
    for module in _GROUPS
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Effect) and found.__module__ == module.__name__
    if not found.model_fields["kind"].is_required()
}
"""Every kind by its name, in the order in which the documentation lists them."""

GROUP_TITLES: dict[str, str] = {module.__name__.rpartition(".")[2]: title for module, title in _GROUPS.items()}
"""The titles of the groups of kinds, by the name of their module."""

__all__ = ["EXISTENCE", "GROUP_TITLES", "KINDS", "NAME", "Effect", "Move", "Override", "TargetedEffect", "Touch"]
