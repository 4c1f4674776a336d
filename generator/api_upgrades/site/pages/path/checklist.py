"""The length of what the pages of an upgrade path hold, in pixels at desktop width; a long list of steps is folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from api_upgrades.history.upgrade_path import PathPart
from api_upgrades.site.pages.limits import MAX_FOLDED_STEPS, MAX_STEPS_HEIGHT
from api_upgrades.site.pages.path.items import ItemGroup, ItemView, group_items
from api_upgrades.site.pages.path.view import split_places
from api_upgrades.site.text.summary import brief_summary

LINE, ITEM_HEIGHT, ITEM_CHARACTERS = 20, 60, 100
"""The height of a line and of a step's frame and title, and the characters in a line of what to do."""

PART_HEIGHT, ROW_HEIGHT, ROW_CHARACTERS, NAME_CHARACTERS = 60, 14, 60, 26
"""The height of the head of a part and of the frame of a row, and the characters in a line of its cells."""


class Checklist(NamedTuple):
    """The steps of a severity: those that are shown, those that are folded without mini diff, and how many are left."""

    group: ItemGroup
    shown: Sequence[ItemView]
    folded: Sequence[ItemView]
    left: int


def make_checklists(items: Sequence[ItemView]) -> tuple[Checklist, ...]:
    """The steps by severity, the most severe first. Those without effect are always folded."""
    room, folds = MAX_STEPS_HEIGHT, MAX_FOLDED_STEPS
    found: list[Checklist] = []
    for group in group_items(items):
        shown: list[ItemView] = []
        for item in () if group.severity == "neutral" else group.items:
            room -= _estimate_item(item)
            if room < 0:
                break
            shown.append(item)
        folded = group.items[len(shown) :][: max(folds, 0)]
        folds -= len(folded)
        found.append(Checklist(group, shown, folded, len(group.items) - len(shown) - len(folded)))
    return tuple(found)


def _estimate_item(item: ItemView) -> int:
    lines = len(item.upgrade or "") / ITEM_CHARACTERS + sum(len(one.lines) + 1.5 for one in item.excerpts)
    return ITEM_HEIGHT + round(LINE * (lines + len(item.merged)))


def estimate_part(part: PathPart) -> int:
    """About how high the differences of a part are."""
    shown, _ = split_places(part)
    rows = (max(len(brief_summary(one.summary)) / ROW_CHARACTERS, len(one.name) / NAME_CHARACTERS) for one in shown)
    return PART_HEIGHT + sum(ROW_HEIGHT + LINE * (1 + int(lines)) for lines in rows)
