"""Text, code and prose as Markdown that says what it should and nothing else.

Prose comes as the HTML that `prose` has made safe, and is written as Markdown anew: what a text could break out with
is gone by then, and what is left stands where it may. All of it means the same to GitHub and to Python-Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from itertools import groupby

from api_upgrades.effects.base import as_code
from api_upgrades.site.text import prose
from api_upgrades.site.text.diff import Block, fold_diff

_MARKUP = re.compile(r"[\\`*\[\]{#]|(?<![^\W_])_|_(?![^\W_])")
"""What begins or ends something wherever it stands. An underscore inside a word doesn't."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", "~": "&#126;", ":": "&#58;", "=": "&#61;"}
"""What a backslash doesn't help against everywhere."""

_ENTITY = re.compile(r"&(?=#?\w+;)|[<~]")
_LINE_START = re.compile(r"(?:[-+:](?=\s|$)|[>!=]|-(?=-)|[0-9]{1,9}(?=[.)](?:\s|$)))", re.ASCII)
"""What begins a list, a quotation, a line or a block of an extension; only at the start of a line."""

_IN_ADDRESS = re.compile(r"""[\s"'()<>\[\\\]^`{|}*]""")


def text(text: str) -> str:
    """Text in which Markdown sees no markup, on one line."""
    return _starting(_escaped(" ".join(text.split())))


def cell(markdown: str) -> str:
    """A line of Markdown that stays inside its table cell."""
    return re.sub(r"(\\*)\|", lambda found: found[1] + "\\" * (len(found[1]) % 2) + "\\|", " ".join(markdown.split()))


def code(text: str) -> str:
    """Text as inline code; an empty one as the quotes around nothing."""
    return as_code(text if text.strip() else '""')


