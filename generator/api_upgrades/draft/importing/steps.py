"""A series of OpenAPI documents as a registry: what happened from each to the next, in changes as a person writes them.

Nothing of an older document is kept but what differs. Each step is exact: its effects, undone on the newer document,
give the older one again, to the order of its keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from api_upgrades.draft.draft import draft_promises
from api_upgrades.draft.grouping import free_id, slug
from api_upgrades.draft.importing.grouping import Group, grouped
from api_upgrades.draft.importing.titles import title
from api_upgrades.draft.rename_detection import SIMILAR, Question, recognised, similarity
from api_upgrades.draft.wording import reworded
from api_upgrades.effects import Effect
from api_upgrades.effects.base import join_names
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.renames import NO_NAMES
from api_upgrades.openapi.resources import resources
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.registry.model import WORDING


@dataclass(frozen=True)
class ImportedChange:
    """A change whose reason nobody has written yet."""

    id: str
    title: str
    effects: tuple[Effect, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class ImportedStep:
    """What happened from one document to the next: changes in the order in which they happened, of which the first
    `bound` need that order; and what was only worded otherwise.
    """

    changes: tuple[ImportedChange, ...]
    bound: int
    wording: tuple[Effect, ...]

    @property
    def summary(self) -> str:
        """Where most changes are, in a sentence."""
        found = Counter(name for change in self.changes for name in change.resources)
        names = [name for name, _ in found.most_common()]
        shown, left = names[:3], len(names) - 3
        about = join_names([*shown, f"{left} more resources"] if left > 1 else names) if names else ""
        return f"Changes in {about}." if about else "What calls and answers hold stays as it is."

    @property
    def order(self) -> tuple[str, ...]:
        """The changes that `version.yaml` has to put in their order."""
        return tuple(change.id for change in self.changes[: self.bound])


def step_between(older: Contract, newer: Contract) -> ImportedStep:
    """What leads from a document to the one that came after it."""
    names = recognised(older, newer, _alone_and_similar, NO_NAMES)
    drafted = draft_promises(older, newer, names)
    effects = [effect for effect in drafted if not effect.only_rewords]
    grouping = grouped(effects, newer, _resources(older, newer))
    taken = {WORDING}
    ordered = _changes(grouping.ordered, taken)
    # As the registry has it: what needs no order is in that of its names.
    changes = (*ordered, *sorted(_changes(grouping.others, taken), key=lambda change: change.id))
    was = newer
    for effect in reversed([effect for change in changes for effect in change.effects]):
        was = effect.revert(was)
    return ImportedStep(changes, len(ordered), reworded(older, was))


def _changes(groups: Iterable[Group], taken: set[str]) -> list[ImportedChange]:
    found = []
    for group in groups:
        text = title(group)
        found.append(ImportedChange(free_id(slug(text) or "change", taken), text, group.effects, group.resources))
    return found


def _alone_and_similar(question: Question) -> Target | None:
    """Takes a likely rename for one where nothing else comes into question: nobody is there to be asked."""
    if len(question.candidates) != 1 or similarity(question.old, question.candidates[0]) < SIMILAR:
        return None
    return question.candidates[0]


def _resources(*contracts: Contract) -> dict[Part, str]:
    """The resource of each part, in the last contract that has it."""
    usages = [Usage(contract, References()) for contract in contracts]
    return {part: resource.name for usage in usages for resource in resources(usage) for part in resource.parts}
