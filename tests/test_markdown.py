"""Text and prose as Markdown: it reads as it should, means the same when read again, and nothing breaks out of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown as read

from api_upgrades.site.pages import markdown

FOLDED = """\
```diff
 {
   … 3 unchanged lines
   "d": 1,
-  "f": 1
+  "f": 2
 }
```"""
MASKED = """\
```diff
 {
-  "a": 1,
+  "a": 2,
   "b": 1,
   "c": 2,
   "d": 1
 }
```"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain words, 1.5 of them.", "Plain words, 1.5 of them."),
        ("a *b* **c** `d` [e](https://e.com)", "a *b* **c** `d` [e](https://e.com)"),
        ("snake_case and _this_", "snake_case and *this*"),
        ("5 * 3 < 20 & so on", "5 \\* 3 &lt; 20 & so on"),
        ("# Heading\n\nText", "**Heading**\n\nText"),
        ("- one\n- two", "- one\n- two"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- one\n\n    more\n\n- two", "-   one\n\n    more\n\n-   two"),
        ("> quoted\n\nnot", "> quoted\n\nnot"),
        ("```json\n{}\n```", "```json\n{}\n```"),
        ("````\n```\n````", "````\n```\n````"),
        ("- x\n\n        code here\n", "-   x\n\n    `code here`"),
        ("| a | b |\n|---|---|\n| `x|y` | z |", "| a | b |\n| --- | --- |\n| `x\\|y` | z |"),
        ("<b>bold</b><br>1. next", "**bold**  \n1\\. next"),
        ("<script>x</script>", "&lt;script>x&lt;/script>"),
        ("[x](javascript:y) ![i](http://e.com/i.png)", "x i"),
        ("Look!<http://e.com>", "Look\\![http://e.com](http://e.com)"),
        ("{: onclick=x }", "\\{: onclick=x }"),
        ("~~gone~~ #1", "&#126;&#126;gone&#126;&#126; \\#1"),
        ("[a](http://e.com/(b)?c=1&lt=2)", "[a](http://e.com/%28b%29?c=1&lt=2)"),
    ],
)
def test_prose(source: str, expected: str) -> None:
    assert markdown.prose_blocks(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\n\ntwo", "one two"),
        ("All:\n\n- one\n- *two*", "All: • one • *two*"),
        ("```\na  b\n```", "`a b`"),
    ],
)
def test_blocks_on_one_line(source: str, expected: str) -> None:
    assert markdown.prose_on_one_line(source) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("- a", "\\- a"), ("1) a", "1\\) a"), ("+33 6", "+33 6"), ("a [b](http://c)", "a [b](http://c)")],
)
def test_a_line(line: str, expected: str) -> None:
    assert markdown.prose_line(line) == expected
    assert markdown.prose_line("a [b](http://c)", links=False) == "a b"


def test_text_and_code() -> None:
    assert markdown.escape_text("a_b *c* [d](e)\n- f") == "a_b \\*c\\* \\[d\\](e) - f"
    assert markdown.inline_code("a`b") == "``a`b``"
    assert markdown.inline_code("") == '`""`'
    assert markdown.fence("```\n", "sh") == "````sh\n```\n\n````"


@pytest.mark.parametrize(
    ("line", "expected"), [("a|b", "a\\|b"), ("a\\|b", "a\\\\\\|b"), ("a\\\\|b", "a\\\\\\|b"), ("a\nb", "a b")]
)
def test_a_cell_stays_whole(line: str, expected: str) -> None:
    assert markdown.escape_cell(line) == expected
    html = read(f"| x | y |\n| --- | --- |\n| {markdown.escape_cell(line)} | z |", extensions=["tables"])
    assert html.count("<td>") == 2


def lines(**values: int) -> str:
    return "{\n" + ",\n".join(f'  "{key}": {value}' for key, value in values.items()) + "\n}"


