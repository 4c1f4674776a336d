"""Generate all files for machines. Pure: reads only the packaged JSON Schema, and writes no files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from api_upgrades.history.history import History
from api_upgrades.site.exports.addresses import (
    CHANGES,
    FEED,
    LLMS,
    SCHEMA,
    Mount,
    openapi_path,
    select_pages_with_twin,
    twin_assets,
)
from api_upgrades.site.exports.changes_json import read_changes_schema, render_changes_json
from api_upgrades.site.exports.feed import render_feed
from api_upgrades.site.exports.llms import render_llms_txt
from api_upgrades.site.exports.openapi import OpenapiRenderer
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.site import LATEST, Site


def render_exports(
    history: History, addresses: Addresses, pages: Iterable[Page | Asset], site_url: str = ""
) -> Iterator[Asset]:
    """Yield every file for machines. `pages` are all pages rendered from the same history.

    `site_url` is the URL of the mount, ending in a slash; empty if unknown.
    """
    site, mount = Site(history, addresses), Mount(addresses, site_url)
    with_twin = select_pages_with_twin(site, pages)
    renderer = OpenapiRenderer(history.contracts)
    for version in history.contracts:
        yield Asset(openapi_path(addresses, version), partial(renderer.render, version))
        if version == history.latest.id:
            yield Asset(openapi_path(addresses, LATEST), partial(renderer.render, version))
    yield Asset(CHANGES, partial(render_changes_json, site, mount))
    yield Asset(SCHEMA, read_changes_schema)
    yield Asset(FEED, partial(render_feed, site, mount))
    yield Asset(LLMS, partial(render_llms_txt, site, mount, with_twin))
    yield from twin_assets(with_twin)
