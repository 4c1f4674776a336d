"""What the benchmark runs in processes of their own: `python -m tests.bench_run build|twins|derive ...`.

Prints as JSON the CPU seconds of each stage of the generator. The process as a whole is measured by who started it.
"""

from __future__ import annotations

import functools
import json
import logging
import re
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api_upgrades import project, registry
from api_upgrades.project import Project

spent: dict[str, float] = defaultdict(float)


@contextmanager
def counting(stage: str) -> Iterator[None]:
    """Count the CPU time of what is inside to a stage, but not that of the stages inside it."""
    start, before = time.process_time(), sum(spent.values())
    try:
        yield
    finally:
        inside = sum(spent.values()) - before
        spent[stage] += time.process_time() - start - inside


def count(holder: object, name: str, stage: str) -> None:
    """Count each call of a function to a stage; what it yields is made within the call."""
    function: Callable[..., Any] = getattr(holder, name)

    @functools.wraps(function)
    def counted(*arguments: Any, **options: Any) -> Any:
        with counting(stage):
            result = function(*arguments, **options)
            return list(result) if isinstance(result, Iterator) else result

    setattr(holder, name, counted)


def count_stages() -> None:
    count(project, "read_head", "load")
    count(registry, "load", "load")
    count(project, "derive", "derive")
    count(project, "verify", "verify")


def build(config_file: str, site_dir: str) -> None:
    """A site. All that the plugin does is counted: its stages, each sort of pages, and the rest as handing over."""
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    from api_upgrades import pages, plugin
    from api_upgrades.pages.reference import Reference

    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    for name in [name for name in vars(pages) if re.search("_pages?$", name)]:
        count(pages, name, f"render {name}")
    count(Reference, "pages", "render reference")
    count(plugin, "exports", "export")
    for name in vars(plugin.ApiUpgradesPlugin):
        if name.startswith("on_"):
            count(plugin.ApiUpgradesPlugin, name, "hand over")
    build_site(load_config(config_file, site_dir=site_dir))


def twins(root: str, out: str) -> None:
    """The same pages as Markdown files."""
    from api_upgrades.cli import main

    main(["--root", root, "render", "--out", out], standalone_mode=False)


def derive(root: str) -> None:
    """Every contract of a project; the models are imported by a child process if they are not known yet."""
    Project(Path(root)).load()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent["import"] = usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    count_stages()
    commands: dict[str, Callable[..., None]] = {"build": build, "twins": twins, "derive": derive}
    commands[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(spent))
