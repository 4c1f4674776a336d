"""Prose as HTML: what it may say, and that no text makes it do harm."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from api_upgrades.site.text import prose
from api_upgrades.site.text.link_safety import safe_address
from api_upgrades.site.text.prose import to_html, to_inline_html, to_plain
from tests.profiles import up_to

BLOCKS = {
    "paragraph": ("Plain text.", "<p>Plain text.</p>"),
    "code": ("`a_b` is *new* and **good**", "<p><code>a_b</code> is <em>new</em> and <strong>good</strong></p>"),
    "names": ("assigned_provider_id, a*b", "<p>assigned_provider_id, a*b</p>"),
    "paragraphs": ("One\ntwo\n\nthree", "<p>One\ntwo</p>\n<p>three</p>"),
    "windows": ("One\r\n\r\ntwo\rthree", "<p>One</p>\n<p>two\nthree</p>"),
    "list": ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    "numbers": ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
    "quotation": ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
    "table": (
        "| a | b |\n|:--|---|\n| 1 | `2` |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td><code>2</code></td>\n</tr>\n</tbody>\n</table>",
    ),
    "fence": ("```json\n{}\n```", '<pre><code class="language-json">{}\n</code></pre>'),
    "indented": ("    a\n    b", "<pre><code>a\nb\n</code></pre>"),
    "break": ("a  \nb", "<p>a<br>\nb</p>"),
    "rule": ("a\n\n---\n", "<p>a</p>\n<hr>"),
    "heading": ("# A *b*\n\nc", "<p><strong>A <em>b</em></strong></p>\n<p>c</p>"),
    "underlined heading": ("A\n===", "<p><strong>A</strong></p>"),
    "link": ("[a](https://b.c/d?e=f&g)", '<p><a href="https://b.c/d?e=f&amp;g">a</a></p>'),
    "link by reference": ("[a][1]\n\n[1]: ../b", '<p><a href="../b">a</a></p>'),
    "link by itself": ("<https://b.c>", '<p><a href="https://b.c">https://b.c</a></p>'),
    "link with a title": ('[a](b "c")', '<p><a href="b">a</a></p>'),
    "link without text": ("[](b)", '<p><a href="b">b</a></p>'),
    "mail": ("<a@b.c>", '<p><a href="mailto:a@b.c">a@b.c</a></p>'),
    "image": ("![a *b*](c.png) d", "<p>a *b* d</p>"),
    "image in a link": ("[![a](b)](c)", '<p><a href="c">a</a></p>'),
    "image by reference": ("![a][1]\n\n[1]: b", "<p>a</p>"),
    "entities": ("&copy; &lt;b&gt; &amp;lt; AT&T &nbsp;", "<p>© &lt;b&gt; &amp;lt; AT&amp;T \xa0</p>"),
    "quotes": ("\"a\" 'b'", "<p>&#34;a&#34; &#39;b&#39;</p>"),
    "escapes": ("\\*a\\* \\<b\\>", "<p>*a* &lt;b&gt;</p>"),
    "no snippets": ('--8<-- "/etc/passwd"', "<p>--8&lt;-- &#34;/etc/passwd&#34;</p>"),
    "no attributes": ("a {: onclick=b }", "<p>a {: onclick=b }</p>"),
    "nothing": (" \n\n ", ""),
}


@pytest.mark.parametrize(("text", "html"), BLOCKS.values(), ids=BLOCKS)
def test_blocks(text: str, html: str) -> None:
    assert to_html(text) == html
    assert isinstance(to_html(text), Markup)


LINES = {
    "text": ("`a` is <b>", "<code>a</code> is &lt;b&gt;", "a is <b>"),
    "lines": ("a\n\n  b\n", "a b", "a b"),
    "no list": ("1. a", "1. a", "1. a"),
    "no heading": ("# a", "# a", "# a"),
    "no code block": ("    a", "a", "a"),
    "no quotation": ("> a", "&gt; a", "> a"),
    "no table": ("a | b", "a | b", "a | b"),
    "link": ("[*a*](b)", '<a href="b"><em>a</em></a>', "a"),
    "image": ("![a](b)", "a", "a"),
    "html": ("<p>a<br>b</p> <i>c</i>", "a b  <em>c</em>", "a b c"),
    "entities": ("a &amp;amp; b", "a &amp;amp; b", "a &amp; b"),
    "nothing": ("", "", ""),
}


@pytest.mark.parametrize(("text", "html", "plain"), LINES.values(), ids=LINES)
def test_one_line(text: str, html: str, plain: str) -> None:
    assert to_inline_html(text) == html
    assert isinstance(to_inline_html(text), Markup)
    assert to_plain(text) == plain
    assert not isinstance(to_plain(text), Markup)


def test_one_line_inside_a_link() -> None:
    assert to_inline_html("[a `b`](c) <a href=d>e</a> <http://f.g>", links=False) == "a <code>b</code> e http://f.g"


def test_plain_text_of_blocks() -> None:
    text = "# A\n\nb<br>c  \nd `<e>`\n\n- f\n- [g](h)\n\n| i | j |\n|---|---|\n| k | l |\n\n```\n<m> &amp;\n```\n"
    assert to_plain(text) == "A b c d <e> f g i j k l <m> &amp;"


HTML = {
    "inside a line": (
        "<b>a</b> <strong>b</strong> <i>c</i> <EM class='x'>d</EM>",
        "<p><strong>a</strong> <strong>b</strong> <em>c</em> <em>d</em></p>",
    ),
    "inside a word": ("un<b>believ</b>able", "<p>un<strong>believ</strong>able</p>"),
    "spaces": ("a<b> b </b>c", "<p>a<strong> b </strong>c</p>"),
    "breaks": ("a<br>b<br/>c<br />d", "<p>a<br>b<br>c<br>d</p>"),
    "code": ("<code>*a* &lt;b&gt; <i>c</i></code>", "<p><code>*a* &lt;b&gt; c</code></p>"),
    "link": (
        "<a href='https://a.b/?c&amp;d' onclick='e' target=_blank>f</a>",
        '<p><a href="https://a.b/?c&amp;d">f</a></p>',
    ),
    "link, bare": ("<A HREF=b>c</A>", '<p><a href="b">c</a></p>'),
    "anchor": ("<a name=b>c</a>", "<p>c</p>"),
    "paragraphs": ("<p>a</p>\n    <p class=x>\n      b\n    </p>c", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    "open paragraphs": ("a<p>b<p>c", "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    "list": ("a:<ul>\n  <li>b</li>\n  <li>c</ul>d", "<p>a:</p>\n<ul>\n<li>b </li>\n<li>c</li>\n</ul>\n<p>d</p>"),
    "numbers": ("<ol><li><p>a</p></li><li>b<br>c</ol>", "<ol>\n<li>a </li>\n<li>b<br>c</li>\n</ol>"),
    "lists in lists": (
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>",
    ),
    "among Markdown": (
        "*a <b>b</b>* and `c`<br>[d <i>e</i>](f)",
        '<p><em>a <strong>b</strong></em> and <code>c</code><br><a href="f">d <em>e</em></a></p>',
    ),
    "in a table": (
        "| a |\n|---|\n| b<br><b>c</b> |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>b<br><strong>c</strong></td>\n</tr>\n</tbody>\n</table>",
    ),
    "crossed": ("<b>a<i>b</b>c</i>", "<p><strong>a<em>b</em></strong>c</p>"),
    "crossed with Markdown": ("*a<b>b*c</b>", "<p><em>a<strong>b</strong></em>c</p>"),
    "across paragraphs": ("<b>a\n\nb</b>", "<p><strong>a</strong></p>\n<p>b</p>"),
    "without a partner": ("List<i>, Map<b, a>, </b>", "<p>List&lt;i&gt;, Map&lt;b, a&gt;, &lt;/b&gt;</p>"),
    "an item of no list": ("<li>a</li>", "<p>&lt;li&gt;a&lt;/li&gt;</p>"),
    "code that is open": ("<code>a", "<p>&lt;code&gt;a</p>"),
    "in code": (
        "`<b>a</b>` ``<p>`<br>``",
        "<p><code>&lt;b&gt;a&lt;/b&gt;</code> <code>&lt;p&gt;`&lt;br&gt;</code></p>",
    ),
    "in code of several lines": ("`<b>a\nb</b>`", "<p><code>&lt;b&gt;a\nb&lt;/b&gt;</code></p>"),
    "in a fence": (
        "~~~html\n<p><b>a</b></p>\n<ul>\n~~~\n<b>c</b>",
        '<pre><code class="language-html">&lt;p&gt;&lt;b&gt;a&lt;/b&gt;&lt;/p&gt;\n&lt;ul&gt;\n</code></pre>\n'
        "<p><strong>c</strong></p>",
    ),
    "in indented code": ("    <b>a</b><br>", "<pre><code>&lt;b&gt;a&lt;/b&gt;&lt;br&gt;\n</code></pre>"),
    "a link in a link": ("[a <a href=b>c</a>](d)", '<p><a href="d">a c</a></p>'),
    "escaped": ("\\<b>a</b> \\<br>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;br&gt;</p>"),
    "other elements": (
        "<div>a</div><!-- b --><h1>c</h1>",
        "<p>&lt;div&gt;a&lt;/div&gt;&lt;!-- b --&gt;&lt;h1&gt;c&lt;/h1&gt;</p>",
    ),
}


@pytest.mark.parametrize(("text", "html"), HTML.values(), ids=HTML)
def test_harmless_html(text: str, html: str) -> None:
    assert to_html(text) == html


ALLOWED = {
    "p", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td",
    "a", "br", "hr",
}  # fmt: skip


class Checker(HTMLParser):
    """Reads HTML as a browser does and objects to all that isn't allowed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert tag != "a" or "a" not in self.open
        for name, value in attrs:
            assert (tag, name) in {("a", "href"), ("ol", "start"), ("code", "class")}
            assert name != "href" or is_harmless(value or "")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def is_harmless(address: str) -> bool:
    """By what the URL standard does to an address before it reads a scheme or a host."""
    address = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    scheme = re.match(r"([^/?#]*?):", address)
    return scheme.group(1).lower() in ("http", "https", "mailto") if scheme else not address.startswith("//")


