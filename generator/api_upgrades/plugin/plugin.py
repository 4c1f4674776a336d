"""The MkDocs plugin, an adapter: it adds the generated pages to the site, watches their sources and reports errors."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from jinja2 import Environment
from mkdocs.config import base, config_options
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils.templates import TemplateContext

from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.files import OutputFolder
from api_upgrades.core.garbage import THRESHOLD_ONCE, THRESHOLD_SERVE, collect_rarely
from api_upgrades.core.parallel import parallel_map
from api_upgrades.core.progress import count_progress, stage
from api_upgrades.history.history import History
from api_upgrades.history.memo import Memo
from api_upgrades.history.shared_path_items import show_shared_path_items
from api_upgrades.plugin.generated_page import GeneratedPage, add_siblings, make_base_url, make_page_url
from api_upgrades.plugin.links import NO_ANCHOR, find_broken_links
from api_upgrades.plugin.live import OnDemandWriter, TemplateCache
from api_upgrades.plugin.preview_banner import add_banner, read_preview_number
from api_upgrades.plugin.publisher import Publisher, ThemeContext, group_by_resource, needs_mkdocs_rendering
from api_upgrades.plugin.site_files import GeneratedFiles, GeneratedSite
from api_upgrades.project import Project
from api_upgrades.registry.layout import REGISTRY, SOURCE
from api_upgrades.releases.public import restrict_to_public, shows_unreleased
from api_upgrades.review.preview_page import add_preview_page
from api_upgrades.review.pull_request import build_report_or_explain
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Asset, Page
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.pages.site import LATEST, Site
from api_upgrades.site.pages.static_files import read_static_file
from api_upgrades.site.text.description_links import find_link_note
from api_upgrades.sources.source import prepare_reading, read_head

STYLE = "assets/api-upgrades.css"
THEME = Path(__file__).with_name("theme")
"""Templates that a site can replace in its `custom_dir`."""

SCRIPTS = ("assets/api-upgrades.js", "assets/filter.js")

LARGE_SITE_BYTES = 900_000_000
"""The size of a site above which a note is logged. Many hosts accept no more than a gigabyte."""

log = get_plugin_logger("api-upgrades")


class PluginConfig(base.Config):
    """The options in `mkdocs.yml`. Folders and files are relative to that file."""

    registry = config_options.Type(str, default=REGISTRY)
    source = config_options.Type(str, default=SOURCE)
    path = config_options.Type(str, default="")
    severity = config_options.Type(dict, default={})
    unreleased = config_options.Optional(config_options.Type(bool))
    link_base = config_options.Optional(config_options.Type(str))


class ApiUpgradesPlugin(BasePlugin[PluginConfig]):
    """Adds one API to the site. `mkdocs.yml` may list the plugin once for each API, each with its own `path`."""

    supports_multiple_instances = True

    def __init__(self) -> None:
        self._last_good: tuple[Page | Asset, ...] | None = None
        self._memo = Memo()
        self.page_writer = OnDemandWriter()
        self._template_cache = TemplateCache()
        self._is_serving = False
        self._preview_number: str | None = None
        self._server: LiveReloadServer | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember the command. MkDocs keeps one instance across the rebuilds of `serve` because this method exists."""
        self._is_serving = command == "serve"
        collect_rarely(THRESHOLD_SERVE if self._is_serving else THRESHOLD_ONCE)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add the style sheet, the scripts and the error page, once for all instances.

        Raises PluginError for an invalid preview number.
        """
        try:
            self._preview_number = read_preview_number(os.environ)
        except ApiUpgradesError as error:
            raise PluginError(str(error)) from None
        if STYLE not in config.extra_css:
            config.extra_css.insert(0, STYLE)
            config.extra_javascript.extend(SCRIPTS)
        if config.theme.name == "material" and str(THEME) not in config.theme.dirs:
            # Before the theme's own folder, and after the site's `custom_dir`, which may replace our templates.
            config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the generated files. Raises PluginError if one has the address of an existing file."""
        for asset in (STYLE, *SCRIPTS):
            if files.get_file_from_path(asset) is None:
                files.append(File.generated(config, asset, content=read_static_file(posixpath.basename(asset))))
        is_rendered_by_mkdocs = needs_mkdocs_rendering(config)
        self._generated_site = GeneratedSite(
            self._generate(config), self._mount, config, is_rendered_by_mkdocs=is_rendered_by_mkdocs
        )
        return self._generated_site.add_to(files)

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Insert the generated pages that `nav` lists, with the titles that it gives them."""
        assert isinstance(files, GeneratedFiles), "on_files returned them"
        self._generated_site.insert_into_nav(nav, files)
        self._nav = nav
        return nav

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Set up the publisher with MkDocs' navigation, files and theme, which are complete now."""
        if self._is_serving:
            env.bytecode_cache = self._template_cache
        theme = ThemeContext(config, self._nav, env, files)
        postprocess = partial(add_banner, number=self._preview_number) if self._preview_number else None
        self._publisher = Publisher(self._generated_site.pages_to_write, self._mount, theme, postprocess)
        assert isinstance(files, GeneratedFiles), "on_files returned them"
        self._files = files

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Replace the generated pages in the sitemap with those that search engines may index.

        The error page gets links to the main pages of each API.
        """
        if template_name == "404.html":
            apis = context.setdefault("api_upgrades_apis", [])  # type: ignore[typeddict-item]  # our own key
            apis.append(self._describe_api(config))
        if template_name == "sitemap.xml":
            listed = [file for file in context["pages"] if not self._generated_site.is_hidden_from_search_engines(file)]
            context["pages"] = [*listed, *self._publisher.list_sitemap_files()]
        return context

    @event_priority(-100)  # after the search plugin, which reads the page in the same event
    def on_page_context(
        self, context: TemplateContext, *, page: MkDocsPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Insert the HTML of a generated page, and add its siblings to the navigation."""
        if isinstance(page, GeneratedPage) and page.mount == self._mount:
            page.content = page.site_page.html
            context["nav"] = add_siblings(nav, page)
        return context

    @event_priority(-100)  # after the plugins that change the theme's output
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Log broken links of a generated page, and add the banner in a preview."""
        if isinstance(page, GeneratedPage) and page.mount == self._mount:
            self._log_faults(page.file.dest_uri, self._find_broken_links(page.file.dest_uri, output), config)
        return output if self._preview_number is None else add_banner(output, self._preview_number)

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """Add the banner of a preview to HTML files that are not pages, such as the theme's error page."""
        if self._preview_number is None or not template_name.endswith(".html"):
            return output_content
        return add_banner(output_content, self._preview_number)

    @event_priority(100)  # before the search plugin writes its index
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the pages that MkDocs doesn't; while serving, only prepare to write each on its first request."""
        self._publisher.feed_search()
        mount = self._mount
        texts: dict[str, Callable[[], str]] = {
            f"{mount}{page.path}index.html": partial(self._publisher.render_page, page)
            for page in self._generated_site.pages_to_write
        }
        texts |= {mount + asset.path: asset.render for asset in self._generated_site.assets_to_write}
        folder = OutputFolder(Path(config.site_dir))
        if self._is_serving:
            self.page_writer.set_pages(folder, texts)
            return
        self._publisher.prepare()

        def write(name: str) -> tuple[str, int, tuple[str, ...]]:
            text = texts[name]()
            return name, folder.write(name, text), self._find_broken_links(name, text) if name.endswith(".html") else ()

        size, faults = sum(_file_size(file.abs_dest_path) for file in self._files), {}
        try:
            with count_progress("Writing the pages", len(texts)) as count_page:
                for name, page_size, found in parallel_map(group_by_resource(texts), write):
                    size += page_size
                    faults[name] = found
                    count_page()
        except ApiUpgradesError as error:
            raise PluginError(str(error)) from None
        for name in texts:
            self._log_faults(name, faults[name], config)
        if size > LARGE_SITE_BYTES:
            # Not a warning: nothing is wrong, and a strict build would fail.
            log.info("The site's size is %.2f GB; many hosts accept no more than 1 GB.", size / 1e9)

    def _find_broken_links(self, name: str, html: str) -> tuple[str, ...]:
        """Describe the broken links that prose on a page contains."""
        return tuple(
            find_broken_links(name, html, lambda path: self._files.find_by_dest(path) is not None, self._files.find_ids)
        )

    @staticmethod
    def _log_faults(name: str, faults: Iterable[str], config: MkDocsConfig) -> None:
        """Log broken links of a page at the level that MkDocs is configured to use for such links."""
        for fault in faults:
            levels = config.validation.links
            level = levels.anchors if NO_ANCHOR in fault else levels.not_found
            log.log(level, "The generated page '%s' %s.", name, fault)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        """Watch the registry and the API's source, and write pages on request."""
        self._server = server
        project = self._make_project(config)
        for folder in self._find_watched_folders(project):
            server.watch(str(folder))
        self._watch(project, read_head(project.source, project.root).files)
        server.set_app(self.page_writer.wrap(server.get_app() or server.serve_request, server.mount_path))
        return server

    @staticmethod
    def _find_watched_folders(project: Project) -> list[Path]:
        """Return the folders of the registry and the source, without one that is inside the other.

        If a folder is watched twice, MkDocs sees each change in it twice.
        """
        folders = [(project.root / folder).resolve() for folder in (project.registry, project.source)]
        outermost = [folder for folder in folders if not any(other in folder.parents for other in folders)]
        return [folder for folder in dict.fromkeys(outermost) if folder.is_dir()]

    def _watch(self, project: Project, files: Iterable[Path]) -> None:
        """Watch more files while serving. For a module, watch its folder, where new modules may appear."""
        if self._server is None:
            return
        for path in dict.fromkeys(file.parent if file.suffix == ".py" else file for file in files):
            if path.exists() and not any(path.is_relative_to(folder) for folder in self._find_watched_folders(project)):
                self._server.watch(str(path), recursive=False)

    @property
    def _mount(self) -> str:
        """The `path` option as the prefix of addresses. Raises PluginError if it leads out of the site."""
        parts = [part for part in self.config.path.split("/") if part]
        if any(part in (".", "..") or "\\" in part for part in parts):
            raise PluginError(f"path: {self.config.path!r} leads out of the site; write a folder such as 'billing'")
        return "".join(f"{part}/" for part in parts)

    def _make_project(self, config: MkDocsConfig) -> Project:
        root = Path(config.config_file_path).parent if config.config_file_path else Path.cwd()
        options = self.config
        return Project(root, options.registry, options.source, options.severity, self._memo, options.link_base)

    def _describe_api(self, config: MkDocsConfig) -> dict[str, object]:
        """The title of the API, and its main pages with their addresses, for the error page."""
        addresses = self._make_addresses(config)
        doors = {
            "Upgrade guide": addresses.guide,
            "Reference": addresses.reference(LATEST),
            "Changelog": addresses.changelog,
        }
        pages = [(title, make_page_url(self._mount + path, config)) for title, path in doors.items()]
        return {"title": self.config.path or config.site_name, "pages": pages}

    @staticmethod
    def _make_addresses(config: MkDocsConfig) -> Addresses:
        return Addresses("" if config.use_directory_urls else "index.html")

    def _generate(self, config: MkDocsConfig) -> Sequence[Page | Asset]:
        """Generate all pages and files. While serving, return the last good ones if the project has errors."""
        try:
            project, addresses = self._make_project(config), self._make_addresses(config)
            history = project.load()
            self._watch(project, history.registry.source_map.files)
            if count := len(history.registry.source_map.mistakes):
                # Not a warning: a strict build would fail, and the team may not be the document's author.
                mistakes = "1 mistake" if count == 1 else f"{count} mistakes"
                log.info("The document has %s. To see a list, run: api-upgrades check", mistakes)
            if self._is_serving:
                prepare_reading(project.source, project.root)
            is_preview = self._preview_number is not None
            if not shows_unreleased(self.config.unreleased, serves=self._is_serving, is_preview=is_preview):
                history = restrict_to_public(history)
            history = show_shared_path_items(history)
            site_url = make_base_url(config) and make_base_url(config) + self._mount
            if note := find_link_note(history, project.link_base, project.source):
                log.info("%s", note)  # not a warning: the team may not be the author of the document
            with stage("Rendering the pages"):
                pages = tuple(render_pages(history, addresses, project.link_base))
                pages = self._add_preview(config, history, pages)
                self._last_good = (*pages, *render_exports(history, addresses, pages, site_url))
        except ApiUpgradesError as error:
            if not self._is_serving or self._last_good is None:
                raise PluginError(str(error)) from None
            log.error("%s\nShowing the last good build until this is fixed.", error)
        return self._last_good

    def _add_preview(
        self, config: MkDocsConfig, history: History, pages: tuple[Page | Asset, ...]
    ) -> tuple[Page | Asset, ...]:
        """Add the page about the pull request, in a preview that knows which ref to compare with."""
        base = os.environ.get("API_UPGRADES_BASE")
        if not base or self._preview_number is None:
            return pages
        report = build_report_or_explain(self._make_project(config), base)
        return tuple(add_preview_page(Site(history, self._make_addresses(config)), report, pages))


def _file_size(path: str | None) -> int:
    return os.path.getsize(path) if path and os.path.isfile(path) else 0
