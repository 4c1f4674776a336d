"""The command for those who review: what a pull request changes."""

from __future__ import annotations

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.review.pull_request import build_pull_request_report


@main.command()
@click.option("--base", required=True, metavar="REF", help="What to compare with: a branch, a tag or a commit of git.")
@format_option(default="markdown")
@click.pass_obj
def report(project: Project, base: str, format: Format) -> None:
    """Print what differs from REF, or from where the branch left it.

    Example: api-upgrades report --base origin/main
    """
    with stage("Comparing with the base"):
        found = build_pull_request_report(project, base)
    print_output(found, format)
