"""What each cached function and property saves: `python -m tests.bench.caches PROJECT [...]`, as JSON.

Runs `check` and a build of each project once, in one process, with every `functools` cache counted: how often it was
asked, how often it had to compute, and how long a computation took on average. What it saves is the rest of its calls
at that average. An inner cache makes an outer one look cheaper, so the figure is that of the cache as things are. The
largest share of the CPU of any run counts.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

PACKAGE = "api_upgrades"


class Count:
    """The calls of one cache: all, and those that computed, with the seconds these took."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.calls = self.misses = 0
        self.seconds = 0.0

    @property
    def saved(self) -> float:
        """Seconds."""
        return (self.calls - self.misses) * self.seconds / self.misses if self.misses else 0.0


COUNTS: defaultdict[str, Count] = defaultdict(Count)


def _computed(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    count = COUNTS[name]

    @functools.wraps(compute)
    def run(*arguments: Any, **keywords: Any) -> Any:
        start = time.perf_counter()
        try:
            return compute(*arguments, **keywords)
        finally:
            count.misses += 1
            count.seconds += time.perf_counter() - start

    return run


def _counted(cache: Callable[..., Any]) -> Callable[..., Any]:
    """A cache that counts, of a function."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        if not function.__module__.startswith(PACKAGE):
            plain: Callable[..., Any] = cache(function)
            return plain
        name = f"{function.__module__}.{function.__qualname__}"
        inner = cache(_computed(name, function))

        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            COUNTS[name].calls += 1
            return inner(*arguments, **keywords)

        call.cache_clear = inner.cache_clear  # type: ignore[attr-defined]  # as `functools` has it
        return call

    return wrap


class CountedProperty(functools.cached_property):  # type: ignore[type-arg]  # of anything
    """A cached property that counts. It has `__set__`, so that Python asks it even for what it keeps."""

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.name = f"{owner.__module__}.{owner.__qualname__}.{name}"
        if owner.__module__.startswith(PACKAGE):
            self.func = _computed(self.name, self.func)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        COUNTS[self.name].calls += 1
        kept = vars(instance)
        if self.attrname not in kept:
            kept[self.attrname] = self.func(instance)
        return kept[self.attrname]

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self.attrname] = value


def install() -> None:
    """Count every cache of the modules that are imported from now on."""
    cache, lru_cache = functools.cache, functools.lru_cache
    functools.cached_property = CountedProperty  # type: ignore[misc]  # replacing the class is the point
    functools.cache = _counted(cache)

    def counted_lru_cache(*arguments: Any, **keywords: Any) -> Any:
        is_bare = arguments and callable(arguments[0])
        return _counted(lru_cache())(arguments[0]) if is_bare else _counted(lru_cache(*arguments, **keywords))

    functools.lru_cache = counted_lru_cache


def measure(project: Path) -> dict[str, dict[str, float]]:
    """What each cache saves in `check` and in a build of a project, as shares of the CPU time."""
    from click.testing import CliRunner
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    from api_upgrades.cli import main as command

    def check() -> None:
        result = CliRunner().invoke(command, ["--root", str(project), "check", "--allow-todo"])
        assert result.exit_code == 0, (result.output, result.exception)

    def build_site() -> None:
        with tempfile.TemporaryDirectory() as folder:
            build(load_config(str(project / "mkdocs.yml"), site_dir=folder))

    found: dict[str, dict[str, float]] = {}
    for name, run in (("check", check), ("build", build_site)):
        for one in COUNTS.values():
            one.clear()
        start = time.process_time()
        run()
        seconds = time.process_time() - start
        found[f"{project.name} {name}"] = {key: one.saved / seconds for key, one in COUNTS.items() if one.misses}
    return found


def main() -> None:
    install()
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    best: dict[str, tuple[float, str]] = {}
    for project in map(Path, sys.argv[1:]):
        for run, shares in measure(project).items():
            for name, share in shares.items():
                best[name] = max(best.get(name, (0.0, "")), (share, run))
    rows = sorted(best.items(), key=lambda row: -row[1][0])
    found = [{"name": name.removeprefix(f"{PACKAGE}."), "share": share, "run": run} for name, (share, run) in rows]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
