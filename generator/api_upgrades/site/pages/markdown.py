"""Convert untrusted text, code and prose to safe Markdown.

Prose is first converted to safe HTML by `prose`, and then back to Markdown, so that nothing can break out of its place.
The result means the same to GitHub and to Python-Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from itertools import groupby

from api_upgrades.effects.base import as_code
from api_upgrades.site.pages.mini_diff import Excerpt
from api_upgrades.site.text import prose
from api_upgrades.site.text.diff_blocks import Block, fold_diff
from api_upgrades.site.text.link_base import LinkBase
from api_upgrades.site.text.moves import SIDE_OF

_MARKUP = re.compile(r"[\\`*\[\]{#]|(?<![^\W_])_|_(?![^\W_])")
"""Characters that are markup anywhere in a line. An underscore inside a word is not."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", "~": "&#126;", ":": "&#58;", "=": "&#61;"}
"""Replacements for characters that a backslash doesn't escape in every Markdown reader."""

_ENTITY = re.compile(r"&(?=#?\w+;)|[<~]")
_LINE_START = re.compile(r"(?:[-+:](?=\s|$)|[>!=]|-(?=-)|[0-9]{1,9}(?=[.)](?:\s|$)))", re.ASCII)
"""Characters that are markup only at the start of a line: of a list, a quotation, a divider or an extension's block."""

_UNSAFE_IN_ADDRESS = re.compile(r"""[\s"'()<>\[\\\]^`{|}*]""")


def escape_text(text: str) -> str:
    """Escape a text so that it contains no Markdown markup, and put it on one line."""
    return _escape_line_start(_escape(" ".join(text.split())))


def escape_cell(markdown: str) -> str:
    """Escape a line of Markdown for a table cell."""
    return re.sub(r"(\\*)\|", lambda found: found[1] + "\\" * (len(found[1]) % 2) + "\\|", " ".join(markdown.split()))


def inline_code(text: str) -> str:
    """Write text as inline code. An empty text becomes a pair of quotes."""
    return as_code(text if text.strip() else '""')


