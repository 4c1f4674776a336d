"""Pages and their parts, independent of any site builder."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import NamedTuple

from api_upgrades.examples.samples import VERSION_PLACEHOLDER


@dataclass(frozen=True)
class Heading:
    """An entry of a page's table of contents, with the entries below it."""

    id: str
    title: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True)
class NavLink:
    """A link in the navigation beside a page. `path` is an address below the mount."""

    title: str
    path: str


@dataclass(frozen=True)
class Asset:
    """A file that isn't a page: for machines, or for the site's scripts. `path` is its address below the mount.

    `render` returns its content.
    """

    path: str
    render: Callable[[], str]

    @property
    def content(self) -> str:
        return self.render()


@dataclass(frozen=True)
class Section:
    """A section that several pages share. Its HTML is rendered when the first of them needs it."""

    render_html: Callable[[], str]
    render_markdown: Callable[[], str]

    @cached_property
    def html(self) -> str:
        return self.render_html()


@dataclass(frozen=True)
class SharedBody:
    """HTML shared by pages that differ only in the version they name: those with the same `subject` and `key`.

    `subject` is what each of the pages shows in its version, such as a resource, by its slug. The pages also have the
    same table of contents and the same titles in their navigation. `render` returns the HTML with
    `VERSION_PLACEHOLDER` instead of the version.
    """

    subject: str
    key: Hashable
    render: Callable[[], str]
    version: str

    @property
    def html(self) -> str:
        """The HTML of the page of this version."""
        return self.render().replace(VERSION_PLACEHOLDER, self.version)


@dataclass(frozen=True)
class Page:
    """One generated page.

    `path` is its address below the mount, a folder that ends in `/` (empty for the mount itself). `body` renders its
    HTML, with relative links, and `markdown` its Markdown twin. Both render on demand, because a site may have more
    pages than fit into memory.

    `search_text` is indexed by the site's search instead of the HTML, where code and tables would slow the index down
    and give poor results; None excludes the page. `is_indexed` tells whether search engines may index it, and
    `canonical` is its canonical address, if it isn't its own. `section` is the address of the navigation section that
    it belongs to, such as the guide. `siblings` are the links in the navigation beside it. `is_optional` tells whether
    the page exists only if the site's navigation lists it.
    """

    path: str
    title: str
    description: str
    body: SharedBody | Callable[[], str]
    markdown: Callable[[], str]
    contents: tuple[Heading, ...] = ()
    search_text: str | None = None
    canonical: str | None = None
    section: str = ""
    siblings: tuple[NavLink, ...] = ()
    is_indexed: bool = True
    is_optional: bool = False

    @property
    def html(self) -> str:
        """The page's HTML, rendered anew on each access."""
        return self.body.html if isinstance(self.body, SharedBody) else self.body()

    @property
    def label(self) -> str:
        """The page's title in the navigation beside it."""
        return next((one.title for one in self.siblings if one.path == self.path), self.title)


class SearchSection(NamedTuple):
    """A section of a page in the search index; `id` is its anchor."""

    id: str
    title: str
    text: str


def build_search_text(title: str, text: str, sections: Iterable[SearchSection]) -> str:
    """Build the HTML that the search indexes for a page: headings with ids, and plain text below them."""
    html = [f"<h1>{escape(title)}</h1><p>{escape(text)}</p>"]
    html += (f'<h2 id="{escape(one.id)}">{escape(one.title)}</h2><p>{escape(one.text)}</p>' for one in sections)
    return "".join(html)
