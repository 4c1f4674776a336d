"""Builds the report on a pull request: reads the project now and at the base commit, and compares them."""

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
    """Compare the project's folder with a ref. Raises ApiUpgradesError if the project or the ref can't be read."""
    now = project.read_state()
    before, comparison = _read_base(project, find_base(project.root, ref))
    return build_report(before, now, project.source, comparison)


def build_report_or_explain(project: Project, ref: str) -> Report:
    """Build the report; if git can't find the base, it covers the folder alone and includes git's error."""
    try:
        return build_pull_request_report(project, ref)
    except GitError as error:
        return build_report(None, project.read_state(), project.source, Comparison("unreadable", None, (str(error),)))


def _read_base(project: Project, base: BaseCommit) -> tuple[ProjectState | None, Comparison]:
    """Read the project as it was at a commit. The state is None if there was no registry or it has errors."""
    with TemporaryDirectory(prefix="api-upgrades-") as folder:
        old = replace(project, root=Path(folder).resolve())
        if not extract_folder(project.root, base.commit, old.root) or not (old.root / project.registry).is_dir():
            return None, Comparison("new", base)
        try:
            return old.load_state(), Comparison("compared", base)
        except ApiUpgradesError as error:
            return None, Comparison("unreadable", base, tuple(str(error).splitlines()))
