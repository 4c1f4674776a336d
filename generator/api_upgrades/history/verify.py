"""What must hold for every contract: each reference leads somewhere, and each example is valid at its own version.

A fault is reported once, at the newest version that has it, and blamed on the change that brought it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api_upgrades.core.errors import Location, RegistryError
from api_upgrades.examples.validate import invalid_examples
from api_upgrades.history.derive import AppliedEffect, Step
from api_upgrades.history.history import History, changed_parts
from api_upgrades.history.memo import Memory
from api_upgrades.openapi.contract import Contract, Part, references, resolve
from api_upgrades.openapi.target import Target
from api_upgrades.openapi.usage import Usage
from api_upgrades.sources.source_map import is_document


def verify(history: History, source: str, memory: Memory | None = None) -> Iterator[RegistryError]:
    """The faults of head, which stand in `source`, then those that each step back would add."""
    head = history.usage_at(history.versions[-1].id)
    memory = memory or Memory()
    known = dict(_faults(head, head.contract.parts, memory))
    for target, message in known.values():
        where = history.registry.declared.locate(target, source)
        yield RegistryError(where, f"{target}: {message}; mend the {'document' if is_document(source) else 'model'}")
    for step in reversed(list(history.steps.values())):
        older = history.usage_at(step.older_version)
        for key, (target, message) in _new_faults(older, step, memory):
            if key not in known:
                known[key] = (target, message)
                yield _blamed(step, older, target, message)


EXAMPLE = "the example"
"""How a message about an example begins."""

WORDING = ("title", "summary", "description")

Fault = tuple[tuple[str, str], tuple[Target, str]]
"""What tells a fault from others, and the fault: its place, and what is wrong there."""


def _faults(usage: Usage, parts: Iterable[Part], memory: Memory) -> list[Fault]:
    """The faults of some parts, apart from those of which it is known that they have none."""
    unknown = {part: key for part in parts if not memory.has(*(key := _soundness(usage, part)))}
    found = [*_dangling(usage.contract, unknown)]
    dangling = {target.part for _, (target, _) in found}
    # An example behind a reference that leads nowhere can't be judged.
    judged = [part for part in unknown if dangling.isdisjoint(usage.closure(part))]
    for invalid in invalid_examples(usage.contract, judged, usage.directions):
        found.append(((str(invalid.target), invalid.message), (invalid.target, f"{EXAMPLE} {invalid.message}")))
    faulty = {target.part for _, (target, _) in found}
    for part, (what, sources) in unknown.items():
        if part not in faulty:
            memory.kept(what, sources, lambda: True)
    return found


def _soundness(usage: Usage, part: Part) -> tuple[str, tuple[object, ...]]:
    """That a part has no faults, and all that this follows from."""
    parts = usage.contract.parts
    closure = (parts.get(one) for one in usage.closure(part))
    return f"sound {sorted(usage.directions(part))}", (usage.contract.document, *closure)


def _dangling(contract: Contract, parts: Iterable[Part]) -> Iterator[Fault]:
    for part in parts:
        for ref in references(contract.parts[part]):
            if not _resolves(contract, ref):
                yield (str(part), ref), (Target(part), f"refers to {ref!r}, which isn't there")


def _new_faults(older: Usage, step: Step, memory: Memory) -> list[Fault]:
    """The faults of what differs before a step."""
    affected = older.reach(changed_parts(step.older, step.newer))
    return _faults(older, [part for part in affected if part in step.older.parts], memory)


def _resolves(contract: Contract, ref: str) -> bool:
    if not ref.startswith("#"):
        return True
    try:
        resolve(contract, ref)
    except (KeyError, IndexError, ValueError, TypeError):
        return False
    return True


def _blamed(step: Step, older: Usage, target: Target, message: str) -> RegistryError:
    """The error at the effect that touches the place, or else the part, or something behind it."""
    applied = next(iter(_suspects(step.effects, older, target)), None)
    is_of_example = message.startswith(EXAMPLE)
    message = f"{target}: {message} at {step.older_version}"
    if applied is None:
        return RegistryError(Location(step.version.file), message)
    if is_of_example and applied.effect.lacks_example:
        message += "; write one that is valid there as the effect's 'example'"
    return RegistryError(applied.change.locate(applied.index), f"{applied.effect.kind}: {message}")


def _suspects(effects: Iterable[AppliedEffect], older: Usage, target: Target) -> list[AppliedEffect]:
    """The effects of a step, the likeliest first: nearest to the place."""
    closure = older.closure(target.part) if target.part in older.contract.parts and target.part else []

    def distance(applied: AppliedEffect) -> tuple[int, int]:
        """How near an effect is, and among those that touch the place how exactly they name it; wording is innocent."""
        touched = [touch.target for touch in applied.effect.touches() if touch.facet not in WORDING]
        around = [len(one.steps) for one in touched if target.within(one) or one.within(target)]
        if around:
            return 0, -max(around)
        changed = changed_parts(applied.older, applied.newer)
        if target.part in changed:
            return 1, 0
        return (2, 0) if set(changed) & set(closure) else (3, 0)

    return sorted((one for one in effects if distance(one) < (3, 0)), key=distance)
