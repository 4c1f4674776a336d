"""`api-upgrades diff`: compares two versions, two OpenAPI documents, or a version with a document."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.cli.options import no_renames_option, rename_option
from api_upgrades.compare.rules.severity import SEVERITIES, Severity
from api_upgrades.core.progress import stage

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@rename_option
@no_renames_option
@format_option()
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 if any change is at least this severe.")
@click.pass_obj
def diff(
    project: Project,
    old: str,
    new: str,
    renames: tuple[str, ...],
    no_renames: bool,
    format: Format,
    fail_on: Severity | None,
) -> None:
    """Compare A with B: versions, or files of OpenAPI documents.

    An argument is a file if it contains a path separator, or ends in .json, .yaml or .yml. Between two versions,
    renames come from their change files.

    Example: api-upgrades diff 2022-12-20 2023-06-26

    Example: api-upgrades diff 2023-05-12 published.json --fail-on breaking

    Example: api-upgrades diff old.yaml new.yaml --format markdown
    """
    from api_upgrades.cli.diff_run import SideReader, advise_on_renames, find_renames
    from api_upgrades.compare.rules.table import RuleTable
    from api_upgrades.review.contract_diff import Comparison, Side
    from api_upgrades.review.contract_diff_text import ContractDiffText

    sides = SideReader(project)
    was, now = sides.read(old), sides.read(new)
    if sides.is_file(old) or sides.is_file(new):
        now = Side(now.name, now.contract.sharing_with(was.contract))
    comparison = Comparison(was, now, RuleTable.with_overrides(project.severity))
    detection = find_renames(sides, comparison, renames, no_renames)
    with stage("Comparing"):
        result = comparison.diff(detection)
    print_output(ContractDiffText(result), format)
    for line in advise_on_renames(detection):
        click.echo(line, err=True)
    if fail_on is not None and result.has_finding_at_least(fail_on):
        sys.exit(1)
