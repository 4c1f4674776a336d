"""Puts generated pages into the theme: one page of each kind is rendered by it, the others are filled into that form.

A kind is a number of pages whose surroundings the theme has no reason to render differently. Two pages of each are
rendered by the theme as well and compared with what was filled: where a theme shows something of a page that no mark
stands for, the whole kind is left to it.
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
    make_page_file,
    make_page_url,
    make_site_base,
    represents_section,
)
from api_upgrades.plugin.page_template import NotTemplatable, PageTemplate
from api_upgrades.site.pages.page import Heading, NavLink, Page, SharedBody

MAX_PAGES_WITHOUT_TEMPLATE = 3
"""So many pages of a kind are rendered by the theme: a form and its trial are not worth it."""

_VERSION_PLACEHOLDERS = re.compile(f"([{VERSION_PLACEHOLDER}{page_template.TITLE}{page_template.DESCRIPTION}])")


@dataclass(frozen=True)
class ThemeContext:
    """What the theme puts around pages: all that MkDocs knows of the site."""

    config: MkDocsConfig
    nav: Navigation
    env: Environment
    files: Files

    @cached_property
    def documentation_pages(self) -> Sequence[object]:
        return self.files.documentation_pages()

    @cached_property
    def linked_folders(self) -> frozenset[str]:
        """All folders to which the theme links from every page."""
        config = self.config
        linked = [*_collect_urls(self.nav.items), *config.extra_css, *map(str, config.extra_javascript), "assets/"]
        return frozenset(folder for url in linked for folder in _parent_folders(url))

    def render(self, page: GeneratedPage) -> str:
        """A page by the theme, without the events of other plugins."""
        context = get_context(self.nav, self.documentation_pages, self.config, page)  # type: ignore[arg-type]  # files
        context["nav"] = add_siblings(self.nav, page)
        page.active = True
        try:
            return str(self.env.get_template("main.html").render(context))
        finally:
            page.active = False


class Publisher:
    """Renders the pages of one mount. `finish` is what is done to the output of the theme at last."""

    def __init__(
        self, pages: Sequence[Page], mount: str, around: ThemeContext, finish: Callable[[str], str] | None
    ) -> None:
        self._pages = pages
        self._mount = mount
        self._theme = around
        self._postprocess = finish
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
        """Have the theme render what it has to, a few pages of each kind."""
        for kind in self._pages_by_kind:
            self._get_template(kind)

    def html(self, page: Page) -> str:
        """A page as the site has it."""
        kind = self._kind_of[page.path]
        form = self._get_template(kind)
        html = self._render_with_theme(page) if form is None else self._fill(form, kind, page)
        return self._postprocess(html) if self._postprocess else html

    def list_sitemap_files(self) -> Iterator[File]:
        """The pages that search engines shall find, as files of MkDocs."""
        return (self.make_page(page).file for page in self._pages if page.is_indexed)

    def feed_search(self) -> None:
        """Show the search the pages that it shall find. It is the only other plugin that reads them."""
        config, nav = self._theme.config, self._theme.nav
        for page in self._pages:
            if page.search_text is not None:
                made = self.make_page(page)
                context = get_context(nav, (), config, made)
                for handler in _other_handlers(config, "page_context"):
                    handler(context, page=made, config=config, nav=nav)

    def make_page(self, page: Page) -> GeneratedPage:
        """A page as MkDocs has pages, its content and its contents list in place."""
        config = self._theme.config
        made = GeneratedPage(page, self._mount, make_page_file(f"{self._mount}{page.path}index.md", config), config)
        made.read_source(config)
        made.render(config, self._theme.files)
        return made

    def _render_with_theme(self, page: Page) -> str:
        made = self.make_page(page)
        made.content = page.html
        return self._theme.render(made)

    def _classify(self, page: Page) -> Hashable:
        """What the theme may have in view when it renders a page, apart from that for which there are marks."""
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
        """The pages that stand in the navigation for the section of a page, by their paths. Only where there are any
        does the navigation hold the pages beside it.
        """
        if page.section not in self._section_paths:
            items = (one for one in self._theme.nav.items if represents_section(one, page, self._mount))
            self._section_paths[page.section] = [one.site_page.path for one in items if isinstance(one, GeneratedPage)]
        return self._section_paths[page.section]

    def _find_section_crumbs(self, page: Page) -> Sequence[NavLink]:
        """The entry of the list beside a page that the navigation holds anyway."""
        return page.siblings[:1] if page.siblings and page.siblings[0].path in self._find_section_paths(page) else ()

    def _get_template(self, kind: Hashable) -> PageTemplate | None:
        if kind not in self._templates:
            self._templates[kind] = self._make_template(self._pages_by_kind[kind], kind)
        return self._templates[kind]

    def _make_template(self, pages: Sequence[Page], kind: Hashable) -> PageTemplate | None:
        """The form of a kind, None where the theme has to render its pages itself."""
        first, last = pages[0], pages[-1]
        is_beside = first.path in self._index_siblings(first.siblings)[0] or not self._find_section_paths(first)
        if len(pages) <= MAX_PAGES_WITHOUT_TEMPLATE or not is_beside:
            return None
        made = self.make_page(page_template.add_placeholders(first, self._find_section_crumbs(first)))
        made.title = page_template.LABEL
        made.content = page_template.CONTENT
        if made.canonical_url:
            made.canonical_url = page_template.CANONICAL
        try:
            form = PageTemplate(self._theme.render(made), self._render_heading, first)
            tried = all(self._fill(form, kind, page) == self._render_with_theme(page) for page in (first, last))
        except (NotTemplatable, TemplateError):  # a template of the user's may want what a part of a page has not
            return None
        finally:
            self._shared_pieces.clear()
        return form if tried else None

    def _fill(self, form: PageTemplate, kind: Hashable, page: Page) -> str:
        body = page.body
        if not isinstance(body, SharedBody):
            return "".join(self._fill_pieces(form, page, page.title, page.description, page.html))
        place = (kind, body.subject)
        key, pieces = self._shared_pieces.get(place, (None, []))
        if key != body.key:
            marked = self._fill_pieces(
                form, page, page_template.TITLE, page.description and page_template.DESCRIPTION, body.render()
            )
            pieces = _VERSION_PLACEHOLDERS.split("".join(marked))
            self._shared_pieces[place] = (body.key, pieces)
        values = {
            VERSION_PLACEHOLDER: body.version,
            page_template.TITLE: escape(page.title),
            page_template.DESCRIPTION: escape(page.description),
        }
        return "".join([values[piece] if index % 2 else piece for index, piece in enumerate(pieces)])

    def _fill_pieces(self, form: PageTemplate, page: Page, title: str, description: str, html: str) -> list[str]:
        canonical = self._make_url(page.path) if page.canonical is None else self._mount + page.canonical
        first = page.contents[0].id if page.contents else ""
        items, first_link, own = self._render_siblings(form, page) if form.has_siblings else ((), "", 0)
        values = {
            page_template.TITLE: escape(title),
            page_template.DESCRIPTION: escape(description),
            page_template.CANONICAL: make_site_base(self._theme.config) + canonical,
            page_template.LABEL: escape(page.label),
            page_template.CONTENT: html,
        }
        return form.fill(values, form.render_toc(page.contents), escape(first), items, own, first_link)

    def _index_siblings(self, siblings: tuple[NavLink, ...]) -> tuple[Mapping[str, int], frozenset[str]]:
        """Where in a list each page stands, by its path, and the folders that hold others of the list."""
        known = self._sibling_indexes.get(id(siblings))  # the pages hold the lists, so that ids stay their own
        if known is None:
            places = {crumb.path: index for index, crumb in enumerate(siblings)}
            folders = frozenset(f"{path.rstrip('/').rpartition('/')[0]}/" for path in places)
            known = self._sibling_indexes[id(siblings)] = places, folders
        return known

    def _render_siblings(self, form: PageTemplate, page: Page) -> tuple[list[str], str, int]:
        """The entries of the pages beside a page, the way to the first of these, and which of them is its own."""
        places, folders = self._index_siblings(page.siblings)
        start = len(self._find_section_crumbs(page))
        # Pages of one folder have the same ways to others, unless these are inside of their own.
        folder = page.path if page.path in folders else f"{page.path.rstrip('/').rpartition('/')[0]}/-/".lstrip("/")
        key = (id(form), id(page.siblings), folder)
        if key not in self._sibling_lists:
            here, crumbs = self._make_url(folder), page.siblings[start:]
            ways = [get_relative_url(self._make_url(crumb.path), here) for crumb in crumbs]
            items = [form.render_sibling(way, escape(crumb.title)) for way, crumb in zip(ways, crumbs, strict=True)]
            self._sibling_lists[key] = items, ways[0] if ways else ""
        items, first = self._sibling_lists[key]
        own = places[page.path] - start
        return items, first if own else get_relative_url(self._make_url(page.path), self._make_url(page.path)), own

    def _make_url(self, path: str) -> str:
        return make_page_url(self._mount + path, self._theme.config)

    @cached_property
    def _render_heading(self) -> Callable[[Heading], str]:
        """A heading in the theme's contents list; many versions have the same."""
        template = self._theme.env.get_template("partials/toc-item.html")
        return lru_cache(4096)(lambda heading: template.render(toc_item=make_anchor_link(heading, 2)))


