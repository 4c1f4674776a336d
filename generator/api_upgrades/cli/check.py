"""`api-upgrades check`: what is undocumented, altered or still to be written."""

from __future__ import annotations

import sys

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.check import check as checked_of
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.review.check_text import CheckText


@main.command()
@format_option()
@click.option("--allow-todo", is_flag=True, help="Accept prose that is still to be written, as an import leaves it.")
@click.pass_obj
def check(project: Project, format: Format, allow_todo: bool) -> None:
    """Report what is undocumented, altered, or still to be written.

    Example: api-upgrades check
    """
    standing, checked = run_check(project, allow_todo=allow_todo)
    if format == "text":
        for note in checked.notes:
            click.echo(f"note: {note}", err=True)
    print_output(CheckText(standing.registry, checked), format, err=format == "text" and bool(checked.faults))
    if checked.faults:
        sys.exit(1)


def run_check(project: Project, *, allow_todo: bool = False) -> tuple[ProjectState, CheckResult]:
    standing = project.standing()
    with stage("Checking every version"):
        return standing, checked_of(standing, project.source, allow_todo=allow_todo)
