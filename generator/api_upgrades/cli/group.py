"""The command `api-upgrades`: its global options, and how errors end it.

Exit codes: 0 for success, 1 for an error in the project, 2 for an error in the call.

The module of a command declares its arguments, and imports its work inside the command's function. So `--help` and
errors in a call don't wait for the imports. If the work is long, it is in a module of its own, such as `draft_run.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api_upgrades.core.errors import ApiUpgradesError, UsageError
from api_upgrades.core.garbage import collect_rarely
from api_upgrades.registry.layout import REGISTRY, SOURCE


class _Group(click.Group):
    """The one place where errors become a message and an exit code."""

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
    help="The project's folder.  [default: the current folder]",
)
@click.option("--registry", help=f"The folder of the versions, relative to the root.  [default: {REGISTRY}]")
@click.option(
    "--source",
    help="Today's API: a package of models or an OpenAPI document, relative to the root, or an object of a Python "
    f"module, such as 'myservice.main:app'.  [default: {SOURCE}]",
)
@click.version_option(package_name="api-upgrades")
@click.pass_context
def main(ctx: click.Context, root: Path, registry: str | None, source: str | None) -> None:
    """Maintain the upgrade documentation of an API with dated versions.

    Defaults come from mkdocs.yml, if there is one.

    Example: api-upgrades check
    """
    collect_rarely()
    from api_upgrades.cli.mkdocs_config import plugin_options
    from api_upgrades.project import Project

    options = plugin_options(root)
    registry = registry or options.get("registry") or REGISTRY
    source = source or options.get("source") or SOURCE
    ctx.obj = Project(root.resolve(), registry, source, link_base=options.get("link_base"))
