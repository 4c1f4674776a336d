"""The history of an API: the contract of every version, the severity of each change, and the parts it affects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import SEVERITIES, RuleTable, Severity, worst
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect, LiveAddition, Step, find_live_additions
from api_upgrades.history.memo import Memo
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import RenameMap
from api_upgrades.openapi.usage import Direction, References, Usage
from api_upgrades.registry.model import Change, Registry, Version


@dataclass(frozen=True)
class JudgedEffect:
    """An effect with the findings between its two contracts, and the severity that follows from them."""

    applied: AppliedEffect
    findings: tuple[Finding, ...]
    severity: Severity

    @property
    def effect(self) -> Effect:
        return self.applied.effect

    @property
    def headline(self) -> str:
        """What happened, with older and newer values, as one line of Markdown."""
        return self.effect.headline(self.applied.newer)


@dataclass(frozen=True)
class JudgedChange:
    """A change with its judged effects and the parts that it affects.

    `changed_parts` are the parts that it changes itself. `affected_parts` are all parts whose closure contains one of
    them in the older or the newer contract, operations and webhooks included.
    """

    change: Change
    effects: tuple[JudgedEffect, ...]
    changed_parts: tuple[Part, ...]
    affected_parts: tuple[Part, ...]

    @property
    def severity(self) -> Severity:
        return worst(effect.severity for effect in self.effects)


class History:
    """All versions of an API, oldest first. Usages, judged changes and additions are computed when first needed."""

    def __init__(self, registry: Registry, steps: Iterable[Step], table: RuleTable, memo: Memo | None = None) -> None:
        self.registry = registry
        self.table = table
        self.steps: Mapping[str, Step] = {step.version.id: step for step in steps}
        self.memo = memo or Memo()
        self.references: References = self.memo.get_or_compute("references", (), References)
        self._usages: dict[str, Usage] = {}
        self._changes: dict[str, tuple[JudgedChange, ...]] = {}
        self._affected_parts: dict[str, frozenset[Part]] = {}

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions, oldest first. Unreleased changes, if there are any, are the last one."""
        return self.registry.all_versions

    @property
    def latest(self) -> Version:
        """The newest released version."""
        return self.registry.latest

    def contract_at(self, version: str) -> Contract:
        """The contract of a version. Raises KeyError if the version does not exist."""
        return self.contracts[version]

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts by version, oldest first."""
        first = self.versions[0].id
        oldest = next(iter(self.steps.values())).older if self.steps else self.registry.head
        return {first: oldest} | {id: step.newer for id, step in self.steps.items()}

    @cached_property
    def live_additions(self) -> tuple[LiveAddition, ...]:
        """The additions, in the order in which they went live. Raises RegistryErrors if one fits no version."""
        found, errors = find_live_additions(self.registry, self.contracts)
        if errors:
            raise RegistryErrors(errors)
        return found

    @cached_property
    def additions(self) -> tuple[JudgedChange, ...]:
        """The judged `live_additions`, in the same order. Their severity considers how every version uses the parts."""
        usages = [self.usage_at(version) for version in self.contracts]
        return tuple(judge_change(live.effects, usages, self.table) for live in self.live_additions)

    def usage_at(self, version: str) -> Usage:
        """The graph of references between the parts of a version."""
        if version not in self._usages:
            contract, name = self.contract_at(version), f"usage at {version}"
            similar = [self.memo.get_previous(name), *(self._usages.get(other) for other in self._neighbours[version])]
            usage = partial(Usage, contract, self.references, filter(None, similar))
            self._usages[version] = self.memo.get_or_compute(name, (contract,), usage)
        return self._usages[version]

    @cached_property
    def _neighbours(self) -> Mapping[str, list[str]]:
        """The neighbouring versions of each version."""
        found: dict[str, list[str]] = {version: [] for version in self.contracts}
        for version, step in self.steps.items():
            found[version].append(step.older_version)
            found[step.older_version].append(version)
        return found

    @cached_property
    def revisions(self) -> Mapping[str, Mapping[Part, str]]:
        """For each version and part, the revision: the oldest version since which the part's closure has been the same.

        In two versions with the same revision of a part, the part and everything that it references are the same.
        """
        found: dict[str, Mapping[Part, str]] = {}
        current: dict[Part, str] = dict.fromkeys(self.contract_at(self.versions[0].id).parts, self.versions[0].id)
        found[self.versions[0].id] = current
        for version, step in self.steps.items():
            changed = self.usage_at(version).affected_by(step.changed_parts)
            previous = current
            current = {part: previous.get(part, version) for part in step.newer.parts}
            current.update((part, version) for part in changed if part in current)
            found[version] = current
        return found

    def changes_of(self, version: str) -> tuple[JudgedChange, ...]:
        """The judged changes of a version, the most severe first, then by id."""
        if version not in self._changes:
            self._changes[version] = self._judge_step(self.steps[version]) if version in self.steps else ()
        return self._changes[version]

    def affected_parts(self, version: str) -> frozenset[Part]:
        """The parts that the changes of a version affect, including those of which only the behaviour changed."""
        if version not in self._affected_parts:
            changes = self.changes_of(version)
            self._affected_parts[version] = frozenset(part for change in changes for part in change.affected_parts)
        return self._affected_parts[version]

    def _judge_step(self, step: Step) -> tuple[JudgedChange, ...]:
        effects_by_change: dict[str, list[AppliedEffect]] = {}
        for applied in step.effects:
            if applied.change.is_wording:
                continue
            effects_by_change.setdefault(applied.change.id, []).append(applied)
        usages = (self.usage_at(step.version.id), self.usage_at(step.older_version))
        changes = [judge_change(effects, usages, self.table, self.memo) for effects in effects_by_change.values()]
        return tuple(sorted(changes, key=lambda one: (SEVERITIES.index(one.severity), one.change.id)))


def judge_change(
    effects: Sequence[AppliedEffect], usages: Sequence[Usage], table: RuleTable, memo: Memo | None = None
) -> JudgedChange:
    """Judge one change by its effects, given oldest first. `usages` tell in which directions each schema is used."""
    changed: dict[Part, None] = {}
    memo = memo or Memo()
    for applied in effects:
        changed |= dict.fromkeys(applied.changed_parts)
        if applied.effect.observation():
            changed |= dict.fromkeys(target.part for target in applied.effect.targets if target.part)
    affected = dict.fromkeys(part for usage in usages for part in usage.affected_by(changed))
    judged = tuple(_judge_effect(applied, usages, table, memo) for applied in effects)
    return JudgedChange(effects[0].change, judged, tuple(changed), tuple(affected))


def _judge_effect(applied: AppliedEffect, usages: Sequence[Usage], table: RuleTable, memo: Memo) -> JudgedEffect:
    def directions(schema: Part) -> Iterable[Direction]:
        return frozenset().union(*(usage.directions(schema) for usage in usages))

    names = RenameMap.of(applied.moves)
    findings = memo.get_or_compute(
        "findings",
        (applied.effect, applied.older, applied.newer, *usages, table),
        partial(compare, applied.older, applied.newer, names, directions, table),
    )
    severity = applied.effect.declared_severity or worst(finding.severity for finding in findings)
    return JudgedEffect(applied, findings, severity)
