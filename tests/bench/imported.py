"""Registries imported from the OpenAPI documents of real APIs, where these are: `../shared/data`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from api_upgrades.cli import main
from tests.bench.processes import child
from tests.bench.sites import Project, our_site
from tests.documents import FOLDER, PATHS


def why_none() -> str:
    """Why no series can be measured; empty where they can."""
    if "import" not in main.commands:
        return "there is no command yet that imports them"
    return "" if PATHS else f"there are none in {FOLDER.parent.name}/{FOLDER.name}"


def imported(scratch: Path) -> Iterator[tuple[str, Project]]:
    """Every series that is there, by its name, with a site around its registry."""
    for series in dict.fromkeys(path.parent for path in PATHS) if not why_none() else ():
        root = scratch / series.name
        child("import_series", root, *(path for path in PATHS if path.parent == series))
        project = Project(root, **_options(root / "mkdocs.yml"))
        our_site(project)
        yield series.name, project


def _options(config: Path) -> dict[str, str]:
    """Where the import has put the registry and its source, as it says itself."""
    plugins = yaml.safe_load(config.read_text(encoding="utf-8"))["plugins"] if config.exists() else []
    named = (one for one in plugins if isinstance(one, dict) and "api-upgrades" in one)
    options: dict[str, str] = next(named, {}).get("api-upgrades", {})
    return {name: options[name] for name in ("registry", "source") if name in options}
