"""`api-upgrades path`: the upgrade path between two versions."""

from __future__ import annotations

import json

import click

from api_upgrades.cli.group import colours, main, painted
from api_upgrades.cli.path_text import brief
from api_upgrades.project import Project
from api_upgrades.releases.public import restrict_to_public


@main.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="For a terminal, for a colleague or a coding agent, or for a program.",
)
@click.option("--resource", help="Only what concerns this resource.")
@click.pass_obj
def path(project: Project, start: str, end: str, form: str, resource: str | None) -> None:
    """Print what moving FROM one version TO another takes.

    `latest` is a version too.

    Example: api-upgrades path 2022-12-20 latest

    Example: api-upgrades path 2022-12-20 2023-06-26 --format markdown --resource Appointments
    """
    found = brief(restrict_to_public(project.load()), start, end, resource)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(found.as_markdown(), nl=False)
    else:
        click.echo(found.as_text(painted), color=colours())
