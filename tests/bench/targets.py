"""What is to be reached, and whether it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.figures import COPY, HUGO, OUT_OF_SEARCH, Build, Figures


@dataclass(frozen=True)
class Target:
    """A figure that is to be at most, or at least, so much. `profile` names what shows where it is spent.

    `tried` is written by hand: what was tried where the figure is missed.
    """

    what: str
    unit: str
    of: Callable[[Figures], float]
    profile: str
    at_most: float | None = None
    at_least: float | None = None
    tried: str = ""

    def is_reached(self, figures: Figures) -> bool:
        found = self.of(figures)
        return found <= self.at_most if self.at_most is not None else found >= (self.at_least or 0)

    @property
    def limit(self) -> str:
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


FIFTH, NONE, LARGEST, MANY, SAVE = "fifth", "none", "largest", "many versions", "save"
"""What is profiled where a target of it is missed."""


def _less(build: Build) -> float:
    return build.of(OUT_OF_SEARCH).cpu / build.cost.cpu


RENDERED = (
    "Templates that call functions and look attributes up directly, texts composed once for references and ways, "
    "sections shared between versions, one rendering for pages that differ in their version alone, examples that are "
    "plainly valid not asked of `jsonschema`, closures known once for each graph of references, garbage looked for "
    "seldom: together about half of what it was. What is left is spread thin, over sections that really differ, "
    "rendered row by row, and over the comparison of versions for the ways."
)
"""What was tried where rendering stands in the way."""

FLOOR = (
    f"{RENDERED} Nor would rendering for nothing do: importing the models, starting Python with what is imported, "
    "MkDocs and the theme, and writing the files, which are all in the table of stages above, take about as long as "
    "the target leaves for everything."
)
"""The same where what is not ours to make faster takes nearly all that there is."""

TARGETS = (
    Target(
        "2,000 pages of which a fifth are distinct: how many times less CPU than plain MkDocs, these pages left out of "
        "its search",
        "times",
        lambda figures: _less(figures.fifth),
        FIFTH,
        at_least=12,
        tried=FLOOR,
    ),
    Target(
        "the same pages: wall time, in terms of Hugo's",
        "times",
        lambda figures: figures.fifth.cost.wall / figures.fifth.of(HUGO).wall,
        FIFTH,
        at_most=1,
        tried="The same as for its CPU. Hugo spreads its work over both cores, and a layout of ten lines is no theme. "
        "A build of ours is one process, which waits for another one only while the models are imported.",
    ),
    Target(
        "2,000 pages of which none repeats: how many times less CPU than plain MkDocs",
        "times",
        lambda figures: _less(figures.none),
        NONE,
        at_least=7,
        tried=RENDERED,
    ),
    Target(
        "one more version that changes nothing: CPU, in terms of what writing its files takes",
        "times",
        lambda figures: figures.more.cpu / figures.more.copy_cpu,
        LARGEST,
        at_most=2,
    ),
    Target(
        "100 versions of 1,000 parts: wall time, in terms of what writing the same files takes",
        "times",
        lambda figures: figures.largest.cost.wall / figures.largest.of(COPY).wall,
        LARGEST,
        at_most=2,
        tried="A page is one text with marks for all versions that share it, filled into the theme once and written as "
        "bytes, each file beside its place and then renamed. Closures are known once for each graph of references. "
        "What is left is planning every page, and the kernel's part of writing.",
    ),
    Target(
        "100 versions of 1,000 parts: memory",
        "MB",
        lambda figures: figures.largest.cost.memory,
        LARGEST,
        at_most=1000,
    ),
    Target(
        "from saving a change or a model to its page, at 2,000 pages: the slower of the two",
        "s",
        lambda figures: max(figures.served[-1].change.served, figures.served[-1].model.served),
        SAVE,
        at_most=1.5,
        tried="What follows from a file that is the same is kept, pages are made when they are asked for, and a saved "
        "model is noticed once. Parts that a saved model leaves as they were, in head and in every version derived "
        "from it, are made the same objects again, so that nothing is worked out anew but what follows from the "
        "others; what is known to have no faults is not verified again; the theme's templates are compiled once. "
        "What is left is importing all models in a new process, about a third of it, comparing the versions for the "
        "ways, planning all pages, and MkDocs' own part.",
    ),
    Target(
        "200 changes in 100 versions of 100 parts: CPU apart from writing, in terms of the same in 10 versions",
        "times",
        lambda figures: figures.many_versions.but_writing / figures.few_versions.but_writing,
        MANY,
        at_most=1.5,
        tried="What versions share is rendered, composed and verified once, and the graph of references is known once "
        "for all versions that have the same. What grows with versions all the same are their pages: each is planned, "
        "listed and filled into the theme, ten times as many of them.",
    ),
    Target(
        "100 versions of 1,000 parts read, derived and verified: CPU",
        "s",
        lambda figures: figures.derived.cpu,
        LARGEST,
        at_most=2,
    ),
    Target(
        "100 versions of 1,000 parts read, derived and verified: memory",
        "MB",
        lambda figures: figures.derived.memory,
        LARGEST,
        at_most=300,
    ),
)
