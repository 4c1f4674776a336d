"""`api-upgrades draft`: writes change files, and asks about renames at a terminal."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.options import no_renames_option, rename_option
from api_upgrades.core.errors import UsageError

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@rename_option
@no_renames_option
@click.option("--addition", is_flag=True, help="Record an addition: not breaking, and live in every version at once.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The date on which an addition went live.  [default: today]",
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of writing them.")
@click.pass_obj
def draft(
    project: Project, renames: tuple[str, ...], no_renames: bool, addition: bool, day: datetime | None, dry_run: bool
) -> None:
    """Write change files for undocumented differences.

    Example: api-upgrades draft

    Example: api-upgrades draft --rename Appointment.note=Appointment.remark

    Example: api-upgrades draft --addition --date 2023-07-10
    """
    from api_upgrades.cli.draft_run import run_draft

    if day is not None and not addition:
        raise UsageError("--date is the date of an addition; give --addition too")
    run_draft(project, renames, no_renames, addition, day.date() if day else Date.today(), dry_run)
