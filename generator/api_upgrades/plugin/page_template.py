"""Turns one page that the theme rendered into a template that is filled in for similar pages.

The theme takes some milliseconds for a page, whatever its size. There are many generated pages, and those of one kind
differ only in the values that we pass to the theme. So the theme renders one page of each kind with placeholders
instead of these values. `publisher.py` verifies the template: it compares filled pages with pages from the theme.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from api_upgrades.site.pages.page import Heading, NavLink, Page

TITLE = "\ue001"
DESCRIPTION = "\ue002"
CANONICAL = "\ue003"
LABEL = "\ue004"
CONTENT = "<!--<h1-->\ue005"
"""Placeholders: private-use characters that no page contains. `CONTENT` includes the start of a heading in a comment,
because the theme adds a heading to content that has none.
"""

_CONTENT_CHARACTER = "\ue005"
_HEADINGS = ("\ue006", "\ue008")
_LINKS = ("\ue009", "\ue00a", "\ue00b")
_NAMES = ("\ue00c", "\ue00d", "\ue00e")
_TOC = "\ue00f"
_SIBLINGS = "\ue010"
_FIRST_HEADING, _FIRST_LINK = _HEADINGS[0], _LINKS[0]

_CURRENT_PAGE_MARKER = 'id="__toc"'
"""What only the current page's entry in the theme's navigation contains: the toggle of its table of contents."""

_PLACEHOLDER = re.compile(f"(<!--<h1-->{_CONTENT_CHARACTER}|#?[\ue001-\ue010])")
_LIST_ITEM_TAG = re.compile(r"<li\b|</li>")

Values = Mapping[str, str]


class NotTemplatable(Exception):
    """The theme's output doesn't have the placeholders where they are expected."""


def add_placeholders(page: Page, section_links: Sequence[NavLink]) -> Page:
    """Return the page with placeholders instead of its own values, for the theme to render.

    `section_links` are the siblings with which the list of siblings starts on every page of this kind.
    """
    before, after, last = (NavLink(name, f"#{link}") for name, link in zip(_NAMES, _LINKS, strict=True))
    current = NavLink(LABEL, page.path)
    return replace(
        page,
        title=TITLE,
        description=page.description and DESCRIPTION,
        body=lambda: CONTENT,
        contents=tuple(Heading(placeholder, placeholder) for placeholder in _HEADINGS) if page.contents else (),
        siblings=(*section_links, before, current, after, last) if page.siblings else (),
    )


class PageTemplate:
    """A template, made from the theme's `output` for a page with placeholders.

    `render_heading` returns the theme's HTML of an entry in a table of contents. Raises NotTemplatable if a
    placeholder is missing or in an unexpected place.
    """

    def __init__(self, output: str, render_heading: Callable[[Heading], str], page: Page) -> None:
        self._render_heading = render_heading
        self._heading_separator = ""
        self._sibling_separator = ""
        self._sibling_pieces: tuple[str, ...] = ()
        self._current_page_pieces: tuple[str, ...] = ()
        if page.contents:
            output = self._extract_toc(output)
        if page.siblings:
            output = self._extract_siblings(output)
        self._pieces = tuple(_PLACEHOLDER.split(output))

    @property
    def has_siblings(self) -> bool:
        """Whether the page shows a list of its siblings, the pages of the same section."""
        return bool(self._sibling_pieces)

    def _extract_toc(self, html: str) -> str:
        """Replace each table of contents with one placeholder."""
        first, second = (self._render_heading(Heading(placeholder, placeholder)) for placeholder in _HEADINGS)
        found = re.search(f"{re.escape(first)}(\\s*){re.escape(second)}", html)
        if not found:
            raise NotTemplatable
        self._heading_separator = found.group(1)
        return html.replace(found.group(), _TOC)

    def _extract_siblings(self, html: str) -> str:
        """Replace the list of siblings with one placeholder."""
        if not any(link in html for link in _LINKS):
            return html
        current = _find_list_item(html, html.find(_CURRENT_PAGE_MARKER))
        before = html.rfind(f'href="#{_LINKS[0]}"', 0, current[0])
        after = (html.find(f'href="#{link}"', current[1]) for link in _LINKS[1:])
        first, second, third = (_find_list_item(html, index) for index in (before, *after))
        items = {
            html[slice(*span)].replace(link, _FIRST_LINK).replace(name, LABEL)
            for span, link, name in zip((first, second, third), _LINKS, _NAMES, strict=True)
        }
        gap, gap_before, gap_after = (
            html[second[1] : third[0]],
            html[first[1] : current[0]],
            html[current[1] : second[0]],
        )
        # The HTML between two entries ends differently before the current page's entry than before others. The part
        # in common is the separator; the rest belongs to the entry.
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(gap, gap_before, strict=False))
        separator = "".join(character for character, _ in pairs)
        lead, current_lead = gap.removeprefix(separator), gap_before.removeprefix(separator)
        start = first[0] - len(lead)
        if len(items) != 1 or gap != gap_after or html[start : first[0]] != lead:
            raise NotTemplatable
        self._sibling_separator = separator
        self._sibling_pieces = tuple(_PLACEHOLDER.split(lead + items.pop()))
        self._current_page_pieces = tuple(_PLACEHOLDER.split(current_lead + html[slice(*current)]))
        return html[:start] + _SIBLINGS + html[third[1] :]

    def render_toc(self, headings: Sequence[Heading]) -> str:
        """Return the theme's HTML of a table of contents."""
        return self._heading_separator.join(map(self._render_heading, headings))

    def render_sibling(self, link: str, name: str) -> str:
        """Return the theme's HTML of an entry in the list of siblings. `link` and `name` are HTML."""
        return "".join(_fill_pieces(self._sibling_pieces, {f"#{_FIRST_LINK}": link, LABEL: name}))

    def fill(
        self, values: Values, toc: str, first_heading: str, siblings: Sequence[str], current: int, first_link: str
    ) -> list[str]:
        """Fill in a page, and return the pieces of its HTML.

        `values` are the texts by placeholder. `siblings` are the entries of the list of siblings; the one at index
        `current` is replaced with the entry of the current page.
        """
        all_values = {
            **values,
            _TOC: toc,
            f"#{_FIRST_HEADING}": f"#{first_heading}",
            f"#{_FIRST_LINK}": first_link,
        }
        if self._sibling_pieces:
            entry = "".join(_fill_pieces(self._current_page_pieces, all_values))
            entries = [*siblings[:current], entry, *siblings[current + 1 :]]
            all_values[_SIBLINGS] = self._sibling_separator.join(entries)
        return _fill_pieces(self._pieces, all_values)


def _fill_pieces(pieces: Sequence[str], values: Values) -> list[str]:
    """Replace the placeholders among `pieces`, which alternate with literal text."""
    try:
        return [values[piece] if index % 2 else piece for index, piece in enumerate(pieces)]
    except KeyError:
        raise NotTemplatable from None


def _find_list_item(html: str, index: int) -> tuple[int, int]:
    """Return the start and end of the innermost list item around an index."""
    if index < 0 or (start := html.rfind("<li", 0, index)) < 0:
        raise NotTemplatable
    depth = 0
    for match in _LIST_ITEM_TAG.finditer(html, start):
        depth += 1 if match.group() == "<li" else -1
        if depth == 0:
            return start, match.end()
    raise NotTemplatable