def fence(text: str, language: str = "") -> str:
    """Write a fenced code block. The fence is longer than any run of backticks inside."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


_MAX_SHORT_LENGTH = 300
"""The number of characters of one text that a pull request comment shows."""

_CODE_OR_LINK_TARGET = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)|(?<!\\)\]\([^()\s]*\)")
_GITHUB_TRIGGERS = re.compile(r"@(?=\w)|#(?=\d)|GH-(?=\d)|:/(?=/)|www(?=\.)", re.IGNORECASE)
"""Where GitHub would create mentions (`@name`), references (`#1`, `GH-1`) and links (`://`, `www.`) by itself."""


def shorten(text: str) -> str:
    """Shorten long prose to the beginning of its plain text. Short prose stays as it is."""
    return text if len(text) <= _MAX_SHORT_LENGTH else f"{prose.to_plain(text)[:_MAX_SHORT_LENGTH].rstrip()}…"


def make_inert(markdown: str) -> str:
    """Prevent mentions, references and automatic links in a GitHub comment, by inserting zero-width spaces.

    Code stays unchanged: nothing is triggered inside it, and people copy it. Expects Markdown without fenced blocks.
    """
    found, end = "", 0
    for match in _CODE_OR_LINK_TARGET.finditer(markdown):
        found += _GITHUB_TRIGGERS.sub(lambda one: one[0] + "\u200b", markdown[end : match.start()]) + match[0]
        end = match.end()
    return found + _GITHUB_TRIGGERS.sub(lambda one: one[0] + "\u200b", markdown[end:])


def fence_diff(old: str, new: str, own_lines: frozenset[tuple[str, str]] | None = None) -> str:
    """Write the diff of two texts as a fenced block. Each run of unchanged lines is replaced by a note.

    See `fold_diff` for `own_lines`.
    """
    found: list[str] = []
    for block in fold_diff(old, new, own_lines):
        found += (
            [_fold_note(block)]
            if block.is_folded
            else [f"{SIDE_OF.get(line.sign, ' ')}{line.text}".rstrip() for line in block.lines]
        )
    return fence("\n".join(found), "diff")


def fence_mini_diff(excerpts: Iterable[Excerpt]) -> str:
    """Write a mini diff as a fenced block, each caption as a comment."""
    lines: list[str] = []
    for one in excerpts:
        lines += [f"# {one.caption}", *(f"{SIDE_OF.get(line.sign, ' ')} {line.text}".rstrip() for line in one.lines)]
    return fence("\n".join(lines), "diff")


def _fold_note(block: Block) -> str:
    first = block.lines[0].text
    return f" {first[: len(first) - len(first.lstrip())]}… {block.note}"


def prose_blocks(text: str, base: LinkBase | None = None, *, is_nested: bool = False) -> str:
    """Write prose as paragraphs, lists, quotations, code and tables, without headings.

    Use `is_nested` for prose that is indented inside a list. A `base` resolves the links of a description.
    """
    return "\n\n".join(_render_blocks(_parse(prose.to_html(text, base)), is_nested))


def prose_line(text: str, base: LinkBase | None = None, *, links: bool = True) -> str:
    """Write prose on one line. Use `links=False` inside a link. A `base` resolves the links of a description."""
    return _escape_line_start(_render_inline(_parse(prose.to_inline_html(text, base, links=links))).strip())


@lru_cache(65536)
def prose_on_one_line(text: str, base: LinkBase | None = None) -> str:
    """Write prose with all its blocks on one line, for table cells. A `base` resolves the links of a description."""
    return " ".join(filter(None, _flatten(_parse(prose.to_html(text, base)))))


def _escape(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], _MARKUP.sub(r"\\\g<0>", text))


def _escape_line_start(line: str) -> str:
    """Escape the start of a line so that it only starts a paragraph."""
    found = _LINE_START.match(line)
    if not found:
        return line
    start, rest = found[0], line[found.end() :]
    if start in _ENTITIES:
        return _ENTITIES[start] + rest
    return f"{start}\\{rest}" if start.isdigit() else f"\\{line}"


@dataclass
class _Node:
    """An element of safe HTML. Its children are elements and texts."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[_Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def find_nearest(self, *tags: str) -> list[_Node]:
        """Find the outermost descendants with one of these tags."""
        found: list[_Node] = []
        for child in self.children:
            if isinstance(child, _Node):
                found += [child] if child.tag in tags else child.find_nearest(*tags)
        return found


class _TreeBuilder(HTMLParser):
    """Builds a tree from HTML. The HTML is well-formed, because `prose` wrote it."""

    def __init__(self) -> None:
        super().__init__()
        self.open_nodes = [_Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs))
        self.open_nodes[-1].children.append(node)
        if tag not in ("br", "hr"):
            self.open_nodes.append(node)

    def handle_endtag(self, tag: str) -> None:
        self.open_nodes.pop()

    def handle_data(self, data: str) -> None:
        self.open_nodes[-1].children.append(data)


def _parse(html: str) -> _Node:
    reader = _TreeBuilder()
    reader.feed(html)
    reader.close()
    return reader.open_nodes[0]


_BLOCK_TAGS = ("p", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "hr")


def _split_blocks(node: _Node) -> Iterator[_Node]:
    """Yield the blocks of an element in order. Lines between blocks become paragraphs."""
    is_block = [isinstance(child, _Node) and child.tag in _BLOCK_TAGS for child in node.children]
    for of_block, run in groupby(zip(node.children, is_block, strict=True), key=lambda one: one[1]):
        children = [child for child, _ in run]
        yield from (child for child in children if isinstance(child, _Node)) if of_block else [_Node("p", {}, children)]


