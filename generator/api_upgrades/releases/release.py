"""Turns the unreleased changes into a version, with one rename of their folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from api_upgrades.core.errors import ApiUpgradesError, RegistryErrors, UsageError
from api_upgrades.core.files import write_text_durably
from api_upgrades.core.yaml_file import parse
from api_upgrades.draft.yaml_text import flow_yaml
from api_upgrades.registry.file_models import VersionFile
from api_upgrades.registry.model import UNRELEASED, Version, natural_sort_key
from api_upgrades.registry.reader import find_name_problem
from api_upgrades.releases.amend import rewrite_digests
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.lock import LOCK_FILE, Lock, Locks, diff_digests
from api_upgrades.releases.locking import LockBuilder
from api_upgrades.releases.project_state import ProjectState

GITKEEP = ".gitkeep"
"""Keeps `unreleased/` in git. If the folder disappeared, git would see it as renamed to the released version, and on a
merge would move the drafts that other branches add to it into that version.
"""


def release(state: ProjectState, result: CheckResult, version: str, summary: str | None) -> None:
    """Release the unreleased changes as `version`.

    Its summary is the one in `unreleased/version.yaml`, else `summary`, else the titles of its changes.

    Everything that the version's folder needs is first written into `unreleased/`, where it has no effect; then the
    folder is renamed. If the process is killed before the rename, nothing is released; after it, the version is
    released, and the same call again finishes the clean-up. Raises ApiUpgradesError if the release is not possible.
    """
    locks = state.locks
    if version != state.registry.latest.id or state.registry.unreleased is not None:
        upcoming = _validate_release(state, result, version)
        locks = _create_version(_with_current_digests(state), upcoming, version, summary)
    write_text_durably(locks.folder / UNRELEASED / GITKEEP, "")
    locks.compact().write(locks)


def _with_current_digests(state: ProjectState) -> ProjectState:
    """Return the state with locks whose digests are those of today's spelling, after writing them.

    The new version's lock will hold the contract from which all older ones are derived, as it is spelled today.
    """
    if state.history_from_source is None:
        return state
    locks = rewrite_digests(state, state.history_from_source)
    if locks.digests == state.locks.digests:
        return state
    locks.write(state.locks)
    return replace(state, locks=locks)


def _create_version(state: ProjectState, upcoming: Version, version: str, summary: str | None) -> Locks:
    """Write the version's files, rename the folder, and return the locks including the new one."""
    unreleased, folder = state.locks.folder / UNRELEASED, state.locks.folder / version
    step = state.unreleased_step
    assert step is not None, "there are unreleased changes"
    builder = LockBuilder()
    lock = Lock(
        additions=[addition.id for addition in state.registry.additions],
        effects=builder.collect_effects(step),
        parts=diff_digests(builder.compute_digests(step.older), builder.compute_digests(step.newer)),
        contract=builder.to_public(step.newer).to_openapi(),
    )
    file = unreleased / "version.yaml"
    write_text_durably(file, _render_version_file(file, upcoming, summary))
    write_text_durably(unreleased / LOCK_FILE, lock.to_text())
    try:
        (unreleased / GITKEEP).unlink(missing_ok=True)
        os.rename(unreleased, folder)
    except OSError as error:
        message = f"cannot be created: {error.strerror}"
        raise ApiUpgradesError(f"{state.locks.display_path(version)}: {message}") from None
    return state.locks.with_locks({**state.locks.by_version, version: lock})


def _validate_release(state: ProjectState, result: CheckResult, version: str) -> Version:
    """Return the unreleased version. Raises ApiUpgradesError if it can't be released under the id `version`."""
    known = [one.id for one in state.registry.versions]
    if version in known:
        raise UsageError(f"{version} is already released; choose a later version")
    if fault := find_name_problem(version, known):
        raise UsageError(f"{version!r} is not a valid version name: {fault}")
    newest = max(known, key=natural_sort_key)
    if natural_sort_key(version)[0] <= natural_sort_key(newest)[0]:  # `2024-3-1` is the same day as `2024-03-01`
        raise UsageError(f"{version} is not after {newest}; choose a name that sorts after it")
    if (state.locks.folder / version).exists():
        raise UsageError(f"{state.locks.display_path(version)} already exists; choose another version")
    upcoming = state.registry.unreleased
    if upcoming is None:
        folder = state.locks.display_path(UNRELEASED)
        raise ApiUpgradesError(f"{folder} contains no changes, so there is nothing to release")
    if result.faults:
        raise RegistryErrors(result.faults)
    return upcoming


def _render_version_file(file: Path, upcoming: Version, summary: str | None) -> str:
    """Return the text of `version.yaml`, unchanged if it has a summary, else with one."""
    text = file.read_text("utf-8") if file.exists() else ""
    line = f"summary: {flow_yaml(upcoming.summary)}\n"
    titles = "; ".join(change.title for change in upcoming.changes)
    # These titles were written by an interrupted release; there may be more changes by now.
    if text.startswith(line) and set(upcoming.summary.split("; ")) <= set(titles.split("; ")):
        text = text.removeprefix(line)
    elif upcoming.summary and summary not in (None, upcoming.summary):
        raise UsageError(f"{upcoming.file} already has a summary; remove it there, or omit --summary")
    elif upcoming.summary:
        return text
    text = f"summary: {flow_yaml(summary or titles)}\n{text}"
    try:
        VersionFile.model_validate(parse(text.encode(), upcoming.file).data)
    except (RegistryErrors, ValidationError):
        message = f"cannot add the 'summary' to this file; write {summary!r} there yourself"
        raise ApiUpgradesError(f"{upcoming.file}: {message}") from None
    return text
