"""Finds the directions in which a limit of an object counts, if some properties are only sent or only received.

A read-only property is no part of a request. So an `anyOf` that requires it, or a `not` that forbids it, limits no
request.
"""

from __future__ import annotations

from api_upgrades.core.json import Json, JsonObject, json_equal
from api_upgrades.openapi.mentions import ONE_WAY_FLAGS
from api_upgrades.openapi.usage import DIRECTIONS, HIDING_FLAG, Direction
from api_upgrades.openapi.vacuous import drop_implied

_HIDDEN_IN = {
    flag: frozenset(direction for direction in DIRECTIONS if HIDING_FLAG[direction] == flag) for flag in ONE_WAY_FLAGS
}
_CHOICES = ("anyOf", "oneOf")
_LIMITS = frozenset({"not", "minProperties", *_CHOICES})
_NOTHING: JsonObject = {"not": {}}


def directions_of_limit(keyword: str, was: JsonObject, now: JsonObject) -> frozenset[Direction]:
    """The directions in which a limit differs between two forms of which at least one has it."""
    if keyword not in _LIMITS or not (_has_one_way(was) or _has_one_way(now)):
        return frozenset(DIRECTIONS)
    differing = (_HIDDEN_IN[flag] for flag in _HIDDEN_IN if _differs(keyword, was, now, flag))
    return frozenset().union(*differing)


def _has_one_way(form: JsonObject) -> bool:
    return any(not _HIDDEN_IN.keys().isdisjoint(inner) for inner in form.get("properties", {}).values()) or any(
        _has_one_way(branch) for keyword in _CHOICES for branch in form.get(keyword, ())
    )


def _differs(keyword: str, was: JsonObject, now: JsonObject, flag: str) -> bool:
    """Whether a limit differs for those who never see properties with a flag."""
    before, after = (drop_implied(_seen(form, flag)) for form in (was, now))
    if keyword not in _CHOICES:
        return not json_equal(before.get(keyword), after.get(keyword))
    if _which_choices(was) == _which_choices(now):
        return True
    return _which_choices(before) != _which_choices(after)


def _which_choices(form: JsonObject) -> list[str]:
    return [keyword for keyword in _CHOICES if keyword in form]


def _seen(form: JsonObject, flag: str, inherited: frozenset[str] = frozenset()) -> JsonObject:
    """A form for those who never see properties with a flag: these are forbidden, and never required."""
    properties: JsonObject = form.get("properties", {})
    hidden = inherited | {name for name, inner in properties.items() if flag in inner}
    found: dict[str, Json] = dict(form)
    if "properties" in form:
        found["properties"] = {
            name: _NOTHING if name in hidden else {key: one for key, one in inner.items() if key not in _HIDDEN_IN}
            for name, inner in properties.items()
        }
    if "required" in form:
        found["required"] = [name for name in form["required"] if name not in hidden]
    for keyword in _CHOICES:
        if keyword in form:
            found[keyword] = [_seen(branch, flag, hidden) for branch in form[keyword]]
    return found
