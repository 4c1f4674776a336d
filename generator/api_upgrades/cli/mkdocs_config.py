"""Reads the plugin's options from `mkdocs.yml`, so that the command and the site read the same API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CONFIG_NAMES = ("mkdocs.yml", "mkdocs.yaml")
PLUGIN = "api-upgrades"


def find_config(root: Path) -> Path | None:
    """The configuration file of MkDocs in a folder; None if there is none."""
    return next((root / name for name in CONFIG_NAMES if (root / name).is_file()), None)


def plugin_options(root: Path) -> dict[str, str]:
    """The plugin's options that are plain text. Empty if `mkdocs.yml` lists the plugin several times.

    This reads YAML nodes only, because the file may hold tags that only MkDocs knows. It ignores errors in the file,
    because MkDocs reports them.
    """
    file = find_config(root)
    try:
        node = yaml.compose(file.read_bytes(), yaml.SafeLoader) if file else None
    except (OSError, yaml.YAMLError, RecursionError):
        return {}
    instances = list(_plugin_instances(dict(_items(node)).get("plugins")))
    return instances[0] if len(instances) == 1 else {}


def _plugin_instances(plugins: Any) -> Iterator[dict[str, str]]:
    for one in plugins.value if isinstance(plugins, yaml.SequenceNode) else [plugins]:
        if isinstance(one, yaml.ScalarNode) and one.value == PLUGIN:
            yield {}
        for name, options in _items(one):
            if name == PLUGIN:
                yield {key: value.value for key, value in _items(options) if isinstance(value, yaml.ScalarNode)}


def _items(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
