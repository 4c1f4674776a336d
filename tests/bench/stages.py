"""The CPU time of a process by the generator's stages, sampled: what runs is asked every few milliseconds.

A stage is known by the module that runs, so that it does not matter who calls it, or when.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.util import Finalize, register_after_fork
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import mkdocs.utils

import api_upgrades

EVERY = 0.001
"""In seconds; the system's clock may be coarser."""

STAGES = {
    "load": "sources registry releases/lock core/json_file core/yaml_file openapi/structure",
    "derive": "history releases effects compare examples/validate examples/fast_validator examples/formats "
    "openapi/usage openapi/resources openapi/internal openapi/internal_merge openapi/semantics",
    "render": "site",
    "write": "core/files",
}
"""The packages of the generator, and single modules of others, that are a stage.

Other modules work for their caller. Where no caller has a stage, it is the plugin, which puts pages into the theme:
`shell`. Importing modules is `start`.
"""

_OF_MODULE = {module: stage for stage, modules in STAGES.items() for module in modules.split()}
_GENERATOR = str(Path(api_upgrades.__file__).parent) + "/"
_WRITERS = {"write_file", "copy_file"}


def stage_of(frame: FrameType | None) -> str | None:
    """The stage of what runs, None where it is none of ours.

    What the history works out when a page asks for it is the page's doing.
    """
    found: str | None = None
    while frame is not None:
        file = frame.f_code.co_filename
        if file == mkdocs.utils.__file__ and frame.f_code.co_name in _WRITERS:
            return "write"
        if file.startswith(_GENERATOR):
            if frame.f_code.co_name == "<module>":
                return "start"
            package, _, module = file.removeprefix(_GENERATOR).removesuffix(".py").partition("/")
            stage = _OF_MODULE.get(f"{package}/{module}") or _OF_MODULE.get(package)
            if stage in ("load", "render", "write"):
                return stage
            found = stage or found or "shell"
        frame = frame.f_back
    return found


@contextmanager
def sampled() -> Iterator[dict[str, float]]:
    """Sample what runs inside, in this process and in its forks; gives the CPU seconds of each stage, whole at the end,
    and as `forks` all that these took.
    """
    spent: dict[str, float] = defaultdict(float)
    last = time.process_time()

    def sample(number: int, frame: FrameType | None) -> None:
        nonlocal last
        now = time.process_time()
        stage = stage_of(frame)
        if stage is not None:
            spent[stage] += now - last
        last = now

    with TemporaryDirectory() as told:

        def tell() -> None:
            _let(0)
            Path(told, str(os.getpid())).write_text(json.dumps({**spent, "forks": time.process_time()}), "utf-8")

        def in_fork(_: object) -> None:
            nonlocal last
            spent.clear()
            last = time.process_time()
            _let(EVERY)  # no timer goes on in a fork
            Finalize(None, tell, exitpriority=0)

        signal.signal(signal.SIGPROF, sample)
        register_after_fork(sample, in_fork)  # until `sample` is gone
        _let(EVERY)
        try:
            yield spent
        finally:
            _let(0)
        for file in Path(told).iterdir():
            for stage, seconds in json.loads(file.read_text("utf-8")).items():
                spent[stage] += seconds


def _let(every: float) -> None:
    """Ask so often what runs, in seconds of CPU; 0 for no more."""
    signal.setitimer(signal.ITIMER_PROF, every, every)
