"""Finds broken links from prose in the registry to other pages of the site.

All other links of generated pages come from `Links`, and always lead to existing pages. The same prose may be shown on
several pages, and a relative link in it must work on each of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from api_upgrades.site.text import prose

_ID = re.compile(r'\sid="([^"]*)"')

NO_ANCHOR = "has no anchor"
"""The words by which a message about a missing anchor differs from one about a missing page."""


def find_ids(html: str) -> set[str]:
    """Return the anchors of a page that links can lead to."""
    return set(map(unescape, _ID.findall(html)))


def find_broken_links(
    page: str, html: str, has_file: Callable[[str], bool], ids_of: Callable[[str], set[str] | None]
) -> Iterator[str]:
    """Describe the broken links of prose on a page. `page` is the path of its file in the site.

    `has_file` says whether the site has a file. `ids_of` returns the anchors of a page, None if they are unknown.
    """
    for address in sorted(prose.RELATIVE_LINKS):
        if f'href="{escape(address)}"' not in html:
            continue
        parts = urlsplit(address)
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), unquote(parts.path)))[1:]
        files = (path, posixpath.join(path, "index.html")) if parts.path else (page,)
        file = next(filter(has_file, files), None)
        if file is None:
            yield f"contains a link '{address}', but that page does not exist"
        elif parts.fragment:
            ids = find_ids(html) if file == page else ids_of(file)
            if ids is not None and unquote(parts.fragment) not in ids:
                yield f"contains a link '{address}', but '{file}' {NO_ANCHOR} '{unquote(parts.fragment)}'"
