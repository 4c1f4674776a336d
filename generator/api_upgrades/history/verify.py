"""Checks that every reference of every contract resolves and that every example is valid at its own version.

A fault is reported once, for the newest version that has it, at the effect that caused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.history.derive import AppliedEffect, Step
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.mentions import references
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.references import resolve
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage
from api_upgrades.sources.source_map import is_document


class UncheckedExample(RegistryError):
    """An example that may be valid or not, because its pattern takes too long. This is no fault of the API."""


def verify(history: History, source: str, memo: Memo | None = None) -> Iterator[RegistryError]:
    """The faults of head, located in `source`, then the faults that only older versions have, newest version first.

    In a document that others wrote, a composed value without any example is no fault: its authors can't know of it.
    """
    is_ours = not is_document(source)
    head = history.usage_at(history.versions[-1].id)
    memo = memo or Memo()
    reported = dict(_find_faults(head, head.contract.parts, memo, is_ours))
    for target, message in reported.values():
        where = history.registry.source_map.locate(target, source)
        if _is_untried(message):
            yield UncheckedExample(where, f"{target}: {message}")
        else:
            yield RegistryError(where, f"{target}: {message}; fix the {'model' if is_ours else 'document'}")
    for step in reversed(list(history.steps.values())):
        older = history.usage_at(step.older_version)
        found = {key: fault for key, fault in _find_new_faults(older, step, memo, is_ours) if key not in reported}
        if found:
            reported |= found
            suspects = _Suspects(step, older)
            for target, message in found.values():
                fault = suspects.locate_fault(target, message)
                yield UncheckedExample(fault.location, fault.problem) if _is_untried(message) else fault


def _is_untried(message: str) -> bool:
    from api_upgrades.examples.pattern_keywords import UNTRIED

    return UNTRIED in message


EXAMPLE_PREFIX = "the example"
"""The beginning of a fault's message about an example."""

WORDING_FACETS = ("title", "summary", "description")

Fault = tuple[tuple[str, str], tuple[Target, str]]
"""A key that identifies a fault in every version, and the fault itself: its place and message."""


def _find_faults(usage: Usage, parts: Iterable[Part], memo: Memo, with_composed: bool) -> list[Fault]:
    """The faults of some parts, perhaps those of composed values too. Skips parts that the memo knows as faultless."""
    from api_upgrades.examples.validate import find_invalid_examples  # jsonschema, which only this check needs

    unknown = {part: key for part in parts if not memo.has_result(*(key := _memo_key(usage, part, with_composed)))}
    found = [*_find_dangling_references(usage.contract, unknown)]
    dangling = {target.part for _, (target, _) in found}
    # Examples cannot be validated if a reference in the closure of their part is broken.
    resolvable = [part for part in unknown if dangling.isdisjoint(usage.closure(part))]
    for invalid in find_invalid_examples(usage.contract, resolvable, usage.directions):
        if with_composed or not invalid.is_composed:
            identity = str(invalid.target), invalid.message
            found.append((identity, (invalid.target, f"{EXAMPLE_PREFIX} {invalid.message}")))
    faulty = {target.part for _, (target, _) in found}
    for part, (name, sources) in unknown.items():
        if part not in faulty:
            memo.get_or_compute(name, sources, lambda: True)
    return found


def _memo_key(usage: Usage, part: Part, with_composed: bool) -> tuple[str, tuple[object, ...]]:
    """The name and the sources under which the memo table stores that a part has no faults."""
    parts = usage.contract.parts
    closure = (parts.get(one) for one in usage.closure(part))
    return f"faultless {sorted(usage.directions(part))} {with_composed}", (usage.contract.document, *closure)


def _find_dangling_references(contract: Contract, parts: Iterable[Part]) -> Iterator[Fault]:
    for part in parts:
        for ref in references(contract.parts[part]):
            if not _can_resolve(contract, ref):
                yield (str(part), ref), (Target(part), f"refers to {ref!r}, which does not exist")


def _find_new_faults(older: Usage, step: Step, memo: Memo, with_composed: bool) -> list[Fault]:
    """The faults of the parts that a step affects, in the version before it."""
    affected = older.affected_by(step.changed_parts)
    return _find_faults(older, [part for part in affected if part in step.older.parts], memo, with_composed)


def _can_resolve(contract: Contract, ref: str) -> bool:
    if not ref.startswith("#"):
        return True
    try:
        resolve(contract, ref)
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True


class _Suspects:
    """The effects of a step, by what they touch and change, to find the cause of a fault in the older version."""

    def __init__(self, step: Step, older: Usage) -> None:
        self._step, self._older = step, older
        self._touched: dict[Part | None, list[tuple[Target, AppliedEffect]]] = {}
        self._changed: dict[Part, AppliedEffect] = {}
        self._order = {id(applied): index for index, applied in enumerate(step.effects)}
        for applied in step.effects:
            for touch in applied.effect.touches():
                if touch.facet not in WORDING_FACETS:
                    self._touched.setdefault(touch.target.part, []).append((touch.target, applied))
            for part in applied.changed_parts:
                self._changed.setdefault(part, applied)

    def locate_fault(self, target: Target, message: str) -> RegistryError:
        """A fault as an error at the effect that most likely caused it, or at the version's file if there is none."""
        applied = self._find_cause(target)
        is_about_example = message.startswith(EXAMPLE_PREFIX)
        message = f"{target}: {message} at {self._step.older_version}"
        if applied is None:
            return RegistryError(Location(self._step.version.file), message)
        if is_about_example and applied.effect.lacks_example and not _is_untried(message):
            message += "; add one that is valid there as the effect's 'example'"
        return RegistryError(applied.change.locate(applied.index), f"{applied.effect.kind}: {message}")

    def _find_cause(self, target: Target) -> AppliedEffect | None:
        """The first effect that is nearest to a place: it touches the place, its part, or a part in its closure.

        Of effects that touch the place, the one with the deepest target is nearest. Touches of wording don't count.
        """
        touching = [
            (-len(one.steps), self._order[id(applied)], applied)
            for one, applied in self._touched.get(target.part, ())
            if target.within(one) or one.within(target)
        ]
        if touching:
            return min(touching, key=lambda one: one[:2])[2]
        if target.part in self._changed:
            return self._changed[target.part]
        known = target.part in self._older.contract.parts and target.part
        changed = [self._changed[part] for part in self._older.closure(known) if part in self._changed] if known else []
        return min(changed, key=lambda one: self._order[id(one)], default=None)
