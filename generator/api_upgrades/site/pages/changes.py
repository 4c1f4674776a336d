"""The view of a change that all pages use: what callers have to do, what it affects, and its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from api_upgrades.compare.compare import Finding
from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.compare.rules.table import SEVERITIES, Severity
from api_upgrades.effects.base import MAX_NAMED_TARGETS
from api_upgrades.history.derive import LiveAddition, Step
from api_upgrades.history.history import JudgedChange, JudgedEffect
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import as_text
from api_upgrades.openapi.target import Target
from api_upgrades.registry.model import none_if_todo
from api_upgrades.site.pages.before_after import BeforeAfter, collect_examples
from api_upgrades.site.pages.change_kinds import change_kinds
from api_upgrades.site.pages.page import Heading
from api_upgrades.site.pages.site import PartLink, Site, format_count, without_duplicates
from api_upgrades.site.text import prose

KIND_TITLES = {"operation": "Operations", "schema": "Objects", "webhook": "Webhooks"}
KIND_NOUNS = {"Operations": "operation", "Objects": "object", "Webhooks": "webhook"}


@dataclass(frozen=True)
class Reason:
    """A reason for the severity of an effect: one rule, in one or more directions."""

    rule: RuleId
    severity: Severity
    what: str
    directions: tuple[str, ...]
    why: str

    @property
    def where(self) -> str:
        """The directions in words, with a leading space: ` in responses and webhooks`. Empty if there are none."""
        return f" in {' and '.join(f'{direction}s' for direction in self.directions)}" if self.directions else ""


@dataclass(frozen=True)
class EffectView:
    """One effect in words, with the reasons for its severity.

    `value_changes` are (old value, new value) pairs. `targets` is empty if the headline names them all.
    """

    headline: str
    targets: tuple[str, ...]
    severity: Severity
    reasons: tuple[Reason, ...]
    value_changes: tuple[tuple[str, str], ...]
    override: str | None
    is_wording: bool


@dataclass(frozen=True)
class ChangeView:
    """A change as pages show it. Costly parts such as the examples are computed on first use."""

    site: Site
    judged: JudgedChange

    @property
    def id(self) -> str:
        return self.judged.change.id

    @property
    def version(self) -> str:
        return self.judged.change.version

    @property
    def title(self) -> str:
        return self.judged.change.title

    @property
    def why(self) -> str | None:
        return none_if_todo(self.judged.change.why)

    @property
    def upgrade(self) -> str | None:
        return none_if_todo(self.judged.change.upgrade)

    @property
    def severity(self) -> Severity:
        return self.judged.severity

    @property
    def address(self) -> str:
        return self.site.addresses.change(self.version, self.id)

    @property
    def guide_anchor(self) -> str:
        """The id of the change on the guide, unique among all versions. Names contain no colon."""
        return f"{self.version}:{self.id}"

    @property
    def heading(self) -> Heading:
        return Heading(self.id, prose.to_plain(self.title))

    @property
    def _step(self) -> Step:
        return self.site.history.steps[self.version]

    @property
    def _affected_parts(self) -> tuple[Part, ...]:
        return self.judged.affected_parts

    @cached_property
    def affected(self) -> dict[str, tuple[PartLink, ...]]:
        """The operations, objects and webhooks that the change affects, by the title of their kind."""
        step = self._step
        renamed = {move.old.part for move in step.renames.moves if move.old == Target(move.old.part)}
        ends = (step.version.id, step.older_version)
        links = [
            self.site.part_link(part, *ends)
            for part in self._affected_parts
            if part not in renamed  # it is listed under its newer name
            # Skip parts that were added and removed within the version.
            and any(self.site.resource_of(part, end) for end in ends)
        ]
        return {
            title: found
            for kind, title in KIND_TITLES.items()
            if (found := tuple(link for link in links if link.part.kind == kind))
        }

    @property
    def affected_counts(self) -> str:
        """`4 operations, 1 object and 2 webhooks`."""
        counts = [format_count(len(links), KIND_NOUNS[title]) for title, links in self.affected.items()]
        return " and ".join(filter(None, [", ".join(counts[:-1]), counts[-1]]))

    @cached_property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """The resources that the change touches directly, as (name, address in the reference)."""
        found: dict[str, str] = {}
        for part in self.judged.changed_parts:
            for version in (self._step.version.id, self._step.older_version):
                resource = self.site.resource_of(part, version)
                if resource is not None:
                    found.setdefault(resource.name, self.site.addresses.resource(version, resource.slug))
                    break
        return tuple(found.items())

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its kinds by which readers filter, such as `renamed`."""
        return change_kinds(self.judged)

    @cached_property
    def effects(self) -> tuple[EffectView, ...]:
        return tuple(self._effect_view(judged) for judged in self.judged.effects)

    def _effect_view(self, judged: JudgedEffect) -> EffectView:
        override = judged.effect.override
        targets = judged.effect.targets
        return EffectView(
            judged.headline,
            tuple(map(str, targets)) if len(targets) > MAX_NAMED_TARGETS else (),
            judged.severity,
            tuple(self._severity_reasons(judged.findings)),
            tuple(dict.fromkeys(_value_changes(judged.findings, judged.headline))),
            override.reason if override else None,
            judged.effect.only_rewords,
        )

    def _severity_reasons(self, findings: tuple[Finding, ...]) -> Iterator[Reason]:
        table = self.site.history.table
        grouped: dict[tuple[Severity, RuleId, str], list[str]] = {}
        for finding in findings:
            key = (finding.severity, finding.rule, table.reason(finding.rule, finding.direction))
            # Rules about operations, parameters and webhooks have only one direction. It is obvious, so leave it out.
            is_obvious = len(table.rules[finding.rule].verdicts) == 1
            grouped.setdefault(key, []).append("" if is_obvious else finding.direction or "")
        for (severity, rule, why), directions in sorted(grouped.items(), key=lambda one: SEVERITIES.index(one[0][0])):
            what = table.rules[rule].description
            yield Reason(rule, severity, what, without_duplicates(filter(None, directions)), why)

    @cached_property
    def examples(self) -> list[BeforeAfter]:
        return collect_examples(self.site.history, self.site.upgrade_paths, self._step, self.judged)


