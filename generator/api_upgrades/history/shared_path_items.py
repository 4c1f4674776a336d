"""A history in which operations behind a reference to a path item stand where they are called, for pages to show."""

from __future__ import annotations

from dataclasses import replace

from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.path_items import expand_path_items


def show_shared_path_items(history: History) -> History:
    """The history with every reference to a path item replaced by that path item; the same history without any."""
    known: dict[int, tuple[Contract, Contract]] = {}

    def expand(contract: Contract) -> Contract:
        if id(contract) not in known:  # keep the contract, so that its id is not reused
            known[id(contract)] = contract, expand_path_items(contract)
        return known[id(contract)][1]

    registry = replace(history.registry, head=expand(history.registry.head))
    steps = [replace(step, older=expand(step.older), newer=expand(step.newer)) for step in history.steps.values()]
    if all(contract is expanded for contract, expanded in known.values()):
        return history
    return History(registry, steps, history.table)
