"""`api-upgrades path`: prints the upgrade path between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@format_option()
@click.option("--resource", help="Limit the path to one resource.")
@click.pass_obj
def path(project: Project, start: str, end: str, format: Format, resource: str | None) -> None:
    """Print the upgrade path FROM one version TO another.

    `latest` stands for the newest version.

    Example: api-upgrades path 2022-12-20 latest

    Example: api-upgrades path 2022-12-20 2023-06-26 --format markdown --resource Appointments
    """
    from api_upgrades.releases.public import restrict_to_public
    from api_upgrades.review.path_text import build_path_text

    print_output(build_path_text(restrict_to_public(project.load()), start, end, resource), format)
