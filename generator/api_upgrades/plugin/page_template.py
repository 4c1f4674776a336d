"""One page of the theme, made into a form that is filled in for others which differ from it in what we put there.

The theme takes some milliseconds for a page, whatever is on it. Generated pages are many, and alike in all that
surrounds their content; so it renders one of each kind, with marks in place of all that is a page's own. Whether the
marks stand for everything is not known but tried: `publish.py` compares what it fills with what the theme renders.
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
"""Marks, of characters that are nobody's. The theme adds a heading of its own to content in which it sees none."""

_CONTENT_CHARACTER = "\ue005"
_HEADINGS = ("\ue006", "\ue008")
_LINKS = ("\ue009", "\ue00a", "\ue00b")
_NAMES = ("\ue00c", "\ue00d", "\ue00e")
_TOC = "\ue00f"
_SIBLINGS = "\ue010"
_FIRST_HEADING, _FIRST_LINK = _HEADINGS[0], _LINKS[0]

_CURRENT_PAGE_MARKER = 'id="__toc"'
"""What only the present page's entry in the theme's navigation holds: the switch of its contents list on a phone."""

_PLACEHOLDER = re.compile(f"(<!--<h1-->{_CONTENT_CHARACTER}|#?[\ue001-\ue010])")
_LIST_ITEM_TAG = re.compile(r"<li\b|</li>")

Values = Mapping[str, str]


class NotTemplatable(Exception):
    """The theme shows something else than expected where the marks are."""


def add_placeholders(page: Page, head: Sequence[NavLink]) -> Page:
    """A page like another, with marks for what is its own: what the theme is to render. `head` are those of the pages
    beside it that the theme has at the beginning of the list beside every page of the kind.
    """
    before, after, last = (NavLink(name, f"#{link}") for name, link in zip(_NAMES, _LINKS, strict=True))
    own = NavLink(LABEL, page.path)
    return replace(
        page,
        title=TITLE,
        description=page.description and DESCRIPTION,
        body=lambda: CONTENT,
        contents=tuple(Heading(mark, mark) for mark in _HEADINGS) if page.contents else (),
        siblings=(*head, before, own, after, last) if page.siblings else (),
    )


class PageTemplate:
    """The theme's output for a page with marks in it. `entry` is the theme's HTML for a heading of a contents list.

    Raises NoForm where the marks are not where the theme has them by itself.
    """

    def __init__(self, output: str, entry: Callable[[Heading], str], page: Page) -> None:
        self._render_heading = entry
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
        """Whether it shows the pages beside a page."""
        return bool(self._sibling_pieces)

    def _extract_toc(self, html: str) -> str:
        """Put one mark in place of each contents list."""
        first, second = (self._render_heading(Heading(mark, mark)) for mark in _HEADINGS)
        found = re.search(f"{re.escape(first)}(\\s*){re.escape(second)}", html)
        if not found:
            raise NotTemplatable
        self._heading_separator = found.group(1)
        return html.replace(found.group(), _TOC)

    def _extract_siblings(self, html: str) -> str:
        """Put one mark in place of the list of pages beside the page."""
        if not any(mark in html for mark in _LINKS):
            return html
        present = _find_list_item(html, html.find(_CURRENT_PAGE_MARKER))
        before = html.rfind(f'href="#{_LINKS[0]}"', 0, present[0])
        after = (html.find(f'href="#{mark}"', present[1]) for mark in _LINKS[1:])
        first, second, third = (_find_list_item(html, place) for place in (before, *after))
        items = {
            html[slice(*span)].replace(link, _FIRST_LINK).replace(name, LABEL)
            for span, link, name in zip((first, second, third), _LINKS, _NAMES, strict=True)
        }
        gap, gap_before, gap_after = (
            html[second[1] : third[0]],
            html[first[1] : present[0]],
            html[present[1] : second[0]],
        )
        # What the theme has before an entry is not the same for the present one.
        shared = "".join(
            one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(gap, gap_before, strict=False))
        )
        lead, present_lead = gap.removeprefix(shared), gap_before.removeprefix(shared)
        start = first[0] - len(lead)
        if len(items) != 1 or gap != gap_after or html[start : first[0]] != lead:
            raise NotTemplatable
        self._sibling_separator = shared
        self._sibling_pieces = tuple(_PLACEHOLDER.split(lead + items.pop()))
        self._current_page_pieces = tuple(_PLACEHOLDER.split(present_lead + html[slice(*present)]))
        return html[:start] + _SIBLINGS + html[third[1] :]

    def render_toc(self, headings: Sequence[Heading]) -> str:
        """A contents list, as the theme has it."""
        return self._heading_separator.join(map(self._render_heading, headings))

    def render_sibling(self, link: str, name: str) -> str:
        """The entry of a page in the list beside another one; both are HTML."""
        return "".join(_fill_pieces(self._sibling_pieces, {f"#{_FIRST_LINK}": link, LABEL: name}))

    def fill(
        self, values: Values, contents: str, first_heading: str, beside: Sequence[str], own: int, first_link: str
    ) -> list[str]:
        """The pieces of a page's HTML. `values` are by their marks; `beside` are the entries of the list beside the
        page, of which the one at `own` is replaced by that of the present page.
        """
        known = {
            **values,
            _TOC: contents,
            f"#{_FIRST_HEADING}": f"#{first_heading}",
            f"#{_FIRST_LINK}": first_link,
        }
        if self._sibling_pieces:
            present = "".join(_fill_pieces(self._current_page_pieces, known))
            known[_SIBLINGS] = self._sibling_separator.join([*beside[:own], present, *beside[own + 1 :]])
        return _fill_pieces(self._pieces, known)


def _fill_pieces(pieces: Sequence[str], values: Values) -> list[str]:
    """Literal pieces and marks in turn, the marks replaced."""
    try:
        return [values[piece] if index % 2 else piece for index, piece in enumerate(pieces)]
    except KeyError:
        raise NotTemplatable from None


def _find_list_item(html: str, inside: int) -> tuple[int, int]:
    """Where the innermost list item around a place begins and ends."""
    if inside < 0 or (start := html.rfind("<li", 0, inside)) < 0:
        raise NotTemplatable
    depth = 0
    for match in _LIST_ITEM_TAG.finditer(html, start):
        depth += 1 if match.group() == "<li" else -1
        if depth == 0:
            return start, match.end()
    raise NotTemplatable
