"""One plot: CPU seconds over pages, ours and the others', as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from tests.bench.figures import COPY, HUGO, IN_SEARCH, MOST, OUT_OF_SEARCH, PEERS, Figures

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 20, 150
"""Where the axes end, from the edges."""

OURS = "this generator"
LOOKS = {
    OURS: ("#4527a0", "circle"),
    OUT_OF_SEARCH: ("#b23c17", "square"),
    IN_SEARCH: ("#8a4f00", "diamond"),
    HUGO: ("#00695c", "triangle"),
    COPY: ("#5f6368", "cross"),
}
"""Colours that can be told from white, and marks that can be told from each other without them."""


class Point(NamedTuple):
    """How much CPU so many pages took; not `is_measured` where it was carried on from fewer."""

    pages: int
    cpu: float
    is_measured: bool


def points(figures: Figures) -> dict[str, list[Point]]:
    """What is drawn, by who built it."""
    found: dict[str, list[Point]] = {OURS: [Point(one.pages, one.cost.cpu, True) for one in figures.builds]}
    for peer in PEERS:
        found[peer] = [
            Point(one.pages, one.of(peer).cpu, one.pages <= one.peers[peer].pages)
            for one in figures.builds
            if peer in one.peers
        ]
    return {name: sorted(of) for name, of in found.items() if of}


class Axis:
    """A logarithmic axis, from one power of ten to another, along so many pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, self._high = floor(log10(min(values))), ceil(log10(max(values)))
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(value) - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def plot(figures: Figures) -> str:
    """The plot as an SVG document, on white paper of its own, so that it can be read in any palette."""
    return "\n".join(_lines(points(figures))) + "\n"


def _lines(drawn: dict[str, list[Point]]) -> Iterator[str]:
    every = [point for of in drawn.values() for point in of]
    x = Axis([point.pages for point in every], LEFT, WIDTH - RIGHT)
    y = Axis([point.cpu for point in every], HEIGHT - BOTTOM, TOP)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    yield '  aria-labelledby="title description" font-family="sans-serif" font-size="13" fill="#202124">'
    yield '<title id="title">CPU seconds of a build over its pages</title>'
    yield f'<desc id="description">{escape(_in_words(drawn))}</desc>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="4" fill="#fff"/>'
    yield '<g stroke="#dadce0">'
    yield from (f'<path d="M{x(tick)} {TOP}V{HEIGHT - BOTTOM}"/>' for tick in x.ticks)
    yield from (f'<path d="M{LEFT} {y(tick)}H{WIDTH - RIGHT}"/>' for tick in y.ticks)
    yield "</g>"
    for tick in x.ticks:
        yield f'<text x="{x(tick)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:,g}</text>'
    for tick in y.ticks:
        yield f'<text x="{LEFT - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:,g} s</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - BOTTOM + 38}" text-anchor="middle">pages</text>'
    for number, (name, of) in enumerate(drawn.items()):
        colour, mark = LOOKS[name]
        yield f'<g stroke="{colour}" stroke-width="2" fill="none">'
        for point in of:
            yield _mark(mark, x(point.pages), y(point.cpu), colour if point.is_measured else "#fff")
        place = HEIGHT - BOTTOM + 62 + 18 * number
        yield _mark(mark, LEFT + 10, place - 4, colour)
        yield "</g>"
        yield f'<text x="{LEFT + 26}" y="{place}">{escape(PEERS.get(name, name))}</text>'
    yield "</svg>"


def _mark(mark: str, x: float, y: float, fill: str) -> str:
    path = {
        "circle": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
        "square": "m-4.5 -4.5h9v9h-9z",
        "diamond": "m0 -6l6 6l-6 6l-6 -6z",
        "triangle": "m0 -5.5l5.5 10h-11z",
        "cross": "m-5 -5l10 10m0 -10l-10 10",
    }[mark]
    return f'<path d="M{x} {y}{path}" fill="{fill}"/>'


def _in_words(drawn: dict[str, list[Point]]) -> str:
    """What who cannot see it has to know."""
    most = ((name, max(of)) for name, of in drawn.items())
    said = (f"{PEERS.get(name, name)} {point.cpu:,.1f} s" for name, point in most)
    pages = max(point.pages for of in drawn.values() for point in of)
    return (
        f"Both axes are logarithmic. For {pages:,} pages: {'; '.join(said)}. "
        f"Hollow marks are carried on from {MOST:,} pages."
    )
