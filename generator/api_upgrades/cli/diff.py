"""`api-upgrades diff`: compares two versions, two OpenAPI documents, or a version with a document."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import click

from api_upgrades.cli.formats import Format, format_option, print_output
from api_upgrades.cli.group import main
from api_upgrades.cli.options import no_renames_option, rename_option
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
    sides = _SideReader(project)
    was, now = sides.read(old), sides.read(new)
    if sides.is_file(old) or sides.is_file(new):
        now = Side(now.name, now.contract.sharing_with(was.contract))
    detection = _find_renames(sides, was, now, renames, no_renames)
    with stage("Comparing"):
        result = diff_contracts(was, now, detection, RuleTable.with_overrides(project.severity))
    print_output(ContractDiffText(result), format)
    for line in _advice(detection):
        click.echo(line, err=True)
    if fail_on is not None and result.has_finding_at_least(fail_on):
        sys.exit(1)


class _SideReader:
    """Reads the two sides of a comparison. It loads the project only if a side is one of its versions."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def history(self) -> History:
        """The public history: `diff` compares the same versions that `export` prints."""
        return restrict_to_public(self._project.load())

    def read(self, name: str) -> Side:
        """The contract of a version or of a document."""
        if self.is_file(name):
            with stage(f"Reading {name}"):
                return Side(name, Contract.from_openapi(read_document(Path(name)).document))
        version = self.history.latest.id if name == "latest" else name
        known = self.history.contracts
        if version not in known:
            hint = did_you_mean(version, known)
            suffixes = f"{', '.join(DOCUMENT_SUFFIXES[:-1])} or {DOCUMENT_SUFFIXES[-1]}"
            raise ApiUpgradesError(
                f"there is no version {version!r}{hint}; the versions are {', '.join(known)}. To compare a file, give "
                f"a name that ends in {suffixes}, or that contains a path separator"
            )
        return Side(version, known[version])

    @staticmethod
    def is_file(name: str) -> bool:
        separators = (os.sep, os.altsep or os.sep, "/")
        return name.lower().endswith(DOCUMENT_SUFFIXES) or any(one in name for one in separators)


def _find_renames(
    sides: _SideReader, was: Side, now: Side, renames: tuple[str, ...], no_renames: bool
) -> RenameDetection:
    if not sides.is_file(was.name) and not sides.is_file(now.name):
        if renames or no_renames:
            raise UsageError(
                "renames between two versions come from their change files; omit --rename and --no-renames"
            )
        return renames_from_history(sides.history, was.name, now.name)
    with stage("Detecting renames"):
        return detect_renames(was.contract, now.contract, renames, not no_renames)


def _advice(detection: RenameDetection) -> Iterator[str]:
    """What to do about places that may have been renamed to one of several names."""
    if detection.ambiguous:
        count = len(detection.ambiguous)
        places = "1 place" if count == 1 else f"{count} places"
        question = detection.ambiguous[0]
        yield f"{places} may have been renamed to one of several names: {question} Answer with --rename OLD=NEW."
