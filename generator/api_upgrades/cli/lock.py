"""`api-upgrades lock`: locks the versions and additions that aren't locked yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main

if TYPE_CHECKING:
    from api_upgrades.project import Project


def lock_project(project: Project) -> None:
    """Lock every version and addition that isn't locked yet."""
    from api_upgrades.cli.check_run import run_check
    from api_upgrades.releases.amend import complete_locks

    state, result = run_check(project)
    complete_locks(state, result).write(state.locks)


@main.command()
@click.option(
    "--rebase",
    is_flag=True,
    help="Write the digests of schemas as they are spelled now, for example by a new version of pydantic.",
)
@click.pass_obj
def lock(project: Project, rebase: bool) -> None:
    """Lock the versions and additions that aren't locked yet.

    Example: api-upgrades lock

    Example: api-upgrades lock --rebase
    """
    from api_upgrades.cli.check_run import run_check
    from api_upgrades.releases.amend import rebase_locks

    if not rebase:
        lock_project(project)
        click.echo("Every version and every addition is locked.")
        return
    state, result = run_check(project)
    locks, differences = rebase_locks(state, result)
    locks.write(state.locks)
    for line in differences:
        click.echo(line)
    count = "1 digest" if len(differences) == 1 else f"{len(differences)} digests"
    click.echo(f"Wrote {count} of schemas that mean the same as before.")
