"""The MkDocs plugin: hands the pages over, watches the registry, reports what is wrong. Thinks nothing."""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils.templates import TemplateContext

from api_upgrades.errors import ApiUpgradesError
from api_upgrades.pages import render
from api_upgrades.pages.page import Addresses, Heading, Page
from api_upgrades.project import Project

STYLE = "assets/api-upgrades.css"
SCRIPT = "assets/api-upgrades.js"

log = get_plugin_logger("api-upgrades")


class PluginConfig(base.Config):
    """The options in `mkdocs.yml`. Folders are relative to that file."""

    registry = config_options.Type(str, default="changes")
    source = config_options.Type(str, default="changes/api")
    path = config_options.Type(str, default="")
    severity = config_options.Type(dict, default={})


class GeneratedPage(MkDocsPage):
    """A page that is HTML already: nothing is read, nothing goes through Markdown. `title` is its navigation label."""

    def __init__(self, page: Page, title: str, mount: str, file: File, config: MkDocsConfig) -> None:
        super().__init__(title, file, config)
        self.generated = page
        self.mount = mount
        self.stands_for_itself = page.canonical is None
        if page.canonical is not None and config.site_url:
            self.canonical_url = urljoin(config.site_url.rstrip("/") + "/", mount + page.canonical)

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no source; what Markdown's front matter would say comes with the page."""
        self.markdown = ""
        self.meta = {"title": self.generated.title, "description": self.generated.description}
        if self.generated.found is None:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Takes what the search shall read, and the contents list; the page's own HTML comes when that is done."""
        self.content = self.generated.found or ""
        self.toc = TableOfContents([_anchor_link(heading, 2) for heading in self.generated.contents])


def _anchor_link(heading: Heading, level: int) -> AnchorLink:
    link = AnchorLink(heading.title, heading.id, level)
    link.children = [_anchor_link(child, level + 1) for child in heading.children]
    return link


