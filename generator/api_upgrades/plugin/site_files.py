"""Registers generated pages with MkDocs' files and navigation, and detects conflicts with hand-written pages."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path, PurePath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure import StructureItem
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section

from api_upgrades.plugin.generated_page import GeneratedPage, make_page_file
from api_upgrades.site.pages.page import Asset, Page


class GeneratedFiles(Files):
    """MkDocs' files, together with `lazy_files`, by their `src_uri`, which MkDocs neither copies nor renders.

    A lazy file is created when it is looked up, because creating a file object takes longer than writing a page.
    """

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        self.lazy_files: dict[str, Callable[[], File]] = {}
        self.created_files: dict[str, File] = {}

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file with this `src_uri`, created if necessary."""
        found = super().get_file_from_path(path)
        uri = PurePath(path).as_posix()
        if found is None and uri in self.lazy_files:
            if uri not in self.created_files:
                self.created_files[uri] = self.lazy_files[uri]()
            return self.created_files[uri]
        return found

    def discard(self, uri: str) -> None:
        """Remove the generated file with this `src_uri`."""
        if uri in self.lazy_files:
            del self.lazy_files[uri]
        elif file := self.get_file_from_path(uri):
            self.remove(file)

    @cached_property
    def _uri_by_dest(self) -> dict[str, str]:
        """The `src_uri` of each file by its path in the site. Cached, so read it when all files are there."""
        lazy = (
            (f"{uri[:-2]}html" if uri.endswith(".md") else uri.removesuffix(".txt"), uri) for uri in self.lazy_files
        )
        return {**{file.dest_uri: file.src_uri for file in self}, **dict(lazy)}

    def find_by_dest(self, dest: str) -> File | None:
        """Return the file that has this path in the site."""
        return self.get_file_from_path(self._uri_by_dest[dest]) if dest in self._uri_by_dest else None

    def find_ids(self, dest: str) -> set[str] | None:
        """Return the anchors of the page that has this path in the site; None if they are unknown."""
        file = self.find_by_dest(dest)
        return file.page.present_anchor_ids if file and file.page else None


class GeneratedSite:
    """The generated pages and files of one plugin instance.

    MkDocs renders the pages that `nav` lists. The plugin writes all others itself (`pages_to_write`), unless
    `is_rendered_by_mkdocs`.
    """

    def __init__(
        self, generated: Sequence[Page | Asset], mount: str, config: MkDocsConfig, *, is_rendered_by_mkdocs: bool
    ) -> None:
        self.pages_to_write = [one for one in generated if isinstance(one, Page)]
        self._assets = [one for one in generated if isinstance(one, Asset)]
        self._mount = mount
        self._config = config
        self._is_rendered_by_mkdocs = is_rendered_by_mkdocs

    @property
    def assets_to_write(self) -> Sequence[Asset]:
        """The generated files that the plugin writes itself, without pages."""
        return () if self._is_rendered_by_mkdocs else self._assets

    def add_to(self, files: Files) -> GeneratedFiles:
        """Return MkDocs' files with the generated ones. Raises PluginError if two files have the same address."""
        result = files if isinstance(files, GeneratedFiles) else GeneratedFiles(files)
        existing = {file.dest_uri: file for file in result}
        generated: dict[str, tuple[str, Callable[[], File]]] = {}
        for page in self.pages_to_write:
            generated[self._make_uri(page)] = f"{self._mount}{page.path}index.html", partial(self._make_file, page)
        for asset in self._assets:
            dest = self._mount + asset.path
            # MkDocs would render a source named `.md` as a page.
            uri = f"{dest}.txt" if dest.endswith(".md") else dest
            generated[uri] = dest, partial(self._make_asset_file, asset, dest)
        for uri, (dest, make) in generated.items():
            if dest in existing or uri in result.lazy_files:
                raise PluginError(self._format_collision(uri if dest.endswith(".html") else dest, existing.get(dest)))
            if self._is_rendered_by_mkdocs:
                result.append(make())
        if not self._is_rendered_by_mkdocs:
            result.lazy_files |= {uri: make for uri, (_, make) in generated.items()}
        return result

    def insert_into_nav(self, nav: Navigation, files: GeneratedFiles) -> None:
        """Insert the pages that `nav` lists into the navigation, with the titles that it gives them.

        Optional pages that it doesn't list are removed from the site.
        """
        index_in_nav = {id(listed): index for index, listed in enumerate(nav.pages)}
        unlisted = []
        for page in self.pages_to_write:
            uri = self._make_uri(page)
            file = files.get_file_from_path(uri) if self._is_rendered_by_mkdocs else files.created_files.pop(uri, None)
            listed = file.page if file else None
            if file is None or listed is None or id(listed) not in index_in_nav:
                if page.is_optional:
                    files.discard(uri)
                else:
                    unlisted.append(page)
                continue
            if self._is_rendered_by_mkdocs:
                files.remove(file)
            files.append(file)
            mkdocs_page = GeneratedPage(page, self._mount, file, self._config)
            mkdocs_page.is_in_nav = True
            mkdocs_page.title = listed.title or mkdocs_page.title
            mkdocs_page.parent, mkdocs_page.previous_page = listed.parent, listed.previous_page
            mkdocs_page.next_page = listed.next_page
            nav.pages[index_in_nav[id(listed)]] = mkdocs_page
            _replace_item(nav.items, listed, mkdocs_page)
        self.pages_to_write = unlisted
        for page in unlisted:
            if self._is_rendered_by_mkdocs:
                file = files.get_file_from_path(self._make_uri(page))
                assert file is not None, "add_to added it"
                files.remove(file)  # listed pages come first, as they do when MkDocs renders only these
                files.append(file)
                GeneratedPage(page, self._mount, file, self._config)
            else:
                files.lazy_files[self._make_uri(page)] = partial(self._make_linked_file, page)
        if self._is_rendered_by_mkdocs:
            self.pages_to_write = []

    def is_hidden_from_search_engines(self, file: File) -> bool:
        """Whether a file is a generated page that search engines must not index."""
        page = file.page
        return isinstance(page, GeneratedPage) and page.mount == self._mount and not page.site_page.is_indexed

    def _make_uri(self, page: Page) -> str:
        return f"{self._mount}{page.path}index.md"

    def _make_file(self, page: Page) -> File:
        return make_page_file(self._make_uri(page), self._config)

    def _make_linked_file(self, page: Page) -> File:
        """Create the file of a page that another page links to."""
        return GeneratedPage(page, self._mount, self._make_file(page), self._config).file

    def _make_asset_file(self, asset: Asset, dest: str) -> File:
        uri = f"{dest}.txt" if dest.endswith(".md") else dest
        file = File.generated(self._config, uri, content=asset.content if self._is_rendered_by_mkdocs else "")
        file.dest_uri = dest
        return file

    def _format_collision(self, uri: str, other: File | None) -> str:
        name = Path(self._config.config_file_path).name if self._config.config_file_path else "the configuration"
        if other is None or other.generated_by:
            return f"two instances of the plugin both generate {uri}; give one of them a 'path' of its own in {name}"
        hand_written = posixpath.join(Path(self._config.docs_dir).name, other.src_uri)
        return (
            f"the generated page {uri} and the hand-written {hand_written} both become {other.dest_uri}; "
            f"rename the file, or mount the generated pages elsewhere with 'path' in {name}"
        )


def _replace_item(items: list[StructureItem], old: StructureItem, new: StructureItem) -> None:
    """Replace an item of the navigation, also inside sections."""
    for index, item in enumerate(items):
        if item is old:
            items[index] = new
        elif isinstance(item, Section):
            _replace_item(item.children, old, new)
