"""Code as HTML: highlighted JSON and HTTP messages, and diffs that don't rely on colour alone.

The CSS classes are those of Pygments, which the theme styles. All text is escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from api_upgrades.site.pages.limits import MAX_BRIEF_TEXT_LINES, MAX_TEXT_LINES
from api_upgrades.site.text.diff_blocks import Block, OwnLines, fold_diff
from api_upgrades.site.text.diff_lines import Line
from api_upgrades.site.text.json_folds import Lines, fold_json
from api_upgrades.site.text.word_marks import mark_changed_words

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


def code_pane(text: str, language: str) -> Markup:
    """Render code for a pane of an example. `language` is `json`, `http`, or anything else for plain text.

    Long texts are cut after `MAX_TEXT_LINES`, with a note.
    """
    lines = text.split("\n")
    cut = _cut_note(_more_lines(len(lines) - MAX_TEXT_LINES)) if len(lines) > MAX_TEXT_LINES else Markup()
    text = "\n".join(lines[:MAX_TEXT_LINES])
    html = highlight_message(text) if language in ("json", "http") else Markup(escape(text, quote=False))
    return Markup(f"<pre><code>{_code_lines(html)}</code></pre>{cut}")


@lru_cache(8192)
def sample_pane(text: str, language: str) -> Markup:
    """Like `code_pane`, but the long objects inside a payload are folded."""
    head, gap, body = text.partition("\n\n") if language == "http" else ("", "", text)
    lines = body.split("\n")
    if len(lines) > MAX_TEXT_LINES or body[:1] not in ("{", "["):
        return code_pane(text, language)
    blocks = fold_json(lines)
    if len(blocks) == 1:
        return code_pane(text, language)
    html = f"<pre><code>{_code_lines(escape(head + gap[:-1], quote=False))}</code></pre>" if head else ""
    return Markup(html + "".join(map(_render_sample, blocks)))


def _render_sample(block: Lines) -> str:
    html = f"<pre><code>{_code_lines(highlight_json(chr(10).join(block.lines)))}</code></pre>"
    if not block.note:
        return html
    note = escape(block.note.lstrip(), quote=False)
    indentation = " " * (len(block.note) - len(block.note.lstrip()))
    return f'<details class="au-folded"><summary>{indentation}<span>{note}</span></summary>{html}</details>'


def _code_lines(html: str) -> str:
    return "".join(f'<span class="au-line">{line}\n</span>' for line in html.split("\n"))


def diff_pane(
    old: str, new: str, language: str, own_lines: OwnLines | None = None, *, is_brief: bool = False
) -> Markup:
    """Render the diff of two texts for a pane of an example, with folds; see `fold_diff` for `own_lines`.

    A brief diff has only a note instead of folded lines, and cuts long runs of lines.
    """
    max_lines = MAX_BRIEF_TEXT_LINES if is_brief else MAX_TEXT_LINES
    return Markup(
        "".join(
            _cut_note(block.note)
            if block.is_folded and (is_brief or len(block.lines) > max_lines)
            else _render_block(block, language != "text", max_lines)
            for block in fold_diff(old, new, own_lines)
        )
    )


def diff_excerpt(lines: Sequence[Line]) -> Markup:
    """Render a few lines of a diff, without folds."""
    return Markup("".join(_render_lines(lines, has_json=True)))


def _render_block(block: Block, has_json: bool, max_lines: int) -> str:
    lines = "".join(_render_lines(block.lines[:max_lines], has_json))
    html = f"<pre><code>{lines}</code></pre>"
    if len(block.lines) > max_lines:
        html += _cut_note(_more_lines(len(block.lines) - max_lines))
    if not block.is_folded:
        return html
    first = block.lines[0].text
    indentation = first[: len(first) - len(first.lstrip())]
    kind = "au-folded au-moved" if block.is_moved else "au-folded"
    return f'<details class="{kind}"><summary>{indentation}<span>⋯ {block.note}</span></summary>{html}</details>'


def _cut_note(note: str) -> Markup:
    return Markup('<p class="au-cut">⋯ {}</p>').format(note)


def _more_lines(count: int) -> str:
    return f"{count} more line{'' if count == 1 else 's'}"


class _Look(NamedTuple):
    """How a line is shown: its element and classes, a prefix for screen readers, and a note on the right."""

    element: str
    classes: str
    prefix: str = ""
    note: str = ""


_LOOKS: Mapping[str, _Look] = {
    " ": _Look("span", "au-line"),
    "-": _Look("del", "au-line", "removed: "),
    "+": _Look("ins", "au-line", "added: "),
    "=": _Look("span", "au-line"),
    "<": _Look("span", "au-line au-moved au-from", "", "moved from here"),
    ">": _Look("span", "au-line au-moved", "", "moved here"),
}

_JSON_STARTS = tuple(' {}[]"')
"""The first characters of lines in an indented JSON body. No line in the head of an HTTP message starts like this."""


def _render_lines(lines: Sequence[Line], has_json: bool) -> Iterator[str]:
    sign_before = ""
    for line, spans in zip(lines, mark_changed_words(lines), strict=True):
        look = _LOOKS[line.sign]
        if line.sign in "-+":
            html = "".join(
                f"<mark>{escape(text, quote=False)}</mark>" if is_changed else escape(text, quote=False)
                for text, is_changed in spans
            )
        else:
            html = _highlight_line(line.text, has_json)
        prefix = f'<span class="au-hidden">{look.prefix}</span>' if look.prefix else ""
        note = f"<i>{look.note}</i>" if look.note and line.sign != sign_before else ""
        sign_before = line.sign
        yield f'<{look.element} class="{look.classes}">{note}{prefix}{html}\n</{look.element}>'


def _highlight_line(text: str, has_json: bool) -> str:
    return highlight_json(text) if has_json and text.startswith(_JSON_STARTS) else escape(text, quote=False)
