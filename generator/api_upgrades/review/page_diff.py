"""Which pages of a site differ between two histories."""

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
    """Addresses of pages, in the order of the site."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.added, *self.changed, *self.removed)

    def without(self, other: PageDiff) -> PageDiff:
        """Those of the pages that do not differ in the same way in another comparison."""
        return PageDiff(
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
class SiteDiff:
    """The pages that differ as soon as this is merged, and those that do so once what is unreleased is released."""

    after_merge: PageDiff = field(default_factory=PageDiff)
    after_release: PageDiff = field(default_factory=PageDiff)


def diff_sites(before: History | None, now: History) -> SiteDiff:
    """The pages that differ; all are new where there was no history before.

    The public sees no unreleased change. What it will see once that is released is what a preview shows today.
    """
    merged = _diff_pages(before and restrict_to_public(before), restrict_to_public(now))
    if now.registry.unreleased is None and (before is None or before.registry.unreleased is None):
        return SiteDiff(merged)
    return SiteDiff(merged, _diff_pages(before, now).without(merged))


def _diff_pages(before: History | None, now: History) -> PageDiff:
    old, new = ({} if before is None else _hash_pages(before)), _hash_pages(now)
    return PageDiff(
        tuple(path for path in new if path not in old),
        tuple(path for path, digest in new.items() if old.get(path, digest) != digest),
        tuple(path for path in old if path not in new),
    )


def _hash_pages(history: History) -> Mapping[str, str]:
    """Each page by its address; data that scripts read belong to the page below whose address they are."""
    found: dict[str, hashlib._Hash] = {}
    for one in render_pages(history, Addresses()):
        if isinstance(one, Page):
            text = f"{one.title}\n{one.description}\n{one.html}"
            found.setdefault(one.path, hashlib.sha256()).update(text.encode())
        else:
            owner = max((path for path in found if one.path.startswith(path)), key=len, default=None)
            if owner is not None:
                found[owner].update(one.content.encode())
    return {path: digest.hexdigest() for path, digest in found.items()}


@dataclass(frozen=True)
class PageGroup:
    """Pages that are the same page of several versions, or several of one version, or one page alone."""

    path: str
    pages: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.pages)


_VERSION_PREFIX = re.compile(r"^(reference|upgrades/from)/[^/]+/")


def group_pages(pages: Iterable[str]) -> tuple[PageGroup, ...]:
    """Pages as `reference/*/books/` where it is the same in several versions, as `reference/2024-01-01/…` where only
    one version has them.
    """
    same: dict[str, list[str]] = {}
    for path in pages:
        same.setdefault(_VERSION_PREFIX.sub(r"\1/*/", path), []).append(path)
    groups: dict[str, list[str]] = {}
    for name, paths in same.items():
        folder = _VERSION_PREFIX.match(paths[0])
        groups.setdefault(f"{folder[0]}…" if folder and len(paths) == 1 else name, []).extend(paths)
    return tuple(PageGroup(name if found[1:] else found[0], tuple(found)) for name, found in groups.items())
