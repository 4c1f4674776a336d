"""The timeline of versions: when each was released, and until when it is supported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from api_upgrades.registry.model import Version, parse_date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
"""The numbers of months between two ticks, of which the smallest is taken that gives at most `MAX_TICKS`."""

MAX_TICKS = 3

OPEN_END = 1.35
"""The length of the axis, if a version has no end date, relative to the time between the first and the last date."""


class Tick(NamedTuple):
    """A label on the axis, such as `Jan 2023`, and its position in percent."""

    label: str
    x: float


class Bar(NamedTuple):
    """A version as a bar from `start` to `end`, in percent. `end` is None if the version has no end date."""

    start: float
    end: float | None

    @property
    def width(self) -> float:
        return round((100 if self.end is None else self.end) - self.start, 1)


class SupportRow(NamedTuple):
    """A version, and its bar if all versions have dates."""

    version: Version
    is_latest: bool
    bar: Bar | None


class SupportTimeline(NamedTuple):
    """All versions, newest first, and the axis; without ticks, there are no bars either."""

    rows: tuple[SupportRow, ...]
    ticks: tuple[Tick, ...]

    @property
    def has_end_dates(self) -> bool:
        return any(row.version.sunset for row in self.rows)

    @property
    def has_estimates(self) -> bool:
        return any(row.version.dating for row in self.rows)


def support_timeline(newest_first: Sequence[Version]) -> SupportTimeline:
    """Lay out the released versions. If one of them has no date, or there is only one date, there are no bars."""
    starts = [start for version in newest_first if (start := parse_date(version.id))]
    ends = [end for version in newest_first if version.sunset and (end := parse_date(version.sunset))]
    first, last = min(starts, default=None), max([*starts, *ends], default=None)
    if len(starts) < len(newest_first) or first is None or last is None or first == last:
        return SupportTimeline(tuple(SupportRow(one, one is newest_first[0], None) for one in newest_first), ())
    length = (last - first).days * (OPEN_END if len(ends) < len(newest_first) else 1)

    def position(moment: datetime) -> float:
        return round((moment - first).days / length * 100, 1)

    def bar(version: Version) -> Bar:
        end = parse_date(version.sunset) if version.sunset else None
        start = parse_date(version.id)
        assert start is not None, "all versions have dates"
        return Bar(position(start), None if end is None else position(end))

    rows = tuple(SupportRow(one, one is newest_first[0], bar(one)) for one in newest_first)
    ticks = (Tick(f"{MONTHS[one.month - 1]} {one.year}", position(one)) for one in _months(first, last))
    return SupportTimeline(rows, tuple(ticks))


def _months(first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the starts of a few months between two moments, evenly spaced."""
    start, end = first.year * 12 + first.month, last.year * 12 + last.month - 1  # months since year 0, `start` excluded
    step = next((one for one in STEPS if (end - start) // one < MAX_TICKS), STEPS[-1])
    for month in range(-(-start // step) * step, end + 1, step):
        yield datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
