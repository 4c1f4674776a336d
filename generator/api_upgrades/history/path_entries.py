"""Entries of an upgrade path: all differences of one place between two versions, described on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import SEVERITIES, Severity, worst
from api_upgrades.core.json import Json
from api_upgrades.effects.base import as_code, join_names
from api_upgrades.openapi import schema as schemas
from api_upgrades.openapi.target import Target


@dataclass(frozen=True)
class PathEntry:
    """A place with its findings of all facets and directions. Its `target` is the name in the end version,
    `old_target` the name in the start version.
    """

    target: Target
    old_target: Target
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        return worst(finding.severity for finding in self.findings)

    @property
    def is_removed(self) -> bool:
        """Whether the place does not exist in the end version."""
        return any(finding.facet == "existence" and finding.after is None for finding in self.findings)

    @property
    def name(self) -> str:
        """The name inside the part in the end version or, if removed, in the start version. Empty for a whole part."""
        return _name_in_part(self.old_target if self.is_removed else self.target)

    @property
    def old_name(self) -> str:
        """The name inside the part in the start version. Empty for the part itself."""
        return _name_in_part(self.old_target)

    @property
    def summary(self) -> str:
        """The differences as one line of Markdown without a full stop. A finding of several directions appears once."""
        most_severe: dict[tuple[str, str], Finding] = {}
        for finding in sorted(self.findings, key=lambda one: SEVERITIES.index(one.severity)):
            most_severe.setdefault((finding.rule, schemas.as_text([finding.before, finding.after])), finding)
        distinct = [one for one in self.findings if any(one is found for found in most_severe.values())]
        return "; ".join(dict.fromkeys(phrase for finding in distinct for phrase in self._phrases(finding)))

    def _phrases(self, finding: Finding) -> Iterator[str]:
        if finding.rule == "property-became-list" and self.old_target.name != self.target.name:
            yield PHRASES["property-renamed"].format(before=as_code(self.old_target.name))
        yield _phrase(finding)


def group_by_place(findings: Iterable[Finding]) -> tuple[PathEntry, ...]:
    """Group findings by their place. The entries are in the order of their first finding."""
    grouped: dict[Target, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.target, []).append(finding)
    return tuple(PathEntry(target, found[0].old_target, tuple(found)) for target, found in grouped.items())


def _name_in_part(target: Target) -> str:
    return str(target).removeprefix(str(Target(target.part))).lstrip(" .")


PHRASES: Mapping[RuleId, str] = {
    "property-renamed": "renamed from {before}",
    "property-moved": "moved from {before}",
    "property-became-list": "type changed from {before} to {after}",
    "became-required": "now required",
    "became-optional": "no longer required",
    "became-nullable": "can now be null",
    "became-not-nullable": "can no longer be null",
    "became-read-only": "now read-only",
    "became-writable": "no longer read-only",
    "became-write-only": "now write-only",
    "became-readable": "no longer write-only",
    "deprecated": "now deprecated",
    "no-longer-deprecated": "no longer deprecated",
    "type-changed": "type changed from {before} to {after}",
    "type-widened": "type changed from {before} to {after}",
    "type-narrowed": "type changed from {before} to {after}",
    "variant-added": "can also be {after}",
    "variant-removed": "can no longer be {before}",
    "enum-value-added": "new value {after}",
    "enum-value-removed": "value {before} removed",
    "constant-removed": "no longer {before}",
    "constant-lifted": "no longer always {before}",
    "enum-value-renamed": "{before} renamed to {after}",
    "enum-introduced": "now limited to {after}",
    "enum-lifted": "no longer limited to {before}",
    "default-changed": "default changed from {before} to {after}",
    "operation-added": "new operation",
    "operation-removed": "operation removed",
    "operation-moved": "changed from {before}",
    "operation-renamed": "renamed from {before}",
    "operation-deprecated": "now deprecated",
    "operation-no-longer-deprecated": "no longer deprecated",
    "operation-id-changed": "`operationId` changed from {before} to {after}",
    "parameter-renamed": "renamed from {before}",
    "sunset-set": "ends on {after}",
    "sunset-lifted": "no longer ends on {before}",
    "sunset-earlier": "ends on {after} instead of {before}",
    "sunset-later": "ends on {after} instead of {before}",
    "discriminator-value-added": "discriminator value {after} added",
    "discriminator-value-removed": "discriminator value {before} removed",
    "discriminator-value-changed": "discriminator value changed from {before} to {after}",
    "security-changed": "authentication changed from {before} to {after}",
    "security-lifted": "no longer requires authentication, was {before}",
    "security-alternative-added": "also accepts {after}",
    "security-alternative-removed": "no longer accepts {before}",
    "security-scope-added": "also requires the scope {after}",
    "security-scope-removed": "no longer requires the scope {before}",
    "oauth-scope-added": "new scope {after}",
    "oauth-scope-removed": "scope {before} removed",
    "server-added": "new server {after}",
    "server-removed": "server {before} removed",
    "media-type-added": "can also be {after}",
    "media-type-removed": "can no longer be {before}",
    "status-changed": "status changed from {before}",
    "webhook-added": "new webhook",
    "webhook-removed": "webhook removed",
    "webhook-renamed": "renamed from {before}",
    "webhook-deprecated": "now deprecated",
    "webhook-no-longer-deprecated": "no longer deprecated",
    "schema-added": "new object",
    "schema-removed": "object removed",
    "schema-renamed": "renamed from {before}",
}
"""The phrase for each rule; `{before}` and `{after}` are the values. Existence and constraints are described below."""


NEW_REQUIRED_RULES: frozenset[RuleId] = frozenset(
    {"required-property-added", "required-parameter-added", "required-request-body-added"}
)
"""The rules about something new that is required."""

_PARAMETER_RULES: frozenset[RuleId] = frozenset({"parameter-added", "required-parameter-added", "parameter-removed"})

RULES_WITH_TYPE: frozenset[RuleId] = _PARAMETER_RULES | {
    "property-added",
    "required-property-added",
    "property-removed",
}
"""The rules whose phrase includes the type of the added or removed place."""


def _phrase(finding: Finding) -> str:
    before, after = finding.before, finding.after
    if finding.rule in PHRASES:
        return PHRASES[finding.rule].format(before=_format_value(before), after=_format_value(after))
    if finding.facet == "existence":
        return _introduction_phrase(finding) if before is None else f"removed{_type_suffix('was ', finding, before)}"
    keyword = as_code(finding.facet)
    if before is None:
        return f"{keyword} {_format_value(after)} added"
    if after is None:
        return f"{keyword} {_format_value(before)} removed"
    return f"{keyword} changed from {_format_value(before)} to {_format_value(after)}"


def _introduction_phrase(finding: Finding) -> str:
    required = " and required" if finding.rule in NEW_REQUIRED_RULES and finding.direction == "request" else ""
    return f"new{required}{_type_suffix('', finding, finding.after)}"


def _type_suffix(word: str, finding: Finding, value: Json) -> str:
    """The type of an added or removed property or parameter, after a word. Empty for other kinds of places."""
    if not isinstance(value, dict) or finding.rule not in RULES_WITH_TYPE:
        return ""
    is_parameter = finding.rule in _PARAMETER_RULES
    return f", {word}{as_code(schemas.type_name(value.get('schema', {}) if is_parameter else value))}"


def _format_value(value: Json) -> str:
    if value is None:
        return "none"
    if isinstance(value, list) and value:
        return join_names([as_code(schemas.as_text(one)) for one in value])
    return as_code(schemas.as_text(value))
