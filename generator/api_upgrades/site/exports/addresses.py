"""The URLs in files for machines: absolute if the site's URL is known, otherwise relative to the mount.

The mount is the folder of the site that holds everything generated.
"""

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
    """The folder that holds everything generated. `site_url` is its URL, ending in a slash; empty if unknown.

    A file that contains relative URLs must be directly in this folder.
    """

    addresses: Addresses
    site_url: str = ""

    def page_url(self, address: str) -> str:
        """The URL of a page, or of a section on it."""
        return self.site_url + Links("", self.addresses)(address)

    def file_url(self, path: str) -> str:
        """The URL of a file."""
        return self.site_url + path


def openapi_path(addresses: Addresses, version: str) -> str:
    """The path of a version's OpenAPI document; `version` may be `latest`."""
    return f"{addresses.reference(version)}openapi.json"


def twin_path(address: str) -> str:
    """The path of a page's Markdown twin: beside the page, whatever form the site's URLs have."""
    return f"{address}index.md"


def select_pages_with_twin(site: Site, pages: Iterable[Page | Asset]) -> list[Page]:
    """Select the pages that have a Markdown twin."""
    return [page for page in pages if isinstance(page, Page) and site.addresses.has_twin(page.path)]


def twin_assets(pages: Iterable[Page]) -> Iterator[Asset]:
    """Yield the Markdown twin of each page."""
    return (Asset(twin_path(page.path), page.markdown) for page in pages)
