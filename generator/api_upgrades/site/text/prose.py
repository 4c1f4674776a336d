"""Convert untrusted Markdown prose (from a registry, models or an imported document) to safe HTML.

Two independent guards protect the page. A Markdown converter of our own, with a fixed configuration, treats raw HTML as
text. Its output is then parsed and rewritten with a few allowed elements only. The only attributes that remain
are a link's checked address, a list's start number and the language of a code block.

Raw HTML shows as text, except for the few elements that `prose_html` supports.
"""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from api_upgrades.site.text.link_base import LinkBase
from api_upgrades.site.text.link_safety import FORBIDDEN_CHARACTERS, safe_address
from api_upgrades.site.text.prose_html import PLACEHOLDERS, HtmlExtractor, HtmlTag

if TYPE_CHECKING:
    from markdown import Markdown

_CACHE_SIZE = 65536
_MAX_CHARACTERS = 30_000
_MAX_SCANNED_CHARACTERS = 2_000_000
"""Limits for Markdown: the length of a text, and the characters scanned for the ends of links. Other texts show as
they are. The worst text within the limits takes one or two seconds.
"""

_MAX_DEPTH = 60
"""Elements nested deeper than this are dropped; their content stays."""

_PLACEHOLDER = re.compile(f"([{chr(PLACEHOLDERS[0])}-{chr(PLACEHOLDERS[-1])}])")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_ALLOWED_INLINE_ELEMENTS = frozenset(("strong", "em", "code"))
_ALLOWED_ELEMENTS = _ALLOWED_INLINE_ELEMENTS | {
    "p",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))

_INLINE_CODE = r"(?<!`)`[ -\[\]-_a-~]+`(?!`)"
_SIMPLE_TEXT = re.compile(rf"(?:[A-Za-z]|{_INLINE_CODE})(?:[A-Za-z0-9 ,.;:'()/%+=?\"-]|{_INLINE_CODE})*", re.ASCII)
"""A text without Markdown syntax except inline code, as most titles and descriptions are."""


RELATIVE_LINKS: set[str] = set()
"""The relative addresses that prose of the registry has linked so far. The site builder reads them to check the links.
"""


class _Style(NamedTuple):
    is_inline: bool
    has_links: bool
    base: LinkBase | None


@lru_cache(_CACHE_SIZE)
def to_html(text: str, base: LinkBase | None = None) -> Markup:
    """Convert prose to blocks: paragraphs, lists, code, tables.

    Headings become bold paragraphs, and images their alternative text. Relative links of the registry's prose lead to
    pages of this site. For a description from a document, pass the `base` that resolves them.
    """
    return _render(text, _Style(is_inline=False, has_links=True, base=base))


@lru_cache(_CACHE_SIZE)
def to_inline_html(text: str, base: LinkBase | None = None, *, links: bool = True) -> Markup:
    """Convert prose to one line without a surrounding block. Use `links=False` inside a link."""
    return _render(" ".join(text.split()), _Style(is_inline=True, has_links=links, base=base))


@lru_cache(_CACHE_SIZE)
def to_plain(text: str, base: LinkBase | None = None) -> str:
    """Convert prose to one line of plain text, for titles, meta tags and the search index.

    The `base` of a description makes no difference, except that its HTML is converted only once.
    """
    html = to_html(text, base) if "\n" in text.strip() else to_inline_html(text, base)
    joined = re.sub(r"</?(?:strong|em|code|a)\b[^>]*>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", joined)).split())


def find_addresses(text: str) -> list[str]:
    """Find the addresses of all links in prose, as they are written there."""
    writer = _convert(_clean(text), _Style(is_inline=False, has_links=False, base=None))
    return writer.addresses if writer else []


def _clean(text: str) -> str:
    return FORBIDDEN_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")


def _render(text: str, style: _Style) -> Markup:
    text = _clean(text)
    if _SIMPLE_TEXT.fullmatch(text):
        return _render_simple(text, style)
    if writer := _convert(text, style):
        return Markup("".join(writer.out))
    return (
        escape(text) if style.is_inline else Markup("\n").join(Markup("<p>%s</p>") % one for one in _split_blocks(text))
    )


def _render_simple(text: str, style: _Style) -> Markup:
    """Render words and inline code exactly as Markdown does, two hundred times as fast."""
    pieces = text.split("`")
    for index, piece in enumerate(pieces):
        pieces[index] = f"<code>{escape(piece.strip())}</code>" if index % 2 else escape(piece)
    html = Markup("".join(pieces))
    return html if style.is_inline else Markup("<p>%s</p>") % html


def _convert(text: str, style: _Style) -> _SafeWriter | None:
    """Convert Markdown to safe HTML. Returns None if the text is too long or nested too deep for Python-Markdown."""
    if not _is_within_limits(text):
        return None
    extractor = HtmlExtractor(style.is_inline)
    text = extractor.extract(text)
    with _LOCK:
        try:
            html = _converter(style.is_inline).reset().convert(text)
        except RecursionError:
            _converter.cache_clear()  # the state of the aborted conversion would leak into the next text
            return None
    writer = _SafeWriter(style, extractor.tags)
    writer.feed(html)
    writer.close()
    return writer


