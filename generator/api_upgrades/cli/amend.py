"""`api-upgrades amend`: corrects a released version, with a reason."""

from __future__ import annotations

from datetime import date as Date

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.prose import Prose
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.amend import amend_version


@main.command()
@click.argument("version")
@click.option("--why", type=Prose(), required=True, help="The reason, which the page of the version shows.")
@click.pass_obj
def amend(project: Project, version: str, why: str) -> None:
    """Correct what was released, with a reason.

    Freezes VERSION, and the older ones with it, as they are derived now.

    Example: api-upgrades amend 2023-05-12 --why "The documentation said integer; the API always sent a string."
    """
    standing = project.standing()
    with stage("Deriving every version"):
        locks, versions = amend_version(standing, version, why, Date.today().isoformat())
    locks.write(standing.locks)
    click.echo(f"Amended: {', '.join(reversed(versions))}.")
