"""What the benchmark runs in processes of their own, `python -m tests.bench.child COMMAND ...`.

Who started the process measures it as a whole; what only the process itself knows it prints as JSON, on its last line.
Each command imports what it needs, since that costs too.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from tests.bench.files import write
from tests.bench.models import MARK
from tests.bench.sites import NAV
from tests.bench.stages import sampled

if TYPE_CHECKING:
    from api_upgrades.history.history import History

LINES = 12
"""Of each half of a profile."""


def lock(root: str) -> None:
    """Freeze every version, as they are where an API is published."""
    from api_upgrades.cli import main

    main(["--root", root, "lock"], standalone_mode=False)


def import_series(out: str, *documents: str) -> None:
    """Import a series of OpenAPI documents."""
    from api_upgrades.cli import main

    main(["import", *documents, "--out", out], standalone_mode=False)


def build(config: str, site: str) -> dict[str, float]:
    """Build a site; gives the CPU seconds by stage, what processes took that are no forks of it as `import`."""
    from mkdocs.__main__ import cli

    with sampled() as spent:
        cli(["build", "--quiet", "--config-file", config, "--site-dir", site], standalone_mode=False)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"import": usage.ru_utime + usage.ru_stime - spent.pop("forks", 0.0), **spent}


def markdown(root: str, registry: str, source: str, out: str, most: str) -> dict[str, int]:
    """Write generated pages as Markdown files, so many at most, evenly spread over all of them."""
    from api_upgrades.site.pages.addresses import Addresses
    from api_upgrades.site.pages.page import Page
    from api_upgrades.site.pages.render import render_pages

    history = _history(root, registry, source)
    pages = [page for page in render_pages(history, Addresses("index.md")) if isinstance(page, Page)]
    step = max(1.0, len(pages) / int(most))
    chosen = {round(number * step) for number in range(min(int(most), len(pages)))}
    for number, page in enumerate(pages):
        # Those that the navigation names are there in any case.
        if number in chosen or f"{page.path}index.md" in NAV:
            write(Path(out, page.path, "index.md"), page.markdown())
    return {"pages": len(pages)}


def _history(root: str, registry: str, source: str) -> History:
    from api_upgrades.project import Project
    from api_upgrades.releases.public import restrict_to_public

    return restrict_to_public(Project(Path(root), registry, source).load())


def sections(root: str, registry: str, source: str) -> dict[str, int]:
    """What the registry is made of; of the sections of all versions' references, how many there are and differ."""
    history = _history(root, registry, source)
    found = [section for revisions in history.revisions.values() for section in revisions.items()]
    return {
        "versions": len(history.versions),
        "parts": len(history.contract_at(history.latest.id).parts),
        "changes": sum(len(version.changes) for version in history.versions),
        "sections": len(found),
        "distinct": len(set(found)),
    }


def derive(root: str, registry: str, source: str) -> float:
    """Read, derive and verify every contract, and nothing else; gives the CPU seconds, without Python's start."""
    from api_upgrades.project import Project

    start = time.process_time()
    Project(Path(root), registry, source).load()
    return time.process_time() - start


def ways(root: str, registry: str, source: str) -> dict[str, float]:
    """What leads from any version to any other: how much there is of it, and the CPU seconds that it takes."""
    from api_upgrades.history.upgrade_path import UpgradePaths
    from api_upgrades.site.pages.addresses import Addresses
    from api_upgrades.site.pages.path.data import PathData
    from api_upgrades.site.pages.path.static import path_pages
    from api_upgrades.site.pages.path.view import PathView
    from api_upgrades.site.pages.site import Site

    history = _history(root, registry, source)
    site = Site(history, Addresses())
    start = time.process_time()
    data = sum(len(asset.content.encode()) for asset in PathData(site).assets(""))
    pages = sum(1 for page in path_pages(site) if page.html)
    cpu = time.process_time() - start
    between = UpgradePaths(history)
    views = [PathView(site, between.between(one.id, history.latest.id)) for one in history.versions[:-1]]
    return {"data": data, "pages": pages, "formula": sum(1 + len(view.resources) for view in views), "cpu": cpu}


def copy(folder: str, out: str, without: str = "") -> dict[str, float]:
    """Write the files of a folder once more, apart from those that another folder has too."""

    def ignored(inside: str, names: list[str]) -> Iterator[str]:
        other = Path(without, Path(inside).relative_to(folder))
        return (name for name in names if without and (other / name).is_file())

    start, cpu = time.perf_counter(), time.process_time()
    shutil.copytree(folder, out, ignore=lambda inside, names: set(ignored(inside, names)))
    return {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def profile(config: str, site: str) -> list[str]:
    """What a build calls, by what it takes with all below, and by what it takes itself; all of it in one process."""
    from mkdocs.__main__ import cli

    os.sched_setaffinity(0, {0})
    profiler = cProfile.Profile()
    profiler.runcall(cli, ["build", "--quiet", "-f", config, "-d", site], standalone_mode=False)
    return _lines(profiler)


def profile_save(config: str, file: str) -> list[str]:
    """The same of the build that `mkdocs serve` makes once a file is saved."""
    from mkdocs.__main__ import cli
    from mkdocs.commands import build, serve

    profiler, whole, calls = cProfile.Profile(), build.build, 0

    def save() -> None:
        Path(file).write_text(Path(file).read_text(encoding="utf-8").replace(MARK, "begged for"), encoding="utf-8")

    def build_again(*arguments: Any, **options: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            whole(*arguments, **options)
            Timer(2, save).start()  # by then the server watches
            return
        profiler.runcall(whole, *arguments, **options)
        os.kill(os.getpid(), signal.SIGINT)

    setattr(serve, "build", build_again)  # noqa: B010  # mypy refuses to see a function replaced
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored where this runs in the background
    cli(["serve", "--quiet", "-f", config, "-a", "127.0.0.1:0"], standalone_mode=False)
    return _lines(profiler)


def _lines(profiler: cProfile.Profile) -> list[str]:
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    rows = [(_place(file, name), calls, own, below) for (file, _, name), (_, calls, own, below, _) in stats.items()]
    lines = ["  seconds     own    calls  (profiled, which makes it slower)"]
    ours = [row for row in rows if row[0].startswith("api_upgrades/")]
    for chosen in (sorted(ours, key=lambda row: -row[3])[:LINES], sorted(rows, key=lambda row: -row[2])[:LINES]):
        lines += [f"{below:9.2f}{own:8.2f}{calls:9,}  {place}" for place, calls, own, below in chosen] + [""]
    return lines[:-1]


def _place(file: str, name: str) -> str:
    """A function with its module, as short as it can be told from others."""
    parts = Path(file).parts
    for root in ("generator", "site-packages", f"python{sys.version_info.major}.{sys.version_info.minor}"):
        if root in parts:
            parts = parts[len(parts) - parts[::-1].index(root) :]
    return f"{'/'.join(parts)}: {name}" if file != "~" else name.strip("<>")


COMMANDS: tuple[Callable[..., object], ...] = (
    lock,
    import_series,
    build,
    markdown,
    sections,
    derive,
    ways,
    copy,
    profile,
    profile_save,
)

if __name__ == "__main__":
    chosen = next(command for command in COMMANDS if command.__name__ == sys.argv[1])
    print(json.dumps(chosen(*sys.argv[2:])))
