"""Measures one series: each command, its site, saves under `mkdocs serve`, and other tools on the same input."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import Builder, Cost, Growth, Peer, Series, Step
from tests.bench.files import size, write
from tests.bench.made import Made
from tests.bench.processes import API_UPGRADES, child, run, steady
from tests.bench.projects import (
    CHANGE_MARK,
    SERVER_API,
    SOURCE_MARK,
    Documents,
    imported_project,
    made_project,
    mark_change,
    mark_source,
    server_api,
)
from tests.bench.serving import serving
from tests.bench.sites import HOME, Project, hugo, hugo_site, plain_site

MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--quiet")

MAX_PAGES = 200
"""Other builders get at most so many pages. Their cost for the whole site is extrapolated from these."""


SOON_SERVED = 8.0
"""If a build takes longer, in seconds of wall time, each file is saved only once."""


def import_series(documents: Documents, out: Path) -> Cost:
    """The cost of an import, which writes a new project."""

    def once() -> Cost:
        shutil.rmtree(out, ignore_errors=True)
        return run(*API_UPGRADES, "import", *documents.files, "--out", out)[0]

    return steady(once)


def measure_documents(documents: Documents, oasdiff: Path | None, scratch: Path) -> Series:
    """Everything about a series of documents."""
    out = scratch / "imported"
    costs: dict[Step, Cost] = {"import": import_series(documents, out)}
    old, new = documents.files[-2:]
    costs["diff"] = steady(lambda: run(*API_UPGRADES, "diff", old, new)[0])
    costs["parse"] = steady(lambda: child("parse", *documents.files)[0])
    if oasdiff:
        costs["changelog"] = steady(lambda: _changelog(oasdiff, documents))
        costs["their diff"] = steady(lambda: run(oasdiff, "diff", old, new, "-f", "text", may_fail=True)[0])
    return measure_project(documents.name, imported_project(out), scratch, costs)


def _changelog(oasdiff: Path, documents: Documents) -> Cost:
    """The cost of `oasdiff changelog` for all neighbors together, even if it refuses some of them."""
    costs = [run(oasdiff, "changelog", *pair, may_fail=True)[0] for pair in pairwise(documents.files)]
    return Cost(
        cpu=sum(cost.cpu for cost in costs),
        wall=sum(cost.wall for cost in costs),
        memory=max(cost.memory for cost in costs),
    )


def measure_server_api(scratch: Path) -> Series:
    """Everything about this project's own registry."""
    return measure_project(SERVER_API, server_api(scratch / "project"), scratch, {})


def measure_made(name: str, what: Made, scratch: Path) -> Series:
    """Everything about a generated registry."""
    return measure_project(name, made_project(scratch / "project", what), scratch, {})


def measure_project(name: str, project: Project, scratch: Path, costs: dict[Step, Cost]) -> Series:
    """Everything about a project, added to what was measured of its documents."""
    call = (*API_UPGRADES, *project.options)
    ids, parts, changes = child("count", *project.places)[1]
    costs["check"] = steady(lambda: run(*call, "check", "--allow-todo")[0])
    costs["load"] = steady(lambda: child("load", *project.places)[0])
    costs["path"] = steady(lambda: run(*call, "path", ids[0], ids[-1])[0])
    if "diff" not in costs:
        costs["diff"] = steady(lambda: run(*call, "diff", *ids[-2:])[0])
    change, source = mark_change(project), mark_source(project)
    site = scratch / "site"
    costs["build"] = steady(lambda: build(project, site))
    pages = list(site.rglob("index.html"))
    series = Series(
        name=name,
        versions=len(ids),
        parts=parts,
        changes=changes,
        pages=len(pages),
        distinct_pages=distinct(site),
        largest_page=max(page.stat().st_size for page in pages),
        bytes=size(site),
        costs=costs,
        peers=_peers(project, scratch),
    )
    addresses = {mark: _address(site, mark) for mark in (CHANGE_MARK, SOURCE_MARK)}
    times = 3 if costs["build"].wall < SOON_SERVED else 1
    with serving(project.config) as server:
        server.wait_for("", "")
        series.saves["change"] = server.save(change, CHANGE_MARK, addresses[CHANGE_MARK], times)
        series.saves["source"] = server.save(source, SOURCE_MARK, addresses[SOURCE_MARK], times)
    return series


def _address(site: Path, mark: str) -> str:
    """The address of the smallest page that shows a mark."""
    found = [page for page in site.rglob("index.html") if mark in page.read_text(encoding="utf-8")]
    if not found:
        sys.exit(f"no page shows {mark!r}")
    smallest = min(found, key=lambda page: (page.stat().st_size, page))
    return f"{smallest.parent.relative_to(site).as_posix()}/"


def build(project: Project, site: Path) -> Cost:
    """The cost of a build that finds no site and no cached models."""
    project.forget_models()
    shutil.rmtree(site, ignore_errors=True)
    return run(*MKDOCS, "--config-file", project.config, "--site-dir", site)[0]


def measure_growth(documents: Documents, versions: int, scratch: Path) -> Growth:
    """Import and build of the oldest versions of a series."""
    imported = import_series(Documents(documents.name, documents.files[:versions]), scratch / "imported")
    project = imported_project(scratch / "imported")
    built = steady(lambda: build(project, scratch / "site"))
    return Growth(name=documents.name, versions=versions, costs={"import": imported, "build": built})


def distinct(site: Path) -> int:
    """The number of pages that differ in more than the names of versions, and in what follows from these names."""
    versions = re.compile("|".join(re.escape(path.name) for path in (site / "reference").iterdir() if path.is_dir()))
    found = set()
    for page in site.rglob("index.html"):
        article = re.search("<article.*</article>", page.read_text(encoding="utf-8"), re.DOTALL)
        text = versions.sub("version", article.group() if article else "")
        # The latest version has a sentence of its own, and each older one says how old it is.
        text = re.sub(r'<p class="au-(banner|machine)\b.*?</p>', "", text, flags=re.DOTALL)
        found.add(hashlib.sha256(text.encode()).digest())
    return len(found)


def _peers(project: Project, scratch: Path) -> dict[Builder, Peer]:
    """The same pages, as Markdown files, by other builders."""
    markdown = scratch / "markdown"
    shutil.copytree(project.root / "docs", markdown)
    child("markdown", *project.places, markdown, str(MAX_PAGES))
    builders: tuple[Builder, ...] = ("MkDocs", "Hugo")
    found: dict[Builder, Peer] = {}
    for builder in builders:
        cost, pages = _build_by(builder, markdown, scratch / builder)
        found[builder] = Peer(pages=pages, cost=cost, start=_start_of(builder))
    return found


@cache
def _start_of(builder: Builder) -> Cost:
    """The cost of a site with a home page only."""
    with TemporaryDirectory() as folder:
        write(Path(folder, "markdown", "index.md"), HOME)
        return _build_by(builder, Path(folder, "markdown"), Path(folder, "site"))[0]


def _build_by(builder: Builder, markdown: Path, root: Path) -> tuple[Cost, int]:
    """The cost of a site of Markdown files, and the number of its pages."""
    if builder == "Hugo":
        hugo_site(root, markdown)
        command: tuple[str | Path, ...] = (hugo(), "--quiet", "--source", root, "--destination")
    else:
        command = (*MKDOCS, "--config-file", plain_site(root, markdown), "--site-dir")
    out = root / "site"

    def once() -> Cost:
        shutil.rmtree(out, ignore_errors=True)
        return run(*command, out)[0]

    return steady(once), sum(1 for _ in out.rglob("index.html"))
