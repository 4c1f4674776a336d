"""The command itself: where the project is, and how errors end it.

Exit codes: 0 fine, 1 something is wrong with the project, 2 something is wrong with the call.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api_upgrades.cli.mkdocs_config import plugin_options
from api_upgrades.core.errors import ApiUpgradesError, UsageError
from api_upgrades.project import REGISTRY, SOURCE, Project


class _Group(click.Group):
    """The one place where our errors become a message and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ApiUpgradesError as error:
            click.echo(str(error), err=True)
            sys.exit(2 if isinstance(error, UsageError) else 1)


@click.group(cls=_Group)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The project's folder.  [default: here]",
)
@click.option("--registry", help=f"The folder of the versions, below the root.  [default: {REGISTRY}]")
@click.option(
    "--source",
    help="Today's API: a package of models below the root, an OpenAPI document there, or an object of a Python module, "
    f"as 'myservice.main:app'.  [default: {SOURCE}]",
)
@click.version_option(package_name="api-upgrades")
@click.pass_context
def main(ctx: click.Context, root: Path, registry: str | None, source: str | None) -> None:
    """Upgrade documentation of an API with dated versions.

    What is not said here is taken from the plugin's options in mkdocs.yml, where there is one.

    Example: api-upgrades check
    """
    options = plugin_options(root)
    registry = registry or options.get("registry") or REGISTRY
    ctx.obj = Project(root.resolve(), registry, source or options.get("source") or SOURCE)
