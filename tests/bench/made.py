"""Registries made to measure: so many versions, parts and changes, all else as a team would write it.

Changes go round the resources and round the kinds below; those of one version alter different places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.bench.files import write
from tests.bench.models import COMMON, Order, assembly, module

PARTS_OF_A_RESOURCE = 10


@dataclass(frozen=True)
class Made:
    """What to make: `changes` in all, which fall on the first `hot` resources."""

    versions: int
    parts: int
    changes: int
    hot: int

    @classmethod
    def of(cls, versions: int, parts: int, changes: int | None = None) -> Made:
        """Two changes a version, unless said otherwise, on all resources."""
        return cls(versions, parts, 2 * (versions - 1) if changes is None else changes, parts // PARTS_OF_A_RESOURCE)

    @property
    def ids(self) -> list[str]:
        """The versions, oldest first."""
        return [str(date(2010, 1, 1) + timedelta(weeks=number)) for number in range(self.versions)]


Written = tuple[str, dict[str, Any]]
"""The title of a change, and its effect."""


def rename(order: Order, change: int) -> Written:
    old, new = f"label_{order.label}", f"label_{order.label + 1}"
    order.label += 1
    targets = [order.name, f"{order.name}Create", f"{order.name}Update"]
    return f"`{old}` is now `{new}` on orders", {"kind": "rename_property", "target": targets, "old": old, "new": new}


def add(order: Order, change: int) -> Written:
    order.notes.append(f"note_{change}")
    targets = [f"{order.name}.note_{change}", f"{order.name}Create.note_{change}"]
    return f"Orders have a `note_{change}`", {"kind": "add_property", "target": targets}


def add_value(order: Order, change: int) -> Written:
    order.states.append(f"STATE_{change}")
    effect = {"kind": "add_enum_value", "target": f"{order.name}.status", "value": f"STATE_{change}"}
    return f"Orders may have the status `STATE_{change}`", effect


def constrain(order: Order, change: int) -> Written:
    order.length += 10
    target = f"{order.name}Create.reference"
    effect = {"kind": "change_constraint", "target": target, "keyword": "maxLength", "was": order.length - 10}
    return f"The `reference` of an order may have {order.length} characters", effect


def remove(order: Order, change: int) -> Written:
    was = {"type": "string", "description": "What nobody used any more.", "examples": ["spring"]}
    target = f"{order.name}Update.gone_{change}"
    return f"`gone_{change}` is gone from orders", {"kind": "remove_property", "target": target, "was": was}


def add_filter(order: Order, change: int) -> Written:
    order.filters.append(f"filter_{change}")
    target = f"GET /orders{order.number} query filter_{change}"
    return f"Orders can be listed by `filter_{change}`", {"kind": "add_parameter", "target": target}


def add_below(order: Order, change: int) -> Written:
    order.sizes.append(f"size_{change}")
    effect = {"kind": "add_property", "target": f"{order.name}Line.size_{change}"}
    return f"The lines of an order have a `size_{change}`", effect


KINDS: tuple[Callable[[Order, int], Written], ...] = (rename, add, add_value, constrain, remove, add_filter, add_below)


def make(root: Path, made: Made) -> None:
    """Write the project, without locks."""
    orders = [Order(number) for number in range(made.parts // PARTS_OF_A_RESOURCE)]
    of_version: dict[int, list[int]] = {}
    for change in range(made.changes):
        of_version.setdefault(1 + change * (made.versions - 1) // made.changes, []).append(change)
    for number, id in enumerate(made.ids):
        folder = root / "changes" / id
        changes = of_version.get(number, [])
        _write(folder / "version.yaml", {"summary": f"The version number {number}, with {len(changes)} changes."})
        for change in changes:
            title, effect = KINDS[(change // made.hot + change) % len(KINDS)](orders[change % made.hot], change)
            why = f"It was asked for {change} times."
            text = {"title": title, "why": why, "upgrade": "Use it as it is now.", "effects": [effect]}
            _write(folder / f"change-{change}.yaml", text)
    source = root / "changes" / "api"
    write(source / "common.py", COMMON)
    write(source / "__init__.py", assembly(orders))
    for order in orders:
        write(source / f"orders{order.number}.py", module(order))


def _write(file: Path, content: dict[str, Any]) -> None:
    write(file, yaml.safe_dump(content, sort_keys=False))
