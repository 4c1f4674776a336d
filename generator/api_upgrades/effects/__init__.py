"""The kinds of effects: one class a kind, one module a target.

A class's fields are the YAML of its kind, `revert` is its meaning, `headline` its wording, `touches` what it may
alter. Adding a kind is one class in a module named here, and one case file under `tests/effects/`.
"""

from __future__ import annotations

import inspect

from api_upgrades.effects import (
    component,
    enum,
    operation,
    parameter,
    property,
    prose,
    reorder,
    replace,
    schema,
    value,
    webhook,
)
from api_upgrades.effects.base import EXISTENCE, NAME, Effect, Override, TargetedEffect, Touch
from api_upgrades.openapi.renames import Move

_MODULES = (property, value, enum, schema, operation, parameter, webhook, component, prose, reorder, replace)

KINDS: dict[str, type[Effect]] = {
    str(found.model_fields["kind"].default): found
    for module in _MODULES
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Effect) and found.__module__ == module.__name__
    if not inspect.isabstract(found)
}
"""Every kind by its name, in the order in which the documentation lists them."""

__all__ = ["EXISTENCE", "KINDS", "NAME", "Effect", "Move", "Override", "TargetedEffect", "Touch"]
