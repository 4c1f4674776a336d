"""Registries imported from the OpenAPI documents of real APIs, where these are: `../shared/data`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api_upgrades.cli.mkdocs_config import plugin_options
from api_upgrades.registry.layout import REGISTRY, SOURCE
from tests.bench.processes import child
from tests.bench.sites import Project, our_site
from tests.documents import PATHS


def imported(scratch: Path) -> Iterator[tuple[str, Project]]:
    """Every series that is there, by its name, with a site around its registry."""
    for series in dict.fromkeys(path.parent for path in PATHS):
        root = scratch / series.name
        child("import_series", root, *(path for path in PATHS if path.parent == series))
        options = plugin_options(root)
        project = Project(root, options.get("registry", REGISTRY), options.get("source", SOURCE))
        our_site(project)
        yield series.name, project
