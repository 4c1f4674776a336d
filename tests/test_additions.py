"""What every version has since a day, and what was corrected: on the pages, and in the files for machines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid5
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from api_upgrades.history.history import History
from api_upgrades.project import Project
from api_upgrades.registry.model import Amendment
from api_upgrades.releases.lock import Lock
from api_upgrades.site.exports.changes_json import read_changes_schema
from api_upgrades.site.exports.export import render_exports
from api_upgrades.site.exports.feed import NAMESPACE, feed_id
from api_upgrades.site.pages.addresses import Addresses
from api_upgrades.site.pages.page import Page
from api_upgrades.site.pages.render import render_pages
from tests.shop import API, FILES, write

NASTY = "<script>alert(1)</script> **bold** [x](javascript:alert)"

# The older name of what was added as `title_length` is `name_length`: a later version renamed it.
MODELS = API.replace(
    "examples=[416])\n",
    'examples=[416])\n    title_length: int = Field(description="How long the title is.", examples=[11])\n'
    '    shelf: str | None = Field(description="Where it is.", examples=["A3"])\n',
)

ADDED = FILES | {
    "changes/api/__init__.py": MODELS.replace(
        "operations=[\n",
        'operations=[Operation("DELETE /books/first", "Drop", id="drop", responses={204: None}),\n',
        1,
    ),
    "changes/2024-03-01/title-length.yaml": """\
title: "`name_length` is now `title_length`"
why: A name is a title.
upgrade: Read `title_length`.
effects:
  - {kind: rename_property, target: Book, old: name_length, new: title_length}
""",
    "changes/additions/length.yaml": """\
date: 2024-02-10
title: Books say how long their title is
why: Some are too long.
effects:
  - {kind: add_property, target: Book.title_length}
""",
    "changes/additions/shelf.yaml": f"""\
date: 2024-03-05
title: Books have a `shelf`
why: "{NASTY}"
effects:
  - {{kind: add_property, target: Book.shelf}}
""",
    "changes/additions/drop.yaml": """\
date: 2024-03-05
title: A book can be dropped
why: Some fall.
effects:
  - {kind: add_operation, target: DELETE /books/first}