class ApiUpgradesPlugin(BasePlugin[PluginConfig]):
    """One API in the site. `mkdocs.yml` may name the plugin once for each API, with a `path` of its own."""

    supports_multiple_instances = True

    def __init__(self) -> None:
        self._last_good: Sequence[Page] | None = None
        self._files: list[tuple[Page, File]] = []
        self._serves = False
        self._server: LiveReloadServer | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remembers what runs; that this is defined keeps one instance across the rebuilds of `serve`."""
        self._serves = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Adds the style sheet and the script, once for all instances."""
        if STYLE not in config.extra_css:
            config.extra_css.insert(0, STYLE)
            config.extra_javascript.append(SCRIPT)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Adds a file for every generated page. Raises PluginError for a page that is there already."""
        for asset in (STYLE, SCRIPT):
            if files.get_file_from_path(asset) is None:
                content = package_files("api_upgrades.pages").joinpath(asset).read_text("utf-8")
                files.append(File.generated(config, asset, content=content))
        written = {file.dest_uri: file for file in files}
        self._files = []
        for page in self._pages(config):
            uri = f"{self._mount}{page.path}index.md"
            file = File.generated(config, uri, content="", inclusion=InclusionLevel.NOT_IN_NAV)
            if file.dest_uri in written:
                raise PluginError(_collision(uri, written[file.dest_uri], config))
            files.append(file)
            self._files.append((page, file))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Makes the pages. One that `nav` names keeps the title that it has there."""
        in_nav = {id(named): index for index, named in enumerate(nav.pages)}
        for page, file in self._files:
            named = file.page
            label = next((one.title for one in page.siblings if one.path == page.path), page.title)
            made = GeneratedPage(page, label, self._mount, file, config)
            if named is not None and id(named) in in_nav:
                made.title = named.title or label
                made.parent, made.previous_page, made.next_page = named.parent, named.previous_page, named.next_page
                nav.pages[in_nav[id(named)]] = made
                _replace(nav.items, named, made)
        return nav

    @event_priority(-100)  # after the search, which reads the page in the same event
    def on_page_context(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Shows a generated page, with the pages of the same section beside it: it is in no navigation itself."""
        if isinstance(page, GeneratedPage) and page.mount == self._mount:
            page.content = page.generated.html
            if page.generated.siblings:
                context["nav"] = _with_siblings(nav, page)
        return context

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Keeps out of the sitemap what another page stands for."""
        if template_name == "sitemap.xml":
            context["pages"] = [file for file in context["pages"] if getattr(file.page, "stands_for_itself", True)]
        return context

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        """Watches the registry and the models."""
        self._server = server
        project = self._project(config)
        for folder in (project.registry, project.source):
            server.watch(str(project.root / folder))
        return server

    @property
    def _mount(self) -> str:
        """The `path` option as the beginning of addresses. Raises PluginError for one that leaves the site."""
        parts = [part for part in self.config.path.split("/") if part]
        if any(part in (".", "..") or "\\" in part for part in parts):
            raise PluginError(f"path: {self.config.path!r} leads out of the site; write a folder such as 'billing'")
        return "".join(f"{part}/" for part in parts)

    def _project(self, config: MkDocsConfig) -> Project:
        root = Path(config.config_file_path).parent if config.config_file_path else Path.cwd()
        return Project(root, self.config.registry, self.config.source, self.config.severity)

    def _pages(self, config: MkDocsConfig) -> Sequence[Page]:
        """The pages as the registry has them; while serving a broken one, as they last were."""
        addresses = Addresses("" if config.use_directory_urls else "index.html")
        try:
            self._last_good = tuple(render(self._project(config).load(), addresses))
        except ApiUpgradesError as error:
            if not self._serves or self._last_good is None:
                raise PluginError(str(error)) from None
            log.error("%s\nThe pages stay as they were until this is mended.", error)
        return self._last_good


def _collision(uri: str, other: File, config: MkDocsConfig) -> str:
    if other.generated_by:
        return (
            f"two instances of the plugin both generate {uri}; give one of them a 'path' of its own in {_name(config)}"
        )
    return (
        f"the generated page {uri} and the hand-written {posixpath.join(Path(config.docs_dir).name, other.src_uri)} "
        f"both become {other.dest_uri}; rename the file, or mount the generated pages elsewhere with 'path' "
        f"in {_name(config)}"
    )


def _name(config: MkDocsConfig) -> str:
    return Path(config.config_file_path).name if config.config_file_path else "the configuration"


def _replace(items: list[StructureItem], old: StructureItem, new: StructureItem) -> None:
    """Put one item in another's place, in the sections too."""
    for index, item in enumerate(items):
        if item is old:
            items[index] = new
        elif isinstance(item, Section):
            _replace(item.children, old, new)


def _with_siblings(nav: Navigation, page: GeneratedPage) -> Navigation:
    """The navigation in which the entry of the page's section holds the section's pages."""
    result = copy.copy(nav)
    result.items = [_unfolded(item, page) if _leads(item, page) else item for item in nav.items]
    return result


def _leads(item: StructureItem, page: GeneratedPage) -> bool:
    """Whether an entry of the navigation stands for the section that a page is in."""
    return (
        isinstance(item, GeneratedPage)
        and item.mount == page.mount
        and item.generated.section == page.generated.section
    )


def _unfolded(item: StructureItem, page: GeneratedPage) -> Section:
    children: list[StructureItem] = []
    for crumb in page.generated.siblings:
        known = next(
            (one for one in (page, item) if isinstance(one, GeneratedPage) and one.generated.path == crumb.path), None
        )
        children.append(known or Link(crumb.title, page.mount + crumb.path + _index(page.file)))
    section = Section(item.title or "", children)
    section.active = True
    return section


def _index(file: File) -> str:
    return "index.html" if file.url.endswith(".html") else ""
