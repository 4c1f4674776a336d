"""Text that nobody trusts: whatever a registry or a model says, no page gets an element, attribute or script of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from markdown import markdown
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config

from api_upgrades.cli import main
from tests.shop import MKDOCS, write

pytestmark = pytest.mark.slow

PAYLOADS = {
    "script": "<script>alert('pwn')</script>",
    "attribute": "\"><img src=x onerror=alert('pwn')>",
    "single quotes": "'><svg onload=alert('pwn')>",
    "handler": "x\" onmouseover=\"alert('pwn')\" y='",
    "end of code": "</code></pre><script>alert('pwn')</script>",
    "code": "`</code><script>alert('pwn')</script>`",
    "two backticks": "``<script>alert('pwn')</script>``",
    "end of a cell": "| x |\n|---|\n| </td></tr></table><script>alert('pwn')</script> |",
    "fence": "```\n<script>alert('pwn')</script>\n```\n<script>alert('pwn')</script>",
    "fence in a list": "- x\n\n  ```\n\n  <script>alert('pwn')</script>\n\n  ```\n",
    "indented": "- x\n\n        <script>alert('pwn')</script>\n",
    "heading": "# <script>alert('pwn')</script>\n\n<script>alert('pwn')</script>\n===",
    "block": "<div>\n<script>alert('pwn')</script>\n</div>",
    "comment": "<!-- --><script>alert('pwn')</script><!--",
    "entities": "&lt;script&gt;alert('pwn')&lt;/script&gt; &#60;script&#62;alert('pwn')&#60;/script&#62;",
    "link": "[x](javascript:alert('pwn')) [y](java&#115;cript:alert('pwn')) <javascript:alert('pwn')>",
    "reference": "[x][y]\n\n[y]: javascript:alert('pwn')",
    "data": "[x](data:text/html;base64,PHNjcmlwdD5wd248L3NjcmlwdD4=) [y](//evil.example/pwn)",
    "html link": "<a href=\"javascript:alert('pwn')\" onclick=\"alert('pwn')\">x</a>",
    "image": "![x](https://evil.example/pwn.png) <img src='https://evil.example/pwn.png'>",
    "template": "{{ 7*7 }}{% for one in range(9) %}pwn{% endfor %}{# pwn #}",
    "attribute list": "x {: onclick=\"alert('pwn')\" }\n{: onclick=\"alert('pwn')\" }",
    "snippet": '--8<-- "mkdocs.yml"',
    "marks": "\ue000\ue001\ue002\ue003\ue004\ue005\ue006<script>alert('pwn')</script>",
}

BLOCKS_OF_PROSE = {"p", "pre", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "hr"}
ELEMENTS_OF_PROSE = BLOCKS_OF_PROSE | {"strong", "em", "code", "a", "br"}
ATTRIBUTES_OF_PROSE = {("a", "href"), ("ol", "start"), ("code", "class")}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"}

MODELS = Path(__file__).with_name("injection_models.py")


def change(text: str, *effects: dict[str, Any]) -> str:
    return json.dumps({"title": " ".join(text.split()), "why": text, "upgrade": text, "effects": effects})


def project(folder: Path, text: str) -> Path:
    """A project in which each text of a registry and its models is the same one, and each name begins with it."""
    name = " ".join(text.split())
    override = {"severity": "risky", "reason": text}
    was = {"type": "string", "description": text, "title": text, "examples": [text], "pattern": f"^{re.escape(text)}|"}

    def place(of: str) -> str:
        return f"Thing.{json.dumps(of)}"

    operation = {
        "tags": [f"{name} gone"],
        "summary": text,
        "description": text,
        "operationId": name,
        "responses": {"200": {"description": text, "content": {"application/json": {"schema": was}}}},
    }
    files = {
        "mkdocs.yml": MKDOCS,
        "docs/index.md": "# Home\n",
        "changes/api/text.json": json.dumps(text),
        "changes/2024-01-01/version.yaml": json.dumps({"summary": text, "dating": text, "label": name}),
        "changes/2024-02-01/version.yaml": json.dumps({"summary": text, "dating": text, "label": name}),
        "changes/2024-02-01/names.yaml": change(
            text,
            {"kind": "rename_property", "target": "Thing", "old": f"{name} older", "new": f"{name} name"},
            {"kind": "add_property", "target": place(f"{name} part"), "override": override},
            {"kind": "remove_property", "target": place(f"{name} gone"), "was": was},
            {"kind": "add_parameter", "target": f"POST /things query {json.dumps(f'{name} query')}"},
            {"kind": "rename_webhook", "old": f"{name}.made", "new": f"{name}.created"},
            {"kind": "remove_operation", "target": "GET /gone", "was": operation},
            {"kind": "remove_schema", "target": json.dumps(f"{name}.gone"), "was": was},
            {"kind": "rename_schema", "old": f"{name}.part", "new": "Part"},
        ),
        "changes/2024-03-01/version.yaml": json.dumps({"summary": text, "sunset": "2030-01-01", "dating": text}),
        "changes/2024-03-01/values.yaml": change(
            text,
            {"kind": "add_enum_value", "target": place(f"{name} values"), "value": f"{name} 2", "override": override},
            {
                "kind": "change_constraint",
                "target": "Thing.matched",
                "keyword": "pattern",
                "was": f"|{re.escape(text)}",
            },
            {"kind": "change_constraint", "target": "Thing.kept", "keyword": "default", "was": f"{text} before"},
            {"kind": "change_type", "target": "Thing.formed", "was": {**was, "type": ["string", "integer"]}},
            {"kind": "deprecate", "target": "Thing.old", "replaced_by": name},
            {"kind": "wording", "target": "Part", "was": {"description": f"{text} before"}},
        ),
        "changes/2024-03-01/behaviour.yaml": change(
            text,
            {
                "kind": "behaviour",
                "target": "POST /things",
                "severity": "risky",
                "before": text,
                "after": f"{text} now",
            },
        ),
    }
    write(folder, files)
    shutil.copy(MODELS, folder / "changes" / "api" / "__init__.py")
    return folder


class Page(HTMLParser):
    """What one page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.addresses: set[tuple[str, str, str]] = set()
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self._in_script = tag in ("script", "style")
        for name, value in attrs:
            self.attributes.add((tag, name))
            if name in ADDRESSES:
                self.addresses.add((tag, name, value or ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts.append(data)


class Kind(NamedTuple):
    """What all pages of one template are made of, with a text that is harmless."""

    elements: frozenset[str]
    attributes: frozenset[tuple[str, str]]


def made_of(pages: dict[str, str]) -> Kind:
    parsed = [Page(html) for html in pages.values()]
    return Kind(
        frozenset().union(*(page.elements for page in parsed)), frozenset().union(*(page.attributes for page in parsed))
    )


def problems(name: str, html: str, known: Kind) -> Iterator[str]:
    """What a page has that a harmless text doesn't give."""
    page = Page(html)
    for element in page.elements - known.elements - ELEMENTS_OF_PROSE:
        yield f"{name}: <{element}>"
    for holder, held in page.attributes - known.attributes - ATTRIBUTES_OF_PROSE:
        yield f"{name}: <{holder} {held}=...>"
    for element, attribute, address in page.addresses:
        scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
        if scheme and scheme[1].lower() not in ("http", "https", "mailto"):
            yield f"{name}: <{element} {attribute}={address!r}>"
        if address.startswith("//") or (element != "a" and "evil" in address):
            yield f"{name}: <{element} {attribute}={address!r}>"
    yield from (f"{name}: a script with {data!r}" for data in page.scripts if "pwn" in data or "7*7" in data)


def built(folder: Path) -> dict[str, str]:
    """Every page of the project's site, and what else is read as HTML: the search index and the feed."""
    site = folder / "site"
    config = load_config(str(folder / "mkdocs.yml"), strict=True, site_dir=str(site))
    config.plugins.on_startup(command="build", dirty=False)
    build_site(config)
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    for entry in index["docs"]:
        pages[f"search: {entry['location']}"] = f"<p>{entry['title']}</p>{entry['text']}"
    for number, content in enumerate(ElementTree.parse(site / "feed.xml").iterfind(".//{*}content")):
        pages[f"feed: {number}"] = content.text or ""
    return pages


def twins(folder: Path) -> dict[str, str]:
    """Every Markdown twin as Python-Markdown renders it, raw HTML and attribute lists included."""
    out = folder / "twins"
    result = CliRunner().invoke(main, ["--root", str(folder), "render", "--out", str(out)])
    assert result.exit_code == 0, result.output
    found = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*.md"))}
    found["llms.txt"] = folder / "site" / "llms.txt"
    return {
        name: markdown(path.read_text(encoding="utf-8"), extensions=["extra", "sane_lists", "toc", "admonition"])
        for name, path in found.items()
    }


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kind, Kind]:
    folder = project(tmp_path_factory.mktemp("harmless"), "A harmless `text`, [linked](https://example.com)")
    return made_of(built(folder)), made_of(twins(folder))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_text_becomes_markup(tmp_path: Path, harmless: tuple[Kind, Kind], payload: str) -> None:
    folder = project(tmp_path, payload)
    pages, rendered = built(folder), twins(folder)
    assert sum("pwn" in html or "mkdocs.yml" in html for html in pages.values()) > 10, "the text is on the pages"
    found = [problem for name, html in pages.items() for problem in problems(name, html, harmless[0])]
    found += [problem for name, html in rendered.items() for problem in problems(name, html, harmless[1])]
    assert found == []


def test_what_scripts_read_is_data(tmp_path: Path) -> None:
    folder = project(tmp_path, "\u2028</script><!--\\\"'`${7*7}")
    built(folder)
    scripts = [path for path in (folder / "site").rglob("*.js") if "assets" not in path.parts]
    data = re.compile(r"apiUpgrades\.\w+ = (.*);\n?", re.DOTALL)
    read = [found for path in scripts if (found := data.fullmatch(path.read_text(encoding="utf-8")))]
    assert len(read) > 2
    for found in read:
        json.loads(found[1])


def test_a_template_is_shown_and_not_run(tmp_path: Path) -> None:
    folder = project(tmp_path, PAYLOADS["template"])
    for name, html in (built(folder) | twins(folder)).items():
        assert "pwnpwn" not in html, name


def test_a_snippet_is_not_read(tmp_path: Path) -> None:
    folder = project(tmp_path, PAYLOADS["snippet"])
    write(folder, {"mkdocs.yml": MKDOCS + "markdown_extensions: [pymdownx.snippets]\n"})
    assert [name for name, html in built(folder).items() if "font: false" in html] == []
