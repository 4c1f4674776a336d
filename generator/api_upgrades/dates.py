"""When each version came, as far as its name tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from api_upgrades.registry.model import Version

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
