"""The steps of an upgrade path as pages and the command show them: title, what to do, links and mini diff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from api_upgrades.compare.rules.table import Severity
from api_upgrades.effects.base import as_code, join_some
from api_upgrades.history.composition import NameChange, PathItem
from api_upgrades.openapi.target import Target
from api_upgrades.site.pages.changes import ChangeView
from api_upgrades.site.pages.mini_diff import Excerpt, mini_diff, reverse_excerpt
from api_upgrades.site.pages.site import format_count, without_duplicates

MAX_NAME_CHANGES = 3
"""A step with more new names keeps the title of its change."""

MAX_HOLDERS = 2
"""So many places with the same new name are listed, and the others are counted."""


@dataclass(frozen=True)
class ItemView:
    """A step of an upgrade path. `merged` are the changes that it stands for beside its own."""

    item: PathItem
    change: ChangeView
    merged: tuple[ChangeView, ...]
    is_downgrade: bool

    @property
    def id(self) -> str:
        """The id of the step on a page. Names of versions and changes contain no colon."""
        return f"do:{self.version}:{self.change.id}"

    @property
    def severity(self) -> Severity:
        return self.item.severity

    @property
    def version(self) -> str:
        return self.change.version

    @property
    def _names(self) -> tuple[str, ...]:
        """The sentences about names that no change alone gives, if they are all that the step does."""
        sentences = name_sentences(self.item.name_changes, self.is_downgrade) if self.item.only_names else ()
        return sentences if len(sentences) <= MAX_NAME_CHANGES else ()

    @property
    def is_renamed(self) -> bool:
        """Whether the title names what several changes together did to a name."""
        return bool(self._names)

    @property
    def title(self) -> str:
        """What happened, or what to undo for a downgrade, as Markdown."""
        undone = "Undo: " if self.is_downgrade else ""
        return "; ".join(self._names) or f"{undone}{self.change.title}"

    @property
    def upgrade(self) -> str | None:
        """What callers have to do, as Markdown; None if nothing is written about it."""
        if not self.is_renamed:
            return None if self.is_downgrade else self.change.upgrade  # it says how to upgrade
        pairs = ((name_labels(one)) for one in self.item.name_changes if one.old is not None)
        return " ".join(dict.fromkeys(f"Use {as_code(new)} instead of {as_code(old)}." for old, new in pairs)) or None

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The versions of the step, each with the address of its change. A title about names needs all of them."""
        views = (*self.merged, self.change) if self.is_renamed else (self.change,)
        return tuple({view.version: (view.version, view.address) for view in views}.values())

    @property
    def resources(self) -> tuple[str, ...]:
        """The names of the resources that it touches directly."""
        return tuple(name for name, _ in self.change.resources)

    @cached_property
    def affected_resources(self) -> tuple[str, ...]:
        """The names of the resources of all parts that it affects."""
        return without_duplicates(link.resource for links in self.change.affected.values() for link in links)

    @cached_property
    def excerpts(self) -> tuple[Excerpt, ...]:
        """The mini diff; for a downgrade, from the newer version to the older one."""
        found = mini_diff(self.item.outcomes)
        return tuple(map(reverse_excerpt, found)) if self.is_downgrade else found


class ItemGroup(NamedTuple):
    """The steps of one severity, under a heading."""

    id: str
    title: str
    note: str
    severity: Severity
    items: tuple[ItemView, ...]


GROUPS: tuple[tuple[str, str, str, Severity], ...] = (
    ("must-do", "Must do", "requests or code fail otherwise", "breaking"),
    ("check", "Check", "depends on how your code handles new values", "risky"),
    ("optional", "Optional", "new features and replacements for deprecated ones", "additive"),
    ("neutral", "Nothing to do", "no effect on requests or responses", "neutral"),
)
"""The headings of the steps, as (id, title, note, severity)."""


def group_items(items: Sequence[ItemView]) -> tuple[ItemGroup, ...]:
    """The groups that have steps, the most severe first."""
    groups = (ItemGroup(*group, tuple(item for item in items if item.severity == group[-1])) for group in GROUPS)
    return tuple(group for group in groups if group.items)


def count_items(items: Iterable[ItemView]) -> str:
    """The number of steps in words: `8 required changes, 2 to check, 4 optional`."""
    severities = [item.severity for item in items]
    must, check, optional = (severities.count(one) for one in ("breaking", "risky", "additive"))
    if not severities:
        return "No changes"
    counts = (f"{check} to check" if check else "", f"{optional} optional" if optional else "")
    return ", ".join((format_count(must, "required change"), *filter(None, counts)))


def name_labels(change: NameChange) -> tuple[str, str]:
    """The older and the newer name as titles show them: in full if the place moved."""
    old, new = change.old or change.new, change.new
    if change.is_move:
        return str(old), str(new)
    return _label(old), _label(new)


def _label(target: Target) -> str:
    return target.name.removeprefix("=") if target.steps or target.section else str(target)


def holder_label(target: Target) -> str:
    """What contains a place, as a title names it; empty for a whole part."""
    return str(target.holder) if target.steps or target.section else ""


def name_sentences(changes: Iterable[NameChange], is_downgrade: bool) -> tuple[str, ...]:
    """What several changes did to names, as Markdown: `color` renamed to `colour_name` in `Pot`."""
    holders: dict[str, list[str]] = {}
    for change in changes:
        old, new = name_labels(change)
        if change.old is None:
            words = f"{as_code(new)} {'removed' if is_downgrade else 'added'}"
        else:
            words = f"{as_code(old)} {'moved' if change.is_move else 'renamed'} to {as_code(new)}"
        holder = "" if change.is_move else holder_label(change.new)
        holders.setdefault(words, []).extend([as_code(holder)] if holder else [])
    return tuple(
        f"{words} in {join_some(found, MAX_HOLDERS)}" if (found := list(dict.fromkeys(names))) else words
        for words, names in holders.items()
    )