ADDRESSES = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3a;alert(1)",
    "javascript&#x3A alert(1)",
    "&#106;avascript:alert(1)",
    "&#0000106avascript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "java&#10;script:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\x00script:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "\xa0javascript:alert(1)",
    "\u2028javascript:alert(1)",
    "\u200bjavascript:alert(1)",
    "&nbsp;javascript:alert(1)",
    "javascript\\:alert(1)",
    "java\\script:alert(1)",
    "javascript://%0aalert(1)",
    "javascript://https://a.b/%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "file:///etc/passwd",
    "ftp://a.b",
    "blob:https://a.b",
    "about:blank",
    "x:y",
    ":x",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "&sol;/evil.example",
    "/&sol;evil.example",
    "&#47;&#47;evil.example",
    "/&bsol;evil.example",
    "https:evil.example",
    "https:\\\\evil.example",
    "https:///evil.example",
    "https://[b",
    "https://a]b/",
    "http:/evil.example",
    "mailto:",
    "",
    " ",
]


MARKDOWN, HTML_LINK = "[x]({})", '<a href="{}">x</a>'
OTHER_TEMPLATES = [
    "[x](<{}>)", '[x]({} "t")', "[x][r]\n\n[r]: {}", "[x][r]\n\n[r]: <{}>", "[r]\n\n[r]: {} 't'", "<{}>",
    "![x]({})", "[![x]({})]({})", "<a href='{}'>x</a>", "<a href={}>x</a>", "<a\thref = {} >x</a>",
    "| [x]({}) |\n|---|\n| y |", "- [x]({})", "# [x]({})", "*[x]({})*", "[`x`]({})",
]  # fmt: skip
"""Other ways to write a link. An address is judged in the same way in all of them, so a few addresses are enough."""

