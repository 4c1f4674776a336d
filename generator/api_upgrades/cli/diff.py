"""The command that compares: any two documents or versions, or a version with the document that was published then."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.compare.rules.table import SEVERITIES, RuleTable, Severity
from api_upgrades.core.errors import ApiUpgradesError, UsageError, did_you_mean
from api_upgrades.core.progress import stage
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.project import Project
from api_upgrades.releases.public import restrict_to_public
from api_upgrades.review.contract_diff import (
    RenameDetection,
    Side,
    detect_renames,
    diff_contracts,
    renames_from_history,
)
from api_upgrades.review.contract_diff_text import ContractDiffText
from api_upgrades.sources.openapi_file import read_document
from api_upgrades.sources.source_map import DOCUMENT_SUFFIXES


@main.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--rename", "renames", multiple=True, metavar="OLD=NEW", help="What goes by another name; repeatable.")
@click.option("--no-renames", is_flag=True, help="Nothing goes by another name: it went, and something else came.")
@format_option()
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="End with 1 where something is so bad, or worse.")
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
    """Compare A with B, each a version or the file of an OpenAPI document.

    What has a path separator in it, or ends in .json, .yaml or .yml, is a file. Between versions, names are followed
    as their changes tell.

    Example: api-upgrades diff 2022-12-20 2023-06-26

    Example: api-upgrades diff 2023-05-12 published.json --fail-on breaking

    Example: api-upgrades diff old.yaml new.yaml --format markdown
    """
    sides = _Sides(project)
    was, now = sides.read(old), sides.read(new)
    followed = _followed(sides, was, now, renames, no_renames)
    with stage("Comparing"):
        found = diff_contracts(was, now, followed, RuleTable.with_overrides(project.severity))
    print_output(ContractDiffText(found), format)
    for line in _advice(followed):
        click.echo(line, err=True)
    if fail_on is not None and found.has_finding_at_least(fail_on):
        sys.exit(1)


class _Sides:
    """What is compared. The project is loaded only where one of the two is a version of it."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def history(self) -> History:
        """What the public sees, which is what `export` prints."""
        return restrict_to_public(self._project.load())

    def read(self, name: str) -> Side:
        """A document from its file, or the contract of a version."""
        if self.is_file(name):
            with stage(f"Reading {name}"):
                return Side(name, Contract.from_openapi(read_document(Path(name)).document))
        version = self.history.latest.id if name == "latest" else name
        known = self.history.contracts
        if version not in known:
            hint = did_you_mean(version, known)
            raise ApiUpgradesError(
                f"there is no version {version!r}{hint}; there are {', '.join(known)}. The name of a file ends in "
                f"{', '.join(DOCUMENT_SUFFIXES[:-1])} or {DOCUMENT_SUFFIXES[-1]}, or has a path separator in it"
            )
        return Side(version, known[version])

    @staticmethod
    def is_file(name: str) -> bool:
        separators = (os.sep, os.altsep or os.sep, "/")
        return name.lower().endswith(DOCUMENT_SUFFIXES) or any(one in name for one in separators)


def _followed(sides: _Sides, was: Side, now: Side, renames: tuple[str, ...], no_renames: bool) -> RenameDetection:
    if not sides.is_file(was.name) and not sides.is_file(now.name):
        if renames or no_renames:
            raise UsageError("between two versions, names are followed as their changes tell; leave out the renames")
        return renames_from_history(sides.history, was.name, now.name)
    with stage("Recognising renames"):
        return detect_renames(was.contract, now.contract, renames, not no_renames)


def _advice(followed: RenameDetection) -> Iterator[str]:
    """What may have been renamed, but to more than one thing."""
    if followed.ambiguous:
        count = len(followed.ambiguous)
        places = "1 place may go" if count == 1 else f"{count} places may go"
        yield f"{places} by one of several other names: {followed.ambiguous[0]} Say so with --rename OLD=NEW."
