"""Which pages of a site differ between two histories."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api_upgrades.history.history import History
from api_upgrades.releases.public import published
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render


@dataclass(frozen=True)
class Differing:
    """Addresses of pages, in the order of the site."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    def without(self, other: Differing) -> Differing:
        """Those of the pages that do not differ in the same way in another comparison."""
        return Differing(
            *(
                tuple(path for path in mine if path not in theirs)
                for mine, theirs in (
                    (self.added, other.added),
                    (self.changed, other.changed),
                    (self.removed, other.removed),
                )
            )
        )


@dataclass(frozen=True)
class SitePages:
    """The pages that differ as soon as this is merged, and those that do so once what is unreleased is released."""

    merged: Differing = field(default_factory=Differing)
    released: Differing = field(default_factory=Differing)


def site_pages(before: History | None, now: History) -> SitePages:
    """The pages that differ; all are new where there was no history before.

    The public sees no unreleased change. What it will see once that is released is what a preview shows today.
    """
    merged = _differing(before and published(before), published(now))
    if now.registry.unreleased is None and (before is None or before.registry.unreleased is None):
        return SitePages(merged)
    return SitePages(merged, _differing(before, now).without(merged))


def _differing(before: History | None, now: History) -> Differing:
    old, new = ({} if before is None else _digests(before)), _digests(now)
    return Differing(
        tuple(path for path in new if path not in old),
        tuple(path for path, digest in new.items() if old.get(path, digest) != digest),
        tuple(path for path in old if path not in new),
    )


def _digests(history: History) -> Mapping[str, str]:
    """Each page by its address; data that scripts read belong to the page below whose address they are."""
    found: dict[str, hashlib._Hash] = {}
    for one in render(history, Addresses()):
        if isinstance(one, Page):
            text = f"{one.title}\n{one.description}\n{one.html}"
            found.setdefault(one.path, hashlib.sha256()).update(text.encode())
        else:
            owner = max((path for path in found if one.path.startswith(path)), key=len, default=None)
            if owner is not None:
                found[owner].update(one.content.encode())
    return {path: digest.hexdigest() for path, digest in found.items()}


@dataclass(frozen=True)
class Group:
    """Pages that are the same page of several versions, or several of one version, or one page alone."""

    path: str
    pages: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.pages)


_OF_VERSION = re.compile(r"^(reference|upgrades/from)/[^/]+/")


def grouped(pages: Iterable[str]) -> tuple[Group, ...]:
    """Pages as `reference/*/books/` where it is the same in several versions, as `reference/2024-01-01/…` where only
    one version has them.
    """
    same: dict[str, list[str]] = {}
    for path in pages:
        same.setdefault(_OF_VERSION.sub(r"\1/*/", path), []).append(path)
    groups: dict[str, list[str]] = {}
    for name, paths in same.items():
        folder = _OF_VERSION.match(paths[0])
        groups.setdefault(f"{folder[0]}…" if folder and len(paths) == 1 else name, []).extend(paths)
    return tuple(Group(name if found[1:] else found[0], tuple(found)) for name, found in groups.items())