HARMFUL_LINKS = [
    *((template, address) for template in (MARKDOWN, HTML_LINK) for address in ADDRESSES),
    *((template, address) for template in OTHER_TEMPLATES for address in (ADDRESSES[0], "&#106;avascript:x", "//x")),
]


@pytest.mark.parametrize(("template", "address"), HARMFUL_LINKS, ids=ascii)
def test_a_harmful_address_is_no_link(template: str, address: str) -> None:
    text = template.replace("{}", address)
    for html in (to_html(text), to_inline_html(text)):
        Checker(html)
        # White space and unended entities make other, harmless addresses of some.
        assert "<a " not in html or re.search(r"[\s&]|^$", address)


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_a_harmful_address(address: str) -> None:
    assert "&" in address or safe_address(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://a.b", "HTTP://a.b:80/c?d=e:f#g", "https://[::1]/", "https://é.fr/ü", "mailto:a@b.c?subject=d", "a",
        "a/b:c", "./a:b", "../a", "/", "/a//b", "#a", "#a:b", "?a=b:c", "a.html", "javascript%3Aalert(1)",
        "javascript/:x",
    ],
)  # fmt: skip
def test_a_good_address(address: str) -> None:
    assert safe_address(address) == address
    assert safe_address(f" {address} ") == address
    assert is_harmless(address)


