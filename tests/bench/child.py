"""What the benchmark runs in processes of their own, `python -m tests.bench.child TASK ...`.

The process that starts them measures them as a whole. A task prints what only it knows as JSON, on its last line. Each
task imports what it needs, because that costs too.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.files import write
from tests.bench.sites import NAV

if TYPE_CHECKING:
    from api_upgrades.history.history import History

LINES = 20
"""The number of lines in each half of a profile."""


def command(*arguments: str) -> None:
    """Run `api-upgrades`."""
    from api_upgrades.cli import main

    main([*arguments], standalone_mode=False)


def load(root: str, registry: str, source: str) -> None:
    """Read a project and derive every version, and nothing else."""
    from api_upgrades.project import Project

    _ = Project(Path(root), registry, source).read_state().history.contracts


def parse(*documents: str) -> None:
    """Parse documents with the fastest parser that there is in the dependencies, and nothing else."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for document in documents:
        text = Path(document).read_text(encoding="utf-8")
        _ = json.loads(text) if document.endswith(".json") else yaml.load(text, loader)


def count(root: str, registry: str, source: str) -> tuple[list[str], int, int]:
    """The versions of a project, oldest first, and the numbers of parts and of changes."""
    history = _history(root, registry, source)
    parts = len(history.contract_at(history.latest.id).parts)
    return [one.id for one in history.versions], parts, sum(len(one.changes) for one in history.versions)


def markdown(root: str, registry: str, source: str, out: str, most: str) -> None:
    """Write generated pages as Markdown files: so many at most, spread evenly over all of them."""
    from api_upgrades.history.shared_path_items import show_shared_path_items
    from api_upgrades.site.pages.addresses import Addresses
    from api_upgrades.site.pages.page import Page
    from api_upgrades.site.pages.render import render_pages

    history = show_shared_path_items(_history(root, registry, source))
    pages = [page for page in render_pages(history, Addresses("index.md")) if isinstance(page, Page)]
    step = max(1.0, len(pages) / int(most))
    chosen = {round(number * step) for number in range(min(int(most), len(pages)))}
    for number, page in enumerate(pages):
        # The pages in the navigation are always written.
        if number in chosen or f"{page.path}index.md" in NAV:
            write(Path(out, page.path, "index.md"), page.markdown())


def _history(root: str, registry: str, source: str) -> History:
    from api_upgrades.project import Project
    from api_upgrades.releases.public import restrict_to_public

    return restrict_to_public(Project(Path(root), registry, source).load())


def profile(program: str, *arguments: str) -> list[str]:
    """What a call of `api-upgrades` or `mkdocs` spends its time on, all of it in one process."""
    if program == "mkdocs":
        from mkdocs.__main__ import cli as called
    else:
        from api_upgrades.cli import main as called
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    profiler = cProfile.Profile()
    profiler.runcall(called, [*arguments], standalone_mode=False)
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


TASKS: tuple[Callable[..., Any], ...] = (command, load, parse, count, markdown, profile)

if __name__ == "__main__":
    chosen = next(task for task in TASKS if task.__name__ == sys.argv[1])
    print(json.dumps(chosen(*sys.argv[2:])))
