"""A release: what is unreleased becomes a version, with one rename of its folder."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors, WrongCall
from api_upgrades.core.files import keep
from api_upgrades.core.yaml_file import parse
from api_upgrades.draft.yaml_text import in_flow
from api_upgrades.registry.file_models import VersionFile
from api_upgrades.registry.model import UNRELEASED, Version, natural
from api_upgrades.registry.reader import name_fault
from api_upgrades.releases.fault import Checked
from api_upgrades.releases.freeze import Freezer
from api_upgrades.releases.lock import LOCK, Lock, Locks, changed_digests
from api_upgrades.releases.project_state import ProjectState

PLACEHOLDER = ".gitkeep"
"""Keeps a folder in git. Where one is gone, git takes it for moved, and moves what other branches add to it along:
their drafts would be part of what was released.
"""


def release(standing: ProjectState, checked: Checked, version: str, summary: str | None) -> None:
    """Release what is unreleased as `version`, whose summary is that of its `version.yaml`, `summary`, or its titles.

    All that the version's folder lacks is written into `unreleased/`, where nobody minds it, and then the folder is
    renamed: killed before that, nothing is released; killed after it, everything is, and the same call again tidies
    up. Raises ApiUpgradesError where nothing may be released.
    """
    locks = standing.locks
    if version != standing.registry.latest.id or standing.registry.unreleased is not None:
        locks = _released(standing, _releasable(standing, checked, version), version, summary)
    keep(locks.folder / UNRELEASED / PLACEHOLDER, "")
    locks.tidied().write(locks)


def _released(standing: ProjectState, upcoming: Version, version: str, summary: str | None) -> Locks:
    """Release it, and give the locks as they are then."""
    unreleased, folder = standing.locks.folder / UNRELEASED, standing.locks.folder / version
    step = standing.upcoming
    assert step is not None, "changes are there"
    freezer = Freezer()
    lock = Lock(
        additions=[addition.id for addition in standing.registry.additions],
        effects=freezer.effects(step),
        parts=changed_digests(freezer.digests(step.older), freezer.digests(step.newer)),
        contract=freezer.public(step.newer).to_openapi(),
    )
    keep(unreleased / "version.yaml", _version_text(unreleased / "version.yaml", upcoming, summary))
    keep(unreleased / LOCK, lock.text())
    try:
        (unreleased / PLACEHOLDER).unlink(missing_ok=True)
        os.rename(unreleased, folder)
    except OSError as error:
        raise ApiUpgradesError(f"{standing.locks.named(version)}: cannot be made: {error.strerror}") from None
    return standing.locks.with_locks({**standing.locks.by_version, version: lock})


def _releasable(standing: ProjectState, checked: Checked, version: str) -> Version:
    known = [one.id for one in standing.registry.versions]
    if version in known:
        raise WrongCall(f"{version} is released already; choose a later version")
    if fault := name_fault(version, known):
        raise WrongCall(f"{version!r} is not a name for a version: {fault}")
    newest = max(known, key=natural)
    if natural(version)[0] <= natural(newest)[0]:  # `2024-3-1` is no other day than `2024-03-01`
        raise WrongCall(f"{version} is not after {newest}; the latest version comes last, so choose a later one")
    if (standing.locks.folder / version).exists():
        raise WrongCall(f"{standing.locks.named(version)} is there already; choose another version")
    upcoming = standing.registry.unreleased
    if upcoming is None:
        raise ApiUpgradesError(f"{standing.locks.named(UNRELEASED)} holds no change, so there is nothing to release")
    if checked.faults:
        raise RegistryErrors(checked.faults)
    return upcoming


def _version_text(file: Path, upcoming: Version, summary: str | None) -> str:
    """The text of the version's file: as it is, with the summary if that is missing."""
    text = file.read_text("utf-8") if file.exists() else ""
    line = f"summary: {in_flow(upcoming.summary)}\n"
    titles = "; ".join(change.title for change in upcoming.changes)
    # Titles as a release wrote them that was killed; there may be more of them by now.
    if text.startswith(line) and set(upcoming.summary.split("; ")) <= set(titles.split("; ")):
        text = text.removeprefix(line)
    elif upcoming.summary and summary not in (None, upcoming.summary):
        raise WrongCall(f"{upcoming.file} has a summary already; take it out, or leave --summary away")
    elif upcoming.summary:
        return text
    text = f"summary: {in_flow(summary or titles)}\n{text}"
    try:
        VersionFile.model_validate(parse(text.encode(), upcoming.file).data)
    except (RegistryErrors, ValidationError):
        raise ApiUpgradesError(f"{upcoming.file}: write the 'summary' of {summary!r} there yourself") from None
    return text
