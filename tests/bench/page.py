"""The page that shows the figures, `docs/maintain/performance.md`: tables for the text in `page.md.j2`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.bench.figures import Cache, Cost, Figures, Save, Series, Step
from tests.bench.targets import OBSTACLES, TARGETS, Target

PLOT = "../assets/performance.svg"


def page(figures: Figures) -> str:
    """The whole page, in Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, of figures alone
    )
    machine = figures.machine
    return environment.get_template("page.md.j2").render(
        machine=machine,
        tools=", ".join(f"{name} {version}" for name, version in machine.tools.items()),
        minutes=f"{figures.minutes:.0f}",
        max_pages=f"{figures.max_pages:,}",
        plot=PLOT,
        targets=table(TARGET, (_target(figures, target) for target in TARGETS)),
        obstacles=[(one.what, OBSTACLES.get(one.key, "?")) for one in TARGETS if one.is_missed(figures)],
        commands=table(("what", *COMMANDS.values(), "a saved change", "the source"), map(_commands, figures.series)),
        caches=_caches(figures.caches) if figures.caches else "",
        sites=table(SITES, map(_site, figures.series)),
    )


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table. All columns except the first are aligned to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


MIN_CACHE_SHARE = 0.05
"""What a cache has to save in some run to earn its place by itself, as a share of the run's CPU time."""


def _caches(caches: Sequence[Cache]) -> str:
    """The table of the caches that save much."""
    much = [one for one in caches if one.share >= MIN_CACHE_SHARE]
    shares = (f"{one.share:.0%}" if one.share < 1 else f"{one.share:,.1f} times" for one in much)
    rows = ((f"`{one.name}`", share, one.run) for one, share in zip(much, shares, strict=True))
    return table(("cache", "saves", "in"), rows)


TARGET = ("Target", "Limit", "Measured", "Result")


def _target(figures: Figures, target: Target) -> tuple[str, ...]:
    value = target.of(figures)
    if value is None:
        return target.what, target.limit, "", "not measured"
    return target.what, target.limit, f"{value:,.3g}", "reached" if target.is_reached(value) else "**MISSED**"


COMMANDS: dict[Step, str] = {
    "parse": "parse",
    "changelog": "oasdiff",
    "import": "import",
    "load": "load",
    "check": "check",
    "their diff": "oasdiff diff",
    "diff": "diff",
    "path": "path",
}
"""What is measured of a series apart from its site, and the heads of the columns."""


def _commands(series: Series) -> Iterator[str]:
    yield series.title
    yield from (_cell(series.costs.get(step)) for step in COMMANDS)
    saves = {str(key): save for key, save in series.saves.items()}
    yield from (_save(saves.get(key)) for key in ("change", "source"))


def _save(save: Save | None) -> str:
    return f"{save.served:.1f} ({save.noticed:.1f})" if save else ""


SITES = ("what", "parts", "changes", "pages", "distinct", "largest, KB", "all, MB", "build", "plain MkDocs", "Hugo")


def _site(series: Series) -> Iterator[str]:
    yield from (series.title, f"{series.parts:,}", f"{series.changes:,}")
    yield from (f"{series.pages:,}", f"{series.distinct_pages:,}")
    yield from (f"{series.largest_page / 1e3:,.0f}", f"{series.bytes / 1e6:,.1f}", _cell(series.costs.get("build")))
    for peer in series.peers.values():
        cost = peer.extrapolate(series.pages)
        cell = f"{cost.cpu:,.1f} ({cost.wall:,.1f})"
        yield cell if series.pages <= peer.pages else f"*{cell}*"
    yield from ("" for _ in range(2 - len(series.peers)))


def _cell(cost: Cost | None) -> str:
    """CPU seconds, and the peak of memory."""
    return f"{cost.cpu:,.1f} ({cost.memory:,.0f})" if cost else ""
