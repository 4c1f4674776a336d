"""`api-upgrades lock`: locks the versions and additions that no lock holds yet."""

from __future__ import annotations

import click

from api_upgrades.cli.check import run_check
from api_upgrades.cli.group import main
from api_upgrades.project import Project
from api_upgrades.releases.amend import complete_locks, rebase_locks


def freeze(project: Project) -> None:
    """Bring the locks up to what is there."""
    standing, checked = run_check(project)
    complete_locks(standing, checked).write(standing.locks)


@main.command()
@click.option("--rebase", is_flag=True, help="Accept schemas that say the same in other words, as a new pydantic does.")
@click.pass_obj
def lock(project: Project, rebase: bool) -> None:
    """Freeze the versions and additions that no lock holds yet.

    Example: api-upgrades lock

    Example: api-upgrades lock --rebase
    """
    if not rebase:
        freeze(project)
        click.echo("Every version and every addition is frozen.")
        return
    standing, checked = run_check(project)
    locks, told = rebase_locks(standing, checked)
    locks.write(standing.locks)
    for line in told:
        click.echo(line)
    counted = "1 difference" if len(told) == 1 else f"{len(told)} differences"
    click.echo(f"{counted} in wording alone accepted.")
