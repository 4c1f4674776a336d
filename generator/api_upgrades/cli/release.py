"""`api-upgrades release`: releases the pending changes as a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.options import Prose

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.argument("version")
@click.option("--summary", type=Prose(), help="A summary of the version.  [default: the titles of its changes]")
@click.pass_obj
def release(project: Project, version: str, summary: str | None) -> None:
    """Release pending changes as VERSION, and lock it.

    Example: api-upgrades release 2023-07-10

    Example: api-upgrades release 2023-07-10 --summary "Appointments have a title."
    """
    from api_upgrades.cli.check_run import run_check
    from api_upgrades.releases.release import release as release_version

    state, result = run_check(project)
    release_version(state, result, version, summary)
    click.echo(f"{project.registry}/{version} is released.")
