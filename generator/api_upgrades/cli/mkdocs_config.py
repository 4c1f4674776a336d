"""What `mkdocs.yml` says of the plugin, so that the command and the site read the same API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

NAMES = ("mkdocs.yml", "mkdocs.yaml")
PLUGIN = "api-upgrades"


def file_in(root: Path) -> Path | None:
    """The configuration of MkDocs in a folder, if there is one."""
    return next((root / name for name in NAMES if (root / name).is_file()), None)


def plugin_options(root: Path) -> dict[str, str]:
    """The options of the plugin that are plain text, where `mkdocs.yml` names it once.

    Only nodes are looked at, since the file may hold tags that mean something to MkDocs alone. What is wrong with the
    file is MkDocs' to say.
    """
    file = file_in(root)
    try:
        node = yaml.compose(file.read_bytes(), yaml.SafeLoader) if file else None
    except (OSError, yaml.YAMLError, RecursionError):
        return {}
    found = list(_instances(dict(_items(node)).get("plugins")))
    return found[0] if len(found) == 1 else {}


def _instances(plugins: Any) -> Iterator[dict[str, str]]:
    for one in plugins.value if isinstance(plugins, yaml.SequenceNode) else [plugins]:
        if isinstance(one, yaml.ScalarNode) and one.value == PLUGIN:
            yield {}
        for name, options in _items(one):
            if name == PLUGIN:
                yield {key: value.value for key, value in _items(options) if isinstance(value, yaml.ScalarNode)}


def _items(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
