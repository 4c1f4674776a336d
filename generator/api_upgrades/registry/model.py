"""The registry: every version of an API with its changes, the additions, and the head."""

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
from api_upgrades.registry.file_models import Date, ShownMessage, Text
from api_upgrades.sources.source_map import SourceMap


class Amendment(BaseModel):
    """A deliberate correction of a released contract: its day, its reason, and the places that it corrects."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    date: Date
    why: Text
    places: list[str]


UNRELEASED = "unreleased"
ADDITIONS = "additions"
WORDING = "wording"
"""The id of the change with the rewordings of a version."""

NOT_VERSIONS = ("api", ADDITIONS, UNRELEASED)
"""Names of folders in a registry that are not versions."""

RESERVED_NAMES = (*NOT_VERSIONS, "latest", "path", "from", "preview")
"""Names that a version or change must not have, because they mean something else as a folder or in a URL."""


@dataclass(frozen=True)
class Change:
    """What a person wrote about one thing that changed. Its effects are in chronological order.

    `file` is its path in messages, and `source` its content with line numbers. `show` are the messages that show the
    change best; without them, the generator chooses some.
    """

    id: str
    version: str
    title: str
    why: str
    upgrade: str | None
    effects: tuple[Effect, ...]
    file: str
    source: YamlFile | None = field(default=None, compare=False, repr=False)
    show: tuple[ShownMessage, ...] = ()

    @property
    def is_wording(self) -> bool:
        """Whether this change only changes texts and examples, or reorders lists."""
        return self.id == WORDING

    def locate(self, effect: int | None = None, *path: str | int) -> Location:
        """The location of the change, of one of its effects (by index), or of a field of that effect."""
        if self.source is None:
            return Location(self.file)
        return self.source.locate(*(() if effect is None else ("effects", effect, *path)))


@dataclass(frozen=True)
class Addition(Change):
    """A change that is live in every version since `date` (like `2024-01-31`). Its `version` is `additions`."""

    date: str = field(kw_only=True)


@dataclass(frozen=True)
class Version:
    """One release, with its changes sorted by id. Unreleased changes are a version, too, whose summary may be empty.

    `order` lists the ids of the changes whose order matters, the first one first. `amendments` are the corrections
    made since the release, oldest first. `wording` has the rewordings. They come before all other changes of the
    version, require nothing of clients, and are not part of the upgrade guide.

    `dating` says how an uncertain date is known, `sunset` is the last day of the version, and `label` is a second name.
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
        """The name that readers see."""
        return display_name(self.id)


def display_name(version: str) -> str:
    """The name that readers see for a version: its id, or `Upcoming` if it is unreleased."""
    return "Upcoming" if version == UNRELEASED else version


@dataclass(frozen=True)
class Registry:
    """The head and the versions before it, oldest first. There is at least one version.

    `unreleased` has the changes of the next version, or is None if there are none. `additions` are in the order in
    which they went live. `source_map` knows the files and lines of the head.
    """

    head: Contract
    versions: tuple[Version, ...]
    unreleased: Version | None = None
    additions: tuple[Addition, ...] = ()
    source_map: SourceMap = field(default_factory=SourceMap)

    @property
    def latest(self) -> Version:
        """The newest released version."""
        return self.versions[-1]

    @property
    def all_versions(self) -> tuple[Version, ...]:
        """The versions, oldest first, followed by the unreleased changes."""
        return self.versions if self.unreleased is None else (*self.versions, self.unreleased)


TODO = re.compile(r"\bTODO\b")
"""The mark of prose that is still to be written."""


def none_if_todo(text: str | None) -> str | None:
    """The text, or None if it is still to be written."""
    return None if text is None or TODO.search(text) else text


def natural_sort_key(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Key to sort names with numbers: `2.9` comes before `2.11`."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(False, int(piece), "") if piece.isdigit() else (True, 0, piece) for piece in pieces], name


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"(\d{4}-\d{2})(-\d{2})?(?!\d)", re.ASCII)


def find_release_times(versions: Sequence[Version]) -> dict[str, datetime]:
    """The time of each version, oldest first: midnight of the date at the start of its id.

    A version without a date, or with a date not after that of the previous version, follows the previous version by
    one second. Without a date, the first version is at the start of 1970. So sorting by time keeps the order.
    """
    times: dict[str, datetime] = {}
    previous = _EPOCH - timedelta(seconds=1)
    for version in versions:
        previous = max(parse_date(version.id) or _EPOCH, previous + timedelta(seconds=1))
        times[version.id] = previous
    return times


def parse_date(text: str) -> datetime | None:
    """The start (UTC) of the day or month at the beginning of a text, or None if it begins with neither."""
    match = _DATE.match(text)
    try:
        day = date.fromisoformat(match[1] + (match[2] or "-01")) if match else None
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