def fence(text: str, language: str = "") -> str:
    """A fenced block, its fence longer than any run of backticks inside."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


_TOLD = 300
"""How many characters of one text a comment shows."""

_CODE_OR_ADDRESS = re.compile(r"(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)|(?<!\\)\]\([^()\s]*\)")
_ACTS = re.compile(r"@(?=\w)|#(?=\d)|GH-(?=\d)|:/(?=/)|www(?=\.)", re.IGNORECASE)
"""What GitHub acts upon wherever it stands in a text: who is mentioned, what is referred to, where an address leads."""


def short(text: str) -> str:
    """Some prose, or where that is long its beginning, as text."""
    return text if len(text) <= _TOLD else f"{prose.to_plain(text)[:_TOLD].rstrip()}…"


def inert(markdown: str) -> str:
    """Markdown of single lines that says the same, and in a comment calls nobody and links nowhere by itself.

    A space of no width comes into all that would. In code nothing acts, so that it stays what people copy.
    """
    found, end = "", 0
    for match in _CODE_OR_ADDRESS.finditer(markdown):
        found += _ACTS.sub(lambda one: one[0] + "\u200b", markdown[end : match.start()]) + match[0]
        end = match.end()
    return found + _ACTS.sub(lambda one: one[0] + "\u200b", markdown[end:])


def diff(old: str, new: str, own: frozenset[tuple[str, str]] | None = None) -> str:
    """What changed between two texts as a fenced block, each run of other lines folded into one that says so.

    See `folded` for `own`.
    """
    found: list[str] = []
    for block in fold_diff(old, new, own):
        found += [_note(block)] if block.is_folded else [f"{line.sign}{line.text}".rstrip() for line in block.lines]
    return fence("\n".join(found), "diff")


def _note(block: Block) -> str:
    first = block.lines[0].text
    return f" {first[: len(first) - len(first.lstrip())]}… {block.note}"


@lru_cache(65536)
def blocks(text: str, *, is_inside: bool = False) -> str:
    """Some prose as paragraphs, lists, quotations, code and tables. Nothing in it is a heading.

    `is_inside` is for where it is indented as part of a list.
    """
    return "\n\n".join(_blocks(_read(prose.to_html(text)), is_inside))


@lru_cache(65536)
def line(text: str, *, links: bool = True) -> str:
    """One line of prose. `links=False` is for where it stands inside a link."""
    return _starting(_inline(_read(prose.to_inline_html(text, links=links))).strip())


@lru_cache(65536)
def flat(text: str) -> str:
    """Some prose, whatever blocks it has, on one line: for table cells."""
    return " ".join(filter(None, _flat(_read(prose.to_html(text)))))


def _escaped(text: str) -> str:
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], _MARKUP.sub(r"\\\g<0>", text))


def _starting(line: str) -> str:
    """A line that begins nothing but a paragraph."""
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

    def inside(self, *tags: str) -> list[_Node]:
        """The elements of some kind that are next inside this one, whatever is around them."""
        found: list[_Node] = []
        for child in self.children:
            if isinstance(child, _Node):
                found += [child] if child.tag in tags else child.inside(*tags)
        return found


class _Reader(HTMLParser):
    """Makes a tree. The HTML is well-formed, as `prose` writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [_Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in ("br", "hr"):
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def _read(html: str) -> _Node:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


_BLOCKS = ("p", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "hr")


def _parts(node: _Node) -> Iterator[_Node]:
    """What an element holds one below the other: its blocks, and the lines between them as paragraphs."""
    is_block = [isinstance(child, _Node) and child.tag in _BLOCKS for child in node.children]
    for of_block, run in groupby(zip(node.children, is_block, strict=True), key=lambda one: one[1]):
        children = [child for child, _ in run]
        yield from (child for child in children if isinstance(child, _Node)) if of_block else [_Node("p", {}, children)]


def _blocks(node: _Node, is_inside: bool) -> list[str]:
    """The blocks of an element. Inside of others there are no fences: not every reader of Markdown knows them there."""
    return list(filter(None, (_block(part, is_inside) for part in _parts(node))))


def _block(node: _Node, is_inside: bool) -> str:
    if node.tag in ("ul", "ol"):
        return _list(node)
    if node.tag == "pre":
        return _pre(node, is_inside)
    if node.tag == "blockquote":
        quoted = "\n\n".join(_blocks(node, is_inside=True))
        return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
    if node.tag == "table":
        return _table(node)
    if node.tag == "hr":
        return "---"
    return _paragraph(node)


def _paragraph(node: _Node) -> str:
    lines = (_starting(line.strip()) for line in _inline(node).split("\n"))
    return "  \n".join(line for line in lines if line)


def _list(node: _Node) -> str:
    """A list, its items' text four columns in: there every reader looks for what belongs to an item."""
    first = int(node.attributes.get("start") or 1)
    items = [item for item in node.children if isinstance(item, _Node)]
    contents = [_blocks(item, is_inside=True) for item in items]
    is_loose = any(len(content) > 1 for content in contents)
    found = []
    for number, content in enumerate(contents, first):
        marker = "-" if node.tag == "ul" else f"{number}."
        text = "\n\n".join(content).replace("\n", "\n    ")
        found.append(re.sub(r"(?m)^ +$", "", f"{marker} ".ljust(4 if is_loose else 0) + text))
    return ("\n\n" if is_loose else "\n").join(found)


def _pre(node: _Node, is_inside: bool) -> str:
    text = node.text.strip("\n")
    if is_inside:
        return "  \n".join(code(line) for line in text.split("\n") if line.strip())
    codes = node.inside("code")
    language = (codes[0].attributes.get("class") or "") if codes else ""
    return fence(text, language.removeprefix("language-"))


def _table(node: _Node) -> str:
    rows = [[cell(_inline(one)) for one in row.inside("th", "td")] for row in node.inside("tr")]
    rows[1:1] = [["---"] * len(rows[0])] if rows else []
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


_AROUND = {"strong": "**", "em": "*"}


def _inline(node: _Node) -> str:
    """What is inside an element as a line; `br` divides it."""
    written = ""
    for child in node.children:
        if isinstance(child, str):
            written += _escaped(re.sub(r"\s+", " ", child))
        elif child.tag == "br":
            written += "\n"
        elif child.tag == "code":
            written += code(child.text) if child.text.strip() else ""
        elif child.tag == "a":
            written = re.sub(r"!$", r"\!", written)  # else it would be an image
            written += f"[{_inline(child)}]({_address(child.attributes.get('href') or '')})"
        else:
            inner = _inline(child)
            around = _AROUND.get(child.tag, "") if inner.strip() else ""
            start, end = len(inner) - len(inner.lstrip()), len(inner.rstrip())
            written += f"{inner[:start]}{around}{inner[start:end]}{around}{inner[end:]}"
    return written


def _address(address: str) -> str:
    """An address that ends where the link does. What would be an entity stays the letters it is."""
    quoted = _IN_ADDRESS.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
    return re.sub(r"&(?=#?\w+;)", "&amp;", quoted)


def _flat(node: _Node) -> Iterator[str]:
    """The blocks of an element as pieces of one line, a dot before each item of a list."""
    for part in _parts(node):
        if part.tag == "p":
            yield " ".join(_inline(part).split())
        elif part.tag == "pre":
            yield code(part.text)
        else:
            yield "•" if part.tag == "li" else ""
            yield from _flat(part)
