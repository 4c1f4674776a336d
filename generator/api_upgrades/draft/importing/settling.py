"""Settles the effects of a step so that `check` accepts them: each makes a difference, and no difference is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from api_upgrades.compare.compare import Finding, compare, iterate_findings
from api_upgrades.compare.rules.table import RuleTable, Severity, worst
from api_upgrades.draft.partial_draft import DRAFT_ERRORS, PartialDraft, replace_rest
from api_upgrades.effects import Effect
from api_upgrades.history.consistency import (
    find_unexplained,
    has_difference,
    makes_difference,
    needs_effect,
    parts_with_other_references,
)
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.renames import NO_RENAMES, RenameMap
from api_upgrades.openapi.semantics import adopt_wording
from api_upgrades.openapi.spelling import adopt_spelling
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Direction, Usage
from api_upgrades.registry.model import UNRELEASED, Change

_TABLE = RuleTable.with_overrides({})


def settle(effects: Sequence[Effect], older: Contract, newer: Contract) -> list[Effect]:
    """The effects that make a difference, after those that replace what is left.

    An effect that only spells something in another way is left out, as is one that does not revert without it.
    """
    lost = {part for part in newer.parts if part.kind == "schema" and part not in older.parts}
    kept, contract = keep_differences(effects, newer, with_references=False, lost=lost)
    rest = _replace_differences(older, contract)
    return [*rest.effects[::-1], *kept]


def keep_differences(
    effects: Sequence[Effect], newer: Contract, *, with_references: bool, lost: Set[Part] = frozenset()
) -> tuple[list[Effect], Contract]:
    """The effects that make a difference, without those that do not revert once others are left out.

    Also returns the contract before all of them. `with_references` also keeps effects that only change what a part
    refers to, because that can make a difference in an older version. So are those by which a place stops to refer to
    a schema that is `lost` in the older contract: without them, the reference would lead nowhere.
    """
    visibility = Visibility()
    kept: list[Effect] = []
    contract = newer
    for effect in reversed(effects):
        try:
            before = effect.revert(contract)
        except DRAFT_ERRORS:
            continue
        is_free = effect.only_rewords or not effect.changes_contract  # such an effect needs no difference
        refers = not lost.isdisjoint(effect.copied_schemas(contract)) or (
            with_references and bool(parts_with_other_references(before, contract))
        )
        if is_free or refers or has_difference(_applied(effect, before, contract), visibility):
            kept.append(effect)
            contract = before
    return kept[::-1], contract


class Trial(NamedTuple):
    """What `check` would say of the effects of a step: the severity of each, and the parts in which something is wrong.

    Something is wrong with a part that has a difference that no effect explains, or an effect that makes none.
    `reverts` says whether all effects revert at all.
    """

    severities: tuple[Severity, ...]
    misfits: set[Part | None]
    reverts: bool = True


def try_effects(effects: Sequence[Effect], older: Contract, newer: Contract, usages: Sequence[Usage]) -> Trial:
    """Revert effects in their order, and judge each. `usages` are those of the two contracts."""

    def directions(part: Part) -> Iterable[Direction]:
        return frozenset().union(*(usage.directions(part) for usage in usages))

    visibility = Visibility()
    severities: list[Severity] = []
    misfits: set[Part | None] = set()
    applied: list[AppliedEffect] = []
    contract = newer
    for effect in reversed(effects):
        try:
            before = effect.revert(contract)
        except DRAFT_ERRORS:
            misfits |= parts_of(effect)
            severities.append("neutral")
            continue
        one = _applied(effect, before, contract)
        renames = RenameMap.of(one.moves)
        findings = list(_until_breaking(iterate_findings(before, contract, renames, directions, _TABLE)))
        if not makes_difference(one, visibility, findings):
            misfits |= parts_of(effect)
        severities.append(effect.declared_severity or worst(finding.severity for finding in findings))
        applied.append(one)
        contract = before
    unexplained = find_unexplained(older, newer, applied[::-1], directions, _TABLE)
    parts = misfits | {target.part for target, _ in unexplained}
    return Trial(tuple(severities[::-1]), parts, len(applied) == len(effects))


def _until_breaking(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings up to the first one that is breaking, because no other can be more severe."""
    for finding in findings:
        yield finding
        if finding.severity == "breaking":
            break


def parts_of(effect: Effect) -> set[Part | None]:
    """The parts that an effect touches; None for the rest of the document."""
    return {touch.target.part for touch in effect.touches()}


def _applied(effect: Effect, older: Contract, newer: Contract) -> AppliedEffect:
    change = Change("step", UNRELEASED, "", "", None, (effect,), "")
    return AppliedEffect(change, 0, effect, older, newer)


def _replace_differences(older: Contract, contract: Contract) -> PartialDraft:
    """Effects that replace every value in which a contract still differs from the older one."""
    partial = PartialDraft(contract)
    for attempt in range(_MAX_ATTEMPTS):
        compared = compare(older, partial.contract, NO_RENAMES, lambda part: (), _TABLE)
        findings = list(filter(needs_effect, compared))
        if not findings:
            break
        parts = {target.part for finding in findings for target in (finding.target, finding.old_target)}
        # What an operation has from its path, or from a shared path item, is in the document.
        _replace_parts(partial, older, parts if attempt == 0 else {*parts, None})
    return partial


_MAX_ATTEMPTS = 3
"""How often differences are replaced: some show only when others are gone."""


def _replace_parts(partial: PartialDraft, older: Contract, parts: set[Part | None]) -> None:
    """Add effects that bring back some parts as they were; None stands for the rest of the document."""
    for part in sorted(filter(None, parts)):
        if part in partial.contract.parts and part not in older.parts:
            partial.revert_at(f"add_{part.kind}", Target(part))
        elif part in older.parts and part not in partial.contract.parts:
            partial.revert_at(f"remove_{part.kind}", Target(part), was=older.parts[part])
    goal = adopt_wording(adopt_spelling(older, partial.contract), partial.contract)
    known = {
        part: goal.parts[part] if part in parts and part in goal.parts else value
        for part, value in partial.contract.parts.items()
    }
    document = goal.document if None in parts else partial.contract.document
    replace_rest(partial, partial.contract.derive(known, filter(None, parts), document))