def test_an_address_with_spaces() -> None:
    assert safe_address("a b") == "a%20b"


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{background:url(//evil.example)}</style>",
    "<b onmouseover=alert(1)>x</b>",
    "<b/onmouseover=alert(1)>x</b>",
    "<p style='position:fixed'>x</p>",
    "<ul onclick=alert(1)><li onclick=alert(1)>x</li></ul>",
    "<br onload=alert(1)>",
    "<code onclick=alert(1)>x</code>",
    "<code><script>alert(1)</script></code>",
    "<a href=a onclick=alert(1)>x</a>",
    "<a href='a\" onclick=alert(1) b=\"'>x</a>",
    "<a href=\"a' onclick=alert(1) b='\">x</a>",
    "<a href='&quot; onclick=alert(1) &quot;'>x</a>",
    "<a href='a'onclick=alert(1)>x</a>",
    "<a title='>' href='javascript:alert(1)'>x</a>",
    "<a href=a><script>alert(1)</script></a>",
    "<b><script>alert(1)</b></script>",
    "<scr<b></b>ipt>alert(1)</script>",
    "<<b></b>script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml <script>alert(1)</script>?>",
    "<!DOCTYPE html [<!ENTITY x '<script>'>]>&x;",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<plaintext>",
    "</p></div></body><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script\\>alert(1)",
    "`<script>alert(1)</script>`",
    "`</code><script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```js onload=alert(1)\nx\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "```{.x onclick=alert(1) #y}\nx\n```",
    '```{.x"onclick=alert(1)}\nx\n```',
    "    </code></pre><script>alert(1)</script>",
    '[x](a "onclick=alert(1)")',
    '[x](a"onclick=alert(1)//)',
    '[x](<a"onclick="alert(1)>)',
    "[x](a&quot;onclick=alert(1))",
    "[<script>alert(1)</script>](a)",
    "[x][<script>]\n\n[<script>]: a",
    '[x][r]\n\n[r]: a "\'><script>alert(1)</script>"',
    '![" onerror=alert(1)](x)',
    '![x](y "onerror=alert(1)")',
    "![<script>alert(1)</script>](x)",
    '<https://a.b/"onclick=alert(1)>',
    "<https://a.b/<script>alert(1)</script>>",
    '<a@b.c"onclick=alert(1)>',
    "| <script> | a\n|---|---|\n| <img onerror=alert(1)> | b",
    "# <script>alert(1)</script> {#x onclick=y}",
    "<h1 id=x>y</h1>",
    "x {: #id .class onclick=alert(1) }",
    "- x\n{: onclick=alert(1) }",
    "> <script>alert(1)</script>",
    "*<script>*alert(1)*</script>*",
    "a\n: <script>",
    "[^1]\n\n[^1]: <script>",
    "*[x]: <script>\n\nx",
    "[TOC]",
    "{% raw %}{{ config }}{{ ''.__class__ }}",
    "\x02wzxhzdk:0\x03 ```\n<script>\n```",
    "```\n<script>\n```\n\n\x02wzxhzdk:0\x03\x02wzxhzdk:0\x03",
    "`x` \x02klzzwxh:0000\x03 klzzwxh:0000",
    "\x02106\x03\x0297\x03",
    "&#2;wzxhzdk:0&#3;",
    "\x1e<b>x</b>\x1e",
    "\U000f0000<b>x</b>\U000f0001\U000f0002",
    "&#xF0000;&#xF0001;&#xF0002; <b>x</b>",
    "[x](a&#xF0000;b) <b>x</b>",
    "<code>&#x202e;&#xF0000;&lt;script></code>",
    "[x](<b>a</b>)",
    "<a href='<b>x</b>'>y</a>",
    "\ufeff<script>",
    "\ud800<script>\udfff",
    "\uff1cscript\uff1ealert(1)",
    "a\u202e<script>\u202cb\u2066c",
]


UNWANTED = "[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\U000f0000-\U000fffff]"


@pytest.mark.parametrize("text", ATTACKS, ids=ascii)
def test_attacks_come_out_as_text(text: str) -> None:
    for html in (to_html(text), to_inline_html(text), to_inline_html(text, links=False)):
        Checker(html)
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\U000f0000-\U000fffff]", html
        )
        html.encode()
    assert not re.search(r"<(?!/?(?:strong|em|code|a)\b)", to_inline_html(text))
    assert "<a" not in to_inline_html(text, links=False)
    to_plain(text).encode()


