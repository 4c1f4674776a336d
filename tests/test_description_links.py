"""Links in the descriptions of a document: where they lead on our pages, and what the team is told about them."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api_upgrades.compare.rules.table import RuleTable
from api_upgrades.core.errors import ApiUpgradesError
from api_upgrades.core.json import JsonObject
from api_upgrades.history.history import History
from api_upgrades.openapi.contract import Contract
from api_upgrades.registry.model import Registry, Version
from api_upgrades.releases.import_files import convert_documents
from api_upgrades.releases.lock import Locks
from api_upgrades.releases.project_state import ProjectState
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from api_upgrades.site.text.description_links import find_link_note
from api_upgrades.site.text.link_base import NO_BASE, LinkBase, find_link_base
from api_upgrades.site.text.prose import to_html, to_inline_html
from tests.shop import call, write
from tests.test_exports import addresses_of
from tests.test_plugin import build, faults, refused

RFC_BASE = LinkBase("http://a/b/c/d;p?q", "option")

RFC_EXAMPLES = {
    "g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g",
    "?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y", "#s": "http://a/b/c/d;p?q#s", "g#s": "http://a/b/c/g#s",
    "g?y#s": "http://a/b/c/g?y#s", ";x": "http://a/b/c/;x", "g;x": "http://a/b/c/g;x", ".": "http://a/b/c/",
    "./": "http://a/b/c/", "..": "http://a/b/", "../": "http://a/b/", "../g": "http://a/b/g", "../..": "http://a/",
    "../../g": "http://a/g",
}  # fmt: skip
"""The normal examples of RFC 3986, section 5.4.1, except those with an unknown scheme or without an address."""


@pytest.mark.parametrize(("address", "expected"), RFC_EXAMPLES.items())
def test_relative_links_resolve_as_rfc_3986_says(address: str, expected: str) -> None:
    assert RFC_BASE.resolve(address) == expected


SERVER = LinkBase("https://api.e.com/v1", "server")
DOCS = LinkBase("https://e.com/docs/start", "externalDocs")
OPTION = LinkBase("https://e.com/docs/api", "option")


@pytest.mark.parametrize(
    ("base", "address", "expected"),
    [
        pytest.param(NO_BASE, "https://b.c/d", "https://b.c/d", id="an absolute link needs no base"),
        pytest.param(NO_BASE, "mailto:a@b.c", "mailto:a@b.c", id="mail needs no base"),
        pytest.param(NO_BASE, "/docs/a", None, id="a relative link without a base"),
        pytest.param(NO_BASE, "#a", None, id="a fragment without a base"),
        pytest.param(NO_BASE, "//b.c/d", "https://b.c/d", id="a host without a scheme"),
        pytest.param(LinkBase("http://e.com", "option"), "//b.c/d", "http://b.c/d", id="a host and the base's scheme"),
        pytest.param(NO_BASE, "www.b.c/d", "https://www.b.c/d", id="www without a scheme"),
        pytest.param(SERVER, "/docs/a b", "https://api.e.com/docs/a%20b", id="a space"),
        pytest.param(SERVER, " a ", "https://api.e.com/a", id="spaces around"),
        pytest.param(DOCS, "../errors", "https://e.com/errors", id="a relative path"),
        pytest.param(OPTION, "#pay", "https://e.com/docs/api#pay", id="a fragment, and the page that it is on"),
        pytest.param(SERVER, "#pay", None, id="a fragment of a server"),
        pytest.param(DOCS, "#section/Errors", None, id="a fragment of an unknown page"),
        pytest.param(DOCS, "?page=2", None, id="a query of an unknown page"),
        pytest.param(OPTION, "{baseUrl}/a", None, id="a template"),
        pytest.param(OPTION, "/{{version}}/a", None, id="a template inside"),
        pytest.param(OPTION, "ref:get_a", None, id="an unknown scheme"),
        pytest.param(OPTION, "localhost:80/a", None, id="a host and a port look like a scheme"),
        pytest.param(OPTION, "javascript:alert(1)", None, id="a script"),
        pytest.param(OPTION, "//[b", None, id="an invalid host"),
        pytest.param(OPTION, "\\\\b.c", None, id="backslashes"),
        pytest.param(OPTION, "", None, id="nothing"),
    ],
)
def test_address_of_a_link(base: LinkBase, address: str, expected: str | None) -> None:
    assert base.resolve(address) == expected


SERVERS = [{"url": "/v1"}, {"url": "https://{area}.e.com/v1", "variables": {"area": {"default": "eu"}}}]


@pytest.mark.parametrize(
    ("option", "document", "expected"),
    [
        pytest.param("https://a.b", {"externalDocs": {"url": "https://c.d"}}, "https://a.b", id="the option first"),
        pytest.param("", {"externalDocs": {"url": "https://c.d"}}, "", id="an empty option means text"),
        pytest.param(None, {"externalDocs": {"url": "https://c.d"}, "servers": SERVERS}, "https://c.d", id="docs"),
        pytest.param(None, {"externalDocs": {"url": "docs/"}, "servers": SERVERS}, "https://eu.e.com/v1", id="server"),
        pytest.param(None, {"servers": [{"url": "https://{area}.e.com"}]}, "", id="a server with an unknown variable"),
        pytest.param(None, {"servers": [{"url": "/v1"}]}, "", id="a relative server"),
        pytest.param(None, {"externalDocs": "https://c.d", "servers": "https://e.f"}, "", id="values of a wrong type"),
        pytest.param(None, {"externalDocs": {"url": "javascript:x"}}, "", id="a script"),
        pytest.param(None, {}, "", id="nothing"),
    ],
)
def test_base_of_a_document(option: str | None, document: JsonObject, expected: str) -> None:
    assert find_link_base(option, document).url == expected


@pytest.mark.parametrize(
    "option", ["docs.e.com", "/docs", "ftp://e.com", "https://", "https://{area}.e.com", "https://[e"]
)
def test_option_that_is_no_absolute_address(option: str) -> None:
    with pytest.raises(ApiUpgradesError, match="is not an absolute http or https address; write one, such as"):
        find_link_base(option, {})


SPELLINGS = {
    "inline": "[x](/a)", "inline, with a title": "[x](/a 'b')", "inline, in brackets": "[x](</a>)",
    "by reference": "[x][r]\n\n[r]: /a", "by its text": "[x]\n\n[x]: /a", "HTML": '<a href="/a" target="_blank">x</a>',
    "HTML without quotes": "<a href=/a>x</a>", "in a list": "- [x](/a)", "in a table": "|[x](/a)|\n|---|\n|y|",
    "a heading": "# [x](/a)",
}  # fmt: skip


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_a_link(text: str) -> None:
    assert '<a href="https://e.com/a">x</a>' in to_html(text, OPTION)
    shown = to_html(text, NO_BASE)
    assert "<a" not in shown
    assert "x" in shown
    assert find_note(text, "")


@pytest.mark.parametrize(
    "text",
    ["`[x](/a)`", "```\n[x](/a)\n```", "![x](/a)", "[x](/a", "[x] /a", "[x][r]", "https://e.com", "[x](https://e.com)"],
)
def test_text_without_a_relative_link(text: str) -> None:
    assert 'href="/a"' not in to_html(text, NO_BASE)
    assert 'href="/a"' not in to_inline_html(text, NO_BASE)
    assert find_note(text, "") is None


def described(text: str) -> dict[str, Any]:
    """A document with a text in every description."""
    schema = {"type": "object", "description": text, "properties": {"id": {"type": "string", "description": text}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}
    operation = {
        "tags": ["Pets"], "summary": "Read pets.", "description": text,
        "parameters": [{"name": "q", "in": "query", "description": text, "schema": {"type": "string"}}],
        "requestBody": {"description": text, "content": content},
        "responses": {"200": {"description": text, "content": content}},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1", "description": text},
        "servers": [{"url": "/", "description": "Here."}],
        "tags": [{"name": "Pets", "description": text}],
        "paths": {"/pets": {"post": operation}},
        "webhooks": {"pet.sold": {"post": operation}},
        "components": {
            "schemas": {"Pet": schema},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": text}},
        },
    }


def history_of(document: dict[str, Any]) -> History:
    version = Version("1", "The first.", None, None, None, (), (), "changes/1/version.yaml")
    registry = Registry(Contract.from_openapi(document), (version,))
    return ProjectState(registry, Locks(Path("changes"), Path(), {}), RuleTable.with_overrides({})).history


def find_note(text: str, option: str | None) -> str | None:
    note = find_link_note(history_of(described(text)), option, "api.json")
    return str(note) if note else None


@pytest.mark.parametrize("option", [None, "https://e.com/docs/"])
def test_every_description_on_every_page(option: str | None) -> None:
    pages = render_pages(
        history_of(described("See [there](/zz/a), [here](zz-b) or [this](#zz-c).")), Addresses(), option
    )
    texts = [text for page in pages if isinstance(page, Page) for text in (page.html, page.markdown())]
    found = [link for text in texts for link in re.findall(r'(?:href="|\]\()([^")]*zz[^")]*)', text)]
    bases = {"https://e.com/zz/a", "https://e.com/docs/zz-b", "https://e.com/docs/#zz-c"}
    assert set(found) == (bases if option else set())
    assert len([text for text in texts if "there" in text]) >= 4
    assert not option or len(found) >= 40


def test_link_in_every_text_of_a_document() -> None:
    """Names, titles and values are no prose, also where an import makes sentences of them."""
    text = "See [zz](/zz-a) <a href='/zz-b'>zz</a>"
    older, newer = described(text), described(text)
    newer["info"] |= {"title": text, "summary": text, "termsOfService": "/zz-c", "contact": {"name": text}}
    newer["tags"][0]["name"] = text
    operation = newer["paths"]["/pets"]["post"]
    operation |= {"tags": [text], "summary": text, "externalDocs": {"url": "/zz-d", "description": text}}
    operation["parameters"][0]["schema"] |= {"enum": [text, "b"], "default": "b", "example": "b"}
    newer["components"]["schemas"]["Pet"]["properties"] |= {
        "name": {"type": "string", "title": text, "default": text, "example": text, "x-note": text},
        "zz": {"type": "string", "description": text, "deprecated": True, "x-replaced-by": text},
    }
    contracts = {str(number): Contract.from_openapi(one) for number, one in enumerate((older, newer), 1)}
    pages = render_pages(convert_documents(contracts).history, Addresses(), "")
    found = [page for page in pages if isinstance(page, Page)]
    links = [link for page in found for link in (*addresses_of(page.html), *addresses_of(page.markdown()))]
    assert [link for link in links if link.startswith(("/zz", "zz"))] == []
    assert len([page for page in found if "zz-a" in page.html]) > 4


@pytest.mark.parametrize(
    ("text", "option", "servers", "expected"),
    [
        pytest.param(
            "[a](/a)", None, [], "api.json: in descriptions, the link '/a' leads nowhere and is shown as text. If the",
            id="one link as text",
        ),
        pytest.param(
            "[a](/a) [b](/b) [c](/c)", "", [],
            "api.json: in descriptions, 3 links ('/a', '/b' and 1 more) lead nowhere and are shown as text",
            id="several links as text",
        ),
        pytest.param(
            "[a](/a) [b](#b)", None, [{"url": "https://e.com"}],
            "api.json: in descriptions, the link '/a' leads to the API's server https://e.com, and the link '#b' leads "
            "nowhere and is shown as text. If the documentation is at another address, write that address into "
            "mkdocs.yml, as the option 'link_base' of the plugin api-upgrades",
            id="a link to the server",
        ),
        pytest.param("[a](/a) [b](#b)", "https://e.com", [], None, id="an option that resolves all"),
        pytest.param("[a](//b.c) [b](www.b.c)", None, [{"url": "https://e.com"}], None, id="other hosts"),
    ],
)  # fmt: skip
def test_note_about_links(text: str, option: str | None, servers: list[Any], expected: str | None) -> None:
    note = find_link_note(history_of(described(text) | {"servers": servers}), option, "api.json")
    assert (str(note) if note else "").startswith(expected or "")
    assert bool(note) == bool(expected)


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """A project whose two documents have a root-relative link in every description."""
    text = "See [there](/zz/a)."
    documents = [described(text), described(text)]
    documents[1]["components"]["schemas"]["Pet"]["properties"]["name"] = {"type": "string", "description": text}
    names = [f"{number}.json" for number in (1, 2)]
    write(tmp_path, {name: json.dumps(document) for name, document in zip(names, documents, strict=True)})
    project = tmp_path / "project"
    ended: Result = call(tmp_path, "import", *(str(tmp_path / name) for name in names), "--out", str(project))
    assert ended.exit_code == 0, ended.output
    return project


def test_strict_build_with_links_of_a_vendor(imported: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert faults(build(imported)) == []
    notes = [record for record in caplog.records if "/zz/a" in record.getMessage()]
    assert [note.levelname for note in notes] == ["INFO"]
    assert "changes/api/openapi.json:" in notes[0].getMessage()


def test_check_notes_links_once(imported: Path) -> None:
    ended = call(imported, "check", "--allow-todo")
    assert ended.exit_code == 0
    assert ended.output.count("/zz/a") == 1


def test_option_in_the_configuration(imported: Path, caplog: pytest.LogCaptureFixture) -> None:
    config = imported / "mkdocs.yml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before.replace("source:", "link_base: https://e.com\n      source:"), encoding="utf-8")
    assert 'href="https://e.com/zz/a"' in (build(imported) / "reference/latest/pets/index.html").read_text("utf-8")
    assert "/zz/a" not in call(imported, "check", "--allow-todo").output
    assert call(imported, "render", "--out", str(imported / "pages")).exit_code == 0
    assert "](https://e.com/zz/a)" in (imported / "pages/reference/latest/pets/index.md").read_text("utf-8")
    config.write_text(before.replace("source:", "link_base: e.com\n      source:"), encoding="utf-8")
    assert "link_base: 'e.com' is not an absolute http or https address" in refused(imported, caplog)
