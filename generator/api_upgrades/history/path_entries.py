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
    "property-renamed": "was called {before}",
    "property-moved": "was at {before}",
    "property-became-list": "is a list now: was {before}, is {after}",
    "became-required": "is required now",
    "became-optional": "is optional now",
    "became-nullable": "may be null now",
    "became-not-nullable": "is never null any more",
    "became-read-only": "is read-only now",
    "became-writable": "is no longer read-only",
    "became-write-only": "is write-only now",
    "became-readable": "is no longer write-only",
    "deprecated": "is deprecated now",
    "no-longer-deprecated": "is no longer deprecated",
    "type-changed": "was {before}, is {after}",
    "type-widened": "was {before}, is {after}",
    "type-narrowed": "was {before}, is {after}",
    "variant-added": "may be {after} too",
    "variant-removed": "is never {before} any more",
    "enum-value-added": "{after} is one more of its values",
    "enum-value-removed": "{before} is none of its values any more",
    "constant-removed": "is no longer {before}",
    "constant-lifted": "is no longer always {before}",
    "enum-value-renamed": "its value {before} is {after} now",
    "enum-introduced": "is limited to {after}",
    "enum-lifted": "is no longer limited to {before}",
    "default-changed": "its default was {before}, is {after}",
    "operation-moved": "was {before}",
    "operation-renamed": "was {before}",
    "operation-deprecated": "is deprecated now",
    "operation-no-longer-deprecated": "is no longer deprecated",
    "operation-id-changed": "its `operationId` was {before}, is {after}",
    "parameter-renamed": "was called {before}",
    "sunset-set": "ends on {after}",
    "sunset-lifted": "no longer ends on {before}",
    "sunset-earlier": "ends on {after}, was to end on {before}",
    "sunset-later": "ends on {after}, was to end on {before}",
    "discriminator-value-added": "{after} is one more of its forms",
    "discriminator-value-removed": "{before} is none of its forms any more",
    "discriminator-value-changed": "of its forms, {before} is {after} now",
    "security-changed": "asks for other credentials: was {before}, is {after}",
    "security-lifted": "asks for no credentials any more, was {before}",
    "security-alternative-added": "other credentials do as well: {after}",
    "security-alternative-removed": "some credentials no longer do: {before}",
    "security-scope-added": "asks for the scope {after} too",
    "security-scope-removed": "no longer asks for the scope {before}",
    "oauth-scope-added": "has the scope {after} now",
    "oauth-scope-removed": "has no scope {before} any more",
    "server-added": "is at {after} too",
    "server-removed": "is no longer at {before}",
    "media-type-added": "may be {after} too",
    "media-type-removed": "is never {before} any more",
    "status-changed": "was status {before}",
    "webhook-renamed": "was called {before}",
    "webhook-deprecated": "is deprecated now",
    "webhook-no-longer-deprecated": "is no longer deprecated",
    "schema-renamed": "was called {before}",
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
    if finding.facet == "existence":
        return _introduction_phrase(finding) if before is None else f"is gone{_type_suffix(', was', finding, before)}"
    if finding.rule in PHRASES:
        return PHRASES[finding.rule].format(before=_format_value(before), after=_format_value(after))
    keyword = as_code(finding.facet)
    if before is None:
        return f"has {keyword} {_format_value(after)} now"
    if after is None:
        return f"has no {keyword} any more, was {_format_value(before)}"
    return f"{keyword} was {_format_value(before)}, is {_format_value(after)}"


def _introduction_phrase(finding: Finding) -> str:
    required = " and required" if finding.rule in NEW_REQUIRED_RULES and finding.direction == "request" else ""
    return f"is new{required}{_type_suffix(':', finding, finding.after)}"


def _type_suffix(word: str, finding: Finding, value: Json) -> str:
    """The type of an added or removed property or parameter, after a word. Empty for other kinds of places."""
    if not isinstance(value, dict) or finding.rule not in RULES_WITH_TYPE:
        return ""
    is_parameter = finding.rule in _PARAMETER_RULES
    return f"{word} {as_code(schemas.type_name(value.get('schema', {}) if is_parameter else value))}"


def _format_value(value: Json) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list) and value:
        return join_names([as_code(schemas.as_text(one)) for one in value])
    return as_code(schemas.as_text(value))