PIECES = [
    "`", "``", "```\n", "~~~\n", "*", "**", "_", "[", "]", "(", ")", "](", "![", "]: ", "<", "</", ">", "<b>", "</b>",
    "<i>", "</i>", "<a href='", "'>", "</a>", "<code>", "</code>", "<p>", "</p>", "<ul>", "<ol>", "<li>", "</li>",
    "</ul>",
    "</ol>", "<br>", "\n", "\n\n", "    ", "\t", "- ", "1. ", "> ", "# ", "|", "|-|-|\n", "---\n", "javascript:",
    "https://a.b", "//", "mailto:", "x", "é", "&", "&#", "106;", "&amp;", "&lt;", "\\", '"', "'", "=", "{", "}", "\x02",
    "\x03", "\x1e", "\U000f0000", "&#xf0000;", "\x02wzxhzdk:0\x03", "klzzwxh:0000", "<!--", "-->", "<script>",
    "<![CDATA[",
    "<?", "\r", "\u2028", " onclick=", "<https://a>", "<a@b.c>",
]  # fmt: skip


@settings(max_examples=up_to(1000))
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80))
def test_whatever_is_written(text: str) -> None:
    Checker(to_html(text))
    Checker(to_inline_html(text))
    assert "<a" not in to_inline_html(text, links=False)
    assert not isinstance(to_plain(text), Markup)


BOMBS = {
    "brackets": "[" * 100_000,
    "as many brackets as are read": "[" * 1_400,
    "links": "[a](" * 700,
    "half links": "[a](()" * 500,
    "images in links": "[![a](" * 500,
    "quotations": ">" * 30_000,
    "stairs of quotations": "".join(">" * n + " a\n" for n in range(200)),
    "numbers": "1. " * 10_000,
    "lists": "".join("    " * n + "- a\n" for n in range(100)),
    "headings": "# a\n" * 5_000,
    "fences": "```a\n" * 5_000,
    "runs of backticks": "".join("`" * (n % 100) + "a" for n in range(400)),
    "emphasis": "*_" * 15_000,
    "tags": "<b>" * 10_000,
    "pairs of tags": "<b>" * 4_000 + "</b>" * 4_000,
    "lists of HTML": "<ul><li>" * 1_600 + "</li></ul>" * 1_600,
    "a tag full of spaces": "<a " + " " * 29_000,
    "a tag full of attributes": "<a " + "href=" * 5_000 + ">x</a>",
    "open code": "<code>" * 5_000,
    "less than": "<" * 30_000,
    "spaces": " \n" * 15_000,
    "a megabyte": "a *b* <c>\n\n" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_take_little_time(text: str) -> None:
    started = process_time()
    for html in (to_html(text), to_inline_html(text)):
        Checker(html)
    to_plain(text)
    assert process_time() - started < 10


def test_what_is_too_much_for_markdown_is_shown_as_text() -> None:
    assert to_html("*a*\n\n" + "<b>" * 20_000).startswith("<p>*a*</p>\n<p>&lt;b&gt;&lt;b&gt;")
    assert to_inline_html("*a* " + "[" * 3_000) == "*a* " + "[" * 3_000


def test_depth_is_bounded() -> None:
    assert to_html("<b>" * 500 + "x" + "</b>" * 500).count("<strong>") < 100
    assert to_html("<ul><li>" * 50 + "x" + "</li></ul>" * 50).count("<ul>") < 20


def test_each_text_is_rendered_once() -> None:
    assert to_html("a *b*") is to_html("a *b*")
    assert to_inline_html("a *b*") is to_inline_html("a *b*")


def test_references_of_one_text_are_not_the_next_ones() -> None:
    to_html("[r]\n\n[r]: https://a.b")
    assert to_html("see [r] there") == "<p>see [r] there</p>"


def test_a_text_that_markdown_gives_up_on_is_forgotten() -> None:
    """Its parser keeps where it was in the middle of; the next text would go on there."""
    assert to_html("1. " * 9_000).startswith("<p>1. 1. 1. ")
    assert to_html("a `b`\n\nc") == "<p>a <code>b</code></p>\n<p>c</p>"


def test_many_threads_at_once() -> None:
    texts = [f"[a{n}][r] <b>b{n}</b> `c{n}`\n\n[r]: https://a.b/{n}" for n in range(300)]
    with ThreadPoolExecutor(8) as pool:
        rendered = list(pool.map(to_html, texts))
    assert rendered == [
        f'<p><a href="https://a.b/{n}">a{n}</a> <strong>b{n}</strong> <code>c{n}</code></p>' for n in range(300)
    ]


@given(st.from_regex(prose._SIMPLE_TEXT, fullmatch=True), st.booleans())
def test_the_short_way_gives_what_markdown_gives(text: str, is_inline: bool) -> None:
    style = prose._Style(is_inline, has_links=True, base=None)
    converted = prose._convert(text, style)
    assert unescape(prose._render_simple(text, style)) == unescape("".join(converted.out) if converted else "")
