"""Finds the pages of the site that differ between two histories."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from api_upgrades.history.history import History
from api_upgrades.releases.public import restrict_to_public
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages


@dataclass(frozen=True)
class PageDiff:
    """The paths of pages that differ, in the order of the site."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    def without(self, other: PageDiff) -> PageDiff:
        """Return the pages that don't differ in the same way in `other`."""
        pairs = ((self.added, other.added), (self.changed, other.changed), (self.removed, other.removed))
        return PageDiff(*(tuple(path for path in mine if path not in theirs) for mine, theirs in pairs))


@dataclass(frozen=True)
class SiteDiff:
    """The pages that will differ when a pull request is merged, and those that will when its changes are released."""

    after_merge: PageDiff = field(default_factory=PageDiff)
    after_release: PageDiff = field(default_factory=PageDiff)


def diff_sites(before: History | None, now: History) -> SiteDiff:
    """Find the pages that differ. If `before` is None, all pages are new.

    The public site doesn't show unreleased changes. Once they are released, it will show what a preview shows today.
    """
    after_merge = _diff_pages(before and restrict_to_public(before), restrict_to_public(now))
    if now.registry.unreleased is None and (before is None or before.registry.unreleased is None):
        return SiteDiff(after_merge)
    return SiteDiff(after_merge, _diff_pages(before, now).without(after_merge))


def _diff_pages(before: History | None, now: History) -> PageDiff:
    old, new = ({} if before is None else _hash_pages(before)), _hash_pages(now)
    return PageDiff(
        tuple(path for path in new if path not in old),
        tuple(path for path, digest in new.items() if old.get(path, digest) != digest),
        tuple(path for path in old if path not in new),
    )


def _hash_pages(history: History) -> Mapping[str, str]:
    """Return a digest of each page by its path. A data file for scripts belongs to the page whose path contains it."""
    digests: dict[str, hashlib._Hash] = {}
    for one in render_pages(history, Addresses()):
        if isinstance(one, Page):
            text = f"{one.title}\n{one.description}\n{one.html}"
            digests.setdefault(one.path, hashlib.sha256()).update(text.encode())
        else:
            owner = max((path for path in digests if one.path.startswith(path)), key=len, default=None)
            if owner is not None:
                digests[owner].update(one.content.encode())
    return {path: digest.hexdigest() for path, digest in digests.items()}


@dataclass(frozen=True)
class PageGroup:
    """The same page of several versions, or several pages that only one version has, or one single page."""

    path: str
    pages: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.pages)


_VERSION_PREFIX = re.compile(r"^(reference|upgrades/from)/[^/]+/")


def group_pages(pages: Iterable[str]) -> tuple[PageGroup, ...]:
    """Group the paths of pages for a short list.

    The same page of several versions becomes `reference/*/books/`. Pages that only one version has become
    `reference/2024-01-01/…`.
    """
    same: dict[str, list[str]] = {}
    for path in pages:
        same.setdefault(_VERSION_PREFIX.sub(r"\1/*/", path), []).append(path)
    groups: dict[str, list[str]] = {}
    for name, paths in same.items():
        prefix = _VERSION_PREFIX.match(paths[0])
        groups.setdefault(f"{prefix[0]}…" if prefix and len(paths) == 1 else name, []).extend(paths)
    return tuple(PageGroup(name if group[1:] else group[0], tuple(group)) for name, group in groups.items())
