"""No difference without an effect, and no effect without a difference.

Every other check asks whether the registry can be read. This one asks whether it tells the truth: the comparison of
two neighbouring versions, which knows nothing of effects, is the witness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api_upgrades.compare.compare import Finding, compare
from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.effects.touch import Touch
from api_upgrades.history.derive import AppliedEffect
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract, Part
from api_upgrades.openapi.internal import Visibility
from api_upgrades.openapi.renames import Names
from api_upgrades.openapi.semantics import meaning
from api_upgrades.openapi.usage import Direction, References, Usage


def dishonest(history: History) -> Iterator[RegistryError]:
    """Differences between neighbours that no effect announces, and effects that make no difference."""
    for step in history.steps.values():
        usages = [history.usage_at(step.older_version), history.usage_at(step.version.id)]
        yield from _between(step.older, step.newer, step.effects, usages, history, step.version.file)
    for live in history.live_additions:
        older, newer = live.effects[0].older, live.effects[-1].newer
        usages = [Usage(older, References()), history.usage_at(live.version)]
        yield from _between(older, newer, live.effects, usages, history, live.addition.file)


def _between(
    older: Contract,
    newer: Contract,
    effects: Sequence[AppliedEffect],
    usages: Sequence[Usage],
    history: History,
    file: str,
) -> Iterator[RegistryError]:
    def directions(part: Part) -> frozenset[Direction]:
        return frozenset().union(*(usage.directions(part) for usage in usages))

    names = Names.of(move for applied in effects for move in applied.moves)
    announced = list(_announced(effects))
    told: set[str] = set()
    for finding in compare(older, newer, names, directions, history.table):
        text = f"{finding.target}: {finding.text}"
        if text not in told and not any(touch.predicts(finding.target, finding.facet) for touch in announced):
            told.add(text)
            yield RegistryError(Location(file), f"{text} is announced by no effect; add one that says so")
    wording = [applied for applied in effects if applied.change.is_wording]
    if wording and not _are_same(wording[0].older, wording[-1].newer):
        message = "alters more than words, examples and order; write what changed as a change of its own"
        yield RegistryError(wording[0].change.locate(), message)
    visibility = Visibility()
    for applied in effects[len(wording) :]:
        moves = Names.of(applied.moves)
        was, now = visibility.public(applied.older), visibility.public(applied.newer)
        findings = compare(applied.older, applied.newer, moves, directions, history.table)
        # What becomes internal, or public, differs for the public alone.
        if not shows(applied, findings or compare(was, now, moves, directions, history.table)):
            yield RegistryError(
                applied.change.locate(applied.index),
                f"{applied.effect.kind}: the comparison of both contracts finds no difference; take the effect away, "
                "or say what changed by another kind",
            )


def _announced(effects: Sequence[AppliedEffect]) -> Iterator[Touch]:
    """What effects touch, by the names that it has after the last of them."""
    for index, applied in enumerate(effects):
        later = Names.of(move for other in effects[index + 1 :] for move in other.moves)
        yield from (Touch(later.newer(touch.target), touch.facet) for touch in applied.touches)


def shows(applied: AppliedEffect, findings: Sequence[Finding]) -> bool:
    """Whether an effect makes a difference, or is of a kind that need not: wording, behaviour, the last resort."""
    if not applied.effect.alters_contract or not applied.effect.must_show or findings:
        return True
    return _are_same(applied.older, applied.newer)


def _are_same(older: Contract, newer: Contract) -> bool:
    """Whether two contracts promise the same."""
    parts = [(older.parts.get(part), value) for part, value in newer.parts.items()]
    document = (older.said, newer.said) if older.document is not newer.document else (None, None)
    same_parts = older.parts.keys() == newer.parts.keys()
    return same_parts and all(was is now or meaning(was) == meaning(now) for was, now in (*parts, document))
