"""The files of a registry that a series of documents makes, known to lead back to each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from api_upgrades.change_schema import SCHEMA_LINE
from api_upgrades.contract import Contract
from api_upgrades.derive import derive
from api_upgrades.draft.change_text import TODO, effect_lines, in_flow, titled_text
from api_upgrades.errors import ApiUpgradesError, RegistryErrors
from api_upgrades.freeze import Freezer
from api_upgrades.history import History
from api_upgrades.lock import LOCK, Locks
from api_upgrades.registry import WORDING, Change, Registry, Version
from api_upgrades.series import ImportedChange, ImportedStep, step_between
from api_upgrades.severity import RuleTable


@dataclass(frozen=True)
class Imported:
    """A registry made of documents: its history, and its files by their names below the registry's folder."""

    history: History
    files: Mapping[str, str]


def imported(documents: Mapping[str, Contract]) -> Imported:
    """Documents by the versions that they describe, oldest first, as a registry whose source is the newest.

    Raises ApiUpgradesError where what was found does not lead back to a document, which is a fault of this program.
    """
    ids = list(documents)
    steps = {newer: step_between(documents[older], documents[newer]) for older, newer in pairwise(ids)}
    versions = [_version(id, steps.get(id)) for id in ids]
    registry = Registry(documents[ids[-1]], tuple(versions))
    derived, errors = derive(registry)
    if errors:
        raise RegistryErrors(errors)
    history = History(registry, derived, RuleTable.with_overrides({}))
    for id, document in documents.items():
        if json.dumps(history.contract_at(id).to_openapi()) != json.dumps(document.to_openapi()):
            raise ApiUpgradesError(f"{id}: what changed since could not be told exactly; please report this document")
    return Imported(history, dict(_files(history)))


def _version(id: str, step: ImportedStep | None) -> Version:
    file = f"{id}/version.yaml"
    if step is None:
        return Version(id, "The first version of which there is a description.", None, None, None, (), (), file)
    changes = tuple(_change(id, change) for change in step.changes)
    wording = _change(id, ImportedChange(WORDING, "", step.wording)) if step.wording else None
    return Version(id, TODO, None, None, None, step.order, changes, file, wording=wording)


def _change(version: str, change: ImportedChange) -> Change:
    return Change(change.id, version, change.title, TODO, None, change.effects, f"{version}/{change.id}.yaml")


def _files(history: History) -> Iterator[tuple[str, str]]:
    locks = Freezer().locks(history, Locks(Path(), Path(), {}))
    for version in history.versions:
        judged = {one.change.id: one for one in history.changes_of(version.id)}
        order = f"order: {in_flow(list(version.order))}\n" if version.order else ""
        yield version.file, f"summary: {in_flow(version.summary)}\n{order}"
        for change in version.changes:
            asks = judged[change.id].severity == "breaking"
            yield change.file, titled_text(SCHEMA_LINE, change.title, change.effects, asks)
        if version.wording:
            yield version.wording.file, "\n".join(["effects:", *effect_lines(version.wording.effects)]) + "\n"
        yield f"{version.id}/{LOCK}", locks.by_version[version.id].text()
