"""Commands that show what the registry says: contracts, paths, pages."""

from __future__ import annotations

import json
from pathlib import Path

import click

from api_upgrades.cli.group import colours, main, painted
from api_upgrades.cli.path_text import brief
from api_upgrades.core.errors import ApiUpgradesError, did_you_mean
from api_upgrades.core.files import write_all
from api_upgrades.core.progress import stage
from api_upgrades.project import Project
from api_upgrades.releases.public import published
from api_upgrades.site.exports.openapi import OpenapiDocuments, openapi_document
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render as render_pages


@main.command()
@click.argument("version", required=False)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write <version>.json for every version there."
)
@click.pass_obj
def export(project: Project, version: str | None, out: Path | None) -> None:
    """Print a VERSION (or `latest`) as an OpenAPI document.

    Example: api-upgrades export 2023-06-26

    Example: api-upgrades export --out build/openapi
    """
    if (version is None) == (out is None):
        raise click.UsageError("give a version to print, or --out DIR to write all of them")
    history = published(project.load())
    contracts = history.contracts
    if out is not None:
        documents = OpenapiDocuments(contracts)
        write_all(out, {f"{id}.json": documents.write(id) for id in contracts})
        return
    chosen = history.latest.id if version in (None, "latest") else version
    if chosen not in contracts:
        hint = did_you_mean(chosen, contracts)
        raise ApiUpgradesError(f"there is no version {chosen!r}{hint}; there are {', '.join(contracts)}")
    click.echo(openapi_document(contracts[chosen], chosen), nl=False)


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
    found = brief(published(project.load()), start, end, resource)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(found.as_markdown(), nl=False)
    else:
        click.echo(found.as_text(painted), color=colours())


@main.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.pass_obj
def render(project: Project, out: Path) -> None:
    """Write every generated page as Markdown.

    Example: api-upgrades render --out build/markdown
    """
    history = published(project.load())
    with stage("Rendering the pages"):
        pages = render_pages(history, Addresses("index.md"))
        files = {f"{page.path}index.md": page.markdown() for page in pages if isinstance(page, Page)}
    write_all(out, files)
