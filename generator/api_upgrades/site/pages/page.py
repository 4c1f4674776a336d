"""A page: what every builder needs to show it, and nothing of any builder."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from typing import NamedTuple

from api_upgrades.examples.samples import VERSION
from api_upgrades.openapi.contract import Part


@dataclass(frozen=True)
class Heading:
    """One entry of a page's contents list, with those below it."""

    id: str
    title: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True)
class Crumb:
    """An entry of the list of pages beside a page; `path` is an address of the site."""

    title: str
    path: str


@dataclass(frozen=True)
class Asset:
    """A file for machines or scripts; `path` is its address below the mount, the file's name included.

    `write` makes what it holds, when that is asked for.
    """

    path: str
    write: Callable[[], str]

    @property
    def content(self) -> str:
        """What the file holds."""
        return self.write()


@dataclass(frozen=True)
class Section:
    """A section that several pages show, rendered when the first of them is."""

    render: Callable[[], str]
    markdown: Callable[[], str]

    @cached_property
    def html(self) -> str:
        return self.render()


@dataclass(frozen=True)
class Shared:
    """What pages have in common that differ in nothing but the version whose they are.

    It has the same `key` for all of them, which are `of` the same thing in each version, with the mark
    `texts.VERSION` in its HTML. Their contents lists, and the names of the pages beside them, are the same too.
    """

    of: str
    key: Hashable
    render: Callable[[], str]
    version: str

    @property
    def html(self) -> str:
        """The HTML of the page of this version."""
        return self.render().replace(VERSION, self.version)


@dataclass(frozen=True)
class Page:
    """One generated page.

    `path` is its address below the mount, a folder that ends in `/` (empty for the mount itself). `body` makes its
    HTML, whose links are relative to that, and `markdown` its Markdown twin: a site may have more pages than fit into
    memory. `found` is what the site's search reads instead of the HTML, None where it shall not find the page: code
    and tables are slow to read and are no good to search in. `is_listed` says whether search engines shall find it,
    and `canonical` is the address that stands for it with them, where that isn't its own. `section` is the guide, the
    reference or whatever the page is a leaf of; `siblings` are the pages beside it.
    """

    path: str
    title: str
    description: str
    body: Shared | Callable[[], str]
    markdown: Callable[[], str]
    contents: tuple[Heading, ...] = ()
    found: str | None = None
    canonical: str | None = None
    section: str = ""
    siblings: tuple[Crumb, ...] = ()
    is_listed: bool = True

    @property
    def html(self) -> str:
        """The page's HTML, made anew whenever it is asked for."""
        return self.body.html if isinstance(self.body, Shared) else self.body()

    @property
    def label(self) -> str:
        """What the list beside the page calls it."""
        return next((one.title for one in self.siblings if one.path == self.path), self.title)


@dataclass(frozen=True)
class Addresses:
    """Where everything is. An address is relative to the mount; `Links` makes it relative to a page.

    `index` is what a folder's page is called in a link: nothing, or `index.html` where the site is read from disk.
    """

    index: str = ""

    guide = "upgrades/"
    path = "upgrades/path/"
    preview = "upgrades/preview/"
    changelog = "changelog/"
    versioning = "versioning/"
    kinds = "maintain/kinds/"

    def index_of(self, path: str) -> str:
        """What the page at an address is called in a link."""
        return self.index

    def has_twin(self, path: str) -> bool:
        """Whether a Markdown twin stands beside a page: the guide, the changelog, the latest reference, versioning.

        An older reference has none: its OpenAPI document says the same.
        """
        if path in (self.guide, self.versioning) or path.startswith((self.changelog, self.reference("latest"))):
            return True
        return re.fullmatch(r"upgrades/(?!path/|from/)[^/]+/(?:[^/]+/(?:[0-9]+/)?)?", path) is not None

    def version(self, version: str, slug: str = "") -> str:
        """A version's page, or where it has many changes the page of those to one resource."""
        return f"upgrades/{version}/" + (f"{slug}/" if slug else "")

    def change(self, version: str, change: str) -> str:
        return f"upgrades/{version}/#{change}"

    def path_from(self, version: str, slug: str = "") -> str:
        """The way from a version to the latest, or its page on one resource."""
        return f"upgrades/from/{version}/" + (f"{slug}/" if slug else "")

    def addition(self, addition: str) -> str:
        return f"{self.changelog}#addition-{addition}"

    def guide_of(self, year: str) -> str:
        """The page of the guide for an older year, where it is long."""
        return f"{self.guide}{year}/"

    def changelog_of(self, year: str) -> str:
        """The page of the changelog for an older year, where it is long."""
        return f"{self.changelog}{year}/"

    def reference(self, version: str) -> str:
        return f"reference/{version}/"

    def resource(self, version: str, slug: str) -> str:
        return f"reference/{version}/{slug}/"


