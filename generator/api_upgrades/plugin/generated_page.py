"""Presents generated pages as MkDocs pages, so that they take part in the navigation, links and search."""

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
    """A MkDocs page whose HTML is already rendered: MkDocs reads no source and renders no Markdown.

    `mount` is the path in the site below which the plugin's pages are. `is_in_nav` says whether `nav` in `mkdocs.yml`
    lists the page.
    """

    def __init__(self, page: Page, mount: str, file: File, config: MkDocsConfig) -> None:
        super().__init__(escape(page.label), file, config)
        self.site_page = page
        self.mount = mount
        self.is_in_nav = False
        if page.canonical is not None and config.site_url:
            self.canonical_url = make_base_url(config) + mount + page.canonical

    def read_source(self, config: MkDocsConfig) -> None:
        """Set the metadata that MkDocs would read from a page's front matter. There is no source file."""
        self.markdown = ""
        self.meta = {"title": escape(self.site_page.title), "description": escape(self.site_page.description)}
        if self._has_empty_sidebar(config):
            self.meta["hide"] = ["navigation"]
        if self.site_page.search_text is None:
            self.meta["search"] = {"exclude": True}

    def _has_empty_sidebar(self, config: MkDocsConfig) -> bool:
        """Whether the navigation beside the page would list only the page itself, because tabs list all others."""
        has_tabs = "navigation.tabs" in config.theme.get("features", ())
        return has_tabs and not self.site_page.siblings and self.parent is None

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Set the table of contents, and the text for the search index, which the HTML replaces after indexing."""
        self.content = self.site_page.search_text or ""
        self.toc = TableOfContents([make_anchor_link(heading, 2) for heading in self.site_page.contents])

    @property
    def is_index(self) -> bool:
        """Whether MkDocs treats the page as the index of a section, as it does with every page that has its own folder.

        Pages that `nav` doesn't list are in no section of MkDocs' navigation.
        """
        return self.is_in_nav

    @property
    def present_anchor_ids(self) -> set[str] | None:
        """The ids that other pages can link to. Computed on access, since few pages are linked to."""
        return find_ids(self.site_page.html)

    @present_anchor_ids.setter
    def present_anchor_ids(self, ids: set[str] | None) -> None: ...


def make_page_file(uri: str, config: MkDocsConfig) -> File:
    """Create the MkDocs file of a generated page, which isn't in the navigation unless `nav` lists it."""
    return File.generated(config, uri, content="", inclusion=InclusionLevel.NOT_IN_NAV)


def make_page_url(path: str, config: MkDocsConfig) -> str:
    """Return a page's address relative to the site's root, as MkDocs writes addresses."""
    return quote(path) + ("" if config.use_directory_urls else "index.html")


def make_base_url(config: MkDocsConfig) -> str:
    """Return the site's address with a trailing slash, or an empty string if it isn't configured."""
    return config.site_url.rstrip("/") + "/" if config.site_url else ""


def make_anchor_link(heading: Heading, level: int) -> AnchorLink:
    """Convert a heading to an entry of the theme's table of contents. Its text is escaped, as Markdown's is."""
    link = AnchorLink(escape(heading.title), escape(heading.id), level)
    link.children = [make_anchor_link(child, level + 1) for child in heading.children]
    return link


def add_siblings(nav: Navigation, page: GeneratedPage) -> Navigation:
    """Return a navigation where the entry of the page's section contains the pages of that section.

    Generated pages are not in the site's navigation, so the theme would show none of them beside the page.
    """
    if not page.site_page.siblings:
        return nav
    result = copy.copy(nav)
    result.items = [
        _expand_entry(item, page) if represents_section(item, page.site_page, page.mount) else item
        for item in nav.items
    ]
    return result


def represents_section(item: StructureItem, page: Page, mount: str) -> bool:
    """Whether a navigation entry is the page that represents the section of `page`."""
    return isinstance(item, GeneratedPage) and item.mount == mount and item.site_page.section == page.section


def _expand_entry(item: StructureItem, page: GeneratedPage) -> Section:
    pages = {one.site_page.path: one for one in (item, page) if isinstance(one, GeneratedPage)}
    index = "index.html" if page.file.url.endswith(".html") else ""
    children: list[StructureItem] = [
        pages.get(link.path) or _make_link(link, page.mount, index) for link in page.site_page.siblings
    ]
    section = Section(item.title or "", children)
    section.active = True
    return section


def _make_link(link: NavLink, mount: str, index: str) -> Link:
    """Convert a link to a navigation entry. A path that starts with `#` stays as it is."""
    return Link(escape(link.title), link.path if link.path.startswith("#") else quote(mount + link.path) + index)
