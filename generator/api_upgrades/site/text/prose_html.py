"""Support a few harmless HTML elements inside Markdown prose, because imported descriptions often contain them.

Each inline tag (`br`, `a`, `code`, bold, italic) becomes a placeholder: one private-use character, which Markdown
treats as a letter. After the conversion, the placeholder is replaced by the element, or inside code by its source.
Paragraphs and lists become Markdown. All other HTML remains text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

PLACEHOLDERS = range(0xF0000, 0xFFFFE)
"""The private-use characters that serve as placeholders. No text has more tags. They are removed from input."""

PARAGRAPH_BREAK = "\x1e"
"""Marks the end of a paragraph while lists and paragraphs are being replaced. It is removed from input."""

_MAX_LIST_DEPTH = 6
_FENCE = re.compile(r"(`{3,}|~{3,})[^`\n]*\n?")
_SUPPORTED_HTML = re.compile(
    r"(?P<markdown>(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`))"
    r"|(?<!\\)<code(?:\s[^<>]*)?>(?P<code>.{0,500}?)</code>"
    r"|(?<!\\)<(?P<end>/?)(?P<name>br|p|a|strong|b|em|i|ul|ol|li)(?P<attributes>[\s/][^<>]*)?>",
    re.IGNORECASE | re.DOTALL,
)
"""The supported elements, and Markdown's own inline code, inside which tags don't count."""

_INLINE_ELEMENTS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "a": "a"}
_BULLETS = {"ul": "- ", "ol": "1. "}
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class HtmlTag(NamedTuple):
    """What a placeholder stands for: a start or end tag, or a whole `code` element with its text in `code`."""

    source: str
    name: str
    is_end: bool = False
    href: str = ""
    code: str = ""


class HtmlExtractor:
    """Replaces supported HTML with placeholders and Markdown. `tags` lists what each placeholder stands for."""

    def __init__(self, is_inline: bool) -> None:
        self.tags: list[HtmlTag] = []
        self._is_inline = is_inline

    def extract(self, text: str) -> str:
        if "<" not in text:
            return text
        return "".join(piece if is_code else self._extract_from(piece) for piece, is_code in _split_at_fences(text))

    def _extract_from(self, text: str) -> str:
        matches = list(_SUPPORTED_HTML.finditer(text))
        paired = _find_paired_tags(matches)
        lists: list[str] = []
        out: list[str] = []
        end = 0
        for index, match in enumerate(matches):
            between = text[end : match.start()]
            out.append(re.sub(r"\s+", " ", between) if lists else between)
            out.append(self._replace(match, index in paired, lists))
            end = match.end()
        first, *rest = "".join((*out, text[end:])).split(PARAGRAPH_BREAK)
        # Spaces around an HTML paragraph mean nothing, but Markdown reads an indented line as code.
        return "\n\n".join((first.rstrip(), *(block.strip() for block in rest))) if rest else first

    def _replace(self, match: re.Match[str], is_paired: bool, lists: list[str]) -> str:
        """Return the replacement for a match. `lists` holds the bullets of the lists that are open here."""
        source = match.group()
        if match["markdown"]:
            return source
        if match["code"] is not None:
            return self._add_tag(HtmlTag(source, "code", code=unescape(re.sub(r"<[^<>]*>", "", match["code"]))))
        name, is_end = match["name"].lower(), bool(match["end"])
        if name == "br":
            return self._add_tag(HtmlTag(source, name))
        if name in _INLINE_ELEMENTS:
            href = "" if is_end else _read_href(match["attributes"] or "")
            return self._add_tag(HtmlTag(source, _INLINE_ELEMENTS[name], is_end, href)) if is_paired else source
        if self._is_inline:
            return " "
        if name == "p":
            return " " if lists else PARAGRAPH_BREAK
        if name == "li":
            if not lists:
                return source
            indent = "    " * (min(len(lists), _MAX_LIST_DEPTH) - 1)
            return "" if is_end else f"\n{indent}{lists[-1]}"
        if not is_paired:
            return source
        if is_end:
            del lists[-1:]
            return "" if lists else PARAGRAPH_BREAK
        lists.append(_BULLETS[name])
        return "" if len(lists) > 1 else PARAGRAPH_BREAK

    def _add_tag(self, tag: HtmlTag) -> str:
        """Record a tag and return its placeholder."""
        self.tags.append(tag)
        return chr(PLACEHOLDERS[len(self.tags) - 1])


def _split_at_fences(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, as (piece, whether it is a fenced code block)."""
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


def _find_paired_tags(matches: list[re.Match[str]]) -> set[int]:
    """Return the indexes of the tags that have a partner: `List<i>` doesn't start italics."""
    found: set[int] = set()
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for index, match in enumerate(matches):
        name = (match["name"] or "").lower()
        if not match["end"]:
            opened[name].append(index)
        elif opened[name]:
            found |= {index, opened[name].pop()}
    return found


def _read_href(attributes: str) -> str:
    match = _HREF.search(attributes)
    return unescape(next(value for value in match.groups() if value is not None)) if match else ""