@dataclass(frozen=True)
class TwinAddresses(Addresses):
    """Addresses as Markdown twins link to them: the twin of a page that has one, else the page itself."""

    def index_of(self, path: str) -> str:
        return "index.md" if self.has_twin(path) else self.index


@dataclass(frozen=True)
class Links:
    """The ways from one page, by its address, to everywhere else. Calling it makes any address relative."""

    page: str
    addresses: Addresses

    def __call__(self, address: str) -> str:
        path, hash, fragment = address.partition("#")
        if path == self.page and hash:
            return hash + fragment
        way = _way(path, self.page)
        if index := self.addresses.index_of(path):
            way = way.removeprefix("./") + index
        return way + hash + fragment

    @property
    def root(self) -> str:
        """The way to the mount, as scripts put addresses behind it."""
        return posixpath.relpath("/", "/" + self.page) + "/"

    @property
    def guide(self) -> str:
        """The way to the upgrade guide."""
        return self(self.addresses.guide)

    @property
    def versioning(self) -> str:
        """The way to the page that explains versions."""
        return self(self.addresses.versioning)

    def version(self, version: str) -> str:
        """The way to a version's page."""
        return self(self.addresses.version(version))

    def change(self, version: str, change: str) -> str:
        """The way to a change on its version's page."""
        return self(self.addresses.change(version, change))

    def path_from(self, version: str, slug: str = "") -> str:
        """The way to what leads from a version to the latest, or to its page on one resource."""
        return self(self.addresses.path_from(version, slug))

    def addition(self, addition: str) -> str:
        """The way to an addition in the changelog."""
        return self(self.addresses.addition(addition))

    def reference(self, version: str) -> str:
        """The way to the reference of a version, or of `latest`."""
        return self(self.addresses.reference(version))

    def resource(self, version: str, slug: str, anchor: str = "") -> str:
        """The way to a resource in the reference of a version, or to a part on its page."""
        return self(self.addresses.resource(version, slug) + (f"#{anchor}" if anchor else ""))


@lru_cache(65536)
def _way(path: str, page: str) -> str:
    """From one folder to another."""
    way = posixpath.relpath("/" + path, "/" + page)
    return "./" if way == "." else f"{way}/"


def anchors(parts: Iterable[Part]) -> dict[Part, str]:
    """The id of each part's section: `Appointment`, `post-appointments-id`, `webhook-appointment.updated`.

    No two are alike, nor like the id of a property or of a heading of the page. What collides, as `GET /a/` does with
    `GET /a`, gets a number, which the one that came first goes without; an id of anything else holds no colon.
    """
    found: dict[Part, str] = {}
    taken = set(HEADINGS)
    for part in parts:
        if part in found:
            continue
        base = _anchor(part)
        number = 1
        while (id := base if number == 1 else f"{base}:{number}") in taken or (number == 1 and _is_inside(id, taken)):
            number += 1
        taken.add(id)
        found[part] = id
    return found


HEADINGS = ("objects", "operations", "webhooks")
"""The ids of headings beside the parts of a resource."""


def _is_inside(id: str, taken: set[str]) -> bool:
    """Whether an id looks like that of a property of a part, or like one of the theme's own."""
    pieces = id.split(".")
    return id.startswith("__") or any(".".join(pieces[:end]) in taken for end in range(1, len(pieces)))


def _anchor(part: Part) -> str:
    if part.kind == "schema":
        return safe_id(part.name)
    if part.kind == "webhook":
        return f"webhook-{safe_id(part.name)}"
    return f"{part.method.lower()}-{safe_id(part.path).strip('-')}"


def safe_id(text: str) -> str:
    """A text as a piece of an id."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text)


class Found(NamedTuple):
    """A section of a page as the search finds it, by its id."""

    id: str
    title: str
    text: str


def searchable(title: str, text: str, sections: Iterable[Found]) -> str:
    """What the search reads of a page: headings with their ids, and plain text below them."""
    shown = [f"<h1>{escape(title)}</h1><p>{escape(text)}</p>"]
    shown += (f'<h2 id="{escape(one.id)}">{escape(one.title)}</h2><p>{escape(one.text)}</p>' for one in sections)
    return "".join(shown)
