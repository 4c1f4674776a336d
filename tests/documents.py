"""The OpenAPI documents of real APIs beside the project, where they are: test input only, one file per version."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from api_upgrades.openapi.contract import Contract

FOLDER = Path(__file__).parent.parent.parent / "shared" / "data"

PATHS = sorted(path for path in FOLDER.glob("*/*") if path.suffix in (".json", ".yaml"))

every_document = pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in PATHS]
    or [pytest.param(None, marks=pytest.mark.skip(reason="../shared/data, with documents of real APIs, is absent"))],
)


class _Loader(yaml.CSafeLoader):
    """YAML whose dates stay strings, as they are in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def contract(path: Path) -> Contract:
    """The contract that a document describes. Contracts are immutable, so tests share it."""
    text = path.read_text(encoding="utf-8")
    document: Any = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)
    return Contract.from_openapi(document)
