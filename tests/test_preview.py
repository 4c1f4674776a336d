"""The page of a preview that says what the pull request changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from api_upgrades.cli import main
from api_upgrades.review.preview_page import TITLE
from tests.browser import OpenPage, faults_of_layout, serving
from tests.repository import shop
from tests.shop import FILES, SITE, write
from tests.test_plugin import build, configured, faults, html
from tests.test_report import NUMBER, NUMBERED, TITLED

pytestmark = pytest.mark.slow

PAGE = "upgrades/preview"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The shop as a site, with a change on its way and an edited one, on a branch of its own."""
    root = write(shop(tmp_path), {name: text for name, text in SITE.items() if name not in FILES})
    models = {"changes/api/__init__.py": NUMBERED, "changes/unreleased/number.yaml": NUMBER}
    return write(root, models | {TITLED: FILES[TITLED].replace("A book has", "Books have")})


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_UPGRADES_PREVIEW", "12")
    monkeypatch.setenv("API_UPGRADES_BASE", "main")


def lost(site: Path) -> list[str]:
    """What is wrong with the page's own links and ids."""
    return [fault for fault in faults(site) if PAGE in fault.partition(":")[0]]


def links(page: str) -> set[str]:
    return set(re.findall(r'<a\b[^>]* href="([^"]+)"', page))


@pytest.mark.usefixtures("preview")
def test_a_preview_says_what_changes(root: Path) -> None:
    site = build(root)
    assert lost(site) == []
    page = html(site, PAGE)
    assert f"<h1>{TITLE}</h1>" in page
    assert "1 breaking change; released versions are unchanged." in page
    assert {"../unreleased/#number", "../2024-03-01/#title", "../../reference/latest/books/"} <= links(page)
    assert f'<a href="preview/">{TITLE}</a>' in html(site, "upgrades")


@pytest.mark.usefixtures("preview")
def test_it_stands_beside_the_guide_that_is_in_the_navigation(root: Path) -> None:
    site = build(configured(root, more="nav: [Home: index.md, Moving on: upgrades/index.md]\n"))
    for page in ("upgrades", "upgrades/2024-02-01"):
        way = re.escape("preview/" if page == "upgrades" else "../preview/")
        beside = re.findall(rf'<a href="{way}" class="md-nav__link[^"]*">(.*?)</a>', html(site, page), re.DOTALL)
        assert [TITLE in one for one in beside] == [True]


@pytest.mark.usefixtures("preview")
def test_its_twin_is_the_comment(root: Path) -> None:
    result = CliRunner().invoke(main, ["--root", str(root), "report", "--base", "main"])
    twin = (build(root) / PAGE / "index.md").read_text(encoding="utf-8")
    assert twin == f"# {TITLE}\n\n{result.stdout}"


@pytest.mark.parametrize("name", ["API_UPGRADES_PREVIEW", "API_UPGRADES_BASE"])
@pytest.mark.usefixtures("preview")
def test_a_site_that_is_no_preview_has_no_such_page(root: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(name)
    site = build(root)
    assert not (site / PAGE).exists()
    assert TITLE not in html(site, "upgrades")


@pytest.mark.usefixtures("preview")
def test_where_the_base_cannot_be_read_the_page_says_why(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_UPGRADES_BASE", "nothing")
    site = build(root)
    assert lost(site) == []
    page = html(site, PAGE)
    assert "git finds no commit &#39;nothing&#39; here" in page
    assert "../unreleased/#number" in links(page)


@pytest.mark.usefixtures("preview")
def test_where_pages_are_mounted_elsewhere(root: Path) -> None:
    site = build(configured(root, "path: docs/shop"))
    assert lost(site) == []
    assert "../unreleased/#number" in links(html(site, f"docs/shop/{PAGE}"))


@pytest.mark.usefixtures("preview")
def test_what_a_registry_says_is_text(root: Path) -> None:
    ill = NUMBER.replace("Read `number`.", "'<script>alert(1)</script> ![i](http://e.com/i.png) [x](javascript:y)'")
    page = html(build(write(root, {"changes/unreleased/number.yaml": ill})), PAGE)
    article = page[page.index("<article") : page.index("</article>")]
    assert "&lt;script&gt;alert(1)" in article
    assert re.findall(r"<script|<img|javascript:", article) == []


@pytest.mark.usefixtures("preview")
def test_it_is_accessible_and_fits(root: Path, open_page: OpenPage) -> None:
    with serving(build(root)) as url:
        for page in (open_page(palette="light"), open_page(palette="dark")):
            page.goto(f"{url}{PAGE}/")
            assert faults_of_layout(page) == []
