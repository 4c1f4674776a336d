"""The files for machines: OpenAPI, changes, a feed, Markdown. Pure: nothing is read but a schema, none written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from api_upgrades.history.history import History
from api_upgrades.site.exports.addresses import CHANGES, FEED, LLMS, SCHEMA, Mount, openapi_path, twinned, twins
from api_upgrades.site.exports.changes_json import changes_json, changes_schema
from api_upgrades.site.exports.feed import feed
from api_upgrades.site.exports.llms import llms
from api_upgrades.site.exports.openapi import OpenapiDocuments
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.site import LATEST, Site


def exports(
    history: History, addresses: Addresses, pages: Iterable[Page | Asset], site_url: str = ""
) -> Iterator[Asset]:
    """Every file that is for machines. `pages` are all that were rendered of the same history.

    `site_url` is the address of the mount, ending in a slash; empty where it isn't known.
    """
    site, mount = Site(history, addresses), Mount(addresses, site_url)
    with_twin = twinned(site, pages)
    documents = OpenapiDocuments(history.contracts)
    for version in history.contracts:
        yield Asset(openapi_path(addresses, version), partial(documents.write, version))
        if version == history.latest.id:
            yield Asset(openapi_path(addresses, LATEST), partial(documents.write, version))
    yield Asset(CHANGES, partial(changes_json, site, mount))
    yield Asset(SCHEMA, changes_schema)
    yield Asset(FEED, partial(feed, site, mount))
    yield Asset(LLMS, partial(llms, site, mount, with_twin))
    yield from twins(with_twin)
