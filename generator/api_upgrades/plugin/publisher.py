"""Renders generated pages in the theme: the theme renders one page of each kind, and the others fill a template.

Pages are of one kind if the theme has no reason to render them differently, except for their own values. To verify
this, the theme also renders two pages of each kind, which are compared with the filled template. If they differ, the
theme shows something of a page that has no placeholder, and then it renders all pages of this kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape

from jinja2 import Environment, TemplateError
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_relative_url

from api_upgrades.examples.samples import VERSION_PLACEHOLDER
from api_upgrades.plugin import page_template
from api_upgrades.plugin.generated_page import (
    GeneratedPage,
    add_siblings,
    make_anchor_link,
    make_base_url,
    make_page_file,
    make_page_url,
    represents_section,
)
from api_upgrades.plugin.page_template import NotTemplatable, PageTemplate
from api_upgrades.site.pages.page import Heading, NavLink, Page, SharedBody

MAX_PAGES_WITHOUT_TEMPLATE = 3
"""The theme renders all pages of a kind if there are at most this many: for so few, a template is not worth it."""

_SHARED_BODY_PLACEHOLDERS = re.compile(f"([{VERSION_PLACEHOLDER}{page_template.TITLE}{page_template.DESCRIPTION}])")


@dataclass(frozen=True)
class ThemeContext:
    """What the theme needs besides a page: MkDocs' configuration, navigation, Jinja environment and files."""

    config: MkDocsConfig
    nav: Navigation
    env: Environment
    files: Files

    @property
    def documentation_pages(self) -> Sequence[object]:
        return self.files.documentation_pages()

    @cached_property
    def linked_folders(self) -> frozenset[str]:
        """The folders that the theme links to from every page."""
        config = self.config
        linked = [*_collect_urls(self.nav.items), *config.extra_css, *map(str, config.extra_javascript), "assets/"]
        return frozenset(folder for url in linked for folder in _parent_folders(url))

    def render(self, page: GeneratedPage) -> str:
        """Render a page with the theme, without the events of other plugins."""
        context = get_context(self.nav, self.documentation_pages, self.config, page)  # type: ignore[arg-type]  # files
        context["nav"] = add_siblings(self.nav, page)
        page.active = True
        try:
            return str(self.env.get_template("main.html").render(context))
        finally:
            page.active = False


