"""Jinja, set up twice: HTML that escapes everything, Markdown that escapes by explicit filters.

Jinja's own choice by file name would leave `page.html.j2` unescaped, since the name ends in `.j2`.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api_upgrades.openapi.schema import as_text
from api_upgrades.registry.model import name_of, written
from api_upgrades.site.pages import code, markdown
from api_upgrades.site.pages.jinja_codegen import CompiledBeside, Direct
from api_upgrades.site.pages.limits import head_and_rest
from api_upgrades.site.text import prose

_TEMPLATES = Path(__file__).with_name("templates")


@cache
def html_environment() -> Environment:
    """Templates of the site."""
    environment = _environment(autoescape=True)
    environment.filters |= {
        "prose": prose.to_html,
        "inline": prose.to_inline_html,
        "unlinked": partial(prose.to_inline_html, links=False),
        "code_block": code.code_block,
        "diff_block": code.diff_block,
        "diff_brief": partial(code.diff_block, is_brief=True),
    }
    return environment


@cache
def markdown_environment() -> Environment:
    """Templates of the Markdown twins. What isn't the template's own Markdown goes through one of these filters.

    `text` is for plain text. Prose goes through `prose`, `nested` inside a list, `flat` where its blocks have to stand
    on one line, `inline` where it has none, and `unlinked` inside a link. A line goes through `cell` last where it
    stands in a table.
    """
    environment = _environment(autoescape=False)
    environment.filters |= {
        "short": markdown.short,
        "text": markdown.text,
        "cell": markdown.cell,
        "code": markdown.code,
        "fence": markdown.fence,
        "diff": markdown.diff,
        "prose": markdown.blocks,
        "nested": partial(markdown.blocks, is_inside=True),
        "inline": markdown.line,
        "unlinked": partial(markdown.line, links=False),
        "flat": markdown.flat,
    }
    return environment


def _environment(autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        bytecode_cache=CompiledBeside(_TEMPLATES),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.code_generator_class = Direct
    environment.filters |= {
        "plain": prose.to_plain,
        "value": as_text,
        "named": name_of,
        "split": head_and_rest,
        "written": lambda text: written(text) or "",
    }
    return environment