def test_a_difference_is_folded() -> None:
    assert markdown.fence_diff(lines(a=1, b=1, c=1, d=1, f=1), lines(a=1, b=1, c=1, d=1, f=2)) == FOLDED
    old, new = lines(a=1, b=1, c=1, d=1), lines(a=2, b=1, c=2, d=1)
    assert markdown.fence_diff(old, new, frozenset({("-", '  "a": 1'), ("+", '  "a": 2')})) == MASKED


TOKENS = (
    "a b * ** _ ` ``` ~~~ # - 1. > --- === \\ < </ > <script> </script> <div> <!-- --> <? <![CDATA[ & &lt; &#60; [ ] ( "
    ") [x](javascript:y) [x](http://e.com/ ![ ! <http://e.com> { {:onclick=x} : [^1]: *[a]: <a/href='javascript:y'> "
    "</a> <b> </b> <p> <ul><li> </li></ul> <br> <code> </code> | |---|---| | !!!"
)
PIECES = st.sampled_from([*TOKENS.split(), " ", "\n", "\n\n", "    "])
TEXTS = st.lists(PIECES, max_size=12).map("".join)

ELEMENTS = {
    "p",
    "strong",
    "em",
    "code",
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


class Elements(HTMLParser):
    """The elements of some HTML, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs or [("", "")]:
            is_safe = (tag, name) in {("ol", "start"), ("code", "class"), ("a", "id")}
            is_safe |= (tag, name) == ("a", "href") and (value or "").startswith("http://e.com")
            self.found.add((tag, "" if is_safe else name))

    def handle_comment(self, data: str) -> None:
        self.found.add(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.add(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.found.add(("instruction", data))


@given(TEXTS)
def test_nothing_breaks_out(source: str) -> None:
    made = [
        markdown.prose_blocks(source),
        "- x\n\n    " + markdown.prose_blocks(source, is_nested=True).replace("\n", "\n    "),
        markdown.prose_line(source),
        markdown.escape_text(source),
        markdown.inline_code(source),
        markdown.fence(source),
        f"## {markdown.prose_line(source)}",
        f"- [{markdown.prose_line(source, links=False)}](http://e.com)",
        f"| x | y |\n| --- | --- |\n| z | {markdown.escape_cell(markdown.prose_on_one_line(source))} |",
        f"| x | y |\n| --- | --- |\n| z | {markdown.escape_cell(markdown.inline_code(source))} |",
    ]
    for one in made:
        html = read(f"before\n\n{one}\n\nafter", extensions=["extra", "sane_lists", "toc", "admonition"])
        found = {(tag, name) for tag, name in Elements(html).found if (tag, name) != ("h2", "id")}
        assert {tag for tag, _ in found} <= ELEMENTS | {"a", "br", "hr", "h2"}, one
        assert {name for _, name in found} <= {""}, one


CALLS = TEXTS | st.lists(st.sampled_from([*TOKENS.split(), "@a", "#1", "GH-2", "http://f.com", "www.f", " "])).map(
    "".join
)


class Outside(HTMLParser):
    """The text of some HTML that isn't code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.depth = "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += "" if self.depth else data


@given(CALLS)
def test_what_is_inert_calls_nobody_and_reads_the_same(source: str) -> None:
    for one in (
        markdown.prose_line(source, links=False),
        markdown.prose_on_one_line(source),
        markdown.escape_text(source),
        markdown.inline_code(source),
    ):
        made = markdown.make_inert(f"- {one}")
        assert made.replace("\u200b", "") == f"- {one}".replace("\u200b", "")
        text = Outside(read(made, extensions=["sane_lists"])).text
        assert re.search(r"@\w|#\d|GH-\d|://|www\.", text, re.IGNORECASE) is None, made


def test_what_is_inert_is_still_copied_and_followed() -> None:
    assert markdown.make_inert("`@id` [@a](http://e.com/@b) `` `@c ``") == "`@id` [@\u200ba](http://e.com/@b) `` `@c ``"


def test_a_long_text_is_cut() -> None:
    assert markdown.shorten("a `b`") == "a `b`"
    assert markdown.shorten("`a` " * 200) == "a " * 149 + "a…"