class Publisher:
    """Renders the pages of one plugin instance. `postprocess`, if given, is applied to the HTML of each page."""

    def __init__(
        self, pages: Sequence[Page], mount: str, theme: ThemeContext, postprocess: Callable[[str], str] | None
    ) -> None:
        self._pages = pages
        self._mount = mount
        self._theme = theme
        self._postprocess = postprocess
        self._templates: dict[Hashable, PageTemplate | None] = {}
        self._sibling_lists: dict[tuple[int, int, str], tuple[list[str], str]] = {}
        self._sibling_indexes: dict[int, tuple[Mapping[str, int], frozenset[str]]] = {}
        self._shared_pieces: dict[tuple[Hashable, str], tuple[Hashable, list[str]]] = {}
        self._section_paths: dict[str, list[str]] = {}
        self._kind_of = {page.path: self._classify(page) for page in pages}
        self._pages_by_kind: dict[Hashable, list[Page]] = {}
        for page in pages:
            self._pages_by_kind.setdefault(self._kind_of[page.path], []).append(page)

    def prepare(self) -> None:
        """Make the templates of all kinds, for which the theme renders some pages."""
        for kind in self._pages_by_kind:
            self._get_template(kind)

    def render_page(self, page: Page) -> str:
        """Return the HTML of a page as it is in the site."""
        kind = self._kind_of[page.path]
        template = self._get_template(kind)
        html = self._render_with_theme(page) if template is None else self._fill(template, kind, page)
        return self._postprocess(html) if self._postprocess else html

    def list_sitemap_files(self) -> Iterator[File]:
        """Return MkDocs files of the pages that search engines may index."""
        return (self.make_page(page).file for page in self._pages if page.is_indexed)

    def feed_search(self) -> None:
        """Pass the pages to the search plugin, the only plugin that reads pages without changing them."""
        config, nav = self._theme.config, self._theme.nav
        for page in self._pages:
            if page.search_text is not None:
                mkdocs_page = self.make_page(page)
                context = get_context(nav, (), config, mkdocs_page)
                for handler in _find_other_handlers(config, "page_context"):
                    handler(context, page=mkdocs_page, config=config, nav=nav)

    def make_page(self, page: Page) -> GeneratedPage:
        """Convert a page to a MkDocs page with its search text and table of contents."""
        config = self._theme.config
        file = make_page_file(f"{self._mount}{page.path}index.md", config)
        mkdocs_page = GeneratedPage(page, self._mount, file, config)
        mkdocs_page.read_source(config)
        mkdocs_page.render(config, self._theme.files)
        return mkdocs_page

    def _render_with_theme(self, page: Page) -> str:
        mkdocs_page = self.make_page(page)
        mkdocs_page.content = page.html
        return self._theme.render(mkdocs_page)

    def _classify(self, page: Page) -> Hashable:
        """Return the kind of a page: what the theme may take into account besides the values with placeholders."""
        path = self._mount + page.path
        shared = next((folder for folder in _parent_folders(path) if folder in self._theme.linked_folders), "")
        return (
            path.count("/"),
            shared,
            page.section,
            page.siblings[:1] and page.siblings[0].path in self._find_section_paths(page),
            page.path in self._index_siblings(page.siblings)[0],
            bool(page.contents),
            bool(page.description),
            page.canonical is None,
        )

    def _find_section_paths(self, page: Page) -> Sequence[str]:
        """Return the paths of the pages that represent the page's section in the site's navigation.

        If there are none, the navigation doesn't show the page's siblings.
        """
        if page.section not in self._section_paths:
            items = (item for item in self._theme.nav.items if represents_section(item, page, self._mount))
            pages = (item.site_page for item in items if isinstance(item, GeneratedPage))
            self._section_paths[page.section] = [section_page.path for section_page in pages]
        return self._section_paths[page.section]

    def _find_section_links(self, page: Page) -> Sequence[NavLink]:
        """Return the sibling that the navigation shows on every page of the section, if there is one."""
        return page.siblings[:1] if page.siblings and page.siblings[0].path in self._find_section_paths(page) else ()

    def _get_template(self, kind: Hashable) -> PageTemplate | None:
        if kind not in self._templates:
            self._templates[kind] = self._make_template(self._pages_by_kind[kind], kind)
        return self._templates[kind]

    def _make_template(self, pages: Sequence[Page], kind: Hashable) -> PageTemplate | None:
        """Make the template of a kind; None if the theme has to render its pages."""
        first, last = pages[0], pages[-1]
        has_own_entry = first.path in self._index_siblings(first.siblings)[0] or not self._find_section_paths(first)
        if len(pages) <= MAX_PAGES_WITHOUT_TEMPLATE or not has_own_entry:
            return None
        sample = self.make_page(page_template.add_placeholders(first, self._find_section_links(first)))
        sample.title = page_template.LABEL
        sample.content = page_template.CONTENT
        if sample.canonical_url:
            sample.canonical_url = page_template.CANONICAL
        try:
            template = PageTemplate(self._theme.render(sample), self._render_heading, first)
            is_exact = all(self._fill(template, kind, page) == self._render_with_theme(page) for page in (first, last))
        except (NotTemplatable, TemplateError):  # a user's template may read something that the sample doesn't have
            return None
        finally:
            self._shared_pieces.clear()
        return template if is_exact else None

    def _fill(self, template: PageTemplate, kind: Hashable, page: Page) -> str:
        """Fill a template with a page. The pieces of a shared body are filled once and reused for the next version."""
        body = page.body
        if not isinstance(body, SharedBody):
            return "".join(self._fill_pieces(template, page, page.title, page.description, page.html))
        group = (kind, body.subject)
        key, pieces = self._shared_pieces.get(group, (None, []))
        if key != body.key:
            description = page.description and page_template.DESCRIPTION
            filled = self._fill_pieces(template, page, page_template.TITLE, description, body.render())
            pieces = _SHARED_BODY_PLACEHOLDERS.split("".join(filled))
            self._shared_pieces[group] = (body.key, pieces)
        values = {
            VERSION_PLACEHOLDER: body.version,
            page_template.TITLE: escape(page.title),
            page_template.DESCRIPTION: escape(page.description),
        }
        return "".join([values[piece] if index % 2 else piece for index, piece in enumerate(pieces)])

    def _fill_pieces(self, template: PageTemplate, page: Page, title: str, description: str, html: str) -> list[str]:
        canonical = self._make_url(page.path) if page.canonical is None else self._mount + page.canonical
        first = page.contents[0].id if page.contents else ""
        has_siblings = template.has_siblings
        siblings, first_link, current = self._render_siblings(template, page) if has_siblings else ((), "", 0)
        values = {
            page_template.TITLE: escape(title),
            page_template.DESCRIPTION: escape(description),
            page_template.CANONICAL: make_base_url(self._theme.config) + canonical,
            page_template.LABEL: escape(page.label),
            page_template.CONTENT: html,
        }
        toc = template.render_toc(page.contents)
        return template.fill(values, toc, escape(first), siblings, current, first_link)

    def _index_siblings(self, siblings: tuple[NavLink, ...]) -> tuple[Mapping[str, int], frozenset[str]]:
        """Return the index of each page in a list of siblings by its path, and the parent folders of these pages."""
        # Ids stay unique because the pages keep the lists alive.
        indexed = self._sibling_indexes.get(id(siblings))
        if indexed is None:
            indexes = {link.path: index for index, link in enumerate(siblings)}
            folders = frozenset(f"{path.rstrip('/').rpartition('/')[0]}/" for path in indexes)
            indexed = self._sibling_indexes[id(siblings)] = indexes, folders
        return indexed

    def _render_siblings(self, template: PageTemplate, page: Page) -> tuple[list[str], str, int]:
        """Render the list of a page's siblings: the entries, the first one's link, and the index of the page itself."""
        indexes, folders = self._index_siblings(page.siblings)
        start = len(self._find_section_links(page))
        # Pages in the same folder have the same relative links, except pages whose own folder contains siblings.
        folder = page.path if page.path in folders else f"{page.path.rstrip('/').rpartition('/')[0]}/-/".lstrip("/")
        key = (id(template), id(page.siblings), folder)
        if key not in self._sibling_lists:
            here, links = self._make_url(folder), page.siblings[start:]
            urls = [get_relative_url(self._make_url(link.path), here) for link in links]
            items = [template.render_sibling(url, escape(link.title)) for url, link in zip(urls, links, strict=True)]
            self._sibling_lists[key] = items, urls[0] if urls else ""
        items, first = self._sibling_lists[key]
        current = indexes[page.path] - start
        own_url = self._make_url(page.path)
        return items, first if current else get_relative_url(own_url, own_url), current

    def _make_url(self, path: str) -> str:
        return make_page_url(self._mount + path, self._theme.config)

    @cached_property
    def _render_heading(self) -> Callable[[Heading], str]:
        """Renders an entry of the table of contents. The results are cached, since versions share headings."""
        template = self._theme.env.get_template("partials/toc-item.html")
        return lru_cache(4096)(lambda heading: template.render(toc_item=make_anchor_link(heading, 2)))


