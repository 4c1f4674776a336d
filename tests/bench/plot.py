"""One plot: how the CPU per version grows with the number of versions, as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from tests.bench.figures import Figures, Step
from tests.bench.targets import curve

WIDTH, HEIGHT = 520, 330
LEFT, RIGHT, TOP, BOTTOM = 65, 35, 20, 60
"""Where the axes end, from the edges."""

COLORS = ("#4527a0", "#b23c17", "#00695c", "#8a4f00")
"""The color of each series, with enough contrast on white."""

MARKS: dict[Step, str] = {
    "import": "m-4.5 -4.5h9v9h-9z",
    "build": "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
}
"""The mark of each step, so that lines differ in more than their color."""


class Line(NamedTuple):
    """The CPU seconds per version of one step, by the number of versions."""

    name: str
    step: Step
    color: str
    points: list[tuple[int, float]]

    @property
    def title(self) -> str:
        return f"{self.name}: {self.step}"


def lines(figures: Figures) -> list[Line]:
    """What the plot shows."""
    found = []
    for name, color in zip(sorted({point.name for point in figures.growth}), COLORS, strict=False):
        for step in MARKS:
            points = [(one.versions, one.costs[step].cpu / one.versions) for one in curve(figures, name)]
            if points:
                found.append(Line(name, step, color, points))
    return found


class Axis:
    """A linear axis from zero to a round number above all values, along so many pixels."""

    def __init__(self, largest: float, start: float, end: float) -> None:
        steps = (factor * 10.0**power for power in range(-2, 5) for factor in (1, 2, 5))
        self._step = next(step for step in steps if 5 * step >= largest)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        return round(self._start + value / (5 * self._step) * (self._end - self._start), 1)

    @property
    def ticks(self) -> list[float]:
        return [number * self._step for number in range(6)]


def plot(figures: Figures) -> str:
    """The plot as an SVG document. Its background is white, so that it is readable in every palette."""
    return "\n".join(_svg(lines(figures))) + "\n"


def _svg(drawn: list[Line]) -> Iterator[str]:
    every = [point for line in drawn for point in line.points] or [(1, 1.0)]
    x = Axis(max(versions for versions, _ in every), LEFT, WIDTH - RIGHT)
    y = Axis(max(cpu for _, cpu in every), HEIGHT - BOTTOM, TOP)
    height = HEIGHT + 18 * len(drawn)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    yield '  aria-labelledby="title description" font-family="sans-serif" font-size="13" fill="#202124">'
    yield '<title id="title">CPU seconds per version over the number of versions</title>'
    yield f'<desc id="description">{escape(_in_words(drawn))}</desc>'
    yield f'<rect width="{WIDTH}" height="{height}" rx="4" fill="#fff"/>'
    yield '<g stroke="#dadce0">'
    yield from (f'<path d="M{x(tick)} {TOP}V{HEIGHT - BOTTOM}"/>' for tick in x.ticks)
    yield from (f'<path d="M{LEFT} {y(tick)}H{WIDTH - RIGHT}"/>' for tick in y.ticks)
    yield "</g>"
    for tick in x.ticks:
        yield f'<text x="{x(tick)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:,g}</text>'
    for tick in y.ticks:
        yield f'<text x="{LEFT - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:,g} s</text>'
    yield f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - BOTTOM + 38}" text-anchor="middle">versions</text>'
    for number, line in enumerate(drawn):
        places = [(x(versions), y(cpu)) for versions, cpu in line.points]
        row = HEIGHT + 18 * number
        yield f'<g stroke="{line.color}" stroke-width="2" fill="none">'
        yield f'<path d="M{" L".join(f"{left} {top}" for left, top in places)}"/>'
        for left, top in (*places, (20, row - 4)):
            yield f'<path d="M{left} {top}{MARKS[line.step]}" fill="{line.color}"/>'
        yield "</g>"
        yield f'<text x="36" y="{row}">{escape(line.title)}</text>'
    yield "</svg>"


def _in_words(drawn: list[Line]) -> str:
    """The plot for people who cannot see it."""
    return "; ".join(
        f"{line.title}, {line.points[0][1]:,.1f} s per version with {line.points[0][0]} versions and "
        f"{line.points[-1][1]:,.1f} s with {line.points[-1][0]}"
        for line in drawn
    )
