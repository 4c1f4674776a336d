"""What the benchmark runs in processes of their own: `python -m tests.bench_run build|render|derive ...`.

Prints what it took as JSON: CPU seconds by stage. The process as a whole is for the caller to measure.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SPENT: dict[str, float] = defaultdict(float)


@contextmanager
def spending(stage: str) -> Iterator[None]:
    """Count the CPU time of what is inside to a stage."""
    start = time.process_time()
    try:
        yield
    finally:
        SPENT[stage] += time.process_time() - start


def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        with spending(stage):
            return function(*arguments, **options)

    return call


def build(config_file: str, site_dir: str) -> None:
    """A site, with what is the generator's own counted by stage."""
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    from api_upgrades import plugin, project, registry

    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    setattr(project, "read_head", timed("load", project.read_head))
    setattr(registry, "load", timed("load", registry.load))
    setattr(project, "derive", timed("derive", project.derive))
    setattr(project, "verify", timed("derive", lambda *arguments: list(VERIFY(*arguments))))
    VERIFY = project.verify
    build_site(load_config(config_file, site_dir=site_dir))


if __name__ == "__main__":
    {"build": build}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(SPENT))
