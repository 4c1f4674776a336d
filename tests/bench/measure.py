"""What one registry's site takes, and what others take for the same pages."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import (
    COPY,
    HUGO,
    IN_SEARCH,
    OUT_OF_SEARCH,
    Build,
    Cost,
    Derived,
    More,
    Peer,
    Served,
    Ways,
)
from tests.bench.files import size, write
from tests.bench.made import Made, make
from tests.bench.processes import child, run, steady
from tests.bench.serving import serving
from tests.bench.sites import HOME, Project, hugo, hugo_site, our_site, plain_site

MKDOCS = (sys.executable, "-m", "mkdocs", "build", "--quiet")

MOST = 2000
"""Of so many pages at most others are measured, and carried on from there."""


def made(root: Path, what: Made) -> Project:
    """Make a registry, freeze it as a team's is, and put a site around it."""
    make(root, what)
    project = Project(root)
    child("lock", root)
    our_site(project)
    return project


def build(project: Project, site: Path) -> tuple[Cost, dict[str, float]]:
    """A build that finds nothing there."""
    project.be_cold()
    shutil.rmtree(site, ignore_errors=True)
    cost, stages = child("build", project.config, site)
    return cost, stages


def measured(name: str, project: Project, peers: tuple[str, ...] = ()) -> Build:
    """Everything about one registry's site, the peers being those that are asked for."""
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        site = scratch / "site"
        cost, stages = steady(lambda: build(project, site))
        _, found = child("sections", *project.places)
        pages = list(site.rglob("index.html"))
        return Build(
            name=name,
            versions=found["versions"],
            parts=found["parts"],
            changes=found["changes"],
            pages=len(pages),
            distinct_pages=distinct(site),
            sections=found["sections"],
            distinct_sections=found["distinct"],
            cost=cost,
            stages=stages,
            size=size(site),
            index=(site / "search" / "search_index.json").stat().st_size,
            peers=_peers(project, site, scratch, peers),
        )


def _peers(project: Project, site: Path, scratch: Path, peers: tuple[str, ...]) -> dict[str, Peer]:
    found: dict[str, Peer] = {}
    if COPY in peers:
        pages = sum(1 for _ in site.rglob("index.html"))
        found[COPY] = Peer(pages=pages, cost=copied(site, scratch / "copy"), start=Cost(cpu=0, wall=0, memory=0))
    if not set(peers) - {COPY}:
        return found
    markdown = as_markdown(project, scratch / "markdown")
    for peer in (OUT_OF_SEARCH, IN_SEARCH, HUGO):
        if peer in peers:
            cost, number = _by(peer, markdown, scratch / peer)
            found[peer] = Peer(pages=number, cost=cost, start=start_of(peer))
    return found


@cache
def start_of(peer: str) -> Cost:
    """What somebody else takes for a home page alone."""
    with TemporaryDirectory() as folder:
        write(Path(folder, "markdown", "index.md"), HOME)
        return _by(peer, Path(folder, "markdown"), Path(folder, "site"))[0]


def _by(peer: str, markdown: Path, root: Path) -> tuple[Cost, int]:
    """What somebody else takes for a site of Markdown files, and how many pages that has."""
    command: tuple[str | Path, ...] = (hugo(), "--quiet", "--source", root, "--destination")
    if peer == HUGO:
        hugo_site(root, markdown)
    else:
        config = plain_site(root, markdown, is_searched=peer == IN_SEARCH)
        command = (*MKDOCS, "--config-file", config, "--site-dir")
    out = root / "site"

    def once() -> tuple[Cost, str]:
        shutil.rmtree(out, ignore_errors=True)
        return run(*command, out)

    cost, _ = steady(once)
    return cost, sum(1 for _ in out.rglob("index.html"))


def as_markdown(project: Project, out: Path) -> Path:
    """The pages of a project as Markdown files: those written by hand, and of the generated as many as are compared."""
    shutil.copytree(project.root / "docs", out, ignore=shutil.ignore_patterns("assets"))
    child("markdown", *project.places, out, str(MOST))
    return out


def copied(folder: Path, out: Path, without: Path | None = None) -> Cost:
    """What writing the files of a folder once more takes, apart from those that another folder has too."""

    def once() -> tuple[Cost, None]:
        shutil.rmtree(out, ignore_errors=True)
        process, found = child("copy", folder, out, *([without] if without else []))
        return Cost(**found, memory=process.memory), None

    return steady(once)[0]


