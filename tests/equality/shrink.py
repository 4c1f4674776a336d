"""Makes a failing document smaller, by leaving out parts of it while it still fails."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

Document = dict[str, Any]
NEEDED = {"openapi", "info", "paths", "responses", "in", "name", "schema", "title", "version", "required", "type"}
"""Keys that are left out last, as most objects must have them."""


def shrink(document: Document, still_fails: Callable[[Document], bool], seconds: float) -> Document:
    """The smallest document found in the time given."""
    until = time.monotonic() + seconds
    is_smaller = True
    while is_smaller and time.monotonic() < until:
        is_smaller = False
        for path in sorted(_paths(document), key=_order):
            if time.monotonic() > until:
                break
            candidate = _without(document, path)
            if candidate is None or _leads_nowhere(candidate) > _leads_nowhere(document):
                continue
            with suppress(KeyError, TypeError, ValueError, AttributeError):  # what is left is no document any more
                if still_fails(candidate):
                    document, is_smaller = candidate, True
    return document


def _order(path: tuple[Any, ...]) -> tuple[int, bool]:
    return len(path), path[-1] in NEEDED


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands that can be left out."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        if not (len(at) == 0 and key in ("openapi", "info")) and not (len(at) == 1 and at[0] == "info"):
            yield (*at, str(key) if isinstance(value, dict) else key)
            yield from _paths(inner, (*at, key))


def _without(document: Document, path: tuple[Any, ...]) -> Document | None:
    """The document without what stands at a path; None if nothing stands there any more."""
    candidate = copy.deepcopy(document)
    holder: Any = candidate
    try:
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(holder, list) and len(holder) == 1:
            return None  # the list itself is left out instead
        del holder[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return candidate


def _leads_nowhere(document: Document) -> int:
    """How many references lead to no component."""
    text = json.dumps(document)
    names = {
        f'"#/components/{section}/{name}"'
        for section, entries in (document.get("components") or {}).items()
        if isinstance(entries, dict)
        for name in entries
    }
    total = text.count('"#/components/')
    return total - sum(text.count(name) for name in names)
