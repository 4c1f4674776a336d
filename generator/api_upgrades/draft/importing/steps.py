"""Imports one step of a series of documents: the changes between two neighbors.

Each step is exact: reverting its effects on the newer document restores the older one, including the order of keys.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from api_upgrades.compare.rules.table import Severity, worst
from api_upgrades.draft.draft import draft_contract_changes
from api_upgrades.draft.grouping import slug, unique_id
from api_upgrades.draft.importing.grouping import Group, Resources, group_into_changes
from api_upgrades.draft.importing.settling import Trial, parts_of, settle, try_effects
from api_upgrades.draft.importing.titles import build_title
from api_upgrades.draft.rename_detection import resolve_renames
from api_upgrades.draft.wording import draft_wording
from api_upgrades.effects import Effect
from api_upgrades.effects.base import as_code, join_names
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import NO_RENAMES
from api_upgrades.openapi.resources import group_into_resources
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import References, Usage
from api_upgrades.registry.model import WORDING

_PLAIN_NAME = re.compile(r"[^\W_](?:[^\W_]|[ ,.:'()/-]|& )*")
"""A name without any markup of Markdown or HTML."""


@dataclass(frozen=True)
class ImportedChange:
    """A change without a reason, which a person has to write."""

    id: str
    title: str
    effects: tuple[Effect, ...]
    resources: tuple[str, ...]
    severity: Severity = "neutral"


@dataclass(frozen=True)
class ImportedStep:
    """What happened between two documents: the changes in their order, and the effects that only reword.

    The order of the first `ordered_count` changes matters. `replaced` are the parts whose older values are kept whole,
    although `check` does not accept the effects that do so: no better ones were found.
    """

    changes: tuple[ImportedChange, ...]
    ordered_count: int
    wording: tuple[Effect, ...]
    replaced: tuple[Target, ...] = ()

    @property
    def summary(self) -> str:
        """A sentence about the resources with the most changes."""
        found = Counter(name for change in self.changes for name in change.resources)
        names = [_as_markdown(name) for name, _ in found.most_common()]
        shown, left = names[:3], len(names) - 3
        about = join_names([*shown, f"{left} more resources"] if left > 1 else names) if names else ""
        return f"Changes in {about}." if about else "What calls and answers hold stays as it is."

    @property
    def order(self) -> tuple[str, ...]:
        """The ids of the changes whose order `version.yaml` has to state."""
        return tuple(change.id for change in self.changes[: self.ordered_count])


def import_step(older: Contract, newer: Contract) -> ImportedStep:
    """The changes between a document and the next newer one.

    They hold what `check` asks of them: each effect makes a difference, and each difference has an effect. A part for
    which no such effects are found is replaced, and all others keep theirs. Only where that is not enough, because the
    part depends on effects of others, the whole step is replaced.
    """
    names = resolve_renames(older, newer, attrgetter("likely"), NO_RENAMES)
    drafted = draft_contract_changes(older, newer, names)
    effects = _with_schemas_around([effect for effect in drafted if not effect.only_rewords])
    references = References()
    usages = [Usage(contract, references) for contract in (older, newer)]
    resources = _resources(usages)

    def attempt(effects: Sequence[Effect]) -> _Attempt:
        changes, ordered_count = _group(settle(effects, older, newer), usages[1], resources)
        return _Attempt(changes, ordered_count, try_effects(_effects_of(changes), older, newer, usages))

    found = attempt(effects)
    replaced: set[Part | None] = set()
    for _ in range(_MAX_ATTEMPTS):
        if found.trial.misfits <= replaced:
            break
        replaced |= found.trial.misfits
        single = _one_by_one(_effects_of(found.changes))
        found = attempt([effect for effect in single if not parts_of(effect) & replaced])
    if found.trial.misfits:  # what stands in the way is outside of these parts
        whole = attempt([])
        found = found if found.trial.reverts and len(found.trial.misfits) <= len(whole.trial.misfits) else whole
    reverted = newer
    for effect in reversed(_effects_of(found.changes)):
        reverted = effect.revert(reverted)
    changes = _with_severities(found.changes, found.trial.severities)
    misfits = tuple(sorted(map(Target, found.trial.misfits), key=str))
    return ImportedStep(changes, found.ordered_count, draft_wording(older, reverted), misfits)


def _with_schemas_around(effects: Sequence[Effect]) -> list[Effect]:
    """The effects, with new schemas first and removed ones last, so that the others find what they refer to.

    A schema whose name a rename gives or takes stays in its place.
    """
    renamed = {target.part for effect in effects for move in effect.moves() for target in move}

    def turn(effect: Effect) -> int:
        part = effect.targets[0].part if effect.existence else None
        if part is None or part.kind != "schema" or part in renamed:
            return 0
        return -1 if effect.existence == "added" else 1

    return sorted(effects, key=turn)


_MAX_ATTEMPTS = 5
"""How often the parts that the check does not accept are replaced. After that, the whole step is."""


class _Attempt(NamedTuple):
    """The changes of a step, how many of the first depend on their order, and what `check` would say of them."""

    changes: list[ImportedChange]
    ordered_count: int
    trial: Trial


def _effects_of(changes: Iterable[ImportedChange]) -> list[Effect]:
    return [effect for change in changes for effect in change.effects]


def _one_by_one(effects: Iterable[Effect]) -> Iterator[Effect]:
    """The effects, with one for each target instead of one for several."""
    for effect in effects:
        yield from [effect.at(target) for target in effect.targets] or [effect]


def _with_severities(changes: Iterable[ImportedChange], severities: Iterable[Severity]) -> tuple[ImportedChange, ...]:
    """The changes with the severity that those of their effects, in the same order, give them."""
    left = iter(severities)
    return tuple(replace(change, severity=worst(islice(left, len(change.effects)))) for change in changes)


def _group(effects: Sequence[Effect], usage: Usage, resources: Resources) -> tuple[list[ImportedChange], int]:
    """The changes that effects make up, and how many of the first depend on their order."""
    grouping = group_into_changes(effects, usage, resources)
    taken = {WORDING}
    changes = _build_changes(grouping.ordered, taken)
    # The registry sorts changes without an order by their ids.
    changes += sorted(_build_changes(grouping.others, taken), key=lambda change: change.id)
    return changes, len(grouping.ordered)


def _build_changes(groups: Iterable[Group], taken: set[str]) -> list[ImportedChange]:
    found = []
    for group in groups:
        text = build_title(group)
        found.append(ImportedChange(unique_id(slug(text) or "change", taken), text, group.effects, group.resources))
    return found


def _as_markdown(name: str) -> str:
    """The name of a resource in prose: plain words as they are, and a name that could be markup as code."""
    return name if _PLAIN_NAME.fullmatch(name) else as_code(name)


def _resources(usages: Iterable[Usage]) -> dict[Part, str]:
    """The resource of each part, from the last contract that has the part."""
    return {
        part: resource.name for usage in usages for resource in group_into_resources(usage) for part in resource.parts
    }
