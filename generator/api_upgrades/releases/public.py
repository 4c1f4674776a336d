"""What the public may see of a history: nothing that is not released yet, and nothing that is internal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from api_upgrades.core.errors import ContractMismatch
from api_upgrades.draft.draft import draft
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect, Step
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.locate import place_spot
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import Amendment, Change, Registry, Version


def shows_unreleased(option: bool | None, *, serves: bool, is_preview: bool) -> bool:
    """Whether a site shows what is not released yet, and what is internal: as its option says, else while it is
    written or reviewed.
    """
    return serves or is_preview if option is None else option


def restrict_to_public(history: History) -> History:
    """The history without what is not released yet, and without all that is internal and changes to it."""
    return _PublicHistoryBuilder(history).history


class _PublicHistoryBuilder:
    """What makes the public form of a history."""

    def __init__(self, whole: History) -> None:
        self._whole = whole
        self._visibility = Visibility(whole.contract_at(whole.versions[-1].id))

    @cached_property
    def history(self) -> History:
        registry = self._whole.registry
        steps = [self._restrict_step(step) for step in self._whole.steps.values() if step.version.is_released]
        versions = (self._restrict_version(registry.versions[0], ()), *(step.version for step in steps))
        head = self._visibility.public(self._whole.contract_at(registry.latest.id))
        additions = tuple(
            replace(live.addition, effects=tuple(one.effect for one in effects))
            for live in self._whole.live_additions
            if (effects := restrict_effects(live.effects, self._visibility))
        )
        return History(Registry(head, versions, None, additions), steps, self._whole.table)

    def _restrict_step(self, step: Step) -> Step:
        effects = restrict_effects(step.effects, self._visibility)
        older, newer = map(self._visibility.public, (step.older, step.newer))
        return Step(self._restrict_version(step.version, effects), step.older_version, older, newer, effects)

    def _restrict_version(self, version: Version, effects: tuple[AppliedEffect, ...]) -> Version:
        """A version with the changes of some effects alone, and corrections of what is public."""
        shown = {applied.change.id: applied.change for applied in effects}
        return replace(
            version,
            changes=tuple(shown[change.id] for change in version.changes if change.id in shown),
            order=tuple(id for id in version.order if id in shown),
            wording=version.wording and shown.get(version.wording.id),
            amendments=tuple(self._restrict_amendment(version.id, one) for one in version.amendments),
        )

    def _restrict_amendment(self, version: str, amendment: Amendment) -> Amendment:
        whole = self._whole.contract_at(version)
        public = self._visibility.public(whole)
        if public is whole:
            return amendment
        places = [place for place in amendment.places if not _is_hidden_place(place, whole, public)]
        return amendment.model_copy(update={"places": places})


def restrict_effects(effects: Sequence[AppliedEffect], visibility: Visibility) -> tuple[AppliedEffect, ...]:
    """Effects as the public sees them, in changes that hold these alone."""
    shown = [one for applied in effects for one in _restrict_effect(applied, visibility)]
    changes: dict[str, Change] = {}
    for applied in shown:
        kept = tuple(other.effect for other in shown if other.change.id == applied.change.id)
        changes[applied.change.id] = replace(applied.change, effects=kept)
    return tuple(replace(applied, change=changes[applied.change.id]) for applied in shown)


def _restrict_effect(applied: AppliedEffect, visibility: Visibility) -> list[AppliedEffect]:
    """An effect between public contracts: as it is, at some of its targets, or what else leads from one to the other;
    none where the public sees nothing of it.
    """
    older, newer = map(visibility.public, (applied.older, applied.newer))
    if older is applied.older and newer is applied.newer:
        return [applied]
    effect = _fit_effect(applied.effect, older, newer)
    if effect is not None:
        return [replace(applied, effect=effect, older=older, newer=newer)]
    override = {"override": applied.effect.override} if applied.effect.override else {}
    found: list[AppliedEffect] = []
    for drafted in reversed(draft(older, newer)):
        before = drafted.revert(newer)
        found.append(replace(applied, effect=drafted.model_copy(update=override), older=before, newer=newer))
        newer = before
    return found[::-1]


def _fit_effect(effect: Effect, older: Contract, newer: Contract) -> Effect | None:
    """An effect that leads from the one contract to the other: the one given, or it at some of its targets."""
    fitting = [target for target in effect.targets if _try_revert(effect.at(target), newer) is not None]
    if effect.targets and not fitting:
        return None
    effect = effect.at(*fitting)
    found = _try_revert(effect, newer)
    return effect if found is not None and found.is_same(older) else None


def _try_revert(effect: Effect, contract: Contract) -> Contract | None:
    try:
        return effect.revert(contract)
    except ContractMismatch:
        return None


def _is_hidden_place(place: str, whole: Contract, public: Contract) -> bool:
    """Whether the public cannot see a place, by its target as text."""
    try:
        target = Target.parse(place)
    except ValueError:
        return False
    return _has_place(whole, target) and not _has_place(public, target)


def _has_place(contract: Contract, target: Target) -> bool:
    """Whether a contract has a place."""
    try:
        spot = place_spot(contract, target)
        spot.read(contract)
    except (ContractMismatch, KeyError, IndexError):
        return False
    return True
