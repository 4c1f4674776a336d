"""The targets of the benchmark, and whether a run reached them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.figures import COPY, HUGO, OUT_OF_SEARCH, Build, Figures


@dataclass(frozen=True)
class Target:
    """A figure with an upper or a lower limit. `profile` names the build that is profiled if the target is missed.

    `tried` is written by hand: what was tried to reach the target.
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
"""The builds that are profiled if one of their targets is missed."""


def _less(build: Build) -> float:
    return build.of(OUT_OF_SEARCH).cpu / build.cost.cpu


RENDERED = (
    "Templates are cached compiled, and call functions and attributes directly. Texts are composed once for the "
    "reference and for upgrade paths. Sections are reused from version to version until something in them changes, "
    "and pages that differ only in their version are rendered once. Examples that are trivially valid skip "
    "`jsonschema`. Closures are computed once for each graph of references. The garbage collector runs rarely, and "
    "nothing is freed when the process ends. Together this costs less than half of what it did. The rest is spread "
    "over rendering distinct sections row by row and over comparing versions for upgrade paths."
)
"""What was tried for targets that depend on rendering."""

FLOOR = (
    f"{RENDERED} Importing the models, starting Python, MkDocs and the theme, and writing the files (all in the table "
    "of stages above) take more than half of the time that the target allows."
)
"""The same for builds with a large share of fixed costs."""

TARGETS = (
    Target(
        "2,000 pages, a fifth of them distinct: factor of CPU saved compared with plain MkDocs without its search",
        "times",
        lambda figures: _less(figures.fifth),
        FIFTH,
        at_least=12,
        tried=FLOOR,
    ),
    Target(
        "the same pages: wall time relative to Hugo",
        "times",
        lambda figures: figures.fifth.cost.wall / figures.fifth.of(HUGO).wall,
        FIFTH,
        at_most=1,
        tried="The same as for CPU, and all cores render and write pages. One core does what comes before: reading the "
        "models in a process of their own, deriving, and planning the pages. Hugo's layout of ten lines is no theme.",
    ),
    Target(
        "2,000 pages, all distinct: factor of CPU saved compared with plain MkDocs",
        "times",
        lambda figures: _less(figures.none),
        NONE,
        at_least=7,
        tried=RENDERED,
    ),
    Target(
        "one more version without changes: CPU relative to writing its files",
        "times",
        lambda figures: figures.more.cpu / figures.more.copy_cpu,
        LARGEST,
        at_most=2,
    ),
    Target(
        "100 versions of 1,000 parts: wall time relative to writing the same files",
        "times",
        lambda figures: figures.largest.cost.wall / figures.largest.of(COPY).wall,
        LARGEST,
        at_most=2,
        tried="A page is one text with placeholders for all versions that share it, filled into the theme once and "
        "written as bytes by all cores. Writing each file beside its place and then renaming it costs nothing that "
        "could be measured. Closures are computed once for each graph of references, and an upgrade path is rendered "
        "once for all versions from which it is the same. The rest is what one core does first (reading the models, "
        "planning every page) and the kernel's share of writing, which grows when two processes write at once.",
    ),
    Target(
        "100 versions of 1,000 parts: memory",
        "MB",
        lambda figures: figures.largest.cost.memory,
        LARGEST,
        at_most=1000,
    ),
    Target(
        "from saving a change or a model to its page, in a site of 2,000 pages: the slower of the two",
        "s",
        lambda figures: max(figures.served[-1].change.served, figures.served[-1].model.served),
        SAVE,
        at_most=1.5,
        tried="Results that depend only on unchanged files are cached, pages are rendered on request, and a saved "
        "model triggers one rebuild. Parts that a saved model does not change become the same objects again, "
        "in head and in every derived version, so only what depends on other parts is recomputed. The theme's "
        "templates are compiled once, and the process that reads the models waits with pydantic imported. The "
        "rest of a saved model is building all models and their schemas, which takes about a second, and "
        "reverting every change; the rest of either save is planning all pages, and MkDocs' own share.",
    ),
    Target(
        "200 changes in 100 versions of 100 parts: CPU without writing, relative to 10 versions",
        "times",
        lambda figures: figures.many_versions.but_writing / figures.few_versions.but_writing,
        MANY,
        at_most=1.5,
        tried="What versions share is rendered, composed and verified once, and versions with equal references share "
        "one graph. Pages still grow with versions: ten times as many are planned, listed and filled into the theme.",
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
