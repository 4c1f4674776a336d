"""The API at every version and between any two: contracts, what each change did, and who is affected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.compare.rules.table import SEVERITIES, RuleTable, Severity, worst
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.json import Json, JsonObject
from api_upgrades.effects import Effect
from api_upgrades.history.derive import AppliedEffect, LiveAddition, Step, live_additions
from api_upgrades.history.memo import Memory
from api_upgrades.openapi.contract import Contract, Part, references, resolve, schema_of
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.usage import Direction, References, Usage
from api_upgrades.registry.model import Change, Registry, Version


@dataclass(frozen=True)
class JudgedEffect:
    """An effect with what it makes of the contract."""

    applied: AppliedEffect
    findings: tuple[Finding, ...]
    severity: Severity

    @property
    def effect(self) -> Effect:
        return self.applied.effect


@dataclass(frozen=True)
class JudgedChange:
    """A change with its effects judged, and all that it reaches.

    `touched` are the parts that it alters itself, `reached` all those whose closure holds one of these, in the older
    contract or the newer, operations and webhooks included.
    """

    change: Change
    effects: tuple[JudgedEffect, ...]
    touched: tuple[Part, ...]
    reached: tuple[Part, ...]

    @property
    def severity(self) -> Severity:
        return worst(effect.severity for effect in self.effects)


class History:
    """All versions of an API, oldest first, with what was asked of them kept."""

    def __init__(
        self, registry: Registry, steps: Iterable[Step], table: RuleTable, memory: Memory | None = None
    ) -> None:
        self.registry = registry
        self.table = table
        self.steps: Mapping[str, Step] = {step.version.id: step for step in steps}
        self.memory = memory or Memory()
        self._references = self.memory.kept("references", (), References)
        self._usages: dict[str, Usage] = {}
        self._changes: dict[str, tuple[JudgedChange, ...]] = {}
        self._reached: dict[str, frozenset[Part]] = {}

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions, oldest first, what is not released yet among them as the newest."""
        return self.registry.lineup

    @property
    def latest(self) -> Version:
        """The newest released version."""
        return self.registry.latest

    def contract_at(self, version: str) -> Contract:
        """The contract of a version. Raises KeyError for one that isn't there."""
        return self.contracts[version]

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """Every contract by its version, oldest first."""
        first = self.versions[0].id
        oldest = next(iter(self.steps.values())).older if self.steps else self.registry.head
        return {first: oldest} | {id: step.newer for id, step in self.steps.items()}

    @cached_property
    def live_additions(self) -> tuple[LiveAddition, ...]:
        """The additions, in the order in which they went live. Raises RegistryErrors where one fits no version."""
        found, errors = live_additions(self.registry, self.contracts)
        if errors:
            raise RegistryErrors(errors)
        return found

    @cached_property
    def additions(self) -> tuple[JudgedChange, ...]:
        """The additions, judged by all uses that any version makes of what they add to, in the same order."""
        usages = [self.usage_at(version) for version in self.contracts]
        return tuple(judged(live.effects, usages, self.table) for live in self.live_additions)

    def usage_at(self, version: str) -> Usage:
        """Who uses what at a version."""
        if version not in self._usages:
            contract, name = self.contract_at(version), f"usage at {version}"
            near = [self.memory.last(name), *(self._usages.get(other) for other in self._beside[version])]
            usage = partial(Usage, contract, self._references, filter(None, near))
            self._usages[version] = self.memory.kept(name, (contract,), usage)
        return self._usages[version]

    @cached_property
    def _beside(self) -> Mapping[str, list[str]]:
        """For each version those next to it."""
        found: dict[str, list[str]] = {version: [] for version in self.contracts}
        for version, step in self.steps.items():
            found[version].append(step.older_version)
            found[step.older_version].append(version)
        return found

    @cached_property
    def revisions(self) -> Mapping[str, Mapping[Part, str]]:
        """For each version and part the oldest version since which the part's closure is the same.

        Two versions that give the same answer for a part have the same part, with all it references.
        """
        found: dict[str, Mapping[Part, str]] = {}
        current: dict[Part, str] = dict.fromkeys(self.contract_at(self.versions[0].id).parts, self.versions[0].id)
        found[self.versions[0].id] = current
        for version, step in self.steps.items():
            changed = self.usage_at(version).reach(_changed_parts(step.older, step.newer, self.memory))
            older = current
            current = {part: older.get(part, version) for part in step.newer.parts}
            current.update((part, version) for part in changed if part in current)
            found[version] = current
        return found

    def changes_of(self, version: str) -> tuple[JudgedChange, ...]:
        """The changes of a version, judged, the worst first and else by their ids."""
        if version not in self._changes:
            self._changes[version] = self._judge(self.steps[version]) if version in self.steps else ()
        return self._changes[version]

    def reached(self, version: str) -> frozenset[Part]:
        """The parts that the changes of a version reach, those included of which they tell what no contract shows."""
        if version not in self._reached:
            changes = self.changes_of(version)
            self._reached[version] = frozenset(part for change in changes for part in change.reached)
        return self._reached[version]

    def _judge(self, step: Step) -> tuple[JudgedChange, ...]:
        grouped: dict[str, list[AppliedEffect]] = {}
        for applied in step.effects:
            if applied.change.is_wording:
                continue
            grouped.setdefault(applied.change.id, []).append(applied)
        usages = (self.usage_at(step.version.id), self.usage_at(step.older_version))
        changes = [judged(effects, usages, self.table, self.memory) for effects in grouped.values()]
        return tuple(sorted(changes, key=lambda one: (SEVERITIES.index(one.severity), one.change.id)))


