"""Puts the change of a value at a JSON Pointer into words, so that no text has to show the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from api_upgrades.core.json import Json, Pointer, remove_at, set_at, value_at
from api_upgrades.effects.base import Clause, Predicate, as_code, join_some
from api_upgrades.effects.call_words import describe_encoding, describe_encodings, describe_security_change
from api_upgrades.effects.keyword_words import UNKNOWN, describe_keyword_change
from api_upgrades.effects.schema_words import CHANGED, NestedChange, describe_nested_change
from api_upgrades.openapi.part import Part
from api_upgrades.openapi.schema import ANNOTATIONS, MISSING


class OlderAndNewer(NamedTuple):
    """Some JSON around a place that changed, in both contracts. Both are UNKNOWN without the newer contract."""

    older: Json
    newer: Json


IS_NEW = Predicate("is new", "are new")
WAS_REMOVED = Predicate("was removed", "were removed")

_SCHEMA_LISTS = {"allOf", "anyOf", "oneOf", "prefixItems"}
_SCHEMA_MAPS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_SCHEMA_KEYWORDS = {"items", "additionalProperties", "not", "if", "then", "else", "contains", "itemSchema"}

_SECTIONS = {
    "parameters": "parameter",
    "responses": "response",
    "requestBodies": "request body",
    "headers": "header",
    "securitySchemes": "security scheme",
    "examples": "example",
    "links": "link",
    "callbacks": "callback",
    "pathItems": "path item",
}


_NAMING = _SCHEMA_MAPS | _SECTIONS.keys()
"""Keys of objects whose own keys are names, which may begin like an extension."""


def find_extension(pointer: Pointer) -> str | None:
    """The specification extension at or around a place, such as `x-unit`."""
    outer: str | int = ""
    for key in pointer:
        if isinstance(key, str) and key.startswith("x-") and (outer not in _NAMING or outer == "responses"):
            return key
        outer = key
    return None


def component_words(section: str, name: str) -> str:
    """A component in words: `` the shared parameter `Page` ``."""
    shared = "" if section == "securitySchemes" else "shared "
    return f"the {shared}{_SECTIONS.get(section, section)} {as_code(name)}"


def describe_change(part: Part | None, pointer: Pointer, was: Json, whole: Json = UNKNOWN) -> Clause:
    """What happened at a pointer inside a part or, without a part, inside the rest of the document.

    `was` is the older value, MISSING if there was none. `whole` is the newer part, if it is known.
    """
    start, prefix = _schema_start(part, pointer)
    if start is None:
        return _describe_outside(part, pointer, was, whole)
    names, end = _walk_schema(pointer, start)
    if end == len(pointer) and (was is MISSING or not _exists(whole, pointer)) and end > start:
        names, end = _walk_schema(pointer[: end - 1], start)  # a property or a branch that was added or removed
    inside, predicate = _describe_schema(_both(pointer, was, whole, end), pointer[end:], was)
    subject = ".".join((*names, *inside))
    if prefix and subject:
        return Clause(f"{as_code(subject)} in {prefix}" if part is None else as_code(subject), predicate)
    return Clause(as_code(subject) if subject else prefix, predicate)


def _both(pointer: Pointer, was: Json, whole: Json, end: int) -> OlderAndNewer:
    """The value at the first `end` keys of a pointer, in both contracts."""
    if whole is UNKNOWN:
        return OlderAndNewer(UNKNOWN, UNKNOWN)
    rest = pointer[end:]
    if not _exists(whole, pointer[:end]):
        return OlderAndNewer(was if not rest else UNKNOWN, MISSING)
    newer = value_at(whole, pointer[:end])
    if not rest:
        return OlderAndNewer(was, newer)
    return OlderAndNewer(remove_at(newer, rest) if was is MISSING else set_at(newer, rest, was), newer)


def _exists(whole: Json, pointer: Pointer) -> bool:
    if whole is UNKNOWN:
        return True
    try:
        value_at(whole, pointer)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _describe_schema(both: OlderAndNewer, rest: Pointer, was: Json) -> NestedChange:
    if both.newer is not UNKNOWN:
        return describe_nested_change(*both)
    if rest and isinstance(rest[0], str):
        return NestedChange((), describe_keyword_change(rest[0], was if len(rest) == 1 else UNKNOWN, UNKNOWN))
    return NestedChange((), CHANGED)


def _schema_start(part: Part | None, pointer: Pointer) -> tuple[int | None, str]:
    """After how many keys the outermost schema begins, None without one, and words for the place around it."""
    if part is not None and part.kind == "schema":
        return 0, ""
    for index, key in enumerate(pointer):
        if key == "schema" and index and pointer[0] not in ("paths",) and not str(pointer[0]).startswith("x-"):
            return index + 1, _place_words(part, pointer[:index])
    return None, ""


def _place_words(part: Part | None, pointer: Pointer) -> str:
    """A place of an operation or of the document in words: `` `response 200` `` or `` the header `Link` ``."""
    if part is None:
        if pointer[:1] == ("components",) and len(pointer) > 2:
            return component_words(str(pointer[1]), str(pointer[2]))
        return as_code(".".join(key for key in pointer if isinstance(key, str)))
    keys = pointer[1:] if part.kind == "webhook" else pointer
    if keys[:1] == ("requestBody",):
        return "the request"
    if "headers" in keys and keys.index("headers") + 1 < len(keys):
        return f"the header {as_code(keys[keys.index('headers') + 1])}"
    if keys[:1] == ("responses",) and len(keys) > 1:
        return f"the response {as_code(keys[1])}"
    if keys[:1] == ("callbacks",) and len(keys) > 1:
        return f"the callback {as_code(keys[1])}"
    if keys[:1] == ("parameters",):
        return "a parameter"
    return as_code(".".join(key for key in keys if isinstance(key, str)))


def _walk_schema(pointer: Pointer, start: int) -> tuple[list[str], int]:
    """The names of the properties on the way into a schema, and after how many keys its innermost schema begins."""
    names: list[str] = []
    index = end = start
    while index < len(pointer):
        key = pointer[index]
        if key in _SCHEMA_MAPS and index + 1 < len(pointer):
            names.append(str(pointer[index + 1]))
            index += 2
        elif key in _SCHEMA_LISTS and index + 1 < len(pointer):
            index += 2
        elif key in _SCHEMA_KEYWORDS and index + 1 < len(pointer):
            index += 1
        else:
            break
        end = index
    return names, end


# Outside of schemas


def _describe_outside(part: Part | None, pointer: Pointer, was: Json, whole: Json) -> Clause:
    if not pointer:
        return Clause("", CHANGED)
    first = str(pointer[0])
    now = value_at(whole, pointer) if whole is not UNKNOWN and _exists(whole, pointer) else MISSING
    now = UNKNOWN if whole is UNKNOWN else now
    if extension := find_extension(pointer):
        both = (was, now) if pointer[-1] == extension else (UNKNOWN, UNKNOWN)
        return Clause("" if part else "the API", describe_keyword_change(extension, *both))
    if first == "operationId":
        return Clause("", describe_keyword_change("operationId", was, now))
    if first == "servers":
        return _describe_servers(part, _both(pointer, was, whole, 1))
    if first == "tags":
        return Clause("" if part else "the API", _describe_names("tag", _both(pointer, was, whole, 1)))
    if part is None:
        return _describe_in_document(pointer, was, now, whole)
    return _describe_in_operation(part, pointer, was, now, whole)


def _describe_servers(part: Part | None, both: OlderAndNewer) -> Clause:
    of = "" if part is None else " of its own"
    older, newer = (_server_urls(one) for one in both)
    if len(older) == len(newer) == 1 and older != newer:
        text = f"{as_code(newer[0])} instead of {as_code(_end_of_url(older[0], newer[0]))}"
        return Clause(f"the server URL{of}" if part is None else "", Predicate(f"is {text}", f"are {text}"))
    if part is not None:
        return Clause("", Predicate("has different servers", "have different servers"))
    return Clause("the API", _list_change("the server", older, newer, Predicate("has different servers", "")))


def _end_of_url(url: str, other: str) -> str:
    """A URL without the segments at its beginning that another URL has too."""
    pairs = zip(url, other, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = url.rfind("/", 0, shared)
    return f"…{url[start:]}" if url[start - 1 : start] not in ("", "/", ":") else url


def _server_urls(servers: Json) -> list[str]:
    return [str(one["url"]) for one in servers if isinstance(one, dict) and "url" in one] if _is_list(servers) else []


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _describe_names(noun: str, both: OlderAndNewer) -> Predicate:
    older, newer = ([_name_of(item) for item in one] if _is_list(one) else [] for one in both)
    changed = Predicate(f"has different {noun}s", f"have different {noun}s")
    return _list_change(f"the {noun}", older, newer, changed)


def _name_of(item: Json) -> str:
    if isinstance(item, dict):
        found = item.get("name") or item.get("url") or item.get("$ref") or ""
        return str(found).rpartition("/")[2]
    return str(item)


def _list_change(what: str, older: Sequence[str], newer: Sequence[str], changed: Predicate) -> Predicate:
    gained = [as_code(one) for one in newer if one not in older]
    lost = [as_code(one) for one in older if one not in newer]
    if gained and lost:
        return _have(f"has {what} {join_some(gained, 2)} instead of {join_some(lost, 2)}")
    if gained or lost:
        return _have(f"{'now' if gained else 'no longer'} has {what} {join_some(gained or lost, 2)}")
    return changed


def _have(text: str) -> Predicate:
    return Predicate(text, text.replace("has ", "have ", 1))


def _describe_in_document(pointer: Pointer, was: Json, now: Json, whole: Json) -> Clause:
    if pointer[0] == "components" and len(pointer) > 2:
        subject = component_words(str(pointer[1]), str(pointer[2]))
        return Clause(subject, _describe_object(pointer[3:], was, now))
    if pointer[0] == "security":
        return Clause("the API", _describe_security(_both(pointer, was, whole, 1)))
    if pointer[0] == "paths" and len(pointer) > 1:
        return Clause(as_code(pointer[1]), _describe_object(pointer[2:], was, now))
    return Clause("the API", _describe_object(pointer, was, now))


def _describe_in_operation(part: Part, pointer: Pointer, was: Json, now: Json, whole: Json) -> Clause:
    subject = _place_words(part, pointer)
    keys = pointer[1:] if part.kind == "webhook" else pointer
    if keys[:1] == ("parameters",):
        at = pointer.index("parameters") + 1
        return Clause("", _describe_names("parameter", _both(pointer, was, whole, at)))
    if "content" in keys:
        at = pointer.index("content") + 1
        if len(pointer) <= at + 1:
            both = _both(pointer, was, whole, at)
            older, newer = (list(one) if isinstance(one, dict) else [] for one in both)
            return Clause(subject, _list_change("the media type", older, newer, _have("has different media types")))
        if len(pointer) == at + 2 and pointer[at + 1] == "encoding":
            return Clause(subject, describe_encodings(*_both(pointer, was, whole, at + 2)))
        if len(pointer) > at + 2 and pointer[at + 1] == "encoding":
            both = _both(pointer, was, whole, at + 3)
            return Clause(as_code(pointer[at + 2]), describe_encoding(*both))
    known = {"requestBody": 1, "responses": 2, "callbacks": 2, "headers": 2}
    skip = len(keys) if "headers" in keys else known.get(str(keys[0]), 0) if keys else 0
    if not skip:
        return Clause("", _describe_object(keys, was, now))
    return Clause(subject, _describe_object(keys[skip:], was, now))


def _describe_object(rest: Pointer, was: Json, now: Json) -> Predicate:
    """What happened at the end of a pointer that starts in an object which the subject names."""
    if not rest:
        return IS_NEW if was is MISSING else WAS_REMOVED if now is MISSING else CHANGED
    if len(rest) == 1 and isinstance(rest[0], str) and rest[0] not in ANNOTATIONS:
        return describe_keyword_change(rest[0], was, now)
    where = as_code(".".join(key for key in rest if isinstance(key, str)))
    return _have(f"has a different {where}")


def _describe_security(both: OlderAndNewer) -> Predicate:
    if both.newer is UNKNOWN:
        return Predicate("requires different credentials", "require different credentials")
    return describe_security_change(*both)
