"""The registry: every version of an API and its changes, as what was read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from api_upgrades.core.errors import Location
from api_upgrades.core.yaml_file import YamlFile
from api_upgrades.effects import Effect
from api_upgrades.openapi.contract import Contract
from api_upgrades.registry.file_models import Date, Text
from api_upgrades.sources.source_map import SourceMap


class Amendment(BaseModel):
    """A deliberate correction of what was released: the day, the reason, and the places that it is about."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    date: Date
    why: Text
    places: list[str]


UNRELEASED = "unreleased"
ADDITIONS = "additions"
WORDING = "wording"
"""The id of the change that says what a version put in other words."""

NOT_VERSIONS = ("api", ADDITIONS, UNRELEASED)
"""Folders of a registry that are no versions."""

RESERVED = (*NOT_VERSIONS, "latest", "path", "from", "preview")
"""Names that mean something else in the folder or in an address."""


@dataclass(frozen=True)
class Change:
    """What a person wrote about one thing that changed. Its effects are in the order in which they happened."""

    id: str
    version: str
    title: str
    why: str
    upgrade: str | None
    effects: tuple[Effect, ...]
    file: str
    source: YamlFile | None = field(default=None, compare=False, repr=False)

    @property
    def is_wording(self) -> bool:
        """Whether it only puts in other words what is promised anyway."""
        return self.id == WORDING

    def locate(self, effect: int | None = None, *path: str | int) -> Location:
        """Where the change, one of its effects, or a field of that effect stands: as near as the file can tell."""
        if self.source is None:
            return Location(self.file)
        return self.source.locate(*(() if effect is None else ("effects", effect, *path)))


@dataclass(frozen=True)
class Addition(Change):
    """A change that is live in every version from a day on, `2024-01-31`. Its `version` is the folder's name."""

    date: str = field(kw_only=True)


@dataclass(frozen=True)
class Version:
    """One dated release, its changes by their ids. `order` names those that follow each other, the first one first.
    `amendments` are the corrections made since it was released, the oldest first. `wording` holds what it put in other
    words: it happened before all else of the version, promises nothing, and is in no guide.

    What is not released yet has the same form; its summary may be empty.
    """

    id: str
    summary: str
    dating: str | None
    sunset: str | None
    label: str | None
    order: tuple[str, ...]
    changes: tuple[Change, ...]
    file: str
    amendments: tuple[Amendment, ...] = ()
    wording: Change | None = None

    @property
    def is_released(self) -> bool:
        return self.id != UNRELEASED

    @property
    def name(self) -> str:
        """What readers know it by."""
        return name_of(self.id)


def name_of(version: str) -> str:
    """What readers know a version by: its id, unless it is no version yet."""
    return "Upcoming" if version == UNRELEASED else version


@dataclass(frozen=True)
class Registry:
    """Today's contract and the versions that led to it, oldest first. There is at least one.

    `unreleased` holds changes on their way to the next version, None where there are none. `additions` are in the
    order in which they went live. `declared` says where head stands.
    """

    head: Contract
    versions: tuple[Version, ...]
    unreleased: Version | None = None
    additions: tuple[Addition, ...] = ()
    declared: SourceMap = field(default_factory=SourceMap)

    @property
    def latest(self) -> Version:
        """The newest released version."""
        return self.versions[-1]

    @property
    def lineup(self) -> tuple[Version, ...]:
        """The versions, oldest first, and after them what is not released yet."""
        return self.versions if self.unreleased is None else (*self.versions, self.unreleased)


TODO = re.compile(r"\bTODO\b")
"""What stands in prose that is still to be written."""


def written(text: str | None) -> str | None:
    """Some prose, None as long as nobody has written it."""
    return None if text is None or TODO.search(text) else text


def natural(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """A sort key by which `2.9` comes before `2.11`."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(False, int(piece), "") if piece.isdigit() else (True, 0, piece) for piece in pieces], name


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4}-\d{2})(-\d{2})?(?!\d)", re.ASCII)


def moments(versions: Sequence[Version]) -> dict[str, datetime]:
    """When each released version came, without a clock: the date that its id begins with, or the first day of its
    month.

    One that has none, or whose date isn't after the version before, comes a second after that; the first one, if it
    has none, at the beginning of 1970. So readers that sort by date keep the order.
    """
    found: dict[str, datetime] = {}
    before = _EPOCH - timedelta(seconds=1)
    for version in versions:
        before = max(moment(version.id) or _EPOCH, before + timedelta(seconds=1))
        found[version.id] = before
    return found


def moment(text: str) -> datetime | None:
    """The beginning of the day with which a text begins, or of its month; None where it begins with neither."""
    match = _DATE.match(text)
    try:
        day = date.fromisoformat(match[1] + (match[2] or "-01")) if match else None
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
