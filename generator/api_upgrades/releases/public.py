"""Restricts a history to what the public may see: nothing unreleased, and nothing that is marked `x-internal`."""

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
from api_upgrades.registry.model import Amendment, Registry, Version


def shows_unreleased(option: bool | None, *, serves: bool, is_preview: bool) -> bool:
    """Whether a site shows unreleased changes and internal parts.

    The plugin's `unreleased` option decides; without it, they are shown while serving and in previews.
    """
    return serves or is_preview if option is None else option


def restrict_to_public(history: History) -> History:
    """Return a history without unreleased changes, internal parts, and changes to internal parts."""
    return _PublicHistoryBuilder(history).history


class _PublicHistoryBuilder:
    """Builds the public form of a history."""

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
            replace(live.addition, effects=tuple(applied.effect for applied in effects))
            for live in self._whole.live_additions
            if (effects := restrict_effects(live.effects, self._visibility))
        )
        public = Registry(head, versions, None, additions, source_map=registry.source_map)
        return History(public, steps, self._whole.table)

    def _restrict_step(self, step: Step) -> Step:
        effects = restrict_effects(step.effects, self._visibility)
        older, newer = map(self._visibility.public, (step.older, step.newer))
        return Step(self._restrict_version(step.version, effects), step.older_version, older, newer, effects)

    def _restrict_version(self, version: Version, effects: tuple[AppliedEffect, ...]) -> Version:
        """Return a version with the changes of `effects` only, and with amendments of public places only."""
        public = {applied.change.id: applied.change for applied in effects}
        return replace(
            version,
            changes=tuple(public[change.id] for change in version.changes if change.id in public),
            order=tuple(id for id in version.order if id in public),
            wording=version.wording and public.get(version.wording.id),
            amendments=tuple(self._restrict_amendment(version.id, amendment) for amendment in version.amendments),
        )

    def _restrict_amendment(self, version: str, amendment: Amendment) -> Amendment:
        whole = self._whole.contract_at(version)
        public = self._visibility.public(whole)
        if public is whole:
            return amendment
        places = [place for place in amendment.places if not _is_hidden_place(place, whole, public)]
        return amendment.model_copy(update={"places": places})


def restrict_effects(effects: Sequence[AppliedEffect], visibility: Visibility) -> tuple[AppliedEffect, ...]:
    """Return the effects as the public sees them: between public contracts, and in changes with no other effects."""
    public = [restricted for applied in effects for restricted in _restrict_effect(applied, visibility)]
    effects_by_change: dict[str, list[Effect]] = {}
    for applied in public:
        effects_by_change.setdefault(applied.change.id, []).append(applied.effect)
    changes = {
        applied.change.id: replace(applied.change, effects=tuple(effects_by_change[applied.change.id]))
        for applied in {applied.change.id: applied for applied in public}.values()
    }
    return tuple(replace(applied, change=changes[applied.change.id]) for applied in public)


def _restrict_effect(applied: AppliedEffect, visibility: Visibility) -> list[AppliedEffect]:
    """Return the effects that lead from the older public contract to the newer one.

    This is the same effect, or the same at some of its targets, or else drafted effects; an empty list if the public
    contracts don't differ.
    """
    older, newer = map(visibility.public, (applied.older, applied.newer))
    if older is applied.older and newer is applied.newer:
        return [applied]
    effect = _fit_effect(applied.effect, older, newer)
    if effect is not None:
        return [replace(applied, effect=effect, older=older, newer=newer)]
    override = {"override": applied.effect.override} if applied.effect.override else {}
    restricted: list[AppliedEffect] = []
    for drafted in reversed(draft(older, newer)):
        before = drafted.revert(newer)
        restricted.append(replace(applied, effect=drafted.model_copy(update=override), older=before, newer=newer))
        newer = before
    return restricted[::-1]


def _fit_effect(effect: Effect, older: Contract, newer: Contract) -> Effect | None:
    """Return the effect at those targets where it fits, if it then leads from `older` to `newer`, else None."""
    fitting = [target for target in effect.targets if _try_revert(effect.at(target), newer) is not None]
    if effect.targets and not fitting:
        return None
    effect = effect.at(*fitting)
    reverted = _try_revert(effect, newer)
    return effect if reverted is not None and reverted.is_same(older) else None


def _try_revert(effect: Effect, contract: Contract) -> Contract | None:
    try:
        return effect.revert(contract)
    except ContractMismatch:
        return None


def _is_hidden_place(place: str, whole: Contract, public: Contract) -> bool:
    """Whether a place, given as the text of a target, exists only in the complete contract."""
    try:
        target = Target.parse(place)
    except ValueError:
        return False
    return _has_place(whole, target) and not _has_place(public, target)


def _has_place(contract: Contract, target: Target) -> bool:
    try:
        place_spot(contract, target).read(contract)
    except (ContractMismatch, KeyError, IndexError):
        return False
    return True
