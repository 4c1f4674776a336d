"""The description of a document in sections: vendors write whole guides there, with headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from api_upgrades.site.pages.addresses import safe_id

_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t]*#*")
_FENCE = re.compile(r"[ \t]*(```|~~~)")

_TOPICS: Mapping[str, re.Pattern[str]] = {
    "authentication": re.compile(r"authenti|authori[sz]|credential|api keys?", re.IGNORECASE),
    "versioning": re.compile(r"version", re.IGNORECASE),
    "pagination": re.compile(r"paginat|paging", re.IGNORECASE),
    "errors": re.compile(r"errors?\b|status codes?", re.IGNORECASE),
}


class AboutSection(NamedTuple):
    """A section of a description. `topic` is the id of the topic that its heading names, or empty."""

    id: str
    title: str
    text: str
    topic: str


def split_description(text: str) -> tuple[str, tuple[AboutSection, ...]]:
    """Split Markdown at its headings of the highest level. Returns the text before them, and the sections."""
    lines = text.splitlines()
    headings = _find_headings(lines)
    if not headings:
        return text, ()
    top = min(level for level, _ in headings.values())
    starts = [index for index, (level, _) in headings.items() if level == top]
    sections: list[AboutSection] = []
    taken: set[str] = set()
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        title = re.sub(r"[*_`]", "", headings[start][1])
        base = f"about-{safe_id(title.lower()).strip('-')}"
        id, number = base, 2
        while id in taken:
            id, number = f"{base}-{number}", number + 1
        taken.add(id)
        topic = next((name for name, pattern in _TOPICS.items() if pattern.search(title)), "")
        sections.append(AboutSection(id, title, "\n".join(lines[start + 1 : end]).strip(), topic))
    return "\n".join(lines[: starts[0]]).strip(), tuple(one for one in sections if one.text)


def _find_headings(lines: list[str]) -> dict[int, tuple[int, str]]:
    """The level and title of each heading outside of code, by its line."""
    found: dict[int, tuple[int, str]] = {}
    is_code = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code and (match := _HEADING.fullmatch(line)):
            found[index] = (len(match[1]), match[2])
    return found