""",
    "changes/2024-02-01/lock.json": Lock(
        amendments=[Amendment(date="2024-04-02", why=NASTY, places=["Book.pages", "GET /books/first"])],
        effects=[],
        parts={},
    ).to_text(),
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return Project(write(tmp_path_factory.mktemp("added"), ADDED)).load()


@pytest.fixture(scope="module")
def pages(history: History) -> dict[str, Page]:
    return {page.path: page for page in render_pages(history, Addresses()) if isinstance(page, Page)}


@pytest.fixture(scope="module")
def files(history: History) -> dict[str, str]:
    everything = list(render_pages(history, Addresses()))
    return {one.path: one.content for one in render_exports(history, Addresses(), everything)}


def row(page: Page, name: str) -> str:
    """The row of a property, as text."""
    found = re.search(rf'<li id="Book\.{name}".*?</li>', page.html, re.DOTALL)
    assert found, name
    return " ".join(re.sub("<[^>]*>", " ", found.group()).split())


@pytest.mark.parametrize("version", ["2024-01-01", "2024-02-01", "2024-03-01", "latest"])
def test_every_version_says_since_when_it_has_it(pages: dict[str, Page], version: str) -> None:
    page = pages[f"reference/{version}/books/"]
    length = row(page, "title_length" if version in ("2024-03-01", "latest") else "name_length")
    assert length.endswith("Added in all versions on 2024-02-10")
    assert ("Renamed from name_length in 2024-03-01" in length) == (version in ("2024-03-01", "latest"))
    assert row(page, "shelf").endswith("Added in all versions on 2024-03-05")
    assert "all versions" not in row(page, "isbn")
    dropped = page.html.partition('<h3 id="delete-books-first">')[2].partition("</section>")[0]
    assert re.search(r'Added in all versions on <a href="[./]*changelog/#addition-drop">2024-03-05</a>', dropped)
    assert "Added in all versions on [2024-02-10](../../../changelog/index.md#addition-length)." in page.markdown()


def test_the_changelog_has_them_among_the_versions(pages: dict[str, Page]) -> None:
    changelog = pages["changelog/"]
    expected = ["since-2024-03-05", "2024-03-01", "since-2024-02-10", "2024-02-01", "2024-01-01"]
    assert re.findall(r'<h2 id="([^"]*)"', changelog.html) == expected
    assert [heading.id for heading in changelog.contents] == expected
    rows = re.findall(r'<li id="([^"]*)" data-row data-severity="additive" [^>]*data-kind="([^"]*)"', changelog.html)
    assert rows == [("addition-drop", "added"), ("addition-shelf", "added"), ("addition-length", "added")]
    assert changelog.html.count("<span>In every version</span>") == 2
    assert re.search('<ins class="au-line"><span class="au-hidden">added: </span> *(<[^>]*>)*"shelf"', changelog.html)
    twin = changelog.markdown()
    assert re.findall("^## (.*)$", twin, re.MULTILINE)[:2] == ["Since 2024-03-05, in every version", "2024-03-01"]
    assert '<a id="addition-shelf"></a>\n\n### Books have a `shelf`\n\n- **additive** `Book.shelf` is new\n' in twin


def test_the_feed_has_an_entry_for_each(files: dict[str, str], history: History) -> None:
    root = ElementTree.fromstring(files["feed.xml"].encode())
    entries = root.findall(f"{{{NAMESPACE}}}entry")
    told = [[one.findtext(f"{{{NAMESPACE}}}{name}", "") for name in ("updated", "title", "id")] for one in entries]
    assert [updated for updated, _, _ in told] == [
        *["2024-03-05T00:00:00Z"] * 2,
        "2024-03-01T00:00:00Z",
        "2024-02-10T00:00:00Z",
        "2024-02-01T00:00:00Z",
        "2024-01-01T00:00:00Z",
    ]
    assert told[3][1] == "Books say how long their title is (in every version)"
    assert root.findtext(f"{{{NAMESPACE}}}updated") == "2024-03-05T00:00:00Z"
    assert len({id for _, _, id in told}) == 6
    # A name for good: another id is another entry to every reader.
    assert told[3][2] == uuid5(feed_id("Shop"), "additions/length").urn


def test_changes_json_has_additions_and_corrections(files: dict[str, str]) -> None:
    found = json.loads(files["changes.json"])
    Draft202012Validator(json.loads(read_changes_schema())).validate(found)
    assert [(one["date"], one["change"]["id"]) for one in found["additions"]] == [
        ("2024-02-10", "length"),
        ("2024-03-05", "drop"),
        ("2024-03-05", "shelf"),
    ]
    shelf = found["additions"][2]["change"]
    assert shelf["effects"][0]["effect"] == {"kind": "add_property", "target": "Book.shelf"}
    assert shelf["address"] == "changelog/#addition-shelf"
    assert shelf["reached"]["objects"] == ["Book", "Order"]
    assert [version["amendments"] for version in found["versions"]] == [
        [],
        [{"date": "2024-04-02", "why": NASTY, "places": ["Book.pages", "GET /books/first"]}],
        [],
    ]


def test_llms_txt_leads_to_them(files: dict[str, str]) -> None:
    section = files["llms.txt"].partition("## Additions, in every version\n\n")[2].partition("\n\n")[0]
    assert section.splitlines()[2] == (
        "- [Books say how long their title is](changelog/index.md#addition-length): Since 2024-02-10."
    )


def test_without_additions_nothing_tells_of_them(tmp_path: Path) -> None:
    loaded = Project(write(tmp_path, FILES)).load()
    made = list(render_pages(loaded, Addresses()))
    texts = {page.path: page.html + page.markdown() for page in made if isinstance(page, Page)}
    texts |= {one.path: one.content for one in render_exports(loaded, Addresses(), made) if "schema" not in one.path}
    assert [path for path, text in texts.items() if "in every version" in text or "orrected" in text] == []


def test_a_correction_is_on_its_versions_page(pages: dict[str, Page]) -> None:
    page = pages["upgrades/2024-02-01/"]
    assert "<strong>Corrected on 2024-04-02.</strong>" in page.html
    assert "<code>Book.pages</code>, <code>GET /books/first</code>" in page.html
    assert "**Corrected on 2024-04-02.** Corrected places: `Book.pages`, `GET /books/first`." in page.markdown()
    others = [path for path, one in pages.items() if "Corrected" in one.html or "Corrected" in one.markdown()]
    assert others == ["upgrades/2024-02-01/"]


def test_their_prose_is_not_trusted(pages: dict[str, Page], files: dict[str, str]) -> None:
    for path in ("upgrades/2024-02-01/", "changelog/"):
        assert "<strong>bold</strong>" in pages[path].html
        for text in (pages[path].html, pages[path].markdown()):
            assert "<script>alert" not in text, path
            assert 'href="javascript' not in text, path
    assert "<script>" not in files["feed.xml"]


def test_an_api_whose_versions_have_no_dates_has_additions_first(tmp_path: Path) -> None:
    undated = {
        re.sub(r"2024-0(\d)-01", r"v\1", name): re.sub(r"2024-0(\d)-01", r"v\1", text) for name, text in ADDED.items()
    }
    loaded = Project(write(tmp_path, undated)).load()
    changelog = next(
        page for page in render_pages(loaded, Addresses()) if isinstance(page, Page) and page.path == "changelog/"
    )
    order = [heading.id for heading in changelog.contents]
    assert order == ["since-2024-03-05", "since-2024-02-10", "v3", "v2", "v1"]
