"""The files of a registry that a series of documents makes, known to lead back to each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors
from api_upgrades.core.progress import stage
from api_upgrades.draft.importing.steps import ImportedChange, ImportedStep, step_between
from api_upgrades.draft.yaml_text import TODO, effect_lines, in_flow, titled_text
from api_upgrades.history.derive import derive
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.registry.json_schema import SCHEMA_LINE
from api_upgrades.registry.model import WORDING, Change, Registry, Version
from api_upgrades.releases.freeze import Freezer
from api_upgrades.releases.lock import Locks


@dataclass(frozen=True)
class Imported:
    """What documents make of a registry: its history, the files of its new versions by their names below its folder,
    and its locks.
    """

    history: History
    files: Mapping[str, str]
    locks: Locks


NO_LOCKS = Locks(Path(), Path(), {})


def imported(documents: Mapping[str, Contract], onto: Registry | None = None, locks: Locks = NO_LOCKS) -> Imported:
    """Documents by the versions that they describe, oldest first, as a registry whose source is the newest.

    With `onto`, the first document is that of its latest version, and the others are added to it. Raises
    ApiUpgradesError where what was found does not lead back to a document, which is a fault of this program.
    """
    ids = list(documents)
    steps: dict[str, ImportedStep] = {}
    for older, newer in pairwise(ids):
        with stage(f"Comparing {older} with {newer}"):
            steps[newer] = step_between(documents[older], documents[newer])
    added = [_version(id, steps.get(id)) for id in ids if onto is None or id in steps]
    head = documents[ids[-1]]
    registry = replace(onto, head=head, versions=(*onto.versions, *added)) if onto else Registry(head, tuple(added))
    derived, errors = derive(registry)
    if errors:
        raise RegistryErrors(errors)
    history = History(registry, derived, RuleTable.with_overrides({}))
    for id, document in documents.items():
        if json.dumps(history.contract_at(id).to_openapi()) != json.dumps(document.to_openapi()):
            raise ApiUpgradesError(f"{id}: what changed since could not be told exactly; please report this document")
    files = {name: text for version in added for name, text in _files(history, version)}
    return Imported(history, files, Freezer().locks(history, locks))


def _version(id: str, step: ImportedStep | None) -> Version:
    file = f"{id}/version.yaml"
    if step is None:
        return Version(id, "The first version of which there is a description.", None, None, None, (), (), file)
    changes = tuple(_change(id, change) for change in step.changes)
    wording = _change(id, ImportedChange(WORDING, "", step.wording, ())) if step.wording else None
    return Version(id, step.summary, None, None, None, step.order, changes, file, wording=wording)


def _change(version: str, change: ImportedChange) -> Change:
    return Change(change.id, version, change.title, TODO, None, change.effects, f"{version}/{change.id}.yaml")


def _files(history: History, version: Version) -> Iterator[tuple[str, str]]:
    judged = {one.change.id: one for one in history.changes_of(version.id)}
    order = f"order: {in_flow(list(version.order))}\n" if version.order else ""
    yield version.file, f"summary: {in_flow(version.summary)}\n{order}"
    for change in version.changes:
        asks = judged[change.id].severity == "breaking"
        yield change.file, titled_text(SCHEMA_LINE, change.title, change.effects, asks)
    if version.wording:
        yield version.wording.file, "\n".join(["effects:", *effect_lines(version.wording.effects)]) + "\n"
