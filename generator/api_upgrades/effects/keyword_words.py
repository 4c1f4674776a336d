"""Puts the change of one keyword of a schema or a parameter into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api_upgrades.core.json import Json
from api_upgrades.effects.base import Predicate, as_code, join_some
from api_upgrades.openapi.schema import MISSING, as_text

UNKNOWN: Any = object()
"""A value that is not known, because only the other contract has it."""

MAX_VALUES = 2
"""How many values of an enum a text names; it counts more of them."""

MAX_VALUE_LENGTH = 32
"""The length of a value, in characters, up to which a text shows it."""

_FLAGS = {
    "readOnly": "read-only",
    "writeOnly": "write-only",
    "deprecated": "deprecated",
}
"""Keywords that say something about a value if they are true."""


def describe_values(values: Sequence[Json], last: str = "and") -> str:
    """The first values as code, and how many others there are."""
    return join_some([as_code(as_text(value)) for value in values], MAX_VALUES, "more values", last)


def describe_keyword_change(keyword: str, was: Json, now: Json) -> Predicate:
    """What happened to a keyword, as a predicate. MISSING says that it did not exist, UNKNOWN that it did."""
    if keyword.startswith("x-"):
        return _extension_change(keyword, was, now)
    if keyword in _FLAGS and all(one in (True, False, MISSING, UNKNOWN) for one in (was, now)):
        is_set = now is True or (now is UNKNOWN and was is not True)
        how = f"{'now' if is_set else 'no longer'} {_FLAGS[keyword]}"
        return Predicate(f"is {how}", f"are {how}", is_limit=True)
    if keyword == "uniqueItems" and (now is True or was is True):
        return _same("must have unique items" if now is True else "may have equal items")
    if keyword == "additionalProperties" and (now is False or was is False):
        how = "no longer" if now is False else "now"
        return Predicate(f"{how} allows other properties", f"{how} allow other properties", is_limit=True)
    if keyword == "additionalProperties" and (isinstance(now, dict) or isinstance(was, dict)):
        return _other_properties_change(was, now)
    if keyword == "operationId" and isinstance(was, str) and isinstance(now, str):
        return _have(f"has the operation ID {_code(now)} instead of {_code(was)}")
    name = "operation ID" if keyword == "operationId" else as_code(keyword)
    if keyword == "default":
        return _default_change(was, now)
    if keyword == "format":
        has, of = "the format", ""
    else:
        has, of = f"{_article(keyword)} {name}", "of "
    if was is MISSING:
        value = f" {of}{_code(now)}" if _is_short(now) else "" if of else " of its own"
        return _have(f"now has {has}{value}" if of or _is_short(now) else f"now has a {name}")
    if now is MISSING:
        value = f" {_code(was)}" if _is_short(was) else ""
        return _have(f"no longer has the {name}{value}" if of else f"no longer has {has}{value}")
    if _is_short(was) and _is_short(now):
        return _have(f"has {has} {of}{_code(now)} instead of {_code(was)}")
    before = f" (it was {_code(was)})" if now is UNKNOWN and _is_short(was) else ""
    return _have(f"has a different {name}{before}")


def _other_properties_change(was: Json, now: Json) -> Predicate:
    """What happened to properties without names of their own, one of which has a schema."""
    if isinstance(was, dict) and isinstance(now, dict):
        return _have("has other values of properties that it doesn't name")
    schema, how = (now, "now") if isinstance(now, dict) else (was, "no longer")
    kind = schema.get("type") if isinstance(schema.get("type"), str) else None
    values = f"{kind}s" if kind else "certain values"
    return Predicate(
        f"{how} limits properties without a name of their own to {values}",
        f"{how} limit properties without a name of their own to {values}",
        is_limit=True,
    )


def _extension_change(keyword: str, was: Json, now: Json) -> Predicate:
    if was is MISSING:
        return _have(f"now has the extension {as_code(keyword)}")
    if now is MISSING:
        return _have(f"no longer has the extension {as_code(keyword)}")
    return _have(f"has a different extension {as_code(keyword)}")


def _default_change(was: Json, now: Json) -> Predicate:
    if was is MISSING:
        return _have("now has a default" + (f" of {_code(now)}" if _is_short(now) else ""))
    if now is MISSING:
        return _have("no longer has a default" + (f" of {_code(was)}" if _is_short(was) else ""))
    if _is_short(was) and _is_short(now):
        return _have(f"has a default of {_code(now)} instead of {_code(was)}")
    return _have("has a different default" + (f" (it was {_code(was)})" if _is_short(was) else ""))


def _same(text: str) -> Predicate:
    return Predicate(text, text, is_limit=True)


def _have(text: str) -> Predicate:
    """A predicate whose verb is the first `has` in a text."""
    return Predicate(text, text.replace("has ", "have ", 1), is_limit=True)


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" and not word.startswith("uni") else "a"


def _code(value: Json) -> str:
    return as_code(as_text(value))


def _is_short(value: Json) -> bool:
    """Whether a text shows a value: one that is known, plain and not too long."""
    if value is MISSING or value is UNKNOWN or isinstance(value, dict):
        return False
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return False
    return 0 < len(as_text(value)) <= MAX_VALUE_LENGTH
