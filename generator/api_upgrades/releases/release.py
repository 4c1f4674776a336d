"""A release: what is unreleased becomes a version, with one rename of its folder."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors, UsageError
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.yaml_file import parse
from api_upgrades.draft.yaml_text import flow_yaml
from api_upgrades.registry.file_models import VersionFile
from api_upgrades.registry.model import UNRELEASED, Version, natural
from api_upgrades.registry.reader import name_fault
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.lock import LOCK_FILE, Lock, Locks, diff_digests
from api_upgrades.releases.locking import LockBuilder
from api_upgrades.releases.project_state import ProjectState

GITKEEP = ".gitkeep"
"""Keeps a folder in git. Where one is gone, git takes it for moved, and moves what other branches add to it along:
their drafts would be part of what was released.
"""


def release(state: ProjectState, result: CheckResult, version: str, summary: str | None) -> None:
    """Release what is unreleased as `version`, whose summary is that of its `version.yaml`, `summary`, or its titles.

    All that the version's folder lacks is written into `unreleased/`, where nobody minds it, and then the folder is
    renamed: killed before that, nothing is released; killed after it, everything is, and the same call again tidies
    up. Raises ApiUpgradesError where nothing may be released.
    """
    locks = state.locks
    if version != state.registry.latest.id or state.registry.unreleased is not None:
        locks = _create_version(state, _validate_release(state, result, version), version, summary)
    write_text_durably(locks.folder / UNRELEASED / GITKEEP, "")
    locks.compact().write(locks)


def _create_version(state: ProjectState, upcoming: Version, version: str, summary: str | None) -> Locks:
    """Release it, and give the locks as they are then."""
    unreleased, folder = state.locks.folder / UNRELEASED, state.locks.folder / version
    step = state.unreleased_step
    assert step is not None, "changes are there"
    freezer = LockBuilder()
    lock = Lock(
        additions=[addition.id for addition in state.registry.additions],
        effects=freezer.collect_effects(step),
        parts=diff_digests(freezer.compute_digests(step.older), freezer.compute_digests(step.newer)),
        contract=freezer.to_public(step.newer).to_openapi(),
    )
    write_text_durably(
        unreleased / "version.yaml", _render_version_file(unreleased / "version.yaml", upcoming, summary)
    )
    write_text_durably(unreleased / LOCK_FILE, lock.to_text())
    try:
        (unreleased / GITKEEP).unlink(missing_ok=True)
        os.rename(unreleased, folder)
    except OSError as error:
        raise ApiUpgradesError(f"{state.locks.display_path(version)}: cannot be made: {error.strerror}") from None
    return state.locks.with_locks({**state.locks.by_version, version: lock})


def _validate_release(state: ProjectState, result: CheckResult, version: str) -> Version:
    known = [one.id for one in state.registry.versions]
    if version in known:
        raise UsageError(f"{version} is released already; choose a later version")
    if fault := name_fault(version, known):
        raise UsageError(f"{version!r} is not a name for a version: {fault}")
    newest = max(known, key=natural)
    if natural(version)[0] <= natural(newest)[0]:  # `2024-3-1` is no other day than `2024-03-01`
        raise UsageError(f"{version} is not after {newest}; the latest version comes last, so choose a later one")
    if (state.locks.folder / version).exists():
        raise UsageError(f"{state.locks.display_path(version)} is there already; choose another version")
    upcoming = state.registry.unreleased
    if upcoming is None:
        raise ApiUpgradesError(
            f"{state.locks.display_path(UNRELEASED)} holds no change, so there is nothing to release"
        )
    if result.faults:
        raise RegistryErrors(result.faults)
    return upcoming


def _render_version_file(file: Path, upcoming: Version, summary: str | None) -> str:
    """The text of the version's file: as it is, with the summary if that is missing."""
    text = file.read_text("utf-8") if file.exists() else ""
    line = f"summary: {flow_yaml(upcoming.summary)}\n"
    titles = "; ".join(change.title for change in upcoming.changes)
    # Titles as a release wrote them that was killed; there may be more of them by now.
    if text.startswith(line) and set(upcoming.summary.split("; ")) <= set(titles.split("; ")):
        text = text.removeprefix(line)
    elif upcoming.summary and summary not in (None, upcoming.summary):
        raise UsageError(f"{upcoming.file} has a summary already; take it out, or leave --summary away")
    elif upcoming.summary:
        return text
    text = f"summary: {flow_yaml(summary or titles)}\n{text}"
    try:
        VersionFile.model_validate(parse(text.encode(), upcoming.file).data)
    except (RegistryErrors, ValidationError):
        raise ApiUpgradesError(f"{upcoming.file}: write the 'summary' of {summary!r} there yourself") from None
    return text
