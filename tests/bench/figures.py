"""What was measured, as it is kept beside the page that shows it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel

KEPT = Path(__file__).with_name("figures.json")


class Cost(BaseModel):
    """What a process took, its children included: CPU and wall seconds, and the megabytes of the largest of them."""

    cpu: float
    wall: float
    memory: float


class Peer(BaseModel):
    """What another builder took for some of a site's pages, and takes for a home page alone."""

    pages: int
    cost: Cost
    start: Cost

    def extrapolate(self, pages: int) -> Cost:
        """The cost of more pages, if each costs as much as those measured."""
        factor = max(1.0, pages / self.pages)
        cpu, wall = self.cost.cpu - self.start.cpu, self.cost.wall - self.start.wall
        return Cost(cpu=self.start.cpu + factor * cpu, wall=self.start.wall + factor * wall, memory=self.cost.memory)


class Save(BaseModel):
    """Seconds from saving a file until its page shows what was saved, and of these until MkDocs noticed."""

    served: float
    noticed: float


Step: TypeAlias = Literal["import", "check", "build", "diff", "path", "load", "parse", "changelog", "their diff"]
"""What is measured of a series.

`load` reads the project and derives every version, and `parse` only parses the documents. `changelog` and `their diff`
are oasdiff's.
"""

Builder: TypeAlias = Literal["MkDocs", "Hugo"]


class Series(BaseModel):
    """A project with several versions: what it consists of, the size of its site, and what each step costs."""

    name: str
    versions: int
    parts: int
    changes: int
    pages: int = 0
    distinct_pages: int = 0
    largest_page: int = 0
    bytes: int = 0
    costs: dict[Step, Cost] = {}
    saves: dict[Literal["change", "source"], Save] = {}
    peers: dict[Builder, Peer] = {}

    @property
    def title(self) -> str:
        return f"{self.name}, {self.versions} versions"

    def peer(self, builder: Builder) -> Cost | None:
        """The cost of all pages by another builder; None if that was not measured."""
        return self.peers[builder].extrapolate(self.pages) if builder in self.peers else None


class Growth(BaseModel):
    """What a step costs with so many of a series' oldest versions."""

    name: str
    versions: int
    costs: dict[Step, Cost]


class Machine(BaseModel):
    """What it was measured on, and with."""

    cpu: str
    cores: int
    tools: dict[str, str]

    @classmethod
    def this(cls, hugo: str) -> Machine:
        info = Path("/proc/cpuinfo")
        named = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
        tools = {"Python": platform.python_version()}
        tools |= {
            name: importlib.metadata.version(package)
            for name, package in (("MkDocs", "mkdocs"), ("Material", "mkdocs-material"))
        }
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        return cls(cpu=named[1] if named else platform.processor(), cores=cores, tools={**tools, "Hugo": hugo})


class Cache(BaseModel):
    """What one cache saves at most in a run of a command, as a share of the run's CPU time."""

    name: str
    share: float
    run: str


class Figures(BaseModel):
    """All of one run. `start` is the cost of starting: the libraries alone, `--help`, and `check` of the Server API."""

    machine: Machine
    minutes: float
    max_pages: int
    start: dict[Literal["libraries", "help", "check"], Cost]
    series: list[Series]
    growth: list[Growth]
    caches: list[Cache] = []

    def find(self, name: str, versions: int = 0) -> Series | None:
        """A series by its name, and by the number of its versions if that is given."""
        found = (one for one in self.series if one.name == name and versions in (0, one.versions))
        return next(found, None)
