"""A generated page as MkDocs knows pages: beside hand-written ones in the navigation, in links and in the search."""

from __future__ import annotations

import copy
from html import escape
from urllib.parse import quote

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents

from api_upgrades.plugin.links import find_ids
from api_upgrades.site.pages.page import Heading, NavLink, Page


class GeneratedPage(MkDocsPage):
    """A page that is HTML already: nothing is read, nothing goes through Markdown.

    `mount` is the beginning of its address. It has `is_named` where the site's navigation names it.
    """

    def __init__(self, page: Page, mount: str, file: File, config: MkDocsConfig) -> None:
        super().__init__(escape(page.label), file, config)
        self.site_page = page
        self.mount = mount
        self.is_in_nav = False
        if page.canonical is not None and config.site_url:
            self.canonical_url = make_site_base(config) + mount + page.canonical

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no source; what Markdown's front matter would say comes with the page."""
        self.markdown = ""
        self.meta = {"title": escape(self.site_page.title), "description": escape(self.site_page.description)}
        if self.site_page.search_text is None:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Takes what the search shall read, and the contents list; the page's own HTML comes when that is done."""
        self.content = self.site_page.search_text or ""
        self.toc = TableOfContents([make_anchor_link(heading, 2) for heading in self.site_page.contents])

    @property
    def is_index(self) -> bool:
        """Whether it stands for a section of the navigation. All have a folder of their own, which makes none one."""
        return self.is_in_nav

    @property
    def present_anchor_ids(self) -> set[str] | None:
        """The ids to which other pages can link; read only where one does."""
        return find_ids(self.site_page.html)

    @present_anchor_ids.setter
    def present_anchor_ids(self, ids: set[str] | None) -> None: ...


def make_page_file(uri: str, config: MkDocsConfig) -> File:
    """The file of a generated page, in no navigation unless that names it."""
    return File.generated(config, uri, content="", inclusion=InclusionLevel.NOT_IN_NAV)


def make_page_url(path: str, config: MkDocsConfig) -> str:
    """The address of a page as MkDocs has it, by its path from the site's root."""
    return quote(path) + ("" if config.use_directory_urls else "index.html")


def make_site_base(config: MkDocsConfig) -> str:
    """The site's address, if it is known, ending in a slash."""
    return config.site_url.rstrip("/") + "/" if config.site_url else ""


def make_anchor_link(heading: Heading, level: int) -> AnchorLink:
    """An entry of the contents list as the theme reads it, text escaped as Markdown's is."""
    link = AnchorLink(escape(heading.title), escape(heading.id), level)
    link.children = [make_anchor_link(child, level + 1) for child in heading.children]
    return link


def add_siblings(nav: Navigation, page: GeneratedPage) -> Navigation:
    """The navigation in which the entry of a page's section holds the section's pages: it is in none itself."""
    if not page.site_page.siblings:
        return nav
    result = copy.copy(nav)
    result.items = [
        _expand_entry(item, page) if represents_section(item, page.site_page, page.mount) else item
        for item in nav.items
    ]
    return result


def represents_section(item: StructureItem, page: Page, mount: str) -> bool:
    """Whether an entry of the navigation stands for the section that a page is in."""
    return isinstance(item, GeneratedPage) and item.mount == mount and item.site_page.section == page.section


def _expand_entry(item: StructureItem, page: GeneratedPage) -> Section:
    known = {one.site_page.path: one for one in (item, page) if isinstance(one, GeneratedPage)}
    index = "index.html" if page.file.url.endswith(".html") else ""
    children: list[StructureItem] = [
        known.get(crumb.path) or _make_link(crumb, page.mount, index) for crumb in page.site_page.siblings
    ]
    section = Section(item.title or "", children)
    section.active = True
    return section


def _make_link(crumb: NavLink, mount: str, index: str) -> Link:
    """The entry of another page; one whose path begins with `#` goes nowhere else."""
    return Link(escape(crumb.title), crumb.path if crumb.path.startswith("#") else quote(mount + crumb.path) + index)
