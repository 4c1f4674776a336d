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

from api_upgrades.site.pages.page import Crumb, Heading, Page

TITLE = "\ue001"
DESCRIPTION = "\ue002"
CANONICAL = "\ue003"
LABEL = "\ue004"
CONTENT = "<!--<h1-->\ue005"
"""Marks, of characters that are nobody's. The theme adds a heading of its own to content in which it sees none."""

_CONTENT = "\ue005"
_HEADINGS = ("\ue006", "\ue008")
_LINKS = ("\ue009", "\ue00a", "\ue00b")
_NAMES = ("\ue00c", "\ue00d", "\ue00e")
_CONTENTS = "\ue00f"
_LIST = "\ue010"
_FIRST_HEADING, _FIRST_LINK = _HEADINGS[0], _LINKS[0]

_PRESENT = 'id="__toc"'
"""What only the present page's entry in the theme's navigation holds: the switch of its contents list on a phone."""

_SLOT = re.compile(f"(<!--<h1-->{_CONTENT}|#?[\ue001-\ue010])")
_ITEM = re.compile(r"<li\b|</li>")

Values = Mapping[str, str]


class NoForm(Exception):
    """The theme shows something else than expected where the marks are."""


def marked(page: Page, head: Sequence[Crumb]) -> Page:
    """A page like another, with marks for what is its own: what the theme is to render. `head` are those of the pages
    beside it that the theme has at the beginning of the list beside every page of the kind.
    """
    before, after, last = (Crumb(name, f"#{link}") for name, link in zip(_NAMES, _LINKS, strict=True))
    own = Crumb(LABEL, page.path)
    return replace(
        page,
        title=TITLE,
        description=page.description and DESCRIPTION,
        body=lambda: CONTENT,
        contents=tuple(Heading(mark, mark) for mark in _HEADINGS) if page.contents else (),
        siblings=(*head, before, own, after, last) if page.siblings else (),
    )


class Shell:
    """The theme's output for a page with marks in it. `entry` is the theme's HTML for a heading of a contents list.

    Raises NoForm where the marks are not where the theme has them by itself.
    """

    def __init__(self, output: str, entry: Callable[[Heading], str], page: Page) -> None:
        self._entry = entry
        self._between_headings = ""
        self._between_items = ""
        self._item: tuple[str, ...] = ()
        self._present: tuple[str, ...] = ()
        if page.contents:
            output = self._without_headings(output)
        if page.siblings:
            output = self._without_list(output)
        self._pieces = tuple(_SLOT.split(output))

    @property
    def has_list(self) -> bool:
        """Whether it shows the pages beside a page."""
        return bool(self._item)

    def _without_headings(self, html: str) -> str:
        """Put one mark in place of each contents list."""
        first, second = (self._entry(Heading(mark, mark)) for mark in _HEADINGS)
        found = re.search(f"{re.escape(first)}(\\s*){re.escape(second)}", html)
        if not found:
            raise NoForm
        self._between_headings = found.group(1)
        return html.replace(found.group(), _CONTENTS)

    def _without_list(self, html: str) -> str:
        """Put one mark in place of the list of pages beside the page."""
        if not any(mark in html for mark in _LINKS):
            return html
        present = _item(html, html.find(_PRESENT))
        before = html.rfind(f'href="#{_LINKS[0]}"', 0, present[0])
        after = (html.find(f'href="#{mark}"', present[1]) for mark in _LINKS[1:])
        first, second, third = (_item(html, place) for place in (before, *after))
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
            raise NoForm
        self._between_items = shared
        self._item = tuple(_SLOT.split(lead + items.pop()))
        self._present = tuple(_SLOT.split(present_lead + html[slice(*present)]))
        return html[:start] + _LIST + html[third[1] :]

    def contents(self, headings: Sequence[Heading]) -> str:
        """A contents list, as the theme has it."""
        return self._between_headings.join(map(self._entry, headings))

    def item(self, link: str, name: str) -> str:
        """The entry of a page in the list beside another one; both are HTML."""
        return "".join(_filled(self._item, {f"#{_FIRST_LINK}": link, LABEL: name}))

    def fill(
        self, values: Values, contents: str, first_heading: str, beside: Sequence[str], own: int, first_link: str
    ) -> list[str]:
        """The pieces of a page's HTML. `values` are by their marks; `beside` are the entries of the list beside the
        page, of which the one at `own` is replaced by that of the present page.
        """
        known = {
            **values,
            _CONTENTS: contents,
            f"#{_FIRST_HEADING}": f"#{first_heading}",
            f"#{_FIRST_LINK}": first_link,
        }
        if self._item:
            present = "".join(_filled(self._present, known))
            known[_LIST] = self._between_items.join([*beside[:own], present, *beside[own + 1 :]])
        return _filled(self._pieces, known)


def _filled(pieces: Sequence[str], values: Values) -> list[str]:
    """Literal pieces and marks in turn, the marks replaced."""
    try:
        return [values[piece] if index % 2 else piece for index, piece in enumerate(pieces)]
    except KeyError:
        raise NoForm from None


def _item(html: str, inside: int) -> tuple[int, int]:
    """Where the innermost list item around a place begins and ends."""
    if inside < 0 or (start := html.rfind("<li", 0, inside)) < 0:
        raise NoForm
    depth = 0
    for match in _ITEM.finditer(html, start):
        depth += 1 if match.group() == "<li" else -1
        if depth == 0:
            return start, match.end()
    raise NoForm
