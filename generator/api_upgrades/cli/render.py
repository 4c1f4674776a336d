"""`api-upgrades render`: writes the generated pages as Markdown files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api_upgrades.cli.group import main
from api_upgrades.core.files import write_files
from api_upgrades.core.progress import stage

if TYPE_CHECKING:
    from api_upgrades.project import Project


@main.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write the pages to."
)
@click.pass_obj
def render(project: Project, out: Path) -> None:
    """Write every generated page as Markdown.

    Example: api-upgrades render --out build/markdown
    """
    from api_upgrades.history.shared_path_items import show_shared_path_items
    from api_upgrades.releases.public import restrict_to_public
    from api_upgrades.site.pages.addresses import Addresses
    from api_upgrades.site.pages.page import Page
    from api_upgrades.site.pages.render import render_pages

    history = show_shared_path_items(restrict_to_public(project.load()))
    with stage("Rendering the pages"):
        pages = render_pages(history, Addresses("index.md"), project.link_base)
        files = {f"{page.path}index.md": page.markdown() for page in pages if isinstance(page, Page)}
    write_files(out, files)
