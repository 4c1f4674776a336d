"""Loads a project in stages, from its folder to its history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.progress import stage
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.history.verify import UncheckedExample, verify
from api_upgrades.registry import reader
from api_upgrades.registry.layout import REGISTRY, SOURCE
from api_upgrades.registry.model import Version
from api_upgrades.releases.check import find_internal_exposure, find_undocumented_differences
from api_upgrades.releases.lock import Locks, read_locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.sources.source import read_head
from api_upgrades.sources.source_map import SourceMap, describe_source, entry_file, is_document


@dataclass(frozen=True)
class Project:
    """Where a project keeps its API, relative to `root`, its own severities of rules, and its option `link_base`."""

    root: Path
    registry: str = REGISTRY
    source: str = SOURCE
    severity: Mapping[str, str] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo, compare=False)
    link_base: str | None = None

    def read_state(self) -> ProjectState:
        """Read the source, changes and locks, and check only their form. Raises ApiUpgradesError with all errors."""
        self.memo.begin_load()
        table = _table(json.dumps(self.severity, default=str))
        with stage(f"Reading {describe_source(self.source)}"):
            head = read_head(self.source, self.root)
        with stage("Reading the changes"):
            contract = self.memo.get_or_compute(
                "head", (head.contract,), partial(self.memo.intern_contract, head.contract)
            )
            found = reader.read_registry(self.root / self.registry, contract, self.root)
            locks = read_locks(self.root / self.registry, self.root, [version.id for version in found.versions])
        versions = tuple(_add_amendments(found.versions, locks))
        declared = SourceMap(self.root.resolve(), head.files, head.document)
        return ProjectState(replace(found, versions=versions, source_map=declared), locks, table, self.memo)

    def load(self) -> History:
        """Read and derive everything. Raises ApiUpgradesError with all that is wrong."""
        return self.load_state().history

    def load_state(self) -> ProjectState:
        """Read everything, derive every version and check it. Raises ApiUpgradesError with all errors."""
        state = self.read_state()
        with stage("Deriving every version"):
            if state.errors:
                raise RegistryErrors(list(find_undocumented_differences(state, self.source)) or state.errors)
            history = state.history
            # A document may be written by somebody else, so its faults are tolerated here; `check` reports them.
            if not is_document(self.source):
                source = entry_file(self.source)
                faults = verify(history, source, self.memo)
                errors = [error for error in faults if not isinstance(error, UncheckedExample)]
                if errors := [*errors, *find_internal_exposure(history, source, self.memo)]:
                    raise RegistryErrors(errors)
        return state


@lru_cache(8)
def _table(severity: str) -> RuleTable:
    """The rules with a project's own severities, given as JSON. Equal severities give the same object."""
    return RuleTable.with_overrides(json.loads(severity))


def _add_amendments(versions: Iterable[Version], locks: Locks) -> Iterator[Version]:
    """The versions with the amendments that their locks record."""
    for version in versions:
        lock = locks.by_version.get(version.id)
        yield version if lock is None else replace(version, amendments=tuple(lock.amendments))
