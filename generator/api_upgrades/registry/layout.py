"""The names of a project's folders and files, if the project doesn't say otherwise."""

from __future__ import annotations

REGISTRY, SOURCE = "changes", "changes/api"
"""Where a project keeps its API, relative to its folder."""

SCHEMA_FILE = "change.schema.json"
"""The JSON Schema of change files, in the registry."""
