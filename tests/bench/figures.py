"""What was measured, as it is kept beside the page that shows it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from pathlib import Path

from pydantic import BaseModel

MOST = 2000
"""Of so many pages at most others are measured, and carried on from there."""

KEPT = Path(__file__).with_name("figures.json")


class Cost(BaseModel):
    """What a process took, its children included: CPU and wall seconds, and the megabytes of the largest of them."""

    cpu: float
    wall: float
    memory: float


class Peer(BaseModel):
    """What somebody else took for so many of the pages."""

    pages: int
    cost: Cost

    def carried_on(self, pages: int) -> Cost:
        """The same for more pages, each as dear as those measured."""
        factor = max(1.0, pages / self.pages)
        return Cost(cpu=self.cost.cpu * factor, wall=self.cost.wall * factor, memory=self.cost.memory)


class Build(BaseModel):
    """A site of one registry, and the same by others, who are named in `PEERS`."""

    name: str
    versions: int
    parts: int
    changes: int
    pages: int
    distinct_pages: int
    sections: int
    distinct_sections: int
    cost: Cost
    stages: dict[str, float]
    size: int
    index: int
    peers: dict[str, Peer]

    def of(self, peer: str) -> Cost:
        return self.peers[peer].carried_on(self.pages)

    @property
    def but_writing(self) -> float:
        """The CPU seconds of all but writing files."""
        return self.cost.cpu - self.stages.get("write", 0.0)

    @property
    def but_models(self) -> float:
        """The CPU seconds where the models are known from the build before."""
        return self.cost.cpu - self.stages["import"]

    @property
    def ours(self) -> float:
        """Of these the generator's own, apart from writing files."""
        return sum(seconds for stage, seconds in self.stages.items() if stage not in ("import", "write"))


OUT_OF_SEARCH, IN_SEARCH, HUGO, COPY = "plain, out of search", "plain, in search", "Hugo", "shutil"
PEERS = {
    OUT_OF_SEARCH: "plain MkDocs with Material, the pages left out of its search",
    IN_SEARCH: "plain MkDocs with Material, the pages in its search",
    HUGO: "Hugo",
    COPY: "shutil, writing the same files",
}


class Save(BaseModel):
    """Seconds from saving a file until its page shows what was saved, and of these until MkDocs noticed."""

    served: float
    noticed: float


class Served(BaseModel):
    """Saves under `mkdocs serve`: of a change file, of a model, and of a Markdown file in plain MkDocs."""

    pages: int
    change: Save
    model: Save
    plain: Save


class More(BaseModel):
    """What each of some versions that change nothing adds to the build of a site, and what writing its files takes."""

    beside: str
    versions: int
    cpu: float
    copy_cpu: float
    pages: float
    size: float


class Ways(BaseModel):
    """What leads from any version to any other, as versions double."""

    versions: int
    parts: int
    revisions: int
    data: int
    pages: int
    formula: int
    cpu: float


class Derived(BaseModel):
    """Every contract read, derived and verified, and nothing else: CPU seconds, and the process's megabytes."""

    versions: int
    parts: int
    cpu: float
    memory: float


class Machine(BaseModel):
    """What it was measured on, and with."""

    cpu: str
    cores: int
    versions: dict[str, str]

    @classmethod
    def this(cls, hugo: str) -> Machine:
        info = Path("/proc/cpuinfo")
        named = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
        versions = {"Python": platform.python_version()}
        versions |= {
            name: importlib.metadata.version(package)
            for name, package in (("MkDocs", "mkdocs"), ("Material", "mkdocs-material"))
        }
        cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
        return cls(cpu=named[1] if named else platform.processor(), cores=cores, versions={**versions, "Hugo": hugo})


class Figures(BaseModel):
    """All of one run."""

    machine: Machine
    minutes: float
    server_api: Build
    empty: Cost
    imported: list[Build]
    made: list[Build]
    fifth: Build
    none: Build
    few_versions: Build
    many_versions: Build
    more: More
    derived: Derived
    served: list[Served]
    ways: list[Ways]
    profiles: dict[str, list[str]]

    @property
    def builds(self) -> list[Build]:
        """All that have peers."""
        return [self.server_api, *self.imported, *self.made, self.fifth, self.none]

    @property
    def largest(self) -> Build:
        return max(self.made, key=lambda one: one.pages)
