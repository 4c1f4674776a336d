"""The targets of the benchmark, and whether a run reached them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.bench.figures import Cost, Figures, Growth, Series, Step
from tests.bench.projects import FIFTH, NONE, SERVER_API

OBSTACLES: dict[str, str] = {
    "build klaviyo": (
        "Each of its sections is distinct, so that little is rendered once for several versions, and a "
        "third of the build compares contracts for severities and upgrade paths."
    ),
    "build intercom": (
        "Its documents share few parts: nearly every section is rendered, and its payloads composed, once "
        "for one version."
    ),
    "build small": "About a second of each is the start of Python, MkDocs and the theme, which both builds need.",
    "hugo": (
        "Hugo renders Markdown that is ready, compiled and on all cores. Ours also derives and compares, "
        "in Python, and the pages of real series are too few for a second process to pay."
    ),
    "build fifth": "A distinct section costs a third of what plain MkDocs takes for it; only repeated ones are free.",
    "build none": "A distinct section costs a third of what plain MkDocs takes for it, and here none repeats.",
    "check": (
        "Everything that changed is compared twice: around each effect to judge it, and between versions "
        "as a witness that knows no effects."
    ),
    "import": (
        "A step is compared as a whole to find renames, to replace what is left and to verify it, and "
        "around each effect twice more."
    ),
    "diff": (
        "Starting Python and reading the documents already take as long as oasdiff's whole run, and "
        "renames are sought, which it doesn't do."
    ),
    "growth": (
        "Cost follows the changes of a step. The first step of both series has few, and the later ones "
        "have several times as many."
    ),
    "memory": (
        "The contracts around every effect, the sections and the payloads are kept until all pages are written."
    ),
    "memory growth": "Each version adds the contracts around its effects, and the sections and payloads that differ.",
    "save change": "A change of a version with hundreds of others affects most of its pages and every upgrade path.",
    "save source": (
        "The document is read anew, and every version is derived and compared again where parts are new objects."
    ),
    "start of check": ("Deriving and comparing the thirteen versions is most of it; reading the models is the rest."),
}
"""By the key of a target: what stands in the way if it is missed. A maintainer writes these sentences."""

KLAVIYO, INTERCOM, STRIPE = ("klaviyo", 4), ("intercom", 6), ("stripe", 8)
SMALL = (("airflow-execution", 0), ("adyen-PaymentService", 0), (SERVER_API, 0))


@dataclass(frozen=True)
class Target:
    """A figure with an upper or a lower limit. `of` returns None if the run did not measure it."""

    key: str
    what: str
    of: Callable[[Figures], float | None]
    at_most: float | None = None
    at_least: float | None = None
    unit: str = "times"

    def is_reached(self, value: float) -> bool:
        return value <= self.at_most if self.at_most is not None else value >= (self.at_least or 0)

    @property
    def limit(self) -> str:
        sign, limit = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        return f"{sign} {limit:g} {self.unit}"

    def is_missed(self, figures: Figures) -> bool:
        """Whether a run measured the figure, and it is beyond the limit."""
        value = self.of(figures)
        return value is not None and not self.is_reached(value)


def missing_obstacles(figures: Figures) -> list[str]:
    """The keys of missed targets for which nobody has written what stands in the way."""
    return [target.key for target in TARGETS if target.is_missed(figures) and target.key not in OBSTACLES]


_Places = Iterable[tuple[str, int]]


def _each(figures: Figures, places: _Places, ratio: Callable[[Series], float | None]) -> Iterator[float]:
    for name, versions in places:
        series = figures.find(name, versions)
        value = ratio(series) if series else None
        if value is not None:
            yield value


def _least(places: _Places, ratio: Callable[[Series], float | None]) -> Callable[[Figures], float | None]:
    return lambda figures: min(_each(figures, places, ratio), default=None)


def _most(places: _Places, ratio: Callable[[Series], float | None]) -> Callable[[Figures], float | None]:
    return lambda figures: max(_each(figures, places, ratio), default=None)


def _saved(series: Series) -> float | None:
    """How many times less CPU our build takes than plain MkDocs."""
    plain = series.peer("MkDocs")
    return plain.cpu / series.costs["build"].cpu if plain else None


def _in_hugos(series: Series) -> float | None:
    hugo = series.peer("Hugo")
    return series.costs["build"].wall / hugo.wall if hugo else None


def _ratio(step: Step, to: Step) -> Callable[[Series], float | None]:
    """The CPU of a step relative to another; None if one of them was not measured."""
    return lambda series: (
        series.costs[step].cpu / series.costs[to].cpu if step in series.costs and to in series.costs else None
    )


def curve(figures: Figures, name: str) -> list[Growth]:
    """What import and build of a series cost, from few of its versions to all; empty if that was not measured."""
    points = [point for point in figures.growth if point.name == name]
    whole = [Growth(name=name, versions=one.versions, costs=one.costs) for one in figures.series if one.name == name]
    return sorted((*points, *whole), key=lambda one: one.versions) if points and whole else []


def _growth(figures: Figures) -> float | None:
    """The largest increase of the CPU per version, over import and build of each series."""
    steps: tuple[Step, ...] = ("import", "build")
    curves = filter(None, (curve(figures, name) for name in {point.name for point in figures.growth}))
    increases = (_per_version(points[-1], step) / _per_version(points[0], step) for points in curves for step in steps)
    return max(increases, default=None)


def _per_version(point: Growth, step: Step) -> float:
    return point.costs[step].cpu / point.versions


def _memory(costs: Iterable[Cost]) -> float:
    return max(cost.memory for cost in costs)


def _memory_growth(figures: Figures) -> float | None:
    """The peak memory of import and build with all versions of Stripe, relative to that with the fewest."""
    points = curve(figures, STRIPE[0])
    if not points:
        return None
    few, many = (_memory((point.costs["import"], point.costs["build"])) for point in (points[0], points[-1]))
    return many / few


def _start(name: str) -> Callable[[Figures], float | None]:
    def of(figures: Figures) -> float | None:
        costs = {str(key): cost for key, cost in figures.start.items()}
        return costs[name].wall / costs["libraries"].wall if name in costs else None

    return of


def _saving(what: str) -> Callable[[Series], float | None]:
    return lambda series: next((save.served for key, save in series.saves.items() if key == what), None)


_PLAIN = "CPU that a build saves, compared with plain MkDocs"
_ALL_STEPS: tuple[Step, ...] = ("import", "check", "build")

TARGETS = (
    Target("build klaviyo", f"{_PLAIN}: Klaviyo", _least([KLAVIYO], _saved), at_least=5),
    Target("build intercom", f"{_PLAIN}: Intercom", _least([INTERCOM], _saved), at_least=3),
    Target("build small", f"{_PLAIN}: airflow, adyen-PaymentService, Server API", _least(SMALL, _saved), at_least=4),
    Target(
        "hugo",
        "wall time of each of these builds, relative to Hugo",
        _most([KLAVIYO, INTERCOM, *SMALL], _in_hugos),
        at_most=1.5,
    ),
    Target("build fifth", f"{_PLAIN}: {FIFTH}", _least([(FIFTH, 0)], _saved), at_least=10),
    Target("build none", f"{_PLAIN}: {NONE}", _least([(NONE, 0)], _saved), at_least=5),
    Target(
        "check",
        "`check`, relative to loading and deriving alone: Klaviyo",
        _most([KLAVIYO], _ratio("check", "load")),
        at_most=1.5,
    ),
    Target(
        "import",
        "import, relative to `oasdiff changelog` over the same neighbors: Klaviyo",
        _most([KLAVIYO], _ratio("import", "changelog")),
        at_most=3,
    ),
    Target(
        "diff",
        "`diff` of two documents, relative to oasdiff: Klaviyo",
        _most([KLAVIYO], _ratio("diff", "their diff")),
        2,
    ),
    Target("growth", "CPU per version of import and build, with all versions relative to 2", _growth, at_most=1.2),
    Target(
        "memory",
        "peak memory of import, check and build: Stripe, 8 versions",
        _most([STRIPE], lambda series: _memory(series.costs[step] for step in _ALL_STEPS)),
        at_most=350,
        unit="MB",
    ),
    Target("memory growth", "the same memory, relative to 2 versions", _memory_growth, at_most=1.1),
    Target(
        "stripe build",
        "build of Stripe, 20 versions: CPU",
        _most([("stripe", 20)], lambda series: series.costs["build"].cpu),
        at_most=100,
        unit="s",
    ),
    Target(
        "stripe memory",
        "build of Stripe, 20 versions: memory",
        _most([("stripe", 20)], lambda series: series.costs["build"].memory),
        at_most=600,
        unit="MB",
    ),
    Target(
        "save change",
        "from a saved change to its page: Klaviyo",
        _most([KLAVIYO], _saving("change")),
        at_most=1,
        unit="s",
    ),
    Target(
        "save source",
        "from the saved source to its page: Klaviyo",
        _most([KLAVIYO], _saving("source")),
        at_most=2,
        unit="s",
    ),
    Target("help", "wall time of `--help`, relative to importing pydantic and Jinja", _start("help"), at_most=1.5),
    Target("start of check", "the same of `check` on the Server API", _start("check"), at_most=4),
)
