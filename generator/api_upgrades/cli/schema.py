"""`api-upgrades schema`: writes the JSON Schema of change files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.core.files import write_text
from api_upgrades.registry.layout import SCHEMA_FILE

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write.  [default: {SCHEMA_FILE} in the registry]",
)
@click.pass_obj
def schema(project: Project, out: Path | None) -> None:
    """Write the JSON Schema of change files, for editors.

    Example: api-upgrades schema
    """
    from api_upgrades.registry.json_schema import render_change_schema

    file = out or project.root / project.registry / SCHEMA_FILE
    write_text(file, render_change_schema())
    click.echo(str(file))
