"""Generate all pages of an API from its history. Pure: reads only templates and assets, and writes no files."""

from __future__ import annotations

from collections.abc import Iterator

from api_upgrades.history.history import History
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.changelog import changelog_pages
from api_upgrades.site.pages.deprecations import deprecation_page
from api_upgrades.site.pages.kinds import kind_page
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.path.interactive import path_page_and_data
from api_upgrades.site.pages.path.static import path_pages
from api_upgrades.site.pages.reference.pages import Reference
from api_upgrades.site.pages.rules import rule_page
from api_upgrades.site.pages.site import Site
from api_upgrades.site.pages.upgrades import upgrade_pages
from api_upgrades.site.pages.version_picker import picker_data
from api_upgrades.site.pages.versioning import versioning_page
from api_upgrades.site.text.description_links import link_base_of


def render_pages(history: History, addresses: Addresses, link_base: str | None = None) -> Iterator[Page | Asset]:
    """Yield every generated page of the site, and the data that its scripts read.

    `link_base` is the option of the same name. Raises ApiUpgradesError if it is no absolute address.
    """
    site = Site(history, addresses, link_base_of(history, link_base))
    yield from upgrade_pages(site)
    yield from path_page_and_data(site)
    yield from path_pages(site)
    yield from Reference(site).pages()
    yield picker_data(site)
    yield from changelog_pages(site)
    yield versioning_page(site)
    yield rule_page(site)
    yield deprecation_page(site)
    yield kind_page(site)
