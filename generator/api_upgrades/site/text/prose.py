"""Prose from a registry, from models or from an imported document, as HTML that can do no harm.

There are two guards, and either would do. Markdown is read by an instance of our own, fixed, that knows no raw HTML.
And what it gives is not passed on but parsed and written anew from a short list of elements, with no attributes but
a link's checked address, a list's start and the language of a code block.
Raw HTML is shown as text, but for the few elements that `prose_html` reads.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from markdown import Markdown
from markdown.blockprocessors import ParagraphProcessor
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.util import Registry
from markupsafe import Markup, escape

from api_upgrades.site.text.prose_html import MARKS, HtmlReader, Mark

_CACHED = 65536
_MAX_LENGTH = 30_000
_MAX_SEARCH = 2_000_000
"""What Markdown is asked to read at most; the worst text within these bounds takes it a second or two."""

_MAX_OPEN = 60
"""How deep elements go; what is deeper stays at that depth."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff\U000f0000-\U000fffff]"
)
"""Controls, what turns the order of letters round, what is no character, and the marks of `prose_html`."""

_MARK = re.compile(f"([{chr(MARKS[0])}-{chr(MARKS[-1])}])")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_PASSED_INLINE = frozenset(("strong", "em", "code"))
_PASSED = _PASSED_INLINE | {"p", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_ADDRESS = re.compile(r"https?://[^/?#]|mailto:.|[^:/?#]+(?:[/?#]|$)|/(?!/)|[?#]", re.IGNORECASE)
"""How an address begins that may be linked: http, https, mailto, or relative with neither a scheme nor a host."""


_CODE = r"(?<!`)`[ -\[\]-_a-~]+`(?!`)"
_SIMPLE = re.compile(rf"(?:[A-Za-z]|{_CODE})(?:[A-Za-z0-9 ,.;:'()/%+=?\"-]|{_CODE})*", re.ASCII)
"""Words and inline code and nothing else that means something to Markdown: most titles and descriptions."""


RELATIVE: set[str] = set()
"""The addresses without a host that any prose has linked so far, so that who shows it can tell where they lead."""


class _Style(NamedTuple):
    is_inline: bool
    has_links: bool


@lru_cache(_CACHED)
def to_html(text: str) -> Markup:
    """Some prose as blocks: paragraphs, lists, code, tables. Headings become bold paragraphs, images their text."""
    return _html(text, _Style(is_inline=False, has_links=True))


@lru_cache(_CACHED)
def inline_html(text: str, *, links: bool = True) -> Markup:
    """One line of prose with no block around it. `links=False` is for where it stands inside a link."""
    return _html(" ".join(text.split()), _Style(is_inline=True, has_links=links))


@lru_cache(_CACHED)
def to_plain(text: str) -> str:
    """Some prose as one line of text, for titles, meta tags and the search."""
    html = to_html(text) if "\n" in text.strip() else inline_html(text)
    joined = re.sub(r"</?(?:strong|em|code|a)\b[^>]*>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", joined)).split())


def _html(text: str, style: _Style) -> Markup:
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    if _SIMPLE.fullmatch(text):
        return _simple(text, style)
    html = _rendered(text, style) if _is_bounded(text) else None
    if html is not None:
        return html
    return escape(text) if style.is_inline else Markup("\n").join(Markup("<p>%s</p>") % one for one in _blocks(text))


def _simple(text: str, style: _Style) -> Markup:
    """Words and inline code as Markdown would have them, which takes it two hundred times as long."""
    pieces = text.split("`")
    for index, piece in enumerate(pieces):
        pieces[index] = f"<code>{escape(piece.strip())}</code>" if index % 2 else escape(piece)
    html = Markup("".join(pieces))
    return html if style.is_inline else Markup("<p>%s</p>") % html


def _rendered(text: str, style: _Style) -> Markup | None:
    """Markdown as HTML, None for a text so deeply nested that Python-Markdown gives up."""
    reader = HtmlReader(style.is_inline)
    text = reader.read(text)
    with _LOCK:
        try:
            html = _CONVERTERS[style.is_inline].reset().convert(text)
        except RecursionError:
            # What it was in the middle of would go on in the next text.
            _CONVERTERS[style.is_inline] = _converter(style.is_inline)
            return None
    writer = _Writer(style, reader.marks)
    writer.feed(html)
    writer.close()
    return Markup("".join(writer.out))


def _blocks(text: str) -> list[str]:
    return [block for block in _BLANK_LINE.split(text) if block.strip()]


