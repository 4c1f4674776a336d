"""Code as HTML: highlighted JSON and HTTP messages, and diffs that don't rely on colour alone.

The CSS classes are those of Pygments, which the theme styles. All text is escaped here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from markupsafe import Markup

from api_upgrades.site.pages.limits import MAX_BRIEF_TEXT_LINES, MAX_TEXT_LINES
from api_upgrades.site.text.diff import Block, Line, fold_diff

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)')


def highlight_json(text: str) -> Markup:
    """Highlight one or more lines of JSON."""
    # Escaping first is safe, because `&lt;`, `&gt;` and `&amp;` contain no tokens.
    return Markup(_TOKEN.sub(_highlight_token, escape(text, quote=False)))


def _highlight_token(token: re.Match[str]) -> str:
    string, colon, word, _ = token.groups()
    if string is not None:
        return f'<span class="{"nt" if colon else "s2"}">{string}</span>{colon or ""}'
    return f'<span class="{"kc" if word else "mi"}">{token[0]}</span>'


def highlight_message(text: str) -> Markup:
    """Highlight the JSON body of an HTTP message, or a payload without a head."""
    head, gap, body = text.partition("\n\n")
    if not gap:
        return highlight_json(text) if text[:1] in '{["' else Markup(escape(text, quote=False))
    return Markup(escape(head, quote=False) + gap) + highlight_json(body)


@lru_cache(8192)
def code_block(text: str, language: str) -> Markup:
    """Render a code block. `language` is `json`, `http`, or anything else for plain text.

    Long texts are cut after `MAX_TEXT_LINES`, with a note.
    """
    lines = text.split("\n")
    cut = _cut_note(_more_lines(len(lines) - MAX_TEXT_LINES)) if len(lines) > MAX_TEXT_LINES else Markup()
    text = "\n".join(lines[:MAX_TEXT_LINES])
    html = highlight_message(text) if language in ("json", "http") else Markup(escape(text, quote=False))
    return (
        Markup('<div class="highlight au-code no-copy"><pre tabindex="0"><code>')
        + html
        + Markup("\n</code></pre>")
        + cut
        + Markup("</div>")
    )


def diff_block(
    old: str, new: str, language: str, own_lines: frozenset[tuple[str, str]] | None = None, *, is_brief: bool = False
) -> Markup:
    """Render the diff of two texts, with unchanged lines folded; see `fold_diff` for `own_lines`.

    A brief diff has only a note instead of folded lines, and cuts long runs of lines.
    """
    max_lines = MAX_BRIEF_TEXT_LINES if is_brief else MAX_TEXT_LINES
    blocks = "".join(
        _cut_note(block.note)
        if block.is_folded and (is_brief or len(block.lines) > max_lines)
        else _render_block(block, language != "text", max_lines)
        for block in fold_diff(old, new, own_lines)
    )
    return Markup(f'<div class="au-diff highlight no-copy" tabindex="0">{blocks}</div>')


def _render_block(block: Block, has_json: bool, max_lines: int) -> str:
    lines = "".join([_render_line(line, has_json) for line in block.lines[:max_lines]])
    html = f"<pre><code>{lines}</code></pre>"
    if len(block.lines) > max_lines:
        html += _cut_note(_more_lines(len(block.lines) - max_lines))
    return f"<details><summary>{block.note}</summary>{html}</details>" if block.is_folded else html


def _cut_note(note: str) -> Markup:
    return Markup('<p class="au-cut">… {}</p>').format(note)


def _more_lines(count: int) -> str:
    return f"{count} more line{'' if count == 1 else 's'}"


_SIGNS = {"-": ("del", "removed: "), "+": ("ins", "added: "), " ": ("span", "")}
"""The HTML element of a line, and a prefix for screen readers."""

_JSON_STARTS = tuple(' {}[]"')
"""The first characters of lines in an indented JSON body. No line in the head of an HTTP message starts like this."""


@lru_cache(65536)
def _render_line(line: Line, has_json: bool) -> str:
    tag, word = _SIGNS[line.sign]
    is_json = has_json and line.text.startswith(_JSON_STARTS)
    html = highlight_json(line.text) if is_json else escape(line.text, quote=False)
    hidden = f'<span class="au-hidden">{word}</span>' if word else ""
    return f'<{tag} class="au-line">{hidden}{html}\n</{tag}>'
