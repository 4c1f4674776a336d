"""The length of what the static pages of an upgrade path hold, in numbers; a long checklist is cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from api_upgrades.compare.rules.table import SEVERITIES
from api_upgrades.history.upgrade_path import PathPart
from api_upgrades.site.pages.limits import MAX_CHECKLIST_CHANGES
from api_upgrades.site.pages.path.view import StepView, split_places
from api_upgrades.site.pages.site import severity_counts
from api_upgrades.site.text.summary import brief_summary


def make_checklist(steps: Sequence[StepView]) -> tuple[StepView, ...]:
    """The checklist of some steps. A long one lists only the most severe changes, and counts the others."""
    severities = [change.severity for step in steps for change in step.changes]
    least = len(SEVERITIES)
    while least and sum(severity in SEVERITIES[:least] for severity in severities) > MAX_CHECKLIST_CHANGES:
        least -= 1
    listed = SEVERITIES[:least]
    return tuple(
        replace(
            step,
            changes=tuple(change for change in step.changes if change.severity in listed),
            others=", ".join(severity_counts(one.severity for one in step.changes if one.severity not in listed)),
        )
        for step in steps
    )


def estimate_checklist(steps: Iterable[StepView]) -> int:
    """About how many bytes of HTML a checklist has."""
    texts = ((change.title, change.upgrade or "") for step in steps for change in step.changes)
    return sum(400 + len(title) + len(upgrade) for title, upgrade in texts)


def estimate_part(part: PathPart) -> int:
    """About how many bytes of HTML the differences of a part have, with its entry in the table of contents."""
    shown, _ = split_places(part)
    return 1_200 + sum(200 + len(place.name) + len(brief_summary(place.summary)) for place in shown)