def _is_bounded(text: str) -> bool:
    """Whether Markdown gets through the text in time: for each `[` it may look through the rest of the block."""
    return len(text) <= _MAX_LENGTH and sum(block.count("[") * len(block) for block in _blocks(text)) <= _MAX_SEARCH


def _converter(is_inline: bool) -> Markdown:
    extensions = [] if is_inline else [FencedCodeExtension(), TableExtension(), SaneListExtension()]
    converter = Markdown(extensions=extensions, output_format="html")
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    converter.ESCAPED_CHARS.append("<")
    if is_inline:
        converter.parser.blockprocessors = Registry()
        converter.parser.blockprocessors.register(ParagraphProcessor(converter.parser), "paragraph", 10)
    return converter


_CONVERTERS = {is_inline: _converter(is_inline) for is_inline in (False, True)}
_LOCK = threading.Lock()
"""A converter has state, and the server of `mkdocs serve` has threads."""


class _Open(NamedTuple):
    """An element that is being written: how it ends, where its content begins, and a link's address."""

    name: str
    end: str
    start: int
    href: str = ""


class _Writer(HTMLParser):
    """Writes the HTML it is fed anew, from what is allowed. All elements end, and in order."""

    def __init__(self, style: _Style, marks: list[Mark]) -> None:
        super().__init__()
        self.out: list[str] = []
        self._style = style
        self._marks = marks
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img":
            self.handle_data(attributes.get("alt") or "")
        elif tag in ("br", "hr"):
            self.out.append(" " if self._style.is_inline else f"<{tag}>")
        elif tag == "a":
            self._start_link(attributes.get("href") or "")
        elif tag in _HEADINGS:
            self._start(tag, "<p><strong>", "</strong></p>")
        elif tag in (_PASSED_INLINE if self._style.is_inline else _PASSED):
            self._start(tag, f"<{tag}{_attribute(tag, attributes)}>", f"</{tag}>")

    def _start(self, tag: str, begin: str, end: str, href: str = "") -> None:
        if len(self._open) < _MAX_OPEN:
            self.out.append(begin)
            self._open.append(_Open(tag, end, len(self.out), href))

    def _start_link(self, href: str) -> None:
        address = safe_address(href)
        if address is None or not self._style.has_links or self._is_within("a"):
            self._start("a", "", "")
        else:
            if not urlsplit(address).scheme:
                RELATIVE.add(address)
            self._start("a", f'<a href="{escape(address)}">', "</a>", address)

    def handle_endtag(self, tag: str) -> None:
        if not self._is_within(tag):
            return
        while True:
            ended = self._open.pop()
            if ended.href and not "".join(self.out[ended.start :]).strip():
                self.out.append(escape(ended.href))
            self.out.append(ended.end)
            if ended.name == tag:
                break

    def handle_data(self, data: str) -> None:
        for piece in _MARK.split(data) if self._marks else (data,):
            index = ord(piece) - MARKS[0] if len(piece) == 1 else -1
            if 0 <= index < len(self._marks):
                self._write_mark(self._marks[index])
            else:
                self.out.append(escape(_UNWANTED.sub("", piece)))

    def _write_mark(self, mark: Mark) -> None:
        if self._is_within("code"):
            self.out.append(escape(mark.source))
        elif mark.name == "code":
            self.out.append(Markup("<code>%s</code>") % _UNWANTED.sub("", mark.code))
        elif mark.is_end:
            self.handle_endtag(mark.name)
        else:
            self.handle_starttag(mark.name, [("href", mark.href)])

    def _is_within(self, tag: str) -> bool:
        return any(one.name == tag for one in self._open)

    def close(self) -> None:
        super().close()
        while self._open:
            self.handle_endtag(self._open[-1].name)


def _attribute(tag: str, attributes: dict[str, str | None]) -> str:
    """The one attribute that an element may keep, if it has it."""
    if tag == "ol" and re.fullmatch(r"[0-9]{1,9}", attributes.get("start") or ""):
        return f' start="{attributes["start"]}"'
    if tag == "code" and re.fullmatch(r"language-[A-Za-z0-9_+#.-]+", attributes.get("class") or ""):
        return f' class="{attributes["class"]}"'
    return ""


def safe_address(text: str) -> str | None:
    """An address that may be linked, None for any other.

    Browsers take tabs and newlines out of an address, and a backslash for a slash: one that holds any is refused.
    """
    text = text.strip(" ")
    is_safe = not _UNWANTED.search(text) and not re.search(r"[\t\n\\]", text) and _ADDRESS.match(text)
    return text.replace(" ", "%20") if is_safe else None
