"""The built site: where what is unreleased and internal is, where it is not, and what says that a preview is one."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from api_upgrades.plugin.preview_banner import NUMBER_VARIABLE, add_banner
from tests.secrets import SECRET, SITE, UPCOMING, secrets
from tests.serving import ask
from tests.shop import MKDOCS, write
from tests.site_check import check

BANNER = "Preview of pull request #7: not the published documentation."
NOINDEX = '<meta name="robots" content="noindex">'


def built(folder: Path, files: dict[str, str] = SITE, option: str = "", command: Any = "build") -> Path:
    """The site of a project, built without a warning."""
    plugins = f"[search, api-upgrades: {{{option}}}]"
    address = "site_url: https://docs.example.com/shop/\n"
    mkdocs = files["mkdocs.yml"].replace("[search, api-upgrades]", plugins) + address
    project = write(folder / "project", files | {"mkdocs.yml": mkdocs})
    config = load_config(str(project / "mkdocs.yml"), strict=True, site_dir=str(folder / "site"))
    config.plugins.on_startup(command=command, dirty=False)
    build_site(config)
    if command == "serve":
        ask(config, "upgrades/")
    return folder / "site"


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("hosted"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("shown"), option="unreleased: true")


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NUMBER_VARIABLE, "7")
        return built(tmp_path_factory.mktemp("preview"))


def files(site: Path) -> dict[str, bytes]:
    """Every file of a site, what is packed unpacked."""
    found = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    return {name: gzip.decompress(text) if name.endswith(".gz") else text for name, text in found.items()}


def own(site: Path) -> dict[str, bytes]:
    """The files of a site but for the theme's, which are the same for all sites."""
    return {name: text for name, text in files(site).items() if not re.match("assets/(images|javascripts|style)", name)}


