"""The MkDocs plugin: hands the pages over, watches the registry, reports what is wrong. Thinks nothing."""

from __future__ import annotations

import copy
import os
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Literal

from jinja2 import Environment
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils.templates import TemplateContext

from api_upgrades import shell
from api_upgrades.errors import ApiUpgradesError
from api_upgrades.exports import exports
from api_upgrades.files import write
from api_upgrades.history import History
from api_upgrades.pages import render
from api_upgrades.pages.page import Addresses, Asset, Heading, Links, Page
from api_upgrades.pages.path_page import package_file
from api_upgrades.pages.preview import with_preview
from api_upgrades.pages.site import Site
from api_upgrades.preview import as_preview, preview_number
from api_upgrades.project import REGISTRY, SOURCE, Project
from api_upgrades.pull_request import reported_anyway
from api_upgrades.shell import Shell, anchor_link
from api_upgrades.source import read_head
from api_upgrades.visibility import published, shows_unreleased

STYLE = "assets/api-upgrades.css"
SCRIPT = "assets/api-upgrades.js"

log = get_plugin_logger("api-upgrades")


class PluginConfig(base.Config):
    """The options in `mkdocs.yml`. Folders and files are relative to that file."""

    registry = config_options.Type(str, default=REGISTRY)
    source = config_options.Type(str, default=SOURCE)
    path = config_options.Type(str, default="")
    severity = config_options.Type(dict, default={})
    unreleased = config_options.Optional(config_options.Type(bool))


class GeneratedPage(MkDocsPage):
    """A page that is HTML already: nothing is read, nothing goes through Markdown. `title` is its navigation label.

    Where it has `likes`, pages that differ in nothing but their content, the theme renders a form for all of them.
    """

    def __init__(self, page: Page, title: str, mount: str, file: File, config: MkDocsConfig) -> None:
        super().__init__(escape(title), file, config)
        self.generated = page
        self.mount = mount
        self.likes: list[Page] = []
        self.stands_for_itself = page.canonical is None
        if page.canonical is not None and config.site_url:
            self.canonical_url = _base(config) + mount + page.canonical

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no source; what Markdown's front matter would say comes with the page."""
        self.markdown = ""
        self.meta = {"title": escape(self.generated.title), "description": escape(self.generated.description)}
        if self.generated.found is None:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Takes what the search shall read, and the contents list; the page's own HTML comes when that is done."""
        self.content = self.generated.found or ""
        self.toc = TableOfContents([anchor_link(heading, 2) for heading in self.generated.contents])

    def become_form(self) -> None:
        """Put marks in place of all that the pages like this one have of their own."""
        self.title = shell.LABEL
        self.content = shell.CONTENT
        self.meta = {"title": shell.TITLE, "description": shell.DESCRIPTION}
        self.canonical_url = self.canonical_url and shell.CANONICAL
        self.toc = TableOfContents([anchor_link(Heading(shell.HEADING, shell.HEADING), 2)])


