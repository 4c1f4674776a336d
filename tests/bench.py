"""What the site costs: `python -m tests.bench [--versions V] [--parts P] [--runs N]`.

Everything is built in fresh processes, and compared with what was built beside it for the same pages. CPU seconds are
those of a process and its children, memory is the peak of either. The targets are printed with what was reached.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from api_upgrades.pages.page import Addresses
from api_upgrades.pages.path_data import PathData
from api_upgrades.pages.paths import PathView, path_pages
from api_upgrades.pages.site import Site
from api_upgrades.path import Paths
from api_upgrades.project import Project
from tests.bench_project import ROOT, write_registry, write_site


@dataclass(frozen=True)
class Run:
    """One process: its CPU seconds and peak megabytes, and the CPU seconds of the generator's stages in it."""

    cpu: float
    memory: float
    stages: dict[str, float]

    @property
    def own(self) -> float:
        return sum(self.stages.values()) - self.stages.get("import", 0.0)


def run(*arguments: str | Path) -> Run:
    """Run a command of `bench_run`. Raises SystemExit, with what it printed, where it fails."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench_run", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None, "it is piped"
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"'{' '.join(map(str, arguments))}' failed:\n{output}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Run(usage.ru_utime + usage.ru_stime, kilobytes / 1024, json.loads(output.splitlines()[-1]))


def middle(runs: Sequence[Run], of: Callable[[Run], float]) -> float:
    return median(map(of, runs))


def table(title: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows as columns, the first to the left and the others to the right."""
    found = list(rows)
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    print(f"\n{title}")
    for first, *rest in found:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        print("  " + "   ".join(cells).rstrip())


def target(what: str, found: float, limit: float, unit: str, *, inclusive: bool = False) -> tuple[str, ...]:
    """A row of the table of targets."""
    reached = found <= limit if inclusive else found < limit
    words = "at most" if inclusive else "under"
    return what, f"{found:.2f}", f"{words} {limit:g} {unit}", "reached" if reached else "MISSED"


def server_api(scratch: Path, runs: int) -> list[tuple[str, ...]]:
    """This project's own site, beside one with nothing but a home page."""
    empty_config = write_site(scratch / "empty", "[search]")
    empty: list[Run] = []
    full: list[Run] = []
    run("build", ROOT / "mkdocs.yml", scratch / "warm")  # so that no run imports the models or compiles anything
    for _ in range(runs):
        empty.append(run("build", empty_config, scratch / "empty" / "site"))
        full.append(run("build", ROOT / "mkdocs.yml", scratch / "full"))
    shutil.copytree(ROOT / "changes", scratch / "copy" / "changes", ignore=shutil.ignore_patterns("__pycache__"))
    imported = run("derive", scratch / "copy").stages["import"]
    pages = sum(1 for _ in (scratch / "full").rglob("*.html"))
    rows = [("", "CPU seconds", "share")]
    whole = middle(full, lambda one: one.cpu)
    for stage in full[0].stages:
        seconds = median(one.stages[stage] for one in full)
        rows.append((f"  {stage}", f"{seconds:.2f}", f"{seconds / whole:.0%}"))
    share = middle(full, lambda one: one.own / one.cpu)
    rows += [
        ("all that is ours", f"{middle(full, lambda one: one.own):.2f}", f"{share:.0%}"),
        (f"the whole build, {pages} pages", f"{whole:.2f}", ""),
        ("an empty site with Material", f"{middle(empty, lambda one: one.cpu):.2f}", ""),
        ("importing the models, once per edit (not in the build above)", f"{imported:.2f}", ""),
    ]
    table(f"The Server API, medians of {runs} builds", rows)
    multiple = median(one.cpu / other.cpu for one, other in zip(full, empty, strict=True))
    return [
        target("Server API: what is ours of the build's CPU", 100 * share, 25, "%"),
        target("Server API: the build's CPU in terms of an empty site's", multiple, 3, "times", inclusive=True),
    ]