@dataclass(frozen=True)
class AdditionView(ChangeView):
    """An addition as pages show it. Its links lead to the reference of the newest version that it fits."""

    live: LiveAddition

    @property
    def date(self) -> str:
        """The day on which it went live in every version, as `2024-01-31`."""
        return self.live.addition.date

    @property
    def address(self) -> str:
        return self.site.addresses.addition(self.id)

    @property
    def anchor(self) -> str:
        """The id of its entry in the changelog."""
        return self.address.partition("#")[2]

    @property
    def _affected_parts(self) -> tuple[Part, ...]:
        # In other versions, the affected parts may have other names, or may not exist.
        return tuple(part for part in self.judged.affected_parts if part in self._step.newer.parts)

    @property
    def _step(self) -> Step:
        version = next(one for one in self.site.history.versions if one.id == self.live.version)
        older, newer = self.live.effects[0].older, self.live.effects[-1].newer
        return Step(version, version.id, older, newer, self.live.effects)


def addition_views(site: Site) -> tuple[AdditionView, ...]:
    """The additions, in the order in which they went live."""
    pairs = zip(site.history.additions, site.history.live_additions, strict=True)
    return tuple(AdditionView(site, judged, live) for judged, live in pairs)


_RULES_WITH_VALUES: frozenset[RuleId] = frozenset(
    {
        *("type-changed", "type-widened", "type-narrowed", "default-changed"),
        *("constraint-tightened", "constraint-loosened", "constraint-changed"),
    }
)
"""The rules for which a headline doesn't give both the old and the new value."""


def _value_changes(findings: tuple[Finding, ...], headline: str) -> Iterator[tuple[str, str]]:
    """Yield (old value, new value) of findings whose headline doesn't give both, such as long patterns."""
    said = re.findall(r"[^\s`]+", headline)
    for finding in findings:
        if finding.rule in _RULES_WITH_VALUES and finding.before is not None and finding.after is not None:
            was, now = as_text(finding.before), as_text(finding.after)
            if was not in said or now not in said:
                yield was, now
