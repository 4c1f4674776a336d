"""`api-upgrades export`: prints or writes versions as OpenAPI documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.core.errors import ApiUpgradesError, did_you_mean
from api_upgrades.core.files import write_files

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.argument("version", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every version to this folder, as <version>.json.",
)
@click.pass_obj
def export(project: Project, version: str | None, out: Path | None) -> None:
    """Print VERSION (or `latest`) as an OpenAPI document.

    Example: api-upgrades export 2023-06-26

    Example: api-upgrades export --out build/openapi
    """
    from api_upgrades.releases.public import restrict_to_public
    from api_upgrades.site.exports.openapi import OpenapiRenderer, render_openapi

    if (version is None) == (out is None):
        raise click.UsageError("give a version to print, or --out DIR to write all of them")
    history = restrict_to_public(project.load())
    contracts = history.contracts
    if out is not None:
        documents = OpenapiRenderer(contracts)
        write_files(out, {f"{id}.json": documents.render(id) for id in contracts})
        return
    chosen = history.latest.id if version in (None, "latest") else version
    if chosen not in contracts:
        hint = did_you_mean(chosen, contracts)
        raise ApiUpgradesError(f"there is no version {chosen!r}{hint}; the versions are {', '.join(contracts)}")
    click.echo(render_openapi(contracts[chosen], chosen), nl=False)
