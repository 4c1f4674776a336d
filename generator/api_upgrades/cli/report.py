"""`api-upgrades report`: reports what a branch changes, for its reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.core.progress import stage

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.option("--base", required=True, metavar="REF", help="The git branch, tag or commit to compare with.")
@format_option(default="markdown")
@click.pass_obj
def report(project: Project, base: str, format: Format) -> None:
    """Report the differences from the merge base with REF, or from REF if there is none.

    Example: api-upgrades report --base origin/main
    """
    from api_upgrades.review.pull_request import build_pull_request_report

    with stage("Comparing with the base"):
        result = build_pull_request_report(project, base)
    print_output(result, format)
