"""Decides which addresses may be linked from a page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff\U000f0000-\U000fffff]"
)
"""Control characters, bidirectional overrides, non-characters, and the placeholders of `prose_html`."""

_SAFE_ADDRESS = re.compile(r"https?://[^/?#]|mailto:.|[^:/?#]+(?:[/?#]|$)|/(?!/)|[?#]", re.IGNORECASE)
"""The start of an address that may be linked: http, https, mailto, or relative without a scheme and a host."""


def safe_address(text: str) -> str | None:
    """Return an address if it may be linked, with its spaces encoded; otherwise None.

    Addresses with tabs, newlines or backslashes are refused: browsers drop the first two, and read a backslash as a
    slash.
    """
    text = text.strip(" ")
    is_safe = not FORBIDDEN_CHARACTERS.search(text) and not re.search(r"[\t\n\\]", text) and _SAFE_ADDRESS.match(text)
    return text.replace(" ", "%20") if is_safe and _has_valid_host(text) else None


def _has_valid_host(address: str) -> bool:
    """Whether the host of an address may be one: `http://[b` is none, and `urlsplit` raises ValueError for it."""
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True