def html(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text("utf-8")


def test_no_file_of_a_hosted_site_says_anything_of_it(hosted: Path) -> None:
    found = own(hosted)
    assert {"sitemap.xml.gz", "search/search_index.json", "feed.xml", "changes.json", "llms.txt"} <= found.keys()
    pages = {name: text for name, text in found.items() if name != "maintain/kinds/index.html"}
    assert len(pages) > 40
    assert {name: secrets(text) for name, text in pages.items() if secrets(text)} == {}
    assert [name for name in found if SECRET.search(name.encode())] == []
    words = re.compile(rb"upcoming|unreleased|x-internal|not released", re.IGNORECASE)
    told = {name: words.findall(text) for name, text in pages.items() if words.search(text)}
    assert told.keys() <= {"assets/api-upgrades.css", "upgrades/path/path.js", "changes.schema.json", "changes.json"}
    assert json.loads(found["changes.json"])["upcoming"] == []


def test_theme_files_are_no_hiding_place(hosted: Path, tmp_path: Path) -> None:
    bare = built(tmp_path, {"mkdocs.yml": MKDOCS, **UPCOMING, "docs/index.md": "# Bare\n"}, "unreleased: false")
    theme = {name: text for name, text in files(hosted).items() if name not in own(hosted)}
    assert {name: text for name, text in files(bare).items() if name in theme} == theme


@pytest.mark.parametrize("site", ["shown", "preview"])
def test_elsewhere_it_is_where_it_should_be(site: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(site)
    found = own(folder)
    for name in (
        "upgrades/index.html",
        "upgrades/unreleased/index.html",
        "upgrades/unreleased/index.md",
        "upgrades/path/index.html",
        "upgrades/path/resources/books.js",
        "changelog/index.html",
        "changelog/index.md",
        "reference/unreleased/index.html",
        "reference/unreleased/books/index.html",
        "reference/unreleased/zztools/index.html",
        "reference/unreleased/openapi.json",
        "reference/versions.js",
        "changes.json",
        "search/search_index.json",
    ):
        assert secrets(found[name]) or b"pcoming" in found[name], name
    # Internal parts, of every kind and with a mark; and what is unreleased, in no version.
    books, orders = html(folder, "reference/latest/books"), html(folder, "reference/latest/orders")
    assert "zz_rank" in books
    assert "ZzAudit" in books
    assert all(name in orders for name in ("POST", "/zz/orders", "zz.made", "zz_trace", "zz_stack", "zz_fee"))
    assert books.count(">internal<") == 5  # two properties, which also unfold in the response, and the object
    assert orders.count(">internal<") == 13  # the same of orders, and those of books that unfold in it
    assert "heading" not in books
    assert "heading" in html(folder, "reference/unreleased/books")
    assert [fault for fault in check(folder) if "for='__toc'" not in fault] == []


def test_upcoming_is_never_the_latest(shown: Path) -> None:
    found = own(shown)
    assert b"2024-03-01" in found["reference/latest/index.html"]
    assert b"heading" not in found["reference/latest/books/index.html"]
    assert b"heading" not in found["reference/latest/openapi.json"]
    for name in ("feed.xml", "llms.txt"):
        assert re.findall(rb"heading|pcoming|unreleased", found[name]) == [], name
    data = json.loads(found["changes.json"])
    assert data["latest"] == "2024-03-01"
    assert [version["id"] for version in data["versions"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert [change["id"] for change in data["upcoming"]] == ["heading"]
    starts = [name for name in found if re.fullmatch(r"upgrades/from/[^/]+/index.html", name)]
    assert sorted(starts) == ["upgrades/from/2024-01-01/index.html", "upgrades/from/2024-02-01/index.html"]
    assert all(b"heading" not in found[name] for name in starts)
    versioning = html(shown, "versioning")
    assert "pcoming" not in versioning


def test_upcoming_is_called_so_and_no_version(shown: Path) -> None:
    guide = html(shown, "upgrades")
    versions = re.findall(r'<section class="au-version"[^>]* aria-labelledby="([^"]+)"', guide)
    assert versions == ["unreleased", "2024-03-01", "2024-02-01", "2024-01-01"]
    assert re.findall(r'data-version="([^"]+)"', guide) == versions[1:]
    for page in ("upgrades", "upgrades/unreleased", "changelog"):
        assert "not released yet" in html(shown, page).lower(), page
    told = re.compile(r">[^<]*\bunreleased\b[^<]*<")  # as text, not in an address
    pages = {name: text.decode() for name, text in own(shown).items() if name.endswith(".html")}
    pages = {name: re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL) for name, text in pages.items()}
    assert {name: told.findall(text) for name, text in pages.items() if told.search(text)} == {}


def test_nobody_is_told_to_send_it(shown: Path) -> None:
    reference = html(shown, "reference/unreleased/books")
    assert "X-Shop-Version: not-released-yet" in re.sub("<[^>]*>", "", reference)
    sent = re.compile(rb"X-Shop-Version[^A-Za-z0-9]{1,9}unreleased")
    assert [name for name, text in own(shown).items() if sent.search(re.sub(rb"<[^>]*>", b"", text))] == []


def test_a_preview_says_so_on_every_page(preview: Path, shown: Path) -> None:
    pages = {name: text.decode() for name, text in files(preview).items() if name.endswith(".html")}
    assert {"index.html", "404.html", "upgrades/index.html", "reference/2024-01-01/orders/index.html"} <= pages.keys()
    for name, text in pages.items():
        assert text.count(BANNER) == 1, name
        assert text.index("<body") < text.index(BANNER) < text.index("<header"), name
        assert text.count(NOINDEX) == 1, name
        assert text.index(NOINDEX) < text.index("</head>"), name
    others = {name: text for name, text in files(shown).items() if name.endswith(".html")}
    assert [name for name, text in others.items() if b"noindex" in text or b"au-preview" in text] == []


def test_but_for_that_a_preview_is_what_unreleased_true_shows(preview: Path, shown: Path) -> None:
    banner = re.compile(rb'<meta name="robots" content="noindex">|<aside class="au-preview".*?</aside>')
    assert {name: banner.sub(b"", text) for name, text in files(preview).items()} == files(shown)


def test_the_option_counts_for_more_than_the_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NUMBER_VARIABLE, "7")
    site = built(tmp_path, option="unreleased: false")
    assert BANNER in html(site, "upgrades")
    assert not (site / "upgrades" / "unreleased").exists()


@pytest.mark.slow
def test_serve_shows_what_is_unreleased(tmp_path: Path) -> None:
    assert "Not released yet" in html(built(tmp_path, command="serve"), "upgrades")


def test_several_apis_in_one_preview_have_one_banner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NUMBER_VARIABLE, "7")
    two = MKDOCS.replace("[search, api-upgrades]", "[search, api-upgrades: {path: a}, api-upgrades: {path: b}]")
    site = built(tmp_path, SITE | {"mkdocs.yml": two})
    assert [html(site, page).count(BANNER) for page in ("", "a/upgrades", "b/reference/2024-01-01/books")] == [1, 1, 1]


@pytest.mark.parametrize("number", ["seven", "7a", "-7", "7 ", "<b>", "\u0667"])
def test_a_preview_of_no_number_is_refused(
    number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(NUMBER_VARIABLE, number)
    with pytest.raises(Abort):
        built(tmp_path)
    said = f"the environment variable {NUMBER_VARIABLE} is {number!r}; set it to the number of the pull request, digits"
    assert said in caplog.text
    assert [record.exc_info for record in caplog.records] == [None]


def test_no_number_is_no_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NUMBER_VARIABLE, "")
    assert os.environ[NUMBER_VARIABLE] == ""
    assert "au-preview" not in html(built(tmp_path), "")


def test_a_page_of_any_theme_is_a_preview() -> None:
    page = add_banner('<html><HEAD><title>A</title></HEAD ><body class="x">Text</body></html>', "7")
    assert page.startswith(f'<html><HEAD><title>A</title>{NOINDEX}</HEAD ><body class="x"><aside class="au-preview"')
    assert add_banner(page, "7") == page
