"""One page of the theme, made into a form for others that differ from it only in what we put there.

The theme takes some milliseconds for a page, whatever is on it. The pages of an older version's reference are many,
alike in all that surrounds their content, and in no search index and no site map; so the theme renders the first of
each version with marks in place of what is its own, and the others are filled in.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

import jinja2
from mkdocs.structure.toc import AnchorLink

from api_upgrades.pages.page import Heading, Page

TITLE = "\ue001"
DESCRIPTION = "\ue002"
CANONICAL = "\ue003"
HEADING = "\ue004"
LABEL = "\ue006"
CONTENT = "<!--<h1-->\ue005"
"""Marks, of characters that are nobody's. The theme adds a heading of its own to content in which it sees none."""

TOC_ITEM = "partials/toc-item.html"
PRESENT = 'id="__toc"'
"""What only the present page's entry in the theme's navigation holds: the switch of its contents list on a phone."""


class Shell:
    """The theme's output for a page with marks in it, its own entry last in the navigation.

    `own_link` is how that page leads to itself, and how the pages beside it do.
    """

    def __init__(self, output: str, own_link: tuple[str, str], toc_item: jinja2.Template, base: str) -> None:
        self._toc_item = toc_item
        self._base = base
        start = output.find(PRESENT)
        start, end = _list_item(output, start) if start >= 0 else (0, 0)
        self._present = output[start:end]
        here, from_beside = (f'href="{link}" class="md-nav__link"' for link in own_link)
        self._html = (output[:start] + output[end:]).replace(here, from_beside)

    def fill(self, page: Page, mount: str, link: str) -> str:
        """A page's HTML. `link` is how the pages beside it lead to it."""
        html = self._html
        entry = html.find(f'href="{link}" class="md-nav__link"')
        if self._present and entry >= 0:
            start, end = _list_item(html, entry)
            html = html[:start] + self._present + html[end:]
        mark = _contents(self._toc_item, (Heading(HEADING, HEADING),))
        contents = _contents(self._toc_item, page.contents)
        label = next((one.title for one in page.siblings if one.path == page.path), page.title)
        for old, new in (
            (mark, contents),
            (HEADING, escape(page.contents[0].id) if page.contents else ""),
            (LABEL, escape(label)),
            (TITLE, escape(page.title)),
            (DESCRIPTION, escape(page.description)),
            (CANONICAL, escape(self._base + mount + (page.path if page.canonical is None else page.canonical))),
            (CONTENT, page.html),
        ):
            html = html.replace(old, new)
        return html


@lru_cache(4096)
def _contents(toc_item: jinja2.Template, headings: tuple[Heading, ...]) -> str:
    """A contents list in the theme's HTML; many versions have the same."""
    return "".join(toc_item.render(toc_item=anchor_link(heading, 2)) for heading in headings)


def _list_item(html: str, inside: int) -> tuple[int, int]:
    """Where the innermost list item around a place begins and ends."""
    start = html.rindex("<li", 0, inside)
    depth = 0
    for match in re.compile(r"<li\b|</li>").finditer(html, start):
        depth += 1 if match.group() == "<li" else -1
        if depth == 0:
            return start, match.end()
    raise ValueError("a list item does not end")


def anchor_link(heading: Heading, level: int) -> AnchorLink:
    """An entry of the contents list as the theme reads it, text escaped as Markdown's is."""
    link = AnchorLink(escape(heading.title), escape(heading.id), level)
    link.children = [anchor_link(child, level + 1) for child in heading.children]
    return link
