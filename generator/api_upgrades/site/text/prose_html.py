"""HTML inside prose. Imported descriptions often hold some; its harmless elements work as their Markdown does.

What stands inside a line (`br`, `a`, `code`, bold, italic) becomes a mark: one character that Markdown takes for a
letter, and that is written as the element, or inside code as its source, once Markdown is done. Paragraphs and lists
become Markdown. All other HTML stays the text it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

MARKS = range(0xF0000, 0xFFFFE)
"""The characters that serve as marks, all for private use, and more than a text has tags. No text may hold them."""

BREAK = "\x1e"
"""Serves as the end of a paragraph while lists and paragraphs are taken out; no text may hold it."""

_MAX_NESTED = 6
_FENCE = re.compile(r"(`{3,}|~{3,})[^`\n]*\n?")
_HTML = re.compile(
    r"(?P<markdown>(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`))"
    r"|(?<!\\)<code(?:\s[^<>]*)?>(?P<code>.{0,500}?)</code>"
    r"|(?<!\\)<(?P<end>/?)(?P<name>br|p|a|strong|b|em|i|ul|ol|li)(?P<attributes>[\s/][^<>]*)?>",
    re.IGNORECASE | re.DOTALL,
)
"""The elements that work as Markdown does, and Markdown's own code, inside which there are none."""

_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "a": "a"}
_BULLETS = {"ul": "- ", "ol": "1. "}
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class Mark(NamedTuple):
    """What one mark stands for: a tag, or a `code` element with its text."""

    source: str
    name: str
    is_end: bool = False
    href: str = ""
    code: str = ""


class HtmlReader:
    """Takes the harmless HTML out of a text, and keeps what its marks stand for."""

    def __init__(self, is_inline: bool) -> None:
        self.marks: list[Mark] = []
        self._is_inline = is_inline

    def read(self, text: str) -> str:
        if "<" not in text:
            return text
        return "".join(piece if is_code else self._piece(piece) for piece, is_code in _fenced(text))

    def _piece(self, text: str) -> str:
        matches = list(_HTML.finditer(text))
        paired = _paired(matches)
        lists: list[str] = []
        out: list[str] = []
        end = 0
        for index, match in enumerate(matches):
            between = text[end : match.start()]
            out.append(re.sub(r"\s+", " ", between) if lists else between)
            out.append(self._instead(match, index in paired, lists))
            end = match.end()
        first, *rest = "".join((*out, text[end:])).split(BREAK)
        # Elsewhere the spaces around a paragraph mean nothing; to Markdown they are code.
        return "\n\n".join((first.rstrip(), *(block.strip() for block in rest))) if rest else first

    def _instead(self, match: re.Match[str], is_paired: bool, lists: list[str]) -> str:
        """What a match becomes. `lists` are the bullets of the lists that are open here."""
        source = match.group()
        if match["markdown"]:
            return source
        if match["code"] is not None:
            return self._mark(Mark(source, "code", code=unescape(re.sub(r"<[^<>]*>", "", match["code"]))))
        name, is_end = match["name"].lower(), bool(match["end"])
        if name == "br":
            return self._mark(Mark(source, name))
        if name in _INLINE:
            href = "" if is_end else _href(match["attributes"] or "")
            return self._mark(Mark(source, _INLINE[name], is_end, href)) if is_paired else source
        if self._is_inline:
            return " "
        if name == "p":
            return " " if lists else BREAK
        if name == "li":
            if not lists:
                return source
            indent = "    " * (min(len(lists), _MAX_NESTED) - 1)
            return "" if is_end else f"\n{indent}{lists[-1]}"
        if not is_paired:
            return source
        if is_end:
            del lists[-1:]
            return "" if lists else BREAK
        lists.append(_BULLETS[name])
        return "" if len(lists) > 1 else BREAK

    def _mark(self, mark: Mark) -> str:
        self.marks.append(mark)
        return chr(MARKS[len(self.marks) - 1])


def _fenced(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a fenced block of code."""
    fence, piece = "", ""
    for line in text.splitlines(keepends=True):
        opening = _FENCE.fullmatch(line)
        if not fence and opening:
            yield piece, False
            fence, piece = opening.group(1), line
        elif fence and line.rstrip() == fence:
            yield piece + line, True
            fence, piece = "", ""
        else:
            piece += line
    yield piece, bool(fence)


def _paired(matches: list[re.Match[str]]) -> set[int]:
    """The indexes of those tags that have a partner. `List<i>` is not the beginning of something in italics."""
    found: set[int] = set()
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for index, match in enumerate(matches):
        name = (match["name"] or "").lower()
        if not match["end"]:
            opened[name].append(index)
        elif opened[name]:
            found |= {index, opened[name].pop()}
    return found


def _href(attributes: str) -> str:
    match = _HREF.search(attributes)
    return unescape(next(value for value in match.groups() if value is not None)) if match else ""
