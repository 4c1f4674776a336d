"""The cases of every kind of effect: a tiny newer contract, an effect as a person writes it, and what it means.

One file a kind, a list of cases each. A case has a `name`, the `newer` contract and the `effect`, and then either

    older      the contract before the effect, `headline`, and `findings`: what the comparison of both must find, or
    error      what is wrong, as text; `at` is the field of the effect that is blamed for it.

A kind that finds `candidates` itself is drafted from the two contracts, unless a case says `drafted: false`.

A contract has `schemas`, `operations`, `webhooks` and `document` (the rest); a section that `older` leaves out is as
it is in `newer`. Expectations are written from the meaning of a kind, never from the program's output. A finding is
`rule place (direction severity, ...)`, judged as if every schema were used in all three directions; `(severity)`
where all three agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api_upgrades.compare.compare import Finding
from api_upgrades.core import yaml_file
from api_upgrades.core.json import JsonObject
from api_upgrades.effects import KINDS, Effect
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.usage import DIRECTIONS
from api_upgrades.registry.model import Change, Registry, Version
from api_upgrades.registry.validation_errors import explain_errors

FOLDER = Path(__file__).parent
SECTIONS = {"schemas": "schema", "operations": "operation", "webhooks": "webhook"}


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    kind: str
    name: str
    newer: JsonObject
    effect: JsonObject
    older: JsonObject | None = None
    headline: str = ""
    findings: tuple[str, ...] = ()
    error: str | None = None
    at: str | None = "target"
    drafted: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}: {self.name}"

    def parsed(self) -> Effect:
        """The effect as the registry reads it. Raises ValidationError."""
        return KINDS[self.kind].model_validate(self.effect)

    def newer_contract(self) -> Contract:
        return contract_of(self.newer)

    def older_contract(self) -> Contract:
        return contract_of({**self.newer, **(self.older or {})})

    def faults(self) -> tuple[str, str] | None:
        """The field and the message of what is wrong with the effect's own form, None where nothing is."""
        try:
            self.parsed()
        except ValidationError as error:
            (fault,) = explain_errors(KINDS[self.kind], self.effect, error)
            return ".".join(map(str, fault.path)), fault.message
        return None


def contract_of(sections: JsonObject) -> Contract:
    """A contract from its parts, which stand under the names that targets call them by."""
    parts: dict[Part, JsonObject] = {}
    for section, kind in SECTIONS.items():
        parts |= {Part(kind, name): value for name, value in sections.get(section, {}).items()}  # type: ignore[arg-type]  # the kinds are literals
    return Contract(parts, {"openapi": "3.1.0", **sections.get("document", {})})


def registry_of(head: JsonObject, versions: Mapping[str, Mapping[str, Sequence[JsonObject]]], **order: str) -> Registry:
    """A registry, oldest version first: each with its changes by their ids, each of these with its effects as written.

    `order` has for a version the ids of changes that follow each other.
    """
    found = []
    for version, changes in versions.items():
        written = tuple(
            Change(id, version, id.capitalize(), "Why", None, tuple(map(effect_of, effects)), f"{version}/{id}.yaml")
            for id, effects in changes.items()
        )
        in_order = tuple(order.get(version, "").split())
        found.append(Version(version, "Summary", None, None, None, in_order, written, f"{version}/version.yaml"))
    return Registry(contract_of(head), tuple(found))


def effect_of(written: JsonObject) -> Effect:
    return KINDS[written["kind"]].model_validate(written)


def applied(newer: Contract, effects: Sequence[Effect]) -> list[AppliedEffect]:
    """Effects that led to a contract, each between the two contracts around it."""
    steps: list[AppliedEffect] = []
    for effect in reversed(effects):
        change = Change("a", "v2", "Title", "Why", None, (effect,), "change.yaml")
        steps.insert(0, AppliedEffect(change, 0, effect, effect.revert(newer), newer))
        newer = steps[0].older
    return steps


def sections_of(contract: Contract) -> dict[str, Any]:
    """A contract as the cases write it, without the marks of where parts stand in a document."""
    found: dict[str, Any] = {
        section: {part.name: contract.parts[part] for part in contract.parts if part.kind == kind}
        for section, kind in SECTIONS.items()
    }
    return {**found, "document": contract.content}


def as_text(value: object) -> str:
    """JSON in which the order of keys counts."""
    return json.dumps(value, indent=1, ensure_ascii=False)


def in_words(findings: Iterable[Finding]) -> list[str]:
    """The findings as the cases write them, one line a difference."""
    lines: dict[str, list[Finding]] = {}
    for finding in findings:
        key = as_text([finding.rule, str(finding.target), finding.facet, finding.before, finding.after])
        lines.setdefault(key, []).append(finding)
    return [f"{same[0].rule} {same[0].target} ({_severities(same)})" for same in lines.values()]


def _severities(findings: list[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    if len(findings) == len(DIRECTIONS) and len(severities) == 1:
        return severities.pop()
    return ", ".join(f"{finding.direction or 'nowhere'} {finding.severity}" for finding in findings)


def _cases(path: Path) -> list[Case]:
    data: list[dict[str, Any]] = yaml_file.read(path, path.name).data
    return [Case(path.stem, **{**case, "findings": tuple(case.get("findings", ()))}) for case in data]


CASES = {path.stem: _cases(path) for path in sorted(FOLDER.glob("*.yaml"))}
REVERTED = [case for cases in CASES.values() for case in cases if case.error is None]
REFUSED = [case for cases in CASES.values() for case in cases if case.error is not None]
