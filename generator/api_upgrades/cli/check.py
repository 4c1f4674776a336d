"""`api-upgrades check`: what is undocumented, altered or still to be written."""

from __future__ import annotations

import json
import sys

import click

from api_upgrades.cli.group import main
from api_upgrades.core.errors import RegistryErrors
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.check import check as checked_of
from api_upgrades.releases.fault import CheckResult
from api_upgrades.releases.project_state import ProjectState


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-todo", is_flag=True, help="Accept prose that is still to be written, as an import leaves it.")
@click.pass_obj
def check(project: Project, form: str, allow_todo: bool) -> None:
    """Report what is undocumented, altered, or still to be written.

    Example: api-upgrades check
    """
    standing, checked = run_check(project, allow_todo=allow_todo)
    if form == "json":
        click.echo(json.dumps(checked.as_json(), indent=2, ensure_ascii=False))
    else:
        for note in checked.notes:
            click.echo(f"note: {note}", err=True)
        if checked.faults:
            raise RegistryErrors(checked.faults)
        click.echo(_fine(standing))
    if checked.faults:
        sys.exit(1)


def run_check(project: Project, *, allow_todo: bool = False) -> tuple[ProjectState, CheckResult]:
    standing = project.standing()
    with stage("Checking every version"):
        return standing, checked_of(standing, project.source, allow_todo=allow_todo)


def _fine(standing: ProjectState) -> str:
    registry = standing.registry
    changes = sum(len(version.changes) for version in registry.all_versions) + len(registry.additions)
    return f"{len(registry.versions)} versions and {changes} changes are fine."