def judged(
    effects: Sequence[AppliedEffect], usages: Sequence[Usage], table: RuleTable, memory: Memory | None = None
) -> JudgedChange:
    """One change by its effects, in the order in which they happened, judged by the uses of some contracts."""
    touched: dict[Part, None] = {}
    memory = memory or Memory()
    for applied in effects:
        touched |= dict.fromkeys(_changed_parts(applied.older, applied.newer, memory))
        if applied.effect.observation():
            touched |= dict.fromkeys(target.part for target in applied.effect.targets if target.part)
    reached = dict.fromkeys(part for usage in usages for part in usage.reach(touched))
    by_effect = tuple(_judged_effect(applied, usages, table, memory) for applied in effects)
    return JudgedChange(effects[0].change, by_effect, tuple(touched), tuple(reached))


def _judged_effect(applied: AppliedEffect, usages: Sequence[Usage], table: RuleTable, memory: Memory) -> JudgedEffect:
    def directions(schema: Part) -> Iterable[Direction]:
        return frozenset().union(*(usage.directions(schema) for usage in usages))

    names = Names.of(applied.moves)
    findings = memory.kept(
        "findings",
        (applied.effect, applied.older, applied.newer, *usages, table),
        partial(compare, applied.older, applied.newer, names, directions, table),
    )
    severity = applied.effect.declared_severity or worst(finding.severity for finding in findings)
    return JudgedEffect(applied, findings, severity)


def _changed_parts(older: Contract, newer: Contract, memory: Memory) -> Sequence[Part]:
    return memory.kept("changed parts", (older, newer), partial(changed_parts, older, newer))


def changed_parts(older: Contract, newer: Contract) -> list[Part]:
    """The parts whose own JSON differs, those that came and those that went; operations and webhooks too where what
    stands beside the parts differs and holds for them.
    """
    parts = [part for part, value in newer.parts.items() if older.parts.get(part) is not value]
    parts += [part for part in older.parts if part not in newer.parts]
    if older.document is not newer.document and older.document != newer.document:
        parts += [part for part in newer.parts if part.kind != "schema" and _holds_otherwise(older, newer, part)]
    return parts


FOR_ALL = ("openapi", "security", "servers", "x-api-version")
"""What a document says for every operation that doesn't say it itself."""


def _holds_otherwise(older: Contract, newer: Contract, part: Part) -> bool:
    """Whether what a document says for a part, or a part takes from what is shared, is not what it was."""
    was, now = older.document, newer.document
    if any(was.get(key) != now.get(key) for key in FOR_ALL):
        return True
    if _section(was, "securitySchemes") != _section(now, "securitySchemes"):
        return True
    if part.kind == "operation" and was.get("paths", {}).get(part.path) != now.get("paths", {}).get(part.path):
        return True
    return _shared(older, newer.parts[part]) != _shared(newer, newer.parts[part])


def _section(document: JsonObject, name: str) -> Json:
    return document.get("components", {}).get(name)


def _shared(contract: Contract, value: Json) -> dict[str, Json]:
    """What is shared beside schemas and behind some JSON, by the references to it."""
    found: dict[str, Json] = {}
    queue = [value]
    for one in queue:
        for ref in references(one):
            if schema_of(ref) is None and ref not in found:
                try:
                    found[ref] = resolve(contract, ref)
                except (KeyError, IndexError, ValueError, TypeError):
                    found[ref] = None
                queue.append(found[ref])
    return found
