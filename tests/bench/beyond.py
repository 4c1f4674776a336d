"""Sizes beyond those of real APIs: each command ends within the limits, or with one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.files import write
from tests.bench.made import Made, make
from tests.bench.measure import MKDOCS
from tests.bench.processes import API_UPGRADES, attempt
from tests.bench.sites import Project, our_site

SECONDS, MEGABYTES = 300, 2000


def _document(schemas: dict[str, Any], paths: dict[str, Any]) -> dict[str, Any]:
    info = {"title": "Beyond", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _operations(count: int) -> dict[str, Any]:
    found = {"200": {"description": "Found."}}
    return {f"/things{n}": {"get": {"operationId": f"get{n}", "responses": found}} for n in range(count)}


def _answer(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"/thing": {"get": {"responses": {"200": {"description": "Found.", "content": content}}}}}


def _object(properties: int) -> dict[str, Any]:
    return {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(properties)}}


DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "20,000 operations": lambda: _document({}, _operations(20_000)),
    "one schema of 100,000 properties": lambda: _document({"S": _object(100_000)}, _answer("S")),
    "100,000 schemas": lambda: _document({f"S{n}": _object(1) for n in range(100_000)}, _answer("S0")),
}
VERSIONS = "2,000 versions of one change each"


def beyond(scratch: Path) -> Iterator[str]:
    """A line for each size and each command: how it ended, and its cost."""
    for name, document in DOCUMENTS.items():
        root = scratch / name
        write(root / "openapi.json", json.dumps(document()))
        project = Project(root, source="openapi.json")
        init = (*API_UPGRADES, "--root", root, "init", "--source", project.source, "--version", "2024-01-01")
        yield f"{name}, init: {_ending(*init)}"
        yield from _check_and_build(name, project)
    project = Project(scratch / VERSIONS)
    make(project.root, Made(2001, 20, 2000, 2))
    yield f"{VERSIONS}, lock: {_ending(*API_UPGRADES, *project.options, 'lock')}"
    yield from _check_and_build(VERSIONS, project)


def _check_and_build(name: str, project: Project) -> Iterator[str]:
    our_site(project)
    yield f"{name}, check: {_ending(*API_UPGRADES, *project.options, 'check')}"
    site = project.root / "site"
    yield f"{name}, build: {_ending(*MKDOCS, '--config-file', project.config, '--site-dir', site)}"


def _ending(*command: str | Path) -> str:
    """How a command ended: its cost, an error, or the limit that it exceeded."""
    code, cost, printed = attempt(*command, seconds=SECONDS)
    if code < 0:
        return f"MISSED: stopped after {SECONDS} s"
    told = f"{cost.wall:.1f} s, {cost.cpu:.1f} s of CPU, {cost.memory:.0f} MB"
    if cost.memory > MEGABYTES:
        return f"MISSED: {told}"
    return f"{told}; ended with: {printed.strip()[-300:]}" if code else told
