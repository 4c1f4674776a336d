"""A release: what is unreleased becomes a version, with one rename of its folder."""

from __future__ import annotations

import os
from pathlib import Path

from api_upgrades.check import Checked
from api_upgrades.draft.change_text import scalar
from api_upgrades.errors import ApiUpgradesError, RegistryErrors
from api_upgrades.files import write
from api_upgrades.freeze import Freezer
from api_upgrades.lock import LOCK, Lock, changed_digests
from api_upgrades.reader import name_fault
from api_upgrades.registry import UNRELEASED, Version, natural
from api_upgrades.standing import Standing


def release(standing: Standing, checked: Checked, version: str, summary: str | None) -> None:
    """Release what is unreleased as `version`, whose summary is that of its `version.yaml`, `summary`, or its titles.

    All that the version's folder lacks is written into `unreleased/`, where nobody minds it, and then the folder is
    renamed: killed before that, nothing is released; killed after it, everything is. Raises ApiUpgradesError where
    nothing may be released.
    """
    upcoming = _releasable(standing, checked, version)
    folder = standing.locks.folder
    step = standing.upcoming
    assert step is not None, "changes are there"
    freezer = Freezer()
    lock = Lock(
        additions=[addition.id for addition in standing.registry.additions],
        effects=freezer.effects(step),
        parts=changed_digests(freezer.digests(step.older), freezer.digests(step.newer)),
        contract=freezer.public(step.newer).to_openapi(),
    )
    write(folder / UNRELEASED / "version.yaml", _version_text(folder / UNRELEASED / "version.yaml", upcoming, summary))
    write(folder / UNRELEASED / LOCK, lock.text())
    try:
        os.rename(folder / UNRELEASED, folder / version)
    except OSError as error:
        raise ApiUpgradesError(f"{folder / version}: cannot be made: {error.strerror}") from None
    by_version = {**standing.locks.by_version, version: lock}
    standing.locks.with_locks(by_version).tidied().write(standing.locks.with_locks(by_version))


def _releasable(standing: Standing, checked: Checked, version: str) -> Version:
    known = [one.id for one in standing.registry.versions]
    if fault := name_fault(version, known):
        raise ApiUpgradesError(f"{version!r} is not a name for a version: {fault}")
    newest = max(known, key=natural)
    if natural(version) <= natural(newest):
        raise ApiUpgradesError(f"{version} is not after {newest}; the latest version comes last, so choose a later one")
    if (standing.locks.folder / version).exists():
        raise ApiUpgradesError(f"{standing.locks.folder / version} is there already; choose another version")
    upcoming = standing.registry.unreleased
    if upcoming is None:
        raise ApiUpgradesError(f"{standing.locks.folder / UNRELEASED} holds no change, so there is nothing to release")
    if checked.faults:
        raise RegistryErrors(checked.faults)
    return upcoming


def _version_text(file: Path, upcoming: Version, summary: str | None) -> str:
    """The text of the version's file: as it is, with the summary if that is missing."""
    text = file.read_text("utf-8") if file.exists() else ""
    if upcoming.summary:
        return text
    told = summary or "; ".join(change.title for change in upcoming.changes)
    return f"summary: {scalar(told)}\n{text}"
