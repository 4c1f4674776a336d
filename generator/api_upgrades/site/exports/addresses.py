"""Where the files for machines lead: absolute where the site's address is known, else relative to the mount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from api_upgrades.site.pages.addresses import Addresses, Links
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.site import Site

FEED = "feed.xml"
CHANGES = "changes.json"
SCHEMA = "changes.schema.json"
LLMS = "llms.txt"


@dataclass(frozen=True)
class Mount:
    """The folder that everything generated is in. `site_url` is its address, ending in a slash; empty if unknown.

    A file that names relative addresses lies in this folder itself.
    """

    addresses: Addresses
    site_url: str = ""

    def page(self, address: str) -> str:
        """The way to a page, or to a place on it."""
        return self.site_url + Links("", self.addresses)(address)

    def file(self, path: str) -> str:
        """The way to a file."""
        return self.site_url + path


def openapi_path(addresses: Addresses, version: str) -> str:
    """Where a version's OpenAPI document is, or that of `latest`."""
    return f"{addresses.reference(version)}openapi.json"


def twin_path(address: str) -> str:
    """Where the Markdown twin of a page is: beside it, whatever addresses the site has."""
    return f"{address}index.md"


def twinned(site: Site, pages: Iterable[Page | Asset]) -> list[Page]:
    """The pages that have a twin."""
    return [page for page in pages if isinstance(page, Page) and site.addresses.has_twin(page.path)]


def twins(pages: Iterable[Page]) -> Iterator[Asset]:
    """The twins of some pages."""
    return (Asset(twin_path(page.path), page.markdown) for page in pages)
