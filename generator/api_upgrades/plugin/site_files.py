"""What is generated among MkDocs' files and in its navigation: who writes what, and what is in the way of what."""

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
    """Files, and `beside` them by their names what is written without being one: a file is made where it is asked for.

    MkDocs takes longer to make a file than a page takes to be written.
    """

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        self.lazy_files: dict[str, Callable[[], File]] = {}
        self.created_files: dict[str, File] = {}

    def get_file_from_path(self, path: str) -> File | None:
        """A file by its `src_uri`."""
        found = super().get_file_from_path(path)
        uri = PurePath(path).as_posix()
        if found is None and uri in self.lazy_files:
            if uri not in self.created_files:
                self.created_files[uri] = self.lazy_files[uri]()
            return self.created_files[uri]
        return found

    @cached_property
    def _uri_by_dest(self) -> dict[str, str]:
        """The names of all files by where they end up, once all are there."""
        beside = (
            (f"{uri[:-2]}html" if uri.endswith(".md") else uri.removesuffix(".txt"), uri) for uri in self.lazy_files
        )
        return {**{file.dest_uri: file.src_uri for file in self}, **dict(beside)}

    def find_by_dest(self, dest: str) -> File | None:
        """The file that ends up at a path of the site."""
        return self.get_file_from_path(self._uri_by_dest[dest]) if dest in self._uri_by_dest else None

    def find_ids(self, dest: str) -> set[str] | None:
        """The places of the page that ends up at a path, None where nobody knows."""
        file = self.find_by_dest(dest)
        return file.page.present_anchor_ids if file and file.page else None


class GeneratedSite:
    """All that is generated below one mount. MkDocs writes the pages that its navigation names, and all of them in the
    ordinary way; the others are beside its files.
    """

    def __init__(
        self, generated: Sequence[Page | Asset], mount: str, config: MkDocsConfig, *, is_ordinary: bool
    ) -> None:
        self.pages_to_write = [one for one in generated if isinstance(one, Page)]
        self._assets = [one for one in generated if isinstance(one, Asset)]
        self._mount = mount
        self._config = config
        self._is_rendered_by_mkdocs = is_ordinary

    @property
    def assets_to_write(self) -> Sequence[Asset]:
        """The files for machines that MkDocs does not copy."""
        return () if self._is_rendered_by_mkdocs else self._assets

    def add_to(self, files: Files) -> GeneratedFiles:
        """Some files, and what is generated. Raises PluginError for a page that is there already."""
        result = files if isinstance(files, GeneratedFiles) else GeneratedFiles(files)
        written = {file.dest_uri: file for file in result}
        made: dict[str, tuple[str, Callable[[], File]]] = {}
        for page in self.pages_to_write:
            made[self._uri(page)] = f"{self._mount}{page.path}index.html", partial(self._make_file, page)
        for asset in self._assets:
            dest = self._mount + asset.path
            # A Markdown file would become a page, by its name: it goes by another.
            made[f"{dest}.txt" if dest.endswith(".md") else dest] = dest, partial(self._make_asset_file, asset, dest)
        for uri, (dest, make) in made.items():
            if dest in written or uri in result.lazy_files:
                raise PluginError(self._format_collision(uri if dest.endswith(".html") else dest, written.get(dest)))
            if self._is_rendered_by_mkdocs:
                result.append(make())
        if not self._is_rendered_by_mkdocs:
            result.lazy_files |= {uri: make for uri, (_, make) in made.items()}
        return result

    def insert_into_nav(self, nav: Navigation, files: GeneratedFiles) -> None:
        """Put the pages that a navigation names into it, with the titles that they have there."""
        in_nav = {id(named): index for index, named in enumerate(nav.pages)}
        beside = []
        for page in self.pages_to_write:
            uri = self._uri(page)
            file = files.get_file_from_path(uri) if self._is_rendered_by_mkdocs else files.created_files.pop(uri, None)
            named = file.page if file else None
            if file is None or named is None or id(named) not in in_nav:
                beside.append(page)
                continue
            if self._is_rendered_by_mkdocs:
                files.remove(file)
            files.append(file)
            made = GeneratedPage(page, self._mount, file, self._config)
            made.is_in_nav = True
            made.title = named.title or made.title
            made.parent, made.previous_page, made.next_page = named.parent, named.previous_page, named.next_page
            nav.pages[in_nav[id(named)]] = made
            _replace_item(nav.items, named, made)
        self.pages_to_write = beside
        for page in beside:
            if self._is_rendered_by_mkdocs:
                file = files.get_file_from_path(self._uri(page))
                assert file is not None, "it was added"
                files.remove(file)  # what the navigation names comes first, as where MkDocs writes nothing else
                files.append(file)
                GeneratedPage(page, self._mount, file, self._config)
            else:
                files.lazy_files[self._uri(page)] = partial(self._make_linked_file, page)
        if self._is_rendered_by_mkdocs:
            self.pages_to_write = []

    def is_unlisted(self, file: File) -> bool:
        """Whether a file is a page of ours that search engines shall not find."""
        page = file.page
        return isinstance(page, GeneratedPage) and page.mount == self._mount and not page.site_page.is_indexed

    def _uri(self, page: Page) -> str:
        return f"{self._mount}{page.path}index.md"

    def _make_file(self, page: Page) -> File:
        return make_page_file(self._uri(page), self._config)

    def _make_linked_file(self, page: Page) -> File:
        """The file of a page to which another one links."""
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
        written = posixpath.join(Path(self._config.docs_dir).name, other.src_uri)
        return (
            f"the generated page {uri} and the hand-written {written} both become {other.dest_uri}; "
            f"rename the file, or mount the generated pages elsewhere with 'path' in {name}"
        )


def _replace_item(items: list[StructureItem], old: StructureItem, new: StructureItem) -> None:
    """Put one item in another's place, in the sections too."""
    for index, item in enumerate(items):
        if item is old:
            items[index] = new
        elif isinstance(item, Section):
            _replace_item(item.children, old, new)
