"""From a project's folder and a git ref to the report on what differs: reads both, and thinks nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.project import Project
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.comparison import Comparison
from api_upgrades.review.git import BaseCommit, GitError, extract_folder, find_base
from api_upgrades.review.report import Report, build_report


def build_pull_request_report(project: Project, ref: str) -> Report:
    """The report on a project's folder as it is. Raises ApiUpgradesError where it, or the ref, cannot be read."""
    now = project.standing()
    before, comparison = _read_base(project, find_base(project.root, ref))
    return build_report(before, now, project.source, comparison)


def build_report_or_explain(project: Project, ref: str) -> Report:
    """The same, but where git cannot tell what to compare with it says so, and what the folder alone tells."""
    try:
        return build_pull_request_report(project, ref)
    except GitError as error:
        return build_report(None, project.standing(), project.source, Comparison("unreadable", None, (str(error),)))


def _read_base(project: Project, base: BaseCommit) -> tuple[ProjectState | None, Comparison]:
    """Where the project stood at a commit, if anything can be said of that."""
    with TemporaryDirectory(prefix="api-upgrades-") as folder:
        then = replace(project, root=Path(folder).resolve())
        if not extract_folder(project.root, base.commit, then.root) or not (then.root / project.registry).is_dir():
            return None, Comparison("new", base)
        try:
            return then.sound(), Comparison("compared", base)
        except ApiUpgradesError as error:
            return None, Comparison("unreadable", base, tuple(str(error).splitlines()))
