"""`api-upgrades check`: checks that every difference is documented, and that releases are unaltered."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from api_upgrades.cli.formats import Format, format_option, print_notes, print_output
from api_upgrades.cli.group import main
from api_upgrades.core.errors import location_key
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.check import check as check_project
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.check_text import CheckText
from api_upgrades.site.text.description_links import find_link_note


@main.command()
@format_option()
@click.option("--allow-todo", is_flag=True, help="Accept texts that are still to be written, as after an import.")
@click.pass_obj
def check(project: Project, format: Format, allow_todo: bool) -> None:
    """Check that every difference is documented.

    This also checks that released versions are unaltered, and that all texts are written.

    Example: api-upgrades check
    """
    state, result = run_check(project, allow_todo=allow_todo)
    if format == "text":
        print_notes(result.notes)
    print_output(CheckText(state.registry, result), format, err=format == "text" and bool(result.faults))
    if result.faults:
        sys.exit(1)


def run_check(project: Project, *, allow_todo: bool = False) -> tuple[ProjectState, CheckResult]:
    """Load a project and check it, while a terminal shows the progress."""
    state = project.read_state()
    with stage("Checking every version"):
        result = check_project(state, project.source, allow_todo=allow_todo)
        if not result.faults and (note := find_link_note(state.history, project.link_base, project.source)):
            result = replace(result, notes=tuple(sorted((*result.notes, note), key=location_key)))
        return state, result
