"""A page: what every builder needs to show it, and nothing of any builder."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import NamedTuple

from api_upgrades.examples.samples import VERSION


@dataclass(frozen=True)
class Heading:
    """One entry of a page's contents list, with those below it."""

    id: str
    title: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True)
class Crumb:
    """An entry of the list of pages beside a page; `path` is an address of the site."""

    title: str
    path: str


@dataclass(frozen=True)
class Asset:
    """A file for machines or scripts; `path` is its address below the mount, the file's name included.

    `write` makes what it holds, when that is asked for.
    """

    path: str
    write: Callable[[], str]

    @property
    def content(self) -> str:
        """What the file holds."""
        return self.write()


@dataclass(frozen=True)
class Section:
    """A section that several pages show, rendered when the first of them is."""

    render: Callable[[], str]
    markdown: Callable[[], str]

    @cached_property
    def html(self) -> str:
        return self.render()


@dataclass(frozen=True)
class Shared:
    """What pages have in common that differ in nothing but the version whose they are.

    It has the same `key` for all of them, which are `of` the same thing in each version, with the mark
    `texts.VERSION` in its HTML. Their contents lists, and the names of the pages beside them, are the same too.
    """

    of: str
    key: Hashable
    render: Callable[[], str]
    version: str

    @property
    def html(self) -> str:
        """The HTML of the page of this version."""
        return self.render().replace(VERSION, self.version)


@dataclass(frozen=True)
class Page:
    """One generated page.

    `path` is its address below the mount, a folder that ends in `/` (empty for the mount itself). `body` makes its
    HTML, whose links are relative to that, and `markdown` its Markdown twin: a site may have more pages than fit into
    memory. `found` is what the site's search reads instead of the HTML, None where it shall not find the page: code
    and tables are slow to read and are no good to search in. `is_listed` says whether search engines shall find it,
    and `canonical` is the address that stands for it with them, where that isn't its own. `section` is the guide, the
    reference or whatever the page is a leaf of; `siblings` are the pages beside it.
    """

    path: str
    title: str
    description: str
    body: Shared | Callable[[], str]
    markdown: Callable[[], str]
    contents: tuple[Heading, ...] = ()
    found: str | None = None
    canonical: str | None = None
    section: str = ""
    siblings: tuple[Crumb, ...] = ()
    is_listed: bool = True

    @property
    def html(self) -> str:
        """The page's HTML, made anew whenever it is asked for."""
        return self.body.html if isinstance(self.body, Shared) else self.body()

    @property
    def label(self) -> str:
        """What the list beside the page calls it."""
        return next((one.title for one in self.siblings if one.path == self.path), self.title)


class Found(NamedTuple):
    """A section of a page as the search finds it, by its id."""

    id: str
    title: str
    text: str


def searchable(title: str, text: str, sections: Iterable[Found]) -> str:
    """What the search reads of a page: headings with their ids, and plain text below them."""
    shown = [f"<h1>{escape(title)}</h1><p>{escape(text)}</p>"]
    shown += (f'<h2 id="{escape(one.id)}">{escape(one.title)}</h2><p>{escape(one.text)}</p>' for one in sections)
    return "".join(shown)
