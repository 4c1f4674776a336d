"""Markdown twins: the same page for programs and for people who copy, in a file beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api_upgrades.exports.mount import twin_path
from api_upgrades.pages.page import Asset, Page
from api_upgrades.pages.site import LATEST, Site


def twinned(site: Site, pages: Iterable[Page | Asset]) -> list[Page]:
    """The pages that have a twin: the guide, the changelog, the latest reference, and how versions work.

    The reference of an older version has none: its OpenAPI document says the same, and nobody waits for it.
    """
    addresses = site.addresses
    single = {addresses.guide, addresses.changelog, addresses.versioning}
    single |= {addresses.version(version.id) for version in site.history.versions}
    latest = addresses.reference(LATEST)
    found = (page for page in pages if isinstance(page, Page))
    return [page for page in found if page.path in single or page.path.startswith(latest)]


def twins(pages: Iterable[Page]) -> Iterator[Asset]:
    """The twins of some pages."""
    return (Asset(twin_path(page.path), page.markdown()) for page in pages)