def _render_blocks(node: _Node, is_nested: bool) -> list[str]:
    """Render the blocks of an element. Nested blocks have no fences, which not every Markdown reader supports there."""
    return list(filter(None, (_render_block(part, is_nested) for part in _split_blocks(node))))


def _render_block(node: _Node, is_nested: bool) -> str:
    if node.tag in ("ul", "ol"):
        return _render_list(node)
    if node.tag == "pre":
        return _render_code(node, is_nested)
    if node.tag == "blockquote":
        quoted = "\n\n".join(_render_blocks(node, is_nested=True))
        return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
    if node.tag == "table":
        return _render_table(node)
    if node.tag == "hr":
        return "---"
    return _render_paragraph(node)


def _render_paragraph(node: _Node) -> str:
    lines = (_escape_line_start(line.strip()) for line in _render_inline(node).split("\n"))
    return "  \n".join(line for line in lines if line)


def _render_list(node: _Node) -> str:
    """Render a list. Its items are indented by four columns, which all Markdown readers accept."""
    first = int(node.attributes.get("start") or 1)
    items = [item for item in node.children if isinstance(item, _Node)]
    contents = [_render_blocks(item, is_nested=True) for item in items]
    is_loose = any(len(content) > 1 for content in contents)
    found = []
    for number, content in enumerate(contents, first):
        marker = "-" if node.tag == "ul" else f"{number}."
        text = "\n\n".join(content).replace("\n", "\n    ")
        found.append(re.sub(r"(?m)^ +$", "", f"{marker} ".ljust(4 if is_loose else 0) + text))
    return ("\n\n" if is_loose else "\n").join(found)


def _render_code(node: _Node, is_nested: bool) -> str:
    text = node.text.strip("\n")
    if is_nested:
        return "  \n".join(inline_code(line) for line in text.split("\n") if line.strip())
    codes = node.find_nearest("code")
    language = (codes[0].attributes.get("class") or "") if codes else ""
    return fence(text, language.removeprefix("language-"))


def _render_table(node: _Node) -> str:
    rows = [
        [escape_cell(_render_inline(one)) for one in row.find_nearest("th", "td")] for row in node.find_nearest("tr")
    ]
    rows[1:1] = [["---"] * len(rows[0])] if rows else []
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


_DELIMITERS = {"strong": "**", "em": "*"}


def _render_inline(node: _Node) -> str:
    """Render the content of an element on one line. Each `br` starts a new one."""
    written = ""
    for child in node.children:
        if isinstance(child, str):
            written += _escape(re.sub(r"\s+", " ", child))
        elif child.tag == "br":
            written += "\n"
        elif child.tag == "code":
            written += inline_code(child.text) if child.text.strip() else ""
        elif child.tag == "a":
            written = re.sub(r"!$", r"\!", written)  # otherwise the link would become an image
            written += f"[{_render_inline(child)}]({_escape_address(child.attributes.get('href') or '')})"
        else:
            inner = _render_inline(child)
            around = _DELIMITERS.get(child.tag, "") if inner.strip() else ""
            start, end = len(inner) - len(inner.lstrip()), len(inner.rstrip())
            written += f"{inner[:start]}{around}{inner[start:end]}{around}{inner[end:]}"
    return written


def _escape_address(address: str) -> str:
    """Encode characters that would end the link, and escape what would be read as an entity."""
    quoted = _UNSAFE_IN_ADDRESS.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
    return re.sub(r"&(?=#?\w+;)", "&amp;", quoted)


def _flatten(node: _Node) -> Iterator[str]:
    """Yield the blocks of an element as pieces of one line, with a bullet before each item of a list."""
    for part in _split_blocks(node):
        if part.tag == "p":
            yield " ".join(_render_inline(part).split())
        elif part.tag == "pre":
            yield inline_code(part.text)
        else:
            yield "•" if part.tag == "li" else ""
            yield from _flatten(part)