class ApiUpgradesPlugin(BasePlugin[PluginConfig]):
    """One API in the site. `mkdocs.yml` may name the plugin once for each API, with a `path` of its own."""

    supports_multiple_instances = True

    def __init__(self) -> None:
        self._last_good: Sequence[Page | Asset] | None = None
        self._files: list[tuple[Page, File]] = []
        self._likes: dict[str, list[Page]] = {}
        self._serves = False
        self._preview: str | None = None
        self._server: LiveReloadServer | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remembers what runs; that this is defined keeps one instance across the rebuilds of `serve`."""
        self._serves = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Adds the style sheet and the script, once for all instances. Raises PluginError for no preview's number."""
        try:
            self._preview = preview_number(os.environ)
        except ApiUpgradesError as error:
            raise PluginError(str(error)) from None
        if STYLE not in config.extra_css:
            config.extra_css.insert(0, STYLE)
            config.extra_javascript.append(SCRIPT)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Adds a file for every generated page. Raises PluginError for a page that is there already."""
        for asset in (STYLE, SCRIPT):
            if files.get_file_from_path(asset) is None:
                files.append(File.generated(config, asset, content=package_file(posixpath.basename(asset))))
        written = {file.dest_uri: file for file in files}
        self._files = []
        self._likes = defaultdict(list)
        for page in self._pages(config):
            if isinstance(page, Asset):
                copied = _copied(self._mount + page.path, page.content, config)
                if copied.dest_uri in written:
                    raise PluginError(_collision(copied.dest_uri, written[copied.dest_uri], config))
                files.append(copied)
                continue
            uri = f"{self._mount}{page.path}index.md"
            if page.like is not None and config.theme.name == "material":
                self._likes[page.like].append(page)
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
            made.likes = self._likes.get(page.path, [])
            if named is not None and id(named) in in_nav:
                if page in self._likes.get(
                    page.like or "", ()
                ):  # what is in the navigation has surroundings of its own
                    self._likes[page.like or ""].remove(page)
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
            if page.likes:
                page.become_form()
        return context

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Keeps the theme's templates at hand, and from the theme what will be filled into the form of another page.

        Until now these pages were there as all others are, so that links to them could be checked.
        """
        self._env = env
        filled = {page.path for likes in self._likes.values() for page in likes}
        for page, file in self._files:
            if page.path in filled:
                files.remove(file)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        """Watches the registry, and all that says what the API is today."""
        self._server = server
        project = self._project(config)
        for folder in self._folders(project):
            server.watch(str(folder))
        self._watch(project, read_head(project.source, project.root).files)
        return server

    @staticmethod
    def _folders(project: Project) -> list[Path]:
        """The folders that say what the API is and was."""
        folders = [(project.root / folder).resolve() for folder in (project.registry, project.source)]
        return [folder for folder in folders if folder.is_dir()]

    def _watch(self, project: Project, files: Iterable[Path]) -> None:
        """Watches more files while serving; of modules their folder, since others come to stand beside them."""
        if self._server is None:
            return
        for path in dict.fromkeys(file.parent if file.suffix == ".py" else file for file in files):
            if path.exists() and not any(path.is_relative_to(one) for one in self._folders(project)):
                self._server.watch(str(path), recursive=False)

    @event_priority(-100)  # after all that has something to do with the theme's output
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Says that a preview is one. Fills the pages that are like this one into its form, and writes them."""
        if self._preview is not None:
            output = as_preview(output, self._preview)
        if not isinstance(page, GeneratedPage) or page.mount != self._mount or not page.likes:
            return output
        own, beside = (Links(path, self._addresses(config)) for path in (page.generated.path, page.likes[0].path))
        own_link = (own(page.generated.path), beside(page.generated.path))
        form = Shell(output, own_link, self._env.get_template(shell.TOC_ITEM), _base(config))
        for like in page.likes:
            write(
                Path(config.site_dir, self._mount, like.path, "index.html"),
                form.fill(like, self._mount, own(like.path)),
            )
        return form.fill(page.generated, self._mount, own_link[1])

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Says on what is no page of its own, as the theme's page for errors is, that a preview is one."""
        if self._preview is None or not template_name.endswith(".html"):
            return output_content
        return as_preview(output_content, self._preview)

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

    @staticmethod
    def _addresses(config: MkDocsConfig) -> Addresses:
        return Addresses("" if config.use_directory_urls else "index.html")

    def _pages(self, config: MkDocsConfig) -> Sequence[Page | Asset]:
        """The pages as the registry has them; while serving a broken one, as they last were."""
        try:
            project, addresses = self._project(config), self._addresses(config)
            history = project.load()
            self._watch(project, history.registry.declared.files)
            is_preview = self._preview is not None
            if not shows_unreleased(self.config.unreleased, serves=self._serves, is_preview=is_preview):
                history = published(history)
            site_url = _base(config) and _base(config) + self._mount
            pages = self._previewed(config, history, tuple(render(history, addresses)))
            self._last_good = (*pages, *exports(history, addresses, pages, site_url))
        except ApiUpgradesError as error:
            if not self._serves or self._last_good is None:
                raise PluginError(str(error)) from None
            log.error("%s\nThe pages stay as they were until this is mended.", error)
        return self._last_good

    def _previewed(
        self, config: MkDocsConfig, history: History, pages: tuple[Page | Asset, ...]
    ) -> tuple[Page | Asset, ...]:
        """The pages, and in a preview that knows what to compare with the one that says what it changes."""
        base = os.environ.get("API_UPGRADES_BASE")
        if not base or self._preview is None:
            return pages
        report = reported_anyway(self._project(config), base)
        return tuple(with_preview(Site(history, self._addresses(config)), report, pages))


def _base(config: MkDocsConfig) -> str:
    """The site's address, if it is known, ending in a slash."""
    return config.site_url.rstrip("/") + "/" if config.site_url else ""


def _copied(uri: str, content: str, config: MkDocsConfig) -> File:
    """A file that is copied as it is. A Markdown file would become a page, by its name: it goes by another."""
    file = File.generated(config, f"{uri}.txt" if uri.endswith(".md") else uri, content=content)
    file.dest_uri = uri
    return file


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
    known = {one.generated.path: one for one in (item, page) if isinstance(one, GeneratedPage) and not one.likes}
    children: list[StructureItem] = [
        known.get(crumb.path) or Link(escape(crumb.title), page.mount + crumb.path + _index(page.file))
        for crumb in page.generated.siblings
    ]
    if page.likes:  # the entry of the present page, which each page takes to its own place
        children.append(page)
    section = Section(item.title or "", children)
    section.active = True
    return section


def _index(file: File) -> str:
    return "index.html" if file.url.endswith(".html") else ""
