"""The addresses of generated pages, the links between them, and the ids of sections on them.

An address is relative to the mount, the folder of the site that holds everything generated: `upgrades/2023-06-26/`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from api_upgrades.compare.rules.ids import RuleId
from api_upgrades.openapi.part import Part


@dataclass(frozen=True)
class Addresses:
    """The address of every page. `Links` makes addresses relative to a page.

    `index_file` completes links to a folder: empty, or `index.html` for a site that is read from disk.
    """

    index_file: str = ""

    guide = "upgrades/"
    path = "upgrades/path/"
    preview = "upgrades/preview/"
    changelog = "changelog/"
    versioning = "versioning/"
    rules = "versioning/rules/"
    deprecations = "deprecations/"
    kinds = "maintain/kinds/"

    def index_file_of(self, path: str) -> str:
        """The file name that completes links to an address."""
        return self.index_file

    def has_twin(self, path: str) -> bool:
        """Whether a page has a Markdown twin. The guide, the changelog, the latest reference, versioning, the rules and
        deprecations have twins.

        Older references have none, because their OpenAPI documents have the same content.
        """
        if path in (self.guide, self.versioning, self.rules, self.deprecations) or path.startswith(
            (self.changelog, self.reference("latest"))
        ):
            return True
        return re.fullmatch(r"upgrades/(?!path/|from/)[^/]+/(?:[^/]+/(?:[0-9]+/)?)?", path) is not None

    def version(self, version: str, slug: str = "") -> str:
        """A version's page; with `slug`, its subpage with the changes to one resource."""
        return f"upgrades/{version}/" + (f"{slug}/" if slug else "")

    def change(self, version: str, change: str) -> str:
        return f"upgrades/{version}/#{change}"

    def path_from(self, version: str, slug: str = "") -> str:
        """The upgrade path from a version to the latest; with `slug`, its page for one resource."""
        return f"upgrades/from/{version}/" + (f"{slug}/" if slug else "")

    def rule(self, rule: RuleId) -> str:
        """The row of a rule in the table of rules."""
        return f"{self.rules}#{rule}"

    def addition(self, addition: str) -> str:
        return f"{self.changelog}#addition-{addition}"

    def guide_year(self, year: str) -> str:
        """The guide's page for an older year. Only a long guide has such pages."""
        return f"{self.guide}{year}/"

    def changelog_year(self, year: str) -> str:
        """The changelog's page for an older year. Only a long changelog has such pages."""
        return f"{self.changelog}{year}/"

    def reference(self, version: str) -> str:
        return f"reference/{version}/"

    def resource(self, version: str, slug: str) -> str:
        return f"reference/{version}/{slug}/"


@dataclass(frozen=True)
class TwinAddresses(Addresses):
    """Addresses for links in Markdown twins: they link to the twin of a page if it has one."""

    def index_file_of(self, path: str) -> str:
        return "index.md" if self.has_twin(path) else self.index_file


@dataclass(frozen=True)
class Links:
    """Links from one page to other addresses. Call it with an address to get the relative link."""

    page: str
    addresses: Addresses

    def __call__(self, address: str) -> str:
        path, hash, fragment = address.partition("#")
        if path == self.page and hash:
            return hash + fragment
        folder = _relative_folder(path, self.page)
        if index_file := self.addresses.index_file_of(path):
            folder = folder.removeprefix("./") + index_file
        return folder + hash + fragment

    @property
    def root(self) -> str:
        """The link to the mount. Scripts append addresses to it."""
        return posixpath.relpath("/", "/" + self.page) + "/"

    @property
    def guide(self) -> str:
        return self(self.addresses.guide)

    @property
    def versioning(self) -> str:
        return self(self.addresses.versioning)

    def version(self, version: str) -> str:
        return self(self.addresses.version(version))

    def change(self, version: str, change: str) -> str:
        return self(self.addresses.change(version, change))

    def path_from(self, version: str, slug: str = "") -> str:
        return self(self.addresses.path_from(version, slug))

    def rule(self, rule: RuleId) -> str:
        return self(self.addresses.rule(rule))

    def addition(self, addition: str) -> str:
        return self(self.addresses.addition(addition))

    def reference(self, version: str) -> str:
        """The link to the reference of a version, or of `latest`."""
        return self(self.addresses.reference(version))

    def resource(self, version: str, slug: str, anchor: str = "") -> str:
        """The link to a resource in the reference of a version, or to a part on its page."""
        return self(self.addresses.resource(version, slug) + (f"#{anchor}" if anchor else ""))


@lru_cache(65536)
def _relative_folder(path: str, page: str) -> str:
    folder = posixpath.relpath("/" + path, "/" + page)
    return "./" if folder == "." else f"{folder}/"


def assign_anchors(parts: Iterable[Part]) -> dict[Part, str]:
    """Assign a unique id to each part's section: `Appointment`, `post-appointments-id`, `webhook-appointment.updated`.

    The ids also differ from those of properties and of the page's headings. Parts whose ids would collide, such as
    `GET /a/` and `GET /a`, get a number after a colon, except the first. No other id contains a colon.
    """
    found: dict[Part, str] = {}
    taken = set(HEADING_IDS)
    prefixes: set[str] = set()
    for part in parts:
        if part in found:
            continue
        base = _base_anchor(part)
        number = 1
        while (id := base if number == 1 else f"{base}:{number}") in taken or (
            number == 1 and (_looks_reserved(id, taken) or id in prefixes)
        ):
            number += 1
        taken.add(id)
        prefixes.update(_prefixes_of(id))
        found[part] = id
    return found


HEADING_IDS = ("objects", "operations", "webhooks", "au-version")
"""The ids of the headings and of the version picker on a resource's page."""


def _looks_reserved(id: str, taken: set[str]) -> bool:
    """Whether an id looks like that of a property of a part (`Part.property`), or like one of the theme (`__id`)."""
    return id.startswith("__") or any(prefix in taken for prefix in _prefixes_of(id))


def _prefixes_of(id: str) -> list[str]:
    """Return the ids of parts whose property could have this id: `A` and `A.b` for `A.b.c`."""
    pieces = id.split(".")
    return [".".join(pieces[:end]) for end in range(1, len(pieces))]


def _base_anchor(part: Part) -> str:
    if part.kind == "schema":
        return safe_id(part.name)
    if part.kind == "webhook":
        return f"webhook-{safe_id(part.name)}"
    return f"{safe_id(part.method.lower()).strip('-')}-{safe_id(part.path).strip('-')}"


def safe_id(text: str) -> str:
    """Replace the characters of a text that an id may not contain."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", text)
