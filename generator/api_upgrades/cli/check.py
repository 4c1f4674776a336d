"""`api-upgrades check`: checks that every difference is documented, and that releases are unaltered."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.formats import Format, format_option, print_notes, print_output
from api_upgrades.cli.group import main

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@format_option()
@click.option("--allow-todo", is_flag=True, help="Accept texts that are still to be written, as after an import.")
@click.pass_obj
def check(project: Project, format: Format, allow_todo: bool) -> None:
    """Check that every difference is documented.

    This also checks that released versions are unaltered, and that all texts are written.

    Example: api-upgrades check
    """
    from api_upgrades.cli.check_run import run_check
    from api_upgrades.review.check_text import CheckText

    state, result = run_check(project, allow_todo=allow_todo)
    if format == "text":
        print_notes(result.notes)
    print_output(CheckText(state.registry, result), format, err=format == "text" and bool(result.faults))
    if result.faults:
        sys.exit(1)
