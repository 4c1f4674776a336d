"""The pages of an API, from its history. Pure: nothing is read but templates, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.history.history import History
from api_upgrades.pages.changelog import changelog_pages
from api_upgrades.pages.kinds import kind_pages
from api_upgrades.pages.page import Addresses, Asset, Page
from api_upgrades.pages.path_page import path_page
from api_upgrades.pages.paths import path_pages
from api_upgrades.pages.picker import picker_data
from api_upgrades.pages.reference import Reference
from api_upgrades.pages.site import Site
from api_upgrades.pages.upgrades import upgrade_pages
from api_upgrades.pages.versioning import versioning_pages


def render(history: History, addresses: Addresses) -> Iterator[Page | Asset]:
    """Every generated page of the site, in the order of its table of pages, with the data that its scripts read."""
    site = Site(history, addresses)
    yield from upgrade_pages(site)
    yield from path_page(site)
    yield from path_pages(site)
    yield from Reference(site).pages()
    yield picker_data(site)
    yield from changelog_pages(site)
    yield from versioning_pages(site)
    yield from kind_pages(site)
