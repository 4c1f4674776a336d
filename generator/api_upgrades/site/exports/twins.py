"""Markdown twins: the same page for programs and for people who copy, in a file beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api_upgrades.site.exports.addresses import twin_path
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.site import Site


def twinned(site: Site, pages: Iterable[Page | Asset]) -> list[Page]:
    """The pages that have a twin."""
    return [page for page in pages if isinstance(page, Page) and site.addresses.has_twin(page.path)]


def twins(pages: Iterable[Page]) -> Iterator[Asset]:
    """The twins of some pages."""
    return (Asset(twin_path(page.path), page.markdown) for page in pages)
