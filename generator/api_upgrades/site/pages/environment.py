"""The two Jinja environments: HTML escapes everything, Markdown escapes by explicit filters.

Jinja's `select_autoescape` doesn't work here: names such as `page.html.j2` end in `.j2`, so it would not escape them.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api_upgrades.compare.rules.table import Severity
from api_upgrades.openapi.methods import FIXED_METHODS
from api_upgrades.openapi.schema import as_text
from api_upgrades.registry.model import display_name, none_if_todo
from api_upgrades.site.pages import code, markdown
from api_upgrades.site.pages.jinja_codegen import DirectCodeGenerator, TemplateCache
from api_upgrades.site.pages.limits import MAX_PANES, head_and_rest
from api_upgrades.site.pages.reference.properties import nest_rows
from api_upgrades.site.text import prose
from api_upgrades.site.text.link_base import NO_BASE, LinkBase
from api_upgrades.site.text.summary import brief_summary

SIGNS: dict[Severity, str] = {"breaking": "!", "risky": "~", "additive": "+", "neutral": "="}
"""The sign of each severity, because colour alone doesn't say it to everybody."""

_TEMPLATES = Path(__file__).with_name("templates")


@cache
def html_environment(base: LinkBase = NO_BASE) -> Environment:
    """The environment of the HTML templates.

    Use `description` and `inline_description` for prose of the API's document, `prose` and `inline` for all other
    prose. `base` resolves the links of descriptions.
    """
    environment = _create_environment(autoescape=True)
    environment.globals |= {"METHODS_WITH_COLOUR": FIXED_METHODS, "MAX_PANES": MAX_PANES}
    environment.filters |= {
        "prose": prose.to_html,
        "inline": prose.to_inline_html,
        "unlinked": partial(prose.to_inline_html, links=False),
        "description": partial(prose.to_html, base=base),
        "inline_description": partial(prose.to_inline_html, base=base),
        "code_pane": code.code_pane,
        "sample_pane": code.sample_pane,
        "diff_pane": code.diff_pane,
        "diff_excerpt": code.diff_excerpt,
        "brief_diff_pane": partial(code.diff_pane, is_brief=True),
    }
    return environment


@cache
def markdown_environment(base: LinkBase = NO_BASE) -> Environment:
    """The environment of the Markdown templates. Every value must go through one of these filters.

    Use `text` for plain text, and `code`, `fence`, `diff` or `mini_diff` for code. Use `prose` for prose,
    `nested_prose` inside a list, `one_line` for prose with blocks on one line, `inline` for prose without blocks, and
    `unlinked` inside a link. For prose of the API's document, use `description`, `inline_description` and
    `description_on_one_line`; `base` resolves its links. In a table, apply `cell` last.
    """
    environment = _create_environment(autoescape=False)
    environment.filters |= {
        "shorten": markdown.shorten,
        "text": markdown.escape_text,
        "cell": markdown.escape_cell,
        "code": markdown.inline_code,
        "fence": markdown.fence,
        "diff": markdown.fence_diff,
        "mini_diff": markdown.fence_mini_diff,
        "prose": markdown.prose_blocks,
        "nested_prose": partial(markdown.prose_blocks, is_nested=True),
        "inline": markdown.prose_line,
        "unlinked": partial(markdown.prose_line, links=False),
        "one_line": markdown.prose_on_one_line,
        "description": partial(markdown.prose_blocks, base=base),
        "inline_description": partial(markdown.prose_line, base=base),
        "description_on_one_line": partial(markdown.prose_on_one_line, base=base),
    }
    return environment


def _create_environment(autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        bytecode_cache=TemplateCache(_TEMPLATES),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.code_generator_class = DirectCodeGenerator
    environment.globals["SIGNS"] = SIGNS
    environment.filters |= {
        "plain": prose.to_plain,
        "brief": brief_summary,
        "value": as_text,
        "version_name": display_name,
        "head_and_rest": head_and_rest,
        "nest_rows": nest_rows,
        "unless_todo": lambda text: none_if_todo(text) or "",
    }
    return environment
