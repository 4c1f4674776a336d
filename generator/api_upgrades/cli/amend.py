"""`api-upgrades amend`: corrects a released version."""

from __future__ import annotations

from datetime import date as Date
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.options import Prose
from api_upgrades.core.progress import stage

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.argument("version")
@click.option("--why", type=Prose(), required=True, help="The reason. The version's page shows it.")
@click.pass_obj
def amend(project: Project, version: str, why: str) -> None:
    """Correct a released version, with a reason.

    This locks VERSION and all older versions in the form that today's API and the change files give them.

    Example: api-upgrades amend 2023-05-12 --why "The documentation said integer; the API always sent a string."
    """
    from api_upgrades.releases.amend import amend_version

    state = project.read_state()
    with stage("Deriving every version"):
        locks, versions = amend_version(state, version, why, Date.today().isoformat())
    locks.write(state.locks)
    click.echo(f"Amended: {', '.join(reversed(versions))}.")
