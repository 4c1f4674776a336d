"""A series of OpenAPI documents as a registry: what happened from each to the next, in changes as a person writes them.

Nothing of an older document is kept but what differs. Each step is exact: its effects, undone on the newer document,
give the older one again, to the order of its keys.
"""

from __future__ import annotations

from dataclasses import dataclass

from api_upgrades.contract import Contract, Part
from api_upgrades.draft import draft_promises
from api_upgrades.draft.grouping import with_lists
from api_upgrades.draft.recognise import SIMILAR, Question, recognised, similarity
from api_upgrades.draft.wording import reworded
from api_upgrades.effects import Effect
from api_upgrades.names import NO_NAMES
from api_upgrades.resources import resources
from api_upgrades.series.grouping import Grouping, grouped
from api_upgrades.target import Target
from api_upgrades.usage import References, Usage


@dataclass(frozen=True)
class Step:
    """What happened from one document to the next: changes, and what was only worded otherwise."""

    grouping: Grouping
    wording: tuple[Effect, ...]


def step_between(older: Contract, newer: Contract) -> Step:
    """What leads from a document to the one that came after it."""
    names = recognised(older, newer, _alone_and_similar, NO_NAMES)
    grouping = grouped(draft_promises(older, newer, names), newer, _resources(older, newer))
    return Step(grouping, with_lists(reworded(older, grouping.older)))


def _alone_and_similar(question: Question) -> Target | None:
    """Takes a likely rename for one where nothing else comes into question: nobody is there to be asked."""
    if len(question.candidates) != 1 or similarity(question.old, question.candidates[0]) < SIMILAR:
        return None
    return question.candidates[0]


def _resources(*contracts: Contract) -> dict[Part, str]:
    """The resource of each part, in the last contract that has it."""
    usages = [Usage(contract, References()) for contract in contracts]
    return {part: resource.name for usage in usages for resource in resources(usage) for part in resource.parts}