def _split_blocks(text: str) -> list[str]:
    return [block for block in _BLANK_LINE.split(text) if block.strip()]


def _is_within_limits(text: str) -> bool:
    """Whether Markdown converts the text in time. For each `[` it may scan the rest of the block."""
    return (
        len(text) <= _MAX_CHARACTERS
        and sum(block.count("[") * len(block) for block in _split_blocks(text)) <= _MAX_SCANNED_CHARACTERS
    )


@cache
def _converter(is_inline: bool) -> Markdown:
    """The Markdown converter of blocks, or of one line. The parser is imported here, because few commands need it."""
    from markdown import Markdown
    from markdown.blockprocessors import ParagraphProcessor
    from markdown.extensions.fenced_code import FencedCodeExtension
    from markdown.extensions.sane_lists import SaneListExtension
    from markdown.extensions.tables import TableExtension
    from markdown.util import Registry

    extensions = [] if is_inline else [FencedCodeExtension(), TableExtension(), SaneListExtension()]
    converter = Markdown(extensions=extensions, output_format="html")
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    converter.ESCAPED_CHARS.append("<")
    if is_inline:
        converter.parser.blockprocessors = Registry()
        converter.parser.blockprocessors.register(ParagraphProcessor(converter.parser), "paragraph", 10)
    return converter


_LOCK = threading.Lock()
"""Guards the converters: they have state, and `mkdocs serve` uses threads."""


class _OpenElement(NamedTuple):
    """An element that is not closed yet.

    `end` is its closing tag, `start` the index in the output where its content begins, `href` the address of a link.
    """

    name: str
    end: str
    start: int
    href: str = ""


class _SafeWriter(HTMLParser):
    """Rewrites HTML with allowed elements only. Every element is closed, in the right order.

    `addresses` are those of all links in it, also of links that become text.
    """

    def __init__(self, style: _Style, tags: list[HtmlTag]) -> None:
        super().__init__()
        self.out: list[str] = []
        self.addresses: list[str] = []
        self._style = style
        self._tags = tags
        self._open_elements: list[_OpenElement] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img":
            self.handle_data(attributes.get("alt") or "")
        elif tag in ("br", "hr"):
            self.out.append(" " if self._style.is_inline else f"<{tag}>")
        elif tag == "a":
            self._start_link(attributes.get("href") or "")
        elif tag in _HEADINGS:
            self._start_element(tag, "<p><strong>", "</strong></p>")
        elif tag in (_ALLOWED_INLINE_ELEMENTS if self._style.is_inline else _ALLOWED_ELEMENTS):
            self._start_element(tag, f"<{tag}{_allowed_attribute(tag, attributes)}>", f"</{tag}>")

    def _start_element(self, tag: str, begin: str, end: str, href: str = "") -> None:
        if len(self._open_elements) < _MAX_DEPTH:
            self.out.append(begin)
            self._open_elements.append(_OpenElement(tag, end, len(self.out), href))

    def _start_link(self, href: str) -> None:
        base = self._style.base
        address = base.resolve(href) if base else safe_address(href)
        if href:
            self.addresses.append(href)
        if address is None or not self._style.has_links or self._is_within("a"):
            self._start_element("a", "", "")
        else:
            if not base and not urlsplit(address).scheme:
                RELATIVE_LINKS.add(address)
            self._start_element("a", f'<a href="{escape(address)}">', "</a>", address)

    def handle_endtag(self, tag: str) -> None:
        if not self._is_within(tag):
            return
        while True:
            ended = self._open_elements.pop()
            if ended.href and not "".join(self.out[ended.start :]).strip():
                self.out.append(escape(ended.href))
            self.out.append(ended.end)
            if ended.name == tag:
                break

    def handle_data(self, data: str) -> None:
        for piece in _PLACEHOLDER.split(data) if self._tags else (data,):
            index = ord(piece) - PLACEHOLDERS[0] if len(piece) == 1 else -1
            if 0 <= index < len(self._tags):
                self._write_tag(self._tags[index])
            else:
                self.out.append(escape(FORBIDDEN_CHARACTERS.sub("", piece)))

    def _write_tag(self, tag: HtmlTag) -> None:
        if self._is_within("code"):
            self.out.append(escape(tag.source))
        elif tag.name == "code":
            self.out.append(Markup("<code>%s</code>") % FORBIDDEN_CHARACTERS.sub("", tag.code))
        elif tag.is_end:
            self.handle_endtag(tag.name)
        else:
            self.handle_starttag(tag.name, [("href", tag.href)])

    def _is_within(self, tag: str) -> bool:
        return any(one.name == tag for one in self._open_elements)

    def close(self) -> None:
        super().close()
        while self._open_elements:
            self.handle_endtag(self._open_elements[-1].name)


def _allowed_attribute(tag: str, attributes: dict[str, str | None]) -> str:
    """Return the one attribute that an element may keep, with a leading space; empty if it has none."""
    if tag == "ol" and re.fullmatch(r"[0-9]{1,9}", attributes.get("start") or ""):
        return f' start="{attributes["start"]}"'
    if tag == "code" and re.fullmatch(r"language-[A-Za-z0-9_+#.-]+", attributes.get("class") or ""):
        return f' class="{attributes["class"]}"'
    return ""
