"""The command for those who review: what a pull request changes."""

from __future__ import annotations

import json

import click

from api_upgrades.cli.group import main
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.review.pull_request import build_pull_request_report


@main.command()
@click.option("--base", required=True, metavar="REF", help="What to compare with: a branch, a tag or a commit of git.")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@click.pass_obj
def report(project: Project, base: str, form: str) -> None:
    """Print what differs from REF, or from where the branch left it.

    Example: api-upgrades report --base origin/main
    """
    with stage("Comparing with the base"):
        found = build_pull_request_report(project, base)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        click.echo(found.as_markdown(), nl=False)
