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
    "Templates that are kept compiled, call functions and look attributes up directly, texts composed once for "
    "references and ways, sections carried from version to version until something in them is another, one rendering "
    "for pages that differ in their version alone, examples that are "
    "plainly valid not asked of `jsonschema`, closures known once for each graph of references, garbage looked for "
    "seldom, nothing taken apart when the process ends, words escaped once: together less than half of what it was. "
    "What is left is spread thin, over sections that really differ, rendered row by row, and over the comparison of "
    "versions for the ways."
)
"""What was tried where rendering stands in the way."""

FLOOR = (
    f"{RENDERED} Importing the models, starting Python with what is imported, MkDocs and the theme, and writing the "
    "files, which are all in the table of stages above, take more than half of what the target leaves for everything."
)
"""The same where what is not ours to make faster takes much of what there is."""

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
        tried="The same as for its CPU, and pages are rendered and written by all cores. What comes before is done by "
        "one: reading the models in a process of their own, deriving, and planning the pages. Hugo's layout of ten "
        "lines is no theme.",
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
        "bytes by all cores, each file beside its place and then renamed, which costs nothing that could be measured. "
        "Closures are known once for each graph of references, and the way to the latest version is rendered once for "
        "all versions from which it is the same. What is left is what one core does first (reading the models, "
        "planning every page), and the kernel's part of writing, of which two processes at once take more.",
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
        "others: no finding of a way, no text of a part, and nothing that is known to have no faults. The theme's "
        "templates are compiled once, and the process that reads the models waits with pydantic imported. What is left "
        "of a saved model is building all models and their schemas, which takes about a second, and reverting every "
        "change on what they say; and of either save planning all pages, and MkDocs' own part.",
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