def group_by_resource(files: Iterable[str]) -> list[list[str]]:
    """Generated files by what they are about, the largest group first. Pages of one resource show the same sections,
    whatever the version, and have the same folder but for that.
    """
    groups: dict[str, list[str]] = {}
    for name in files:
        folder = name.rpartition("/")[0].rpartition("/")[2]
        groups.setdefault(folder.partition(".")[0], []).append(name)
    return sorted(groups.values(), key=len, reverse=True)


SEARCH_PLUGINS = ("material.plugins.search.plugin", "mkdocs.contrib.search")
"""The plugins that read pages and leave them as they are."""

PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")


def needs_mkdocs_rendering(config: MkDocsConfig) -> bool:
    """Whether MkDocs has to render every page: for a theme of which we don't know where things stand, and for plugins
    that may alter any page.
    """
    if config.theme.name != "material":
        return True
    handlers = (handler for event in PAGE_EVENTS for handler in _other_handlers(config, event))
    return any(_module_of(handler) not in SEARCH_PLUGINS for handler in handlers)


def _other_handlers(config: MkDocsConfig, event: str) -> Iterator[Callable[..., object]]:
    """What other plugins do at an event."""
    return (handler for handler in config.plugins.events[event] if _module_of(handler) != "api_upgrades.plugin.plugin")


def _module_of(handler: Callable[..., object]) -> str:
    return type(getattr(handler, "__self__", handler)).__module__


def _parent_folders(url: str) -> Iterator[str]:
    """The folders that an address is in, the innermost first: of `a/b/` these are itself and `a/`."""
    parts = url.split("/")
    return ("/".join(parts[:depth]) + "/" for depth in range(len(parts) - 1, 0, -1))


def _collect_urls(items: Sequence[StructureItem]) -> Iterator[str]:
    for item in items:
        url = getattr(item, "url", None)
        if url and "://" not in url:
            yield url
        yield from _collect_urls(getattr(item, "children", None) or ())
