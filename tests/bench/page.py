"""The page that shows the figures, `docs/maintain/performance.md`: tables for the text in `page.md.j2`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.bench.figures import OUT_OF_SEARCH, PEERS, Build, Cost, Figures, Save, Served, Ways
from tests.bench.targets import TARGETS, Target

PLOT = "../assets/performance.svg"

STAGES = {"import": "import models", **{name: name for name in ("load", "derive", "render", "shell", "write", "start")}}
"""The stages in their order, and what the page calls them."""


def page(figures: Figures) -> str:
    """The whole page, in Markdown."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown, of figures alone
    )
    more, derived, machine = figures.more, figures.derived, figures.machine
    return environment.get_template("page.md.j2").render(
        machine=machine,
        tools=", ".join(f"{name} {version}" for name, version in machine.versions.items()),
        minutes=f"{figures.minutes:.0f}",
        plot=PLOT,
        targets=table(TARGET, (_target(figures, target) for target in TARGETS)),
        counts=table(COUNTS, map(_counts, figures.builds)),
        imported=", ".join(build.name for build in figures.imported),
        costs=table(COSTS, map(_costs, figures.builds)),
        stages=table(("what", *STAGES.values(), "other"), map(_stages, figures.builds)),
        empties=f"{figures.server_api.but_models / figures.server_api.peers[OUT_OF_SEARCH].start.cpu:.1f}",
        share=f"{figures.server_api.ours / figures.server_api.but_models:.0%}",
        most=f"{figures.most:,}",
        peers=table(("what", "pages", "ours", *PEERS.values()), map(_beside, figures.builds)),
        served=table(SERVED, map(_served, figures.served)),
        more=more.versions,
        of_more=more.beside,
        more_pages=f"{more.pages:.0f}",
        more_size=f"{more.size / 1e6:.1f}",
        more_is_lost=more.cpu <= 0,
        more_cpu=f"{1000 * more.cpu:.0f}",
        more_copy=f"{1000 * more.copy_cpu:.0f}",
        growth=table(COSTS, map(_costs, (figures.few_versions, figures.many_versions))),
        ways=table(WAYS, map(_ways, figures.ways)),
        derived=f"{derived.versions} contracts of {derived.parts:,} parts",
        derived_cpu=f"{derived.cpu:.1f}",
        derived_memory=f"{derived.memory:.0f}",
        missed=list(_missed(figures)),
        fifth=figures.fifth,
        unlike=figures.none,
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, all but the first column to the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


TARGET = ("Target", "Limit", "Measured", "Result")


def _target(figures: Figures, target: Target) -> tuple[str, ...]:
    reached = "reached" if target.is_reached(figures) else "**MISSED**"
    return target.what, f"{target.limit} {target.unit}", f"{target.of(figures):,.3g}", reached


COUNTS = ("what", "versions", "parts", "changes", "pages", "distinct", "sections", "distinct")


def _counts(build: Build) -> tuple[str, ...]:
    counts = (build.versions, build.parts, build.changes, build.pages, build.distinct_pages)
    return build.name, *(f"{count:,}" for count in (*counts, build.sections, build.distinct_sections))


COSTS = ("what", "CPU, s", "wall, s", "memory, MB", "written, MB", "search index, KB")


def _costs(build: Build) -> tuple[str, ...]:
    cost = build.cost
    measured = (f"{cost.cpu:.1f}", f"{cost.wall:.1f}", f"{cost.memory:.0f}")
    return build.name, *measured, f"{build.size / 1e6:.1f}", f"{build.index / 1e3:,.0f}"


def _stages(build: Build) -> tuple[str, ...]:
    rest = build.cost.cpu - sum(build.stages.values())
    return build.name, *(f"{build.stages.get(stage, 0):.2f}" for stage in STAGES), f"{rest:.2f}"


def _cost(cost: Cost, is_measured: bool = True) -> str:
    cell = f"{cost.cpu:,.1f} ({cost.wall:,.1f})"
    return cell if is_measured else f"*{cell}*"


def _beside(build: Build) -> tuple[str, ...]:
    cells = [
        _cost(build.of(peer), build.pages <= build.peers[peer].pages) if peer in build.peers else "" for peer in PEERS
    ]
    return build.name, f"{build.pages:,}", _cost(build.cost), *cells


SERVED = ("pages", "a change", "a model", "a Markdown file in plain MkDocs")


def _served(served: Served) -> tuple[str, ...]:
    return f"{served.pages:,}", *map(_save, (served.change, served.model, served.plain))


def _save(save: Save) -> str:
    return f"{save.served:.2f} ({save.noticed:.2f})"


WAYS = ("versions", "pairs", "parts", "revisions", "data, KB", "pages *from*", "by the formula", "CPU, s")


def _ways(ways: Ways) -> tuple[str, ...]:
    pairs = ways.versions * (ways.versions - 1)
    counts = (ways.versions, pairs, ways.parts, ways.revisions, round(ways.data / 1e3), ways.pages, ways.formula)
    return *(f"{count:,}" for count in counts), f"{ways.cpu:.1f}"


def _missed(figures: Figures) -> Iterator[tuple[list[str], str]]:
    """For the missed targets of each build: what was tried, and the profile of that build."""
    missed = [target for target in TARGETS if not target.is_reached(figures)]
    for name in dict.fromkeys(target.profile for target in missed):
        texts = [_tried(target) for target in missed if target.profile == name]
        yield texts, "\n".join(figures.profiles[name])


def _tried(target: Target) -> str:
    return f"**{target.what[0].upper()}{target.what[1:]}.** {target.tried or 'Nothing has been tried yet.'}"
