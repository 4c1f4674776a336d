"""Checks of string formats.

Those of `jsonschema` need additional packages for several formats, and accept every value if they are not installed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date, datetime, time
from urllib.parse import urlsplit

FormatCheck = Callable[[str], object]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_HOSTNAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.I)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_URI = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]]*", re.ASCII)


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text) and date.fromisoformat(text))


def _is_time(text: str) -> bool:
    return bool(_TIME.fullmatch(text) and time.fromisoformat(text.upper()))


def _is_date_time(text: str) -> bool:
    """RFC 3339: the date, a `T` or a space, and the time with its offset."""
    day, rest = text[:10], text[11:]
    if not (_DATE.fullmatch(day) and _TIME.fullmatch(rest) and text[10] in "Tt "):
        return False
    return bool(datetime.fromisoformat(f"{day}T{rest.upper()}"))


def _is_uri_reference(text: str) -> bool:
    return _URI.fullmatch(text) is not None and urlsplit(text) is not None


def _is_uri(text: str) -> bool:
    return _is_uri_reference(text) and urlsplit(text).scheme != ""


CHECKS: dict[str, FormatCheck] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _is_time,
    "duration": _DURATION.fullmatch,
    "email": _EMAIL.fullmatch,
    "hostname": _HOSTNAME.fullmatch,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "uri": _is_uri,
    "uri-reference": _is_uri_reference,
    "uuid": _UUID.fullmatch,
}
"""The check of each format. A text is invalid if its check returns a false value or raises ValueError."""


def has_format(text: str, name: str) -> bool:
    """Whether a text has a format, as far as that is known."""
    try:
        return name not in CHECKS or bool(CHECKS[name](text))
    except ValueError:
        return False
