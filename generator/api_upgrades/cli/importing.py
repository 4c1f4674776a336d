"""`api-upgrades import`: creates a registry from OpenAPI documents, or adds versions to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of a new project.")
@click.option(
    "--version",
    "versions",
    multiple=True,
    help="The version of each document, in the order of FILES (repeatable).  [default: the names of the files]",
)
@click.pass_obj
def import_documents(project: Project, files: Sequence[Path], out: Path | None, versions: Sequence[str]) -> None:
    """Create a registry from OpenAPI documents, or add versions to one.

    Each document is one version.

    Example: api-upgrades import 2024-01-01.json 2024-06-01.json --out acme-docs

    Example: api-upgrades import 2025-01-01.json
    """
    from api_upgrades.cli.import_run import run_import

    run_import(project, files, out, versions)
