"""Jinja, set up twice: HTML that escapes everything, Markdown that escapes by explicit filters.

Jinja's own choice by file name would leave `page.html.j2` unescaped, since the name ends in `.j2`.
"""

from __future__ import annotations

import re
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from api_upgrades import prose
from api_upgrades.effects.base import as_code
from api_upgrades.pages import code
from api_upgrades.schema import as_text


@cache
def html_environment() -> Environment:
    """Templates of the site."""
    environment = _environment(autoescape=True)
    environment.filters |= {
        "prose": prose.to_html,
        "inline": prose.inline_html,
        "unlinked": partial(prose.inline_html, links=False),
        "code_block": code.code_block,
        "diff_block": code.diff_block,
    }
    return environment


@cache
def markdown_environment() -> Environment:
    """Templates of the Markdown twins. Text goes through `text`, `cell`, `code` or `fence`; prose is Markdown."""
    environment = _environment(autoescape=False)
    environment.filters |= {"text": md_text, "cell": md_cell, "code": md_code, "fence": md_fence}
    return environment


def _environment(autoescape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("api_upgrades.pages", "templates"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {"plain": prose.to_plain, "value": as_text}
    return environment


def md_text(text: str) -> str:
    """Text in which Markdown sees no markup, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", " ".join(text.split()))


def md_cell(text: str) -> str:
    """Markdown that stays inside its table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def md_code(text: str) -> str:
    """Text as inline code, inside a table too."""
    return as_code(text).replace("|", "\\|")


def md_fence(text: str, language: str = "") -> str:
    """A fenced block, its fence longer than any run of backticks inside."""
    ticks = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"
