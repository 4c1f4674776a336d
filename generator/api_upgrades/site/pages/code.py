"""Code as HTML: JSON with the theme's colours, and diffs with a sign and a word beside the colour.

The classes of the colours are Pygments' own, as the theme knows them. Everything is escaped here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from markupsafe import Markup

from api_upgrades.site.pages.limits import BRIEF_TEXT, LONG_TEXT
from api_upgrades.site.text.diff import Block, Line, fold_diff

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)')


def json_html(text: str) -> Markup:
    """A line or more of JSON, coloured."""
    return Markup(_TOKEN.sub(_coloured, escape(text, quote=False)))  # what is escaped holds no token


def _coloured(token: re.Match[str]) -> str:
    string, colon, word, _ = token.groups()
    if string is not None:
        return f'<span class="{"nt" if colon else "s2"}">{string}</span>{colon or ""}'
    return f'<span class="{"kc" if word else "mi"}">{token[0]}</span>'


def message_html(text: str) -> Markup:
    """An HTTP message or a payload: head lines plain, the JSON body coloured."""
    head, gap, body = text.partition("\n\n")
    if not gap:
        return json_html(text) if text[:1] in '{["' else Markup(escape(text, quote=False))
    return Markup(escape(head, quote=False) + gap) + json_html(body)


@lru_cache(8192)
def code_block(text: str, language: str) -> Markup:
    """A block that can be copied. `language` is `json`, `http` or anything else for plain text.

    Of a text beyond all reading the end is left out, and the block says so.
    """
    lines = text.split("\n")
    cut = _cut(_more(len(lines) - LONG_TEXT)) if len(lines) > LONG_TEXT else Markup()
    text = "\n".join(lines[:LONG_TEXT])
    shown = message_html(text) if language in ("json", "http") else Markup(escape(text, quote=False))
    return (
        Markup('<div class="highlight au-code no-copy"><pre tabindex="0"><code>')
        + shown
        + Markup("\n</code></pre>")
        + cut
        + Markup("</div>")
    )


def diff_block(
    old: str, new: str, language: str, own: frozenset[tuple[str, str]] | None = None, *, is_brief: bool = False
) -> Markup:
    """What changed between two texts: removed lines, added lines, the others folded away; see `folded` for `own`.

    A brief one has only a note where lines would be folded, and of a long run of lines the beginning.
    """
    most = BRIEF_TEXT if is_brief else LONG_TEXT
    blocks = "".join(
        _cut(block.note)
        if block.is_folded and (is_brief or len(block.lines) > most)
        else _block(block, language != "text", most)
        for block in fold_diff(old, new, own)
    )
    return Markup(f'<div class="au-diff highlight no-copy" tabindex="0">{blocks}</div>')


def _block(block: Block, has_json: bool, most: int) -> str:
    lines = "".join([_line(line, has_json) for line in block.lines[:most]])
    shown = f"<pre><code>{lines}</code></pre>"
    if len(block.lines) > most:
        shown += _cut(_more(len(block.lines) - most))
    return f"<details><summary>{block.note}</summary>{shown}</details>" if block.is_folded else shown


def _cut(note: str) -> Markup:
    return Markup('<p class="au-cut">… {}</p>').format(note)


def _more(count: int) -> str:
    return f"{count} more line{'' if count == 1 else 's'}"


_SIGNS = {"-": ("del", "removed: "), "+": ("ins", "added: "), " ": ("span", "")}
"""The element that shows a line, and the word with which a screen reader says it."""

_JSON_STARTS = tuple(' {}[]"')
"""How a line of an indented JSON body begins, and the head of an HTTP message doesn't."""


@lru_cache(65536)
def _line(line: Line, has_json: bool) -> str:
    tag, word = _SIGNS[line.sign]
    is_json = has_json and line.text.startswith(_JSON_STARTS)
    shown = json_html(line.text) if is_json else escape(line.text, quote=False)
    hidden = f'<span class="au-hidden">{word}</span>' if word else ""
    return f'<{tag} class="au-line">{hidden}{shown}\n</{tag}>'