def beside_plain(scratch: Path, versions: int, parts: int) -> None:
    """Many generated pages, beside plain MkDocs on the same pages as Markdown files. Neither has a search."""
    ours, plain = scratch / "ours", scratch / "plain"
    write_registry(ours, versions, parts)
    run("derive", ours)  # so that the build doesn't import the models
    run("twins", ours, plain / "docs")
    pages = sum(1 for _ in (plain / "docs").rglob("*.md"))
    by_us = run("build", write_site(ours, "[api-upgrades]"), ours / "site")
    by_mkdocs = run("build", write_site(plain, "[]"), plain / "site")
    assert_same_pages(ours / "site", plain / "site")
    rows = [("", "CPU seconds", "a page, ms", "peak MB")]
    for name, one in (("plain MkDocs with Material", by_mkdocs), ("this generator", by_us)):
        rows.append((name, f"{one.cpu:.1f}", f"{1000 * one.cpu / pages:.1f}", f"{one.memory:.0f}"))
    rows += [
        (f"  of it {stage}", f"{by_us.stages[stage]:.1f}", f"{1000 * by_us.stages[stage] / pages:.1f}", "")
        for stage in by_us.stages
    ]
    rows.append(
        ("plain in terms of ours", f"{by_mkdocs.cpu / by_us.cpu:.1f} x", "", f"{by_mkdocs.memory / by_us.memory:.1f} x")
    )
    table(f"{versions} versions and {parts} parts: {pages} generated pages", rows)


def assert_same_pages(one: Path, other: Path) -> None:
    """Raises SystemExit where two sites don't have the same pages, so that nothing else is compared."""
    found = [{path.relative_to(site).as_posix() for path in site.rglob("index.html")} for site in (one, other)]
    if found[0] != found[1]:
        sys.exit(f"the two sites differ in their pages: {sorted(found[0] ^ found[1])[:5]}")


def paths(scratch: Path, versions: int, parts: int) -> None:
    """What the ways between versions cost as versions double: as many revisions more, and four times the pairs."""
    rows: list[tuple[str, ...]] = [
        ("versions", "pairs", "parts", "revisions", "data, KB", "pages from", "as by the formula", "CPU seconds")
    ]
    for count in (versions, 2 * versions, 4 * versions):
        root = scratch / f"paths-{count}"
        write_registry(root, count, parts)
        history = Project(root).load()
        site = Site(history, Addresses())
        start = time.process_time()
        size = sum(len(asset.content.encode()) for asset in PathData(site).assets(""))
        pages = sum(1 for _ in path_pages(site))
        seconds = time.process_time() - start
        between = Paths(history)
        views = [PathView(site, between.between(one.id, history.latest.id)) for one in history.versions[:-1]]
        revisions = {(part, one) for found in history.revisions.values() for part, one in found.items()}
        known = {part for part, _ in revisions}
        cells = (count * (count - 1), len(known), len(revisions), round(size / 1000), pages)
        formula = sum(1 + len(view.resources) for view in views)
        rows.append((str(count), *map(str, cells), str(formula), f"{seconds:.1f}"))
    table(f"Ways between any two versions, {parts} parts", rows)


def deriving(scratch: Path, versions: int, parts: int) -> list[tuple[str, ...]]:
    """All contracts of a large API."""
    root = scratch / "large"
    write_registry(root, versions, parts)
    imported = run("derive", root).stages["import"]
    found = run("derive", root)
    rows = [("", "CPU seconds")]
    rows += [(f"  {stage}", f"{found.stages[stage]:.2f}") for stage in ("load", "derive", "verify")]
    rows += [("the whole process", f"{found.cpu:.2f}"), ("importing the models, apart", f"{imported:.2f}")]
    table(f"{versions} versions and {parts} parts: deriving every contract", rows)
    seconds = sum(found.stages[stage] for stage in ("load", "derive", "verify"))
    what = f"{versions} versions of {parts} parts, read, derived and verified"
    return [
        target(f"{what}: CPU", seconds, 2, "s"),
        target(f"{what}: peak memory of the process", found.memory, 300, "MB"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures what the site costs.")
    parser.add_argument("--versions", type=int, default=30, help="of the comparison with plain MkDocs")
    parser.add_argument("--parts", type=int, default=200, help="of the comparison with plain MkDocs; a multiple of 10")
    parser.add_argument("--runs", type=int, default=5, help="builds of the Server API's site, of which medians count")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        targets = server_api(scratch, options.runs)
        targets += deriving(scratch, 100, 1000)
        beside_plain(scratch, options.versions, options.parts)
        paths(scratch, options.versions, options.parts)
    table("Targets", targets)


if __name__ == "__main__":
    main()
