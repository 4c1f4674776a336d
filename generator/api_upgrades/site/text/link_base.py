"""Where the links of a document's descriptions lead.

A description may contain a link such as `/docs/errors`. OpenAPI says that it is relative to the page that shows it, and
its author meant a page of other documentation. On our pages it leads nowhere. So it is resolved against an address that
the team or the document gives, or shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import JsonObject
from api_upgrades.examples.http import fill_server_url
from api_upgrades.site.text.link_safety import safe_address

Origin = Literal["option", "externalDocs", "server", "none"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BRACES = re.compile(r"[{}]")


@dataclass(frozen=True)
class LinkBase:
    """The address against which links in descriptions are resolved, and where it comes from."""

    url: str = ""
    origin: Origin = "none"

    def resolve(self, address: str) -> str | None:
        """Return the absolute address of a link, by RFC 3986; None if it leads nowhere or may not be linked.

        Links with an empty path, such as `#errors`, lead to a section of the page that shows them. Only the option
        `link_base` says which page that was.
        """
        address = address.strip(" ")
        if _SCHEME.match(address):
            return safe_address(address)
        if address[:4].lower() == "www.":  # as GitHub's Markdown reads it
            return safe_address(f"https://{address}")
        if address.startswith("//"):
            return safe_address(f"{urlsplit(self.url).scheme or 'https'}:{address}")
        is_same_page = address.startswith(("#", "?"))
        if not self.url or _BRACES.search(address) or (is_same_page and self.origin != "option"):
            return None
        relative = safe_address(address)
        return relative and safe_address(urljoin(self.url, relative))


NO_BASE = LinkBase()
"""The base for documents about which nothing is known: relative links become text."""


def find_link_base(option: str | None, document: JsonObject) -> LinkBase:
    """Find the base of a document: the plugin's option `link_base`, else its `externalDocs`, else its first server.

    An empty option means that relative links are text. Raises ApiUpgradesError if the option is no absolute address.
    """
    if option is None:
        return next(_bases_of(document), NO_BASE)
    if option and not _is_absolute(option):
        problem = f"link_base: {option!r} is not an absolute http or https address"
        raise ApiUpgradesError(f"{problem}; write one, such as 'https://docs.example.com/'")
    return LinkBase(option, "option")


def _bases_of(document: JsonObject) -> Iterator[LinkBase]:
    """Yield the bases that a document itself gives, the best one first. Values of a wrong type give none."""
    docs, servers = document.get("externalDocs"), document.get("servers")
    if isinstance(docs, dict) and _is_absolute(docs.get("url")):
        yield LinkBase(docs["url"], "externalDocs")
    for server in servers if isinstance(servers, list) else ():
        url = fill_server_url(server) if isinstance(server, dict) else ""
        if _is_absolute(url):
            yield LinkBase(url, "server")


def _is_absolute(url: object) -> bool:
    if not isinstance(url, str) or _BRACES.search(url) or safe_address(url) is None:
        return False
    return urlsplit(url).scheme.lower() in ("http", "https")
