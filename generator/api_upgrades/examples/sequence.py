"""Bodies that are sequences, such as `application/jsonl` and `text/event-stream`, as text.

OpenAPI describes the items of such a body. A body of any other type than a list is a sequence of that one item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from api_upgrades.core.json import Json
from api_upgrades.openapi.schema import as_text

EVENT_STREAM = "text/event-stream"
JSON_LINES = ("application/jsonl", "application/x-jsonl", "application/ndjson", "application/x-ndjson")
JSON_SEQUENCE = "application/json-seq"
BOUNDARY = "boundary"
"""The text that separates the parts of every composed multipart body."""

RECORD_SEPARATOR = "\x1e"
"""The control character before each item of a JSON text sequence."""

_EVENT_FIELDS = {"data", "event", "id", "retry"}


def sequence_text(media_type: str, body: Json) -> str | None:
    """A body as text if its media type is a sequence; None for any other type. Text is returned unchanged."""
    base = media_type.partition(";")[0].strip().lower()
    items = body if isinstance(body, list | tuple) else [body]
    if base == EVENT_STREAM:
        text = "\n\n".join(map(_event, items))
    elif base in JSON_LINES:
        text = "\n".join(map(_line, items))
    elif base == JSON_SEQUENCE or base.endswith("+json-seq"):
        text = "\n".join(RECORD_SEPARATOR + _line(item) for item in items)
    elif base.startswith("multipart/") and isinstance(body, list | tuple):
        text = "".join(f"--{BOUNDARY}\n{_part(item)}\n" for item in items) + f"--{BOUNDARY}--"
    else:
        return None
    return body if isinstance(body, str) else text


def _line(item: Json) -> str:
    return json.dumps(item, ensure_ascii=False)


def _event(item: Json) -> str:
    """A server-sent event. An item with other fields than those of an event is its data."""
    is_event = isinstance(item, Mapping) and "data" in item and item.keys() <= _EVENT_FIELDS
    fields: Mapping[str, Json] = item if is_event else {"data": item}
    return "\n".join(
        f"{name}: {line}" for name, value in fields.items() for line in re.split(r"\r\n|\r|\n", as_text(value))
    )


def _part(item: Json) -> str:
    media_type = "text/plain" if isinstance(item, str) else "application/json"
    return f"Content-Type: {media_type}\n\n{as_text(item)}"
