"""The files for machines: OpenAPI, changes, a feed, Markdown. Pure: nothing is read but a schema, none written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api_upgrades.exports.changes_json import changes_json, changes_schema
from api_upgrades.exports.feed import feed
from api_upgrades.exports.llms import llms
from api_upgrades.exports.mount import CHANGES, FEED, LLMS, SCHEMA, Mount, openapi_path
from api_upgrades.exports.openapi import openapi_documents
from api_upgrades.exports.twins import twinned, twins
from api_upgrades.history import History
from api_upgrades.pages.page import Addresses, Asset, Page
from api_upgrades.pages.site import LATEST, Site


def exports(
    history: History, addresses: Addresses, pages: Iterable[Page | Asset], site_url: str = ""
) -> Iterator[Asset]:
    """Every file that is for machines. `pages` are all that were rendered of the same history.

    `site_url` is the address of the mount, ending in a slash; empty where it isn't known.
    """
    site, mount = Site(history, addresses), Mount(addresses, site_url)
    with_twin = twinned(site, pages)
    for version, document in openapi_documents(history.contracts):
        yield Asset(openapi_path(addresses, version), document)
        if version == history.latest.id:
            yield Asset(openapi_path(addresses, LATEST), document)
    yield Asset(CHANGES, changes_json(site, mount))
    yield Asset(SCHEMA, changes_schema())
    yield Asset(FEED, feed(site, mount))
    yield Asset(LLMS, llms(site, mount, with_twin))
    yield from twins(with_twin)
