"""Checks a project for the commands that need a project without faults."""

from __future__ import annotations

from dataclasses import replace

from api_upgrades.core.errors import location_key
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.check import check as check_project
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.site.text.description_links import find_link_note


def run_check(project: Project, *, allow_todo: bool = False) -> tuple[ProjectState, CheckResult]:
    """Load a project and check it, while a terminal shows the progress."""
    state = project.read_state()
    with stage("Checking every version"):
        result = check_project(state, project.source, allow_todo=allow_todo)
        if not result.faults and (note := find_link_note(state.history, project.link_base, project.source)):
            result = replace(result, notes=tuple(sorted((*result.notes, note), key=location_key)))
        return state, result
