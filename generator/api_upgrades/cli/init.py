"""`api-upgrades init`: sets up upgrade documentation in a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.cli.options import SOURCE_DESCRIPTION, Prose
from api_upgrades.registry.layout import SOURCE

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.option(
    "--source", help=f"Where to find {SOURCE_DESCRIPTION}.  [default: {SOURCE}, with an example if it doesn't exist]"
)
@click.option("--title", type=Prose(one_line=True), help="The API's name.  [default: the title in the source]")
@click.option("--version", help="The first version.  [default: today's date]")
@click.pass_obj
def init(project: Project, source: str | None, title: str | None, version: str | None) -> None:
    """Set up upgrade documentation in this folder. Existing files aren't overwritten.

    Example: api-upgrades init

    Example: api-upgrades init --source openapi.yaml --version 2024-01-01
    """
    from api_upgrades.cli.init_run import run_init

    run_init(project, source, title, version)
