"""What happened to each place as data, from which a script composes the steps between any two versions.

The script does what `history/composition.py` does. Most places were affected by one change only; these are counted with
their change. The data of a place holds all its events if several changes affect it.
"""

from __future__ import annotations

from collections.abc import Mapping

from api_upgrades.compare.rules.table import SEVERITIES, Severity
from api_upgrades.core.json import Json, json_equal
from api_upgrades.history.composition import NameChange, find_outcomes
from api_upgrades.history.history import History
from api_upgrades.history.place_events import EXISTENCE, NAME, REQUIRED, ChangeKey, Place, PlaceEvent
from api_upgrades.history.upgrade_path import UpgradePaths
from api_upgrades.site.pages.mini_diff import event_lines
from api_upgrades.site.pages.path.items import holder_label, name_labels

_FACETS = (EXISTENCE, NAME, REQUIRED)


def steps_data(history: History, paths: UpgradePaths) -> Json:
    """The changes of all versions, oldest first, and the places that several changes affect.

    A change is `[version, rank, rank of a downgrade, places, worst rank, worst rank of a downgrade]`: the last three
    are about the places that it alone affects, and -1 if it affects no place at all. Rank 0 is the worst severity.

    An event is `[change, facet, before, after, rank, rank of a downgrade, name]`. The facets 0, 1 and 2 are existence,
    name and required. The values are numbers that are equal if the values are; 0 is none. The ranks are -1 if only what
    contains the place was affected. `name` is there if the name changed; see `_name_data`.
    """
    numbers: dict[ChangeKey, int] = {}
    changes: list[list[int]] = []
    for index, version in enumerate(history.versions):
        for change in history.changes_of(version.id):
            numbers[version.id, change.change.id] = len(changes)
            ranks = _rank(change.severity), _rank(paths.downgrade_severity(change))
            changes.append([index, *ranks, -1, 3, 3])
    shared = [place for place in paths.composition.places if len({event.change for event in place.events}) > 1]
    numbers_of_shared = {place.number for place in shared}
    for key, places in paths.composition.places_of.items():
        data = changes[numbers[key]]
        own = [place for place in places if place.number not in numbers_of_shared]
        outcomes = [one for place in own for one in find_outcomes(place.number, place.events) if not one.is_cancelled]
        data[3] = len(outcomes)
        data[4] = min((_rank(one.severity(is_downgrade=False)) for one in outcomes), default=3)
        # If no place is shared, the severity of the whole change is that of its places, and is judged more quickly.
        is_whole = len(own) == len(places)
        data[5] = data[2] if is_whole else min((_rank(one.severity(is_downgrade=True)) for one in outcomes), default=3)
    return {
        "changes": [tuple(change) for change in changes],
        "places": [_place_data(place, numbers) for place in shared],
    }


def _place_data(place: Place, numbers: Mapping[ChangeKey, int]) -> Json:
    facets = [*_FACETS]
    values: list[Json] = [None]
    found: list[Json] = []
    for event in place.events:
        if event.facet not in facets:
            facets.append(event.facet)
        ranks = (-1, -1) if event.is_inherited else (_rank(event.severity), _rank(event.reverse_severity))
        data = [
            numbers[event.change],
            facets.index(event.facet),
            _number_of(event.before, values),
            _number_of(event.after, values),
            *ranks,
        ]
        found.append([*data, _name_data(event)] if event.facet == NAME else data)
    return found


def _number_of(value: Json, values: list[Json]) -> int:
    number = next((number for number, one in enumerate(values) if json_equal(one, value)), len(values))
    if number == len(values):
        values.append(value)
    return number


def _rank(severity: Severity | None) -> int:
    return SEVERITIES.index(severity or "neutral")


def _name_data(event: PlaceEvent) -> Json:
    """The names as titles show them, what contains them, and the lines of the mini diff.

    `[is_move, (old, new), (old in full, new in full), (old holder, new holder), (old caption, new caption),
    (old line, new line)]`; the line of a place that no payload shows is empty.
    """
    plain = name_labels(NameChange(event.old_target, event.target, is_move=False))
    full = name_labels(NameChange(event.old_target, event.target, is_move=True))
    holders = holder_label(event.old_target), holder_label(event.target)
    captions, lines = event_lines(event)
    return [int(event.is_move), plain, full, holders, captions, lines]
