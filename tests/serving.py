"""Asking for pages of a site that is built as `mkdocs serve` builds it, without a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

from api_upgrades.plugin.plugin import ApiUpgradesPlugin


def ask(config: MkDocsConfig, path: str) -> None:
    """Have the page at an address written, if it isn't yet and there is such a page."""

    def not_found(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("404 Not Found", [])
        return [b""]

    for plugin in config.plugins.values():
        if isinstance(plugin, ApiUpgradesPlugin):
            plugin.page_writer.wrap(not_found, "/")({"PATH_INFO": f"/{path}"}, lambda *words: None)
