"""The addresses of generated pages, the links between them, and the ids of sections on them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from api_upgrades.openapi.contract import Part


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
