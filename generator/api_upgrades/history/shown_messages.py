"""The messages that a change file names to show its change, at both versions of the change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from api_upgrades.core.errors import RegistryError
from api_upgrades.examples.message import Message, compose_message, with_values, without_properties
from api_upgrades.examples.validate import find_invalid_values
from api_upgrades.history.derive import Step
from api_upgrades.history.history import History
from api_upgrades.registry.file_models import ShownMessage
from api_upgrades.registry.model import Change


class ShownPair(NamedTuple):
    """A message at both versions of a change. `older` is None if the older version has no such message.

    `base` is what a diff compares `newer` with: the older message, or else `newer` without the values that are new.
    """

    older: Message | None
    newer: Message
    base: Message | None


def compose_shown_pair(step: Step, shown: ShownMessage) -> ShownPair | None:
    """Compose a message that a change file names; None if the newer contract has no such message with a body."""
    newer = compose_message(step.newer, shown.target)
    if newer is None:
        return None
    newer = with_values(without_properties(newer, shown.without), shown.values)
    if shown.values and shown.was is None and shown.instead_of is None:
        return ShownPair(None, newer, without_properties(newer, shown.values))
    older_place = shown.instead_of or step.renames.to_older(shown.target)
    older = compose_message(step.older, older_place)
    older = older and with_values(older, shown.was or {})
    return ShownPair(older, newer, older)


def find_faults_of_shown_messages(history: History) -> Iterator[RegistryError]:
    """Yield an error for each message that does not exist, or whose values don't match the contract."""
    for version in history.versions:
        for change in version.changes:
            if change.show:
                yield from _find_faults(history.steps[version.id], change)


def _find_faults(step: Step, change: Change) -> Iterator[RegistryError]:
    for index, shown in enumerate(change.show):
        where = change.source.locate("show", index) if change.source else change.locate()
        pair = compose_shown_pair(step, shown)
        if pair is None:
            problem = f"show: {step.version.id} has no {str(shown.target)!r} with a body"
            yield RegistryError(where, f"{problem}; name an operation with a body, one of its responses or a webhook")
            continue
        if (shown.was is not None or shown.instead_of) and pair.older is None:
            problem = f"show: {step.older_version} has no {str(shown.instead_of or shown.target)!r} with a body"
            yield RegistryError(where, f"{problem}; delete 'was' and 'instead_of', or fix the name")
        for version, contract, message in (
            (step.version.id, step.newer, pair.newer),
            (step.older_version, step.older, pair.older),
        ):
            for fault in find_invalid_values(contract, message) if message else ():
                yield RegistryError(where, f"show: the body is not valid at {version}: {fault}")
