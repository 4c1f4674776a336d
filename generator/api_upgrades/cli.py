"""The command. Reads its arguments, calls, prints; thinks nothing.

Exit codes: 0 fine, 1 something is wrong with the registry, 2 something is wrong with the call.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from api_upgrades.brief import brief
from api_upgrades.change_schema import SCHEMA_FILE, change_schema
from api_upgrades.errors import ApiUpgradesError, did_you_mean
from api_upgrades.exports.openapi import indented, openapi_document, openapi_documents
from api_upgrades.files import write, write_all
from api_upgrades.pages import render as render_pages
from api_upgrades.pages.page import Addresses, Page
from api_upgrades.project import Project
from api_upgrades.severity import Severity


class _Group(click.Group):
    """The one place where our errors become a message and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ApiUpgradesError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=_Group)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The project's folder.  [default: here]",
)
@click.option("--registry", default="changes", show_default=True, help="The folder of the versions, below the root.")
@click.option("--source", default="changes/api", show_default=True, help="The package of the models, below the root.")
@click.version_option(package_name="api-upgrades")
@click.pass_context
def main(ctx: click.Context, root: Path, registry: str, source: str) -> None:
    """Upgrade documentation of an API with dated versions.

    Example: api-upgrades check
    """
    ctx.obj = Project(root.resolve(), registry, source)


@main.command()
@click.pass_obj
def check(project: Project) -> None:
    """Report everything that is wrong with the registry.

    Example: api-upgrades check
    """
    history = project.load()
    changes = sum(len(version.changes) for version in history.versions)
    click.echo(f"{len(history.versions)} versions and {changes} changes are fine.")


@main.command()
@click.argument("version", required=False)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write <version>.json for every version there."
)
@click.pass_obj
def export(project: Project, version: str | None, out: Path | None) -> None:
    """Print the contract of a VERSION (or `latest`) as an OpenAPI document.

    Example: api-upgrades export 2023-06-26

    Example: api-upgrades export --out build/openapi
    """
    if (version is None) == (out is None):
        raise click.UsageError("give a version to print, or --out DIR to write all of them")
    history = project.load()
    contracts = history.contracts
    if out is not None:
        write_all(out, {f"{id}.json": document for id, document in openapi_documents(contracts)})
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
    """Print what moving FROM one version TO another takes; `latest` is a version too.

    Example: api-upgrades path 2022-12-20 latest

    Example: api-upgrades path 2022-12-20 2023-06-26 --format markdown --resource Appointments
    """
    found = brief(project.load(), start, end, resource)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(found.as_markdown(), nl=False)
    else:
        # click leaves colours out where the output is no terminal
        click.echo(found.as_text(_painted), color=False if os.environ.get("NO_COLOR") else None)


_COLOURS = {"breaking": "red", "risky": "yellow", "additive": "green", "neutral": "cyan"}


def _painted(text: str, severity: Severity) -> str:
    return click.style(text, fg=_COLOURS[severity])


@main.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write to.")
@click.pass_obj
def render(project: Project, out: Path) -> None:
    """Write every generated page as Markdown.

    Example: api-upgrades render --out build/markdown
    """
    pages = render_pages(project.load(), Addresses("index.md"))
    write_all(out, {f"{page.path}index.md": page.markdown() for page in pages if isinstance(page, Page)})


@main.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write.  [default: {SCHEMA_FILE} in the registry]",
)
@click.pass_obj
def schema(project: Project, out: Path | None) -> None:
    """Write the JSON Schema of change files, by which editors complete and check them.

    Example: api-upgrades schema
    """
    file = out or project.root / project.registry / SCHEMA_FILE
    write(file, indented(change_schema()))
    click.echo(f"{file}")