def group_by_resource(files: Iterable[str]) -> list[list[str]]:
    """Group files by the resource that they are about, the largest group first.

    Pages of one resource share sections across versions, so one process should render all of them. Their folders
    have the same name in every version.
    """
    groups: dict[str, list[str]] = {}
    for name in files:
        folder = name.rpartition("/")[0].rpartition("/")[2]
        groups.setdefault(folder.partition(".")[0], []).append(name)
    return sorted(groups.values(), key=len, reverse=True)


SEARCH_PLUGINS = ("material.plugins.search.plugin", "mkdocs.contrib.search")
"""Plugins that read pages and don't change them."""

PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")


def needs_mkdocs_rendering(config: MkDocsConfig) -> bool:
    """Whether MkDocs has to render every page: with an unknown theme, or with plugins that may change pages."""
    if config.theme.name != "material":
        return True
    handlers = (handler for event in PAGE_EVENTS for handler in _find_other_handlers(config, event))
    return any(_module_of(handler) not in SEARCH_PLUGINS for handler in handlers)


def _find_other_handlers(config: MkDocsConfig, event: str) -> Iterator[Callable[..., object]]:
    """Return the handlers of other plugins for an event."""
    return (handler for handler in config.plugins.events[event] if _module_of(handler) != "api_upgrades.plugin.plugin")


def _module_of(handler: Callable[..., object]) -> str:
    return type(getattr(handler, "__self__", handler)).__module__


def _parent_folders(url: str) -> Iterator[str]:
    """Return the folders that contain an address, the innermost first: `a/b/` and `a/` for `a/b/`."""
    parts = url.split("/")
    return ("/".join(parts[:depth]) + "/" for depth in range(len(parts) - 1, 0, -1))


def _collect_urls(items: Sequence[StructureItem]) -> Iterator[str]:
    for item in items:
        url = getattr(item, "url", None)
        if url and "://" not in url:
            yield url
        yield from _collect_urls(getattr(item, "children", None) or ())
