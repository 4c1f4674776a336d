"""Converts a series of documents to the files of a registry, and verifies that these lead back to each document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors
from api_upgrades.core.progress import stage
from api_upgrades.draft.importing.steps import ImportedChange, ImportedStep, import_step
from api_upgrades.draft.yaml_text import TODO, effect_lines, flow_yaml, printable, titled_change_text
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.openapi.target import Target
from api_upgrades.registry.json_schema import SCHEMA_LINE
from api_upgrades.registry.model import WORDING, Change, Registry, Version
from api_upgrades.releases.lock import Locks
from api_upgrades.releases.locking import LockBuilder


@dataclass(frozen=True)
class ImportResult:
    """A registry made from documents: its history and locks, and the texts of its new files by their paths in it.

    `replaced` has for a version the parts because of which older values are kept whole.
    """

    history: History
    files: Mapping[str, str]
    locks: Locks
    replaced: Mapping[str, tuple[Target, ...]]


NO_LOCKS = Locks(Path(), Path(), {})


def convert_documents(
    documents: Mapping[str, Contract], existing: Registry | None = None, locks: Locks = NO_LOCKS
) -> ImportResult:
    """Convert OpenAPI documents to a registry whose source is the newest document.

    `documents` is keyed by version, oldest first. If there is an `existing` registry, the first document is that of its
    latest version, and the others are added to it. Raises ApiUpgradesError if a document cannot be derived again from
    the result, which is a bug.
    """
    ids = list(documents)
    documents = dict(documents)
    for older, newer in reversed(list(pairwise(ids))):
        documents[older] = documents[older].sharing_with(documents[newer])
    steps: dict[str, ImportedStep] = {}
    for older, newer in pairwise(ids):
        with stage(f"Comparing {older} with {newer}"):
            steps[newer] = import_step(documents[older], documents[newer])
    added = [_make_version(id, steps.get(id)) for id in ids if existing is None or id in steps]
    head = documents[ids[-1]]
    versions = (*(existing.versions if existing else ()), *added)
    registry = replace(existing, head=head, versions=versions) if existing else Registry(head, versions)
    derived, errors = derive(registry)
    if errors:
        raise RegistryErrors(errors)
    history = History(registry, derived, RuleTable.with_overrides({}))
    for id, document in documents.items():
        if json.dumps(history.contract_at(id).to_openapi()) != json.dumps(document.to_openapi()):
            message = "this document cannot be derived again from the newer ones; please report it as a bug"
            raise ApiUpgradesError(f"{id}: {message}")
    files = {name: text for version in added for name, text in _render_files(version, steps.get(version.id))}
    replaced = {id: step.replaced for id, step in steps.items() if step.replaced}
    return ImportResult(history, files, LockBuilder().build_locks(history, locks), replaced)


def _make_version(id: str, step: ImportedStep | None) -> Version:
    file = f"{id}/version.yaml"
    if step is None:
        return Version(id, "The first documented version.", None, None, None, (), (), file)
    changes = tuple(_make_change(id, change) for change in step.changes)
    wording = _make_change(id, ImportedChange(WORDING, "", step.wording, ())) if step.wording else None
    return Version(id, printable(step.summary), None, None, None, step.order, changes, file, wording=wording)


def _make_change(version: str, change: ImportedChange) -> Change:
    return Change(
        change.id, version, printable(change.title), TODO, None, change.effects, f"{version}/{change.id}.yaml"
    )


def _render_files(version: Version, step: ImportedStep | None) -> Iterator[tuple[str, str]]:
    severities = {change.id: change.severity for change in step.changes} if step else {}
    order = f"order: {flow_yaml(list(version.order))}\n" if version.order else ""
    yield version.file, f"summary: {flow_yaml(version.summary)}\n{order}"
    for change in version.changes:
        is_breaking = severities[change.id] == "breaking"
        yield change.file, titled_change_text(SCHEMA_LINE, change.title, change.effects, is_breaking)
    if version.wording:
        yield version.wording.file, "\n".join(["effects:", *effect_lines(version.wording.effects)]) + "\n"
