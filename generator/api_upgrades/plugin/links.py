"""Links that prose of the registry makes to other pages of the site: whether they lead somewhere.

All other links of generated pages are made by `Links`, and lead to pages that are made beside them. Prose may be shown
on several pages, and a relative link in it has to lead somewhere from each.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from api_upgrades.site.text import prose

_ID = re.compile(r'\sid="([^"]*)"')


def find_ids(html: str) -> set[str]:
    """The places of a page to which links can lead."""
    return set(map(unescape, _ID.findall(html)))


def find_broken_links(
    page: str, html: str, has_file: Callable[[str], bool], ids_of: Callable[[str], set[str] | None]
) -> Iterator[str]:
    """What is wrong with the links of prose on a page, which has its file's path as its name.

    `has` tells whether the site has a file, and `ids_of` which places a page has, None where nobody knows.
    """
    for address in sorted(prose.RELATIVE_LINKS):
        if f'href="{escape(address)}"' not in html:
            continue
        parts = urlsplit(address)
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), unquote(parts.path)))[1:]
        files = (path, posixpath.join(path, "index.html")) if parts.path else (page,)
        file = next(filter(has_file, files), None)
        if file is None:
            yield f"contains a link '{address}', but there is no such page"
        elif parts.fragment:
            places = find_ids(html) if file == page else ids_of(file)
            if places is not None and unquote(parts.fragment) not in places:
                yield f"contains a link '{address}', but there is no such place on '{file}'"