def distinct(site: Path) -> int:
    """How many pages differ in more than the names of versions, and in what follows from these names."""
    versions = re.compile("|".join(re.escape(path.name) for path in (site / "reference").iterdir() if path.is_dir()))
    found = set()
    for page in site.rglob("index.html"):
        article = re.search("<article.*</article>", page.read_text(encoding="utf-8"), re.DOTALL)
        text = versions.sub("version", article.group() if article else "")
        # What only the latest version says, and on each older one how much older it is.
        text = re.sub(r'<p class="au-(banner|machine)\b.*?</p>', "", text, flags=re.DOTALL)
        found.add(hashlib.sha256(text.encode()).digest())
    return len(found)


def more(scratch: Path, what: Made, versions: int) -> More:
    """What each of so many more versions costs that change nothing.

    That is the small difference of two large figures, so each is the least of three, measured in turn.
    """
    fewer, site = (scratch / f"{name}-site" for name in ("fewer", "more"))
    projects = {
        site: made(scratch / site.stem, Made(what.versions, what.parts, what.changes, what.hot, quiet))
        for site, quiet in ((fewer, 0), (site, versions))
    }
    runs = [{site: build(project, site)[0].cpu for site, project in projects.items()} for _ in range(3)]
    least = {site: min(run[site] for run in runs) for site in projects}
    copy = copied(site, scratch / "copy", without=fewer)
    added = [sum(1 for _ in one.rglob("index.html")) for one in (fewer, site)]
    return More(
        beside=f"{what.versions:,} versions of {what.parts:,} parts",
        versions=versions,
        cpu=(least[site] - least[fewer]) / versions,
        copy_cpu=copy.cpu / versions,
        pages=(added[1] - added[0]) / versions,
        size=(size(site) - size(fewer)) / versions,
    )


def derived(project: Project) -> Derived:
    """What it takes to read, derive and verify every contract, the models being known."""
    _, known = child("sections", *project.places)
    cost, cpu = child("derive", *project.places)
    return Derived(versions=known["versions"], parts=known["parts"], cpu=cpu, memory=cost.memory)


def ways(root: Path, what: Made) -> Ways:
    """What the ways between versions are."""
    project = made(root, what)
    _, known = child("sections", *project.places)
    _, found = child("ways", *project.places)
    return Ways(versions=known["versions"], parts=known["parts"], revisions=known["distinct"], **found)


def served(project: Project, what: Made, scratch: Path, times: int) -> Served:
    """Saves of the newest change and of a model, and of the change's page in plain MkDocs, that so many times."""
    version = what.ids[-1]
    change = project.root / project.registry / version / f"change-{what.changes - 1}.yaml"
    model = project.root / project.source / "orders0.py"
    before = {file: file.read_text(encoding="utf-8") for file in (change, model)}
    with serving(project.config) as server:
        server.wait_for("", "")
        of_change = server.save(change, f"upgrades/{version}/")
        of_model = server.save(model, "reference/latest/orders-0/")
    for file, text in before.items():
        write(file, text)
    markdown = as_markdown(project, scratch / "markdown")
    config = plain_site(scratch / "plain", markdown, is_searched=False)
    page = scratch / "plain" / "docs" / "upgrades" / version / "index.md"
    with serving(config) as server:
        server.wait_for("", "")
        of_plain = server.save(page, f"upgrades/{version}/", times)
    pages = sum(1 for _ in (scratch / "plain" / "docs").rglob("*.md"))
    return Served(pages=pages, change=of_change, model=of_model, plain=of_plain)


def profile_of_save(project: Project, what: Made) -> list[str]:
    """A profile of the build after the newest change is saved."""
    change = project.root / project.registry / what.ids[-1] / f"change-{what.changes - 1}.yaml"
    _, lines = child("profile_save", project.config, change)
    found: list[str] = lines
    return found


def profile_of_build(project: Project, site: Path) -> list[str]:
    """A profile of a build of which nothing is there yet, apart from what it imports the models for."""
    shutil.rmtree(site, ignore_errors=True)
    _, lines = child("profile", project.config, site)
    found: list[str] = lines
    return found
