"""What the site costs, in one run: `python -m tests.bench`.

Says what it measures as it goes, and writes all of it to `docs/maintain/performance.md`, with a plot. `--small` tries
the same with small registries, and prints the page; `--page` writes the page anew from what was measured last.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import COPY, HUGO, KEPT, OUT_OF_SEARCH, PEERS, Build, Figures, Machine
from tests.bench.files import write
from tests.bench.imported import imported
from tests.bench.made import Made
from tests.bench.measure import (
    MOST,
    derived,
    made,
    measured,
    more,
    profile_of_build,
    profile_of_save,
    served,
    ways,
)
from tests.bench.page import page
from tests.bench.plot import plot
from tests.bench.processes import ROOT, run
from tests.bench.sites import Project, hugo, own_project
from tests.bench.targets import FIFTH, LARGEST, MANY, NONE, SAVE, TARGETS

PAGE = ROOT / "docs" / "maintain" / "performance.md"
PLOT = ROOT / "docs" / "assets" / "performance.svg"


@dataclass(frozen=True)
class Sizes:
    """What is made: registries of so many versions and parts, and those that a target is about."""

    made: tuple[Made, ...]
    fifth: Made
    none: Made
    few_versions: Made
    many_versions: Made
    more: Made
    ways: tuple[Made, ...]


ALL = Sizes(
    made=tuple(Made.of(*one) for one in ((10, 100), (20, 1000), (100, 100), (100, 1000))),
    fifth=Made(20, 800, 133, 12),
    none=Made(22, 300, 630, 30),
    few_versions=Made.of(10, 100, 200),
    many_versions=Made.of(100, 100, 200),
    more=Made.of(20, 1000),
    ways=tuple(Made.of(versions, 200) for versions in (30, 60, 120)),
)
SMALL = Sizes(
    made=tuple(Made.of(*one) for one in ((4, 20), (5, 50))),
    fifth=Made(5, 50, 8, 2),
    none=Made(4, 30, 9, 3),
    few_versions=Made.of(3, 20, 12),
    many_versions=Made.of(6, 20, 12),
    more=Made.of(3, 50),
    ways=tuple(Made.of(versions, 20) for versions in (3, 6)),
)
EMPTY_VERSIONS = 10


def measure(sizes: Sizes, scratch: Path) -> Figures:
    """All of it, one thing after the other."""
    start = time.monotonic()
    _, version = run(hugo(), "version")
    server = own_project(scratch / "server")
    projects: dict[str, Project] = {}
    say("the Server API")
    server_api = measured("the Server API", server, (OUT_OF_SEARCH, HUGO, COPY))
    of_series = []
    for name, project in imported(scratch / "imported"):
        say(name)
        of_series.append(measured(name, project, (OUT_OF_SEARCH, HUGO, COPY)))
    of_made: list[Build] = []
    for what in sizes.made:
        projects[LARGEST] = made(scratch / f"made-{len(of_made)}", what)
        say(f"{what.versions} versions, {what.parts} parts")
        of_made.append(measured(f"{what.versions:,} versions of {what.parts:,} parts", projects[LARGEST], tuple(PEERS)))
    apart = {}
    for name, title, what in ((FIFTH, "a fifth is distinct", sizes.fifth), (NONE, "none repeats", sizes.none)):
        say(title)
        projects[name] = made(scratch / name, what)
        apart[name] = measured(title, projects[name], (OUT_OF_SEARCH, HUGO, COPY))
    say("the same changes in few versions and in many")
    few = measured("in few versions", made(scratch / "few", sizes.few_versions))
    projects[MANY] = made(scratch / "many", sizes.many_versions)
    many = measured("in many versions", projects[MANY])
    say("versions that change nothing")
    of_more = more(scratch / "more", sizes.more, EMPTY_VERSIONS)
    say("reading and deriving")
    of_derived = derived(projects[LARGEST])
    say("saving")
    first = made(scratch / "served", sizes.made[0])
    of_served = [served(first, sizes.made[0], scratch / "served-plain", 3)]
    of_served.append(served(projects[FIFTH], sizes.fifth, scratch / "served-fifth", 1))
    say("ways between versions")
    of_ways = [ways(scratch / f"ways-{what.versions}", what) for what in sizes.ways]
    figures = Figures(
        machine=Machine.this(version.split()[1].partition("-")[0].removeprefix("v")),
        minutes=(time.monotonic() - start) / 60,
        most=MOST,
        server_api=server_api,
        imported=of_series,
        made=of_made,
        fifth=apart[FIFTH],
        none=apart[NONE],
        few_versions=few,
        many_versions=many,
        more=of_more,
        derived=of_derived,
        served=of_served,
        ways=of_ways,
        profiles={},
    )
    for name in dict.fromkeys(target.profile for target in TARGETS if not target.is_reached(figures)):
        say(f"a profile: {name}")
        if name == SAVE:
            figures.profiles[name] = profile_of_save(projects[FIFTH], sizes.fifth)
        else:
            figures.profiles[name] = profile_of_build(projects[name], scratch / "site")
    return figures


def say(what: str) -> None:
    """Say what is measured next."""
    print(what, file=sys.stderr, flush=True)


def publish(figures: Figures) -> None:
    """Write the page and its plot."""
    write(PAGE, page(figures))
    write(PLOT, plot(figures))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures what the site costs.")
    parser.add_argument("--small", action="store_true", help="try everything on small registries, and print the page")
    parser.add_argument("--page", action="store_true", help="write the page from what was measured last")
    options = parser.parse_args()
    if options.page:
        publish(Figures.model_validate_json(KEPT.read_text(encoding="utf-8")))
        return
    with TemporaryDirectory() as folder:
        figures = measure(SMALL if options.small else ALL, Path(folder))
    if not options.small:
        write(KEPT, figures.model_dump_json(indent=1) + "\n")
        publish(figures)
    print(page(figures))


if __name__ == "__main__":
    main()
